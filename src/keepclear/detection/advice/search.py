"""The least step of an axis that clears everything: steps that are surely in the way are passed over, others looked at.

Every step before the one found is either in a run of steps that are surely in the way, or was looked at and found in
the way, or lies between such a one and a step that it surely takes to get past what was found there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from keepclear.detection.advice.around import Blocker, Surroundings
from keepclear.detection.advice.axis import Axis, Runs, least_from
from keepclear.detection.advice.limits import Limits
from keepclear.detection.plan import Plan


@dataclass
class Search:
    """Searches for one plan; together they look at everything live no more than ``limits.most_looks`` times.

    ``cut`` says that one of them ended for that reason, and not because it was done.
    """

    around: Surroundings
    limits: Limits
    looks: int = field(default=0, init=False)
    cut: bool = field(default=False, init=False)

    def in_the_way(self, plan: Plan) -> list[Blocker]:
        """All that the plan conflicts with: one look."""
        self.looks += 1
        return self.around.in_the_way(plan)

    def may_look(self, looked: int) -> bool:
        """False, and the answer is cut, when no more looks are left, in all or for a kind that took so many."""
        if self.looks < self.limits.most_looks and looked < self.limits.most_looks_a_kind:
            return True
        self.cut = True
        return False

    def least(
        self,
        axis: Axis,
        runs: Runs,
        *,
        most: int | None = None,
        may: Callable[[Plan], bool] = lambda _: True,
    ) -> int | None:
        """The least step that clears everything; None: none up to ``most`` (left out: as far as the axis goes) does.

        A step that ``may`` refuses ends the search.
        """
        last = axis.most if most is None else min(axis.most, most)
        step, looked = runs.free_from(axis.least), 0
        while step <= last and self.may_look(looked):
            moved = axis.moved(step)
            if not may(moved):
                return None
            blockers = self.in_the_way(moved)
            if not blockers:
                return step
            looked += 1
            step = runs.free_from(self.past(axis, step, blockers, last))
        return None

    def past(self, axis: Axis, step: int, blockers: list[Blocker], most: int) -> int:
        """The first step after this one that may clear what is in the way there; over ``most``: none does."""
        return max(self._past(axis, step, blocker, most) for blocker in blockers)

    def _past(self, axis: Axis, step: int, blocker: Blocker, most: int) -> int:
        known = axis.past(step, blocker)
        if known is not None:
            return known
        if step >= most:
            return most + 1
        return least_from(step + 1, step, most, lambda at: self.around.conflict(axis.moved(at), blocker))
