"""The nearest clear place along any of eight bearings, looked for in rings: what lies farther off is not drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from keepclear.detection.advice.frozen import RINGS_M
from keepclear.detection.advice.lanes import Lanes
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.rows import Pairs, in_time, volumes_of, within
from keepclear.detection.advice.search import RING, Search
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan
from keepclear.spacetime.geodesic import Floats

PATIENCE = 10
"""Steps that are tried one after another before it is measured how deep the overlap is."""
MARGIN, MORE_M = 1.001, 10.0
"""Drawn places and those on the earth differ; a ring is taken a little wider."""
_NOW: Ints = np.zeros(1, np.int64)


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
    lanes: Lanes | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.limits = self.search.limits
        scene = Scene(self.plan, self.limits)
        self.axes = [Aside(scene, bearing) for bearing in BEARINGS_DEG]
        self.rings = [ring for ring in RINGS_M if ring < self.limits.most_m] + [self.limits.most_m]

    def nearest(self, most: int | None = None) -> tuple[int, Aside] | None:
        """The least step over all bearings that clears everything, up to ``most``; None when there is none."""
        last = min(self.axes[0].most, self.axes[0].most if most is None else most)
        starts = np.array([[axis.least for axis in self.axes]], np.int64)
        tried = [(0, 0)] * len(self.axes)
        while True:
            step, number = self._least(starts, last)
            if step > last:
                return None
            axis = self.axes[number]
            if axis.metres(step) > self.search.known_m(self.plan):
                self.search.cut = True
                return None
            if axis.metres(step) > self.asked_m:
                self._ask_farther()
                continue
            if not self.search.may_go_on():
                return None
            moved = axis.moved(step)
            if not self.may(moved):
                starts[0, number] = last + 1
                continue
            blockers = self.search.in_the_way(moved)
            if not blockers:
                return step, axis
            before, times = tried[number]
            tried[number] = step, times + 1 if before == step - 1 else 0
            straight_on = tried[number][1] < PATIENCE and not any(blocker.flown for blocker in blockers)
            starts[0, number] = step + 1 if straight_on else self.search.past(axis, step, blockers)

    def _least(self, starts: Ints, last: int) -> tuple[int, int]:
        """The least step from the starts on that is not known to be in the way, and the number of its bearing."""
        if self.lanes is None:
            number = int(starts[0].argmin())
            return int(starts[0, number]), number
        always = np.zeros(len(self._asked), np.int64)
        step, number = self.lanes.least(always, always, _NOW, starts, np.array([last]))[0].tolist()
        return step, number

    def _ask_farther(self) -> None:
        """Takes in all that a move within the next ring could meet, and where along each bearing it surely does."""
        self.asked_m = float(self.rings.pop(0))
        if self.limits.plain or not len(self._pairs):
            return
        self._asked = self._pairs.only(self._away_m <= self.asked_m * MARGIN + MORE_M)
        if len(self._asked):
            self.lanes, swept = self.near.ways.lanes(self._asked, self.limits.step_m)
            self.search.work += RING
            self.search.count_swept(2 * swept + len(self._asked) // 4)

    @cached_property
    def _pairs(self) -> Pairs:
        """Pairs that overlap in time and height, wherever they are."""
        volumes = volumes_of(self.plan)
        return self.near.at_one_height(volumes, in_time(volumes, self.search.rows))

    @cached_property
    def _away_m(self) -> Floats:
        return within(self.near.ways.drawn, self.search.rows, self._pairs)
