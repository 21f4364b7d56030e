"""A slow judge of two recorded tracks: geographiclib's geodesics, sampling and golden section; no product code.

For two aircraft that fly straight (along the geodesic, at constant speed) from each recorded point to the next, it
finds the least value over their common time of the greater of two gaps in metres: the lateral one (distance less what
must lie between) and the vertical one. Below zero they meet; the value says by how much.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from geographiclib.geodesic import Geodesic

FASTEST_MPS = 700.0
"""No two of the recorded aircraft close faster than this: such a gap in metres does not vanish within half a second."""
COARSE_S = 5.0

Array = npt.NDArray[np.float64]


class Track(Protocol):
    """Times in ms, degrees, metres above the ellipsoid."""

    @property
    def times_ms(self) -> tuple[int, ...]: ...
    @property
    def lon(self) -> tuple[float, ...]: ...
    @property
    def lat(self) -> tuple[float, ...]: ...
    @property
    def height_m(self) -> tuple[float, ...]: ...


@dataclass(frozen=True, slots=True)
class Apart:
    """What must lie between two tracks: sums of their uncertainties and the agreed separation, in metres."""

    lateral_m: float
    vertical_m: float


def position(track: Track, at_ms: float) -> tuple[float, float, float]:
    """Longitude, latitude and height at an instant, by geographiclib along the leg's geodesic."""
    leg = min(max(bisect.bisect_right(track.times_ms, at_ms) - 1, 0), len(track.times_ms) - 2)
    start, end = track.times_ms[leg], track.times_ms[leg + 1]
    share = (at_ms - start) / (end - start)
    line = Geodesic.WGS84.InverseLine(track.lat[leg], track.lon[leg], track.lat[leg + 1], track.lon[leg + 1])
    spot = line.Position(share * line.s13)
    height = track.height_m[leg] + share * (track.height_m[leg + 1] - track.height_m[leg])
    return spot["lon2"], spot["lat2"], height


def gap_m(a: Track, b: Track, apart: Apart, at_ms: float) -> float:
    """The greater of the lateral and the vertical gap at one instant; below zero they meet."""
    lon_a, lat_a, height_a = position(a, at_ms)
    lon_b, lat_b, height_b = position(b, at_ms)
    lateral = Geodesic.WGS84.Inverse(lat_a, lon_a, lat_b, lon_b)["s12"] - apart.lateral_m
    return float(max(lateral, abs(height_a - height_b) - apart.vertical_m))


def least_gap_m(a: Track, b: Track, apart: Apart) -> float:
    """The least gap over the common time, or infinity when there is none (or it is beyond doubt far from zero)."""
    start, end = max(a.times_ms[0], b.times_ms[0]), min(a.times_ms[-1], b.times_ms[-1])
    if start >= end:
        return math.inf
    times = np.linspace(start, end, max(3, int((end - start) / (1000 * COARSE_S)) + 2))
    lateral, vertical = _rough(a, b, apart, times)
    step_s = (times[1] - times[0]) / 2000
    ground, climb = (sum(pair) for pair in zip(_fastest(a), _fastest(b), strict=True))
    least = math.inf
    for spot in np.flatnonzero((lateral < step_s * ground) & (vertical < step_s * climb)):
        around = times[max(int(spot) - 1, 0) : int(spot) + 2]
        least = _refine(a, b, apart, float(around[0]), float(around[-1]), least)
        if least < -5.0:
            break
    return least


def _haversine_m(lon_a: Array, lat_a: Array, lon_b: Array, lat_b: Array) -> Array:
    half = np.sin(np.radians(lat_b - lat_a) / 2) ** 2
    half = half + np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * 6_371_000.0 * np.arcsin(np.sqrt(half)))


def _fastest(track: Track) -> tuple[float, float]:
    """A bound of its speed over ground and of its climb, in m/s, from its own legs."""
    lon, lat, height = (np.array(part) for part in (track.lon, track.lat, track.height_m))
    seconds = np.diff(np.array(track.times_ms)) / 1000
    ground = 1.01 * _haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:]) / seconds
    return float(ground.max()) + 1.0, float((np.abs(np.diff(height)) / seconds).max()) + 0.1


def _rough(a: Track, b: Track, apart: Apart, times: Array) -> tuple[Array, Array]:
    """Lower bounds of both gaps at some instants: haversine, less 1 % and 100 m for what a sphere leaves out."""
    spots = [
        [np.interp(times, track.times_ms, part) for part in (track.lon, track.lat, track.height_m)] for track in (a, b)
    ]
    (lon_a, lat_a, height_a), (lon_b, lat_b, height_b) = spots
    distance = _haversine_m(lon_a, lat_a, lon_b, lat_b)
    return 0.99 * distance - 100.0 - apart.lateral_m, np.abs(height_a - height_b) - apart.vertical_m


def _refine(a: Track, b: Track, apart: Apart, lower: float, upper: float, known: float) -> float:
    """The least gap between two instants: recorded points and a 0.5 s grid, then golden section around the best."""
    knots = [t for track in (a, b) for t in track.times_ms if lower <= t <= upper]
    steps = np.linspace(lower, upper, max(3, int((upper - lower) / 500) + 1))
    grid = sorted({float(t) for t in (*knots, *steps)})
    values = [gap_m(a, b, apart, t) for t in grid]
    best = min(range(len(grid)), key=values.__getitem__)
    if values[best] < -5.0 or values[best] > min(known, FASTEST_MPS):
        return min(known, values[best])
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return min(known, values[best], _golden(a, b, apart, low, high))


def _golden(a: Track, b: Track, apart: Apart, low: float, high: float) -> float:
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = gap_m(a, b, apart, left), gap_m(a, b, apart, right)
    while high - low > 0.01:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = gap_m(a, b, apart, left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = gap_m(a, b, apart, right)
    return min(at_left, at_right)
