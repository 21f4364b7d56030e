"""Killed, refused by its disk or given another time at any point, a witness never goes back on what it has told.

``strace`` kills it, or makes the disk refuse, at each call that touches the state file, one after another; ``faketime``
sets its clock. The oracle: what was told in an answer 200 is what it is found at after a restart; what was not told may
be there or not; and no two different trees of one size are ever cosigned.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from keepclear.record.verify.note import parse_note, verify_note
from tests.host.running import until
from tests.needs import require
from tests.record.running_witness import RunningWitness
from tests.record.small_log import SmallLog
from tests.record.test_witness import body

pytestmark = pytest.mark.endurance

OLD, NEW = 10, 20
AT_EACH = [
    ("openat", 1), ("write", 1), ("fsync", 1), ("close", 1), ("rename", 1), ("openat", 2), ("fsync", 2), ("close", 2),
]  # fmt: skip
"""The calls of one cosigning on the state file and its folder, in their order, by how often each has been made."""


@pytest.fixture(scope="module")
def log() -> SmallLog:
    return SmallLog().grow(40)


def _at_ten(log: SmallLog, folder: Path) -> RunningWitness:
    witness = RunningWitness(folder, [log.key]).start()
    assert witness.add(body(log, 0, OLD)).status_code == 200
    witness.end()
    return witness


@contextmanager
def _injected(witness: RunningWitness, call: str, when: int, what: str) -> Iterator[None]:
    """strace at work on the running witness; it looks only at the state file, its unfinished form and its folder."""
    folder = next((witness.data / "logs").iterdir())
    watched = [part for name in ("checkpoint", "checkpoint.new", "") for part in ("-P", str(folder / name))]
    inject = f"inject={call}:{what}:when={when}"
    command = ["strace", "-f", "-qq", "-o", str(witness.data / "trace"), *watched, "-e", f"trace={call}", "-e", inject]
    tracer = subprocess.Popen([*command, "-p", str(witness.pid)])
    try:
        status = Path(f"/proc/{witness.pid}/status")
        until(lambda: f"TracerPid:\t{tracer.pid}\n" in status.read_text())
        yield
    finally:
        witness.end()
        tracer.wait(20)


def _asked(witness: RunningWitness, log: SmallLog) -> httpx2.Response | None:
    try:
        return witness.add(body(log, OLD, NEW))
    except httpx2.TransportError:
        return None


def _check_aftermath(witness: RunningWitness, log: SmallLog, *, told: bool) -> None:
    """Started again, it stands where it told, or at either where it told nothing; and goes on from there only."""
    with witness.start():
        stands = int(witness.add(body(log, 1, NEW)).content)
        assert stands == NEW if told else stands in (OLD, NEW)
        fork = log.fork(stands - 1).grow(30 - stands, "other")
        assert witness.add(body(fork, stands, 25)).status_code == 422
        assert witness.add(body(log, stands, 25)).status_code == 200


@pytest.mark.parametrize(("call", "when"), AT_EACH)
def test_killed_at_each_call_it_has_lost_nothing_that_it_told(
    log: SmallLog, tmp_path: Path, call: str, when: int
) -> None:
    require(shutil.which("strace") is not None, "strace")
    witness = _at_ten(log, tmp_path)
    witness.start()
    with _injected(witness, call, when, "signal=SIGKILL"):
        answer = _asked(witness, log)
        assert witness.wait() == -signal.SIGKILL, "the call was reached, and was its last"
    assert answer is None, "killed before it could answer: nothing is told ahead of the disk"
    _check_aftermath(witness, log, told=False)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize(("call", "when"), [one for one in AT_EACH if one[0] != "close"])
def test_a_disk_that_refuses_ends_the_witness_and_nothing_is_cosigned(
    log: SmallLog, tmp_path: Path, call: str, when: int, error: str
) -> None:
    require(shutil.which("strace") is not None, "strace")
    witness = _at_ten(log, tmp_path)
    witness.start()
    with _injected(witness, call, when, f"error={error}"):
        answer = _asked(witness, log)
        assert answer is not None
        assert (answer.status_code, "\u2014" in answer.text) == (503, False)
        assert witness.wait() == 1, "a supervisor is to start it again, for nobody knows what the disk holds"
    assert "witness_failed" in witness.log()
    _check_aftermath(witness, log, told=False)


def test_killed_after_its_answer_it_stands_by_it(log: SmallLog, tmp_path: Path) -> None:
    witness = _at_ten(log, tmp_path)
    witness.start()
    answer = _asked(witness, log)
    assert answer is not None
    assert answer.status_code == 200
    witness.end()
    _check_aftermath(witness, log, told=True)


def test_cosignature_times_never_go_back_whatever_the_clock_does(log: SmallLog, tmp_path: Path) -> None:
    require(shutil.which("faketime") is not None, "faketime")
    witness, times, size = RunningWitness(tmp_path, [log.key]), [], 0
    for jump in ("+0", "-1h", "+1h", "-365d", "+365d", "+0", "-1h"):
        with witness.start(prefix=["faketime", "-f", jump] if jump != "+0" else []):
            answer = witness.add(body(log, size, size + 2))
            assert answer.status_code == 200, answer.text
            size += 2
            signed = verify_note(parse_note(log.note(size).to_bytes() + answer.content), witness.keys)
            assert len({one.time_s for one in signed}) == 1, "both keys name one time"
            times.append(signed[0].time_s or 0)
    assert times == sorted(times)
    assert times[4] - times[0] > 364 * 86_400, "the clock did jump"
    assert times[5] == times[4], "set back by a year, it stays where it was"
    assert witness.log().count("clock_behind") == 4
