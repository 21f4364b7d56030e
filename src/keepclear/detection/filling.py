"""How rows come to be: what plans say in columns, rows made of it in machine code, and those that it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keepclear.detection.kernels_rows import prepare
from keepclear.detection.opaque import make_opaque
from keepclear.detection.packed import Said, height_rules, said_of
from keepclear.detection.plan import Plan
from keepclear.detection.rows import GridRows, Rows
from keepclear.spacetime.heights import HeightRules


class Filling:
    """Fills rows with plans. Who asks about them lays them out in leaves."""

    def __init__(self, rows: GridRows, heights: HeightRules) -> None:
        self.rows, self._heights = rows, heights
        self.height_rules = height_rules(heights)
        """As kernels take them."""

    def keep(self, plans: Sequence[Plan]) -> npt.NDArray[np.int64]:
        """Takes in plans of different ids, and gives their slots; see ``GridRows.keep``.

        Raises InvalidInput for heights that the rules do not allow, and then nothing is taken in.
        """
        said = self.said(plans)
        return self.rows.keep(plans, said, self.made(plans, said))

    def said(self, plans: Sequence[Plan]) -> Said:
        """What plans say, in columns; their parties and activities are numbered."""
        return said_of(plans, [self.rows.whose(plan) for plan in plans], self._heights)

    def made(self, plans: Sequence[Plan], said: Said) -> Rows:
        """Rows made from what was said; those the kernels leave alone are made from the plan's own bounds."""
        heads = np.empty((len(said.numbers), 16), np.int32)
        singles = heads.view(np.float32)
        exact, xyz = np.empty((len(heads), 8)), np.empty((len(said.places), 3))
        odd = prepare(said.numbers, said.places, self.height_rules, heads, singles, exact, xyz, 0, 0)
        if len(odd):
            owners = np.unique(np.searchsorted(said.rows, odd, side="right") - 1)
            for number in owners.tolist():
                make_opaque(
                    plans[number], slice(said.rows[number], said.rows[number + 1]), heads, singles, self._heights
                )
        return heads, exact, xyz
