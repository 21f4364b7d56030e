"""What a party may be told of a conflict under ``broker``: its own notice, the part of its own envelope, a way out.

The common footprint itself would not do: where it ends inside one's own envelope, its edge is the other's. So the part
is told in cells, cut from one's own footprints by a grid that hangs on one's own bounds alone, none finer than 5 km or
a quarter of the extent; and the shifts in time are rounded up to quarters of an hour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Side
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Disclosure
from keepclear.spacetime.envelope import Envelope, span_ms
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, footprint_to_geojson
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.measure import envelope_footprints
from keepclear.spacetime.separation import Separation, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

MOST_CELLS_ACROSS = 4
SMALLEST_CELL_DEG = 0.05
"""About 5 km: the rules' separations are of that size, so a finer answer would tell more than anyone can use."""

MOST_JUDGED = 32
"""Pairs of volumes that are held against each other exactly; of more, time alone says which may meet."""

MOST_NORTHERLY_DEG = 80.0
METRES_A_DEGREE = 111_320.0
INSIDE = 0.99

SHIFT_STEP_MIN = 15
MINUTE_MS = 60_000


def sides_of(agreement: Agreement, a: Notice, b: Notice, meeting: Meeting, at_ms: int) -> tuple[Side, ...]:
    """One side a party under ``broker``; none under ``board``, where both are told all."""
    if agreement.disclosure is not Disclosure.BROKER:
        return ()
    return tuple(_side(agreement, own, other, meeting, at_ms) for own, other in ((a, b), (b, a)))


def _side(agreement: Agreement, own: Notice, other: Notice, meeting: Meeting, at_ms: int) -> Side:
    low, high = (format_instant(ms) for ms in sorted((meeting.start_ms, meeting.end_ms)))
    why = f"{own.called} conflicts with a notice of another party from {low} to {high}."
    affected = affected_part(agreement, own, other)
    return Side(own.party, own.id, why, affected, tuple(shifts_min(agreement, own, other, at_ms)))


def shifts_min(agreement: Agreement, own: Notice, other: Notice, at_ms: int) -> Iterator[int]:
    """Minutes by which to move one's own notice so that it is surely clear in time: earlier (if still ahead), later."""
    if own.body.envelope is None or other.body.envelope is None:
        return
    own_start, own_end = span_ms(own.body.envelope)
    start, end = span_ms(other.body.envelope)
    apart = separation_between(agreement.separations, own.body.activity, other.body.activity).time_ms
    earlier = _up(own_end + apart - start)
    if own_start - earlier * MINUTE_MS >= at_ms:
        yield -earlier
    yield _up(end + apart - own_start)


def affected_part(agreement: Agreement, own: Notice, other: Notice) -> dict[str, Any] | None:
    """The cells of one's own volumes that the other reaches, as a GeoJSON MultiPolygon; None for a trajectory.

    Which volumes meet is exact; which cells of them is worked out in the plane of degrees, which for cells will do.
    """
    mine, theirs = own.body.envelope, other.body.envelope
    if mine is None or theirs is None or isinstance(mine, Trajectory):
        return None
    separation = separation_between(agreement.separations, own.body.activity, other.body.activity)
    pieces: Sequence[Envelope] = [theirs] if isinstance(theirs, Trajectory) else [(volume,) for volume in theirs]
    found: list[BaseGeometry] = []
    for volume, piece in _meeting_pieces(agreement, own, other, mine, pieces, separation):
        whole = _drawn(volume.footprint, own_radius_m)
        reaches = [
            _drawn(footprint, lambda f: radius_of(f) + separation.lateral_m) for footprint in envelope_footprints(piece)
        ]
        if whole is None or None in reaches:
            return footprint_to_geojson(volume.footprint)[0]
        reach = shapely.union_all(reaches)
        cells = list(_cells(whole))
        found.extend([cell for cell in cells if cell.intersects(reach)] or cells)
    return _multipolygon(found)


def _meeting_pieces(
    agreement: Agreement,
    own: Notice,
    other: Notice,
    mine: tuple[Volume, ...],
    pieces: Sequence[Envelope],
    separation: Separation,
) -> Iterator[tuple[Volume, Envelope]]:
    """Each own volume with each piece of the other's that it meets; past ``MOST_JUDGED`` pairs, each that it may."""
    judged = 0
    for volume, piece in product(mine, pieces):
        start, end = span_ms(piece)
        if volume.start_ms - end >= separation.time_ms or start - volume.end_ms >= separation.time_ms:
            continue
        if len(mine) * len(pieces) > 1 and judged < MOST_JUDGED:
            judged += 1
            a = Plan(own.id, own.party, own.body.activity, (volume,))
            b = Plan(other.id, other.party, other.body.activity, piece)
            if judge(a, b, separation, agreement.heights, overlap=False).verdict is not Verdict.CONFLICT:
                continue
        yield volume, piece


def radius_of(footprint: Footprint) -> float:
    """How far a footprint goes beyond its positions, in metres."""
    match footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case _:
            return 0.0


def own_radius_m(footprint: Footprint) -> float:
    """A little less, so that a cell is never outside of what was declared."""
    return radius_of(footprint) * INSIDE


def _drawn(footprint: Footprint, radius_m: Callable[[Footprint], float]) -> BaseGeometry | None:
    """The footprint in degrees, grown by ``radius_m`` of it; None where degrees do not do (poles, antimeridian)."""
    geometry, _ = footprint_to_geojson(footprint)
    shape = shapely.make_valid(shapely.geometry.shape(geometry))
    west, south, east, north = shape.bounds
    if east - west > 180 or max(abs(south), abs(north)) > MOST_NORTHERLY_DEG:
        return None
    grow_m = radius_m(footprint)
    if grow_m == 0:
        return shape
    squeeze = math.cos(math.radians(max(abs(south), abs(north))))
    flat = shapely.transform(shape, lambda xy: xy * (squeeze, 1.0))
    grown = flat.buffer(grow_m / METRES_A_DEGREE, quad_segs=8)
    return shapely.transform(grown, lambda xy: xy / (squeeze, 1.0))


def _cells(whole: BaseGeometry) -> Iterator[BaseGeometry]:
    """The shape cut by a grid over its own bounds."""
    west, south, east, north = whole.bounds
    across = _count(east - west)
    up = _count(north - south)
    for row in range(up):
        for column in range(across):
            box = shapely.box(
                west + (east - west) * column / across,
                south + (north - south) * row / up,
                west + (east - west) * (column + 1) / across,
                south + (north - south) * (row + 1) / up,
            )
            yield from _polygons(whole.intersection(box))


def _count(extent_deg: float) -> int:
    return max(1, min(MOST_CELLS_ACROSS, int(extent_deg / SMALLEST_CELL_DEG)))


def _multipolygon(found: Sequence[BaseGeometry]) -> dict[str, Any] | None:
    polygons = _polygons(shapely.union_all(found))
    if not polygons:
        return None
    rings = [[_ring(part.exterior), *(_ring(hole) for hole in part.interiors)] for part in polygons]
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(ring: BaseGeometry) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in ring.coords]


def _polygons(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]


def _up(span: int) -> int:
    return math.ceil(span / MINUTE_MS / SHIFT_STEP_MIN) * SHIFT_STEP_MIN
