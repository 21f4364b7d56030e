"""What people ask of footprints: how large, where, how far, do they meet, does one lie within another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from keepclear.spacetime.atlas import area_m2, sheets
from keepclear.spacetime.drawing import Drawn, Window, drawn
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Footprint
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, WGS84, Floats, geodetic, on_surface
from keepclear.spacetime.heights import LEAST_OVERLAP_M, Contact
from keepclear.spacetime.lateral import lateral_gap, may_meet
from keepclear.spacetime.nearness import nearest
from keepclear.spacetime.shape import Shape, shape_of
from keepclear.spacetime.trajectory import Trajectory

_ROUNDNESS = 2e-4  # how far chords of a round boundary may lie inside it, as a share of the radius
_POINT_RADIUS_M = 1e-9


def union_area_km2(footprints: Iterable[Footprint]) -> float:
    """The area on the ellipsoid of all footprints together, what overlaps counted once; true to 0.1 %."""
    shapes = [shape_of(each) for each in footprints]
    if not shapes:
        return 0.0
    return sum(area_m2(part, window) for window, part in _unions(shapes)) / 1e6


def centre(footprints: Iterable[Footprint]) -> tuple[float, float]:
    """Longitude and latitude of the centre of area of all footprints (degrees); what overlaps counts as often.

    Worked out from edges alone, on the sphere of directions from the earth's centre: of a disc its own centre, of a
    corridor the middle of its line, round ends included, of a polygon its centroid.
    """
    shapes = [shape_of(each) for each in footprints]
    if not shapes:
        message = "no footprint has no centre"
        raise ValueError(message)
    total = np.sum([_moment(shape) for shape in shapes], axis=0)
    if np.linalg.norm(total) == 0:
        total = shapes[0].middle
    lon, lat = geodetic(on_surface(np.zeros(3), total / np.linalg.norm(total)))
    return float(lon), float(lat)


def line_length_m(footprint: Corridor) -> float:
    """The geodesic length (m) of a corridor's line."""
    lon, lat = zip(*footprint.line, strict=True)
    return float(WGS84.line_length(lon, lat))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """The geodesic distance of two positions (degrees) in metres."""
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[2])


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """The true bearing (0 to 360, clockwise from north) in which the geodesic to the second position sets out."""
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[0]) % 360.0


def distance_to_point_m(footprints: Iterable[Footprint], lon: float, lat: float) -> float:
    """The geodesic distance (m) from a position to the nearest of the footprints; 0 inside, infinite from none."""
    place = Shape(Disc(lon, lat, _POINT_RADIUS_M))
    gaps = []
    for each in footprints:
        shape = shape_of(each)
        gaps.append(max(nearest(shape, place).distance_m - shape.radius_m, 0.0))
    return min(gaps, default=float("inf"))


def footprints_meet(a: Footprint, b: Footprint) -> bool:
    """True when the two overlap by 1 cm or more; what only touches does not meet."""
    return may_meet(a, b, 0.0) and lateral_gap(a, b).contact is Contact.OVERLAP


def lies_within(footprints: Iterable[Footprint], area: Footprint) -> bool:
    """True when nothing of the footprints lies outside the area by 1 cm or more."""
    outer = shape_of(area)
    return all(_lies_within(shape_of(each), outer) for each in footprints)


def envelope_footprints(envelope: Envelope) -> list[Footprint]:
    """The footprints of an envelope's volumes, or the one that a trajectory sweeps."""
    if isinstance(envelope, Trajectory):
        return [trajectory_footprint(envelope)]
    return [volume.footprint for volume in envelope]


def trajectory_footprint(trajectory: Trajectory) -> Footprint:
    """All that may lie under a trajectory: within its lateral uncertainty of its line; a disc where it stands still."""
    line = tuple(zip(trajectory.lon, trajectory.lat, strict=True))
    if len(set(line)) == 1:
        return Disc(*line[0], trajectory.lateral_m)
    return Corridor(line, trajectory.lateral_m)


def _unions(shapes: Sequence[Shape]) -> Iterable[tuple[Window, Drawn]]:
    for window, own in sheets(shapes):
        parts = [drawn(shape, window, _tolerance_m(shape), outside=False) for shape in shapes]
        yield window, shapely.union_all([part for part in parts if not part.is_empty]).intersection(own)


def _moment(shape: Shape) -> Floats:
    """The sum over its area of directions from the earth's centre, in square metres: what a centre is the mean of.

    Over a patch of the unit sphere that is half the sum, along its boundary, of arc angle times the normal of the
    arc's plane (Stokes; the sign is that of the smaller side).
    """
    pieces = shape.pieces
    start, end = _directions(pieces.start), _directions(pieces.end)
    if shape.rings_of_part is None:
        middles = _directions(start + end) * (2 * shape.radius_m * pieces.length_m)[:, None]
        ends = (start[0] + end[-1]) * (math.pi * shape.radius_m**2 / 2)
        return np.asarray(middles.sum(axis=0) + ends)
    normals = np.cross(start, end)
    sines = np.linalg.norm(normals, axis=1)
    angles = np.arctan2(sines, np.einsum("ij,ij->i", start, end))
    turned = normals * np.where(sines > 0, angles / np.where(sines > 0, sines, 1), 0)[:, None]
    total = np.zeros(3)
    for shell, *holes in shape.rings_of_part:
        total += _ring_moment(shape, turned, shell) - sum(_ring_moment(shape, turned, hole) for hole in holes)
    return total


def _ring_moment(shape: Shape, turned: Floats, ring: int) -> Floats:
    lon, lat = np.array(shape.chains[ring][:-1]).T
    runs_left = WGS84.polygon_area_perimeter(lon, lat)[0] > 0
    moment: Floats = turned[shape.pieces.chain == ring].sum(axis=0) * (MEAN_RADIUS_M**2 / 2)
    return moment if runs_left else -moment


def _directions(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None])


def _tolerance_m(shape: Shape) -> float:
    return max(shape.radius_m * _ROUNDNESS, 1e-5)


def _lies_within(inner: Shape, outer: Shape) -> bool:
    if inner.radius_m and outer.radius_m and len(inner.vertices) == len(outer.vertices) == 1:
        return nearest(inner, outer).distance_m + inner.radius_m < outer.radius_m + LEAST_OVERLAP_M
    if outer.is_polygonal and not inner.is_polygonal:
        held = outer.core_holds(inner.vertices)
        if held.all() and _to_boundary_m(inner, outer) >= inner.radius_m:
            return True
    return _drawn_within(inner, outer)


def _to_boundary_m(inner: Shape, outer: Shape) -> float:
    """How near the core comes to the lines of a polygon (m)."""
    lines = (Shape(Corridor(tuple(ring), _POINT_RADIUS_M)) for ring in outer.chains)
    return min(nearest(inner, line).distance_m for line in lines)


def _drawn_within(inner: Shape, outer: Shape) -> bool:
    for window, own in sheets([inner], over=[inner]):
        left = drawn(inner, window, 1e-3 + inner.radius_m * 1e-8, outside=False)
        if left.is_empty:
            continue
        left = left.difference(drawn(outer, window, 1e-3 + outer.radius_m * 1e-8, outside=True)).intersection(own)
        if not left.buffer(-LEAST_OVERLAP_M / 2).is_empty:
            return False
    return True
