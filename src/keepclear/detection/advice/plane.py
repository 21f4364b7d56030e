"""Footprints drawn on a plane round one's own plan, with a bound on what the drawing may be off.

Each position is drawn in its direction from the middle, as far off as it is straight through the earth (the equal-area
azimuthal projection), edges straight. Nothing is decided by it alone: what overlaps here by more than the drawing may
be off overlaps for sure, so that no step at which it does need be looked at; whatever is offered is judged on the
earth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from keepclear.detection.columns import Bools, Columns, Ints
from keepclear.spacetime.footprint import Position
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats, earth_centred

ROUNDING_M = 0.03
"""Positions are rounded to 1 cm, and an overlap of less than 1 cm is none."""
BENT = 1.0
"""Times ρ³ / R² is how far anything within ρ of the middle may be off: lengths there by ρ² / 8R² of themselves, edges
and paths by a third of ρ³ / R² at the most."""


SMALL = 32
"""Places of a polygon's first ring up to which it takes no time worth saving to take its rim off."""


def off_m(within_m: Floats) -> Floats:
    """How far off the drawing of what lies within so far of the middle may be, against what lies there too."""
    return np.asarray(ROUNDING_M + BENT * within_m**3 / MEAN_RADIUS_M**2)


@dataclass(frozen=True, slots=True)
class Outlines:
    """n footprints: straight edges, ``many[i]`` from ``first[i]`` on of footprint i, and how far round them it extends.

    Of a polygon (``filled``) the edges are those of its inside less a rim; ``anchors`` are one vertex of each chain,
    ``anchor_many`` from ``anchor_first`` on. ``middle`` and ``reach_m`` are a circle round all of it.
    """

    first: Ints
    many: Ints
    start: Floats
    end: Floats
    radius_m: Floats
    filled: Bools
    anchor_first: Ints
    anchor_many: Ints
    anchors: Floats
    middle: Floats
    reach_m: Floats


@dataclass(frozen=True)
class Plane:
    """The plane that touches the earth at one position (degrees); x is east and y north, in metres."""

    lon: float
    lat: float

    @cached_property
    def _frame(self) -> tuple[Floats, Floats, Floats]:
        """Where it touches, and the units east and north."""
        lam, phi = np.radians(self.lon), np.radians(self.lat)
        east = np.array([-np.sin(lam), np.cos(lam), 0.0])
        north = np.array([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)])
        return earth_centred([self.lon], [self.lat])[0], east, north

    def drawn(self, places: Sequence[Position]) -> Floats:
        """Positions, (n, 2)."""
        lon, lat = np.array(places, float).reshape(-1, 2).T
        return self.laid(earth_centred(lon, lat))

    def laid(self, xyz: Floats) -> Floats:
        """Earth-centred positions, (n, 2)."""
        touches, east, north = self._frame
        through = xyz - touches
        x, y = through @ east, through @ north
        far, beside = np.sqrt((through**2).sum(axis=1)), np.hypot(x, y)
        off = beside > 0
        out = far / np.where(off, beside, 1.0)
        return np.stack([np.where(off, x * out, far), np.where(off, y * out, 0.0)], axis=-1)


class Drawing:
    """Many footprints on a plane; polygons lose their rims only when their outlines are asked for."""

    def __init__(self, plane: Plane, columns: Columns) -> None:
        self._columns = columns
        at, counts = plane.laid(columns.xyz), columns.places
        self._ring_first = np.cumsum(counts) - counts
        self._first_ring = np.cumsum(columns.rings) - columns.rings
        whose = np.repeat(np.repeat(np.arange(len(columns)), columns.rings), counts)
        end = np.roll(at, -1, axis=0)
        lasts = self._ring_first + counts - 1
        end[lasts] = at[lasts]
        first = self._ring_first[self._first_ring] if len(columns) else self._first_ring
        self._at, self._start, self._end = at, at, end
        self._anchors = at[self._ring_first]
        self._circles(at, whose, first)
        self._first, self._anchor_first = first.copy(), self._first_ring.copy()
        self._many = np.where(columns.filled, 0, np.maximum(np.diff(first, append=len(at)) - 1, 1))
        self._anchor_many = np.where(columns.filled, 0, 1)
        self._trimmed = ~columns.filled

    def _circles(self, at: Floats, whose: Ints, first: Ints) -> None:
        """A circle round all positions of each footprint."""
        if not len(first):
            self.middle, self.reach_m = np.empty((0, 2)), np.empty(0)
            return
        self.middle = (np.minimum.reduceat(at, first) + np.maximum.reduceat(at, first)) / 2
        away = np.hypot(*(at - self.middle[whose]).T)
        self.reach_m = np.maximum.reduceat(away, first) + self._columns.radius_m

    @property
    def far_m(self) -> Floats:
        """How far from the plane's middle each extends."""
        return np.asarray(np.hypot(self.middle[:, 0], self.middle[:, 1]) + self.reach_m)

    def outlines(self, used: Ints, rim_m: float = ROUNDING_M) -> Outlines:
        """The outlines; those of footprints that are not ``used`` need not have edges. Rims are taken off once: of all
        that are small together, of a large one when it is used.
        """
        wanted = self._columns.places[self._first_ring] <= SMALL if len(self._columns) else self._trimmed.copy()
        wanted[used] = True
        left = np.flatnonzero(wanted & ~self._trimmed)
        if len(left):
            self._trim(left, rim_m)
        return Outlines(
            self._first, self._many, self._start, self._end, self._columns.radius_m, self._columns.filled,
            self._anchor_first, self._anchor_many, self._anchors, self.middle, self.reach_m,
        )  # fmt: skip

    def _trim(self, rows: Ints, rim_m: float) -> None:
        """Adds the edges of what is left of some polygons inside of a rim."""
        rings, ring_of = self._insides(rows, rim_m)
        places, place_of = shapely.get_coordinates(rings, return_index=True)
        last = np.diff(place_of, append=len(rings)) > 0
        first = np.diff(place_of, prepend=-1) > 0
        edges = np.bincount(ring_of[place_of[~last]], minlength=len(rows)).astype(np.int64)
        chains = np.bincount(ring_of, minlength=len(rows)).astype(np.int64)
        self._first[rows] = len(self._start) + np.cumsum(edges) - edges
        self._anchor_first[rows] = len(self._anchors) + np.cumsum(chains) - chains
        self._many[rows], self._anchor_many[rows], self._trimmed[rows] = edges, chains, True
        self._start = np.concatenate([self._start, places[~last]])
        self._end = np.concatenate([self._end, places[~first]])
        self._anchors = np.concatenate([self._anchors, places[first]])

    def _insides(self, rows: Ints, rim_m: float) -> tuple[Any, Ints]:
        """The rings that bound what is left of polygons inside of a rim, and which of the rows each belongs to."""
        many = self._columns.rings[rows]
        ring = np.repeat(self._first_ring[rows] - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
        row = np.repeat(np.arange(len(rows)), many)
        sizes = self._columns.places[ring]
        place = np.repeat(self._ring_first[ring] - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
        rings = shapely.linearrings(self._at[place], indices=np.repeat(np.arange(len(ring)), sizes))
        fresh = np.concatenate([[True], (np.diff(row) > 0) | (np.diff(self._columns.part[ring]) > 0)])
        polygons = shapely.polygons(rings, indices=np.cumsum(fresh) - 1)
        left = shapely.buffer(polygons, -rim_m, join_style="mitre")
        parts, part_of = shapely.get_parts(left, return_index=True)
        kept, of = shapely.get_rings(parts, return_index=True)
        return kept, row[fresh][part_of[of]]
