"""Which legs of two flights could come near each other: boxes round ever fewer legs, in time, height and space.

A flight's legs are boxed two by two, those boxes two by two, and so on to one box round all. Two flights are compared
from the top down, all pairs of one size at once, and a pair of boxes that is too far apart is opened no further.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.detection.closest import Moment, Reach, closest_in
from keepclear.detection.leg_pieces import Clocked, Pieces
from keepclear.spacetime.flown import FlownPath
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, Floats, earth_centred, inverse

_WITNESSES = 8

Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes round some legs each, in time order. Columns of ``low`` and ``high``: seconds, height, x, y, z."""

    low: Floats
    high: Floats

    def joined(self) -> Boxes:
        """Half as many, each round two neighbours."""
        firsts = np.arange(0, len(self.low), 2)
        return Boxes(np.minimum.reduceat(self.low, firsts), np.maximum.reduceat(self.high, firsts))


def closest_moment(a_path: FlownPath, b_path: FlownPath, reach: Reach) -> Moment | None:
    """The moment within ``reach`` at which two flights are closest on the ground; times from the earlier start on."""
    origin_ms = int(min(a_path.time_ms[0], b_path.time_ms[0]))
    a, b = Clocked(a_path, origin_ms), Clocked(b_path, origin_ms)
    levels_a, levels_b = _levels(a), _levels(b)
    first, second = np.zeros(1, np.intp), np.zeros(1, np.intp)
    limit = reach.lateral_m
    for size in range(max(len(levels_a), len(levels_b)) - 1, -1, -1):
        boxes_a, boxes_b = levels_a[min(size, len(levels_a) - 1)], levels_b[min(size, len(levels_b) - 1)]
        at_least, near = _apart_m(boxes_a, boxes_b, first, second, reach)
        if not np.isfinite(reach.height_m):
            limit = min(limit, _seen_m(a, b, boxes_a, boxes_b, first[near], second[near], at_least[near], reach))
        near &= at_least < limit
        first, second = first[near], second[near]
        if size:
            first, second = _opened(
                first, second, levels_a[size - 1] if size < len(levels_a) else None,
                levels_b[size - 1] if size < len(levels_b) else None,
            )  # fmt: skip
    pieces = Pieces(first, second, a.times_s[first], a.times_s[first + 1], b.times_s[second], b.times_s[second + 1])
    return closest_in(a, b, pieces, reach)


def _levels(flight: Clocked) -> list[Boxes]:
    """Boxes round single legs first, round all legs last."""
    path = flight.path
    points = earth_centred(path.lon, path.lat)
    bulge = (path.length_m**2 / (8 * LEAST_CURVATURE_RADIUS_M))[:, None]
    low = np.column_stack([flight.times_s[:-1], _lower(path.height_m), np.minimum(points[:-1], points[1:]) - bulge])
    high = np.column_stack([flight.times_s[1:], _higher(path.height_m), np.maximum(points[:-1], points[1:]) + bulge])
    levels = [Boxes(low, high)]
    while len(levels[-1].low) > 1:
        levels.append(levels[-1].joined())
    return levels


def _apart_m(a: Boxes, b: Boxes, first: Whole, second: Whole, reach: Reach) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """How far apart the boxes of each pair are at least, and whether their times and heights allow a meeting."""
    gap = np.maximum(a.low[first] - b.high[second], b.low[second] - a.high[first])
    allowed = (gap[:, 0] <= reach.within_s) & (gap[:, 1] <= reach.height_m)
    return np.sqrt((np.maximum(gap[:, 2:], 0.0) ** 2).sum(axis=1)), allowed


def _seen_m(
    a: Clocked, b: Clocked, boxes_a: Boxes, boxes_b: Boxes, first: Whole, second: Whole, at_least: Floats, reach: Reach
) -> float:
    """A little over a distance that surely occurs: where heights do not matter, any moments that may be paired do."""
    some = np.argsort(at_least)[:_WITNESSES]
    first, second = first[some], second[some]
    a_s = np.maximum(boxes_a.low[first, 0], boxes_b.low[second, 0])
    a_s = np.minimum(a_s, boxes_a.high[first, 0])
    b_s = np.clip(a_s, boxes_b.low[second, 0], boxes_b.high[second, 0])
    b_s = np.where(np.abs(a_s - b_s) <= reach.within_s, b_s, np.nan)
    leg_a = np.clip(np.searchsorted(a.times_s, a_s, side="right") - 1, 0, a.path.legs - 1)
    leg_b = np.clip(np.searchsorted(b.times_s, np.nan_to_num(b_s), side="right") - 1, 0, b.path.legs - 1)
    good = np.isfinite(b_s)
    if not good.any():
        return np.inf
    leg_a, leg_b, a_s, b_s = leg_a[good], leg_b[good], a_s[good], b_s[good]
    _, distance_m = inverse(*a.place(leg_a, a_s), *b.place(leg_b, b_s))
    return float(distance_m.min()) * (1 + 1e-9) + 1e-3


def _opened(first: Whole, second: Whole, a: Boxes | None, b: Boxes | None) -> tuple[Whole, Whole]:
    """Each pair of boxes replaced by the pairs of what is in them (None: that side is not opened yet)."""
    if a is not None:
        first, second = np.concatenate([2 * first, 2 * first + 1]), np.concatenate([second, second])
        first, second = first[keep := first < len(a.low)], second[keep]
    if b is not None:
        first, second = np.concatenate([first, first]), np.concatenate([2 * second, 2 * second + 1])
        first, second = first[keep := second < len(b.low)], second[keep]
    return first, second


def _lower(values: Floats) -> Floats:
    return np.asarray(np.minimum(values[:-1], values[1:]))


def _higher(values: Floats) -> Floats:
    return np.asarray(np.maximum(values[:-1], values[1:]))
