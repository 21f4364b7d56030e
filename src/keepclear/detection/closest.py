"""The moment at which two flights come closest: the minimum in continuous time, never of samples.

Branch and bound over pieces of legs. Each piece of a geodesic is stood for by its chord in earth-centred space, from
which it departs by no more than its length squared over eight times the least radius of curvature; on two chords the
least distance over all allowed pairs of times is a convex quadratic over a polygon (``polygon``), solved exactly. What
cannot beat the best found is dropped, the rest is cut finer, until the answer is certain to 0.2 mm. Distances that are
answered are geodesic distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.detection.polygon import Nearest, TimePolygons, nearest
from keepclear.spacetime.flown import FlownPath
from keepclear.spacetime.geodesic import (
    ECCENTRICITY_SQUARED,
    LEAST_CURVATURE_RADIUS_M,
    MOST_CURVATURE_RADIUS_M,
    SEMI_MAJOR_M,
    Floats,
    earth_centred,
    inverse,
    surface_normal,
)

CERTAIN_M = 2e-4
"""How near the true minimum the answer is; over 200 km it is 2.5 % of how much longer the arc is than its chord."""
_LOCAL_M = 200_000.0
_CUTS = 4
_MOST_WITNESSES = 512

Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where two flights are closest: one of them at ``a_s``, the other at ``b_s`` (seconds after the common origin)."""

    distance_m: float
    """Along the ground, between the two positions."""
    height_m: float
    """How far apart their heights are, 0 or more."""
    a_s: float
    b_s: float


@dataclass(frozen=True, slots=True)
class Reach:
    """Which pairs of moments count: how far apart in time, in height, and on the ground."""

    within_s: float
    height_m: float
    lateral_m: float
    """What is this far apart or further is not looked for."""
    enough_m: float = 0.0
    """What is this near or nearer ends the search."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pairs of pieces of legs: leg numbers, and the time in seconds at which each piece begins and ends."""

    a: Whole
    b: Whole
    a_from: Floats
    a_to: Floats
    b_from: Floats
    b_to: Floats

    def only(self, keep: npt.NDArray[np.bool_] | Whole) -> Pieces:
        """Some of them."""
        return Pieces(*(getattr(self, name)[keep] for name in self.__slots__))

    def clipped(self, within_s: float) -> Pieces:
        """Each cut to what the other's time allows; those that never come within it are dropped."""
        a_from = np.maximum(self.a_from, self.b_from - within_s)
        a_to = np.minimum(self.a_to, self.b_to + within_s)
        b_from = np.maximum(self.b_from, self.a_from - within_s)
        b_to = np.minimum(self.b_to, self.a_to + within_s)
        return Pieces(self.a, self.b, a_from, a_to, b_from, b_to).only((a_from <= a_to) & (b_from <= b_to))

    def cut(self, longer_is_a: npt.NDArray[np.bool_]) -> Pieces:
        """Each pair cut into four along its longer piece."""
        step = np.tile(np.arange(_CUTS), len(self.a))
        every = self.only(np.repeat(np.arange(len(self.a)), _CUTS))
        on_a = np.repeat(longer_is_a, _CUTS)
        a_step, b_step = (every.a_to - every.a_from) / _CUTS, (every.b_to - every.b_from) / _CUTS
        return Pieces(
            every.a,
            every.b,
            np.where(on_a, every.a_from + step * a_step, every.a_from),
            np.where(on_a & (step < _CUTS - 1), every.a_from + (step + 1) * a_step, every.a_to),
            np.where(on_a, every.b_from, every.b_from + step * b_step),
            np.where(~on_a & (step < _CUTS - 1), every.b_from + (step + 1) * b_step, every.b_to),
        )


class Clocked:
    """A path with its times in seconds after an origin, and where it is at any of them."""

    def __init__(self, path: FlownPath, origin_ms: int) -> None:
        self.path = path
        self.times_s = (path.time_ms - origin_ms) / 1000.0
        self.lasts_s = np.diff(self.times_s)

    def share(self, leg: Whole, time_s: Floats) -> Floats:
        """How far along its leg it is."""
        return np.asarray(np.clip((time_s - self.times_s[leg]) / self.lasts_s[leg], 0.0, 1.0))

    def height_m(self, leg: Whole, time_s: Floats) -> Floats:
        """Height above the ellipsoid."""
        low, high = self.path.height_m[leg], self.path.height_m[leg + 1]
        return np.asarray(low + (high - low) * self.share(leg, time_s))

    def place(self, leg: Whole, time_s: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude."""
        return self.path.position(leg, self.share(leg, time_s))

    def ground_m(self, leg: Whole, from_s: Floats, to_s: Floats) -> Floats:
        """How long a piece of a leg is on the ground."""
        return np.asarray(self.path.length_m[leg] * (to_s - from_s) / self.lasts_s[leg])


def closest_in(a: Clocked, b: Clocked, pieces: Pieces, reach: Reach) -> Moment | None:
    """The closest moment of any of the pieces, or nothing when none comes within reach."""
    best: Moment | None = None
    limit = reach.lateral_m
    pieces = pieces.clipped(reach.within_s)
    while len(pieces.a):
        polygons = _polygons(a, b, pieces, reach)
        found = nearest(polygons)
        at_least = _at_least(a, b, pieces, polygons, found)
        near = found.feasible & (at_least < limit)
        pieces, at_least = pieces.only(near), at_least[near]
        if not len(pieces.a):
            break
        a_s = pieces.a_from + found.u[near] * (pieces.a_to - pieces.a_from)
        b_s = pieces.b_from + found.v[near] * (pieces.b_to - pieces.b_from)
        seen = _nearest_seen(a, b, pieces, a_s, b_s, at_least)
        if seen.distance_m < reach.lateral_m and (best is None or seen.distance_m < best.distance_m):
            best = seen
            limit = min(limit, best.distance_m - _certain(best.distance_m))
            if best.distance_m <= reach.enough_m:
                break
        pieces = pieces.only(at_least < limit)
        a_m, b_m = _runs_m(a, b, pieces)
        finer = a_m + b_m > CERTAIN_M
        pieces = pieces.only(finer).cut((a_m >= b_m)[finer]).clipped(reach.within_s)
    return best


def _polygons(a: Clocked, b: Clocked, pieces: Pieces, reach: Reach) -> TimePolygons:
    """The chords of each pair, and which pairs of moments on them count."""
    a_lasts, b_lasts = pieces.a_to - pieces.a_from, pieces.b_to - pieces.b_from
    a_first = earth_centred(*a.place(pieces.a, pieces.a_from))
    b_first = earth_centred(*b.place(pieces.b, pieces.b_from))
    a_height, b_height = a.height_m(pieces.a, pieces.a_from), b.height_m(pieces.b, pieces.b_from)
    return TimePolygons(
        a_first=a_first,
        b_first=b_first,
        a_run=earth_centred(*a.place(pieces.a, pieces.a_to)) - a_first,
        b_run=earth_centred(*b.place(pieces.b, pieces.b_to)) - b_first,
        bands=(
            (a_lasts, b_lasts, pieces.a_from - pieces.b_from, reach.within_s),
            (
                a.height_m(pieces.a, pieces.a_to) - a_height,
                b.height_m(pieces.b, pieces.b_to) - b_height,
                a_height - b_height,
                reach.height_m,
            ),
        ),
    )


def _runs_m(a: Clocked, b: Clocked, pieces: Pieces) -> tuple[Floats, Floats]:
    """How long the pieces are on the ground."""
    return a.ground_m(pieces.a, pieces.a_from, pieces.a_to), b.ground_m(pieces.b, pieces.b_from, pieces.b_to)


def _at_least(a: Clocked, b: Clocked, pieces: Pieces, polygons: TimePolygons, found: Nearest) -> Floats:
    """No two positions of a pair are nearer than this on the ground.

    A geodesic curves along the surface's normal only, by 1/R at most, so it departs from its chord by no more than
    length² / 8R, nearly at right angles to any line along the ground: with E the two departures together and k the
    sine of how far off a right angle it can be, d² + 2dEk + E² ≥ chord². The arc over a chord is the shorter the larger
    the radius of curvature, so the largest there is between the two is taken.
    """
    a_m, b_m = _runs_m(a, b, pieces)
    departure = (a_m**2 + b_m**2) / (8 * LEAST_CURVATURE_RADIUS_M)
    askew = np.minimum(1.02 * ((found.chord_m + departure) / 2 + a_m + b_m) / LEAST_CURVATURE_RADIUS_M, 1.0)
    straight = np.sqrt(np.maximum(found.chord_m**2 - departure**2, 0.0)) - departure * askew
    straight = np.maximum(straight, found.chord_m - departure)
    radius = _largest_radius(polygons, found, a_m + b_m)
    half = np.clip(straight / (2 * radius), 0.0, 1.0)
    return np.asarray(2 * radius * np.arcsin(half))


def _largest_radius(polygons: TimePolygons, found: Nearest, run_m: Floats) -> Floats:
    """The most that the radius of curvature along the line between any of their positions can be.

    Euler's for the direction and place half way, and what it can vary: by 0.7 % with latitude and direction over the
    whole earth, and so by less where the pieces are short against their distance.
    """
    middle = (polygons.a_at(found.u) + polygons.b_at(found.v)) / 2
    normal = surface_normal(middle)
    shrunk = 1 - ECCENTRICITY_SQUARED * normal[:, 2] ** 2
    prime = SEMI_MAJOR_M / np.sqrt(shrunk)
    meridian = prime * (1 - ECCENTRICITY_SQUARED) / shrunk
    apart, chord_m = found.separation, np.maximum(found.chord_m, 1.0)
    across = np.maximum(np.hypot(middle[:, 0], middle[:, 1]), 1e-6)
    eastward = (apart[:, 1] * middle[:, 0] - apart[:, 0] * middle[:, 1]) / (across * chord_m)
    east_share = np.minimum(eastward**2, 1.0)
    here = 1.0 / (east_share / prime + (1 - east_share) / meridian)
    shift = 2.5 * run_m / chord_m + 2.5 * run_m / SEMI_MAJOR_M + (chord_m / SEMI_MAJOR_M) ** 2
    known = np.minimum(here * (1 + 0.0068 * np.minimum(shift, 1.0)), MOST_CURVATURE_RADIUS_M)
    return np.asarray(np.where(chord_m < _LOCAL_M, known, MOST_CURVATURE_RADIUS_M))


def _nearest_seen(a: Clocked, b: Clocked, pieces: Pieces, a_s: Floats, b_s: Floats, at_least: Floats) -> Moment:
    """The nearest true distance among the most hopeful pairs of moments."""
    some = np.argsort(at_least)[:_MOST_WITNESSES] if len(at_least) > _MOST_WITNESSES else np.arange(len(at_least))
    legs_a, legs_b, at_a, at_b = pieces.a[some], pieces.b[some], a_s[some], b_s[some]
    _, distance_m = inverse(*a.place(legs_a, at_a), *b.place(legs_b, at_b))
    i = int(np.argmin(distance_m))
    one = slice(i, i + 1)
    height_m = abs(float((a.height_m(legs_a[one], at_a[one]) - b.height_m(legs_b[one], at_b[one]))[0]))
    return Moment(float(distance_m[i]), height_m, float(at_a[i]), float(at_b[i]))


def _certain(distance_m: float) -> float:
    if distance_m <= _LOCAL_M:
        return CERTAIN_M
    return CERTAIN_M + 0.025 * distance_m**3 / (24 * LEAST_CURVATURE_RADIUS_M**2)
