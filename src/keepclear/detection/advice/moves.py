"""The nearest clear place along any of eight bearings, looked for in rings: what lies farther off is not asked for."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from keepclear.detection.advice.axis import Runs
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.plane import Ints, Outlines, off_m
from keepclear.detection.advice.rows import Pairs, Rows, in_time, narrowed, rows_of, volumes_of
from keepclear.detection.advice.search import Search
from keepclear.detection.advice.sweep import Ways, overlaps
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, positions_of
from keepclear.spacetime.geodesic import Floats, inverse

RINGS_M = (2_000, 5_000, 9_000, 14_000, 20_000, 28_000, 38_000)
"""How far out what is near is asked for, ring after ring, before the farthest that a move may go."""
ALONG = np.array([(math.sin(math.radians(deg)), math.cos(math.radians(deg))) for deg in BEARINGS_DEG])
PATIENCE = 3
"""Steps that are tried one after another before it is measured how deep the overlap is."""
_MARGIN = 1.001
"""Drawn places and those on the earth differ; a ring is asked for a little wider."""


@dataclass
class Moves:
    """A search over all bearings at once for a plan with the footprints of ``near.own``, at its own times and heights.

    Always the bearing whose next place is nearest is looked at, of several the first from north, clockwise.
    """

    near: Neighbours
    search: Search
    plan: Plan
    may: Callable[[Plan], bool]
    asked_m: int = field(default=0, init=False)
    asked_work: int = field(default=0, init=False)
    seen: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.limits = self.search.limits
        scene = Scene(self.plan, self.limits)
        self.axes = [Aside(scene, bearing) for bearing in BEARINGS_DEG]
        self.runs = [Runs.none() for _ in BEARINGS_DEG]
        self.rings = [ring for ring in RINGS_M if ring < self.limits.most_m] + [self.limits.most_m]

    def nearest(self, most: int | None = None) -> tuple[int, Aside] | None:
        """The least step over all bearings that clears everything, up to ``most``; None when there is none."""
        last = min(self.axes[0].most, self.axes[0].most if most is None else most)
        waiting = [(axis.least, number) for number, axis in enumerate(self.axes)]
        tried = [(0, 0)] * len(self.axes)
        while waiting and waiting[0][0] <= last:
            step, number = heapq.heappop(waiting)
            axis = self.axes[number]
            if not self._ask_as_far_as(axis.metres(step)):
                return None
            free = self.runs[number].free_from(step)
            if free > step:
                heapq.heappush(waiting, (free, number))
                continue
            if not self.search.may_go_on():
                return None
            moved = axis.moved(step)
            if not self.may(moved):
                continue
            blockers = self.search.in_the_way(moved)
            if not blockers:
                return step, axis
            before, times = tried[number]
            tried[number] = step, times + 1 if before == step - 1 else 0
            straight_on = tried[number][1] < PATIENCE and not any(blocker.flown for blocker in blockers)
            past = step + 1 if straight_on else self.search.past(axis, step, blockers, last)
            heapq.heappush(waiting, (past, number))
        return None

    def _ask_as_far_as(self, far_m: float) -> bool:
        """False when that would be more work than is left: about as much as so far, by how much wider it gets."""
        while self.rings and self.asked_m < far_m:
            wider = (self.rings[0] / self.asked_m) ** 2 - 1 if self.asked_m else 0.0
            if volumes_of(self.plan) and not self.search.may_go_on(int(wider * self.asked_work)):
                return False
            self.asked_m, before = self.rings.pop(0), self.search.work
            self._ask(float(self.asked_m))
            self.asked_work += self.search.work - before
        return True

    def _ask(self, far_m: float) -> None:
        """Takes in all that a move so far could meet, and at which steps along each bearing it surely does."""
        volumes = volumes_of(self.plan)
        if not volumes or self.limits.plain:
            return
        grown = [_grown(volume.footprint, _MARGIN * far_m + 10.0) for volume in volumes]
        wide = tuple(replace(volume, footprint=each) for volume, each in zip(volumes, grown, strict=True))
        blockers = self.search.in_reach(replace(self.plan, envelope=wide), self.seen)
        self.seen.update(blocker.plan.id for blocker in blockers)
        rows = rows_of(blockers)
        if rows is None:
            return
        pairs = self.near.at_one_height(volumes, rows, in_time(volumes, rows))
        if not len(pairs):
            return
        ways = self._ways(*narrowed(rows, pairs))
        step_m = self.limits.step_m
        first, last = np.floor(ways.low / step_m).astype(np.int64) + 1, np.ceil(ways.high / step_m).astype(np.int64) - 1
        for number in range(len(self.axes)):
            of = ways.group == number
            self.runs[number] = self.runs[number].with_more(first[of], last[of])

    def _ways(self, rows: Rows, pairs: Pairs) -> Ways:
        """While the plan, moved along each bearing, surely overlaps any of the rows: by number of the bearing."""
        own, others = self.drawn, rows.outlines(self.near.plane)
        i, j, bearing = _on_the_way(own, others, rows.lateral_m, pairs, float(self.limits.most_m))
        reach_m = own.reach_m[i]
        off = off_m(np.maximum(own.far_m[i], others.far_m[j] + reach_m + rows.lateral_m[j]) + reach_m)
        if own.filled.any():
            own = self.near.plane.outlines(self.near.footprints, rim_m=2 * float(off.max(initial=0.0)))
        ways = overlaps(own, others, i, j, rows.lateral_m[j], off, ALONG[bearing])
        return ways.regrouped(bearing).joined()

    @cached_property
    def drawn(self) -> Outlines:
        """The plan as it is."""
        return self.near.plane.outlines(self.near.footprints)


def _on_the_way(
    own: Outlines, others: Outlines, lateral_m: Floats, pairs: Pairs, most_m: float
) -> tuple[Ints, Ints, Ints]:
    """Pairs and bearings along which the circles round a pair come to overlap at all: numbers, three by three."""
    i, j = pairs.own, pairs.other
    between = others.middle[j] - own.middle[i]
    reach_m = (own.reach_m[i] + others.reach_m[j] + lateral_m[j])[:, None]
    far = between @ ALONG.T
    aside = np.abs(between[:, 1:] * ALONG[:, 0] - between[:, :1] * ALONG[:, 1])
    pair, bearing = np.nonzero((aside < reach_m) & (far > -reach_m) & (far < reach_m + most_m))
    return i[pair], j[pair], bearing.astype(np.int64)


def _grown(footprint: Footprint, by_m: float) -> Footprint:
    """A footprint that holds another and all within so far of it."""
    match footprint:
        case Disc():
            return replace(footprint, radius_m=footprint.radius_m + by_m)
        case Corridor():
            return replace(footprint, half_width_m=footprint.half_width_m + by_m)
    places = np.array(list(positions_of(footprint)))
    lon, lat = places[0]
    _, away_m = inverse(lon, lat, places[:, 0], places[:, 1])
    return Disc(float(lon), float(lat), float(away_m.max()) + by_m)
