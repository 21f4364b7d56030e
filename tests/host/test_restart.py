"""Stopped and started: the same mechanism, from the data directory alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from keepclear.store import SqliteStore
from keepclear.store.sqlite import FILE_NAME
from tests.host.running import RunningHost, agreement, notice_body, statement, until


def readings(host: RunningHost) -> list[object]:
    """Everything the mediator can read."""
    with host.client("mediator.duty") as mediator:
        return [
            mediator.notices(), mediator.alerts(open_only=False), mediator.obligations(open_only=False),
            list(mediator.record()), mediator.mechanism(),
        ]  # fmt: skip


def filled(host: RunningHost) -> None:
    """Some notices that meet, an amendment, an acknowledgement."""
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        first = alpha.say("notice", notice_body(title="one"))
        bravo.say("notice", notice_body(lon=37.1, activity="uas"))
        bravo.ack(first["id"], "person")
        alpha.say("amend", {"notice": first["id"], "title": "two"})


@pytest.mark.parametrize("way", ["in order", "killed", "snapshot spoilt", "snapshot of other rules"])
def test_after_a_restart_everything_reads_the_same(tmp_path: Path, way: str) -> None:
    host = RunningHost(tmp_path).start()
    filled(host)
    before = readings(host)
    if way == "killed":
        host.kill()
    else:
        assert host.stop() == 0
        with sqlite3.connect(host.data / FILE_NAME) as file:
            assert file.execute("SELECT count(*) FROM snapshot").fetchone() == (1,), "a clean stop leaves a snapshot"
        file.close()
    if way == "snapshot spoilt":
        _spoil(host.data, b"nonsense")
    if way == "snapshot of other rules":
        _spoil(host.data, b'{"v":1,"rules":"0","raised":{}}\n{}')
    with host.start(with_file=False):
        assert readings(host) == before
        if "snapshot" in way:
            assert "snapshot_unusable" in host.log()


def _spoil(data: Path, content: bytes) -> None:
    """A snapshot that is whole as bytes, and no use."""
    store = SqliteStore(data)
    log = store.logs()[0]
    found = store.latest_snapshot(log)
    assert found is not None
    store.save_snapshot(log, found[0], content)
    store.close()


def test_a_receipt_is_told_again_after_a_restart(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    filled(host)
    said = statement("charlie.air", 1, "notice", notice_body(lon=37.05, activity="ground"))

    def say() -> httpx2.Response:
        headers = {"Authorization": f"Bearer {host.tokens['charlie.air']}"}
        return httpx2.post(f"{host.url}/v1/statements", json=said, headers=headers)

    first = say()
    assert first.status_code == 201
    assert "CONFLICT_4D" in [alert["code"] for alert in first.json()["alerts"]]
    for stop in (host.kill, host.stop):
        stop()
        host.start()
        again = say()
        assert (again.status_code, again.json()) == (200, first.json())
    host.kill()


def test_another_agreement_is_not_slipped_under_a_record(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    host.kill()
    host.file.write_text(agreement("broker"))
    with pytest.raises(AssertionError, match="agreement"):
        host.start()


def test_a_second_host_on_the_same_directory_is_told_so(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host:
        with pytest.raises(AssertionError, match=str(host.pid)):
            host.second()
        with host.client("alpha.air") as alpha:
            assert alpha.me()["desk"] == "alpha.air"


def test_a_deadline_fires_at_its_time_though_nobody_asks(tmp_path: Path) -> None:
    with RunningHost(tmp_path, agreement(rules="ack_flash_min = 0.02")) as host, host.client("alpha.air") as alpha:
        said = alpha.say("notice", notice_body(), to=["bravo"], precedence="FLASH")
        time.sleep(1.6)
        overdue = [alert for alert in alpha.alerts() if alert["code"] == "NO_ACK"]
        assert [alert["about"] for alert in overdue] == [[said["id"]]]
        kinds = [item["kind"] for item in alpha.record()]
        assert "clock" in kinds, "what the clock did is in the record"
        with host.client("mediator.duty") as mediator:
            length = len(list(mediator.record()))
            time.sleep(1.2)
            assert len(list(mediator.record())) == length, "an idle clock is not recorded"


def test_a_deadline_that_passed_while_the_host_was_down_fires_at_its_own_time(tmp_path: Path) -> None:
    host = RunningHost(tmp_path, agreement(rules="ack_flash_min = 0.02")).start()
    with host.client("alpha.air") as alpha:
        said = alpha.say("notice", notice_body(), to=["bravo"], precedence="FLASH")
    host.kill()
    time.sleep(1.5)
    with host.start(), host.client("alpha.air") as alpha:
        overdue = until(lambda: [alert for alert in alpha.alerts() if alert["code"] == "NO_ACK"])
        assert overdue[0]["about"] == [said["id"]]
        assert overdue[0]["raised_at"][:19] <= _plus(said["heard_at"], 2)[:19]


def _plus(instant: str, seconds: float) -> str:
    from keepclear.spacetime.instants import format_instant, parse_instant

    return format_instant(parse_instant(instant, "heard_at") + round(seconds * 1000))


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host:
        other = tmp_path / "other"
        other.mkdir()
        code = (
            "import sys; from pathlib import Path; from keepclear.api.serve import run;"
            "run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), init=True)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(other / "data"), host.url.removeprefix("http://"), str(host.file)],
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ),
        )
        assert done.returncode != 0
        assert "--listen" in done.stderr
        assert "free address" in done.stderr
