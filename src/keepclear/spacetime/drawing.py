"""A footprint drawn on a chart, within a window: shapely geometry in metres east and north of the chart's centre.

Polygons are drawn as they are. Round boundaries are drawn as chords of the true geodesic circle or parallel, either
all within it or all without, and no farther from it than a tolerance: so an answer that both drawings give is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon, box

from keepclear.spacetime.chart import Chart
from keepclear.spacetime.closeness import chord_distance
from keepclear.spacetime.geodesic import (
    LEAST_CURVATURE_RADIUS_M,
    MEAN_RADIUS_M,
    MOST_CURVATURE_RADIUS_M,
    Floats,
    arc_of_chord,
    earth_centred,
    forward,
    geodetic,
    inverse,
)
from keepclear.spacetime.pieces import CHORD_DEPTH_M, SAME_PLACE_M
from keepclear.spacetime.shape import Shape

Drawn = Any  # shapely has no types

CHART_COSINE = 0.5  # what lies within 60° of a chart's centre is drawn whole
LARGEST_WINDOW_M = 500_000.0  # of a window with round boundaries in it, so that all of them show on the chart
_MANY = 256  # pieces, from which on a small window is better drawn in part
_SEAM_M = 0.001  # neighbouring strips overlap by so much; at a corner that is ε² / 2r, nothing


@dataclass(frozen=True, slots=True)
class Window:
    """A square of a chart, ``half_m`` to each side of its centre."""

    chart: Chart
    half_m: float

    @property
    def frame(self) -> Drawn:
        """The square itself."""
        return box(-self.half_m, -self.half_m, self.half_m, self.half_m)

    @property
    def reach_m(self) -> float:
        """How far anything in it can be from its centre; the chart only stretches, so this is never too little."""
        return self.half_m * 1.4143

    @property
    def middle(self) -> Floats:
        """The earth-centred point at its centre."""
        return self.chart.origin + self.chart.radius_m * self.chart.up


def drawn(shape: Shape, window: Window, tolerance_m: float, *, outside: bool) -> Drawn:
    """What of the footprint lies in the window; round boundaries as chords ``outside`` of the true ones, or inside."""
    if shape.is_polygonal:
        return _drawn_polygons(shape, window)
    return _drawn_round(shape, window, tolerance_m, outside)


def _drawn_polygons(shape: Shape, window: Window) -> Drawn:
    if len(shape.pieces) > _MANY and window.reach_m < shape.extent_m / 4:
        return _drawn_in_part(shape, window)
    if window.chart.reach(shape.pieces.start).min() <= CHART_COSINE:
        return _drawn_in_part(shape, window)
    at = window.chart.draw(shape.pieces.start)
    if np.abs(at).max() <= window.half_m:
        return _whole(shape, at)
    low, high = at.min(axis=0), at.max(axis=0)
    if (low > window.half_m).any() or (high < -window.half_m).any():
        return Polygon()
    return _whole(shape, at).intersection(window.frame)


def _whole(shape: Shape, at: Floats) -> Drawn:
    rings = np.split(at, np.searchsorted(shape.pieces.chain, np.arange(1, len(shape.chains))))
    parts = [_polygon([rings[r] for r in part]) for part in shape.rings_of_part or []]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _polygon(rings: list[Floats]) -> Drawn:
    whole = Polygon(rings[0], rings[1:])
    if whole.is_valid:
        return whole
    shell, *holes = (shapely.make_valid(Polygon(ring)) for ring in rings)
    return shell.difference(shapely.union_all(holes)) if holes else shell


def _drawn_in_part(shape: Shape, window: Window) -> Drawn:
    """A polygon of which little lies near: its lines cut the window into faces, and each is asked for its side."""
    pieces, limit = shape.pieces, window.reach_m * 1.01 + CHORD_DEPTH_M + 1
    distance = chord_distance(window.middle, pieces.start, pieces.end)
    near = np.flatnonzero((distance <= limit) & (window.chart.reach(pieces.start) > 0.3))
    if not len(near):
        return window.frame if shape.core_holds(window.middle[None])[0] else Polygon()
    ends = np.stack([window.chart.draw(pieces.start[near]), window.chart.draw(pieces.end[near])], axis=1)
    lines = shapely.union_all(np.append(shapely.linestrings(ends), window.frame.exterior))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    held = shape.core_holds(window.chart.lift(shapely.get_coordinates(inner)))
    held &= shapely.contains(window.frame, inner)
    return shapely.union_all(faces[held])


def _drawn_round(shape: Shape, window: Window, tolerance_m: float, outside: bool) -> Drawn:
    radius_m = shape.radius_m + (tolerance_m if outside else 0.0)
    pieces, reach = shape.pieces, window.reach_m
    chord = chord_distance(window.middle, pieces.start, pieces.end)
    if float(arc_of_chord(chord.min() + CHORD_DEPTH_M, LEAST_CURVATURE_RADIUS_M)) + reach < shape.radius_m:
        return window.frame
    least = arc_of_chord(np.maximum(chord - CHORD_DEPTH_M, 0), MOST_CURVATURE_RADIUS_M)
    near = np.flatnonzero(least <= radius_m + reach)
    if not len(near):
        return Polygon()
    slabs = [_caps(shape, window, radius_m, tolerance_m)]
    strips = near[pieces.length_m[near] > SAME_PLACE_M]
    if len(strips):
        slabs += _strips(shape, strips, window, radius_m, tolerance_m)
    whole = [slab for slab in np.concatenate(slabs) if slab is not None]
    merged = whole[0] if len(whole) == 1 else shapely.union_all(_sound(whole))
    return _sound([merged])[0].intersection(window.frame)


def _caps(shape: Shape, window: Window, radius_m: float, tolerance_m: float) -> npt.NDArray[Any]:
    """The parts of the discs around the vertices that may show in the window."""
    lon, lat = geodetic(window.middle)
    azimuth, distance = inverse(shape.lon, shape.lat, lon, lat)
    near = np.flatnonzero(distance <= radius_m + window.reach_m)
    if not len(near):
        return np.empty(0, object)
    reach, whole_turn = window.reach_m, radius_m <= 4 * window.reach_m
    step = 2 * np.arccos(max(1 - tolerance_m / radius_m, 0.5))
    if whole_turn:
        count = int(np.ceil(2 * np.pi / step))
        bearing = np.broadcast_to(np.arange(count) * (360.0 / count), (len(near), count))
        return _on_chart(window, shape.lon[near], shape.lat[near], bearing, np.full(count, radius_m))
    spread = np.arcsin(np.minimum(reach / np.maximum(distance[near], reach), 1)) * 1.05
    count = int(np.ceil(2 * float(spread.max()) / step)) + 1
    bearing = azimuth[near, None] + np.degrees(spread)[:, None] * np.linspace(-1, 1, count)
    bearing = np.concatenate([bearing, bearing[:, ::-1][:, [0, -1]]], axis=1)
    out = np.concatenate([np.full(count, radius_m), np.full(2, radius_m - 3 * reach)])
    return _on_chart(window, shape.lon[near], shape.lat[near], bearing, out)


def _strips(
    shape: Shape, near: npt.NDArray[np.int64], window: Window, radius_m: float, tolerance_m: float
) -> list[npt.NDArray[Any]]:
    """What lies square to the pieces, to the left and to the right of them."""
    pieces = shape.pieces
    longest = float(pieces.length_m[near].max())
    step = np.sqrt(8 * tolerance_m * MEAN_RADIUS_M**2 / radius_m)
    count = int(np.ceil(longest / step)) + 1
    seam = min(_SEAM_M, radius_m / 100)
    along = np.linspace(0, 1, count + 1) * (pieces.length_m[near, None] + 2 * seam) - seam
    lon, lat, course = forward(pieces.lon[near, None], pieces.lat[near, None], pieces.azimuth_deg[near, None], along)
    shown = (len(near), count + 1)
    lon, lat, course = lon.reshape(shown), lat.reshape(shown), course.reshape(shown)
    inner_m = 0.0 if radius_m <= 4 * window.reach_m else radius_m - 3 * window.reach_m
    made = []
    for turn in (-90.0, 90.0):
        outer = _drawn_offset(window, lon, lat, course + turn, radius_m)
        inner = _drawn_offset(window, lon, lat, course + turn, inner_m)
        made.append(shapely.polygons(np.concatenate([outer, inner[:, ::-1]], axis=1)))
    return made


def _drawn_offset(window: Window, lon: Floats, lat: Floats, bearing: Floats, distance_m: float) -> Floats:
    at_lon, at_lat, _ = forward(lon, lat, bearing, distance_m)
    return _chart_points(window, at_lon, at_lat).reshape(*lon.shape, 2)


def _on_chart(window: Window, lon: Floats, lat: Floats, bearing: Floats, out_m: Floats) -> npt.NDArray[Any]:
    at_lon, at_lat, _ = forward(lon[:, None], lat[:, None], bearing, out_m)
    made: npt.NDArray[Any] = shapely.polygons(_chart_points(window, at_lon, at_lat).reshape(*bearing.shape, 2))
    return made


def _chart_points(window: Window, lon: Floats, lat: Floats) -> Floats:
    return window.chart.draw(earth_centred(lon, lat))


def _sound(shapes: list[Drawn]) -> list[Drawn]:
    """The same, where rounding has turned a sliver inside out made valid."""
    return [shape if shape.is_valid else shapely.make_valid(shape) for shape in shapes]
