"""The least step of an axis that clears everything: steps that are surely in the way are passed over, others looked at.

Every step before the one found is either in a run of steps that are surely in the way, or was looked at and found in
the way, or lies between such a one and a step that it surely takes to get past what was found there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

from keepclear.detection.advice.around import Blocker, Surroundings
from keepclear.detection.advice.axis import Axis, Runs
from keepclear.detection.advice.limits import Limits
from keepclear.detection.advice.places import middle
from keepclear.detection.advice.plane import Plane
from keepclear.detection.advice.rows import Rows, rows_of
from keepclear.detection.plan import Plan

BEGUN = 120
"""What it counts to copy and draw what is near; a unit is about a twentieth of a millisecond of a processor of 2024."""
LOOK = 4
"""A look at all that is near."""
PAST = 50
"""To see how far a step must go past one that is in the way."""
FLOWN, PAST_FLOWN = 1, 2
"""A look at one flight, if it comes to that, and to see how far a step must go past it. Both take longer than they
count: there is no quick way yet past flights, and an answer that is cut at once is worth less than a later one.
"""
KIND = 15
"""To see at which steps of one kind of change something surely is in the way."""
RING = 15
"""The same of moves over the ground, for what is near and within one ring."""
SWEPT = 40
"""Pairs of volumes looked at together, or volumes drawn, that count 1."""


@dataclass
class Search:
    """Searches for one plan; together they are no more work than ``limits.most_work``, give or take one piece of it.

    Work is counted, never timed, so that an answer is the same on any machine. ``cut`` says that a search ended for
    that reason, and not because it was done.
    """

    own: Plan
    around: Surroundings
    limits: Limits
    work: int = field(default=0, init=False)
    cut: bool = field(default=False, init=False)
    _swept: int = field(default=0, init=False)

    @cached_property
    def plane(self) -> Plane:
        """A plane round the middle of the plan."""
        return Plane(*middle(self.own.envelope))

    @cached_property
    def rows(self) -> Rows:
        """The volumes of all that is near."""
        near = self.around.near
        self.work += BEGUN
        columns = near.index.columns(near.plan_of)
        self.count_swept(len(columns))
        apart = partial(self.around.separation, self.own.activity)
        return rows_of(columns, self.plane, near.plan_of, apart)

    def known_m(self, plan: Plan) -> int:
        """How far a plan of these times and heights may be moved for all that it meets to be known."""
        return self.around.near.known_m(plan)

    def count_swept(self, pairs: int) -> None:
        """So many pairs of volumes are looked at together."""
        self._swept += pairs
        self.work += self._swept // SWEPT
        self._swept %= SWEPT

    def in_the_way(self, plan: Plan) -> list[Blocker]:
        """All that the plan conflicts with: one look."""
        self.work += LOOK
        return self.around.in_the_way(plan, self._compared)

    def _compared(self) -> None:
        if not self.limits.plain:  # how many flights are near is not for a coarse answer to tell
            self.work += FLOWN

    def may_go_on(self, more: int = 0) -> bool:
        """False, and the answer is cut, when there is no room for so much more work."""
        if self.work + more <= self.limits.most_work:
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
        step = runs.free_from(axis.least)
        while step <= last and self.may_go_on():
            moved = axis.moved(step)
            if not may(moved):
                return None
            blockers = self.in_the_way(moved)
            if not blockers:
                return step
            step = runs.free_from(self.past(axis, step, blockers))
        return None

    def past(self, axis: Axis, step: int, blockers: list[Blocker]) -> int:
        """The first step after this one that may clear what is in the way there."""
        if self.limits.plain:
            return step + 1
        self.work += sum(PAST_FLOWN if blocker.flown else PAST for blocker in blockers)
        return max(axis.past(step, blocker) for blocker in blockers)
