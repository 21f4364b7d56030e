"""The log's process is killed, and the disk refuses, at every call that changes or syncs anything; and power is lost.

After each: what was released is how the log begins, the log goes on, and in the end it is what it would have been.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from keepclear.record.consistency import verify_consistency
from keepclear.record.keys import LogKeys, log_keys
from keepclear.record.tile_log import TileLog
from keepclear.record.verify.checkpoint import parse_checkpoint
from keepclear.record.verify.note import parse_note, verify_note
from tests.needs import require
from tests.oracles import merkle
from tests.record.fault_driver import SIZES, STRIKE
from tests.record.logs import ORIGIN, leaves

pytestmark = pytest.mark.endurance

FINAL = 900


@pytest.fixture(autouse=True)
def _strace() -> None:
    require(shutil.which("strace") is not None, "strace is not installed (scripts/system_needs.py installs it)")


@cache
def root(size: int) -> bytes:
    return merkle.mth(leaves(0, size))


def run(folder: Path, call: str, *strace: str) -> Path:
    """The driver under strace; answers where strace wrote what it saw."""
    trace = folder.with_suffix(".strace")
    driver = (sys.executable, "-B", "-m", "tests.record.fault_driver", str(folder), call)
    subprocess.run(
        ["strace", "-f", "-qq", "-o", str(trace), *strace, *driver],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return trace


def struck(folder: Path, status: int) -> Iterator[Path]:
    """The folders of the children that were struck, each of which must have ended so; the last went through."""
    ended = [line.split() for line in (folder / "ended").read_text().splitlines()]
    assert ended[-1][1] == "0", "some call was always there to be struck"
    assert {how for _, how in ended[:-1]} == {str(status)}
    for at, _ in ended:
        yield folder / at


def released(folder: Path) -> list[tuple[int, bytes]]:
    path = folder / "released"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(size), bytes.fromhex(hashed)) for size, hashed in map(str.split, lines)]


def judge(folder: Path) -> int:
    """What the log must be after a start, whatever happened before; answers the size that it came back with."""
    data = folder / "data"
    log = TileLog(data / "log", ORIGIN, log_keys(data / "keys").signers(ORIGIN))
    back = log.size
    assert back in (0, *SIZES)
    assert log.checkpoint.root == root(back)
    for size, hashed in released(folder):
        assert hashed == root(size), "what was released is a tree of what was appended"
        assert size <= back, "nothing that was released is gone"
        verify_consistency(size, hashed, back, log.checkpoint.root, log.consistency_proof(size))
    log.append(leaves(back, FINAL))
    assert log.publish().root == root(FINAL)
    for index in range(-(-FINAL // 256)):
        log.check_bundle(index)
    assert log.leaves(0, FINAL) == leaves(0, FINAL)
    assert not list((data / "log/tile/0").glob("00[012].p")), "partial tiles of full ones are gone"
    return back


@pytest.mark.parametrize(
    ("call", "at_least"), [("fsync", 40), ("write", 18), ("rename", 6), ("mkdir", 12), ("unlinkat", 3), ("rmdir", 3)]
)
def test_killed_at_every_call_the_log_comes_back_with_all_that_was_released(
    tmp_path: Path, call: str, at_least: int
) -> None:
    run(tmp_path / call, call, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={STRIKE}")
    back = [judge(folder) for folder in struck(tmp_path / call, -9)]
    assert len(back) > at_least, "every call of the work was struck"
    assert back == sorted(back)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize(("call", "at_least"), [("fsync", 40), ("write", 18), ("rename", 6), ("mkdir", 12)])
def test_where_the_disk_refuses_nothing_is_signed_and_nothing_tried_again(
    tmp_path: Path, call: str, at_least: int, error: str
) -> None:
    """Only one call fails; one that is tried again would succeed, and be found. (The driver sees to the rest of it:
    after a failure nothing more can be had of the log, and no file changes.)
    """
    run(tmp_path / call, call, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={STRIKE}")
    ahead = 0
    folders = list(struck(tmp_path / call, 3))
    for folder in folders:
        newest = max((size for size, _ in released(folder)), default=0)
        path = folder / "data/log/checkpoint"
        if path.exists():
            note = parse_note(path.read_bytes())
            keys = [signer.key for signer in log_keys(folder / "data/keys").signers(ORIGIN)]
            assert len(verify_note(note, keys)) == 2
            ahead += parse_checkpoint(note.text).size > newest
        judge(folder)
    assert len(folders) > at_least
    assert ahead == (len(SIZES) if call == "fsync" else 0), "only where the name of a whole checkpoint failed to sync"


_OPENED = re.compile(r'openat\([^"]*"([^"]+)", \S*O_(?:WRONLY|RDWR)\S*O_CREAT.*\) = \d')
_WRITTEN = re.compile(r"write\(\d+<([^>]+)>, ")
_SYNCED = re.compile(r"fsync\(\d+<([^>]+)>\) += 0")
_MADE = re.compile(r'mkdir\("([^"]+)", \d+\) += 0')
_RENAMED = re.compile(r'rename\("([^"]+)", "([^"]+)"\) += 0')
_TOLD = re.compile(r'writev\(\d+<[^>]+/released>, \[\{iov_base="(\d+) ')


def test_at_a_loss_of_power_what_was_released_is_on_the_disk_with_every_name_on_the_way_to_it(tmp_path: Path) -> None:
    """Whatever was not synced is taken for lost: when the checkpoint gets its name, nothing under it may be."""
    calls = "trace=openat,write,writev,fsync,rename,mkdir"
    trace = run(tmp_path / "clean", "fsync", "-y", "-e", calls)
    base = str(tmp_path / "clean/1/data")
    unsynced: set[str] = set()
    known: set[str] = set()
    told = []
    for line in trace.read_text().splitlines():
        if found := _OPENED.search(line):
            path = found[1]
            unsynced |= {path} | ({str(Path(path).parent)} if path not in known else set())
            known.add(path)
        elif found := _WRITTEN.search(line):
            unsynced.add(found[1])
        elif found := _SYNCED.search(line):
            unsynced.discard(found[1])
        elif found := _MADE.search(line):
            unsynced.add(str(Path(found[1]).parent))
        elif found := _RENAMED.search(line):
            old, new = found[1], found[2]
            if new.endswith("/log/checkpoint"):
                assert _under(unsynced, base) <= {f"{base}/log"}
            assert not _under(unsynced, old), "what gets its name is synced, and all within it"
            unsynced.add(str(Path(new).parent))
            known.add(new)
        elif found := _TOLD.search(line):
            told.append(int(found[1]))
            assert not _under(unsynced, base)
    assert told == list(SIZES)


def _under(paths: set[str], base: str) -> set[str]:
    return {path for path in paths if path == base or path.startswith(f"{base}/")}


CLOCK = """
import sys, time
from pathlib import Path
from keepclear.record.keys import LogKeys
from keepclear.record.tile_log import TileLog
keys = LogKeys(b"e" * 32, b"m" * 32, b"s" * 32)
log = TileLog(Path(sys.argv[1]), "example.com/log", keys.signers("example.com/log"))
log.append([b"leaf"])
log.publish(int(time.time()))
"""


def test_where_the_clock_jumps_by_an_hour_or_a_year_the_signed_time_never_goes_back(tmp_path: Path) -> None:
    require(shutil.which("faketime") is not None, "faketime is not installed (scripts/system_needs.py installs it)")
    keys = [signer.key for signer in LogKeys(b"e" * 32, b"m" * 32, b"s" * 32).signers(ORIGIN)]
    times = []
    for jump in ("+0d", "+1h", "-1h", "+365d", "-365d"):
        subprocess.run(
            ["faketime", "-f", jump, sys.executable, "-c", CLOCK, str(tmp_path / "log")],
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        signed = verify_note(parse_note((tmp_path / "log/checkpoint").read_bytes()), keys)
        times.append(signed[1].time_s or 0)
    start = times[0]
    assert times == sorted(times)
    assert 3_590 < times[1] - start < 3_700
    assert times[2] == times[1]
    assert 364 * 86_400 < times[3] - start < 366 * 86_400
    assert times[4] == times[3]
