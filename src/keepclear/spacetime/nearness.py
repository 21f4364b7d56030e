"""How far apart two cores are: the exact geodesic distance, 0 where they meet.

Where two sets of geodesic edges do not cross, the nearest places include a vertex of one of them: on a convex surface
a common perpendicular between two inner points is never a least distance. So every vertex is held against every edge:
first by chords through the earth, which bound the geodesic from below and above (Schur's comparison with circles of
the ellipsoid's least and most radius of curvature), then, for the few pairs that may be nearest, by Karney's geodesic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from keepclear.spacetime.closeness import Candidates, boxes_within, overlapping_pieces, point_to_piece
from keepclear.spacetime.geodesic import (
    LEAST_CURVATURE_RADIUS_M,
    MEAN_RADIUS_M,
    MOST_CURVATURE_RADIUS_M,
    WGS84,
    Floats,
    arc_of_chord,
    forward,
    inverse,
)
from keepclear.spacetime.pieces import CHORD_DEPTH_M, Pieces
from keepclear.spacetime.shape import Shape

_MARGIN = 1e-6  # of the distance, for what rounding does to bounds that are equal on a sphere
_ROUNDS = 4  # each brings the foot of the perpendicular 300 times nearer
_FEW = 12  # pairs that are quicker one by one than as arrays


@dataclass(frozen=True, slots=True)
class Nearest:
    """The distance of two cores (m) and a place (degrees) of one of them that is nearest to the other."""

    distance_m: float
    lon: float
    lat: float


def nearest(a: Shape, b: Shape) -> Nearest:
    """The least geodesic distance between two cores, and where; 0 where they cross, touch or hold one another."""
    met = meeting_place(a, b)
    return nearest_of_apart(a, b) if met is None else met


def nearest_of_apart(a: Shape, b: Shape) -> Nearest:
    """The same of two cores that are known not to meet: an edge that crosses another, or what holds it, is not seen."""
    ways = [(a, b, point_to_piece(a.vertices, b.pieces, _bound)), (b, a, point_to_piece(b.vertices, a.pieces, _bound))]
    most_m = min(float(found.high_m.min()) for _, _, found in ways)
    nearer = [_from_vertices(*way[:2], way[2].under(most_m)) for way in ways]
    return min(filter(None, nearer), key=lambda place: place.distance_m)


def meeting_place(a: Shape, b: Shape) -> Nearest | None:
    """Where the cores cross, or a place of one in the inside of the other; None where they do not meet."""
    held = _held(a, b)
    if held is None:
        held = _held(b, a)
    if held is not None:
        return held
    crossed = first_crossing(a.pieces, b.pieces)
    if crossed is None:
        return None
    return Nearest(0.0, float(a.pieces.lon[crossed]), float(a.pieces.lat[crossed]))


def first_crossing(a: Pieces, b: Pieces) -> int | None:
    """The number of a piece of ``a`` that properly crosses one of ``b``; None where no pieces cross."""
    for i, j in overlapping_pieces(a, b, CHORD_DEPTH_M):
        a_normal = np.cross(a.start[i], a.end[i] - a.start[i])
        b_normal = np.cross(b.start[j], b.end[j] - b.start[j])
        apart = _dot(a_normal, b.start[j]) * _dot(a_normal, b.end[j]) < 0
        apart &= _dot(b_normal, a.start[i]) * _dot(b_normal, a.end[i]) < 0
        if apart.any():
            return int(i[np.argmax(apart)])
    return None


def _dot(a: Floats, b: Floats) -> Floats:
    product: Floats = np.einsum("ij,ij->i", a, b)
    return product


def _held(inner: Shape, outer: Shape) -> Nearest | None:
    """A chain's start of one that lies in the inside of the other."""
    if not outer.is_polygonal or not boxes_within(inner.box, outer.box, 0.0):
        return None
    held = np.flatnonzero(outer.core_holds(inner.chain_starts))
    if not len(held):
        return None
    lon, lat = inner.chains[held[0]][0]
    return Nearest(0.0, lon, lat)


def _bound(chord: Floats) -> tuple[Floats, Floats]:
    """The least and the most that the geodesic can be where the chord to a piece's own chord is so long."""
    low = arc_of_chord(np.maximum(chord - CHORD_DEPTH_M, 0), MOST_CURVATURE_RADIUS_M) * (1 - _MARGIN)
    high = arc_of_chord(chord + CHORD_DEPTH_M, LEAST_CURVATURE_RADIUS_M) * (1 + _MARGIN)
    return low, high


def _from_vertices(points: Shape, edges: Shape, found: Candidates) -> Nearest | None:
    """The nearest of some pairs of a vertex and a piece."""
    if not len(found.point):
        return None
    pieces, piece = edges.pieces, found.piece
    legs = _Legs(pieces.lon[piece], pieces.lat[piece], pieces.azimuth_deg[piece], pieces.length_m[piece])
    lon, lat = points.lon[found.point], points.lat[found.point]
    if len(piece) > _FEW:
        return _nearest_of_many(lon, lat, legs)
    rows = zip(lon.tolist(), lat.tolist(), *(side.tolist() for side in legs), strict=True)
    return min((_perpendicular(*row) for row in rows), key=lambda place: place.distance_m)


class _Legs(NamedTuple):
    """Where pieces start (degrees), their azimuths there, their lengths (m)."""

    lon: Floats
    lat: Floats
    azimuth_deg: Floats
    length_m: Floats


def _perpendicular(lon: float, lat: float, at_lon: float, at_lat: float, heading: float, length_m: float) -> Nearest:
    """The nearest place of a piece: the foot of the perpendicular as on a sphere, again and again, and both ends."""
    best = Nearest(math.inf, at_lon, at_lat)
    along = 0.0
    for round_ in range(_ROUNDS + 2):
        here_lon, here_lat, back = WGS84.fwd(at_lon, at_lat, heading, along)
        azimuth, _, distance_m = WGS84.inv(here_lon, here_lat, lon, lat)
        if distance_m < best.distance_m:
            best = Nearest(distance_m, here_lon, here_lat)
        if round_ == _ROUNDS or not length_m:
            along = length_m  # the far end, whatever the rounds have found
        else:
            step = math.cos(math.radians(azimuth - back - 180.0))
            ahead = MEAN_RADIUS_M * math.atan(math.tan(min(distance_m / MEAN_RADIUS_M, 1.5)) * step)
            along = min(max(along + ahead, 0.0), length_m)
    return best


def _nearest_of_many(lon: Floats, lat: Floats, legs: _Legs) -> Nearest:
    """The same for many pairs at once."""
    along = np.zeros(len(lon))
    best_lon, best_lat, best = legs.lon, legs.lat, np.full(len(lon), np.inf)
    for round_ in range(_ROUNDS + 2):
        at_lon, at_lat, course = forward(legs.lon, legs.lat, legs.azimuth_deg, along)
        azimuth, distance = inverse(at_lon, at_lat, lon, lat)
        nearer = distance < best
        best_lon, best_lat = np.where(nearer, at_lon, best_lon), np.where(nearer, at_lat, best_lat)
        best = np.where(nearer, distance, best)
        if round_ == _ROUNDS:
            along = legs.length_m
        else:
            step = np.cos(np.radians(azimuth - course))
            ahead = MEAN_RADIUS_M * np.arctan(np.tan(np.minimum(distance / MEAN_RADIUS_M, 1.5)) * step)
            along = np.clip(along + ahead, 0, legs.length_m)
    found = int(np.argmin(best))
    return Nearest(float(best[found]), float(best_lon[found]), float(best_lat[found]))
