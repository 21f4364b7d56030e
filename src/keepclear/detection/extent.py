"""The bounds of a plan, row by row, as arrays: a filter that lets nothing through that could meet, and nothing is lost.

A row is a volume, or a stretch of a trajectory: a box round it through the earth (no longitude is a seam there), the
heights above the ellipsoid that it can mean, and its window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Corridor, Footprint
from keepclear.spacetime.gathered import gather
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

Ints = npt.NDArray[np.int64]

STRETCH = 8
"""Legs of a trajectory to a row."""
HEIGHT_DOUBT_M = 5.0
ROUNDING_M = 0.02
GEOID_SLOPE = 1e-3
"""Sea level rises by less than 1 m a kilometre above the ellipsoid: what lateral separation adds to height."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows of one plan: ``space`` (n, 8) is lowest x y z and height, then the highest; ``time_ms`` (n, 2)."""

    space: Floats
    time_ms: Ints


def extent_of(plan: Plan, rules: HeightRules | None) -> Extent:
    """The rows of a plan. Without rules its volumes' heights are left open, which costs no look at the geoid."""
    if isinstance(plan.envelope, Trajectory):
        return _of_trajectory(plan.envelope)
    low, high = boxes_of([volume.footprint for volume in plan.envelope])
    heights = np.array([_heights_m(volume, rules) for volume in plan.envelope]).reshape(-1, 2)
    return Extent(
        np.concatenate([low, heights[:, :1], high, heights[:, 1:]], axis=1),
        np.array([(volume.start_ms, volume.end_ms) for volume in plan.envelope], np.int64).reshape(-1, 2),
    )


def boxes_of(footprints: Sequence[Footprint]) -> tuple[Floats, Floats]:
    """The least and the most x, y, z (n, 3) of footprints, radius and inside included; never too small a box."""
    them = gather(footprints)
    margin = them.radius_m[:, None] + ROUNDING_M
    return them.low - margin, them.high + margin


def reach_of(separation: Separation) -> tuple[Floats, int]:
    """By how much a row must be grown (x y z and height; milliseconds) to reach all that it may meet."""
    across = separation.lateral_m + 0.02
    up = separation.vertical_m + HEIGHT_DOUBT_M + GEOID_SLOPE * separation.lateral_m
    return np.array([across, across, across, up]), separation.time_ms


def rows_meeting(one: Extent, row: int, space: Floats, time_ms: Ints, reach: tuple[Floats, int]) -> Ints:
    """Which rows of (``space``, ``time_ms``) may meet a row of ``one``."""
    grow, wait_ms = reach
    low, high = one.space[row, :4] - grow, one.space[row, 4:] + grow
    start, end = one.time_ms[row]
    near = (time_ms[:, 0] < end + wait_ms) & (time_ms[:, 1] > start - wait_ms)
    for side in range(4):
        near &= (space[:, side] <= high[side]) & (space[:, side + 4] >= low[side])
    return np.flatnonzero(near)


def _heights_m(volume: Volume, rules: HeightRules | None) -> tuple[float, float]:
    if rules is None:
        return -np.inf, np.inf
    return height_band(volume.footprint, volume.floor, volume.ceiling, rules).hae_bounds_m


def _of_trajectory(flight: Trajectory) -> Extent:
    lines, heights, times = list[Corridor](), [], []
    doubt_ms = int(np.ceil(flight.time_s * 1000))
    last = len(flight.times_ms) - 1
    for first in range(0, last, STRETCH):
        until = min(first + STRETCH, last)
        line = tuple(zip(flight.lon[first : until + 1], flight.lat[first : until + 1], strict=True))
        lines.append(Corridor(line, flight.lateral_m))
        flown = flight.height_m[first : until + 1]
        heights.append((min(flown) - flight.vertical_m, max(flown) + flight.vertical_m))
        times.append([flight.times_ms[first] - doubt_ms, flight.times_ms[until] + doubt_ms])
    low, high = boxes_of(lines)
    upright = np.array(heights)
    space = np.concatenate([low, upright[:, :1], high, upright[:, 1:]], axis=1)
    return Extent(space, np.array(times, np.int64))
