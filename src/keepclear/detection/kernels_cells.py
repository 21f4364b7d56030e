"""The four-dimensional grid in machine code: the boxes of rows in buckets by place, size, time and duration.

A row's bucket is that of its middle: a cell of a face of the cube round the earth and a stretch of time, as coarse as
the row is large and long. So each row lies in one bucket alone, and a question looks, level by level, into the cells
that a middle may be in. No face's edge and no pole is special: a box through the earth is seen from each face.

The boxes of a bucket follow each other in memory, in a slab of 4, 8, 16, … of them; a bucket that outgrows its slab
moves to one twice as large. So whoever looks into a bucket waits for memory twice, however many boxes it holds.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from keepclear.detection.compiled import compiled
from keepclear.detection.kernels_rows import END, OWNER, START, Heads, Ints, Singles
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats

Keys = npt.NDArray[np.int64]
"""Of each bucket its key, 0 where there is none, and where its boxes are: first, class of the slab, and how many."""

ROW, PLAN = 10, 11
"""Columns of a box after its sides and its window, both as in a head."""
BUCKETS, USED, FREE = 0, 1, 2
"""Places of the pool: how many buckets, how many boxes are laid out, and of each class the first slab that is free."""
CLASSES = 28
_NO_SLAB = 31
_FEWEST = 4

SPACE_LEVELS, TIME_LEVELS = 8, 12
CELL_M = 2_500.0
"""The side of the finest cells; a row is at most as wide as its cell, and lasts half as long as its stretch."""
STRETCH_TICKS = 1_800.0
"""Four hours."""
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
    while space < SPACE_LEVELS - 1 and 2 * half > _CELLS_M[space]:
        space += 1
    while time < TIME_LEVELS - 1 and 4 * lasts > _STRETCHES[time]:
        time += 1
    return space, time, half, lasts


@compiled
def mixed(space: int, time: int, face: int, i: int, j: int, t: int) -> int:
    """One number for a cell; two cells with the same would share a bucket, which does no harm."""
    value = np.uint64(((space * 16 + time) * 8 + face) * 1_000_003 + t) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(29))) + np.uint64(i + 1_000_000) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(31))) + np.uint64(j + 1_000_000) * np.uint64(0x94D049BB133111EB)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x9E3779B97F4A7C15)
    key: int = np.int64(value ^ (value >> np.uint64(32)))  # type: ignore[assignment]  # kept as it is, in 64 bits
    return key if key != 0 else 1


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
def slot_of(keys: Keys, key: int) -> int:
    """Where a bucket is, or would be."""
    mask = len(keys) - 1
    slot = key & mask
    while keys[slot, 0] != 0 and keys[slot, 0] != key:
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def first_and_count(where: int) -> tuple[int, int]:
    """The boxes of a bucket."""
    return where >> 32, where & 0x7FFFFFF


@compiled
def _where(first: int, kind: int, count: int) -> int:
    return (first << 32) | (kind << 27) | count


@compiled
def _slab(pool: Ints, boxes: Heads, kind: int) -> int:
    """A slab of a class, given back earlier or new; −1 where there is no more room."""
    first: int = pool[FREE + kind]
    if first >= 0:
        pool[FREE + kind] = boxes[first, 0]
        return first
    first = pool[USED]
    if first + (_FEWEST << kind) > len(boxes):
        return -1
    pool[USED] += _FEWEST << kind
    return first


@compiled
def _give_back(pool: Ints, boxes: Heads, kind: int, first: int) -> None:
    boxes[first, 0] = pool[FREE + kind]
    pool[FREE + kind] = first


@compiled
def link(first: int, end: int, heads: Heads, keys: Keys, boxes: Heads, pool: Ints, levels: Floats) -> int:
    """Puts rows into their buckets, up to the one that is returned: for that there is no room among keys or boxes.

    ``levels`` keeps each level's most extents and how many rows it has.
    """
    singles = heads.view(np.float32)
    for row in range(first, end):
        head = heads[row]
        if head[OWNER] < 0:
            continue
        if 2 * pool[BUCKETS] >= len(keys):
            return row
        space, time, half, lasts = level_of(singles[row], head)
        face, i, j, t = bucket_of(singles[row], head, space, time)
        key = mixed(space, time, face, i, j, t)
        slot = slot_of(keys, key)
        known = keys[slot, 0] != 0
        where = keys[slot, 1] if known else _where(0, _NO_SLAB, 0)
        at, count = first_and_count(where)
        kind = (where >> 27) & 31
        if kind == _NO_SLAB or count == _FEWEST << kind:
            wider = 0 if kind == _NO_SLAB else kind + 1
            to = _slab(pool, boxes, wider)
            if to < 0:
                return row
            boxes[to : to + count] = boxes[at : at + count]
            if kind != _NO_SLAB:
                _give_back(pool, boxes, kind, at)
            at, kind = to, wider
        box = boxes[at + count]
        box[:10] = head[:10]
        box[ROW], box[PLAN] = row, head[OWNER]
        if not known:
            pool[BUCKETS] += 1
        keys[slot, 0], keys[slot, 1] = key, _where(at, kind, count + 1)
        level = levels[space * TIME_LEVELS + time]
        level[0], level[1], level[2] = max(level[0], half), max(level[1], lasts), level[2] + 1
    return end


@compiled
def unlink(first: int, end: int, heads: Heads, keys: Keys, boxes: Heads, pool: Ints, levels: Floats) -> None:
    """Takes rows out of their buckets."""
    singles = heads.view(np.float32)
    for row in range(first, end):
        space, time, _, _ = level_of(singles[row], heads[row])
        levels[space * TIME_LEVELS + time, 2] -= 1
        face, i, j, t = bucket_of(singles[row], heads[row], space, time)
        slot = slot_of(keys, mixed(space, time, face, i, j, t))
        where = keys[slot, 1]
        at, count = first_and_count(where)
        here = at
        while boxes[here, ROW] != row:
            here += 1
        boxes[here] = boxes[at + count - 1]
        keys[slot, 1] = where - 1
        if count == 1:
            _give_back(pool, boxes, (where >> 27) & 31, at)
            keys[slot, 1] = _where(0, _NO_SLAB, 0)


@compiled
def move_keys(keys: Keys, more: Keys, pool: Ints) -> None:
    """The buckets into another table, those that have become empty left out."""
    pool[BUCKETS] = 0
    for old in range(len(keys)):
        if keys[old, 0] != 0 and first_and_count(keys[old, 1])[1] > 0:
            slot = slot_of(more, keys[old, 0])
            more[slot, 0], more[slot, 1] = keys[old, 0], keys[old, 1]
            pool[BUCKETS] += 1


@compiled
def spans_of(low: Floats, high: Floats, face: int, space: int, spans: Ints) -> int:
    """The cells of a face that a middle within a box may be in: from and to, both ways; how many they are."""
    if space == SPACE_LEVELS - 1:
        spans[:] = 0
        return 1 if face == 0 else 0
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
