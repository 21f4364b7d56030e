"""Shelves and leaves for the rows: they follow from the rows, and can be made anew from them at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.aligned import aligned
from keepclear.detection.kernels_leaves import FANOUT, WORDS
from keepclear.detection.kernels_rows import LEAF, OWNER
from keepclear.detection.kernels_shelves import (
    FREE_LEAVES,
    LEAVES,
    PACKED,
    ROWS,
    SHELVES,
    classes_of,
    link,
    pack,
    unlink,
)
from keepclear.detection.rows import GridRows

_FEWEST = 4


class GridShelves:
    """Where each row lies: its box in a leaf, the leaf on a shelf."""

    def __init__(self) -> None:
        self._lay_out(0, 0)

    @property
    def rows(self) -> int:
        """How many rows there are in leaves."""
        return int(self.pool[ROWS])

    @property
    def most_leaves(self) -> int:
        """For how many leaves there is room."""
        return len(self.homes)

    def link(self, rows: GridRows, numbers: Sequence[int] | npt.NDArray[np.int64]) -> None:
        """Puts rows into leaves."""
        left = np.asarray(numbers, np.int64)
        while (done := link(left, rows.heads, *self.tables())) < len(left):
            left = left[done:]
            self.make_room()

    def unlink(self, rows: GridRows, first: int, end: int) -> None:
        """Takes rows out of their leaves; those that are in none are left as they are."""
        unlink(first, end, rows.heads, *self.tables())

    def anew(self, rows: GridRows) -> None:
        """All laid out anew, from whatever rows there are: those that are near each other together, and closely."""
        heads = rows.heads[: rows.used_rows]
        heads[:, LEAF] = -1
        live = np.flatnonzero(heads[:, OWNER] >= 0).astype(np.int64)
        kinds = classes_of(live, heads)
        many = np.bincount(kinds)
        self._lay_out(int((many // PACKED**2 + 1).sum()), int((many // PACKED + 1).sum()))
        for kind in np.flatnonzero(many).tolist():
            pack(live[kinds == kind], rows.heads, *self.tables())

    def tables(self) -> tuple[Any, Any, Any, Any, Any]:
        """Shelves, leaves, homes, boxes and pool, as the kernels take them."""
        return self.shelves, self.leaves, self.homes, self.boxes, self.pool

    def _lay_out(self, shelves: int, leaves: int) -> None:
        """Empty tables for so many, and some more."""
        shelves, leaves = shelves + shelves // 4 + _FEWEST, leaves + leaves // 16 + _FEWEST
        self.pool: npt.NDArray[np.int64] = np.zeros(4, np.int64)
        self.pool[FREE_LEAVES] = -1
        self.shelves: npt.NDArray[np.int32] = np.empty((shelves, 12), np.int32)
        self.leaves: npt.NDArray[np.int32] = np.empty((shelves * FANOUT, 12), np.int32)
        self.homes: npt.NDArray[np.int32] = np.empty(leaves, np.int32)
        """Of each leaf its shelf."""
        self.boxes: npt.NDArray[np.int32] = aligned((leaves * WORDS,), np.int32)
        """Of each leaf its frame, the sketch of its rows' boxes, and the rows."""

    def make_room(self, rows: int = 1) -> None:
        """Room for so many rows, wherever they lie: each may take a shelf, and a leaf."""
        if self.pool[SHELVES] + rows > len(self.shelves):
            many = len(self.shelves) * 3 // 2 + rows
            self.shelves, self.leaves = _grown(self.shelves, many), _grown(self.leaves, many * FANOUT)
        if self.pool[LEAVES] + rows > len(self.homes):
            many = len(self.homes) * 5 // 4 + rows
            self.homes, self.boxes = _grown(self.homes, many), _grown(self.boxes, many * WORDS)


def _grown(table: Any, many: int) -> Any:
    more = aligned((many, *table.shape[1:]), table.dtype)
    more[: len(table)] = table
    return more
