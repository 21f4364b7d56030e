"""The index in machine code: boxes of rows in leaves, leaves on shelves, each with a box round all that it holds.

Space and time are divided as the rows lie, not by fixed cells: a leaf holds up to 64 rows that are near each other, a
shelf up to 64 leaves, and what is of another size or lasts longer by far is kept on shelves of its own, so that a
single large row does not make a box large. A question goes over all shelves, the leaves of those it meets and the rows
of those; what it reads lies side by side. Boxes are through the earth: no meridian is a seam and no pole is special.
What a leaf holds is in ``kernels_leaves``.
"""

from __future__ import annotations

import math

import numpy as np

from keepclear.detection.compiled import compiled, compiled_lean
from keepclear.detection.kernels_leaves import FANOUT, enter, frame_leaf, leave, member
from keepclear.detection.kernels_rows import END, LEAF, OWNER, START, Heads, Ints, Singles
from keepclear.spacetime.geodesic import Floats

PACKED = 48
"""How many of either there are after ``pack``, which leaves room for some more."""

NUMBER, HELD = 10, 11
"""Columns of a leaf's box, on its shelf, after its sides and its window, which are those of a head: which leaf it is,
and how many rows it holds."""
CLASS = 10
"""A column of a shelf's box beside ``HELD``, −1 where it is free; its leaves are from ``FANOUT`` times its number."""
SHELVES, LEAVES, FREE_LEAVES, ROWS = range(4)
"""Places of the pool: shelves and leaves that are laid out, leaves of those that are free, rows in all."""

_FINEST_M = 2_500.0
_FINEST_TICKS = 900.0
_SIZES = 8
_DURATIONS = 8
_FAR = np.float32(np.inf)
_MOST_TICK = 2_000_000_000


@compiled_lean
def class_of(side: Singles, box: Heads) -> int:
    """The class of a box: how large and how long it is, in steps of four and of eight."""
    wide = max(side[4] - side[0], max(side[5] - side[1], side[6] - side[2]))
    size = duration = 0
    limit = _FINEST_M
    while size < _SIZES - 1 and wide > limit:
        size, limit = size + 1, limit * 4
    limit = _FINEST_TICKS
    while duration < _DURATIONS - 1 and float(box[END]) - float(box[START]) > limit:
        duration, limit = duration + 1, limit * 8
    return size * _DURATIONS + duration


@compiled_lean
def _extent_m(kind: int) -> float:
    """How wide a box of a class is, roughly: what a place is measured by."""
    return float(_FINEST_M * 4.0 ** (kind // _DURATIONS))


@compiled_lean
def _extent_ticks(kind: int) -> float:
    return float(_FINEST_TICKS * 8.0 ** (kind % _DURATIONS) / 2)


@compiled_lean
def _middle(side: Singles, box: Heads, axis: int) -> float:
    """Twice the middle of a box along x, y, z, or in time."""
    if axis < 3:
        return float(side[axis]) + float(side[4 + axis])
    return float(box[START]) + float(box[END])


@compiled_lean
def empty(side: Singles, box: Heads) -> None:
    """Makes a box that holds nothing and meets nothing."""
    for k in range(4):
        side[k], side[4 + k] = _FAR, -_FAR
    box[START], box[END] = _MOST_TICK, -_MOST_TICK


@compiled_lean
def include(side: Singles, box: Heads, new_side: Singles, new_box: Heads) -> None:
    """Makes a box so large that it holds another."""
    for k in range(4):
        side[k], side[4 + k] = min(side[k], new_side[k]), max(side[4 + k], new_side[4 + k])
    box[START], box[END] = min(box[START], new_box[START]), max(box[END], new_box[END])


@compiled_lean
def _growth(side: Singles, box: Heads, new_side: Singles, new_box: Heads, wide: float, long: float) -> float:
    """By how much more a box would be met by questions of such extents if it held another; its size breaks ties."""
    before = after = 1.0
    for k in range(3):
        low, high = float(side[k]), float(side[4 + k])
        before *= high - low + wide
        after *= max(high, float(new_side[4 + k])) - min(low, float(new_side[k])) + wide
    start, end = float(box[START]), float(box[END])
    before *= end - start + long
    after *= max(end, float(new_box[END])) - min(start, float(new_box[START])) + long
    return after - before + 1e-6 * before


@compiled_lean
def _shelf_for(kind: int, side: Singles, box: Heads, shelves: Heads, pool: Ints) -> int:
    """The shelf of a class that grows least by taking a box in; −1 where there is none."""
    best, chosen, sides = math.inf, -1, shelves.view(np.float32)
    wide, long = _extent_m(kind), _extent_ticks(kind)
    for shelf in range(pool[SHELVES]):
        if shelves[shelf, CLASS] == kind:
            growth = _growth(sides[shelf], shelves[shelf], side, box, wide, long)
            if growth < best:
                best, chosen = growth, shelf
    return chosen


@compiled_lean
def _leaf_for(shelf: int, side: Singles, box: Heads, shelves: Heads, leaves: Heads) -> int:
    """The leaf of a shelf that grows least by taking a box in, by its place in ``leaves``."""
    best, first, sides = math.inf, shelf * FANOUT, leaves.view(np.float32)
    chosen, kind = first, shelves[shelf, CLASS]
    wide, long = _extent_m(kind), _extent_ticks(kind)
    for leaf in range(first, first + shelves[shelf, HELD]):
        growth = _growth(sides[leaf], leaves[leaf], side, box, wide, long)
        if growth < best:
            best, chosen = growth, leaf
    return chosen


@compiled_lean
def _half_for(leaf: int, side: Singles, box: Heads, shelves: Heads, leaves: Heads) -> int:
    """Of a leaf that was split and its other half, the last on their shelf, the one that grows less.

    No other leaf is looked at: another that grows less may be full as well.
    """
    shelf, sides = leaf // FANOUT, leaves.view(np.float32)
    other: int = shelf * FANOUT + shelves[shelf, HELD] - 1
    kind = shelves[shelf, CLASS]
    wide, long = _extent_m(kind), _extent_ticks(kind)
    here = _growth(sides[leaf], leaves[leaf], side, box, wide, long)
    there = _growth(sides[other], leaves[other], side, box, wide, long)
    return leaf if here <= there else other


@compiled_lean
def _new_shelf(kind: int, shelves: Heads, pool: Ints) -> int:
    """A shelf of a class without leaves: one that has become free, or the next; there is room for it."""
    shelf = 0
    while shelf < pool[SHELVES] and shelves[shelf, CLASS] >= 0:
        shelf += 1
    pool[SHELVES] = max(pool[SHELVES], shelf + 1)
    empty(shelves.view(np.float32)[shelf], shelves[shelf])
    shelves[shelf, CLASS], shelves[shelf, HELD] = kind, 0
    return shelf


@compiled_lean
def _new_leaf(shelf: int, shelves: Heads, leaves: Heads, homes: Heads, pool: Ints) -> int:
    """A leaf without rows on a shelf that has a place for it, by that place."""
    number = pool[FREE_LEAVES]
    if number >= 0:
        pool[FREE_LEAVES] = homes[number]
    else:
        number = pool[LEAVES]
        pool[LEAVES] += 1
    homes[number] = shelf
    leaf: int = shelf * FANOUT + shelves[shelf, HELD]
    shelves[shelf, HELD] += 1
    empty(leaves.view(np.float32)[leaf], leaves[leaf])
    leaves[leaf, NUMBER], leaves[leaf, HELD] = number, 0
    return leaf


@compiled_lean
def _fit(around: Heads, leaves: Heads, first: int, held: int) -> None:
    """Makes a shelf's box as small as it can be round its leaves."""
    side, sides = around.view(np.float32), leaves.view(np.float32)
    empty(side, around)
    for i in range(first, first + held):
        include(side, around, sides[i], leaves[i])


@compiled_lean
def _fit_rows(around: Heads, held: int, heads: Heads, boxes: Heads) -> None:
    """Makes a leaf's box as small as it can be round its rows."""
    side, sides = around.view(np.float32), heads.view(np.float32)
    empty(side, around)
    for i in range(held):
        row = boxes[member(around[NUMBER], i)]
        include(side, around, sides[row], heads[row])


@compiled_lean
def _touches(around: Heads, head: Heads) -> bool:
    """True when a row reaches a side of the box that it is in, which may be smaller without it."""
    side, own = around.view(np.float32), head.view(np.float32)
    for k in range(8):
        if side[k] == own[k]:
            return True
    return bool(around[START] == head[START] or around[END] == head[END])


@compiled_lean
def _widest(middles: Floats, kind: int) -> int:
    """Along which of x, y, z and time some middles (n, 4) lie farthest apart, as their class measures it."""
    most, axis = -1.0, 0
    for k in range(4):
        low = high = middles[0, k]
        for i in range(1, len(middles)):
            low, high = min(low, middles[i, k]), max(high, middles[i, k])
        spread = (high - low) / (_extent_m(kind) if k < 3 else _extent_ticks(kind))
        if spread > most:
            most, axis = spread, k
    return axis


@compiled
def _in_order(boxes: Heads, chosen: Ints, kind: int) -> Ints:
    """The numbers of a full slab of boxes, sorted along the axis on which they lie farthest apart."""
    sides, middles = boxes.view(np.float32), np.empty((FANOUT, 4))
    for i in range(FANOUT):
        for k in range(4):
            middles[i, k] = _middle(sides[chosen[i]], boxes[chosen[i]], k)
    return chosen[np.argsort(middles[:, _widest(middles, kind)])]


@compiled
def _fill(leaf: int, rows: Ints, heads: Heads, leaves: Heads, boxes: Heads) -> None:
    """A leaf, by its place in ``leaves``, holds these rows and no others."""
    number = leaves[leaf, NUMBER]
    for i in range(len(rows)):
        row, at = rows[i], member(number, i)
        boxes[at], boxes[at + 1], heads[row, LEAF] = row, heads[row, OWNER], number
    leaves[leaf, HELD] = len(rows)
    _fit_rows(leaves[leaf], len(rows), heads, boxes)
    frame_leaf(number, len(rows), heads, boxes)


@compiled
def _split_leaf(leaf: int, heads: Heads, shelves: Heads, leaves: Heads, homes: Heads, boxes: Heads, pool: Ints) -> None:
    """Half of the rows of a full leaf go into a new one on the same shelf."""
    shelf, rows = leaf // FANOUT, np.empty(FANOUT, np.int64)
    for i in range(FANOUT):
        rows[i] = boxes[member(leaves[leaf, NUMBER], i)]
    rows = _in_order(heads, rows, shelves[shelf, CLASS])
    other = _new_leaf(shelf, shelves, leaves, homes, pool)
    _fill(leaf, rows[: FANOUT // 2], heads, leaves, boxes)
    _fill(other, rows[FANOUT // 2 :], heads, leaves, boxes)


@compiled
def _split_shelf(shelf: int, shelves: Heads, leaves: Heads, homes: Heads, pool: Ints) -> None:
    """Half of the leaves of a full shelf go onto a new one."""
    kind, base, half = shelves[shelf, CLASS], shelf * FANOUT, FANOUT // 2
    order, old = _in_order(leaves, np.arange(base, base + FANOUT), kind), leaves[base : base + FANOUT].copy()
    other = _new_shelf(kind, shelves, pool)
    for i in range(half):
        leaves[base + i] = old[order[i] - base]
        leaves[other * FANOUT + i] = old[order[half + i] - base]
        homes[leaves[other * FANOUT + i, NUMBER]] = other
    shelves[shelf, HELD] = shelves[other, HELD] = half
    _fit(shelves[shelf], leaves, base, half)
    _fit(shelves[other], leaves, other * FANOUT, half)


@compiled
def link(rows: Ints, heads: Heads, shelves: Heads, leaves: Heads, homes: Heads, boxes: Heads, pool: Ints) -> int:
    """Puts rows into leaves, but those that are in one or are nobody's; how many were done when it had to stop.

    It stops where there is no room for a shelf or a leaf more, and after it has made two shelves of one.
    """
    heads_sides, leaf_sides, shelf_sides = heads.view(np.float32), leaves.view(np.float32), shelves.view(np.float32)
    for done in range(len(rows)):
        row = rows[done]
        head, side = heads[row], heads_sides[row]
        if head[OWNER] < 0 or head[LEAF] >= 0:
            continue
        if pool[SHELVES] == len(shelves) or (pool[FREE_LEAVES] < 0 and pool[LEAVES] == len(homes)):
            return done
        kind = class_of(side, head)
        shelf = _shelf_for(kind, side, head, shelves, pool)
        if shelf < 0:
            shelf = _new_shelf(kind, shelves, pool)
            _new_leaf(shelf, shelves, leaves, homes, pool)
        leaf = _leaf_for(shelf, side, head, shelves, leaves)
        if leaves[leaf, HELD] == FANOUT:
            if shelves[shelf, HELD] == FANOUT:
                _split_shelf(shelf, shelves, leaves, homes, pool)
                return done
            _split_leaf(leaf, heads, shelves, leaves, homes, boxes, pool)
            leaf = _half_for(leaf, side, head, shelves, leaves)
        number = leaves[leaf, NUMBER]
        enter(number, leaves[leaf, HELD], row, head[OWNER], heads, boxes)
        head[LEAF] = number
        leaves[leaf, HELD] += 1
        include(leaf_sides[leaf], leaves[leaf], side, head)
        include(shelf_sides[shelf], shelves[shelf], side, head)
        pool[ROWS] += 1
    return len(rows)


@compiled
def unlink(
    first: int, end: int, heads: Heads, shelves: Heads, leaves: Heads, homes: Heads, boxes: Heads, pool: Ints
) -> None:
    """Takes rows out of their leaves; what has become empty is free to be used again."""
    for row in range(first, end):
        number = heads[row, LEAF]
        if number < 0:
            continue
        heads[row, LEAF] = -1
        shelf = homes[number]
        leaf = shelf * FANOUT
        while leaves[leaf, NUMBER] != number:
            leaf += 1
        leaves[leaf, HELD] -= 1
        pool[ROWS] -= 1
        leave(number, row, leaves[leaf, HELD], boxes)
        if _touches(leaves[leaf], heads[row]):
            _fit_rows(leaves[leaf], leaves[leaf, HELD], heads, boxes)
        if leaves[leaf, HELD] == 0:
            shelves[shelf, HELD] -= 1
            leaves[leaf] = leaves[shelf * FANOUT + shelves[shelf, HELD]]
            homes[number], pool[FREE_LEAVES] = pool[FREE_LEAVES], number
            if shelves[shelf, HELD] == 0:
                shelves[shelf, CLASS] = -1
        if _touches(shelves[shelf], heads[row]):
            _fit(shelves[shelf], leaves, shelf * FANOUT, shelves[shelf, HELD])


@compiled_lean
def _select(middles: Floats, rows: Ints, first: int, end: int, at: int, axis: int) -> None:
    """Moves middles and their rows until those before ``at`` are no greater along an axis than those from it on."""
    low, high = first, end - 1
    while low < high:
        pivot = middles[(low + high) // 2, axis]
        i, j = low, high
        while i <= j:
            while middles[i, axis] < pivot:
                i += 1
            while middles[j, axis] > pivot:
                j -= 1
            if i <= j:
                for k in range(4):
                    middles[i, k], middles[j, k] = middles[j, k], middles[i, k]
                rows[i], rows[j] = rows[j], rows[i]
                i, j = i + 1, j - 1
        if at <= j:
            high = j
        elif at >= i:
            low = i
        else:
            return


@compiled
def pack(rows: Ints, heads: Heads, shelves: Heads, leaves: Heads, homes: Heads, boxes: Heads, pool: Ints) -> None:
    """Lays rows of one class out on new shelves: halved, and halved again, where they lie farthest apart.

    There is room for it in all tables.
    """
    sides, middles = heads.view(np.float32), np.empty((len(rows), 4))
    kind = class_of(sides[rows[0]], heads[rows[0]])
    for i in range(len(rows)):
        for k in range(4):
            middles[i, k] = _middle(sides[rows[i]], heads[rows[i]], k)
    parts = [(0, len(rows), -1)]
    while parts:
        first, end, shelf = parts.pop()
        if shelf < 0 and end - first <= PACKED * PACKED:
            shelf = _new_shelf(kind, shelves, pool)
        unit = PACKED if shelf >= 0 else PACKED * PACKED
        if end - first > unit:
            at = first + (end - first + unit - 1) // unit // 2 * unit
            _select(middles, rows, first, end, at, _widest(middles[first:end], kind))
            parts.append((at, end, shelf))
            parts.append((first, at, shelf))
            continue
        leaf = _new_leaf(shelf, shelves, leaves, homes, pool)
        _fill(leaf, rows[first:end], heads, leaves, boxes)
        pool[ROWS] += end - first
        include(shelves.view(np.float32)[shelf], shelves[shelf], leaves.view(np.float32)[leaf], leaves[leaf])


@compiled
def classes_of(rows: Ints, heads: Heads) -> Ints:
    """The class of each of some rows."""
    sides, kinds = heads.view(np.float32), np.empty(len(rows), np.int64)
    for i in range(len(rows)):
        kinds[i] = class_of(sides[rows[i]], heads[rows[i]])
    return kinds
