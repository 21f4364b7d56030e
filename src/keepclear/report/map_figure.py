"""The map of a conflict: what both declared, the common part or the gap, the grid, the scale, north, named places.

Drawn from the geometry itself on a chart on which WGS84 geodesics are straight; no tiles, no coastline: none that could
be carried here is exact enough at this scale to be put before an inquiry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from keepclear.mechanism.agreement import Place
from keepclear.report import svg
from keepclear.report.graticule import crossing, graticule
from keepclear.report.writing import harmless
from keepclear.spacetime.chart import Chart
from keepclear.spacetime.drawing import LARGEST_WINDOW_M, Window, drawn
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.geodesic import Floats, earth_centred, on_surface
from keepclear.spacetime.measure import envelope_footprints
from keepclear.spacetime.shape import Shape, shape_of
from keepclear.spacetime.trajectory import Trajectory

WIDTH, LEFT, TOP, FRAME_WIDTH = 640.0, 62.0, 8.0, 570.0
LEAST_HEIGHT, MOST_HEIGHT = 280.0, 430.0
LARGEST_MAP_M = 2_000_000.0
"""From the middle to an edge; on a larger map nothing of a conflict could be seen."""
MARGIN = 0.1
NAUTICAL_MILE_M = 1852.0
PLACE_LABEL_PX = (90.0, 14.0)
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class Side:
    """One side on a figure: its letter and what it declared."""

    letter: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a chart that is shown, and where its metres fall on the drawing."""

    chart: Chart
    west: float
    north: float
    px_per_m: float
    height: float

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """West, south, east and north in metres."""
        east = self.west + FRAME_WIDTH / self.px_per_m
        return self.west, self.north - self.height / self.px_per_m, east, self.north

    def px(self, at: Floats) -> Floats:
        """Metres of the chart (n, 2) as places of the drawing."""
        flat = np.asarray(at, float)
        x = LEFT + (flat[:, 0] - self.west) * self.px_per_m
        return np.stack([x, TOP + (self.north - flat[:, 1]) * self.px_per_m], axis=1)

    def points(self, at: Floats) -> list[svg.Point]:
        """The same as pairs."""
        return [(float(x), float(y)) for x, y in self.px(at)]

    def shape(self, geometry: Any) -> Any:
        """A shapely geometry of the chart in the drawing's own coordinates."""
        return shapely.transform(geometry, self.px)


def map_svg(
    sides: Sequence[Side], common: Mapping[str, Any] | None, keep_m: float, places: Iterable[Place]
) -> str | None:
    """The map; None where it would have to show more of the earth than a map of this kind can.

    ``common`` is the common part as GeoJSON, ``keep_m`` the lateral separation that the rules keep between the two.
    """
    shapes = [[shape_of(each) for each in envelope_footprints(side.envelope)] for side in sides]
    window = _window([shape for own in shapes for shape in own])
    if window is None:
        return None
    areas = [_union(own, window) for own in shapes]
    frame = _frame(window, areas, keep_m)
    shown = list(_places(frame, places))
    body = [*_grid(frame), *_areas(frame, sides, areas, keep_m)]
    body += _common(frame, common) if common is not None else _gap(frame, areas)
    body += [*_place_marks(shown), *_letters(frame, sides, areas, shown)]
    inside = svg.clipped("frame", LEFT, TOP, FRAME_WIDTH, frame.height, body)
    edge = svg.box(LEFT, TOP, FRAME_WIDTH, frame.height, "none", svg.INK)
    return svg.drawing(WIDTH, TOP + frame.height + 24, [inside, edge, *_names(frame), *_scale(frame), *_north()])


def _window(shapes: Sequence[Shape]) -> Window | None:
    low = np.min([shape.box[0] for shape in shapes], axis=0)
    high = np.max([shape.box[1] for shape in shapes], axis=0)
    half_m = float(np.linalg.norm(high - low)) / 2 * 1.05 + 1
    is_round = any(shape.radius_m for shape in shapes)
    if half_m > (LARGEST_WINDOW_M if is_round else LARGEST_MAP_M):
        return None
    return Window(Chart.around(on_surface(np.zeros(3), (low + high) / 2)), half_m)


def _union(shapes: Sequence[Shape], window: Window) -> Any:
    tolerance_m = window.half_m / 4_000
    return shapely.union_all([drawn(shape, window, tolerance_m, outside=False) for shape in shapes])


def _frame(window: Window, areas: Sequence[Any], keep_m: float) -> Frame:
    west, south, east, north = shapely.total_bounds(areas)
    ring_m = min(keep_m, max(east - west, north - south))  # a ring far wider than both is not shown whole
    shown = [shapely.buffer(areas[0], ring_m), *areas[1:]] if len(areas) > 1 and ring_m > 0 else areas
    west, south, east, north = shapely.total_bounds(shown)
    extra = max(east - west, north - south) * MARGIN
    west, south, east, north = west - extra, south - extra, east + extra, north + extra
    height = min(max(FRAME_WIDTH * (north - south) / (east - west), LEAST_HEIGHT), MOST_HEIGHT)
    px_per_m = min(FRAME_WIDTH / (east - west), height / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Frame(
        window.chart, middle_x - FRAME_WIDTH / px_per_m / 2, middle_y + height / px_per_m / 2, px_per_m, height
    )


def _grid(frame: Frame) -> Iterator[str]:
    for _, row in graticule(frame.chart, *frame.edges):
        yield svg.line(frame.points(row.at), svg.GRID, 0.7)


def _names(frame: Frame) -> Iterator[str]:
    """The grid's names: of parallels at the left edge, of meridians below."""
    bottom = TOP + frame.height
    for way, row in graticule(frame.chart, *frame.edges):
        points = frame.points(row.at)
        if way == "parallel" and (at := crossing(points, 0, LEFT)) is not None and TOP + 6 < at[1] < bottom - 4:
            yield svg.text((LEFT - 5, at[1] + 3.5), row.label, size=10, anchor="end", colour=svg.FAINT)
        if way == "meridian":
            at = crossing(points, 1, bottom)
            if at is not None and LEFT + 18 < at[0] < LEFT + FRAME_WIDTH - 18:
                yield svg.text((at[0], bottom + 14), row.label, size=10, anchor="middle", colour=svg.FAINT)


def _areas(frame: Frame, sides: Sequence[Side], areas: Sequence[Any], keep_m: float) -> Iterator[str]:
    if keep_m > 0 and len(areas) > 1:
        ring = frame.shape(shapely.buffer(areas[0], keep_m, quad_segs=32))
        yield svg.area(ring, "none", svg.SIDES[0].colour, width=1.1, dash="2 4")
    for side, shape, pen in zip(sides, areas, svg.SIDES, strict=False):
        yield svg.area(frame.shape(shape), f"url(#{pen.hatch})", pen.colour, width=2, dash=pen.dash)
        if isinstance(side.envelope, Trajectory):
            track = frame.chart.draw(earth_centred(side.envelope.lon, side.envelope.lat))
            yield svg.line(frame.points(track), pen.colour, 1)


def _common(frame: Frame, common: Mapping[str, Any]) -> Iterator[str]:
    shape = shapely.geometry.shape(common)
    flat = shapely.transform(shape, lambda at: frame.px(frame.chart.draw(earth_centred(at[:, 0], at[:, 1]))))
    yield svg.area(flat, svg.COMMON, svg.COMMON, width=1.5, opacity=0.3)


def _gap(frame: Frame, areas: Sequence[Any]) -> Iterator[str]:
    """The shortest way from one to the other, where they do not meet on the ground."""
    if len(areas) < 2 or areas[0].intersects(areas[1]):
        return
    way = shapely.shortest_line(frame.shape(areas[0]), frame.shape(areas[1]))
    points = [(float(x), float(y)) for x, y in shapely.get_coordinates(way)]
    yield svg.line(points, svg.COMMON, 2)
    for x, y in points:
        yield f'<circle cx="{svg.number(x)}" cy="{svg.number(y)}" r="3" fill="{svg.COMMON}"/>'


def _letters(frame: Frame, sides: Sequence[Side], areas: Sequence[Any], names: Sequence[PlaceMark]) -> Iterator[str]:
    """Each letter in the largest part that is its side's alone, and clear of the names of places if there is room."""
    written = shapely.union_all([mark.room for mark in names])
    for place, (side, shape, pen) in enumerate(zip(sides, areas, svg.SIDES, strict=False)):
        others = [other for number, other in enumerate(areas) if number != place]
        alone = shape.difference(shapely.union_all(others)) if others else shape
        flat = frame.shape(alone if not alone.is_empty else shape)
        for room in (flat.difference(written), flat):
            parts = [part for part in shapely.get_parts(room) if part.area > 0]
            if parts:
                ((x, y),) = shapely.get_coordinates(shapely.point_on_surface(max(parts, key=lambda part: part.area)))
                yield svg.badge((float(x), float(y)), side.letter, pen.colour)
                break


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """A named place on the map; ``name`` is empty where another name stands there already."""

    x: float
    y: float
    name: str

    @property
    def room(self) -> Any:
        """What its dot and its name take, with a margin for a letter."""
        return shapely.box(self.x - 16, self.y - 20, self.x + 18 + 6.5 * len(self.name), self.y + 20)


def _place_marks(marks: Iterable[PlaceMark]) -> Iterator[str]:
    for mark in marks:
        yield f'<circle cx="{svg.number(mark.x)}" cy="{svg.number(mark.y)}" r="2.6" fill="{svg.INK}"/>'
        if mark.name:
            yield svg.text((mark.x + 6, mark.y + 4), mark.name, size=10.5)


def _places(frame: Frame, places: Iterable[Place]) -> Iterator[PlaceMark]:
    """Named places of the agreement that lie in the frame; a name that would stand on another is left to its dot."""
    taken: list[svg.Point] = []
    for place in places:
        where = earth_centred([place.lon], [place.lat])
        if float(frame.chart.reach(where)[0]) < 0.5:
            continue
        ((x, y),) = frame.points(frame.chart.draw(where))
        if not (LEFT < x < LEFT + FRAME_WIDTH and TOP < y < TOP + frame.height):
            continue
        name = harmless(place.name)
        name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        if any(abs(x - a) <= PLACE_LABEL_PX[0] and abs(y - b) <= PLACE_LABEL_PX[1] for a, b in taken):
            name = ""
        taken.append((x, y))
        yield PlaceMark(x, y, name)


def _scale(frame: Frame) -> Iterator[str]:
    """A bar of a round length; true at the middle of the map."""
    length_m = svg.nice_step(FRAME_WIDTH / frame.px_per_m, 4)
    width = length_m * frame.px_per_m
    x, y = LEFT + 14, TOP + frame.height - 14
    yield svg.box(x - 6, y - 22, max(width + 12, 130), 30, "#fff", opacity=0.85)
    yield svg.line([(x, y - 5), (x, y), (x + width, y), (x + width, y - 5)], svg.INK, 1.5)
    metres = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    yield svg.text((x, y - 9), f"{metres} ({length_m / NAUTICAL_MILE_M:.3g} NM)", size=10.5)


def _north() -> Iterator[str]:
    x, y = LEFT + FRAME_WIDTH - 22, TOP + 34
    yield svg.box(x - 14, TOP + 4, 28, 48, "#fff", opacity=0.85)
    yield f'<path d="M{svg.number(x)} {svg.number(y - 24)}l6 18l-6 -4l-6 4Z" fill="{svg.INK}"/>'
    yield svg.text((x, y + 10), "N", size=12, anchor="middle", bold=True)
