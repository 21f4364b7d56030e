"""The least step of an axis that clears everything, found by jumping past what is in the way rather than by trying all.

What is found clears everything, and one step less does not. Where the axis says how far a step must go at the least
(times and heights of volumes), nothing shorter clears at all; where that has to be searched for (places, flights), the
search takes the first way out that doubling meets, and halves back from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keepclear.detection.advice.around import Blocker, Surroundings
from keepclear.detection.advice.axis import Axis, least_from
from keepclear.detection.advice.limits import Limits
from keepclear.detection.plan import Plan


@dataclass(frozen=True, slots=True)
class Way:
    """Where a search along one axis came to: the step that clears (None: none does), and all it stopped at before."""

    axis: Axis
    step: int | None
    stops: tuple[int, ...]


@dataclass
class Search:
    """Searches for one plan; together they look at everything live no more than ``limits.most_looks`` times."""

    around: Surroundings
    limits: Limits
    looks: int = field(default=0, init=False)

    def in_the_way(self, plan: Plan) -> list[Blocker]:
        """All that the plan conflicts with: one look."""
        self.looks += 1
        return self.around.in_the_way(plan)

    def least(
        self,
        axis: Axis,
        blockers: Sequence[Blocker],
        *,
        dearest: int | None = None,
        may: Callable[[Plan], bool] = lambda _: True,
    ) -> Way:
        """The least step that clears everything, given what is in the way of the plan itself.

        ``dearest`` is the last step that is of any use (left out: as far as the axis goes). A step that ``may`` refuses
        ends the search.
        """
        most = axis.most if dearest is None else min(axis.most, dearest)
        step, stops = 0, list[int]()
        if not blockers:
            return Way(axis, 0, ())
        while self.looks < self.limits.most_looks and len(stops) < self.limits.most_looks_a_kind:
            step = max(self._past(axis, step, blockers, most), axis.least)
            if step > most or not may(moved := axis.moved(step)):
                break
            blockers = self.in_the_way(moved)
            if not blockers:
                return Way(axis, step, tuple(stops))
            stops.append(step)
        return Way(axis, None, tuple(stops))

    def _past(self, axis: Axis, step: int, blockers: Sequence[Blocker], most: int) -> int:
        """The first step after this one that may clear what is in the way; over ``most``: none does."""
        if step >= most:
            return most + 1
        told = [blocker for blocker in blockers if axis.works_out(blocker)]
        steps = [axis.past(step, told, self.around.heights)] if told else []
        untold = (blocker for blocker in blockers if not axis.works_out(blocker))
        return max([*steps, *(self._searched(axis, step, blocker, most) for blocker in untold)])

    def _searched(self, axis: Axis, step: int, blocker: Blocker, most: int) -> int:
        guess = step + axis.guess(step, blocker)
        return least_from(guess, step, most, lambda at: self.around.conflict(axis.moved(at), blocker))
