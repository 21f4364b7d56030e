"""An agreement amended at a start: durable, told to every desk, and the same after every restart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keepclear.client import Event
from keepclear.errors import KeepclearError
from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.mechanism_table import agreement_digest
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.store import SqliteStore
from tests.host.running import RunningHost, agreement, notice_body
from tests.host.test_restart import _spoil, readings

WIDER = agreement().replace("lateral_m = 5000", "lateral_m = 60000")
"""Notices half a degree apart keep 5 km, and do not keep 60."""


def two_that_keep_clear(host: RunningHost) -> int:
    """Files two notices that do not conflict; the record's index after them."""
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        alpha.say("notice", notice_body(lon=37.0, title="west"))
        said = bravo.say("notice", notice_body(lon=37.5, title="east"))
        assert said["alerts"] == []
        index: int = said["index"]
        return index


def conflicts(host: RunningHost, desk: str) -> list[dict[str, Any]]:
    with host.client(desk) as client:
        return [alert for alert in client.alerts() if alert["code"] == "CONFLICT_4D"]


def missed(host: RunningHost, desk: str, after: int) -> list[Event]:
    """What a desk that had everything up to ``after`` is told when it comes back."""
    events = []
    with host.client(desk) as client:
        for event in client.events(after=after, deliver=False):
            if event.kind == "ready":
                break
            events.append(event)
    return events


def mechanism_at(host: RunningHost, **asked: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {host.tokens['charlie.air']}"}
    return httpx2.get(f"{host.url}/v1/mechanism", params=asked, headers=headers)


def test_a_larger_separation_reaches_those_whose_notices_now_conflict(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    index = two_that_keep_clear(host)
    assert host.stop() == 0
    host.file.write_text(WIDER)
    with host.start(amend=True):
        for desk in ("alpha.air", "alpha.ground", "bravo.air", "mediator.duty"):
            assert len(conflicts(host, desk)) == 1, f"{desk} reads it"
        assert conflicts(host, "charlie.air") == []
        told = [change for event in missed(host, "alpha.ground", index) for change in event.changes]
        assert [(change["kind"], change["what"]) for change in told] == [("agreement", "changed"), ("alert", "raised")]
        assert told[0]["agreement"]["changed"] == ["separations"]
        assert told[1]["alert"] == conflicts(host, "alpha.air")[0]
        assert [change["kind"] for event in missed(host, "charlie.air", index) for change in event.changes] == [
            "agreement"
        ]
        assert [event.kind for event in missed(host, "charlie.air", index - 1)] == ["reset"]


def test_which_agreement_was_in_force_is_known_of_every_entry(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    index = two_that_keep_clear(host)
    host.kill()
    host.file.write_text(WIDER)
    with host.start(amend=True):
        now = mechanism_at(host).json()
        assert [now["in_force"][key] for key in ("number", "index")] == [2, index + 1]
        assert now["in_force"]["digest"] == agreement_digest(agreement_from_toml(WIDER.encode()))
        assert now["separations"][0]["lateral_m"] == 60000
        then = mechanism_at(host, at=index).json()
        assert (then["in_force"]["number"], then["separations"][0]["lateral_m"]) == (1, 5000)
        assert mechanism_at(host, at=index + 1).json() == now
        refused = mechanism_at(host, at=index + 2)
        assert (refused.status_code, refused.json()["field"]) == (422, "at")
        with host.client("charlie.air") as charlie:
            kinds = [(item["kind"], item["at"]) for item in charlie.record()]
        assert ("agreement", now["in_force"]["since"]) == kinds[-1]
    store = SqliteStore(host.data)
    kept = [entry_from_bytes(data) for data in store.read(store.logs()[0], 0, index + 2)]
    store.close()
    assert [one.agreement for one in kept if one.agreement is not None] == [
        agreement_from_toml(text.encode()) for text in (agreement(), WIDER)
    ]


@pytest.mark.parametrize("way", ["in order", "killed", "snapshot spoilt", "with the file", "amended by it again"])
def test_after_a_restart_everything_reads_the_same(tmp_path: Path, way: str) -> None:
    host = RunningHost(tmp_path).start()
    two_that_keep_clear(host)
    host.kill()
    host.file.write_text(WIDER)
    host.start(amend=True)
    with host.client("charlie.air") as charlie:
        charlie.say("notice", notice_body(lon=37.9, activity="ground"))
    before = readings(host)
    if way == "killed":
        host.kill()
    else:
        assert host.stop() == 0
    if way == "snapshot spoilt":
        _spoil(host.data, b"nonsense")
    with host.start(with_file=way in ("with the file", "amended by it again"), amend=way == "amended by it again"):
        assert readings(host) == before


def test_a_file_that_differs_is_refused_unless_it_is_to_amend(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    index = two_that_keep_clear(host)
    host.kill()
    host.file.write_text(WIDER)
    status, said = serve(host)
    assert status == 2
    assert "differs from the agreement in force in the record of «trial»: separations" in said
    assert "--amend" in said
    for text, why in (
        (WIDER.replace('"board"', '"broker"'), "disclosure: broker would show"),
        (WIDER.replace("alpha.air", "alpha.sky"), "desk: «alpha.air» is left out, and «west»"),
        (agreement(name="other"), "no record of «other» here, but of trial"),
    ):
        host.file.write_text(text)
        status, said = serve(host, "--amend")
        assert (status, why in said) == (2, True), said
    assert serve(host, "--amend", "--init")[0] == 2
    with host.start(with_file=False):
        assert mechanism_at(host).json()["in_force"]["number"] == 1
        with host.client("mediator.duty") as mediator:
            kinds = [item["kind"] for item in mediator.record()]
            assert kinds[: index + 1] == ["agreement", "statement", "statement"]
            assert "agreement" not in kinds[1:], "nothing of it is in the record"


def serve(host: RunningHost, *options: str) -> tuple[int, str]:
    """``keepclear serve`` on the host's data and file, which is to end by itself: its status and what it said."""
    command = [sys.executable, "-m", "keepclear.cli.main", "serve", "--data", str(host.data), "--listen", "127.0.0.1:0"]
    done = subprocess.run(
        [*command, "--mechanism", str(host.file), *options], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


def test_there_must_be_something_to_amend_and_a_file_to_amend_it_by(tmp_path: Path) -> None:
    host = RunningHost(tmp_path)
    status, said = serve(host, "--amend")
    assert (status, "there is no record of «trial» here" in said) == (2, True), said
    with pytest.raises(AssertionError, match="given without --mechanism"):
        host.start(with_file=False, amend=True)


def test_a_new_desk_gets_a_token_and_one_that_left_has_no_say(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    two_that_keep_clear(host)
    host.kill()
    host.file.write_text(agreement().replace("alpha.ground", "alpha.ops"))
    with host.start(amend=True):
        assert set(host.tokens) >= {"alpha.ops"}
        with host.client("alpha.ops") as ops, host.client("alpha.air") as air:
            assert ops.me()["party"] == "alpha"
            assert [notice["title"] for notice in ops.notices()] == ["west", "east"]
            assert air.me()["desk"] == "alpha.air", "the others keep theirs"
        with host.client("alpha.ground") as left, pytest.raises(KeepclearError):
            left.me()
    with host.start(with_file=False), host.client("alpha.ops") as ops:
        assert ops.me()["desk"] == "alpha.ops", "its token is kept"
