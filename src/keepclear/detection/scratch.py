"""Room in which questions to the grid are worked out: made once, grown when it must, and used again for the next."""

from __future__ import annotations

from itertools import chain
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.kernels_order import MOST_ORDERED
from keepclear.detection.kernels_rows import MOST_VERTICES
from keepclear.detection.packed import SAID
from keepclear.spacetime.geodesic import Floats

MORE_FOUND = 20_000
"""Answers for which there is room beyond those of one plan, when several are asked about."""
_FEWEST = 64
_MOST_MARK = 2_000_000_000
_FEW_FLOATS = 64
_FLOATS = [Struct(f"{many}d") for many in range(_FEW_FLOATS)]


class Scratch:
    """What kernels write into while they work."""

    def __init__(self) -> None:
        self.mark = 0
        """The number that the plans of the question (of the last, where there are several) are marked with."""
        self.found: npt.NDArray[np.int32] = np.empty((_FEWEST + MORE_FOUND, 2), np.int32)
        """The answers: slot, and what is known of it (``kernels_height``)."""
        self.order: npt.NDArray[np.int64] = np.empty((4, MOST_ORDERED), np.int64)
        """The slots of the answers in order, and room to put them so (``kernels_order``)."""
        self._marks: npt.NDArray[np.int32] = np.zeros((_FEWEST, 2), np.int32)
        self._drawing: Floats = np.empty((2, MOST_VERTICES + 1, 2))
        self._taken: npt.NDArray[np.int32] = np.empty(_FEWEST, np.int32)
        self._met: npt.NDArray[np.int32] = np.empty(_FEWEST, np.int32)
        self._make_room(_FEWEST, MOST_VERTICES)

    def make_room(self, *, slots: int, rows: int, leaves: int) -> None:
        """There is room to mark and to find so much."""
        if slots <= len(self._marks) and rows <= len(self._taken) and leaves <= len(self._met):
            return
        if slots > len(self._marks):
            self._marks = np.zeros((slots, 2), np.int32)
            self.found = np.empty((slots + MORE_FOUND, 2), np.int32)
            self.mark = 0
        if rows > len(self._taken):
            self._taken = np.empty(rows, np.int32)
        if leaves > len(self._met):
            self._met = np.empty(leaves, np.int32)
        self._set()

    def next_mark(self, count: int) -> None:
        """A number that no plan is marked with yet, or several."""
        if self.mark + count > _MOST_MARK:
            self._marks[:] = 0
            self.mark = 0
        self.mark += count

    def say(self, numbers: list[tuple[float, ...]], places: list[tuple[float, float]]) -> None:
        """Takes down what a plan says, numbers and positions as ``kernels_rows.prepare`` takes them."""
        size = SAID * len(numbers) + 2 * len(places)
        if len(numbers) > len(self._rows[0]) or len(places) > len(self._rows[2]):
            self._make_room(max(2 * len(numbers), _FEWEST), max(2 * len(places), MOST_VERTICES))
        packer = _FLOATS[size] if size < _FEW_FLOATS else Struct(f"{size}d")
        packer.pack_into(self._writable, 0, *chain.from_iterable(numbers), *chain.from_iterable(places))

    def _make_room(self, rows: int, places: int) -> None:
        self._said = np.empty(SAID * rows + 2 * places)
        self._writable = self._said.data.cast("B")
        self._rows = np.empty((rows, 16), np.int32), np.empty((rows, 8)), np.empty((places, 3))
        self._set()

    def _set(self) -> None:
        self.tables: tuple[Any, Any, Any, Any, Any] = self._marks, self.found, self._drawing, self._taken, self._met
        """Marks and answers by slot, two drawings, rows that were taken down, leaves that were met."""
        self.asked: tuple[Any, ...] = self._said, *self._rows
        """What a plan says, numbers and then positions, and room for its rows: heads, exact numbers, vertices."""
