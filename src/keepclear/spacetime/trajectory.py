"""Trajectories: where something will be, moment by moment, with how far it may be off.

Between two points it flies the WGS84 geodesic at constant ground speed, and its height is linear in time. Read from and
written as an OGC Moving Features ``MovingPoint`` with the uncertainties beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.fields import check_keys, number_at, sequence_at
from keepclear.spacetime.flown import FlownPath
from keepclear.spacetime.instants import format_instant, parse_instant
from keepclear.spacetime.validity import check_edges

MOST_POINTS = 10_000
HEIGHTS_M = (-12_000.0, 100_000_000.0)
"""From under the deepest sea to far beyond any orbit a notice can be about."""

_KEYS = ("type", "datetimes", "coordinates", "lateral_m", "vertical_m", "time_s")


@dataclass(frozen=True)
class Trajectory:
    """Points in time order (heights HAE), and how far the thing may be off its line at any moment."""

    times_ms: tuple[int, ...]
    lon: tuple[float, ...]
    lat: tuple[float, ...]
    height_m: tuple[float, ...]
    lateral_m: float
    vertical_m: float
    time_s: float = 0.0

    @cached_property
    def path(self) -> FlownPath:
        """The same legs as arrays, made once."""
        return FlownPath.over(self.times_ms, self.lon, self.lat, self.height_m)

    @property
    def start_ms(self) -> int:
        """When it begins."""
        return self.times_ms[0]

    @property
    def end_ms(self) -> int:
        """When it ends (the end itself is no part of it)."""
        return self.times_ms[-1]


def trajectory_from_json(obj: object, field: str) -> Trajectory:
    """The trajectory that a ``MovingPoint`` object says; every refusal is ``InvalidInput`` with its place."""
    if not isinstance(obj, Mapping):
        raise InvalidInput(field, "this is no object", 'give {"type": "MovingPoint", "datetimes": […], …}')
    check_keys(obj, field, required=_KEYS[:5], optional=_KEYS[5:])
    if obj["type"] != "MovingPoint":
        raise InvalidInput(f"{field}.type", f"{obj['type']!r} is no trajectory", 'give "MovingPoint"')
    datetimes = sequence_at(obj["datetimes"], f"{field}.datetimes")
    coordinates = sequence_at(obj["coordinates"], f"{field}.coordinates")
    _check_lengths(len(datetimes), len(coordinates), field)
    points = [_position(each, f"{field}.coordinates[{i}]") for i, each in enumerate(coordinates)]
    lon, lat, height_m = zip(*points, strict=True)
    check_edges(tuple(zip(lon, lat, strict=True)), f"{field}.coordinates")
    return Trajectory(
        _times(datetimes, f"{field}.datetimes"),
        lon,
        lat,
        height_m,
        number_at(obj["lateral_m"], f"{field}.lateral_m", over=0.0, most=2_000_000.0),
        number_at(obj["vertical_m"], f"{field}.vertical_m", over=0.0, most=HEIGHTS_M[1]),
        number_at(obj.get("time_s", 0.0), f"{field}.time_s", least=0.0, most=30 * 86_400.0),
    )


def trajectory_to_json(trajectory: Trajectory) -> dict[str, Any]:
    """The flat ``MovingPoint`` object; reading it gives the same trajectory."""
    points = zip(trajectory.lon, trajectory.lat, trajectory.height_m, strict=True)
    return {
        "type": "MovingPoint",
        "datetimes": [format_instant(each) for each in trajectory.times_ms],
        "coordinates": [list(point) for point in points],
        "lateral_m": trajectory.lateral_m,
        "vertical_m": trajectory.vertical_m,
        "time_s": trajectory.time_s,
    }


def _check_lengths(times: int, points: int, field: str) -> None:
    if times != points:
        right = "give one instant for each point"
        raise InvalidInput(f"{field}.datetimes", f"there are {times} instants for {points} points", right)
    if points < 2:
        raise InvalidInput(f"{field}.coordinates", f"a trajectory of {points} points goes nowhere", "give 2 or more")
    if points > MOST_POINTS:
        right = f"give at most {MOST_POINTS:,}, or several trajectories"
        raise TooLarge(f"{field}.coordinates", f"{points:,} points are too many", right)


def _times(datetimes: list[object], field: str) -> tuple[int, ...]:
    """Milliseconds; the first is rounded down and the last up, so that a window is never cut."""
    last = len(datetimes) - 1
    times = [
        parse_instant(each, f"{field}[{i}]", rounding="up" if i == last else "down") for i, each in enumerate(datetimes)
    ]
    for i, (before, after) in enumerate(itertools.pairwise(times), start=1):
        if after <= before:
            given = f"{format_instant(after)} does not come after {format_instant(before)}"
            raise InvalidInput(f"{field}[{i}]", given, "give the points in time order, each later than the one before")
    return tuple(times)


def _position(value: object, field: str) -> tuple[float, float, float]:
    parts = sequence_at(value, field)
    if len(parts) != 3:
        right = "give [longitude, latitude, height in metres above the WGS84 ellipsoid]"
        raise InvalidInput(field, f"a position of {len(parts)} numbers", right)
    lon = number_at(parts[0], f"{field}[0]", least=-180.0, most=180.0)
    lat = number_at(parts[1], f"{field}[1]", least=-90.0, most=90.0)
    height_m = number_at(parts[2], f"{field}[2]", least=HEIGHTS_M[0], most=HEIGHTS_M[1])
    return lon, lat, height_m
