"""Footprints on charts for measuring: their union, what they have in common, what one leaves of another.

Where all of them fit on one chart there is one sheet. What is wider is cut into squares of a few hundred kilometres;
the pieces are exact, only the seams between them are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import shapely

from keepclear.spacetime.chart import Chart
from keepclear.spacetime.closeness import boxes_within
from keepclear.spacetime.drawing import LARGEST_WINDOW_M, Drawn, Window
from keepclear.spacetime.geodesic import WGS84, Floats, on_surface
from keepclear.spacetime.shape import Shape
from keepclear.spacetime.sphere_side import TURN

_LARGEST_SHEET_M = 2_000_000.0
_SMALL_RADIUS_M = 200_000.0  # a rim of this is still on the chart where its middle is on the sheet
_SQUARES_TO_A_SIDE = 6  # of the cube: 10,008 km of earth a side
_SQUARES_FOR_LARGE_RADII = 22


def sheets(shapes: Sequence[Shape], *, over: Sequence[Shape] | None = None) -> Iterator[tuple[Window, Drawn]]:
    """Windows that cover all the shapes (or just those in ``over``), each with the frame that is its own to report."""
    covered = shapes if over is None else over
    low = np.min([shape.box[0] for shape in covered], axis=0)
    high = np.max([shape.box[1] for shape in covered], axis=0)
    across = float(np.linalg.norm(high - low)) / 2
    large = max(shape.radius_m for shape in shapes) > _SMALL_RADIUS_M
    if across <= (LARGEST_WINDOW_M * 0.9 if large else _LARGEST_SHEET_M):
        window = Window(Chart.around(on_surface(np.zeros(3), (low + high) / 2)), across * 1.1 + 10)
        yield window, window.frame
        return
    for window, own in _squares(_SQUARES_FOR_LARGE_RADII if large else _SQUARES_TO_A_SIDE):
        reach = window.reach_m
        box = window.middle - reach, window.middle + reach
        if any(boxes_within(box, shape.box, 0.0) for shape in covered):
            yield window, own


def area_m2(drawn: Drawn, window: Window) -> float:
    """The area on the ellipsoid of what is drawn in a window: of each ring between geodesics, holes taken away."""
    total = 0.0
    for part in shapely.get_parts(drawn):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        shell, *holes = (abs(_ring_area(ring, window)) for ring in (part.exterior, *part.interiors))
        total += shell - sum(holes)
    return total


def _ring_area(ring: Drawn, window: Window) -> float:
    at = shapely.get_coordinates(shapely.segmentize(ring, 20_000.0))[:-1]
    lon, lat = window.chart.positions(at)
    return float(WGS84.polygon_area_perimeter(lon, lat)[0])


@lru_cache(maxsize=2)
def _squares(to_a_side: int) -> tuple[tuple[Window, Drawn], ...]:
    """Squares of the six faces of a cube round the earth, each on a chart of its own."""
    steps = np.tan(np.linspace(-np.pi / 4, np.pi / 4, to_a_side + 1))
    return tuple(
        _square(axis, sign, steps[[i, i + 1]], steps[[j, j + 1]])
        for axis in range(3)
        for sign in (1.0, -1.0)
        for i in range(to_a_side)
        for j in range(to_a_side)
    )


def _square(axis: int, sign: float, across: Floats, up: Floats) -> tuple[Window, Drawn]:
    corners = np.array([[sign, y, z] for y, z in zip(across[[0, 1, 1, 0]], up[[0, 0, 1, 1]], strict=True)])
    corners = on_surface(np.zeros((4, 3)), np.roll(corners, axis, axis=1) @ TURN)
    chart = Chart.around(on_surface(np.zeros(3), corners.mean(axis=0)))
    at = chart.draw(corners)
    return Window(chart, float(np.abs(at).max()) * 1.001), shapely.Polygon(at)
