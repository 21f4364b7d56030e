"""Inside or outside on the globe, for rings of geodesic pieces: no longitude is a seam and no pole is special.

A ring's inside is its smaller side. Which side a point is on is the parity of the pieces crossed on the way from one
of eight anchor points whose side is known. Signs of triple products decide a crossing; differences of neighbouring
points are exact in floating point, so the sign is right to about a nanometre.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.geodesic import WGS84, Floats, geodetic
from keepclear.spacetime.pieces import Pieces

Bools = npt.NDArray[np.bool_]

_CORNERS = np.array([[x, y, z] for x in (1, -1) for y in (1, -1) for z in (1, -1)], float)
TURN = np.linalg.qr(np.array([[0.8131, 0.2777, -0.5119], [-0.3141, 0.9433, 0.1071], [0.4907, 0.0733, 0.8683]]))[0]
"""A turn of the globe that brings nobody's round longitudes and latitudes onto the cube's corners and edges."""
ANCHORS: Floats = (_CORNERS @ TURN) * (6.37e6 / np.sqrt(3))
"""Eight directions, no point of the earth over 55° from the nearest; turned."""


class RingSides:
    """The sides of the rings that pieces make: ``inside`` says which points are in the smaller side of each ring."""

    def __init__(self, pieces: Pieces, rings: int) -> None:
        self._start = pieces.start
        self._end = pieces.end
        self._normal = np.cross(pieces.start, pieces.end - pieces.start)
        self._bounds = np.searchsorted(pieces.chain, np.arange(rings))
        self._anchored = self._anchor(pieces, rings)

    def inside(self, points: Floats) -> Bools:
        """Shape (n, rings): true where the earth-centred point is in the ring's smaller side."""
        nearest = np.argmax(points @ ANCHORS.T, axis=1)
        found = np.empty((len(points), len(self._bounds)), bool)
        for row, (point, anchor) in enumerate(zip(points, nearest, strict=True)):
            found[row] = self._anchored[anchor] ^ self._parity(ANCHORS[anchor], point)
        return found

    def _crossed(self, a: Floats, b: Floats) -> Bools:
        """Which pieces the way from ``a`` to ``b`` crosses."""
        plane = np.cross(a, b - a)
        from_side = self._start @ plane >= 0
        to_side = self._end @ plane >= 0
        a_side = self._normal @ a >= 0
        b_side = self._normal @ b >= 0
        crossed: Bools = (from_side != to_side) & (a_side != b_side) & (from_side == b_side)
        return crossed

    def _parity(self, a: Floats, b: Floats) -> Bools:
        counted = np.add.reduceat(self._crossed(a, b).astype(np.int64), self._bounds)
        odd: Bools = (counted & 1).astype(bool)
        return odd

    def _anchor(self, pieces: Pieces, rings: int) -> Bools:
        """Shape (8, rings): true where the anchor is in the ring's smaller side."""
        sides = np.empty((len(ANCHORS), rings), bool)
        for ring in range(rings):
            own = slice(self._bounds[ring], self._bounds[ring + 1] if ring + 1 < rings else len(pieces))
            longest = own.start + int(np.argmax(pieces.length_m[own]))
            middle = (pieces.start[longest] + pieces.end[longest]) / 2
            near = int(np.argmax(ANCHORS @ middle))
            crossed = self._crossed(ANCHORS[near], middle)[own]
            crossed[longest - own.start] = False
            on_left = bool(self._normal[longest] @ ANCHORS[near] >= 0) ^ bool(crossed.sum() & 1)
            sides[near, ring] = on_left == (signed_area_m2(pieces, own) > 0)
            for other in range(len(ANCHORS)):
                if other != near:
                    sides[other, ring] = sides[near, ring] ^ self._walk(near, other, own)
        return sides

    def _walk(self, near: int, other: int, own: slice) -> bool:
        """Is the number of crossings between two anchors odd? It goes from corner to corner along the cube's edges."""
        crossings, here = 0, _CORNERS[near].copy()
        for axis in range(3):
            if here[axis] != _CORNERS[other][axis]:
                there = here.copy()
                there[axis] = -there[axis]
                a, b = _corner(here), _corner(there)
                crossings += int(self._crossed(a, b)[own].sum())
                here = there
        return bool(crossings & 1)


def _corner(signs: Floats) -> Floats:
    anchor: Floats = ANCHORS[int(np.argmax(_CORNERS @ signs))]
    return anchor


def signed_area_m2(pieces: Pieces, own: slice) -> float:
    """The geodesic area of a ring's smaller side, over 0 where the ring runs round it counterclockwise."""
    lon, lat = geodetic(pieces.start[own])
    return float(WGS84.polygon_area_perimeter(lon, lat)[0])
