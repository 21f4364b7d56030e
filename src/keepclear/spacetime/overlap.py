"""The common footprint as GeoJSON: what is shown to people; cut at the antimeridian as RFC 7946 §3.1.9 asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Polygon, box, mapping

from keepclear.spacetime.atlas import sheets
from keepclear.spacetime.drawing import Drawn, Window, drawn
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.geodesic import Floats, geodetic
from keepclear.spacetime.shape import Shape, shape_of

_LONGEST_STEP_M = 20_000.0  # between positions, so that whoever draws straight lines is not far off
_SIMPLER_M = 0.02  # positions are left out where that moves the outline by no more
_ROUNDNESS = 1e-3  # of a radius
_MANY = 200
_ROUNDNESS_OF_MANY = 1e-2  # a track's corridor has a round corner at each of its vertices: there a metre in 100 will do
_DECIMALS = 8  # of a degree: about a millimetre
_WORLD = [(box(-180 + turn, -90, 180 + turn, 90), -turn) for turn in (-360.0, 0.0, 360.0)]


def common_footprint(pairs: Iterable[tuple[Footprint, Footprint]]) -> dict[str, Any] | None:
    """What the two of each pair have in common, all pairs together; None where that is no more than a touch."""
    found = [part for a, b in pairs for part in _common(*_ordered(shape_of(a), shape_of(b)))]
    merged = shapely.union_all(found) if found else Polygon()
    polygons = [part for part in shapely.get_parts(merged) if part.geom_type == "Polygon" and part.area > 0]
    if not polygons:
        return None
    drawing = mapping(shapely.MultiPolygon(polygons) if len(polygons) > 1 else polygons[0])
    return {"type": drawing["type"], "coordinates": _rounded(drawing["coordinates"])}


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
    if np.abs(np.diff(plain[:, 0])).max() < 90 and np.abs(plain[:, 1]).max() < 85:
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


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0
    return [_rounded(each) for each in value]
