"""Many footprints read together where they are plainly right; what is not is left to ``footprint_from_geojson``.

What that takes without a doubt is taken here with a look at arrays of all positions: the same footprint, to the bit.
Whatever is out of the ordinary, let alone wrong, is none of this module's business, so it has no errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from keepclear.spacetime.footprint import (
    MOST_RADIUS_M,
    MOST_VERTICES,
    Corridor,
    Disc,
    Footprint,
    Polygonal,
    Position,
)
from keepclear.spacetime.gathered import CORRIDOR, DISC, POLYGON, Ints, spans, starts
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.plain_polygons import surely_valid
from keepclear.spacetime.sphere_side import Bools
from keepclear.spacetime.validity import SURE_EDGE_DEG, SURE_TOTAL_DEG

_NUMBERS = frozenset((float, int))
_LEAST_PLACES = np.zeros(3, np.int64)
_LEAST_PLACES[[DISC, CORRIDOR, POLYGON]] = 1, 2, 4


@dataclass(slots=True)
class _Outlines:
    """Those that look like footprints: whose each is, its kind, its size, and its lines of positions."""

    number: list[int]
    kind: list[int]
    size_m: list[float]
    rings: list[int]
    lines: list[list[Any]]


def plain_footprints(
    geometries: Sequence[object], radii_m: Sequence[object], half_widths_m: Sequence[object]
) -> list[Footprint | None]:
    """Of each GeoJSON geometry, with what stands beside it, the footprint; None where it is not certain here."""
    found: list[Footprint | None] = [None] * len(geometries)
    seen = _Outlines([], [], [], [], [])
    for number, said in enumerate(zip(geometries, radii_m, half_widths_m, strict=True)):
        _look(number, *said, seen)
    at = _positions(seen.lines)
    if at is None:
        return found
    place = starts([len(line) for line in seen.lines])
    ring = starts(seen.rings)
    kind = np.array(seen.kind, np.int64)
    taken = _plain(at, place, ring, kind)
    positions = list(zip(at[:, 0].tolist(), at[:, 1].tolist(), strict=True))
    bounds, first = place.tolist(), ring.tolist()
    for row in np.flatnonzero(taken).tolist():
        of_rings = range(first[row], first[row + 1])
        lines = tuple([tuple(positions[bounds[each] : bounds[each + 1]]) for each in of_rings])
        found[seen.number[row]] = _footprint(seen.kind[row], lines, seen.size_m[row])
    return found


def _look(number: int, geometry: object, radius_m: Any, half_width_m: Any, seen: _Outlines) -> None:
    """Keeps what has the form of a footprint: lists of positions that nobody has looked at, and a size that can be."""
    if type(geometry) is not dict or len(geometry) != 2:
        return
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if type(coordinates) is not list or not 0 < len(coordinates) <= MOST_VERTICES:
        return
    if kind == "LineString" and radius_m is None and _is_size(half_width_m):
        seen.kind.append(CORRIDOR)
        seen.size_m.append(float(half_width_m))
        seen.lines.append(coordinates)
    elif kind == "Point" and half_width_m is None and _is_size(radius_m):
        seen.kind.append(DISC)
        seen.size_m.append(float(radius_m))
        seen.lines.append([coordinates])
    elif kind == "Polygon" and radius_m is None and half_width_m is None and _are_rings(coordinates):
        seen.kind.append(POLYGON)
        seen.size_m.append(0.0)
        seen.lines += coordinates
    else:
        return
    seen.number.append(number)
    seen.rings.append(len(coordinates) if kind == "Polygon" else 1)


def _are_rings(rings: list[Any]) -> bool:
    return set(map(type, rings)) == {list} and all(rings) and sum(map(len, rings)) <= MOST_VERTICES


def _is_size(value: object) -> bool:
    return (type(value) is float or type(value) is int) and 0 < value <= MOST_RADIUS_M


def _positions(lines: Sequence[list[Any]]) -> Floats | None:
    """All positions of the lines, (m, 2); None where one is not two numbers in range, for then one is refused."""
    flat = list(chain.from_iterable(lines))
    if set(map(type, flat)) != {list} or set(map(len, flat)) != {2}:
        return None
    numbers = list(chain.from_iterable(flat))
    if not _NUMBERS.issuperset(map(type, numbers)):
        return None
    try:
        at = np.array(numbers, float).reshape(-1, 2)
    except OverflowError:
        return None
    return at if ((np.abs(at[:, 0]) <= 180) & (np.abs(at[:, 1]) <= 90)).all() else None


def _plain(at: Floats, place: Ints, ring: Ints, kind: Ints) -> Bools:
    """Which footprints are right beyond doubt."""
    rings = np.diff(ring)
    count = np.diff(place)
    taken = np.logical_and.reduceat(count >= np.repeat(_LEAST_PLACES[kind], rings), ring[:-1])
    first, last = at[place[:-1]], at[place[1:] - 1]
    closed = np.logical_and.reduceat((first == last).all(axis=1), ring[:-1])
    moved = np.logical_or.reduceat((at != np.repeat(first, count, axis=0)).any(axis=1), place[:-1])[ring[:-1]]
    short = _surely_short(at, place)[ring[:-1]]
    taken &= (kind != CORRIDOR) | (moved & short)
    taken &= (kind != POLYGON) | closed
    areas = np.flatnonzero(taken & (kind == POLYGON))
    if len(areas):
        those = spans(ring[areas], rings[areas])
        places = spans(place[those], count[those])
        taken[areas] = surely_valid(at[places], starts(count[those]), starts(rings[areas]))
    return np.asarray(taken)


def _surely_short(at: Floats, place: Ints) -> Bools:
    """``validity.surely_short`` of each line; the sums may differ in their last digits, far within the limits."""
    east_deg = np.abs(np.diff(at[:, 0]))
    edge_deg = np.zeros(len(at))
    edge_deg[:-1] = np.minimum(east_deg, 360.0 - east_deg) + np.abs(np.diff(at[:, 1]))
    edge_deg[place[1:] - 1] = 0.0
    worst, total = np.maximum.reduceat(edge_deg, place[:-1]), np.add.reduceat(edge_deg, place[:-1])
    return np.asarray((worst <= SURE_EDGE_DEG) & (total <= SURE_TOTAL_DEG))


def _footprint(kind: int, lines: tuple[tuple[Position, ...], ...], size_m: float) -> Footprint:
    if kind == CORRIDOR:
        return Corridor(lines[0], size_m)
    if kind == DISC:
        ((lon, lat),) = lines[0]
        return Disc(lon, lat, size_m)
    return Polygonal((lines,))
