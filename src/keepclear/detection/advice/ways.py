"""How far one's own plan overlaps each volume that is near, on the way along each of eight bearings: worked out once.

That hangs on footprints alone. So it is the same at whatever times and heights the plan is moved over the ground.
"""

from __future__ import annotations

import math

import numpy as np

from keepclear.detection.advice.lanes import Lanes
from keepclear.detection.advice.places import BEARINGS_DEG
from keepclear.detection.advice.plane import Drawing, Outlines, Plane, off_m
from keepclear.detection.advice.rows import Pairs, Rows, drawing_of, volumes_of
from keepclear.detection.advice.sweep import overlaps
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Polygonal
from keepclear.spacetime.geodesic import Floats

ALONG = np.array([(math.sin(math.radians(deg)), math.cos(math.radians(deg))) for deg in BEARINGS_DEG])


class KnownWays:
    """The stretches of the way on which a plan's volumes surely overlap rows, kept as they are found."""

    def __init__(self, own: Plan, plane: Plane, rows: Rows, most_m: float) -> None:
        self._own, self._plane, self._rows, self._most_m = own, plane, rows, most_m
        self.drawn = drawing_of(own, plane)
        self._own_is_filled = any(isinstance(each.footprint, Polygonal) for each in volumes_of(own))
        self._rimless: dict[int, Outlines] = {}
        self._done = np.zeros(len(self.drawn.middle) * len(rows), bool)
        self._group, self._low, self._high = np.empty(0, np.int64), np.empty(0), np.empty(0)

    def lanes(self, pairs: Pairs, step_m: int) -> tuple[Lanes, int]:
        """The steps along each bearing at which some pairs surely overlap; and how many ways had to be worked out."""
        key = pairs.own * len(self._rows) + pairs.other
        fresh = pairs.only(~self._done[key])
        swept = self._work_out(fresh) if len(fresh) else 0
        number = np.full(len(self._done), -1)
        number[key] = np.arange(len(key))
        pair = number[self._group // len(ALONG)]
        some = np.flatnonzero(pair >= 0)
        first = np.floor(self._low[some] / step_m).astype(np.int64) + 1
        last = np.ceil(self._high[some] / step_m).astype(np.int64) - 1
        return Lanes.of(self._group[some] % len(ALONG), pair[some], first, last, len(ALONG)), swept

    def _work_out(self, pairs: Pairs) -> int:
        rows, drawn = self._rows, self.drawn
        key = pairs.own * len(rows) + pairs.other
        self._done[key] = True
        pair, bearing = _on_the_way(drawn, rows.drawing, rows.lateral_m, pairs, self._most_m)
        i, j = pairs.own[pair], pairs.other[pair]
        if not len(i):
            return 0
        reach_m = drawn.reach_m[i]
        off = off_m(np.maximum(drawn.far_m[i], rows.drawing.far_m[j] + reach_m + rows.lateral_m[j]) + reach_m)
        ways = overlaps(
            self._without_rim(2 * float(off.max())),
            rows.drawing.outlines(j),
            i,
            j,
            rows.lateral_m[j],
            off,
            ALONG[bearing],
        )
        group = key[pair] * len(ALONG) + bearing
        self._group = np.concatenate([self._group, group[ways.group]])
        self._low, self._high = np.concatenate([self._low, ways.low]), np.concatenate([self._high, ways.high])
        return len(i)

    def _without_rim(self, least_m: float) -> Outlines:
        """The plan's own outlines, its polygons without a rim of so much or up to twice that."""
        every = np.arange(len(self.drawn.middle))
        if not self._own_is_filled:
            return self.drawn.outlines(every)
        size = math.ceil(math.log2(least_m))
        if size not in self._rimless:
            self._rimless[size] = drawing_of(self._own, self._plane).outlines(every, rim_m=2.0**size)
        return self._rimless[size]


def _on_the_way(own: Drawing, others: Drawing, lateral_m: Floats, pairs: Pairs, most_m: float) -> tuple[Ints, Ints]:
    """Of which pairs, and along which bearings, the circles round the two come to overlap at all."""
    i, j = pairs.own, pairs.other
    between = others.middle[j] - own.middle[i]
    reach_m = (own.reach_m[i] + others.reach_m[j] + lateral_m[j])[:, None]
    far = between @ ALONG.T
    aside = np.abs(between[:, 1:] * ALONG[:, 0] - between[:, :1] * ALONG[:, 1])
    pair, bearing = np.nonzero((aside < reach_m) & (far > -reach_m) & (far < reach_m + most_m))
    return pair.astype(np.int64), bearing.astype(np.int64)
