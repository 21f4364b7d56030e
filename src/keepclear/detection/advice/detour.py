"""A detour: a corridor led round what is in the way, to one side, leaving its line and coming back to it.

The line is cut into equal pieces, of itself alone; those that conflict are flown beside it, and one piece before and
one after lead out and back. So a detour says no more of the other than which pieces of one's own line it reaches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from keepclear.detection.advice.around import Blocker, Surroundings
from keepclear.detection.advice.depth import deepest_m
from keepclear.detection.advice.limits import Limits, cost
from keepclear.detection.advice.places import DECIMALS, UNEVEN
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Corridor, Position
from keepclear.spacetime.geodesic import Floats, forward, inverse
from keepclear.spacetime.trajectory import Trajectory

DETOUR = "detour"
MOST_PIECES, FEWEST_PIECES = 8, 4
SHORTEST_PIECE_M = 100.0


@dataclass(frozen=True)
class Stretch:
    """The line of a corridor by distance along it (m): its positions, and its azimuth where each leg begins."""

    line: tuple[Position, ...]

    @cached_property
    def legs(self) -> tuple[Floats, Floats]:
        """Azimuth (degrees) at the start of each leg, and the distance along the line of each position."""
        lon, lat = np.array(self.line).T
        azimuth, length = inverse(lon[:-1], lat[:-1], lon[1:], lat[1:])
        return azimuth, np.concatenate([[0.0], np.cumsum(length)])

    @property
    def length_m(self) -> float:
        """From end to end."""
        return float(self.legs[1][-1])

    def at(self, along_m: float, aside_m: float = 0.0) -> Position:
        """The position so far along, and so far to the right of the line there (negative: left)."""
        azimuth, marks = self.legs
        leg = int(np.clip(np.searchsorted(marks, along_m, side="right") - 1, 0, len(azimuth) - 1))
        lon, lat, course = forward(*self.line[leg], azimuth[leg], along_m - marks[leg])
        if aside_m:
            lon, lat, _ = forward(lon, lat, course + 90.0, aside_m)
        return round(float(lon[0]), DECIMALS), round(float(lat[0]), DECIMALS)

    def marks_between(self, start_m: float, end_m: float) -> list[float]:
        """How far along the positions lie that are strictly between."""
        return [float(mark) for mark in self.legs[1] if start_m < mark < end_m]

    def part(self, start_m: float, end_m: float) -> tuple[Position, ...]:
        """The line from one distance to another."""
        return tuple(self.at(mark) for mark in (start_m, *self.marks_between(start_m, end_m), end_m))


@dataclass(frozen=True)
class Detour:
    """The plan with its line led ``right`` (or left) of itself between two distances along it."""

    plan: Plan
    right: bool
    start_m: float
    end_m: float
    piece_m: float
    limits: Limits

    kind: str = DETOUR
    least: int = 1

    @property
    def most(self) -> int:
        """The last step within the limit."""
        return self.limits.most_m // self.limits.step_m

    def metres(self, step: int) -> int:
        """How far beside the line so many steps are."""
        return step * self.limits.step_m

    def moved(self, step: int) -> Plan:
        """The plan after so many steps."""
        stretch, aside_m = self._stretch, self.metres(step) * (1 if self.right else -1)
        marks = stretch.legs[1]
        out, back = self.start_m - self.piece_m, self.end_m + self.piece_m
        before = [place for place, mark in zip(stretch.line, marks, strict=True) if mark < out - 1.0]
        after = [place for place, mark in zip(stretch.line, marks, strict=True) if mark > back + 1.0]
        beside = (self.start_m, *stretch.marks_between(self.start_m, self.end_m), self.end_m)
        line = [*before, stretch.at(out), *(stretch.at(mark, aside_m) for mark in beside), stretch.at(back), *after]
        return with_line(self.plan, tuple(line))

    def past(self, step: int, blocker: Blocker) -> int:
        """As far as the deepest overlap: no place of the line moves farther than the step says."""
        return step + max(1, math.ceil(UNEVEN * deepest_m(blocker) / self.limits.step_m))

    def cost(self, step: int) -> float:
        """What so many steps cost."""
        return cost(metres=self.metres(step))

    @cached_property
    def _stretch(self) -> Stretch:
        return Stretch(corridor_of(self.plan).line)


def detours(plan: Plan, around: Surroundings, limits: Limits) -> list[Detour]:
    """Left and right round the pieces of a corridor that are in the way; none where an end of the line is."""
    if not is_corridor(plan):
        return []
    corridor = corridor_of(plan)
    stretch = Stretch(corridor.line)
    count = min(MOST_PIECES, int(stretch.length_m / max(SHORTEST_PIECE_M, limits.step_m, 2 * corridor.half_width_m)))
    if count < FEWEST_PIECES:
        return []
    piece_m = stretch.length_m / count
    held = [number for number in range(count) if around.in_the_way(_piece(plan, stretch, number, piece_m))]
    if not held or held[0] < 1 or held[-1] > count - 2:
        return []
    start_m, end_m = held[0] * piece_m, (held[-1] + 1) * piece_m
    return [Detour(plan, right, start_m, end_m, piece_m, limits) for right in (False, True)]


def is_corridor(plan: Plan) -> bool:
    """True when all of a plan is one and the same corridor."""
    if isinstance(plan.envelope, Trajectory):
        return False
    footprints = {volume.footprint for volume in plan.envelope}
    return len(footprints) == 1 and isinstance(plan.envelope[0].footprint, Corridor)


def corridor_of(plan: Plan) -> Corridor:
    """The corridor of a plan that is one."""
    if isinstance(plan.envelope, Trajectory) or not isinstance(plan.envelope[0].footprint, Corridor):
        message = f"{plan.id} is no corridor"
        raise TypeError(message)
    return plan.envelope[0].footprint


def with_line(plan: Plan, line: tuple[Position, ...]) -> Plan:
    """The plan along another line."""
    if isinstance(plan.envelope, Trajectory):
        message = f"{plan.id} is no corridor"
        raise TypeError(message)
    corridor = replace(corridor_of(plan), line=line)
    return replace(plan, envelope=tuple(replace(volume, footprint=corridor) for volume in plan.envelope))


def _piece(plan: Plan, stretch: Stretch, number: int, piece_m: float) -> Plan:
    return with_line(plan, stretch.part(number * piece_m, (number + 1) * piece_m))
