"""How deep two footprints overlap, at the least: by so much one must be moved before they can be clear."""

from __future__ import annotations

from itertools import product

from keepclear.detection.advice.around import MOST_PAIRS, Blocker
from keepclear.detection.advice.flown import meetings_of
from keepclear.detection.advice.heights import Heights
from keepclear.detection.advice.rows import volumes_of
from keepclear.detection.flight import closest_overlap_m
from keepclear.detection.passage import passages
from keepclear.spacetime.closeness import chord_distance
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.lateral import may_meet
from keepclear.spacetime.nearness import nearest
from keepclear.spacetime.pieces import CHORD_DEPTH_M
from keepclear.spacetime.shape import Shape, shape_of
from keepclear.spacetime.trajectory import Trajectory

ROUNDING_M = 0.03
"""An overlap of under 1 cm is none, and positions are rounded to as much."""
FAR_UNEVEN = 0.98
"""Places of a flight may be so far from each other that on the ellipsoid some move a little farther than others."""
MOST_PLACES = 64
"""Places of a footprint's edges that are looked at."""


def deepest_m(blocker: Blocker) -> float:
    """No move of under so many metres clears all that conflicts; 0 when nothing can be said."""
    if blocker.flown:
        return _deepest_flown_m(blocker)
    ours, theirs = volumes_of(blocker.own), volumes_of(blocker.plan)
    apart, meets = blocker.separation, Heights(blocker.heights)
    deepest = 0.0
    for looked, (one, other) in enumerate(product(ours, theirs)):
        if looked >= MOST_PAIRS:
            break
        if max(one.start_ms, other.start_ms) - min(one.end_ms, other.end_ms) >= apart.time_ms:
            continue
        if may_meet(one.footprint, other.footprint, apart.lateral_m) and meets.overlap(one, other, apart.vertical_m):
            deepest = max(deepest, depth_m(one.footprint, other.footprint, apart.lateral_m))
    return deepest


def _deepest_flown_m(blocker: Blocker) -> float:
    """The same where a flight is one of the two: a move changes none of its times and heights."""
    own, other, apart = blocker.own.envelope, blocker.plan.envelope, blocker.separation
    if isinstance(own, Trajectory) and isinstance(other, Trajectory):
        nearest_m, kept_m = closest_overlap_m(own, other, apart)
        return FAR_UNEVEN * max(kept_m - nearest_m - ROUNDING_M, 0.0)
    deepest = 0.0
    for met in meetings_of(blocker):
        for part in passages(met.flight, met.window_ms, met.heights_m):
            if may_meet(part.footprint, met.volume.footprint, apart.lateral_m):
                deepest = max(deepest, depth_m(part.footprint, met.volume.footprint, apart.lateral_m))
    return FAR_UNEVEN * deepest


def depth_m(a: Footprint, b: Footprint, apart_m: float) -> float:
    """Two footprints that overlap, widened by the separation, stay so while no place of one moves farther than this.

    Their cores are as far apart as both radii and the separation leave them; a place of one in the other's inside
    lies besides as deep as it is from the boundary.
    """
    one, other = shape_of(a), shape_of(b)
    cores_m = nearest(one, other).distance_m
    within_m = 0.0 if cores_m > 0 else max(_inside_m(one, other), _inside_m(other, one))
    return max(one.radius_m + other.radius_m + apart_m - cores_m + within_m - ROUNDING_M, 0.0)


def _inside_m(inner: Shape, outer: Shape) -> float:
    """How far from the boundary of a polygon the deepest place of another's edges lies, of those looked at."""
    if not outer.is_polygonal:
        return 0.0
    every = max(1, len(inner.pieces.start) // MOST_PLACES)
    places = inner.pieces.start[::every]
    places = places[outer.core_holds(places)]
    if not len(places):
        return 0.0
    away_m = chord_distance(places[:, None], outer.pieces.start[None], outer.pieces.end[None]).min(axis=1)
    return max(float(away_m.max()) - CHORD_DEPTH_M, 0.0)
