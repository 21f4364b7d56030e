"""The buckets of the grid: they follow from the rows, and can be made anew from them at any time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepclear.detection.kernels_cells import SPACE_LEVELS, TIME_LEVELS, link, unlink
from keepclear.detection.rows import GridRows
from keepclear.spacetime.geodesic import Floats

_FEWEST = 64


class GridCells:
    """In which bucket each row lies."""

    def __init__(self) -> None:
        self.buckets = 0
        self.keys: npt.NDArray[np.uint64] = np.zeros(_FEWEST, np.uint64)
        self.chains: npt.NDArray[np.int32] = np.full(_FEWEST, -1, np.int32)
        self.levels: Floats = np.zeros((SPACE_LEVELS * TIME_LEVELS, 3))
        """Of each level of size and duration: the most of each half, and how many rows."""

    @property
    def rows(self) -> int:
        """How many rows there are in buckets."""
        return int(self.levels[:, 2].sum())

    def link(self, rows: GridRows, first: int, end: int) -> None:
        """Puts rows into their buckets."""
        self.buckets += link(first, end, rows.heads, rows.singles, self.keys, self.chains, self.levels)
        if 2 * self.buckets > len(self.keys):
            self.rehash(rows)

    def unlink(self, rows: GridRows, first: int, end: int) -> None:
        """Takes rows out of their buckets."""
        unlink(first, end, rows.heads, rows.singles, self.keys, self.chains, self.levels)

    def anew(self, rows: GridRows) -> None:
        """All buckets made anew, from whatever rows there are."""
        self.buckets = rows.used_rows
        self.rehash(rows)

    def rehash(self, rows: GridRows) -> None:
        """All rows into new buckets, four times as many as there are: those that have become empty are forgotten."""
        size = _FEWEST
        while size < 4 * min(self.buckets, rows.used_rows):
            size *= 2
        self.keys, self.chains = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
        self.levels[:] = 0
        self.buckets = link(0, rows.used_rows, rows.heads, rows.singles, self.keys, self.chains, self.levels)
