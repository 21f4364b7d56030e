"""The nearest clear place along any of eight bearings, looked for in rings: what lies farther off is not drawn."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from keepclear.detection.advice.axis import Runs
from keepclear.detection.advice.frozen import RINGS_M
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.rows import Pairs, in_time, volumes_of, within
from keepclear.detection.advice.search import RING, Search
from keepclear.detection.plan import Plan
from keepclear.spacetime.geodesic import Floats

PATIENCE = 3
"""Steps that are tried one after another before it is measured how deep the overlap is."""
_MARGIN = 1.001
"""Drawn places and those on the earth differ; a ring is taken a little wider."""


@dataclass
class Moves:
    """A search over all bearings at once for a plan with the footprints of ``near.own``, at its own times and heights.

    Always the bearing whose next place is nearest is looked at, of several the first from north, clockwise.
    """

    near: Neighbours
    search: Search
    plan: Plan
    may: Callable[[Plan], bool]
    asked_m: float = field(default=-math.inf, init=False)

    def __post_init__(self) -> None:
        self.limits = self.search.limits
        scene = Scene(self.plan, self.limits)
        self.axes = [Aside(scene, bearing) for bearing in BEARINGS_DEG]
        self.runs: list[list[Runs]] = [[] for _ in BEARINGS_DEG]
        self.rings = [ring for ring in RINGS_M if ring < self.limits.most_m] + [self.limits.most_m]

    def nearest(self, most: int | None = None) -> tuple[int, Aside] | None:
        """The least step over all bearings that clears everything, up to ``most``; None when there is none."""
        last = min(self.axes[0].most, self.axes[0].most if most is None else most)
        waiting = [(axis.least, number) for number, axis in enumerate(self.axes)]
        tried = [(0, 0)] * len(self.axes)
        while waiting and waiting[0][0] <= last:
            step, number = heapq.heappop(waiting)
            axis = self.axes[number]
            if axis.metres(step) > self.search.known_m(self.plan):
                self.search.cut = True
                return None
            self._ask_as_far_as(axis.metres(step))
            free = self._free_from(number, step)
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
            past = step + 1 if straight_on else self.search.past(axis, step, blockers)
            heapq.heappush(waiting, (past, number))
        return None

    def _ask_as_far_as(self, far_m: float) -> None:
        """Takes in all that a move so far could meet, and at which steps along each bearing it surely does."""
        while self.rings and self.asked_m < far_m:
            since_m, self.asked_m = self.asked_m, float(self.rings.pop(0))
            if not self.limits.plain and len(self._pairs):
                away = self._away_m
                self._take_in(self._pairs.only((away > since_m) & (away <= self.asked_m * _MARGIN + 10.0)))

    @cached_property
    def _pairs(self) -> Pairs:
        """Pairs that overlap in time and height, wherever they are."""
        volumes = volumes_of(self.plan)
        return self.near.at_one_height(volumes, in_time(volumes, self.search.rows))

    @cached_property
    def _away_m(self) -> Floats:
        return within(self.near.ways.drawn, self.search.rows, self._pairs)

    def _take_in(self, pairs: Pairs) -> None:
        if not len(pairs):
            return
        ways, swept = self.near.ways.of(pairs)
        self.search.work += RING
        self.search.count_swept(2 * swept + len(pairs) // 4)
        step_m = self.limits.step_m
        first, last = np.floor(ways.low / step_m).astype(np.int64) + 1, np.ceil(ways.high / step_m).astype(np.int64) - 1
        ends = np.searchsorted(ways.group, np.arange(len(self.axes) + 1)).tolist()
        for number, begin in enumerate(ends[:-1]):
            if begin < ends[number + 1]:
                part = slice(begin, ends[number + 1])
                self.runs[number].append(Runs(first[part], last[part]))

    def _free_from(self, number: int, step: int) -> int:
        """The first step along a bearing, from this one on, that is not known to be in the way."""
        while True:
            free = max((runs.free_from(step) for runs in self.runs[number]), default=step)
            if free == step:
                return step
            step = free
