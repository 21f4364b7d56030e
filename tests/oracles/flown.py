"""A slow judge of flights: geographiclib's geodesics in pure Python, dense scans, golden sections; no product code.

It answers by how much two flights fail to overlap: the least value, over all allowed pairs of moments, of the greater
of what is missing on the ground and what is missing in height. Below zero they overlap by so much in both at once.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from geographiclib.geodesic import Geodesic

Point = tuple[float, float, float, float]
"""Seconds, longitude, latitude, height."""

_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Flown:
    """Points in time order."""

    points: tuple[Point, ...]

    @cached_property
    def _lines(self) -> list[object]:
        pairs = zip(self.points[:-1], self.points[1:], strict=True)
        return [Geodesic.WGS84.InverseLine(p[2], p[1], q[2], q[1]) for p, q in pairs]

    @cached_property
    def times(self) -> list[float]:
        return [point[0] for point in self.points]

    def at(self, time: float) -> tuple[float, float, float]:
        """Latitude, longitude, height at a moment."""
        leg = min(max(bisect.bisect_right(self.times, time) - 1, 0), len(self.points) - 2)
        before, after = self.points[leg], self.points[leg + 1]
        share = (time - before[0]) / (after[0] - before[0])
        line = self._lines[leg]
        place = line.Position(line.s13 * share)  # type: ignore[attr-defined]  # geographiclib has no types
        return place["lat2"], place["lon2"], before[3] + (after[3] - before[3]) * share


def excess_m(
    a: Flown, b: Flown, lateral_m: float, vertical_m: float, within_s: float = 0.0, samples: int = 240
) -> float:
    """The least of max(distance − lateral_m, height difference − vertical_m) over moments so many seconds apart."""

    def missing(t: float, u: float) -> float:
        p, q = a.at(t), b.at(u)
        across: float = Geodesic.WGS84.Inverse(p[0], p[1], q[0], q[1], Geodesic.DISTANCE)["s12"]
        return max(across - lateral_m, abs(p[2] - q[2]) - vertical_m)

    first, last = max(a.times[0], b.times[0] - within_s), min(a.times[-1], b.times[-1] + within_s)
    corners = [t for flight in (a, b) for t in flight.times]
    if within_s == 0:
        return least(lambda t: missing(t, t), first, last, corners, samples)

    def best_partner(t: float) -> float:
        low, high = max(t - within_s, b.times[0]), min(t + within_s, b.times[-1])
        return least(lambda u: missing(t, u), low, high, b.times, 6, rounds=34)

    return least(best_partner, first, last, corners, 12, rounds=34)


def least(
    value: Callable[[float], float], low: float, high: float, corners: list[float], samples: int, rounds: int = 60
) -> float:
    """The least value of a function between two moments: a scan, then a golden section round each hollow it shows."""
    times = sorted({low, high, *(t for t in corners if low < t < high)})
    fine = [p + (q - p) * i / samples for p, q in itertools.pairwise(times) for i in range(samples)]
    fine.append(high)
    values = [value(t) for t in fine]
    found = min(values)
    hollows = [
        i
        for i in range(len(fine))
        if (i == 0 or values[i] <= values[i - 1]) and (i == len(fine) - 1 or values[i] <= values[i + 1])
    ]
    for i in sorted(hollows, key=values.__getitem__)[:4]:
        found = min(found, golden(value, fine[max(i - 1, 0)], fine[min(i + 1, len(fine) - 1)], rounds))
    return found


def golden(value: Callable[[float], float], low: float, high: float, rounds: int) -> float:
    """The least value in a bracket that has one hollow."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(rounds):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = value(right)
    return min(at_left, at_right)
