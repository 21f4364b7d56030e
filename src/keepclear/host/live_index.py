"""The index of the live notices: plain until the grid's code is there, so that nobody waits for a compiler.

Once a mechanism is large enough for the grid, another process compiles what is not compiled yet, a thread loads it, and
the index changes over at the next notice. The answers are the same either way.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from functools import cache

import structlog

from keepclear.detection.growing import LARGE, GrowingIndex
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import Mechanism

_log = structlog.get_logger("keepclear.host")


def live_index(agreement: Agreement) -> GrowingIndex:
    """An empty index under this agreement's rules."""
    return GrowingIndex(agreement.separations, agreement.heights, may_grow=_loaded)


def await_grid(mechanism: Mechanism) -> None:
    """Returns once the grid's code is there, or cannot be, if so much is live that a question about all needs it.

    Before anybody is served that is the quicker way: without the grid such a question takes minutes.
    """
    live = (notice.body.envelope for notice in mechanism.notices() if notice.is_live)
    if sum(len(envelope) for envelope in live if isinstance(envelope, tuple)) >= LARGE:
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
