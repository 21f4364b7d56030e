"""Do two footprints have a disc in common? What overlaps by 1 cm holds one of that diameter (model §2).

The common part is drawn on local charts and shrunk by the disc's radius; what is left is not empty where a disc fits.
A chart covers the smaller footprint whole. Where both are large, every stretch of boundary of either gets a chart:
the places where a disc's centre may be end at the boundary of one, so some of them lie near it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely

from keepclear.spacetime.chart import Chart
from keepclear.spacetime.drawing import Drawn, Window, drawn
from keepclear.spacetime.geodesic import Floats, earth_centred, on_surface
from keepclear.spacetime.nearness import Nearest
from keepclear.spacetime.shape import Shape

FINEST_M = 5e-5
"""Round boundaries are drawn to this where nothing coarser decides."""
_SMALL_M = 12_000.0
_CELL_M = 8_000.0
_FINER = 20.0


def share_disc(a: Shape, b: Shape, nearest: Nearest, diameter_m: float) -> bool:
    """Is there a disc of this diameter in both? ``nearest`` is how the two cores stand."""
    if a.radius_m and b.radius_m:
        lens = min(a.radius_m + b.radius_m - nearest.distance_m, 2 * a.radius_m, 2 * b.radius_m)
        if lens >= diameter_m:
            return True
        if len(a.vertices) == len(b.vertices) == 1:
            return False
    return any(_fits(spot, diameter_m / 2) for spot in _spots(a, b, nearest))


class _Spot(NamedTuple):
    """Where to look: a window's middle and half-width, and which footprint is less likely to show there."""

    rare: Shape
    other: Shape
    middle: Floats
    half_m: float


def _spots(a: Shape, b: Shape, nearest: Nearest) -> Iterator[_Spot]:
    """Windows, one of which shows a common disc if there is any."""
    small = min((a, b), key=lambda shape: shape.extent_m)
    if small.extent_m <= _SMALL_M:
        yield _Spot(a, b, small.middle, small.extent_m + 1)
        return
    yield _Spot(a, b, earth_centred(nearest.lon, nearest.lat), _CELL_M)
    seen: set[tuple[float, ...]] = set()
    for one, other in ((a, b), (b, a)):
        low, high = np.minimum(one.pieces.start, one.pieces.end), np.maximum(one.pieces.start, one.pieces.end)
        reach = one.radius_m + 1
        near = np.all((low - reach <= other.box[1]) & (high + reach >= other.box[0]), axis=1)
        middles = (one.pieces.start[near] + one.pieces.end[near]) / 2
        for cell in sorted(set(map(tuple, np.round(middles / _CELL_M).tolist())) - seen):
            seen.add(cell)
            yield _Spot(other, one, on_surface(np.zeros(3), np.array(cell) * _CELL_M), _CELL_M * 1.3 + 1000)


def _fits(spot: _Spot, radius_m: float) -> bool:
    """Is there a disc in both within the window? Coarse drawings first, finer ones only where they disagree."""
    a, b = spot.rare, spot.other
    window = Window(Chart.around(spot.middle), spot.half_m)
    tolerance = max(spot.half_m / 50, FINEST_M)
    exact = a.is_polygonal and b.is_polygonal
    while True:
        left = _shrunk(_common(a, b, window, tolerance, outside=True), radius_m)
        if left.is_empty:
            return False
        if exact or not _shrunk(_common(a, b, window, tolerance, outside=False), radius_m).is_empty:
            return True
        if tolerance <= FINEST_M:
            return False
        window = _closer(window, left, radius_m)
        tolerance = max(min(tolerance / _FINER, window.half_m / 50), FINEST_M)


def _common(a: Shape, b: Shape, window: Window, tolerance_m: float, *, outside: bool) -> Drawn:
    one = drawn(a, window, tolerance_m, outside=outside)
    if one.is_empty:
        return one
    return one.intersection(drawn(b, window, tolerance_m, outside=outside))


def _shrunk(common: Drawn, radius_m: float) -> Drawn:
    """Where centres of discs of this radius in it may be; arcs at inner corners are drawn to 0.2 % of the radius."""
    return common.buffer(-radius_m, quad_segs=16)


def _closer(window: Window, left: Drawn, radius_m: float) -> Window:
    """The window around what is left to decide."""
    west, south, east, north = shapely.bounds(left)
    middle = window.chart.lift(np.array([[(west + east) / 2, (south + north) / 2]]))[0]
    return Window(
        Chart.around(middle), min(max(east - west, north - south) / 2 * 1.001 + 2 * radius_m + 1, window.half_m)
    )
