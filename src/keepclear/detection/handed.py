"""All that a question needs of an index, as ``kernels_ask.ask_handed`` takes it: where each table lies, and how long.

Tables are replaced by larger ones as an index grows. Whoever asks makes sure first that those are still the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.extent import reach_of
from keepclear.detection.kernels_rows import TICK_MS
from keepclear.detection.rows import GridRows
from keepclear.detection.scratch import Scratch
from keepclear.detection.shelves import GridShelves
from keepclear.spacetime.separation import SeparationRule, separation_between

Agreed = tuple[Any, Any, Any]
"""Separations, the most of each, and what heights are widened by."""


def agreed_on(rules: Sequence[SeparationRule], activities: Sequence[str], height_rules: Any) -> Agreed:
    """What every two activities keep apart (n, n, 3: metres, metres, milliseconds), and the most that each keeps from
    any (n, 5: metres on four axes, ticks).
    """
    many = max(len(activities), 1)
    separations, widest = np.zeros((many, many, 3)), np.zeros((many, 5))
    for i, one in enumerate(activities):
        for j, other in enumerate(activities):
            apart = separation_between(rules, one, other)
            separations[i, j] = apart.lateral_m, apart.vertical_m, apart.time_ms
            reach, wait_ms = reach_of(apart)
            widest[i] = np.maximum(widest[i], [*reach, wait_ms / TICK_MS + 1])
    return separations, widest, height_rules


class Handed:
    """The tables of an index by their addresses; they are kept as long as the addresses are."""

    def __init__(self) -> None:
        self.addresses: npt.NDArray[np.int64] = np.empty((0, 2), np.int64)
        """Of each table, in the order of ``kernels_ask.ask_handed``, its address and its length."""
        self.let_go()

    def let_go(self) -> None:
        """The tables are about to be replaced, and need not be kept for the next question's sake."""
        self._held: tuple[Any, ...] = (None,) * 8

    def hold(self, rows: GridRows, shelves: GridShelves, agreed: Agreed, scratch: Scratch) -> None:
        """Makes sure that these are the tables."""
        heads, exact, xyz, ids, laid, was_agreed, room, asked = self._held
        if (
            heads is rows.heads
            and exact is rows.exact
            and xyz is rows.xyz
            and ids is rows.names.addresses
            and laid is shelves.tables
            and was_agreed is agreed
            and room is scratch.tables
            and asked is scratch.asked
        ):
            return
        scratch.make_room(slots=len(rows.owned), rows=len(rows.heads), leaves=shelves.most_leaves)
        names = rows.names
        self._held = (
            rows.heads, rows.exact, rows.xyz, names.addresses, shelves.tables, agreed, scratch.tables, scratch.asked,
        )  # fmt: skip
        tables = (
            *scratch.asked, rows.heads, rows.exact, rows.xyz, *shelves.tables, *agreed, *scratch.tables,
            names.addresses, names.keys, scratch.order,
        )  # fmt: skip
        self.addresses = np.array([[table.ctypes.data, len(table)] for table in tables], np.int64)
