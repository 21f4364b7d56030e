"""All volumes of all plans as arrays, with the legs of their footprints cut into chords through the earth.

A trajectory is taken in stretches of a minute: each is a volume that surely holds it meanwhile, so that what is clear
of the stretches is clear of the flight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Corridor, Disc, Polygonal
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, Floats, earth_centred, forward, inverse
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STRETCH_MS = 60_000
COARSE_M, FINE_M = 150_000.0, 20_000.0
"""Longest chords: most pairs are told apart by few long ones, the rest by short ones that lie closer."""
_DATUMS = tuple(Datum)
_ROUNDING_M = 0.05


@dataclass(frozen=True, slots=True)
class Chords:
    """Straight pieces of the cores of rows, ``first[i]`` to ``first[i + 1]`` of row i (none of a polygon)."""

    first: Ints
    start: Floats
    end: Floats
    depth_m: Floats
    """How far the geodesic may be off its chord."""


@dataclass(frozen=True, slots=True)
class Rows:
    """n volumes. ``low`` and ``high`` (n, 3) box them through the earth; heights are metres in their datum."""

    volumes: list[Volume]
    plan: Ints
    start_ms: Ints
    end_ms: Ints
    low: Floats
    high: Floats
    floor_m: Floats
    ceiling_m: Floats
    floor_datum: Ints
    ceiling_datum: Ints
    radius_m: Floats
    lined: Bools
    """True of discs and corridors, whose core is a point or a line."""
    coarse: Chords
    fine: Chords

    def __len__(self) -> int:
        return len(self.volumes)


def rows_of(plans: Sequence[Plan]) -> Rows:
    """The rows of some plans, in their order."""
    volumes: list[Volume] = []
    owner: list[int] = []
    for number, plan in enumerate(plans):
        parts = stretches(plan.envelope) if isinstance(plan.envelope, Trajectory) else plan.envelope
        for volume in parts:
            volumes.append(volume)
            owner.append(number)
    codes = {datum: code for code, datum in enumerate(_DATUMS)}
    lined = np.array([not isinstance(volume.footprint, Polygonal) for volume in volumes], bool)
    radius_m = np.array([_radius_m(volume) for volume in volumes], float)
    coarse, fine = (_chords(volumes, longest_m) for longest_m in (COARSE_M, FINE_M))
    low, high = _boxes(volumes, fine, lined, radius_m)
    return Rows(
        volumes,
        np.array(owner, np.int64),
        np.array([volume.start_ms for volume in volumes], np.int64),
        np.array([volume.end_ms for volume in volumes], np.int64),
        low,
        high,
        np.array([volume.floor.metres for volume in volumes], float),
        np.array([volume.ceiling.metres for volume in volumes], float),
        np.array([codes[volume.floor.datum] for volume in volumes], np.int64),
        np.array([codes[volume.ceiling.datum] for volume in volumes], np.int64),
        radius_m,
        lined,
        coarse,
        fine,
    )


def stretches(flight: Trajectory) -> Iterator[Volume]:
    """Volumes of at most a minute each that hold a flight, with all that it may be off in place, height and time."""
    doubt_ms = math.ceil(flight.time_s * 1000)
    path = flight.path
    for leg in range(path.legs):
        start_ms, end_ms = flight.times_ms[leg], flight.times_ms[leg + 1]
        count = max(1, math.ceil((end_ms - start_ms) / STRETCH_MS))
        shares = np.linspace(0.0, 1.0, count + 1)
        lon, lat = path.position(np.full(count + 1, leg, np.intp), shares)
        heights = flight.height_m[leg] + (flight.height_m[leg + 1] - flight.height_m[leg]) * shares
        for part in range(count):
            ends = (float(lon[part]), float(lat[part])), (float(lon[part + 1]), float(lat[part + 1]))
            round_ = flight.lateral_m + _ROUNDING_M
            lowest, highest = sorted((float(heights[part]), float(heights[part + 1])))
            yield Volume(
                Corridor(ends, round_) if ends[0] != ends[1] else Disc(*ends[0], round_),
                Altitude(Datum.HAE, lowest - flight.vertical_m, "m"),
                Altitude(Datum.HAE, highest + flight.vertical_m, "m"),
                start_ms + math.floor((end_ms - start_ms) * shares[part]) - doubt_ms,
                start_ms + math.ceil((end_ms - start_ms) * shares[part + 1]) + doubt_ms,
            )


def _radius_m(volume: Volume) -> float:
    match volume.footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case Polygonal():
            return 0.0


def _chords(volumes: Sequence[Volume], longest_m: float) -> Chords:
    """Every leg of every line cut into chords, all at once."""
    ends: list[tuple[float, float, float, float]] = []
    of_row: list[int] = []
    for row, volume in enumerate(volumes):
        match volume.footprint:
            case Disc(lon, lat, _):
                ends.append((lon, lat, lon, lat))
                of_row.append(row)
            case Corridor(line, _):
                ends += [(*line[i], *line[i + 1]) for i in range(len(line) - 1)]
                of_row += [row] * (len(line) - 1)
            case Polygonal():
                pass
    legs = np.array(ends, float).reshape(-1, 4)
    azimuth, length_m = inverse(*legs.T)
    count = np.maximum(np.ceil(length_m / longest_m).astype(np.int64), 1)
    leg = np.repeat(np.arange(len(legs)), count)
    step = np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count)
    each_m = (length_m / count)[leg]
    at_lon, at_lat, _ = forward(legs[leg, 0], legs[leg, 1], azimuth[leg], step * each_m)
    start = earth_centred(at_lon, at_lat)
    last = step == count[leg] - 1
    end = np.empty_like(start)
    end[:-1] = start[1:]
    end[last] = earth_centred(legs[:, 2], legs[:, 3])
    per_row = (
        np.bincount(np.array(of_row, np.int64)[leg], minlength=len(volumes))
        if len(leg)
        else np.zeros(len(volumes), np.int64)
    )
    first = np.concatenate([[0], np.cumsum(per_row)]).astype(np.int64)
    return Chords(first, start, end, each_m**2 / (8 * LEAST_CURVATURE_RADIUS_M) + 1e-6)


def _boxes(volumes: Sequence[Volume], chords: Chords, lined: Bools, radius_m: Floats) -> tuple[Floats, Floats]:
    low, high = np.empty((len(volumes), 3)), np.empty((len(volumes), 3))
    rows = np.flatnonzero(lined)
    if len(rows):
        # A row's chords follow each other, and rows without any have been left out of ``firsts``.
        firsts = chords.first[rows]
        margin = chords.depth_m[:, None]
        low[rows] = np.minimum.reduceat(np.minimum(chords.start, chords.end) - margin, firsts)
        high[rows] = np.maximum.reduceat(np.maximum(chords.start, chords.end) + margin, firsts)
        low[rows] -= radius_m[rows, None] + _ROUNDING_M
        high[rows] += radius_m[rows, None] + _ROUNDING_M
    for row in np.flatnonzero(~lined).tolist():
        low[row], high[row] = shape_of(volumes[row].footprint).box
    return low, high
