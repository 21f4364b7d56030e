"""What makes rings a footprint: none crosses itself, none is without area, holes lie inside, parts do not overlap.

Each polygon is drawn on its own chart, where its edges are straight; one that is wider than a chart is drawn on the
six faces of a cube round the earth. Slight overlaps that only come of where vertices lie on shared edges are no fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import Polygon

from keepclear.errors import InvalidInput
from keepclear.spacetime.chart import Chart
from keepclear.spacetime.geodesic import Floats, on_surface
from keepclear.spacetime.pieces import LONGEST_EDGE_M, MOST_LENGTH_M, Pieces, cut, edge_lengths
from keepclear.spacetime.sphere_side import Bools, RingSides, signed_area_m2

Position = tuple[float, float]
Ring = tuple[Position, ...]

CHART_COSINE = 0.5  # a chart shows what lies within 60° of its centre
LEAST_WIDTH_M = 1e-6  # area over perimeter of what has no area but for rounding
SURE_EDGE_DEG = 90.0
SURE_TOTAL_DEG = 7_000.0
"""Degrees of longitude and latitude together: none is over 111.7 km, so these are within both limits of length."""
TOUCH_M = 0.01  # parts and holes may overlap by so little, as boundaries that touch do
TOUCH_SHARE = 0.01  # and parts by so much of the smaller: a corner on a shared edge leaves a geodesic bulge


def check_edges(line: Sequence[Position], field: str) -> None:
    """Refuses an edge whose ends are nearly opposite on the earth, and a line that is too long to be meant."""
    if surely_short(line):
        return
    lengths = edge_lengths(line)
    worst = int(np.argmax(lengths))
    if lengths[worst] > LONGEST_EDGE_M:
        raise InvalidInput(
            f"{field}[{worst + 1}]",
            f"{lengths[worst] / 1000:.0f} km from the position before, nearly opposite on the earth",
            "put a position between them, so that one geodesic joins each two",
        )
    if lengths.sum() > MOST_LENGTH_M:
        raise InvalidInput(field, f"{lengths.sum() / 1000:.0f} km long", f"give at most {MOST_LENGTH_M / 1000:.0f} km")


def surely_short(line: Sequence[Position]) -> bool:
    """True when no edge nor all together can be too long: a geodesic is no longer than going north and then east."""
    total_deg, (lon, lat) = 0.0, line[0]
    for next_lon, next_lat in line:
        east_deg = abs(next_lon - lon)
        edge_deg = min(east_deg, abs(360.0 - east_deg)) + abs(next_lat - lat)
        if edge_deg > SURE_EDGE_DEG:
            return False
        total_deg += edge_deg
        lon, lat = next_lon, next_lat
    return total_deg <= SURE_TOTAL_DEG


def check_polygonal(parts: Sequence[Sequence[Ring]], field: str, *, multiple: bool) -> None:
    """Refuses rings that make no footprint; ``field`` is that of the coordinates."""
    names = [f"{field}[{i}]" if multiple else field for i in range(len(parts))]
    drawn = [_checked_part(part, name) for part, name in zip(parts, names, strict=True)]
    for later in range(1, len(parts)):
        for earlier in range(later):
            if drawn[earlier].meets(drawn[later]) and drawn[earlier].overlaps(drawn[later]):
                raise InvalidInput(
                    names[later],
                    f"overlaps part {earlier}",
                    "parts may touch but not overlap: give their union as one polygon",
                )


class _Part:
    """One polygon: its pieces, and the chart around it, if it fits one."""

    def __init__(self, part: Sequence[Ring]) -> None:
        self.rings = part
        self.pieces = cut(part)
        low, high = self.pieces.start.min(axis=0), self.pieces.start.max(axis=0)
        self.box = (low, high)
        centre = (low + high) / 2
        self.middle = on_surface(np.zeros(3), centre if np.linalg.norm(centre) > 1000 else self.pieces.start[0])
        self.chart = Chart.around(self.middle)

    def fits(self, chart: Chart) -> bool:
        """True when all of it shows on the chart."""
        return bool(chart.reach(self.pieces.start).min() > CHART_COSINE)

    def ring_drawn(self, chart: Chart, ring: int) -> Polygon:
        """A ring's own inside on a chart."""
        return Polygon(chart.draw(self.pieces.start[self.pieces.chain == ring]))

    def drawn(self, chart: Chart) -> Polygon:
        """The polygon on a chart, less its holes."""
        shell, *holes = (self.ring_drawn(chart, ring) for ring in range(len(self.rings)))
        whole = Polygon(shell.exterior, [hole.exterior for hole in holes])
        return whole if whole.is_valid else shell.difference(shapely.union_all(holes))

    def meets(self, other: _Part) -> bool:
        """True when the two may come near each other."""
        return bool(np.all(self.box[0] <= other.box[1]) and np.all(other.box[0] <= self.box[1]))

    def overlaps(self, other: _Part) -> bool:
        """True when the two overlap by more than touching parts do."""
        small, large = sorted((self, other), key=lambda part: -float(part.chart.reach(part.pieces.start).min()))
        if not large.fits(small.chart) or not small.fits(small.chart):
            return bool(small.holds_some(large.pieces) or large.holds_some(small.pieces))
        one, two = small.drawn(small.chart), large.drawn(small.chart)
        common = one.intersection(two)
        if common.area <= TOUCH_SHARE * min(one.area, two.area):
            return False
        return not common.buffer(-TOUCH_M / 2).is_empty

    def holds_some(self, pieces: Pieces) -> bool:
        """True when it holds the middle of more than a few pieces."""
        sides = RingSides(self.pieces, len(self.rings)).inside((pieces.start + pieces.end) / 2)
        return bool((sides[:, 0] & ~sides[:, 1:].any(axis=1)).mean() > TOUCH_SHARE)


def _checked_part(rings: Sequence[Ring], field: str) -> _Part:
    for number, ring in enumerate(rings):
        check_edges(ring, f"{field}[{number}]")
    part = _Part(rings)
    if not part.fits(part.chart):
        _check_on_cube(part, field)
        return part
    for number in range(len(rings)):
        _check_ring(part.ring_drawn(part.chart, number), part.chart, f"{field}[{number}]")
    if len(rings) > 1:
        _check_holes(part, field)
    return part


def _check_ring(ring: Polygon, chart: Chart, field: str) -> None:
    if ring.is_valid and ring.area > LEAST_WIDTH_M * ring.length:
        return
    turns = ring.convex_hull
    if turns.area <= LEAST_WIDTH_M * max(turns.length, 1.0) or (ring.is_valid and ring.area == 0):
        raise _no_area(field)
    reason = shapely.is_valid_reason(ring)
    place = re.search(r"\[(\S+) (\S+)\]", reason)
    if place is None:
        raise _no_area(field)
    lon, lat = chart.positions(np.array([[float(place[1]), float(place[2])]]))
    raise _crosses(field, float(lon[0]), float(lat[0]))


def _check_holes(part: _Part, field: str) -> None:
    chart = part.chart
    shell, *holes = (part.ring_drawn(chart, ring) for ring in range(len(part.rings)))
    whole = Polygon(shell.exterior, [hole.exterior for hole in holes])
    if whole.is_valid and whole.area > LEAST_WIDTH_M * whole.length:
        return
    for number, hole in enumerate(holes, start=1):
        if not hole.difference(shell).buffer(-TOUCH_M / 2).is_empty:
            raise InvalidInput(f"{field}[{number}]", "a hole that is not inside its polygon", "put the hole inside it")
        for other in range(1, number):
            if not hole.intersection(holes[other - 1]).buffer(-TOUCH_M / 2).is_empty:
                raise InvalidInput(f"{field}[{number}]", f"overlaps hole {other}", "holes do not overlap: join them")
    left = shell.difference(shapely.union_all(holes))
    if left.area <= LEAST_WIDTH_M * max(shell.length, 1.0):
        raise InvalidInput(field, "the holes leave nothing of the polygon", "give a polygon that has area")


def _check_on_cube(part: _Part, field: str) -> None:
    """The same for a polygon wider than a chart: its rings are lines on six faces, and cross on none of them."""
    sides = RingSides(part.pieces, len(part.rings))
    for number in range(len(part.rings)):
        own = np.flatnonzero(part.pieces.chain == number)
        area = abs(signed_area_m2(part.pieces, slice(int(own[0]), int(own[-1]) + 1)))
        if area <= LEAST_WIDTH_M * float(part.pieces.length_m[own].sum()):
            raise _no_area(f"{field}[{number}]")
        _check_faces(part.pieces.start[own], f"{field}[{number}]")
        if number and not sides.inside(part.pieces.start[own])[:, 0].all():
            raise InvalidInput(f"{field}[{number}]", "a hole that is not inside its polygon", "put the hole inside it")


def _check_faces(ring: Floats, field: str) -> None:
    closed = np.concatenate([ring, ring[:1]])
    for axis in np.concatenate([np.eye(3), -np.eye(3)]):
        chart = Chart.around(on_surface(np.zeros(3), axis))
        shows = chart.reach(closed) > CHART_COSINE
        lines = [closed[run] for run in _runs(shows[:-1] & shows[1:])]
        if len(lines) == 1 and len(lines[0]) == len(closed):
            drawn = [shapely.LinearRing(chart.draw(lines[0][:-1]))]
        else:
            drawn = [shapely.LineString(chart.draw(line)) for line in lines]
        if not shapely.MultiLineString(drawn).is_simple:
            noded = shapely.node(shapely.MultiLineString(drawn))
            ends = shapely.get_coordinates(shapely.boundary(noded))
            raise _crosses(field, *(float(x[0]) for x in chart.positions(ends[len(ends) // 2 :][:1])))


def _runs(edges: Bools) -> list[slice]:
    """Slices of positions for each unbroken run of edges that are true."""
    turns = np.flatnonzero(np.diff(np.concatenate([[0], edges.astype(np.int8), [0]])))
    return [slice(int(first), int(last) + 1) for first, last in list(pairwise(turns))[::2]]


def _no_area(field: str) -> InvalidInput:
    return InvalidInput(field, "a ring without area", "give at least 3 positions that are not on one line")


def _crosses(field: str, lon: float, lat: float) -> InvalidInput:
    return InvalidInput(
        field,
        f"the ring crosses or touches itself near [{lon:.6f}, {lat:.6f}]",
        "order the positions so that it does not, or give the parts as a MultiPolygon",
    )
