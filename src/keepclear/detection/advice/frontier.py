"""Two changes at once for a plan of volumes: of each two kinds the cheapest pair there is, whatever its steps.

What is near is in the way at some steps of the one change and some of the other; that is known for all of it at once.
So of each step of the first (a *stop*) the least step of the second that may clear follows, and they are looked at by
what both together cost: the first that is clear is the cheapest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from keepclear.detection.advice import levels
from keepclear.detection.advice.axis import Axis
from keepclear.detection.advice.frozen import RINGS_M
from keepclear.detection.advice.lanes import Lanes
from keepclear.detection.advice.levels import Level
from keepclear.detection.advice.limits import cost
from keepclear.detection.advice.moves import MARGIN, MORE_M, PATIENCE
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.rows import Pairs, within
from keepclear.detection.advice.search import KIND, RING, Search
from keepclear.detection.advice.times import Shift
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan
from keepclear.spacetime.geodesic import Floats

Steps = Sequence[tuple[Axis, int]]
RUNS_SWEPT = 1_000
"""Runs that are gone through, stop after stop, and count as one pair of volumes."""


def frontier(
    near: Neighbours, search: Search, at_ms: int | None, may: Callable[[Plan], bool]
) -> Iterator[tuple[Plan, Steps]]:
    """The cheapest of each two kinds; none of two changes that could only be judged by what is not known."""
    shifts = [Shift(near.own, later, search.limits, at_ms) for later in (True, False)]
    heights = [level for make in levels.KINDS if (level := make(near.own, search.limits)) is not None]
    for shift in shifts:
        for level in heights:
            yield from _Frontier(search, may, shift, Raised(near, shift, level)).cheapest()
    for shift in shifts:
        spans = Spans(near.at_own_heights, *near.in_shifts(shift, near.at_own_heights))
        yield from _Frontier(search, may, shift, Placed(near, shift, spans)).cheapest()
    for level in heights:
        spans = Spans(near.at_own_times, *near.in_heights(level, near.at_own_times))
        yield from _Frontier(search, may, level, Placed(near, level, spans)).cheapest()


@dataclass(frozen=True, slots=True)
class Spans:
    """Pairs, and the stops from ``since`` to ``until`` at which each is in the way but for the second change."""

    pairs: Pairs
    since: Ints
    until: Ints

    def only(self, some: Ints) -> Spans:
        """Those of some of the pairs."""
        return Spans(self.pairs.only(some), self.since[some], self.until[some])


class Raised:
    """A change of heights as the second of two, after a shift."""

    known_step = math.inf
    """How many steps at the most are known to meet nothing but what is known."""

    def __init__(self, near: Neighbours, first: Shift, level: Level) -> None:
        self.first, self.level, self.most, self.step_cost = first, level, level.most, level.step_cost
        pairs = near.on_the_ground
        self.spans = Spans(pairs, *near.in_shifts(first, pairs))
        number = np.arange(len(pairs))
        self.lanes = Lanes.of(np.zeros_like(number), number, *near.in_heights(level, pairs), lanes=1)
        near.search.work += KIND

    def after(self, stop: int, lane: int) -> Axis:  # noqa: ARG002 - of places there are several
        """The change of heights after a stop."""
        return replace(self.level, plan=self.first.moved(stop))

    def take_in(self, step: int) -> bool:  # noqa: ARG002 - of places there is more farther out
        """False: all there is is known."""
        return False


class Placed:
    """A move over the ground, along any bearing, as the second of two; what it could meet is taken in ring by ring."""

    def __init__(self, near: Neighbours, first: Axis, spans: Spans) -> None:
        self.near, self.first, self._all = near, first, spans.only(np.flatnonzero(spans.since <= spans.until))
        self.limits = near.limits
        self.most, self.step_cost = self.limits.most_m // self.limits.step_m, cost(metres=self.limits.step_m)
        self.known_step = near.search.around.near.at_any_m // self.limits.step_m
        self.lanes = Lanes.none(len(BEARINGS_DEG))
        self.spans = self._all.only(np.empty(0, np.int64))
        self._rings = [ring for ring in RINGS_M if ring < self.limits.most_m] + [self.limits.most_m]
        self._asked_m = -math.inf

    def after(self, stop: int, lane: int) -> Axis:
        """The move along a bearing after a stop."""
        return Aside(Scene(self.first.moved(stop), self.limits), BEARINGS_DEG[lane])

    def take_in(self, step: int) -> bool:
        """Takes in what moves of so many steps could meet; False when that was taken in already."""
        if step * self.limits.step_m <= self._asked_m:
            return False
        while step * self.limits.step_m > self._asked_m:
            self._asked_m = float(self._rings.pop(0))
        self.spans = self._all.only(np.flatnonzero(self._away_m <= self._asked_m * MARGIN + MORE_M))
        self.lanes, swept = self.near.ways.lanes(self.spans.pairs, self.limits.step_m)
        self.near.search.work += RING
        self.near.search.count_swept(2 * swept + len(self.spans.pairs) // 4)
        return True

    @cached_property
    def _away_m(self) -> Floats:
        return within(self.near.ways.drawn, self.near.rows, self._all.pairs)


@dataclass
class _Frontier:
    """Each stop of the first change with the least step of the second that may clear there."""

    search: Search
    may: Callable[[Plan], bool]
    first: Axis
    second: Raised | Placed
    looks: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stops: Ints = np.arange(self.first.least, self.first.most + 1)
        self.starts: Ints = np.ones((len(self.stops), len(self.second.lanes.begins) - 1), np.int64)
        self.steps: Ints = np.ones((len(self.stops), 2), np.int64)
        self.first_costs: Floats = np.round(self.stops * self.first.cost(1), 3)
        self.costs: Floats = self.first_costs

    def cheapest(self) -> Iterator[tuple[Plan, Steps]]:
        """The pair of steps that costs the least of all that clear, of several that with the least stop, if any."""
        if not len(self.stops):
            return
        self._find(np.arange(len(self.stops)))
        while math.isfinite(self.costs[number := int(self.costs.argmin())]) and self.search.may_go_on():
            step, lane = self.steps[number].tolist()
            if step > self.second.known_step:
                self.search.cut = True
                self.costs[number] = math.inf
            elif self.second.take_in(step):
                self._find(np.flatnonzero(np.isfinite(self.costs)))
            elif (found := self._look(number, step, lane)) is not None:
                yield found
                return
            else:
                self._find(np.array([number]))

    def _look(self, number: int, step: int, lane: int) -> tuple[Plan, Steps] | None:
        """The pair of steps, if it clears; else the lane starts anew beyond it at this stop."""
        stop = int(self.stops[number])
        axis = self.second.after(stop, lane)
        moved = axis.moved(step)
        if not self.may(moved):
            self.starts[number, lane] = self.second.most + 1
            return None
        blockers = self.search.in_the_way(moved)
        if not blockers:
            return moved, ((self.first, stop), (axis, step))
        self.looks[number] = self.looks.get(number, 0) + 1
        straight_on = isinstance(axis, Aside) and self.looks[number] <= PATIENCE and not any(b.flown for b in blockers)
        self.starts[number, lane] = step + 1 if straight_on else self.search.past(axis, step, blockers)
        return None

    def _find(self, numbers: Ints) -> None:
        """Of some stops by number the least second step that may clear, its lane, and what both steps cost."""
        spans, most = self.second.spans, np.full(len(numbers), self.second.most)
        self.search.count_swept(len(numbers) * len(self.second.lanes.pair) // RUNS_SWEPT)
        found = self.second.lanes.least(spans.since, spans.until, self.stops[numbers], self.starts[numbers], most)
        self.steps[numbers] = found
        total = np.round(self.first_costs[numbers] + found[:, 0] * self.second.step_cost, 3)
        self.costs = self.costs.copy()
        self.costs[numbers] = np.where(found[:, 0] <= most, total, math.inf)
