"""Room in which questions to the grid are worked out: made once, grown when it must, and used again for the next."""

from __future__ import annotations

import struct
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.kernels_rows import MOST_VERTICES
from keepclear.detection.packed import SAID
from keepclear.spacetime.geodesic import Floats

MORE_FOUND = 20_000
"""Answers for which there is room beyond those of one plan, when several are asked about."""
_FEWEST = 64
_MOST_MARK = 2_000_000_000


class Scratch:
    """What kernels write into while they work."""

    def __init__(self) -> None:
        self.mark = 0
        """The number that the plans of the question (of the last, where there are several) are marked with."""
        self.found: npt.NDArray[np.int32] = np.empty((_FEWEST + MORE_FOUND, 2), np.int32)
        """The answers: slot, and what is known of it (``kernels_height``)."""
        self._marks: npt.NDArray[np.int32] = np.zeros((_FEWEST, 2), np.int32)
        self._drawing: Floats = np.empty((2, MOST_VERTICES + 1, 2))
        self._taken: npt.NDArray[np.int32] = np.empty(_FEWEST, np.int32)
        self._met: npt.NDArray[np.int32] = np.empty(_FEWEST, np.int32)
        self._make_room(_FEWEST, MOST_VERTICES)

    def tables(self) -> tuple[Any, Any, Any, Any, Any]:
        """Marks and answers by slot, two drawings, rows that were taken down, leaves that were met."""
        return self._marks, self.found, self._drawing, self._taken, self._met

    def next_mark(self, count: int, *, slots: int, rows: int, leaves: int) -> None:
        """A number that no plan is marked with yet, or several; there is room to mark and to find so much."""
        if slots > len(self._marks):
            self._marks = np.zeros((slots, 2), np.int32)
            self.found = np.empty((slots + MORE_FOUND, 2), np.int32)
            self.mark = 0
        if rows > len(self._taken):
            self._taken = np.empty(rows, np.int32)
        if leaves > len(self._met):
            self._met = np.empty(leaves, np.int32)
        if self.mark + count > _MOST_MARK:
            self._marks[:] = 0
            self.mark = 0
        self.mark += count

    def say(self, numbers: list[tuple[float, ...]], places: list[tuple[float, float]]) -> tuple[Any, Any, Any]:
        """What a plan says, numbers and positions as ``kernels_rows.prepare`` takes them, and room for its rows."""
        if len(numbers) > len(self._numbers) or len(places) > len(self._places):
            self._make_room(max(2 * len(numbers), _FEWEST), max(2 * len(places), MOST_VERTICES))
        said, at = self._writable
        struct.pack_into(f"{SAID * len(numbers)}d", said, 0, *chain.from_iterable(numbers))
        struct.pack_into(f"{2 * len(places)}d", at, 0, *chain.from_iterable(places))
        return self._numbers, self._places, self._rows

    def _make_room(self, rows: int, places: int) -> None:
        self._numbers, self._places = np.empty((rows, SAID)), np.empty((places, 2))
        self._writable = self._numbers.data.cast("B"), self._places.data.cast("B")
        self._rows = np.empty((rows, 16), np.int32), np.empty((rows, 8)), np.empty((places, 3))
