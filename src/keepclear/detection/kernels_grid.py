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
from keepclear.detection.kernels_height import (
    AGL,
    CEILING_M,
    CLEAR,
    FL,
    FLOOR_M,
    GEOID_M,
    GEOID_SLACK_M,
    HAE,
    OVERLAP,
    SFC,
    UNL,
    UNSURE,
    heights_meet,
    metres_of,
    rise,
)
from keepclear.detection.kernels_lateral import OPAQUE, POLYGON, draw, footprints_meet, frame_at, room_m
from keepclear.spacetime.geodesic import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_M, Floats
from keepclear.spacetime.heights import EGM96_DOUBT_M, NOISE_M

Singles = npt.NDArray[np.float32]
Heads = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

START, END, NEXT, OWNER, VERTEX, COUNT, CODES, WHOSE = range(8, 16)
"""Columns of a head after its box (lowest x y z and height, then the highest), which are 32-bit floats."""
START_MS, END_MS, RADIUS_M, ROOM_M = 0, 1, 2, 7
"""More columns of a row's exact numbers."""
KIND_SHIFT = 10
TICK_MS = 8_000.0
_MOST_TICK = 2_000_000_000

SPACE_LEVELS, TIME_LEVELS = 7, 16
CELL_M = 5_000.0
"""The side of the finest cells; a row is at most half as wide as its cell, and lasts half as long as its stretch."""
STRETCH_TICKS = 900.0
"""Two hours."""
_CELLS_M = CELL_M * 4.0 ** np.arange(SPACE_LEVELS)
_STRETCHES = STRETCH_TICKS * 4.0 ** np.arange(TIME_LEVELS)
_MOST_CELLS = 60_000
MOST_VERTICES = 400
_FARTHEST_M = 400_000.0
WRONG = -1
"""What ``prepare`` says of a row that it leaves to be looked at without it."""

_SLOPE = 1e-3
_POLAR_SINE = 0.99


@compiled
def ticks(ms: float, up: bool) -> int:
    """An instant in ticks, rounded outwards; what is beyond them all is at their end."""
    if up:
        return int(min(max(math.ceil(ms / TICK_MS), 1 - _MOST_TICK), _MOST_TICK))
    return int(min(max(math.floor(ms / TICK_MS), -_MOST_TICK), _MOST_TICK - 1))


@compiled
def set_box(single: Singles, low: Floats, high: Floats) -> None:
    """A box of four sides, rounded outwards to 32 bits."""
    for i in range(4):
        single[i] = np.nextafter(np.float32(low[i]), np.float32(-np.inf))
        single[4 + i] = np.nextafter(np.float32(high[i]), np.float32(np.inf))


@compiled
def set_times(head: Heads, start_ms: float, end_ms: float) -> None:
    """The window of a row, in ticks."""
    head[START], head[END] = ticks(start_ms, False), ticks(end_ms, True)


@compiled
def place(lon: float, lat: float, xyz: Floats) -> None:
    """``geodesic.earth_centred`` of one position."""
    lam, phi = math.radians(lon), math.radians(lat)
    sine = math.sin(phi)
    prime = SEMI_MAJOR_M / math.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine)
    across = prime * math.cos(phi)
    xyz[0], xyz[1], xyz[2] = across * math.cos(lam), across * math.sin(lam), prime * (1 - ECCENTRICITY_SQUARED) * sine


@compiled
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
        head[NEXT], head[OWNER], head[VERTEX], head[COUNT] = -1, -1, vertex + at, count
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


@compiled
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
def _mixed(space: int, time: int, face: int, i: int, j: int, t: int) -> np.uint64:
    """One number for a cell; two cells with the same would share a bucket, which does no harm."""
    value = np.uint64(((space * 16 + time) * 8 + face) * 1_000_003 + t) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(29))) + np.uint64(i + 1_000_000) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(31))) + np.uint64(j + 1_000_000) * np.uint64(0x94D049BB133111EB)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x9E3779B97F4A7C15)
    value = value ^ (value >> np.uint64(32))
    return value if value != np.uint64(0) else np.uint64(1)


@compiled
def _cell(at: float, space: int) -> int:
    cell: int = math.floor((at + 1.0) * (MEAN_RADIUS_M / _CELLS_M[space]))
    return cell


@compiled
def _stretch(at_ticks: float, time: int) -> int:
    stretch: int = math.floor(at_ticks / _STRETCHES[time])
    return stretch


@compiled
def bucket_of(single: Singles, head: Heads, space: int, time: int) -> tuple[int, int, int, int]:
    """The face, the cell both ways and the stretch of time of a row's middle."""
    x = (float(single[0]) + float(single[4])) / 2
    y = (float(single[1]) + float(single[5])) / 2
    z = (float(single[2]) + float(single[6])) / 2
    t = _stretch((float(head[START]) + float(head[END])) / 2, time)
    if space == SPACE_LEVELS - 1:
        return 0, 0, 0, t
    wide = max(abs(x), abs(y), abs(z))
    if abs(x) == wide:
        face, u, v = (0 if x > 0 else 1), y / wide, z / wide
    elif abs(y) == wide:
        face, u, v = (2 if y > 0 else 3), z / wide, x / wide
    else:
        face, u, v = (4 if z > 0 else 5), x / wide, y / wide
    return face, _cell(u, space), _cell(v, space), t


@compiled
def key_of(single: Singles, head: Heads, space: int, time: int) -> np.uint64:
    """The bucket of a row, as one number."""
    face, i, j, t = bucket_of(single, head, space, time)
    return _mixed(space, time, face, i, j, t)


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
def _slot(keys: Keys, key: np.uint64) -> int:
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
        slot = _slot(keys, key)
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
        slot = _slot(keys, key_of(singles[row], heads[row], space, time))
        before, here = -1, chains[slot]
        while here != row and here >= 0:
            before, here = here, heads[here, NEXT]
        if here >= 0 and before < 0:
            chains[slot] = heads[row, NEXT]
        elif here >= 0:
            heads[before, NEXT] = heads[row, NEXT]
        heads[row, OWNER] = -1


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
def _spans(low: Floats, high: Floats, face: int, space: int, spans: Ints) -> int:
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
        spans[2 * side], spans[2 * side + 1] = _cell(least, space), _cell(greatest, space)
    return int((spans[1] - spans[0] + 1) * (spans[3] - spans[2] + 1))


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
            t_from, t_to = _stretch(start - lasts - 1, time), _stretch(until + lasts + 1, time)
            for k in range(3):
                near[k], far_side[k] = low[k] - half - 2.0, high[k] + half + 2.0
            for face in range(6):
                cells = _spans(near, far_side, face, space, spans)
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
                            slot = _slot(keys, _mixed(space, time, face, at_i, at_j, t))
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
