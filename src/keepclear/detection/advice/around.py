"""What a change is checked against: every live plan, what stands for good, and the area it must stay in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from keepclear.detection.advice.frozen import Frozen, Keep, frozen
from keepclear.detection.advice.limits import Limits
from keepclear.detection.extent import extent_of, reach_of, rows_meeting
from keepclear.detection.flight import flight_overlaps_volume, flights_overlap
from keepclear.detection.index import PlanIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.closeness import boxes_within
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.measure import envelope_footprints, lies_within
from keepclear.spacetime.separation import NO_SEPARATION, Separation, SeparationRule, separation_between
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume
from keepclear.spacetime.well_inside import surely_within

MOST_PAIRS = 256
"""Pairs of volumes that are held against each other to see how far a step must go at the least."""


@dataclass(frozen=True)
class Blocker:
    """A plan in the way of ``own`` or near it, and how far the two must keep apart."""

    plan: Plan
    separation: Separation
    own: Plan
    heights: HeightRules

    @property
    def flown(self) -> bool:
        """True when either of the two is a trajectory."""
        return isinstance(self.own.envelope, Trajectory) or isinstance(self.plan.envelope, Trajectory)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Which volumes of ``own`` conflict with which of the plan, by number; none are named of a trajectory.

        Past ``MOST_PAIRS`` looks the first one found ends it: some are enough to say how far a step must go.
        """
        ours, theirs = self.own.envelope, self.plan.envelope
        if isinstance(ours, Trajectory) or isinstance(theirs, Trajectory):
            return []
        if len(ours) == len(theirs) == 1:
            return [(0, 0)]  # the two plans conflict, or it would not be in the way
        found: list[tuple[int, int]] = []
        for looked, (one, other) in enumerate(self._near()):
            if looked >= MOST_PAIRS and found:
                break
            if self._conflict(ours[one], theirs[other]):
                found.append((one, other))
        return found

    def _near(self) -> list[tuple[int, int]]:
        ours, theirs, reach = extent_of(self.own, None), extent_of(self.plan, None), reach_of(self.separation)
        return [
            (row, int(other))
            for row in range(len(ours.space))
            for other in rows_meeting(ours, row, theirs.space, theirs.time_ms, reach)
        ]

    def _conflict(self, own: Volume, other: Volume) -> bool:
        one, two = replace(self.own, envelope=(own,)), replace(self.plan, envelope=(other,))
        return judge(one, two, self.separation, self.heights, overlap=False).verdict is Verdict.CONFLICT


@dataclass(frozen=True)
class Surroundings:
    """Everything live, or (once ``frozen``) a copy of all that is near one plan. ``plan_of`` gives a plan of the index.

    ``standing`` are volumes that one's own activity may not enter at all (zones that forbid it, protected volumes): no
    separation is kept from them. ``area`` is the mechanism's, which a change does not leave.
    """

    index: PlanIndex
    plan_of: Callable[[str], Plan]
    separations: Sequence[SeparationRule] = ()
    heights: HeightRules = field(default_factory=HeightRules)
    standing: tuple[Plan, ...] = ()
    area: Footprint | None = None
    keep: Keep | None = None
    """Where what ``plan_of`` says may be other later: see ``frozen``."""
    copied: Frozen | None = None

    def frozen(self, own: Plan, limits: Limits) -> Surroundings:
        """The same with a copy of what is live near a plan: what becomes of the index later does not change it."""
        near = frozen(own, self.index, self.keep or (lambda _: self.plan_of), limits)
        return replace(self, index=near.index, plan_of=near.plan_of, copied=near)

    @property
    def near(self) -> Frozen:
        """What was copied."""
        assert self.copied is not None, "a search is for frozen surroundings"  # noqa: S101
        return self.copied

    def in_the_way(self, plan: Plan, compared: Callable[[], None] = lambda: None) -> list[Blocker]:
        """What the plan conflicts with, in order of id, what stands for good last; nothing when it is clear of all.

        Flights take long to compare: of them only the first is named, and none where there is something else; each time
        that one is compared ``compared`` is called.
        """
        likely = self.index.likely(plan)
        sure = [name for name, is_sure in likely if is_sure]
        unsure = [self._blocker(plan, self.plan_of(name)) for name, is_sure in likely if not is_sure]
        found = [self._blocker(plan, self.plan_of(name)) for name in sure]
        found += [each for each in unsure if not each.flown and self.conflict(plan, each)]
        found.sort(key=lambda blocker: blocker.plan.id)
        found += [each for each in self._standing_near(plan) if not each.flown and self.conflict(plan, each)]
        if not found:
            for each in (*unsure, *self._standing_near(plan)):
                if each.flown:
                    compared()
                    if self.conflict(plan, each):
                        return [each]
        return found

    def meets(self, plan: Plan, name: str) -> bool:
        """True when the plan conflicts with a live one of that id."""
        return any(
            is_sure or self.conflict(plan, self._blocker(plan, self.plan_of(name)))
            for near, is_sure in self.index.likely(plan)
            if near == name
        )

    def conflict(self, plan: Plan, blocker: Blocker) -> bool:
        """True when the two conflict."""
        ours, theirs, apart = plan.envelope, blocker.plan.envelope, blocker.separation
        if isinstance(ours, Trajectory) and isinstance(theirs, Trajectory):
            return flights_overlap(ours, theirs, apart)
        if isinstance(ours, Trajectory) and isinstance(theirs, tuple):
            return any(flight_overlaps_volume(ours, each, self.heights, apart) for each in theirs)
        if isinstance(theirs, Trajectory) and isinstance(ours, tuple):
            return any(flight_overlaps_volume(theirs, each, self.heights, apart) for each in ours)
        meeting = judge(plan, blocker.plan, blocker.separation, self.heights, overlap=False)
        return meeting.verdict is Verdict.CONFLICT

    def keeps_inside(self, plan: Plan) -> bool:
        """True when nothing of the plan lies outside of the area, or there is none."""
        if self.area is None:
            return True
        footprints = envelope_footprints(plan.envelope)
        return surely_within(footprints, self.area) or lies_within(footprints, self.area)

    def _blocker(self, plan: Plan, other: Plan) -> Blocker:
        return Blocker(other, self.separation(plan.activity, other.activity), plan, self.heights)

    def separation(self, own: str, other: str) -> Separation:
        """What two activities keep apart."""
        if (own, other) not in self._separations:
            self._separations[own, other] = separation_between(self.separations, own, other)
        return self._separations[own, other]

    @cached_property
    def _separations(self) -> dict[tuple[str, str], Separation]:
        return {}

    def _standing_near(self, plan: Plan) -> Iterable[Blocker]:
        if not self.standing:
            return
        boxes = [shape_of(footprint).box for footprint in envelope_footprints(plan.envelope)]
        for each in self.standing:
            others = [shape_of(footprint).box for footprint in envelope_footprints(each.envelope)]
            if any(boxes_within(box, other, 0.0) for box in boxes for other in others):
                yield Blocker(each, NO_SEPARATION, plan, self.heights)
