"""What a change is checked against: every live plan, what stands for good, and the area it must stay in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keepclear.detection.index import PlanIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.measure import envelope_footprints, lies_within
from keepclear.spacetime.separation import NO_SEPARATION, Separation, SeparationRule, separation_between
from keepclear.spacetime.well_inside import surely_within


@dataclass(frozen=True, slots=True)
class Blocker:
    """A plan in the way, and how far it and one's own must keep apart."""

    plan: Plan
    separation: Separation


@dataclass(frozen=True)
class Surroundings:
    """Everything live. ``plan_of`` gives a plan of the index by its id.

    ``standing`` are volumes that one's own activity may not enter at all (zones that forbid it, protected volumes): no
    separation is kept from them. ``area`` is the mechanism's, which a change does not leave.
    """

    index: PlanIndex
    plan_of: Callable[[str], Plan]
    separations: Sequence[SeparationRule] = ()
    heights: HeightRules = field(default_factory=HeightRules)
    standing: tuple[Plan, ...] = ()
    area: Footprint | None = None

    def in_the_way(self, plan: Plan) -> list[Blocker]:
        """All that the plan conflicts with, in order of id, what stands for good last."""
        live = [self.plan_of(name) for name in touched(self.index, plan)]
        found = [Blocker(other, separation_between(self.separations, plan.activity, other.activity)) for other in live]
        standing = (Blocker(each, NO_SEPARATION) for each in self.standing)
        return found + [each for each in standing if self.conflict(plan, each)]

    def conflict(self, plan: Plan, blocker: Blocker) -> bool:
        """True when the two conflict."""
        meeting = judge(plan, blocker.plan, blocker.separation, self.heights, overlap=False)
        return meeting.verdict is Verdict.CONFLICT

    def keeps_inside(self, plan: Plan) -> bool:
        """True when nothing of the plan lies outside of the area, or there is none."""
        if self.area is None:
            return True
        footprints = envelope_footprints(plan.envelope)
        return surely_within(footprints, self.area) or lies_within(footprints, self.area)


def touched(index: PlanIndex, plan: Plan) -> list[str]:
    """The ids that a plan conflicts with, sorted."""
    rows = index.against(plan)
    return [row.b if row.a == plan.id else row.a for row in rows if row.verdict is Verdict.CONFLICT]
