"""The options of one side of a conflict, cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from keepclear.detection.advice import levels
from keepclear.detection.advice.around import Blocker, Surroundings
from keepclear.detection.advice.axis import Axis
from keepclear.detection.advice.detour import detours
from keepclear.detection.advice.limits import FINE, Limits
from keepclear.detection.advice.option import Advice, advice_of
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.search import Search, Way
from keepclear.detection.advice.times import Shift
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json

MOST_STOPS = 3
"""Stops of one axis from which another is tried."""
ROUGHLY = 1.01
"""By how much more than the sketch says a way aside may turn out to be less."""
ROUNDS = 3
"""How often the two changes of a combination are made smaller in turn."""


def advise(
    own: Plan, other: Plan, around: Surroundings, *, at_ms: int | None, limits: Limits = FINE
) -> tuple[Advice, ...]:
    """What would clear ``own`` of ``other`` and of everything else live: one option a kind, by cost, then kind.

    Each option is the least of its kind within the limits (see ``search``); combinations come in only where no single
    change does. None starts before ``at_ms`` by being moved in time. Empty when the two do not conflict, or when
    nothing within the limits clears.
    """
    search = Search(around, limits)
    blockers = search.in_the_way(own)
    if all(blocker.plan.id != other.id for blocker in blockers):
        return ()
    side = _Side(own, around, search, blockers, at_ms, limits)
    found = list(side.singles()) or list(side.combinations())
    options = [advice_of(own, moved, steps) for moved, steps in found if _can_be_said(moved, around)]
    best: dict[str, Advice] = {}
    for option in sorted(options, key=_order):
        best.setdefault(option.kind, option)
    return tuple(best.values())


Make = Callable[[Plan], Axis | None]
Steps = Sequence[tuple[Axis, int]]
Found = tuple[Plan, Steps]


@dataclass
class _Side:
    """One's own plan, with everything that is in its way."""

    own: Plan
    around: Surroundings
    search: Search
    blockers: Sequence[Blocker]
    at_ms: int | None
    limits: Limits

    def singles(self) -> Iterator[Found]:
        """Each kind of change that clears by itself."""
        for way in (*(way for _, way in self.straight), self._detour()):
            if way is not None and way.step is not None:
                yield way.axis.moved(way.step), ((way.axis, way.step),)
        if (aside := self._aside(self.own, self.blockers)) is not None:
            step, axis = aside
            yield axis.moved(step), ((axis, step),)

    def combinations(self) -> Iterator[Found]:
        """Two changes at once: from where the one was stopped, the other; then each made as small as it can be."""
        for first, stopped in self.straight:
            for step in stopped.stops[:MOST_STOPS]:
                halfway = stopped.axis.moved(step)
                blockers = self.search.in_the_way(halfway)
                ways = [
                    (second, self.search.least(axis, blockers).step)
                    for second in self._across(stopped.axis)
                    if (axis := second(halfway)) is not None
                ]
                if (aside := self._aside(halfway, blockers)) is not None:
                    ways.append((partial(self._along, bearing_deg=aside[1].bearing_deg), aside[0]))
                for second, other in ways:
                    if other is not None:
                        yield self._both(first, step, second, other)

    @cached_property
    def straight(self) -> list[tuple[Make, Way]]:
        """How far each change in time and height alone gets."""
        made = [(make, make(self.own)) for make in (*self._times, *self._levels)]
        return [(make, self.search.least(axis, self.blockers)) for make, axis in made if axis is not None]

    @property
    def _times(self) -> tuple[Make, ...]:
        return tuple(partial(Shift, later=later, limits=self.limits, at_ms=self.at_ms) for later in (True, False))

    @property
    def _levels(self) -> tuple[Make, ...]:
        return tuple(
            partial(make, limits=self.limits)
            for make in (levels.up, levels.down, levels.raise_floor, levels.lower_ceiling)
        )

    def _across(self, axis: Axis) -> tuple[Make, ...]:
        """What a change along this axis can be combined with, places apart: time with heights, heights with time."""
        return self._levels if isinstance(axis, Shift) else self._times

    def _along(self, plan: Plan, bearing_deg: float) -> Aside:
        return Aside(Scene(plan, self.around.heights, self.limits), bearing_deg)

    def _both(self, first: Make, step: int, second: Make, other: int) -> Found:
        """Both changes, each made anew in turn until it is as small as the other allows."""
        for _ in range(ROUNDS):
            less = self._with(second, other, first, step)
            more = self._with(first, less, second, other)
            if (less, more) == (step, other):
                break
            step, other = less, more
        one = _made(first, self.own)
        two = _made(second, one.moved(step))
        return two.moved(other), ((one, step), (two, other))

    def _with(self, fixed: Make, at: int, free: Make, step: int) -> int:
        """The least step of ``free`` that clears while ``fixed`` stands at ``at``; ``step`` is known to."""
        held = _made(fixed, self.own).moved(at)
        way = self.search.least(_made(free, held), self.search.in_the_way(held), dearest=step)
        return step if way.step is None else way.step

    def _aside(self, plan: Plan, blockers: Sequence[Blocker]) -> tuple[int, Aside] | None:
        """The nearest clear place along any bearing; of those as many steps away the first from north, clockwise."""
        may = self._stays_inside(plan)
        scene = Scene(plan, self.around.heights, self.limits)
        axes = [Aside(scene, bearing) for bearing in BEARINGS_DEG]
        rough = sorted(
            ((axis.nearest_m(blockers), axis) for axis in axes), key=lambda row: (row[0], row[1].bearing_deg)
        )
        best: tuple[int, Aside] | None = None
        for far_m, axis in rough:
            dearest = None
            if best is not None:
                dearest = best[0] if axis.bearing_deg < best[1].bearing_deg else best[0] - 1
                if far_m > ROUGHLY * best[0] * self.limits.step_m:
                    break
            way = self.search.least(axis, blockers, dearest=dearest, may=may)
            if way.step is not None:
                best = way.step, axis
        return best

    def _detour(self) -> Way | None:
        """The nearer detour of the two sides; of two as near the left one."""
        may = self._stays_inside(self.own)
        best: Way | None = None
        for axis in detours(self.own, self.blockers, self.around, self.limits):
            dearest = None if best is None or best.step is None else best.step - 1
            way = self.search.least(axis, self.blockers, dearest=dearest, may=may)
            if way.step is not None:
                best = way
        return best

    def _stays_inside(self, plan: Plan) -> Callable[[Plan], bool]:
        """A plan inside of the mechanism's area does not leave it; one that is outside anyway may go anywhere."""
        return self.around.keeps_inside if self.around.keeps_inside(plan) else lambda _: True


def _made(make: Make, plan: Plan) -> Axis:
    axis = make(plan)
    if axis is None:
        message = "what a plan can be changed by does not hang on where it is"
        raise AssertionError(message)
    return axis


def _can_be_said(moved: Plan, around: Surroundings) -> bool:
    """True when the new envelope is one that a notice may have: a polygon moved far may no longer be."""
    try:
        said = envelope_from_json(envelope_to_json(moved.envelope), "envelope", around.heights)
    except InvalidInput:
        return False
    return said == moved.envelope


def _order(option: Advice) -> tuple[float, str, float, str]:
    return option.cost, option.kind, option.bearing_deg or 0.0, option.side or ""
