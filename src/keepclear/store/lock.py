"""One host a data directory: an advisory lock that the kernel lets go when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from keepclear.errors import StoreInUse


class DirectoryLock:
    """Held from construction to ``release`` or the end of the process. ``flock(2)``: nothing stale stays behind.

    Raises ``StoreInUse``, naming the process that holds it, when somebody else does.
    """

    def __init__(self, directory: Path) -> None:
        self._file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() or "another process"
            os.close(self._file)
            message = (
                f"{directory}: process {holder} is at work on this data directory; stop it, or give another directory"
            )
            raise StoreInUse(message) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """The lock is free; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
