"""The host is killed, and its disk refuses, at each write and sync by which the store makes a statement durable.

The oracle is what a desk was answered: that is there after the next start, at its index; and what the disk refused was
told to nobody.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keepclear.client import Client
from keepclear.errors import KeepclearError
from tests.host.running import RunningHost, statement, until
from tests.needs import require

pytestmark = pytest.mark.endurance

AT_EACH = [(call, when) for call, most in (("pwrite64", 4), ("fdatasync", 3)) for when in range(1, most + 1)]
"""The calls on the store's files while statements are made durable one by one, by how often each has been made."""

STATEMENTS = 6


@contextmanager
def _injected(host: RunningHost, call: str, when: int, what: str) -> Iterator[None]:
    """strace at work on the running host; it looks only at the store's files."""
    store = host.data / "keepclear.sqlite3"
    watched = [part for end in ("", "-wal") for part in ("-P", f"{store}{end}")]
    inject = f"inject={call}:{what}:when={when}"
    command = ["strace", "-f", "-qq", "-o", str(host.data / "trace"), *watched, "-e", f"trace={call}", "-e", inject]
    tracer = subprocess.Popen([*command, "-p", str(host.pid)])
    try:
        status = Path(f"/proc/{host.pid}/status")
        until(lambda: f"TracerPid:\t{tracer.pid}\n" in status.read_text())
        yield
    finally:
        host.kill()
        tracer.wait(20)


def _said(client: Client, told: dict[str, int]) -> KeepclearError | None:
    """Statements one by one, each tried once, until one is refused; ``told``: the index of each that was answered."""
    first = client.me()["next_serial"]
    for number in range(STATEMENTS):
        said = statement("alpha.air", first + number, "message", {"text": "routine"}, to=["bravo"])
        try:
            told[said["id"]] = client._once("POST", "/v1/statements", json=said)["index"]
        except KeepclearError as error:
            return error
    return None


def _check_aftermath(host: RunningHost, told: dict[str, int]) -> None:
    """Started again, it has all that was answered, at its index, perhaps the one that was not; and goes on."""
    with host.start(with_file=False), host.client("mediator.duty") as mediator:
        rows = [row for row in mediator.record() if row["statement"] and row["statement"]["type"] == "message"]
        there = {row["statement"]["id"]: row["index"] for row in rows}
        assert told.items() <= there.items()
        assert len(there) <= len(told) + 1
        with host.client("alpha.air") as alpha:
            assert _said(alpha, {}) is None


@pytest.mark.parametrize(("call", "when"), AT_EACH)
def test_killed_at_each_call_of_the_store_nothing_answered_is_lost(tmp_path: Path, call: str, when: int) -> None:
    require(shutil.which("strace") is not None, "strace")
    host, told = RunningHost(tmp_path).start(), dict[str, int]()
    with host.client("alpha.air") as alpha, _injected(host, call, when, "signal=SIGKILL"):
        assert _said(alpha, told) is not None, "the call was reached"
        assert host.wait() == -signal.SIGKILL
    _check_aftermath(host, told)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize(("call", "when"), AT_EACH)
def test_where_the_stores_disk_refuses_nobody_is_told_and_the_host_ends(
    tmp_path: Path, call: str, when: int, error: str
) -> None:
    require(shutil.which("strace") is not None, "strace")
    host, told = RunningHost(tmp_path).start(), dict[str, int]()
    with host.client("alpha.air") as alpha, _injected(host, call, when, f"error={error}"):
        refusal = _said(alpha, told)
        assert refusal is not None
        assert refusal.status == 503
        assert host.wait() == 1, "a supervisor is to start it again"
    assert "store_failed" in host.log()
    _check_aftermath(host, told)
