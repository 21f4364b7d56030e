"""The last entries of the record, in memory: what a desk asks about is nearly always what it has just said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

MOST_ENTRIES = 4_096
MOST_BYTES = 8_000_000


class Recent:
    """Entries with their index, the newest ones, all of them durable. Belongs to the event loop."""

    def __init__(self, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._entries: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0

    def add(self, first: int, entries: Iterable[bytes]) -> None:
        """These are in the record from index ``first`` on; the oldest are forgotten where they are too many."""
        for index, entry in enumerate(entries, first):
            self._entries[index] = entry
            self._bytes += len(entry)
        while len(self._entries) > self._most_entries or self._bytes > self._most_bytes:
            _, gone = self._entries.popitem(last=False)
            self._bytes -= len(gone)

    def read(self, start: int, limit: int) -> list[bytes] | None:
        """``limit`` entries from index ``start`` on; None when not all of them are here."""
        found = [self._entries.get(index) for index in range(start, start + limit)]
        there = [entry for entry in found if entry is not None]
        return there if len(there) == limit else None
