"""Questions in machine code: rows held against those of the grid, by their boxes and then, if it can be, for sure.

A question's row goes over shelves and leaves, and in leaves over sketches, and takes down whose boxes it meets; those
are then held against it one after another, by window and heights first. What a step is about to read has been fetched
in the step before, for all rows at once: memory is waited for a few times in a question, not once for each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keepclear.detection.compiled import compiled, compiled_lean
from keepclear.detection.kernels_boxes import box_meets
from keepclear.detection.kernels_fetch import fetch_at, fetch_row
from keepclear.detection.kernels_glance import GLANCE_M, glance
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE, heights_meet
from keepclear.detection.kernels_lateral import OPAQUE, draw, enough_m, footprints_meet, frame_at
from keepclear.detection.kernels_leaves import FANOUT, SIDES, WORDS, hold_against, member, sides_of, sketch_box
from keepclear.detection.kernels_rows import (
    CODES,
    COUNT,
    END,
    END_MS,
    KIND_SHIFT,
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
    prepare,
)
from keepclear.detection.kernels_shelves import HELD, NUMBER, SHELVES, link, unlink
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M

Tables = tuple[Any, ...]
"""Several arrays, handed over together."""
_FAR = np.float32(np.inf)
NAME_BYTES = 48
"""What lies before the letters of an id."""
_ALWAYS = 2_100_000_000
"""Ticks beyond all that there are."""
LINE = 16
"""Words that the machine fetches at once."""
SKETCH_LINES = 12
"""Lines in which a leaf's frame and sketch lie; it begins with a line (``aligned``)."""


@compiled_lean
def _look(
    a: Heads, a_exact: Floats, a_xyz: Floats, taken: Heads, many: int, party: int, heads: Heads, exact: Floats,
    xyz: Floats, apart: Floats, rules: Floats, marks: Heads, mark: int, found: Heads, count: int, drawing: Floats,
    frame: Floats, names: Ints,
) -> int:  # fmt: skip
    """The rows taken down, held against one that is asked about; ``found`` gets their plans and what they are to it."""
    a_far = -1.0
    a_kind, a_opaque, near = a[CODES] >> KIND_SHIFT, a[CODES] >> KIND_SHIFT == OPAQUE, 0
    for i in range(many):
        b, b_exact = heads[taken[i]], exact[taken[i]]
        start, end = max(a_exact[START_MS], b_exact[START_MS]), min(a_exact[END_MS], b_exact[END_MS])
        opaque = a_opaque or b[CODES] >> KIND_SHIFT == OPAQUE
        if (b[WHOSE] >> 8) != party and (opaque or start - end < apart[a[WHOSE] & 255, b[WHOSE] & 255, 2]):
            taken[near] = taken[i]
            near += 1
    for i in range(near):
        b, b_exact = heads[taken[i]], exact[taken[i]]
        plan, b_kind, state = b[OWNER], b[CODES] >> KIND_SHIFT, UNSURE
        seen = marks[plan, 0] == mark
        if seen and found[marks[plan, 1], 1] == OVERLAP:
            continue
        if not a_opaque and b_kind != OPAQUE:
            between = apart[a[WHOSE] & 255, b[WHOSE] & 255]
            upright = heights_meet(a_exact, a[CODES], b_exact, b[CODES], between[1], rules)
            if upright == CLEAR:
                continue
            if a_far < 0:
                at = a_xyz[a[VERTEX]]
                frame_at(at[0], at[1], at[2], frame)
                a_far = draw(a_xyz, a[VERTEX], a[COUNT], frame, drawing[0])
            level, far = UNSURE, draw(xyz, b[VERTEX], b[COUNT], frame, drawing[1])
            if max(a_far, far) <= GLANCE_M:
                enough = enough_m(a_exact[RADIUS_M], a_exact[ROOM_M], b_exact[RADIUS_M], b_exact[ROOM_M], between[0])
                clear_from = a_exact[RADIUS_M] + b_exact[RADIUS_M] + between[0] + LEAST_OVERLAP_M
                level = glance(
                    drawing[0], a[COUNT], a_kind, drawing[1], b[COUNT], b_kind, max(a_far, far), enough, clear_from
                )
            if level == UNSURE:
                level = footprints_meet(
                    a_xyz, a[VERTEX], a[COUNT], a_kind, a_exact[RADIUS_M], a_exact[ROOM_M], drawing[0], a_far,
                    xyz, b[VERTEX], b[COUNT], b_kind, b_exact[RADIUS_M], b_exact[ROOM_M], drawing[1], between[0], frame,
                )  # fmt: skip
            state = min(upright, level)
        if state == CLEAR:
            continue
        if seen:
            found[marks[plan, 1], 1] = max(found[marks[plan, 1], 1], state)
        else:
            marks[plan, 0], marks[plan, 1] = mark, count
            found[count, 0], found[count, 1] = plan, state
            count += 1
            fetch_at(names[plan])
            fetch_at(names[plan] + NAME_BYTES)
    return count


@compiled_lean
def _leaves_near(box: Heads, laid: Tables, passing: Heads, met: Heads) -> int:
    """Takes down the leaves whose boxes come into a box and a window, by their places on the shelves; how many."""
    shelves, leaves, _, boxes, pool = laid
    lines = boxes.reshape(-1, LINE)
    over = many = 0
    for shelf in range(pool[SHELVES]):
        if box_meets(shelves, shelf, box):
            passing[over] = shelf
            over += 1
            for leaf in range(shelf * FANOUT, shelf * FANOUT + shelves[shelf, HELD]):
                fetch_row(leaves, leaf)
    for i in range(over):
        shelf = passing[i]
        for leaf in range(shelf * FANOUT, shelf * FANOUT + shelves[shelf, HELD]):
            if box_meets(leaves, leaf, box):
                met[many] = leaf
                many += 1
                for line in range(SKETCH_LINES):
                    fetch_row(lines, leaves[leaf, NUMBER] * (WORDS // LINE) + line)
    return many


@compiled_lean
def _sketches_near(many: int, leaves: Heads, boxes: Heads, met: Heads, taken: Heads, asked: Tables) -> int:
    """Takes down, of the leaves that were met, where rows are named whose sketches meet that of a box; how many."""
    _, values, steps, meets = asked
    frames, sketches, eights, found = boxes.view(np.float32), boxes.view(np.uint8), meets.view(np.uint64), 0
    for i in range(many):
        leaf, held = leaves[met[i], NUMBER], leaves[met[i], HELD]
        sketch_box(values, frames, leaf, steps)
        hold_against(leaf, steps, sketches, meets)
        for eight in range(FANOUT // 8):
            if eights[eight] != 0:
                for place in range(8 * eight, min(8 * eight + 8, held)):
                    if meets[place]:
                        taken[found] = member(leaf, place)
                        fetch_row(boxes, taken[found])
                        found += 1
    return found


@compiled
def room_for_a_box() -> Tables:
    """Room for a box that is asked about: its head as far as its window, its sides, its sketch, and what that meets."""
    return np.empty(10, np.int32), np.empty(SIDES), np.empty(SIDES, np.uint8), np.empty(FANOUT, np.uint8)


@compiled_lean
def _near(asked: Tables, skip: int, later: bool, rows: Tables, laid: Tables, scratch: Tables) -> int:
    """Takes down the rows whose boxes meet one that is asked about, and whose plan is asked about; how many.

    ``skip`` and ``later`` are those of ``_ask``.
    """
    heads, exact, xyz = rows
    _, leaves, _, boxes, _ = laid
    marks, _, _, taken, met, names = scratch
    box, values, _, _ = asked
    sides_of(box.view(np.float32), box, values)
    many = _leaves_near(box, laid, taken, met)
    many = _sketches_near(many, leaves, boxes, met, taken, asked)
    wanted = near = 0
    for i in range(many):
        row, plan = boxes[taken[i]], boxes[taken[i] + 1]
        if plan != skip and not (later and plan < skip):
            taken[wanted] = row
            wanted += 1
            fetch_row(heads, row)
            fetch_row(exact, row)
            fetch_row(marks, plan)
            fetch_row(names, plan)
    for i in range(wanted):
        row = taken[i]
        if box_meets(heads, row, box):
            taken[near] = row
            near += 1
            fetch_row(xyz, heads[row, VERTEX])
            fetch_row(xyz, heads[row, VERTEX] + heads[row, COUNT] - 1)
    return near


@compiled
def _ask(
    first: int, end: int, skip: int, party: int, later: bool, stop: bool, asked: Tables, rows: Tables, laid: Tables,
    agreed: Tables, scratch: Tables, mark: int, count: int,
) -> int:  # fmt: skip
    """What the rows from ``first`` to ``end`` meet: plans and states into ``found`` from ``count`` on; the new count.

    ``skip`` is their own plan and ``party`` their party, both left out; ``later``: so are plans of a lower number.
    ``stop`` ends it at the first sure overlap. ``marks`` bear ``mark`` where a plan was found.
    """
    a_heads, a_exact, a_xyz = asked
    heads, exact, xyz = rows
    apart, widest, rules = agreed
    marks, found, drawing, taken, _, names = scratch
    a_singles, room, frame = a_heads.view(np.float32), room_for_a_box(), np.empty(13)
    box, begun = room[0], count
    side = box.view(np.float32)
    for row in range(first, end):
        a, own = a_heads[row], a_exact[row]
        reach = widest[a[WHOSE] & 255]
        for k in range(4):
            side[k] = np.nextafter(np.float32(float(a_singles[row, k]) - reach[k]), -_FAR)
            side[4 + k] = np.nextafter(np.float32(float(a_singles[row, 4 + k]) + reach[k]), _FAR)
        box[START] = max(int(a[START] - reach[4]), -_ALWAYS)
        box[END] = min(int(a[END] + reach[4]), _ALWAYS)
        many = _near(room, skip, later, rows, laid, scratch)
        count = _look(
            a, own, a_xyz, taken, many, party, heads, exact, xyz, apart, rules, marks, mark, found, count, drawing,
            frame, names,
        )  # fmt: skip
        if stop:
            for i in range(begun, count):
                if found[i, 1] == OVERLAP:
                    return count
    return count


@compiled
def ask_fresh(
    said: Floats, places: Floats, many: int, skip: int, party: int, stop: bool, asked: Tables, rows: Tables,
    laid: Tables, agreed: Tables, scratch: Tables, mark: int,
) -> tuple[int, int]:  # fmt: skip
    """``prepare`` so many rows into room that is there, and ``_ask``: how many plans, and how many are not sure.

    The first is ``WRONG`` where a row needs another look.
    """
    heads, exact, xyz = asked
    if len(prepare(said[:many], places, agreed[2], heads, heads.view(np.float32), exact, xyz, 0, 0)):
        return WRONG, 0
    found, unsure = scratch[1], 0
    count = _ask(0, many, skip, party, False, stop, asked, rows, laid, agreed, scratch, mark, 0)
    for i in range(count):
        unsure += found[i, 1] != OVERLAP
    return count, unsure


@compiled
def ask_in_turn(
    spans: Ints, at: int, olds: Ints, parties: Ints, put: bool, later: bool, asked: Tables, owned: Heads,
    rows: Tables, laid: Tables, agreed: Tables, scratch: Tables, mark: int, ends: Ints,
) -> tuple[int, int]:  # fmt: skip
    """What several plans meet, one after another, as long as there is room in ``found``.

    ``ends`` gets where in ``found`` each plan's answers end. Returns up to which plan, and how much of ``found`` is
    used.

    ``spans`` are from and to which row of ``asked`` each has its own, ``olds`` the slots of their earlier versions in
    the index, −1 where there is none. ``put``: their rows are those of the index, in no leaf yet, and as soon as one
    has been answered it takes the place of its earlier version, so that those after it meet it; there is room for all.
    ``later``: each is held against plans of higher slots alone.
    """
    marks, found, _, _, _, _ = scratch
    shelves, leaves, homes, boxes, pool = laid
    heads, count = rows[0], 0
    while at < len(spans) and count + len(marks) <= len(found):
        first, end, old = spans[at, 0], spans[at, 1], olds[at]
        count = _ask(first, end, old, parties[at], later, False, asked, rows, laid, agreed, scratch, mark + at, count)
        ends[at] = count
        if put:
            if old >= 0:
                unlink(owned[old, 0], owned[old, 0] + owned[old, 1], heads, shelves, leaves, homes, boxes, pool)
            own = np.arange(first, end)
            while link(own, heads, shelves, leaves, homes, boxes, pool) < len(own):
                pass
        at += 1
    return at, count
