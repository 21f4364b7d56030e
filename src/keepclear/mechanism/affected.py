"""What a party may be told of a conflict under ``broker``: its own notice, the part of its own envelope, a way out.

The common footprint itself would not do: where it ends inside one's own envelope, its edge is the other's. So the part
is told in cells, cut from one's own footprints by a grid that hangs on one's own bounds alone, none finer than 5 km or
a quarter of the extent; and the shifts in time are rounded up to quarters of an hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Side
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Disclosure
from keepclear.spacetime.envelope import Envelope, span_ms
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, footprint_from_geojson, footprint_to_geojson
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.trajectory import Trajectory

MOST_CELLS_ACROSS = 4
SMALLEST_CELL_DEG = 0.05
"""About 5 km: the rules' separations are of that size, so a finer answer would tell more than anyone can use."""

MOST_VOLUMES = 16
"""Of an envelope of more volumes that meet, the first so many are told in cells, the others whole."""

MOST_NORTHERLY_DEG = 80.0
METRES_A_DEGREE = 111_320.0
INSIDE = 0.99
"""Rounded shapes are drawn a little small, so that a cell is never outside of what was declared."""

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
    """The cells of one's own volumes that conflict, as a GeoJSON MultiPolygon inside them; None for a trajectory."""
    envelope = own.body.envelope
    if envelope is None or other.body.envelope is None or isinstance(envelope, Trajectory):
        return None
    against = Plan(other.id, other.party, other.body.activity, other.body.envelope)
    separation = separation_between(agreement.separations, own.body.activity, other.body.activity)

    def conflicts(part: Envelope) -> bool:
        plan = Plan(own.id, own.party, own.body.activity, part)
        return judge(plan, against, separation, agreement.heights, overlap=False).verdict is Verdict.CONFLICT

    found: list[BaseGeometry] = []
    volumes = [volume for volume in envelope if conflicts((volume,))]
    for row, volume in enumerate(volumes):
        whole = _drawn(volume.footprint)
        if whole is None:
            return footprint_to_geojson(volume.footprint)[0]
        cells = list(_cells(whole)) if row < MOST_VOLUMES else [whole]
        hit = [c for c in cells if (f := _footprint(c)) is None or conflicts((replace(volume, footprint=f),))]
        found.extend(hit or cells)
    return _multipolygon(found)


def _drawn(footprint: Footprint) -> BaseGeometry | None:
    """The footprint in degrees, discs and corridors as polygons; None where degrees do not do (poles, antimeridian)."""
    geometry, _ = footprint_to_geojson(footprint)
    shape = shapely.geometry.shape(geometry)
    west, south, east, north = shape.bounds
    if east - west > 180 or max(abs(south), abs(north)) > MOST_NORTHERLY_DEG:
        return None
    if isinstance(footprint, Disc | Corridor):
        radius_m = footprint.radius_m if isinstance(footprint, Disc) else footprint.half_width_m
        squeeze = math.cos(math.radians(max(abs(south), abs(north))))
        flat = shapely.transform(shape, lambda xy: xy * (squeeze, 1.0))
        round_one = flat.buffer(radius_m * INSIDE / METRES_A_DEGREE, quad_segs=8)
        shape = shapely.transform(round_one, lambda xy: xy / (squeeze, 1.0))
    return shapely.make_valid(shape)


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


def _footprint(cell: BaseGeometry) -> Footprint | None:
    """The cell as a footprint; None for a sliver that is none."""
    try:
        return footprint_from_geojson(shapely.geometry.mapping(cell), "affected")
    except InvalidInput:
        return None


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
