"""Two changes at once, for where no single one clears: a shift in time or a change of heights, and another besides.

Of each two kinds the cheapest is found: for volumes by ``frontier``. Of a flight, and of coarse answers, each shift is
tried with the least change of heights; a move over the ground is put to the first shifts and changes of heights, and
then each of the two made as small as the other allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from keepclear.detection.advice import levels
from keepclear.detection.advice.axis import Axis, Runs
from keepclear.detection.advice.frontier import frontier
from keepclear.detection.advice.limits import cost
from keepclear.detection.advice.moves import Moves
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.places import Aside, Scene
from keepclear.detection.advice.rows import volumes_of
from keepclear.detection.advice.search import Search
from keepclear.detection.advice.times import Shift
from keepclear.detection.plan import Plan

MOST_STOPS = 3
"""Shifts, or changes of heights, of one kind from which a move over the ground is tried."""

Steps = Sequence[tuple[Axis, int]]


def combinations(
    near: Neighbours, search: Search, at_ms: int | None, may: Callable[[Plan], bool]
) -> Iterator[tuple[Plan, Steps]]:
    """The cheapest of each two kinds."""
    if volumes_of(near.own) and not search.limits.plain:
        yield from frontier(near, search, at_ms, may)
        return
    pairs = _Two(near, search, at_ms, may)
    for later in (True, False):
        for make in levels.KINDS:
            yield from pairs.shift_and_level(later, make)
    for axis, stops in pairs.stops():
        best = math.inf
        for stop in stops:
            for moved, steps in pairs.and_aside(axis, stop, best):
                best = min(best, sum(each.cost(step) for each, step in steps))
                yield moved, steps


@dataclass(frozen=True, slots=True)
class _Two:
    near: Neighbours
    search: Search
    at_ms: int | None
    may: Callable[[Plan], bool]

    def shift(self, plan: Plan, *, later: bool) -> Shift:
        """A plan moved in time."""
        return Shift(plan, later, self.near.limits, self.at_ms)

    def shift_and_level(self, later: bool, make: levels.Make) -> Iterator[tuple[Plan, Steps]]:
        """The cheapest shift in one direction with one kind of change of heights."""
        own, limits = self.near.own, self.near.limits
        shift, level = self.shift(own, later=later), make(own, limits)
        if level is None or not self.search.may_go_on():
            return
        best: tuple[float, Plan, Steps] | None = None
        for step in range(shift.least, shift.most + 1):
            self.search.work += 1
            room = level.most
            if best is not None:
                room = int((best[0] - shift.cost(step)) / level.step_cost)
            if room < level.least or not self.search.may_go_on():
                break
            there = replace(level, plan=shift.moved(step))
            rise = self.search.least(there, Runs.none(), most=room)
            if rise is not None:
                total = shift.cost(step) + level.cost(rise)
                if best is None or total < best[0]:
                    best = total, there.moved(rise), ((shift, step), (there, rise))
        if best is not None:
            yield best[1], best[2]

    def stops(self) -> Iterator[tuple[Axis, list[int]]]:
        """The first shifts and changes of heights."""
        own = self.near.own
        for later in (True, False):
            shift = self.shift(own, later=later)
            yield shift, _first(shift)
        for make in levels.KINDS:
            level = make(own, self.near.limits)
            if level is not None:
                yield level, _first(level)

    def and_aside(self, first: Axis, step: int, under: float) -> Iterator[tuple[Plan, Steps]]:
        """The move over the ground that clears from there, then each of the two as small as the other allows.

        None where both together cost ``under`` or more.
        """
        if not self.search.may_go_on():
            return
        moves = Moves(self.near, self.search, first.moved(step), self.may)
        left = under - first.cost(step)
        most = None if left == math.inf else int(left / cost(metres=self.near.limits.step_m))
        found = moves.nearest(most)
        if found is None:
            return
        other, aside = found
        while True:
            less = self._smaller(first, step, aside, other)
            along = Aside(Scene(first.moved(less), self.near.limits), aside.bearing_deg)
            fewer = self.search.least(along, Runs.none(), most=other - 1, may=self.may) if less < step else None
            step, aside = less, along
            if fewer is None:
                break
            other = fewer
        yield aside.moved(other), ((first, step), (aside, other))

    def _smaller(self, first: Axis, step: int, aside: Aside, other: int) -> int:
        """The least step of the first change that clears where the plan is moved to."""
        there = Aside(Scene(self.near.own, self.near.limits), aside.bearing_deg).moved(other)
        if isinstance(first, Shift):
            axis: Axis = replace(first, plan=there)
        else:
            made = (make(there, self.near.limits) for make in levels.KINDS)
            axis = next(each for each in made if each and each.kind == first.kind)
        least = self.search.least(axis, Runs.none(), most=step)
        return step if least is None else least


def _first(axis: Axis) -> list[int]:
    return list(range(axis.least, axis.most + 1))[:MOST_STOPS]
