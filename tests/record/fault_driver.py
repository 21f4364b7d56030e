"""A log at work in a process that is run under strace: each child is stopped, or lied to, at another system call.

strace counts the calls of every process for itself. So one strace serves a whole series: a child that is to be struck
at its n-th call first makes (STRIKE − n) calls of that kind that do nothing.

Run as ``python -m tests.record.fault_driver FOLDER CALL``; ``CALL`` is one of :data:`IDLE`. What a child has
released it notes with writev(2), which nobody interferes with.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from keepclear.errors import RecordFailed
from keepclear.record.keys import log_keys
from keepclear.record.tile_log import TileLog
from tests.record.logs import ORIGIN, leaves

STRIKE = 150
"""The call at which strace strikes."""

SIZES = (10, 300, 310, 600)
"""A checkpoint at each: partial tiles begun, filled, gone; folders made; one that only widens what is there."""

CLOSED = 1_000_000
"""A file number that is not open."""

IDLE: dict[str, Callable[[], object]] = {
    "fsync": lambda: os.fsync(CLOSED),
    "write": lambda: os.write(CLOSED, b""),
    "rename": lambda: os.rename("/nowhere/a", "/nowhere/b"),  # noqa: PTH104 - the very call
    "mkdir": lambda: os.mkdir("/nowhere/a"),  # noqa: PTH102 - the very call
    "unlinkat": lambda: os.unlink("a", dir_fd=CLOSED),
    "rmdir": lambda: os.rmdir("/nowhere/a"),  # noqa: PTH106 - the very call
}
"""A call of each kind that does nothing."""


def work(folder: Path) -> None:
    """Keys, a log and its checkpoints, each noted when released. After a failure nothing more can be had of the log."""
    notes = os.open(folder / "released", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    keys = log_keys(folder / "data" / "keys")
    log = TileLog(folder / "data" / "log", ORIGIN, keys.signers(ORIGIN))
    for size in SIZES:
        if size <= log.size:
            continue
        log.append(leaves(log.size, size))
        try:
            checkpoint = log.publish(size)
        except RecordFailed:
            _no_more_of(log, folder)
            raise
        os.writev(notes, [f"{checkpoint.size} {checkpoint.root.hex()}\n".encode()])


def _no_more_of(log: TileLog, folder: Path) -> None:
    there = _all_files(folder)
    for attempt in (log.publish, lambda: log.append([b"more"])):
        with suppress(RecordFailed):
            attempt()
            os._exit(70)
    if _all_files(folder) != there:
        os._exit(71)


def _all_files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def child(folder: Path, call: str, at: int) -> None:
    """Ends with 0: it went through; 3: it failed and said so; 70 and over: it did what it must not."""
    status = 72
    try:
        for _ in range(STRIKE - at):
            with suppress(OSError):
                IDLE[call]()
        status = 0
        work(folder)
    except (RecordFailed, OSError):
        status = 3
    finally:
        os._exit(status)


def main() -> None:
    """One child after another, until one goes through: then there is no such call any more."""
    folder, call = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir()
    ended = os.open(folder / "ended", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for at in range(1, STRIKE):
        (folder / str(at)).mkdir()
        pid = os.fork()
        if pid == 0:
            child(folder / str(at), call, at)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.writev(ended, [f"{at} {status}\n".encode()])
        if status == 0:
            return
    sys.exit("more calls than are looked at")


if __name__ == "__main__":
    main()
