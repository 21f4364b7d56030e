"""Answers in the order of their ids, in machine code: by what an id begins with, which for most ids is enough."""

from __future__ import annotations

from typing import Any

from keepclear.detection.compiled import compiled_lean
from keepclear.detection.kernels_rows import Heads, Ints

MOST_ORDERED = 4_096
"""More answers than this are put in order elsewhere."""
_RUN = 8


@compiled_lean
def put_in_order(found: Heads, count: int, keys: Ints, room: Ints) -> bool:
    """Slots that were found into ``room[0]``, their keys ascending; False where keys do not tell all of them apart.

    ``room`` is (4, ``MOST_ORDERED``), and there are no more than so many.
    """
    for i in range(count):
        room[0, i], room[1, i] = found[i, 0], keys[found[i, 0]]
    for first in range(0, count, _RUN):
        _insert(room, first, min(first + _RUN, count))
    width, now = _RUN, 0
    while width < count:
        for first in range(0, count, 2 * width):
            _merge(room, now, first, min(first + width, count), min(first + 2 * width, count))
        now, width = 2 - now, 2 * width
    apart = True
    for i in range(count):
        room[0, i] = room[now, i]
        apart = apart and (i == 0 or room[now + 1, i - 1] != room[now + 1, i])
    return apart


@compiled_lean
def _insert(room: Ints, first: int, end: int) -> None:
    """Sorts a few by moving each down to its place."""
    for i in range(first + 1, end):
        slot, key, at = room[0, i], room[1, i], i
        while at > first and room[1, at - 1] > key:
            room[0, at], room[1, at] = room[0, at - 1], room[1, at - 1]
            at -= 1
        room[0, at], room[1, at] = slot, key


@compiled_lean
def _merge(room: Ints, now: int, first: int, middle: int, end: int) -> None:
    """Two runs that are in order become one, in the other half of the room."""
    i, j, then = first, middle, 2 - now
    for at in range(first, end):
        left: Any = j == end or (i < middle and room[now + 1, i] <= room[now + 1, j])
        chosen = i if left else j
        room[then, at], room[then + 1, at] = room[now, chosen], room[now + 1, chosen]
        i, j = i + left, j + (not left)
