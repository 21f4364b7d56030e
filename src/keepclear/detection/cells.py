"""The buckets of the grid: they follow from the rows, and can be made anew from them at any time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepclear.detection.kernels_cells import (
    BUCKETS,
    CLASSES,
    FREE,
    SPACE_LEVELS,
    TIME_LEVELS,
    link,
    move_keys,
    unlink,
)
from keepclear.detection.rows import GridRows
from keepclear.spacetime.geodesic import Floats

_FEWEST = 256


class GridCells:
    """In which bucket each row lies, and the boxes of each bucket side by side."""

    def __init__(self) -> None:
        self.keys: npt.NDArray[np.int64] = np.zeros((_FEWEST, 2), np.int64)
        self.boxes: npt.NDArray[np.int32] = np.empty((_FEWEST, 12), np.int32)
        self.pool: npt.NDArray[np.int64] = np.zeros(FREE + CLASSES, np.int64)
        self.pool[FREE:] = -1
        self.levels: Floats = np.zeros((SPACE_LEVELS * TIME_LEVELS, 3))
        """Of each level of size and duration: the most of each half, and how many rows."""

    @property
    def rows(self) -> int:
        """How many rows there are in buckets."""
        return int(self.levels[:, 2].sum())

    def link(self, rows: GridRows, first: int, end: int) -> None:
        """Puts rows into their buckets."""
        while (first := link(first, end, rows.heads, self.keys, self.boxes, self.pool, self.levels)) < end:
            self.make_room()

    def unlink(self, rows: GridRows, first: int, end: int) -> None:
        """Takes rows out of their buckets."""
        unlink(first, end, rows.heads, self.keys, self.boxes, self.pool, self.levels)

    def anew(self, rows: GridRows) -> None:
        """All buckets made anew, from whatever rows there are; what has become empty is forgotten."""
        self.keys[:] = 0
        self.pool[:FREE], self.pool[FREE:] = 0, -1
        self.levels[:] = 0
        self.link(rows, 0, rows.used_rows)

    def make_room(self) -> None:
        """More keys or more boxes: whichever a row found missing. Buckets that have become empty are forgotten."""
        if 2 * self.pool[BUCKETS] >= len(self.keys):
            filled = int(np.count_nonzero(self.keys[:, 1] & 0x7FFFFFF))
            more = np.zeros((len(self.keys) * (2 if 4 * filled > len(self.keys) else 1), 2), np.int64)
            move_keys(self.keys, more, self.pool)
            self.keys = more
        else:
            boxes = np.empty((len(self.boxes) * 3 // 2, 12), np.int32)
            boxes[: len(self.boxes)] = self.boxes
            self.boxes = boxes
