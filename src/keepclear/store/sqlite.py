"""The embedded store: one SQLite file in a data directory, written ahead (WAL) and fully synced.

``synchronous=FULL`` in WAL mode syncs the log file at every commit, so what ``append`` returned from survives a power
cut (https://www.sqlite.org/pragma.html#pragma_synchronous). What was written ahead goes into the file proper beside
the writer (``write_ahead``). One process at a time has the directory (``lock``).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from keepclear.errors import PositionTaken, RecordDamaged, StoreFailed, StoreTooNew
from keepclear.store.lock import DirectoryLock
from keepclear.store.queries import Migration, migrations, queries
from keepclear.store.write_ahead import WRITER_MOVES_AT_PAGES, WriteAhead

LOG_SHIFT = 40
"""An entry's row number is its log's number, shifted by so many bits, and its position."""
SNAPSHOTS_KEPT = 2
BUSY_TIMEOUT_MS = 5_000
FILE_NAME = "keepclear.sqlite3"


def _digest(log: str, position: int, content: bytes) -> bytes:
    return _digests(log, position, [content])[0]


def _digests(log: str, first: int, contents: Sequence[bytes]) -> list[bytes]:
    """The hash of each of several entries that follow each other."""
    name, sha256 = log.encode("utf-8"), hashlib.sha256
    return [sha256(b"%s\0%d\0%s" % (name, at, content)).digest() for at, content in enumerate(contents, first)]


class SqliteStore:
    """The store Protocol on ``DIR/keepclear.sqlite3``; the directory is made (mode 0700) if it is not there.

    Raises ``StoreInUse`` when another process has the directory, ``StoreTooNew`` when a newer Keepclear wrote it, and
    ``StoreFailed`` for anything the disk or SQLite refuses. After a failed write it takes no more writes.
    """

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._guard = threading.Lock()
        self._failed: str | None = None
        self._closed = False
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = DirectoryLock(self.directory)
        except OSError as error:
            message = f"{self.directory}: {error.strerror}; give a directory that can be written"
            raise StoreFailed(message) from error
        try:
            self._connection = _connect(self.directory / FILE_NAME)
            self._ahead = WriteAhead(self.directory / FILE_NAME, self._guard, self._fail)
        except BaseException:
            self._lock.release()
            raise

    def append(self, log: str, expected: int, entries: Sequence[bytes]) -> None:
        """See ``Store.append``."""
        with self._guard, self._writing():
            identity, length = self._log(log)
            if expected != length:
                message = f"log {log!r}: entries were meant for position {expected}, it ends at {length}"
                raise PositionTaken(message)
            self._execute("grow_log", id=identity, added=len(entries), expected=expected)
            ids = range((identity << LOG_SHIFT) + expected, (identity << LOG_SHIFT) + expected + len(entries))
            rows = zip(ids, entries, _digests(log, expected, entries), strict=True)
            self._connection.executemany(queries()["add_entry"], rows)
            self._ahead.note(entries)

    def read(self, log: str, start: int, limit: int) -> list[bytes]:
        """See ``Store.read``."""
        with self._guard, self._reading():
            found = self._execute("get_log", log=log).fetchone()
            if found is None:
                return []
            identity, length = found
            start = max(start, 0)
            end = min(start + max(limit, 0), length)
            rows = self._execute("read_entries", id=identity, start=start, end=end).fetchall()
        return _checked(log, range(start, end), rows)

    def length(self, log: str) -> int:
        """See ``Store.length``."""
        with self._guard, self._reading():
            found = self._execute("get_log", log=log).fetchone()
            return int(found[1]) if found else 0

    def logs(self) -> list[str]:
        """See ``Store.logs``."""
        with self._guard, self._reading():
            return [name for (name,) in self._execute("list_logs")]

    def save_snapshot(self, log: str, position: int, data: bytes) -> None:
        """See ``Store.save_snapshot``; the last ``SNAPSHOTS_KEPT`` are kept, so that a damaged one has another."""
        with self._guard, self._writing():
            identity, length = self._log(log)
            if length < position:
                message = f"log {log!r}: a snapshot of {position} entries, but it has fewer"
                raise PositionTaken(message)
            hashed = _digest(log, position, data)
            self._execute("add_snapshot", id=identity, position=position, content=data, hash=hashed)
            self._execute("drop_old_snapshots", id=identity, keep=SNAPSHOTS_KEPT)
            self._ahead.note([data])

    def latest_snapshot(self, log: str) -> tuple[int, bytes] | None:
        """See ``Store.latest_snapshot``."""
        with self._guard, self._reading():
            found = self._execute("get_log", log=log).fetchone()
            if found is None:
                return None
            for position, content, hashed in self._execute("list_snapshots", id=found[0], length=found[1]):
                if _digest(log, position, content) == hashed:
                    return position, content
        return None

    def close(self) -> None:
        """See ``Store.close``."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
        self._ahead.close()
        self._connection.close()
        self._lock.release()

    def _log(self, log: str) -> tuple[int, int]:
        """The number and length of a log, which is begun if it is new; within a transaction."""
        found = self._execute("get_log", log=log).fetchone()
        if found is None:
            self._execute("create_log", log=log)
            found = self._execute("get_log", log=log).fetchone()
        return found[0], found[1]

    def _execute(self, name: str, **values: object) -> sqlite3.Cursor:
        return self._connection.execute(queries()[name], values)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, durable when the block has ended; whatever SQLite refuses closes the store to writing."""
        self._check_open()
        if self._failed is not None:
            message = f"{self.directory}: an earlier write failed ({self._failed}); start the host again"
            raise StoreFailed(message)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                _roll_back(self._connection)
            if isinstance(error, sqlite3.Error):
                self._fail(error)
                message = f"{self.directory}: {self._failed}; nothing was kept. Look at the disk"
                raise StoreFailed(message) from error
            raise

    def _fail(self, error: sqlite3.Error) -> None:
        """The medium has refused something: nothing more is written, for nobody knows what it still holds."""
        self._failed = self._failed or _said(error)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self._check_open()
        try:
            yield
        except sqlite3.Error as error:
            message = f"{self.directory}: {_said(error)}; it cannot be read. Look at the disk"
            raise StoreFailed(message) from error

    def _check_open(self) -> None:
        if self._closed:
            raise StoreFailed("the store is closed; open it again")


def _checked(log: str, expected: range, rows: list[tuple[int, bytes, bytes]]) -> list[bytes]:
    """The contents of ``rows`` if they are the ``expected`` positions, each with its hash; else ``RecordDamaged``."""
    contents = [content for _, content, _ in rows]
    digests = _digests(log, expected.start, contents)
    for position, row, digest in zip_longest(expected, rows, digests):
        if row is None or row[0] != position:
            message = f"log {log!r}, entry {position}: the row is missing; restore the file from a copy"
            raise RecordDamaged(message)
        if digest != row[2]:
            message = f"log {log!r}, entry {position}: content and hash differ; restore the file from a copy"
            raise RecordDamaged(message)
    return contents


def _connect(path: Path) -> sqlite3.Connection:
    """An open, migrated connection; the file is only for its owner to read."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"{path}: {error.strerror}; give a directory that can be written"
        raise StoreFailed(message) from error
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WRITER_MOVES_AT_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, str(path))
    except sqlite3.Error as error:
        connection.close()
        message = f"{path}: {_said(error)}; it is no store of Keepclear's, or the disk refuses"
        raise StoreFailed(message) from error
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection, name: str, known: Sequence[Migration] | None = None) -> None:
    """Every migration that the file has not had is made, each in a transaction of its own.

    Raises ``StoreTooNew`` when the file has had one that this program does not know.
    """
    steps = migrations() if known is None else known
    connection.execute(queries()["create_migration_table"])
    applied = {number for (number,) in connection.execute(queries()["applied_migrations"])}
    unknown = applied - {step.number for step in steps}
    if unknown:
        message = f"{name}: written by a newer Keepclear (schema {max(unknown)}); run that version or a later one"
        raise StoreTooNew(message)
    for step in steps:
        if step.number not in applied:
            _apply(connection, step)


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(step.sql):
            connection.execute(statement)
        connection.execute(queries()["note_migration"], {"number": step.number, "name": step.name})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            _roll_back(connection)
        raise


def _statements(sql: str) -> Iterator[str]:
    """The single statements of a script: ``executescript`` would commit the transaction that is open."""
    gathered = ""
    for line in sql.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""


def _roll_back(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("ROLLBACK")
    except sqlite3.Error:
        return  # the medium refuses this too: the caller raises what came first


def _said(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return f"{error} ({name})" if name else str(error)
