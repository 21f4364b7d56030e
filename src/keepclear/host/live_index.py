"""The index of the live notices: plain until the grid's code is there, so that nobody waits for a compiler.

Once a mechanism is large enough for the grid, another process compiles what is not compiled yet, a thread loads it, and
the index changes over at the next notice. The answers are the same either way.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import structlog

from keepclear.detection.growing import LARGE, GrowingIndex
from keepclear.host.index_file import mapped, write_whole
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import Mechanism

_A_FLOOR = b'"floor":'
"""What every volume in a state says once."""

_log = structlog.get_logger("keepclear.host")


def live_index(agreement: Agreement) -> GrowingIndex:
    """An empty index under this agreement's rules."""
    return GrowingIndex(agreement.separations, agreement.heights, may_grow=_loaded)


def about_index(length: int, state: bytes) -> dict[str, str | int]:
    """What an index stands for: the first so many entries of a record, which add up to this state."""
    return {"position": length, "state": sha256(state).hexdigest()}


def index_parts(index: GrowingIndex, agreement: Agreement, about: Mapping[str, str | int]) -> list[bytes] | None:
    """The bytes of an index, copied; None while it is small enough to be made anew as quickly as it is read."""
    if index.grid is None:
        return None
    from keepclear.detection.snapshot import parts_of

    return [bytes(part) for part in parts_of(index.grid, agreement.separations, agreement.heights, about)]


def write_index(path: Path, parts: list[bytes]) -> None:
    """The index is on the disk; a disk that refuses is told of in the log, for the record is enough."""
    from keepclear.detection.snapshot import sealed

    try:
        write_whole(path, sealed(parts))
    except OSError as error:
        _log.warning("index_not_kept", path=str(path), reason=repr(error))


def load_index(index: GrowingIndex, agreement: Agreement, path: Path, about: Mapping[str, str | int]) -> bool:
    """True when the index was read from the file; the log says why where one that is there cannot be used."""
    if not path.exists():
        return False
    from keepclear.detection.compiled import is_complete

    if not is_complete():
        return False
    from keepclear.detection.snapshot import index_from

    try:
        index.take(index_from(mapped(path), agreement.separations, agreement.heights, about))
    except (OSError, ValueError) as error:
        _log.warning("index_unusable", path=str(path), reason=str(error))
        return False
    return True


def await_grid(mechanism: Mechanism) -> None:
    """Returns once the grid's code is there, or cannot be, if so much is live that a question about all needs it.

    Before anybody is served that is the quicker way: without the grid such a question takes minutes.
    """
    live = (notice.body.envelope for notice in mechanism.notices() if notice.is_live)
    if sum(len(envelope) for envelope in live if isinstance(envelope, tuple)) >= LARGE:
        _loading()[1].join()


def await_grid_for(state: bytes) -> None:
    """Returns once the grid's code is there if a state may hold so much that is live, and the code was compiled before.

    Its notices then go straight into the grid, which takes them far sooner than the plain index. Nobody waits for a
    compiler: where that is still to run, the plain index takes them all the same.
    """
    if state.count(_A_FLOOR) < LARGE:
        return
    from keepclear.detection.compiled import is_complete

    if is_complete():
        _loading()[1].join()


def _loaded() -> bool:
    """True once the grid's code is loaded; the first question sets that going."""
    return _loading()[0].is_set()


@cache
def _loading() -> tuple[threading.Event, threading.Thread]:
    ready = threading.Event()
    thread = threading.Thread(target=_load, args=(ready,), name="grid-code", daemon=True)
    thread.start()
    return ready, thread


def _load(ready: threading.Event) -> None:
    done = subprocess.run(  # our own interpreter and module
        [sys.executable, "-m", "keepclear.detection.warm"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        _log.warning("grid_not_compiled", reason=done.stderr.strip()[-500:])
        return
    importlib.import_module("keepclear.detection.warm").warm()
    ready.set()
