"""The one way in which this room compiles: to machine code kept on disk, with plain IEEE arithmetic, without the lock.

Nothing is compiled when a module is imported; ``warm`` compiles all there is. Numba looks for kept code by the file of
a function alone, and would not see that one it calls has changed: so code is kept in a folder that is named for all
of the sources, and other sources find another folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from keepclear.spacetime import geodesic, heights

COMPLETE = "complete"
"""The file that ``warm`` leaves beside the code when it is done."""

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function as machine code, kept in ``code_folder`` or where ``NUMBA_CACHE_DIR`` says."""
    return _njit(function, counts=True)


def compiled_lean(function: F) -> F:
    """``compiled`` for a function that makes no arrays: those that it is given, and parts of them, are not counted.

    To count one more user of an array, and one less afterwards, takes as long as all that is done with a row of it.
    """
    return _njit(function, counts=False)


def _njit(function: F, *, counts: bool) -> F:
    """What is not said here would be taken over from whichever function first calls this one."""
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": counts}
    return cast("F", numba.njit(**options)(function))


def code_folder() -> Path:
    """Where this version's machine code is kept: beside the source if that can be written, else with the user."""
    here = Path(__file__).parent
    sources = [*sorted(here.rglob("kernels*.py")), Path(__file__), Path(geodesic.__file__), Path(heights.__file__)]
    digest = sha256(numba.__version__.encode())
    for source in sources:
        digest.update(source.read_bytes())
    given = os.environ.get("NUMBA_CACHE_DIR")
    own = here / "__pycache__"
    beside = os.access(own if own.exists() else here, os.W_OK)
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keepclear"
    return (Path(given) if given else own if beside else user) / f"kernels-{digest.hexdigest()[:16]}"


def is_complete() -> bool:
    """True when ``warm`` has compiled all there is, from these very sources."""
    return (code_folder() / COMPLETE).exists()


numba.config.CACHE_DIR = str(code_folder())  # type: ignore[attr-defined]  # numba sets its settings at run time
