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

from keepclear.detection.leg_pieces import Clocked, Pieces
from keepclear.detection.polygon import TimePolygons, nearest
from keepclear.spacetime.geodesic import (
    LEAST_CURVATURE_RADIUS_M,
    MEAN_RADIUS_M,
    MOST_CURVATURE_RADIUS_M,
    Floats,
    arc_of_chord,
    earth_centred,
    inverse,
)

CERTAIN_M = 2e-4
"""How near the true minimum the answer is."""
_ROUNDING_M = 1e-6
_AT_ONCE = 16_384
"""Pairs looked at in one go: what is more waits, so that memory is bounded."""


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


def closest_in(a: Clocked, b: Clocked, pieces: Pieces, reach: Reach) -> Moment | None:
    """The closest moment of any of the pieces, or nothing when none comes within reach."""
    best: Moment | None = None
    limit = reach.lateral_m
    waiting = [pieces.clipped(reach.within_s)]
    while waiting:
        pieces = waiting.pop()
        if len(pieces) > _AT_ONCE:
            half = np.arange(len(pieces)) < len(pieces) // 2
            waiting += [pieces.only(~half), pieces.only(half)]
            continue
        looked = look(a, b, pieces, reach, limit)
        if not len(looked.pieces):
            continue
        nearest_one = int(np.argmin(looked.distance_m))
        if looked.distance_m[nearest_one] < limit:
            best = looked.moment(a, b, nearest_one)
            limit = best.distance_m - CERTAIN_M
            if best.distance_m <= reach.enough_m:
                break
        waiting.append(_cut(a, b, looked.pieces.only(looked.at_least_m < limit), reach))
    return best


@dataclass(frozen=True, slots=True)
class Looked:
    """Pairs of pieces that may still hold the closest moment: the one seen on each, and the least there can be."""

    pieces: Pieces
    a_s: Floats
    b_s: Floats
    distance_m: Floats
    at_least_m: Floats

    def moment(self, a: Clocked, b: Clocked, i: int) -> Moment:
        """The one seen on one of the pairs."""
        one, a_s, b_s = self.pieces.only(np.array([i])), self.a_s[i : i + 1], self.b_s[i : i + 1]
        height_m = a.height_m(one.a, a_s) - b.height_m(one.b, b_s)
        return Moment(float(self.distance_m[i]), abs(float(height_m[0])), float(a_s[0]), float(b_s[0]))


def look(a: Clocked, b: Clocked, pieces: Pieces, reach: Reach, limit_m: float) -> Looked:
    """The pairs that may come nearer than the limit: first by their chords alone, then by true distances."""
    polygons = _polygons(a, b, pieces, reach)
    found = nearest(polygons)
    run_m = _runs_m(a, b, pieces)
    straight_m = _chord_at_least_m(*run_m, found.chord_m)
    near = found.feasible & (arc_of_chord(straight_m, MOST_CURVATURE_RADIUS_M) < limit_m)
    pieces = pieces.only(near)
    a_s = pieces.a_from + found.u[near] * (pieces.a_to - pieces.a_from)
    b_s = pieces.b_from + found.v[near] * (pieces.b_to - pieces.b_from)
    a_at, b_at = a.place(pieces.a, a_s), b.place(pieces.b, b_s)
    _, distance_m = inverse(*a_at, *b_at)
    chord_m = np.linalg.norm(earth_centred(*a_at) - earth_centred(*b_at), axis=-1)
    at_least_m = _at_least_m(straight_m[near], distance_m, chord_m, (run_m[0] + run_m[1])[near])
    return Looked(pieces, a_s, b_s, distance_m, at_least_m)


def _cut(a: Clocked, b: Clocked, pieces: Pieces, reach: Reach) -> Pieces:
    """Each pair cut along its longer piece; one that is shorter than what is certain has nothing more to tell."""
    a_m, b_m = _runs_m(a, b, pieces)
    finer = a_m + b_m > CERTAIN_M
    return pieces.only(finer).cut((a_m >= b_m)[finer]).clipped(reach.within_s)


def _chord_at_least_m(a_m: Floats, b_m: Floats, chord_m: Floats) -> Floats:
    """The least chord between two positions of a pair of pieces, when that of their own chords is ``chord_m``.

    A geodesic curves along the surface's normal only, by 1/R at most, so it departs from its chord by no more than
    length² / 8R, nearly at right angles to any line along the ground: with E the two departures together and k the
    sine of how far off a right angle it can be, d² + 2dEk + E² ≥ chord².
    """
    departure = (a_m**2 + b_m**2) / (8 * LEAST_CURVATURE_RADIUS_M)
    askew = np.minimum(1.02 * ((chord_m + departure) / 2 + a_m + b_m) / LEAST_CURVATURE_RADIUS_M, 1.0)
    level = np.sqrt(np.maximum(chord_m**2 - departure**2, 0.0)) - departure * askew
    return np.asarray(np.maximum(np.maximum(level, chord_m - departure), 0.0))


def _at_least_m(straight_m: Floats, distance_m: Floats, chord_m: Floats, run_m: Floats) -> Floats:
    """No two positions of a pair of pieces are nearer than this on the ground.

    True distance and chord are known at one pair of positions. How much longer the arc is than on a sphere over the
    same chord changes along the pieces by less than a share of how far one goes: the ellipsoid's radii of curvature
    are within 0.7 % of the sphere's, which turns that share into 0.2 % of (distance / R)², here taken as 0.5 % and
    more for far ones. Nor can any distance change by more than both pieces are long.
    """
    share = np.minimum(distance_m / MEAN_RADIUS_M, 3.0) ** 2
    drift = 5e-3 * share * (1 + 10 * share)
    arc_m = arc_of_chord(straight_m, MEAN_RADIUS_M) + distance_m - arc_of_chord(chord_m, MEAN_RADIUS_M)
    return np.asarray(np.maximum(arc_m - drift * run_m, distance_m - run_m) - _ROUNDING_M)


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
