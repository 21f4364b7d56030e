"""What SQLite has written ahead: it has room beforehand, and is moved into the file proper beside the writer.

A commit that makes the log file longer costs the disk two writes, one of them the file system's own, and SQLite by
itself moves pages (a checkpoint, https://www.sqlite.org/wal.html#ckpt) in the middle of some commit, which then takes
as long as hundreds. Neither changes what is durable when: that is the sync of the log at each commit.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

ROOM_BYTES = 8 << 20
"""How long the log file is made at the start."""
MOVE_AT_BYTES = 7 << 20
"""About so much is written ahead before it is moved, so that few commits ever run beside a move."""
WRITER_MOVES_AT_PAGES = 65_536
"""Where the writer would move pages after all, were the thread gone: 256 MB."""
_PAGE_BYTES = 4096
_PAGES_BESIDE = 2
_FEW_PAGES = 64


class WriteAhead:
    """The log beside the database at ``path``; ``guard`` is held by whoever writes or reads through the store.

    ``failed`` is told when the medium refuses a move: as after a refused commit, nothing more should be written then.
    """

    def __init__(self, path: Path, guard: threading.Lock, failed: Callable[[sqlite3.Error], None]) -> None:
        self._path, self._guard, self._failed = path, guard, failed
        self._ahead_bytes = 0
        self._due = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        _make_room(path.with_name(f"{path.name}-wal"))

    def note(self, contents: Sequence[bytes]) -> None:
        """These are written ahead now. Called under the guard."""
        pages = sum(map(len, contents)) // _PAGE_BYTES + len(contents) // 32 + 1 + _PAGES_BESIDE
        self._ahead_bytes += pages * _PAGE_BYTES
        if self._ahead_bytes < MOVE_AT_BYTES:
            return
        self._ahead_bytes = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="keepclear-checkpoint", daemon=True)
            self._thread.start()
        self._due.set()

    def close(self) -> None:
        """A move that is at work has ended. Not to be called under the guard."""
        self._closing = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            connection = sqlite3.connect(self._path, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                while self._due.wait() and not self._closing:
                    self._due.clear()
                    self._move(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            self._failed(error)

    def _move(self, connection: sqlite3.Connection) -> None:
        """Nearly everything beside the writer; then the little that came meanwhile while it waits.

        Only when nothing at all is left does the next commit begin the log again from its start.
        """
        for _ in range(8):
            if _left_after_move(connection) <= _FEW_PAGES:
                break
        with self._guard:
            _left_after_move(connection)


def _left_after_move(connection: sqlite3.Connection) -> int:
    """Pages are moved while others may write; how many are left."""
    _, written, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(written - moved)


def _make_room(log: Path) -> None:
    """The log file is ``ROOM_BYTES`` long, with zeros behind what SQLite has in it: it reads none of them as a page.

    A disk that has no room for it is no failure yet: a commit will tell.
    """
    try:
        file = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    length = os.fstat(file).st_size
    try:
        if length < ROOM_BYTES:
            os.pwrite(file, bytes(ROOM_BYTES - length), length)
            os.fsync(file)
    except OSError:
        os.ftruncate(file, length)
    finally:
        os.close(file)
