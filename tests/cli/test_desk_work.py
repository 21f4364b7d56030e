"""A desk's work from the terminal against a host that runs: say, inbox, ack, each command a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepclear.cli.connection import UNSIGNED
from tests.formats.samples import MECHANISM, volume


@dataclass(frozen=True, slots=True)
class Running:
    """A host that answers, with a token file for each desk."""

    url: str
    folder: Path

    def run(self, desk: str, *arguments: str) -> tuple[int, str, str]:
        """A desk's command: exit status, standard output, standard error."""
        environment = os.environ | {"KEEPCLEAR_HOST": self.url, "KEEPCLEAR_TOKEN_FILE": str(self.folder / desk)}
        command = [sys.executable, "-m", "keepclear", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        return done.returncode, done.stdout, done.stderr.removeprefix(UNSIGNED)

    def answer(self, desk: str, *arguments: str) -> Any:
        """What a desk's command answers as JSON."""
        code, out, err = self.run(desk, *arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("host")
    (folder / "strait.toml").write_text(MECHANISM.replace("'broker'", "'board'"))
    command = [sys.executable, "-m", "keepclear", "serve", "--unsigned", "--init", "--json", "--data", "data"]
    command += ["--mechanism", "strait.toml", "--listen", "127.0.0.1:0", "--log-level", "error"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        try:
            for desk, token in json.loads(serving.stdout.readline())["tokens"].items():
                if "/" not in desk:
                    (folder / desk).touch(0o600)
                    (folder / desk).write_text(token)
            yield Running(json.loads(serving.stdout.readline())["listening"], folder)
        finally:
            serving.terminate()
            serving.wait(30)


def test_a_notice_is_said_met_shown_and_acknowledged(host: Running) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    window = {"start": soon.isoformat(), "end": (soon + timedelta(hours=1)).isoformat()}
    (host.folder / "envelope.json").write_text(json.dumps([volume(**window)]))
    own = host.answer("alpha.air", "say", "notice", "--activity", "fixed_wing", "--envelope", "@envelope.json")
    assert own["alerts"] == []
    body = json.dumps({"activity": "uas", "envelope": [volume(**window)], "title": "Mapping"})
    met = host.answer("bravo.air", "say", "notice", "--body", body, "--to", "alpha", "--precedence", "PRIORITY")
    assert [alert["code"] for alert in met["alerts"]] == ["CONFLICT_4D"]

    inbox = host.answer("alpha.air", "inbox")
    assert inbox["me"]["desk"] == "alpha.air"
    assert [alert["code"] for alert in inbox["alerts"]] == ["CONFLICT_4D"]
    assert {notice["id"] for notice in inbox["notices"]} == {own["id"], met["id"]}
    shown = host.run("alpha.air", "inbox")
    assert shown[0] == 0
    assert "CONFLICT_4D" in shown[1]
    assert "Mapping" in shown[1]

    code, out, err = host.run("alpha.air", "ack", met["id"], "--level", "understood", "--to", "bravo.air")
    assert (code, err) == (0, "")
    assert f"of {met['id']}" in out
    notice = next(one for one in host.answer("bravo.air", "inbox")["notices"] if one["id"] == met["id"])
    grades = {row["desk"]: row["grade"] for row in notice["recipients"]}
    assert grades["alpha.air"] == "understood"


def test_what_an_inbox_has_read_is_delivered(host: Running) -> None:
    said = host.answer("alpha.air", "say", "notice", "--activity", "works", "--to", "bravo.air")
    host.answer("bravo.air", "inbox")
    notice = next(one for one in host.answer("alpha.air", "inbox")["notices"] if one["id"] == said["id"])
    assert {row["desk"]: row["grade"] for row in notice["recipients"]}["bravo.air"] == "delivered"


def test_what_the_host_refuses_ends_with_2_and_its_sentence(host: Running) -> None:
    code, out, err = host.run("alpha.air", "say", "notice", "--activity", "drone")
    assert (code, out) == (2, "")
    assert err.startswith("body.activity: 'drone'; one of fixed_wing")
    code, _, err = host.run("alpha.air", "say", "stop", "--body", "{}")
    assert (code, err.startswith("body.reason: missing")) == (2, True)
    (host.folder / "wrong").touch(0o600)
    (host.folder / "wrong").write_text("kc_wrong")
    code, _, err = host.run("wrong", "inbox")
    assert (code, "token" in err) == (2, True)


def test_what_changes_is_followed_as_it_happens(host: Running) -> None:
    environment = os.environ | {"KEEPCLEAR_HOST": host.url, "KEEPCLEAR_TOKEN_FILE": str(host.folder / "bravo.air")}
    command = [sys.executable, "-m", "keepclear", "inbox", "--follow", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        try:
            before = json.loads(following.stdout.readline())
            said = host.answer("alpha.air", "say", "message", "--text", "radio check", "--to", "bravo")
            events = map(json.loads, following.stdout)
            event = next(one for one in events if one["index"] == said["index"])
        finally:
            following.terminate()
    assert event["index"] > before["index"]
    assert [change["statement"]["body"]["text"] for change in event["changes"]] == ["radio check"]
