"""An axis: one kind of change of one plan, in whole steps; and the steps of it that are known to be in the way."""

from __future__ import annotations

from bisect import bisect_right
from typing import Protocol

import numpy as np

from keepclear.detection.advice.around import Blocker
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan


class Axis(Protocol):
    """One kind of change of one plan. Step 0 is the plan itself; step ``most`` is the last that is allowed."""

    @property
    def kind(self) -> str:
        """What it is called in answers."""

    @property
    def least(self) -> int:
        """The first step that is allowed."""

    @property
    def most(self) -> int:
        """The last step that is allowed; under ``least`` when none is."""

    def moved(self, step: int) -> Plan:
        """The plan after so many steps."""

    def past(self, step: int, blocker: Blocker, /) -> int:
        """A step after this one, none between which is clear of what is in the way now.

        The blocker is of the plan as it is after ``step``.
        """

    def cost(self, step: int) -> float:
        """What so many steps cost."""


class Runs:
    """Steps of an axis at which something is surely in the way: runs from ``first`` to ``last``, both included."""

    def __init__(self, first: Ints, last: Ints) -> None:
        kept = first <= last
        order = np.argsort(first[kept], kind="stable")
        self._first, self._last = first[kept][order].tolist(), last[kept][order].tolist()
        self._until = np.maximum.accumulate(last[kept][order]).tolist()

    @classmethod
    def none(cls) -> Runs:
        """Nothing is known to be in the way."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing)

    def free_from(self, step: int) -> int:
        """The first step from this one on that is in none of them."""
        while True:
            at = bisect_right(self._first, step) - 1
            if at < 0 or self._until[at] < step:
                return step
            step = self._until[at] + 1
