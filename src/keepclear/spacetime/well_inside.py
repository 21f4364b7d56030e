"""A quick and sound «yes» to whether footprints lie within an area, for the usual one that is far from its edge.

In the plane of longitude and latitude a geodesic of arc length s strays from the straight line between its ends by at
most s²/8 times the largest second derivative along it. From λ'' = 2 tanφ φ'λ' and φ'' = −sinφ cosφ λ'², with |φ'| ≤ 1
and |λ'| ≤ 1/cosφ, that is under √((2 tanφ/cosφ)² + tan²φ) for the highest latitude φ. The area is shrunk by that much
and the footprints' bounds are grown by it; 5 % more are for the ellipsoid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, footprint_to_geojson, positions_of

_MOST_NORTHERLY_DEG = 60.0
_WIDEST_DEG = 30.0
_LEAST_METRES_A_DEGREE = 110_500.0
_ELLIPSOID = 1.05


def surely_within(footprints: Iterable[Footprint], area: Footprint) -> bool:
    """True only when every footprint lies within ``area``; False says nothing: ask ``measure.lies_within``."""
    shrunk = _shrunk(area)
    return shrunk is not None and all(_within(footprint, shrunk) for footprint in footprints)


def _within(footprint: Footprint, shrunk: BaseGeometry) -> bool:
    bounds = _bounds(footprint)
    if bounds is None:
        return False
    west, south, east, north = bounds
    stray = _stray_deg(math.hypot(east - west, north - south), max(abs(south), abs(north)))
    reach = _radius_m(footprint) / _LEAST_METRES_A_DEGREE
    # Half as much again for the parallel's shortening up to the highest latitude the disc or corridor itself reaches.
    aside = 1.5 * reach / math.cos(math.radians(max(abs(south), abs(north)))) + stray
    if reach > 1:
        return False
    grown = shapely.box(west - aside, south - reach - stray, east + aside, north + reach + stray)
    return bool(shrunk.contains(grown))


@lru_cache(maxsize=64)
def _shrunk(area: Footprint) -> BaseGeometry | None:
    """The area in degrees without a margin along its edges; None where it is no polygon or degrees do not do."""
    bounds = _bounds(area) if isinstance(area, Polygonal) else None
    if bounds is None or not isinstance(area, Polygonal):
        return None
    longest = max(math.dist(here, there) for part in area.parts for ring in part for here, there in pairwise(ring))
    drawn = shapely.geometry.shape(footprint_to_geojson(area)[0])
    shrunk = shapely.make_valid(drawn).buffer(-_stray_deg(longest, max(abs(bounds[1]), abs(bounds[3]))))
    shapely.prepare(shrunk)
    return shrunk


def _stray_deg(length_deg: float, latitude_deg: float) -> float:
    """How far a geodesic of at most that length may stray whose ends are at most that far from the equator."""
    once = _strays_deg(length_deg, latitude_deg)
    return _strays_deg(length_deg, min(latitude_deg + once, 85.0))  # between its ends it may go farther poleward


def _strays_deg(length_deg: float, latitude_deg: float) -> float:
    phi = math.radians(latitude_deg)
    bend = math.hypot(2 * math.tan(phi) / math.cos(phi), math.tan(phi))
    return math.degrees(math.radians(length_deg) ** 2 / 8 * bend) * _ELLIPSOID


def _bounds(footprint: Footprint) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the positions; None where degrees do not do (wide, or far from the equator)."""
    positions = list(positions_of(footprint))
    lon, lat = [x for x, _ in positions], [y for _, y in positions]
    bounds = min(lon), min(lat), max(lon), max(lat)
    plain = bounds[2] - bounds[0] <= _WIDEST_DEG and max(map(abs, lat)) <= _MOST_NORTHERLY_DEG
    return bounds if plain else None


def _radius_m(footprint: Footprint) -> float:
    match footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case Polygonal():
            return 0.0
