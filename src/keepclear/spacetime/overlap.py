"""The common footprint as GeoJSON: what is shown to people; cut at the antimeridian as RFC 7946 §3.1.9 asks.

Most of them come from ``together``, drawn on planes, all at once; what is not certain there is drawn by ``drawing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Polygon, box

from keepclear.spacetime.atlas import sheets
from keepclear.spacetime.drawing import Drawn, Window, drawn
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.gathered import Ints, gather
from keepclear.spacetime.geodesic import Floats, geodetic
from keepclear.spacetime.outlines import Drawings
from keepclear.spacetime.shape import Shape, shape_of
from keepclear.spacetime.together import MOST_REACH_M, UNSURE, Pairs, Together, stand

_LONGEST_STEP_M = 20_000.0  # between positions, so that whoever draws straight lines is not far off
_SIMPLER_M = 0.02  # positions are left out where that moves the outline by no more
_ROUNDNESS = 1e-3  # of a radius
_MANY = 200
_ROUNDNESS_OF_MANY = 1e-2  # a track's corridor has a round corner at each of its vertices: there a metre in 100 will do
_DECIMALS = 8  # of a degree: about a millimetre
_WORLD = [(box(-180 + turn, -90, 180 + turn, 90), -turn) for turn in (-360.0, 0.0, 360.0)]
_MOST_NORTHERLY_DEG = 85.0
_WIDEST_DEG = 90.0


def common_footprint(pairs: Iterable[tuple[Footprint, Footprint]]) -> dict[str, Any] | None:
    """What the two of each pair have in common, all pairs together; None where that is no more than a touch."""
    return as_geojson([common_polygons(list(pairs))])[0]


def common_polygons(pairs: Sequence[tuple[Footprint, Footprint]]) -> list[Drawn]:
    """What the two of each pair have in common, as polygons of longitude and latitude within ±180°."""
    if not pairs:
        return []
    number = np.arange(len(pairs))
    apart = Pairs(2 * number, 2 * number + 1, np.zeros(len(pairs)))
    met = stand(gather([footprint for pair in pairs for footprint in pair]), apart)
    found = in_degrees(met, number)
    for a, b in (pairs[n] for n in np.flatnonzero(met.certain == UNSURE).tolist()):
        found.append(_common(*_ordered(shape_of(a), shape_of(b))))
    return list(chain.from_iterable(found))


def in_degrees(met: Together, chosen: Ints) -> list[list[Drawn]]:
    """What each of the chosen pairs was drawn to have in common, as polygons of longitude and latitude."""
    found: list[list[Drawn]] = [[] for _ in chosen]
    for number, polygon in _from_planes(met, chosen):
        found[number].append(polygon)
    return found


def as_geojson(groups: Sequence[Sequence[Drawn]]) -> list[dict[str, Any] | None]:
    """Each group of polygons as one geometry; None where nothing with an area is left."""
    merged = [(group[0] if len(group) == 1 else shapely.union_all(group)) if group else None for group in groups]
    parts, group_of = shapely.get_parts(merged, return_index=True)
    solid = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)
    parts, group_of = parts[solid], group_of[solid]
    rings, part_of = shapely.get_rings(parts, return_index=True)
    at, ring_of = shapely.get_coordinates(rings, return_index=True)
    positions = (np.round(at, _DECIMALS) + 0.0).tolist()
    ends = np.searchsorted(ring_of, np.arange(len(rings) + 1)).tolist()
    polygons: list[list[Any]] = [[] for _ in range(len(parts))]
    for ring, part in enumerate(part_of.tolist()):
        polygons[part].append(positions[ends[ring] : ends[ring + 1]])
    shapes: list[list[Any]] = [[] for _ in range(len(groups))]
    for part, group in enumerate(group_of.tolist()):
        shapes[group].append(polygons[part])
    return [_geometry(each) for each in shapes]


def on_globe(shape: Drawn, window: Window) -> list[Drawn]:
    """Polygons of a chart as polygons of longitude and latitude within ±180°, cut where they cross the antimeridian."""
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            flat = _flat(part, window)
            for world, back in _WORLD:
                piece = flat.intersection(world)
                if piece.area > 0:
                    found.append(shapely.transform(piece, lambda at, by=back: at + np.array([by, 0.0])))
    return found


def _geometry(polygons: list[Any]) -> dict[str, Any] | None:
    if not polygons:
        return None
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _from_planes(met: Together, chosen: Ints) -> Iterator[tuple[int, Drawn]]:
    """What was drawn on planes, as polygons in degrees, each with its place among those chosen."""
    parts, of = shapely.get_parts(met.common[chosen], return_index=True)
    solid = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)
    parts, of = _without_short_steps(parts[solid]), of[solid]
    if not len(parts):
        return
    on = met.on[chosen][of]
    at, part_of = shapely.get_coordinates(parts, return_index=True)
    lon, lat = met.planes.positions(at, on[part_of])
    first = np.searchsorted(part_of, np.arange(len(parts)))
    wide = np.maximum.reduceat(lon, first) - np.minimum.reduceat(lon, first) > _WIDEST_DEG
    odd = wide | (np.maximum.reduceat(np.abs(lat), first) > _MOST_NORTHERLY_DEG)
    flat = shapely.set_coordinates(parts.copy(), np.stack([lon, lat], axis=1))
    for number, part, polygon, is_odd, plane in zip(of.tolist(), parts, flat, odd.tolist(), on.tolist(), strict=True):
        if is_odd:
            for piece in on_globe(part, Window(met.planes.chart(plane), MOST_REACH_M)):
                yield number, piece
        else:
            yield number, polygon


def _without_short_steps(parts: Drawings) -> Drawings:
    """Positions that lie all but on one another would be the same once rounded."""
    at, part_of = shapely.get_coordinates(parts, return_index=True)
    short = (np.abs(np.diff(at, axis=0)).max(axis=1) < _SIMPLER_M) & (part_of[1:] == part_of[:-1])
    crowded = np.unique(part_of[1:][short])
    parts[crowded] = shapely.simplify(parts[crowded], _SIMPLER_M)
    return parts


def _ordered(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    return (a, b) if (a.extent_m, a.key) <= (b.extent_m, b.key) else (b, a)


def _common(small: Shape, large: Shape) -> list[Drawn]:
    found = []
    for window, own in sheets([small, large], over=[small]):
        one = drawn(small, window, _tolerance_m(small), outside=False)
        both = one.intersection(drawn(large, window, _tolerance_m(large), outside=False)).intersection(own)
        if both.area > 0:
            found += on_globe(both.simplify(_SIMPLER_M), window)
    return found


def _tolerance_m(shape: Shape) -> float:
    roundness = _ROUNDNESS_OF_MANY if len(shape.pieces) > _MANY else _ROUNDNESS
    return max(shape.radius_m * roundness, 1e-4)


def _flat(part: Drawn, window: Window) -> Drawn:
    """One polygon in the plane of longitude and latitude, its longitudes running on past 180°."""
    west, south, east, north = part.bounds
    step = min(_LONGEST_STEP_M, max(east - west, north - south) / 16)
    shell, *holes = (_unrolled(ring, window, step) for ring in (part.exterior, *part.interiors))
    if not holes:
        return shell
    turned = [
        shapely.transform(hole, lambda at, by=turn: at + np.array([by, 0.0]))
        for hole in holes
        for turn in (-360.0, 0.0, 360.0)
    ]
    return shell.difference(shapely.union_all(turned))


def _unrolled(ring: Drawn, window: Window, step_m: float) -> Drawn:
    """A ring in longitude and latitude without jumps; round a pole it is closed along the pole."""
    plain = _positions(shapely.get_coordinates(ring), window)
    if np.abs(np.diff(plain[:, 0])).max() < _WIDEST_DEG and np.abs(plain[:, 1]).max() < _MOST_NORTHERLY_DEG:
        at = plain
    else:
        at = _positions(shapely.get_coordinates(shapely.segmentize(ring, step_m)), window)
        at[:, 0] = np.degrees(np.unwrap(np.radians(at[:, 0])))
    turn = at[-1, 0] - at[0, 0]
    if abs(turn) > 180:
        pole = 90.0 if at[:, 1].mean() > 0 else -90.0
        at = np.concatenate([at, [[at[-1, 0], pole], [at[0, 0], pole], at[0]]])
    at[:, 0] -= 360 * round(at[:, 0].mean() / 360)
    flat = Polygon(at)
    return flat if flat.is_valid else shapely.make_valid(flat)


def _positions(at: Floats, window: Window) -> Floats:
    return np.stack(geodetic(window.chart.lift(at)), axis=-1)
