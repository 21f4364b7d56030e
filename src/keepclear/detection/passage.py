"""The stretches of a flight that lie within a window of time and a band of height, as footprints on the ground.

Each is the disc or the corridor of ``lateral_m`` round the geodesics flown meanwhile: cut where the flight enters and
leaves, which on a leg with linear height and constant speed is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.footprint import Corridor, Disc
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.trajectory import Trajectory

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Passage:
    """One unbroken stretch of a flight."""

    footprint: Corridor | Disc
    """All that the flight may be over meanwhile."""
    start_ms: float
    end_ms: float
    lowest_m: float
    highest_m: float
    """Heights above the ellipsoid of the flight itself, without its uncertainty."""


def passages(flight: Trajectory, window_ms: Range, heights_m: Range) -> tuple[Passage, ...]:
    """The stretches flown within the window, not only on its rim, at heights within the range, in time order."""
    if max(window_ms[0], flight.start_ms) >= min(window_ms[1], flight.end_ms):
        return ()
    path = flight.path
    times = path.time_ms.astype(float)
    in_time = _shares(times, window_ms)
    in_height = _shares(path.height_m, heights_m)
    starts, ends = np.maximum(in_time[0], in_height[0]), np.minimum(in_time[1], in_height[1])
    legs = np.flatnonzero(starts <= ends)
    if not len(legs):
        return ()
    broken = (np.diff(legs) > 1) | (ends[legs[:-1]] < 1.0) | (starts[legs[1:]] > 0.0)
    return tuple(_passage(flight, run, starts[run], ends[run]) for run in np.split(legs, np.flatnonzero(broken) + 1))


def _shares(values: Floats, within: Range) -> tuple[Floats, Floats]:
    """From which to which share of each leg something linear along it is within a range (from > to: never)."""
    before, rise = values[:-1], np.diff(values)
    level = rise == 0
    slope = np.where(level, 1.0, rise)
    at_low, at_high = (within[0] - before) / slope, (within[1] - before) / slope
    starts = np.maximum(np.minimum(at_low, at_high), 0.0)
    ends = np.minimum(np.maximum(at_low, at_high), 1.0)
    out = level & ((before < within[0]) | (before > within[1]))
    return np.where(level, np.where(out, 2.0, 0.0), starts), np.where(level, np.where(out, -1.0, 1.0), ends)


def _passage(flight: Trajectory, legs: npt.NDArray[np.intp], starts: Floats, ends: Floats) -> Passage:
    """The stretch over consecutive legs, from a share of the first to a share of the last."""
    path = flight.path
    first, last = legs[:1], legs[-1:]
    (enter_lon, leave_lon), (enter_lat, leave_lat) = path.position(
        np.concatenate([first, last]), np.array([starts[0], ends[-1]])
    )
    between = legs[1:]
    line = [(float(enter_lon), float(enter_lat))]
    line += zip(path.lon[between].tolist(), path.lat[between].tolist(), strict=True)
    line.append((float(leave_lon), float(leave_lat)))
    heights = np.concatenate(
        [
            _along(path.height_m, first, starts[:1]),
            path.height_m[between],
            _along(path.height_m, last, ends[-1:]),
        ]
    )
    times = path.time_ms.astype(float)
    return Passage(
        _round(line, flight.lateral_m),
        float(_along(times, first, starts[:1])[0]),
        float(_along(times, last, ends[-1:])[0]),
        float(heights.min()),
        float(heights.max()),
    )


def _along(values: Floats, leg: npt.NDArray[np.intp], share: Floats) -> Floats:
    return np.asarray(values[leg] + (values[leg + 1] - values[leg]) * share)


def _round(line: list[tuple[float, float]], lateral_m: float) -> Corridor | Disc:
    """The corridor round a line, or the disc round a place where it stays."""
    moved = [place for i, place in enumerate(line) if i == 0 or place != line[i - 1]]
    return Disc(*moved[0], lateral_m) if len(moved) == 1 else Corridor(tuple(moved), lateral_m)
