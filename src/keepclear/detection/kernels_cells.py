"""The four-dimensional grid in machine code: rows in buckets by place, size, time and duration.

A row's bucket is that of its middle: a cell of a face of the cube round the earth and a stretch of time, as coarse as
the row is large and long. So each row lies in one bucket alone, and a question looks, level by level, into the cells
that a middle may be in. No face's edge and no pole is special: a box through the earth is seen from each face.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from keepclear.detection.compiled import compiled
from keepclear.detection.kernels_rows import END, NEXT, OWNER, START, Heads, Ints, Singles
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats

Keys = npt.NDArray[np.uint64]

SPACE_LEVELS, TIME_LEVELS = 7, 16
CELL_M = 5_000.0
"""The side of the finest cells; a row is at most half as wide as its cell, and lasts half as long as its stretch."""
STRETCH_TICKS = 900.0
"""Two hours."""
_CELLS_M = CELL_M * 4.0 ** np.arange(SPACE_LEVELS)
_STRETCHES = STRETCH_TICKS * 4.0 ** np.arange(TIME_LEVELS)


@compiled
def level_of(single: Singles, head: Heads) -> tuple[int, int, float, float]:
    """The level of a row in space and in time, and its half extents there (m; ticks)."""
    half = 0.0
    for k in range(3):
        half = max(half, (float(single[4 + k]) - float(single[k])) / 2)
    lasts = (float(head[END]) - float(head[START])) / 2
    space = time = 0
    while space < SPACE_LEVELS - 1 and 4 * half > _CELLS_M[space]:
        space += 1
    while time < TIME_LEVELS - 1 and 4 * lasts > _STRETCHES[time]:
        time += 1
    return space, time, half, lasts


@compiled
def mixed(space: int, time: int, face: int, i: int, j: int, t: int) -> np.uint64:
    """One number for a cell; two cells with the same would share a bucket, which does no harm."""
    value = np.uint64(((space * 16 + time) * 8 + face) * 1_000_003 + t) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(29))) + np.uint64(i + 1_000_000) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(31))) + np.uint64(j + 1_000_000) * np.uint64(0x94D049BB133111EB)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x9E3779B97F4A7C15)
    value = value ^ (value >> np.uint64(32))
    return value if value != np.uint64(0) else np.uint64(1)


@compiled
def cell_of(at: float, space: int) -> int:
    """The cell of a place on a face, which goes from −1 to 1."""
    cell: int = math.floor((at + 1.0) * (MEAN_RADIUS_M / _CELLS_M[space]))
    return cell


@compiled
def stretch_of(at_ticks: float, time: int) -> int:
    """The stretch of time that an instant lies in."""
    stretch: int = math.floor(at_ticks / _STRETCHES[time])
    return stretch


@compiled
def bucket_of(single: Singles, head: Heads, space: int, time: int) -> tuple[int, int, int, int]:
    """The face, the cell both ways and the stretch of time of a row's middle."""
    x = (float(single[0]) + float(single[4])) / 2
    y = (float(single[1]) + float(single[5])) / 2
    z = (float(single[2]) + float(single[6])) / 2
    t = stretch_of((float(head[START]) + float(head[END])) / 2, time)
    if space == SPACE_LEVELS - 1:
        return 0, 0, 0, t
    wide = max(abs(x), abs(y), abs(z))
    if abs(x) == wide:
        face, u, v = (0 if x > 0 else 1), y / wide, z / wide
    elif abs(y) == wide:
        face, u, v = (2 if y > 0 else 3), z / wide, x / wide
    else:
        face, u, v = (4 if z > 0 else 5), x / wide, y / wide
    return face, cell_of(u, space), cell_of(v, space), t


@compiled
def key_of(single: Singles, head: Heads, space: int, time: int) -> np.uint64:
    """The bucket of a row, as one number."""
    face, i, j, t = bucket_of(single, head, space, time)
    return mixed(space, time, face, i, j, t)


@compiled
def places_in_order(rows: Ints, heads: Heads, singles: Singles) -> Ints:
    """What to sort rows by, so that those of one bucket follow each other, and neighbours are near: (4, n)."""
    order = np.empty((4, len(rows)), np.int64)
    for number in range(len(rows)):
        row = rows[number]
        space, time, _, _ = level_of(singles[row], heads[row])
        face, i, j, t = bucket_of(singles[row], heads[row], space, time)
        order[0, number], order[1, number] = t, j
        order[2, number], order[3, number] = i, (space * TIME_LEVELS + time) * 8 + face
    return order


@compiled
def slot_of(keys: Keys, key: np.uint64) -> int:
    """Where a bucket is, or would be."""
    mask = np.uint64(len(keys) - 1)
    slot = key & mask
    while keys[slot] != np.uint64(0) and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return int(slot)


@compiled
def link(first: int, end: int, heads: Heads, singles: Singles, keys: Keys, chains: Heads, levels: Floats) -> int:
    """Puts rows into their buckets; how many more buckets that makes. ``levels`` keeps each level's most extents."""
    fresh = 0
    for row in range(first, end):
        if heads[row, OWNER] < 0:
            continue
        space, time, half, lasts = level_of(singles[row], heads[row])
        level = levels[space * TIME_LEVELS + time]
        level[0], level[1], level[2] = max(level[0], half), max(level[1], lasts), level[2] + 1
        key = key_of(singles[row], heads[row], space, time)
        slot = slot_of(keys, key)
        if keys[slot] == np.uint64(0):
            keys[slot], chains[slot] = key, -1
            fresh += 1
        heads[row, NEXT] = chains[slot]
        chains[slot] = row
    return fresh


@compiled
def unlink(first: int, end: int, heads: Heads, singles: Singles, keys: Keys, chains: Heads, levels: Floats) -> None:
    """Takes rows out of their buckets."""
    for row in range(first, end):
        space, time, _, _ = level_of(singles[row], heads[row])
        levels[space * TIME_LEVELS + time, 2] -= 1
        slot = slot_of(keys, key_of(singles[row], heads[row], space, time))
        before, here = -1, chains[slot]
        while here != row and here >= 0:
            before, here = here, heads[here, NEXT]
        if here >= 0 and before < 0:
            chains[slot] = heads[row, NEXT]
        elif here >= 0:
            heads[before, NEXT] = heads[row, NEXT]
        heads[row, OWNER] = -1


@compiled
def spans_of(low: Floats, high: Floats, face: int, space: int, spans: Ints) -> int:
    """The cells of a face that a middle within a box may be in: from and to, both ways; how many they are."""
    axis = face >> 1
    near, most = (low[axis], high[axis]) if face & 1 == 0 else (-high[axis], -low[axis])
    if most <= 0.0:
        return 0
    for side in range(2):
        k = (axis + 1 + side) % 3
        least, greatest = -1.0, 1.0
        if near > 1000.0:
            least = max(low[k] / (near if low[k] < 0 else most), -1.0)
            greatest = min(high[k] / (near if high[k] > 0 else most), 1.0)
        if least > 1.0 or greatest < -1.0 or least > greatest:
            return 0
        spans[2 * side], spans[2 * side + 1] = cell_of(least, space), cell_of(greatest, space)
    return int((spans[1] - spans[0] + 1) * (spans[3] - spans[2] + 1))
