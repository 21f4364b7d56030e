"""Bundles from a real host: whole for the mediator, for a party what it may see and no byte more; then verified."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import rfc8785

from keepclear.formats.findings import NOTHING
from keepclear.record.verify.base64url import decoded
from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.note import parse_verifier_key
from tests.host.running import RunningHost, agreement, notice_body, until
from tests.host.signing import SigningDesk
from tests.record.bundles import parts

SECRET = "the colonel's lunch"


@pytest.fixture(scope="module", params=["board", "broker"])
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("export"), agreement(request.param), unsigned=False) as running:
        alpha, bravo, mediator = (SigningDesk(running, desk) for desk in ("alpha.air", "bravo.air", "mediator.duty"))
        for desk in (alpha, bravo, mediator):
            desk.enrol()
        for lon in (37.0, 37.1):
            assert alpha.say("notice", notice_body(lon, title=SECRET)).status_code == 201
            assert bravo.say("notice", notice_body(lon, title="of bravo", activity="uas")).status_code == 201
        alpha.say("message", {"text": f"for bravo: {SECRET}"}, to=["bravo"])
        until(lambda: size_of(running) > alpha.get("/v1/alerts")["index"])
        yield running


def size_of(host: RunningHost) -> int:
    with host.client("mediator.duty") as client:
        text = httpx2.get(f"{host.url}/v1/checkpoint", headers=client._http.headers, trust_env=False).text
    return int(text.split("\n")[1])


def fetched(host: RunningHost, desk: str, path: Path, query: str = "") -> Path:
    headers = {"Authorization": f"Bearer {host.tokens[desk]}"}
    answer = httpx2.get(f"{host.url}/v1/export{query}", headers=headers, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    path.write_bytes(answer.content)
    return path


def opened(path: Path) -> dict[int, dict[str, Any]]:
    with Bundle(path) as bundle:
        lines = [json.loads(line) for line in bundle.lines()]
    return {index: json.loads(decoded(line["entry"])) for index, line in enumerate(lines) if "entry" in line}


def keepclear(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "keepclear", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_the_mediator_gets_the_whole_record_and_it_is_verified_and_worked_out_again(
    host: RunningHost, tmp_path: Path
) -> None:
    path = fetched(host, "mediator.duty", tmp_path / "whole.zip")
    report = verify(path)
    assert (report.failures, report.disclosed, report.unsigned) == ([], report.size, 0)
    assert report.signed >= 8
    status, said, error = keepclear("verify", str(path), "--recompute")
    assert (status, error) == (0, ""), said
    assert f"{report.size:,} of {report.size:,} entries say the same" in said


@pytest.mark.parametrize("desk", ["alpha.air", "bravo.air", "charlie.air"])
def test_a_party_gets_what_its_desks_may_read_and_nothing_else(host: RunningHost, tmp_path: Path, desk: str) -> None:
    path = fetched(host, desk, tmp_path / "party.zip")
    report = verify(path)
    assert (report.failures, report.made_for) == ([], desk.partition(".")[0])
    with host.client(desk) as client:
        readable = {item["index"]: item for item in client.record()}
    entries = opened(path)
    statements = {index for index, item in readable.items() if item["kind"] == "statement"}
    assert {index for index, entry in entries.items() if entry["kind"] == "statement"} == statements
    assert entries.keys() <= readable.keys()
    assert not any(entry["kind"] == "clock" for entry in entries.values())
    if report.disclosed < report.size:
        status, _, error = keepclear("verify", str(path), "--recompute")
        assert (status, "are there as hashes alone" in error) == (2, True)


def test_what_a_party_may_not_see_is_not_in_its_file(host: RunningHost, tmp_path: Path) -> None:
    """Charlie was sent neither the message to bravo nor, where a broker stands between, any notice."""
    entries = opened(fetched(host, "charlie.air", tmp_path / "charlie.zip"))
    payloads = [decoded(entry["jws"].split(".")[1]).decode() for entry in entries.values() if "jws" in entry]
    assert not any("for bravo" in payload for payload in payloads)
    with host.client("charlie.air") as charlie:
        sees_notices = charlie.mechanism()["disclosure"] == "board"
    assert any(SECRET in payload for payload in payloads) == sees_notices


def test_what_comes_after_an_index_stays_closed(host: RunningHost, tmp_path: Path) -> None:
    path = fetched(host, "mediator.duty", tmp_path / "to.zip", "?to=2")
    assert sorted(opened(path)) == [0, 1, 2]
    assert verify(path).failures == []


def test_an_export_needs_a_desk(host: RunningHost) -> None:
    assert httpx2.get(f"{host.url}/v1/export", trust_env=False).status_code == 401


def test_a_later_bundle_goes_on_from_an_earlier_one(host: RunningHost, tmp_path: Path) -> None:
    before = fetched(host, "alpha.air", tmp_path / "before.zip")
    size = verify(before).size
    SigningDesk(host, "charlie.air").enrol()
    until(lambda: size_of(host) > size)
    after = fetched(host, "mediator.duty", tmp_path / "after.zip")
    assert verify(after, Asked(against=before)).consistent_with == [size]
    assert verify(before, Asked(against=after)).consistent_with == [size]


@pytest.fixture
def stopped(tmp_path: Path) -> RunningHost:
    host = RunningHost(tmp_path, unsigned=True).start()
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        alpha.say("notice", notice_body(title=SECRET))
        bravo.say("notice", notice_body(37.1, activity="uas"))
        alpha.say("message", {"text": "x"}, to=["bravo"])
    assert host.stop() == 0
    return host


def test_a_data_directory_is_exported_with_what_was_worked_out(stopped: RunningHost, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    status, said, error = keepclear("export", "--data", str(stopped.data), "--out", str(out), "--json")
    assert (status, error) == (0, "")
    told = json.loads(said)
    keys = tuple(parse_verifier_key(key) for key in told["keys"])
    report = verify(out, Asked(keys))
    assert (report.failures, report.size, report.unsigned) == ([], told["size"], 3)
    with Bundle(out) as bundle:
        findings = [json.loads(line)["findings"] for line in bundle.lines()]
    assert {found["code"] for entry in findings for found in entry} >= {"CONFLICT_4D"}
    assert keepclear("verify", str(out), "--recompute", *(f"--key={key.text}" for key in keys))[0] == 0


def test_no_file_is_overwritten_and_none_is_left_behind(stopped: RunningHost, tmp_path: Path) -> None:
    out = tmp_path / "folder" / "out.zip"
    out.parent.mkdir()
    out.write_text("mine")
    arguments = ("export", "--data", str(stopped.data), "--out", str(out))
    status, _, error = keepclear(*arguments)
    assert (status, "nothing is overwritten" in error, out.read_text()) == (2, True, "mine")
    status, _, error = keepclear(*arguments[:-1], str(out.parent / "other.zip"), "--for", "nobody")
    assert (status, "one of alpha, bravo, charlie" in error) == (2, True)
    assert [path.name for path in out.parent.iterdir()] == ["out.zip"]


def test_a_party_s_bundle_from_the_directory_is_that_which_the_host_would_give(
    stopped: RunningHost, tmp_path: Path
) -> None:
    out = tmp_path / "alpha.zip"
    assert keepclear("export", "--data", str(stopped.data), "--out", str(out), "--for", "alpha")[0] == 0
    with stopped.start(with_file=False):
        assert opened(out) == opened(fetched(stopped, "alpha.air", tmp_path / "host.zip"))


def test_a_directory_at_work_or_without_a_record_is_refused(stopped: RunningHost, tmp_path: Path) -> None:
    with stopped.start(with_file=False):
        status, _, error = keepclear("export", "--data", str(stopped.data), "--out", str(tmp_path / "o.zip"))
        assert (status, "is at work on this data directory" in error) == (2, True)
    status, _, error = keepclear("export", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "o.zip"))
    assert (status, "no record in" in error, (tmp_path / "none").exists()) == (2, True, False)


def test_an_alert_that_the_host_did_not_give_is_found_where_it_is_missing(stopped: RunningHost, tmp_path: Path) -> None:
    """A host that keeps an alert back, and signs a record that says there was none."""
    out = tmp_path / "out.zip"
    assert keepclear("export", "--data", str(stopped.data), "--out", str(out))[0] == 0
    entries = list(opened(out).values())
    at = next(index for index, entry in enumerate(entries) if entry["worked_out"] != NOTHING)
    entries[at]["worked_out"] = NOTHING
    lying = parts([rfc8785.dumps(entry) for entry in entries]).write(tmp_path / "lying.zip")
    assert keepclear("verify", str(lying))[0] == 0, "only working it out again can tell"
    status, said, _ = keepclear("verify", "--recompute", str(lying))
    first = said.splitlines()[0]
    assert (status, first.startswith(f"entry {at}: what follows: by the record the hash {NOTHING}")) == (1, True), first
