"""Deadlines in one queue. Equal times come in the order of kind and key, however they were put in.

A deadline is never taken out: when it fires, what it is about is looked at again, and one that was met does nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class DueKind(IntEnum):
    """What falls due; of equal times the lower comes first (a notice that is over owes nothing)."""

    NOTICE_END = 0
    CONFLICT_PAST = 1
    CONFLICT_NEAR = 2
    DELIVERY = 3
    ACK = 4
    READ_BACK = 5
    DISSEMINATION = 6
    STOP_RUNG = 7
    CLAIM = 8
    LINE_TEST = 9
    PROPOSAL = 10
    UNATTENDED = 11
    LINE_ROUND = 12


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A deadline; ``key`` says of what (ids)."""

    at_ms: int
    kind: DueKind
    key: tuple[str, ...]


class Dues:
    """The queue of deadlines, each once."""

    def __init__(self, dues: Iterable[Due] = ()) -> None:
        self._held = set(dues)
        self._heap = sorted(self._held)

    def put(self, at_ms: int, kind: DueKind, *key: str) -> None:
        """Adds a deadline; one that is there already is not added again."""
        due = Due(at_ms, kind, key)
        if due not in self._held:
            self._held.add(due)
            heapq.heappush(self._heap, due)

    def next_ms(self) -> int | None:
        """The earliest deadline's time; None when nothing is due ever."""
        return self._heap[0].at_ms if self._heap else None

    def take(self, to_ms: int) -> Due | None:
        """Takes out the first deadline at or before ``to_ms``; None when there is none."""
        if not self._heap or self._heap[0].at_ms > to_ms:
            return None
        due = heapq.heappop(self._heap)
        self._held.remove(due)
        return due

    def in_order(self) -> list[Due]:
        """All deadlines, as they will come."""
        return sorted(self._heap)
