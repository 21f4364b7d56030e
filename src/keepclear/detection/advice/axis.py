"""An axis: one kind of change of one plan, in whole steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, product
from typing import Protocol

from keepclear.detection.advice.around import Blocker
from keepclear.detection.plan import Plan
from keepclear.spacetime.heights import Contact, HeightRules, compare_bands, height_band
from keepclear.spacetime.trajectory import Trajectory


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

    def works_out(self, blocker: Blocker, /) -> bool:
        """True when ``past`` can tell of this blocker; of another it is searched for, from ``guess``."""

    def past(self, step: int, blockers: Sequence[Blocker], heights: HeightRules, /) -> int:
        """The first step after this one at which what is in the way now no longer is.

        The blockers are those of the plan as it is after ``step``.
        """

    def guess(self, step: int, blocker: Blocker, /) -> int:
        """How many steps more will probably do; where a search begins."""

    def cost(self, step: int) -> float:
        """What so many steps cost."""


def abreast(plan: Plan, blocker: Blocker, heights: HeightRules, most: int) -> list[tuple[int, int]]:
    """Which volumes overlap in time and in height, wherever they are, by number; of the first ``most`` pairs."""
    ours, theirs = plan.envelope, blocker.plan.envelope
    if isinstance(ours, Trajectory) or isinstance(theirs, Trajectory):
        return []
    apart = blocker.separation
    found = []
    for (own, one), (other, two) in islice(product(enumerate(ours), enumerate(theirs)), most):
        if max(one.start_ms, two.start_ms) - min(one.end_ms, two.end_ms) >= apart.time_ms:
            continue
        mine, band = (height_band(each.footprint, each.floor, each.ceiling, heights) for each in (one, two))
        if compare_bands(mine, band, apart.vertical_m).contact is Contact.OVERLAP:
            found.append((own, other))
    return found


def least_from(guess: int, low: int, most: int, blocked: Callable[[int], bool]) -> int:
    """A step after ``low`` (which is blocked) that is free while the one before is blocked; over ``most``: none is.

    From a guess: right at once when the guess is, and else by doubling up or halving down from there.
    """
    high, stride = min(max(guess, low + 1), most), 1
    while blocked(high):
        if high >= most:
            return most + 1
        low, high = high, min(high + stride, most)
        stride *= 2
    middle = high - 1
    while high - low > 1:
        if blocked(middle):
            low = middle
        else:
            high = middle
        middle = (low + high) // 2
    return high
