"""Two changes at once, for where no single one clears: a shift in time or a change of heights, and another besides.

Of a shift with a change of heights the cheapest is found: the shift is then one at which some other plan would be let
go at some height, so only those are tried, each with the least change of heights. A move over the ground is put to the
cheapest such shifts and changes of heights, and then each of the two made as small as the other allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from keepclear.detection.advice import levels
from keepclear.detection.advice.axis import Axis, Runs
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
        met = self.near.at_any_shift(shift, level)
        ends = range(shift.least, shift.most + 1) if limits.plain or not volumes_of(own) else met.ends()
        best: tuple[float, Plan, Steps] | None = None
        least, most = shift.least, shift.most
        for step in ends:
            if not least <= step <= most:
                continue
            self.search.work += 1
            runs, room = met.at(step), level.most
            if best is not None:
                room = int((best[0] - shift.cost(step)) / level.step_cost)
            if room < level.least or not self.search.may_go_on():
                break
            if runs.free_from(level.least) > room:
                continue
            there = replace(level, plan=shift.moved(step))
            rise = self.search.least(there, runs, most=room)
            if rise is not None:
                total = shift.cost(step) + level.cost(rise)
                if best is None or total < best[0]:
                    best = total, there.moved(rise), ((shift, step), (there, rise))
        if best is not None:
            yield best[1], best[2]

    def stops(self) -> Iterator[tuple[Axis, list[int]]]:
        """Shifts and changes of heights that get the plan out of the way of something, least first."""
        own = self.near.own
        for later in (True, False):
            shift = self.shift(own, later=later)
            yield shift, _first(shift, self.near.shifted(shift))
        for make in levels.KINDS:
            level = make(own, self.near.limits)
            if level is not None:
                yield level, _first(level, self.near.raised(level))

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
        near = Neighbours(there, self.search)
        if isinstance(first, Shift):
            shift = replace(first, plan=there)
            least = self.search.least(shift, near.shifted(shift), most=step)
        else:
            level = next(
                each for make in levels.KINDS if (each := make(there, near.limits)) and each.kind == first.kind
            )
            least = self.search.least(level, near.raised(level), most=step)
        return step if least is None else least


def _first(axis: Axis, runs: Runs) -> list[int]:
    """Where the first runs end; where none are known, the first steps of all."""
    least, most = axis.least, axis.most
    ends = runs.ends() or range(least, most + 1)
    return [end for end in ends if least <= end <= most][:MOST_STOPS]
