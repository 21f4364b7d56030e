"""A store in memory: for the tests of what stands above it, and for a replay that keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from keepclear.errors import PositionTaken, StoreFailed


class MemoryStore:
    """The store Protocol over plain lists. Durable as long as the object lives, and no longer."""

    def __init__(self) -> None:
        self._logs: dict[str, list[bytes]] = {}
        self._snapshots: dict[str, tuple[int, bytes]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def append(self, log: str, expected: int, entries: Sequence[bytes]) -> None:
        """See ``Store.append``."""
        with self._lock:
            self._check_open()
            kept = self._logs.get(log, [])
            if expected != len(kept):
                message = f"log {log!r}: entries were meant for position {expected}, it ends at {len(kept)}"
                raise PositionTaken(message)
            if entries:
                self._logs[log] = kept
                kept.extend(bytes(entry) for entry in entries)

    def read(self, log: str, start: int, limit: int) -> list[bytes]:
        """See ``Store.read``."""
        with self._lock:
            self._check_open()
            return self._logs.get(log, [])[max(start, 0) : max(start, 0) + max(limit, 0)]

    def length(self, log: str) -> int:
        """See ``Store.length``."""
        with self._lock:
            self._check_open()
            return len(self._logs.get(log, ()))

    def logs(self) -> list[str]:
        """See ``Store.logs``."""
        with self._lock:
            self._check_open()
            return sorted(self._logs)

    def save_snapshot(self, log: str, position: int, data: bytes) -> None:
        """See ``Store.save_snapshot``."""
        with self._lock:
            self._check_open()
            if position > len(self._logs.get(log, ())):
                message = f"log {log!r}: a snapshot of {position} entries, but it has fewer"
                raise PositionTaken(message)
            kept = self._snapshots.get(log)
            if kept is None or kept[0] <= position:
                self._snapshots[log] = (position, bytes(data))

    def latest_snapshot(self, log: str) -> tuple[int, bytes] | None:
        """See ``Store.latest_snapshot``."""
        with self._lock:
            self._check_open()
            return self._snapshots.get(log)

    def close(self) -> None:
        """See ``Store.close``."""
        with self._lock:
            self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StoreFailed("the store is closed; open it again")
