"""Questions in machine code: rows held against those of the grid, by their boxes and then, if it can be, for sure."""

from __future__ import annotations

import numpy as np

from keepclear.detection.compiled import compiled
from keepclear.detection.kernels_cells import (
    SPACE_LEVELS,
    TIME_LEVELS,
    Keys,
    mixed,
    slot_of,
    spans_of,
    stretch_of,
)
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE, heights_meet
from keepclear.detection.kernels_lateral import OPAQUE, draw, footprints_meet, frame_at
from keepclear.detection.kernels_rows import (
    CODES,
    COUNT,
    END,
    END_MS,
    KIND_SHIFT,
    NEXT,
    OWNER,
    RADIUS_M,
    ROOM_M,
    START,
    START_MS,
    VERTEX,
    WHOSE,
    WRONG,
    Heads,
    Ints,
    Singles,
    prepare,
)
from keepclear.spacetime.geodesic import Floats

_MOST_CELLS = 60_000


@compiled
def _pair(
    a: Heads, a_exact: Floats, a_xyz: Floats, a_drawn: Floats, a_far: float,
    b: Heads, b_exact: Floats, b_xyz: Floats, b_drawn: Floats, apart: Floats, rules: Floats, frame: Floats,
) -> int:  # fmt: skip
    """What one row is to another whose box it may meet."""
    start, end = max(a_exact[START_MS], b_exact[START_MS]), min(a_exact[END_MS], b_exact[END_MS])
    a_kind, b_kind = a[CODES] >> KIND_SHIFT, b[CODES] >> KIND_SHIFT
    if a_kind == OPAQUE or b_kind == OPAQUE:
        return UNSURE
    if start - end >= apart[2]:
        return CLEAR
    upright = heights_meet(a_exact, a[CODES], b_exact, b[CODES], apart[1], rules)
    if upright == CLEAR:
        return CLEAR
    level = footprints_meet(
        a_xyz, a[VERTEX], a[COUNT], a_kind, a_exact[RADIUS_M], a_exact[ROOM_M], a_drawn, a_far,
        b_xyz, b[VERTEX], b[COUNT], b_kind, b_exact[RADIUS_M], b_exact[ROOM_M], b_drawn, apart[0], frame,
    )  # fmt: skip
    return min(upright, level)


@compiled
def _may_meet(
    heads: Heads, singles: Singles, here: int, low: Floats, high: Floats, start: float, end: float, skip: int,
    party: int, later: bool,
) -> bool:  # fmt: skip
    """True when a row comes into a box and a window, and its plan is one that is asked about."""
    if heads[here, START] >= end or heads[here, END] <= start:
        return False
    for k in range(4):
        if singles[here, k] > high[k] or singles[here, 4 + k] < low[k]:
            return False
    plan = heads[here, OWNER]
    return not (plan == skip or (later and plan < skip) or (heads[here, WHOSE] >> 8) == party)


@compiled
def _look(
    a: Heads, a_exact: Floats, a_xyz: Floats, drawing: Floats, here: int, heads: Heads, exact: Floats, xyz: Floats,
    apart: Floats, rules: Floats, marks: Heads, mark: int, found: Heads, count: int, frame: Floats, a_far: float,
) -> tuple[int, float]:  # fmt: skip
    """One row of the index, held against one that is asked about; ``found`` gets its plan and what it is to it."""
    plan = heads[here, OWNER]
    seen = marks[plan, 0] == mark
    if seen and found[marks[plan, 1], 1] == OVERLAP:
        return count, a_far
    if a_far < 0 and (a[CODES] >> KIND_SHIFT) != OPAQUE:
        at = a_xyz[a[VERTEX]]
        frame_at(at[0], at[1], at[2], frame)
        a_far = draw(a_xyz, a[VERTEX], a[COUNT], frame, drawing[0])
    state = _pair(
        a, a_exact, a_xyz, drawing[0], a_far, heads[here], exact[here], xyz, drawing[1],
        apart[a[WHOSE] & 255, heads[here, WHOSE] & 255], rules, frame,
    )  # fmt: skip
    if state == CLEAR:
        return count, a_far
    if seen:
        found[marks[plan, 1], 1] = max(found[marks[plan, 1], 1], state)
        return count, a_far
    marks[plan, 0], marks[plan, 1] = mark, count
    found[count, 0], found[count, 1] = plan, state
    return count + 1, a_far


@compiled
def ask(
    first: int, end: int, skip: int, party: int, later: bool, stop: bool, a_heads: Heads, a_singles: Singles,
    a_exact: Floats, a_xyz: Floats, heads: Heads, singles: Singles, exact: Floats, xyz: Floats, keys: Keys,
    chains: Heads, levels: Floats, used: int, apart: Floats, widest: Floats, rules: Floats, marks: Heads, mark: int,
    found: Heads, count: int, drawing: Floats,
) -> int:  # fmt: skip
    """What the rows from ``first`` to ``end`` meet: plans and states into ``found`` from ``count`` on; the new count.

    ``skip`` is their own plan and ``party`` their party, both left out; ``later``: so are plans of a lower number.
    ``stop`` ends it at the first sure overlap. ``marks`` bear ``mark`` where a plan was found.
    """
    low, high, near, far_side = np.empty(4), np.empty(4), np.empty(3), np.empty(3)
    frame, spans = np.empty(13), np.empty(4, np.int64)
    begun = count
    for row in range(first, end):
        a, single, own = a_heads[row], a_singles[row], a_exact[row]
        reach = widest[a[WHOSE] & 255]
        for k in range(4):
            low[k], high[k] = float(single[k]) - reach[k], float(single[4 + k]) + reach[k]
        start, until = a[START] - reach[4], a[END] + reach[4]
        a_far, whole = -1.0, False
        for number in range(SPACE_LEVELS * TIME_LEVELS):
            if levels[number, 2] <= 0 or whole:
                continue
            half, lasts = levels[number, 0], levels[number, 1]
            space, time = number // TIME_LEVELS, number % TIME_LEVELS
            t_from, t_to = stretch_of(start - lasts - 1, time), stretch_of(until + lasts + 1, time)
            for k in range(3):
                near[k], far_side[k] = low[k] - half - 2.0, high[k] + half + 2.0
            for face in range(6):
                cells = spans_of(near, far_side, face, space, spans)
                if space == SPACE_LEVELS - 1:
                    cells = 1 if face == 0 else 0
                    spans[:] = 0
                if cells == 0:
                    continue
                if cells * (t_to - t_from + 1) > max(min(_MOST_CELLS, 2 * used), 64):
                    whole = True
                    break
                for i in range(spans[0], spans[1] + 1):
                    for j in range(spans[2], spans[3] + 1):
                        for t in range(t_from, t_to + 1):
                            at_i, at_j = (i, j) if space < SPACE_LEVELS - 1 else (0, 0)
                            slot = slot_of(keys, mixed(space, time, face, at_i, at_j, t))
                            here = chains[slot] if keys[slot] != np.uint64(0) else -1
                            while here >= 0:
                                if _may_meet(heads, singles, here, low, high, start, until, skip, party, later):
                                    count, a_far = _look(
                                        a, own, a_xyz, drawing, here, heads, exact, xyz, apart, rules, marks, mark,
                                        found, count, frame, a_far,
                                    )  # fmt: skip
                                here = heads[here, NEXT]
        if whole:
            for here in range(used):
                if heads[here, OWNER] >= 0 and _may_meet(
                    heads, singles, here, low, high, start, until, skip, party, later
                ):
                    count, a_far = _look(
                        a, own, a_xyz, drawing, here, heads, exact, xyz, apart, rules, marks, mark, found, count,
                        frame, a_far,
                    )  # fmt: skip
        if stop:
            for i in range(begun, count):
                if found[i, 1] == OVERLAP:
                    return count
    return count


@compiled
def ask_stored(
    plans: Ints, at: int, rows: Heads, same_party: bool, heads: Heads, singles: Singles, exact: Floats, xyz: Floats,
    keys: Keys, chains: Heads, levels: Floats, used: int, apart: Floats, widest: Floats, rules: Floats, marks: Heads,
    mark: int, found: Heads, ends: Ints, drawing: Floats,
) -> tuple[int, int]:  # fmt: skip
    """``ask`` for plans of the index, each against those of higher numbers, as long as there is room in ``found``.

    ``ends`` gets where in ``found`` each plan's answers end. Returns up to which plan, and how much of ``found`` is
    used.
    """
    count = 0
    while at < len(plans) and count + len(rows) <= len(found):
        plan = plans[at]
        first = rows[plan, 0]
        party = -1 if same_party else heads[first, WHOSE] >> 8
        count = ask(
            first, first + rows[plan, 1], plan, party, True, False, heads, singles, exact, xyz, heads, singles, exact,
            xyz, keys, chains, levels, used, apart, widest, rules, marks, mark + at, found, count, drawing,
        )  # fmt: skip
        ends[at] = count
        at += 1
    return at, count


@compiled
def ask_fresh(
    said: Floats, places: Floats, skip: int, party: int, stop: bool, a_heads: Heads, a_singles: Singles,
    a_exact: Floats, a_xyz: Floats, heads: Heads, singles: Singles, exact: Floats, xyz: Floats, keys: Keys,
    chains: Heads, levels: Floats, used: int, apart: Floats, widest: Floats, rules: Floats, marks: Heads, mark: int,
    found: Heads, drawing: Floats,
) -> int:  # fmt: skip
    """``prepare`` into room that is there, and ``ask``, in one go; ``WRONG`` where a row needs another look."""
    if len(prepare(said, places, rules, a_heads, a_singles, a_exact, a_xyz, 0, 0)):
        return WRONG
    return ask(
        0, len(said), skip, party, False, stop, a_heads, a_singles, a_exact, a_xyz, heads, singles, exact, xyz, keys,
        chains, levels, used, apart, widest, rules, marks, mark, found, 0, drawing,
    )  # fmt: skip
