"""A flat sketch round one position, good for guessing how far a footprint must go; nothing is decided by it.

Each position is drawn at its geodesic distance and azimuth from the middle (azimuthal equidistant), edges straight.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Position
from keepclear.spacetime.geodesic import Floats, inverse

MOST_EDGES = 400
"""Of a form with more, its hull is taken."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The plane that touches the earth at one position (degrees); x is east and y north, in metres."""

    lon: float
    lat: float

    def drawn(self, footprint: Footprint, grow_m: float = 0.0) -> BaseGeometry:
        """A footprint, grown."""
        match footprint:
            case Disc(lon, lat, radius_m):
                return shapely.Point(self._at([(lon, lat)])[0]).buffer(radius_m + grow_m, quad_segs=16)
            case Corridor(line, half_width_m):
                return shapely.LineString(self._at(line)).buffer(half_width_m + grow_m, quad_segs=8)
            case _:
                rings = [[self._at(ring) for ring in part] for part in footprint.parts]
                parts = [shapely.Polygon(shell, holes).buffer(grow_m, quad_segs=4) for shell, *holes in rings]
                return shapely.union_all(parts)

    def _at(self, places: Iterable[Position]) -> Floats:
        lon, lat = np.array(list(places)).T
        azimuth, distance = inverse(self.lon, self.lat, lon, lat)
        turned = np.radians(azimuth)
        return np.stack([distance * np.sin(turned), distance * np.cos(turned)], axis=-1)


def last_exit_m(moving: BaseGeometry, still: BaseGeometry, bearing_deg: float) -> float:
    """How far along the bearing the one must be moved so that it is past the other for good; −∞ if they never meet.

    Across the bearing, both are piecewise straight: the farthest of the one less the nearest of the other is greatest
    where either has a corner.
    """
    ahead, behind = _edges(still, bearing_deg), _edges(moving, bearing_deg)
    corners = np.unique(np.concatenate([ahead[:, :, 0].ravel(), behind[:, :, 0].ravel()]))
    low = max(ahead[:, :, 0].min(), behind[:, :, 0].min())
    high = min(ahead[:, :, 0].max(), behind[:, :, 0].max())
    corners = corners[(corners >= low) & (corners <= high)]
    if not len(corners):
        return -math.inf
    gaps = _crossing(ahead, corners, np.fmax) - _crossing(behind, corners, np.fmin)
    return float(np.nanmax(gaps))


def _edges(form: BaseGeometry, bearing_deg: float) -> Floats:
    """Edges (n, 2 ends, across and along the bearing)."""
    if shapely.get_num_coordinates(form) > MOST_EDGES:
        form = form.convex_hull
    turned = math.radians(bearing_deg)
    across = np.array([math.cos(turned), -math.sin(turned)])
    along = np.array([math.sin(turned), math.cos(turned)])
    edges = []
    for part in shapely.get_parts(form):
        for ring in (part.exterior, *part.interiors):
            xy = shapely.get_coordinates(ring)
            at = np.stack([xy @ across, xy @ along], axis=-1)
            edges.append(np.stack([at[:-1], at[1:]], axis=1))
    return np.concatenate(edges)


def _crossing(edges: Floats, corners: Floats, extreme: np.ufunc) -> Floats:
    """The outermost place along the bearing at which any edge crosses each line of ``corners``."""
    start, end = edges[:, None, 0], edges[:, None, 1]
    run = end[..., 0] - start[..., 0]
    upright = np.abs(run) < 1e-9
    share = (corners[None, :] - start[..., 0]) / np.where(upright, 1.0, run)
    height = start[..., 1] + np.where(upright, 0.0, share) * (end[..., 1] - start[..., 1])
    height = np.where(upright, extreme(start[..., 1], end[..., 1]), height)
    inside = np.where(upright, np.abs(corners[None, :] - start[..., 0]) < 1e-6, (share >= 0) & (share <= 1))
    return np.asarray(extreme.reduce(np.where(inside, height, np.nan), axis=0))
