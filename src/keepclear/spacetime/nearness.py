"""How far apart two cores are: the exact geodesic distance, 0 where they meet.

Where two sets of geodesic edges do not cross, the nearest places include a vertex of one of them: on a convex surface
a common perpendicular between two inner points is never a least distance. So every vertex is held against every edge:
first by chords through the earth, which bound the geodesic from below and above (Schur's comparison with circles of
the ellipsoid's least and most radius of curvature), then, for the few pairs that may be nearest, by Karney's geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepclear.spacetime.closeness import Ints, boxes_within, overlapping_pieces, point_to_piece
from keepclear.spacetime.geodesic import (
    LEAST_CURVATURE_RADIUS_M,
    MEAN_RADIUS_M,
    MOST_CURVATURE_RADIUS_M,
    Floats,
    arc_of_chord,
    forward,
    inverse,
)
from keepclear.spacetime.pieces import CHORD_DEPTH_M, Pieces
from keepclear.spacetime.shape import Shape

_MARGIN = 1e-6  # of the distance, for what rounding does to bounds that are equal on a sphere
_ROUNDS = 4  # each brings the foot of the perpendicular 300 times nearer


@dataclass(frozen=True, slots=True)
class Nearest:
    """The distance of two cores (m) and a place (degrees) of one of them that is nearest to the other."""

    distance_m: float
    lon: float
    lat: float


def nearest(a: Shape, b: Shape) -> Nearest:
    """The least geodesic distance between two cores, and where; 0 where they cross, touch or hold one another."""
    met = meeting_place(a, b)
    if met is not None:
        return met
    return min(_vertices_to_edges(a, b), _vertices_to_edges(b, a), key=lambda found: found.distance_m)


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


def _vertices_to_edges(points: Shape, edges: Shape) -> Nearest:
    pieces = edges.pieces
    vertex, piece = point_to_piece(points.vertices, pieces, _bound)
    lon, lat, distance = _perpendicular(points.lon[vertex], points.lat[vertex], pieces, piece)
    best = int(np.argmin(distance))
    return Nearest(float(distance[best]), float(lon[best]), float(lat[best]))


def _bound(chord: Floats) -> tuple[Floats, Floats]:
    """The least and the most that the geodesic can be where the chord to a piece's own chord is so long."""
    low = arc_of_chord(np.maximum(chord - CHORD_DEPTH_M, 0), MOST_CURVATURE_RADIUS_M) * (1 - _MARGIN)
    high = arc_of_chord(chord + CHORD_DEPTH_M, LEAST_CURVATURE_RADIUS_M) * (1 + _MARGIN)
    return low, high


def _perpendicular(lon: Floats, lat: Floats, pieces: Pieces, piece: Ints) -> tuple[Floats, Floats, Floats]:
    """The nearest place on each piece to each position (degrees), and the geodesic distance to it (m)."""
    from_lon, from_lat, heading, length = (
        array[piece] for array in (pieces.lon, pieces.lat, pieces.azimuth_deg, pieces.length_m)
    )
    along = np.zeros(len(piece))
    best_lon, best_lat, best = from_lon, from_lat, np.full(len(piece), np.inf)
    for round_ in range(_ROUNDS + 2):
        at_lon, at_lat, course = forward(from_lon, from_lat, heading, along)
        azimuth, distance = inverse(at_lon, at_lat, lon, lat)
        nearer = distance < best
        best_lon, best_lat = np.where(nearer, at_lon, best_lon), np.where(nearer, at_lat, best_lat)
        best = np.where(nearer, distance, best)
        if round_ == _ROUNDS:
            along = length  # the far end, whatever the rounds have found
        else:
            step = np.cos(np.radians(azimuth - course))
            ahead = MEAN_RADIUS_M * np.arctan(np.tan(np.minimum(distance / MEAN_RADIUS_M, 1.5)) * step)
            along = np.clip(along + ahead, 0, length)
    return best_lon, best_lat, best
