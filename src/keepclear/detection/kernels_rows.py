"""Rows in machine code: what is kept of a volume, made from what it says.

A row is a head (its box through the earth, its window in ticks, and whose it is), its exact numbers, and its vertices
on the ellipsoid; of a trajectory every stretch is a row. Boxes are filters: rounded outwards, they lose nothing.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from keepclear.detection.compiled import compiled, compiled_lean
from keepclear.detection.kernels_height import (
    AGL,
    CEILING_M,
    FL,
    FLOOR_M,
    GEOID_M,
    GEOID_SLACK_M,
    HAE,
    SFC,
    UNL,
    metres_of,
    rise,
)
from keepclear.detection.kernels_lateral import OPAQUE, POLYGON, draw, frame_at, room_m
from keepclear.spacetime.geodesic import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_M, Floats
from keepclear.spacetime.heights import EGM96_DOUBT_M, NOISE_M

Singles = npt.NDArray[np.float32]
Heads = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]

START, END, LEAF, OWNER, VERTEX, COUNT, CODES, WHOSE = range(8, 16)
"""Columns of a head after its box (lowest x y z and height, then the highest), which are 32-bit floats."""
START_MS, END_MS, RADIUS_M, ROOM_M = 0, 1, 2, 7
"""More columns of a row's exact numbers."""
KIND_SHIFT = 10
TICK_MS = 8_000.0
_MOST_TICK = 2_000_000_000

MOST_VERTICES = 400
_FARTHEST_M = 400_000.0
WRONG = -1
"""What ``prepare`` says of a row that it leaves to be looked at without it."""

_SLOPE = 1e-3
_POLAR_SINE = 0.99


@compiled_lean
def ticks(ms: float, up: bool) -> int:
    """An instant in ticks, rounded outwards; what is beyond them all is at their end."""
    if up:
        return int(min(max(math.ceil(ms / TICK_MS), 1 - _MOST_TICK), _MOST_TICK))
    return int(min(max(math.floor(ms / TICK_MS), -_MOST_TICK), _MOST_TICK - 1))


@compiled_lean
def set_box(single: Singles, low: Floats, high: Floats) -> None:
    """A box of four sides, rounded outwards to 32 bits."""
    for i in range(4):
        single[i] = np.nextafter(np.float32(low[i]), np.float32(-np.inf))
        single[4 + i] = np.nextafter(np.float32(high[i]), np.float32(np.inf))


@compiled_lean
def set_times(head: Heads, start_ms: float, end_ms: float) -> None:
    """The window of a row, in ticks."""
    head[START], head[END] = ticks(start_ms, False), ticks(end_ms, True)


@compiled_lean
def place(lon: float, lat: float, xyz: Floats) -> None:
    """``geodesic.earth_centred`` of one position."""
    lam, phi = math.radians(lon), math.radians(lat)
    sine = math.sin(phi)
    prime = SEMI_MAJOR_M / math.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine)
    across = prime * math.cos(phi)
    xyz[0], xyz[1], xyz[2] = across * math.cos(lam), across * math.sin(lam), prime * (1 - ECCENTRICITY_SQUARED) * sine


@compiled_lean
def _height_box(exact: Floats, codes: int, rules: Floats, low: Floats, high: Floats) -> bool:
    """The heights above the ellipsoid that a row can mean; False where its floor and ceiling need another look."""
    floor, ceiling = codes & 7, (codes >> 3) & 7
    floor_m = metres_of(exact[FLOOR_M], floor, (codes >> 6) & 3)
    ceiling_m = metres_of(exact[CEILING_M], ceiling, (codes >> 8) & 3)
    if floor == UNL or ceiling == SFC:
        return False
    if (floor == AGL or ceiling == AGL) and not rules[2] <= rules[3]:
        return False
    _, most, _ = rise(floor_m, floor, exact, ceiling_m, ceiling, exact, rules)
    if most >= -NOISE_M:
        return False
    below = above = 0.0
    if floor == FL:
        below = rules[0]
    elif floor == AGL:
        below = rules[2]
    if ceiling == FL:
        above = rules[1]
    elif ceiling == AGL:
        above = rules[3]
    if floor != HAE:
        below += exact[GEOID_M] - exact[GEOID_SLACK_M] - EGM96_DOUBT_M
    if ceiling != HAE:
        above += exact[GEOID_M] + exact[GEOID_SLACK_M] + EGM96_DOUBT_M
    low[3], high[3] = floor_m + below, ceiling_m + above
    return True


@compiled
def prepare(
    said: Floats, lonlat: Floats, rules: Floats, heads: Heads, singles: Singles, exact: Floats, xyz: Floats,
    first: int, vertex: int,
) -> Ints:  # fmt: skip
    """Makes rows from what was said; returns the number of each that has to be looked at without the kernels.

    ``said`` (n, 10): kind, count, radius, floor, ceiling, start, end, codes, geoid at its first vertex, whose; its
    positions follow each other in ``lonlat``. Rows are written from ``first`` on, their vertices from ``vertex`` on.
    """
    wrong = np.empty(len(said), np.int64)
    found = at = 0
    low, high, frame, drawn = np.empty(4), np.empty(4), np.empty(13), np.empty((MOST_VERTICES + 1, 2))
    for i in range(len(said)):
        row, kind, count = first + i, int(said[i, 0]), int(said[i, 1])
        head, single, own = heads[row], singles[row], exact[row]
        codes = int(said[i, 7])
        head[LEAF], head[OWNER], head[VERTEX], head[COUNT] = -1, -1, vertex + at, count
        head[CODES], head[WHOSE] = codes | (kind << KIND_SHIFT), int(said[i, 9])
        own[START_MS], own[END_MS], own[RADIUS_M] = said[i, 5], said[i, 6], said[i, 2]
        own[FLOOR_M], own[CEILING_M], own[GEOID_M], own[ROOM_M] = said[i, 3], said[i, 4], said[i, 8], math.inf
        set_times(head, said[i, 5], said[i, 6])
        if kind == OPAQUE:
            wrong[found] = i
            found += 1
            continue
        low[:3], high[:3] = math.inf, -math.inf
        long = 0.0
        for j in range(vertex + at, vertex + at + count):
            place(lonlat[at + j - vertex - at, 0], lonlat[at + j - vertex - at, 1], xyz[j])
            step = 0.0
            for k in range(3):
                low[k], high[k] = min(low[k], xyz[j, k]), max(high[k], xyz[j, k])
                if j > vertex + at:
                    step += (xyz[j, k] - xyz[j - 1, k]) ** 2
            long = max(long, step)
        reach = math.sqrt((high[0] - low[0]) ** 2 + (high[1] - low[1]) ** 2 + (high[2] - low[2]) ** 2) / 2
        margin = own[RADIUS_M] + long / (7.9 * MEAN_RADIUS_M) + 0.1
        middle = (low[:3] + high[:3]) / 2
        polar = abs(middle[2]) > _POLAR_SINE * MEAN_RADIUS_M
        own[GEOID_SLACK_M] = 300.0 if polar else 0.5 + _SLOPE * 4 * (reach + margin)
        good = _height_box(own, codes, rules, low, high) and reach + margin <= _FARTHEST_M and count <= MOST_VERTICES
        if good and kind == POLYGON:
            _include_poles(low, high, reach)
            size = math.sqrt(middle[0] ** 2 + middle[1] ** 2 + middle[2] ** 2)
            frame_at(middle[0] / size * MEAN_RADIUS_M, middle[1] / size * MEAN_RADIUS_M,
                     middle[2] / size * MEAN_RADIUS_M, frame)  # fmt: skip
            if reach <= 50_000.0 and draw(xyz, vertex + at, count, frame, drawn) < 1e6:
                own[ROOM_M] = room_m(drawn, count)
        if not good:
            wrong[found] = i
            found += 1
        for k in range(3):
            low[k] -= margin
            high[k] += margin
        set_box(single, low, high)
        at += count
    return wrong[:found]


@compiled_lean
def _include_poles(low: Floats, high: Floats, reach: float) -> None:
    """An inside reaches out of its boundary's box only where x, y or z is most or least on the ellipsoid."""
    for axis in range(3):
        for sign in (-1.0, 1.0):
            apart = 0.0
            for k in range(3):
                at = sign * (SEMI_MAJOR_M if axis < 2 else SEMI_MAJOR_M * math.sqrt(1 - ECCENTRICITY_SQUARED))
                apart += ((low[k] + high[k]) / 2 - (at if k == axis else 0.0)) ** 2
            if apart <= (1.2 * reach + 1000.0) ** 2:
                low[axis], high[axis] = min(low[axis], sign * SEMI_MAJOR_M), max(high[axis], sign * SEMI_MAJOR_M)


@compiled
def lay_down(
    slots: Ints, rows: Ints, owned: Heads, made: tuple[Heads, Floats, Floats], lonlat: Floats,
    tables: tuple[Heads, Floats, Floats], places: Floats,
) -> None:  # fmt: skip
    """Copies rows that were made, with their vertices, to where the plans of ``slots`` have theirs in the tables.

    ``rows`` (n + 1) are where each plan's own begin among those made. Rows become their plan's.
    """
    made_heads, made_exact, made_xyz = made
    heads, exact, xyz = tables
    place = 0
    for number in range(len(slots)):
        slot, first = slots[number], rows[number]
        row, many, at, held = owned[slot, 0], owned[slot, 1], owned[slot, 2], owned[slot, 3]
        for i in range(many):
            heads[row + i] = made_heads[first + i]
            exact[row + i] = made_exact[first + i]
            heads[row + i, OWNER] = slot
            heads[row + i, VERTEX] += at - place
        for i in range(held):
            xyz[at + i] = made_xyz[place + i]
            places[at + i] = lonlat[place + i]
        place += held
