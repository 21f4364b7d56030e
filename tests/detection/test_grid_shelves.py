"""Leaves and shelves: whatever comes and goes, the rows found are those whose boxes meet, each once."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from keepclear.detection.grid import GridIndex
from keepclear.detection.kernels_ask import _near, room_for_a_box
from keepclear.detection.kernels_boxes import box_meets
from keepclear.detection.kernels_leaves import FANOUT, SIDES, STEPS, WORDS, member
from keepclear.detection.kernels_rows import END, LEAF, OWNER, START
from keepclear.detection.kernels_shelves import HELD, NUMBER, SHELVES, class_of
from keepclear.detection.rows import GridRows
from keepclear.detection.shelves import GridShelves
from keepclear.spacetime.heights import HeightRules


def drawn_rows(draw: np.random.Generator, many: int) -> GridRows:
    """Rows on and near one place, of sizes from metres to the whole earth, seconds to years, some without a height."""
    rows, low = GridRows(), np.empty((many, 4))
    rows._make_room(1, many, 0)
    rows.used_rows = many
    size = 10 ** draw.uniform(0, 4, (many, 1))
    size[draw.random(many) < 0.02] = 1.2e7
    low[:, :3] = draw.normal((4e6, -3e6, 4e6), 30_000, (many, 3))
    low[: many // 8, :3] = low[0, :3]
    low[:, 3] = draw.uniform(0, 1000, many)
    high = low + draw.uniform(0, 1, (many, 4)) * size
    low[draw.random(many) < 0.1, 3], high[draw.random(many) < 0.1, 3] = -np.inf, np.inf
    rows.singles[:many, :4], rows.singles[:many, 4:8] = low, high
    start = draw.integers(-5_000, 5_000, many)
    rows.heads[:many, START] = start
    rows.heads[:many, END] = start + (10 ** draw.uniform(0, 8, many)).astype(np.int64) + 1
    rows.heads[:many, LEAF], rows.heads[:many, OWNER] = -1, np.arange(many) // 3
    return rows


def found_by(shelves: GridShelves, rows: GridRows, asked: int) -> list[int]:
    """The rows that are taken down for the box of one."""
    many = len(rows.heads)
    taken, met, marks = np.empty(many, np.int32), np.empty(shelves.most_leaves, np.int32), np.zeros((many, 2), np.int32)
    scratch = marks, marks, np.empty((2, 9, 2)), taken, met, np.zeros(many, np.int64), np.zeros(many, np.int64)
    room = room_for_a_box()
    room[0][:] = rows.heads[asked, :10]
    near = _near(room, -1, False, (rows.heads, rows.exact, rows.xyz), shelves.tables, scratch)
    found: list[int] = taken[:near].tolist()
    return found


def meeting(rows: GridRows, live: set[int], asked: int) -> list[int]:
    """The same by holding all against one."""
    side, head = rows.singles, rows.heads
    meet = (head[:, START] < head[asked, END]) & (head[:, END] > head[asked, START])
    for k in range(4):
        meet &= (side[:, k] <= side[asked, 4 + k]) & (side[:, 4 + k] >= side[asked, k])
    return [row for row in np.flatnonzero(meet).tolist() if row in live]


def assert_whole(shelves: GridShelves, rows: GridRows, live: set[int]) -> None:
    """Every live row is in the leaf that it names, within its box and within that of its shelf, and no other is."""
    seen = list[int]()
    for shelf in range(int(shelves.pool[SHELVES])):
        for leaf in range(shelf * FANOUT, shelf * FANOUT + int(shelves.shelves[shelf, HELD])):
            number = int(shelves.leaves[leaf, NUMBER])
            assert shelves.homes[number] == shelf
            words = shelves.boxes[number * WORDS : (number + 1) * WORDS]
            sketches = words.view(np.uint8)[128 : 128 + SIDES * FANOUT].reshape(SIDES, FANOUT)
            frame = words.view(np.float32)[: 2 * SIDES].reshape(2, SIDES).astype(float)
            held = int(shelves.leaves[leaf, HELD])
            for place in range(held):
                at = member(number, place) - number * WORDS
                row, plan = words[at : at + 2].tolist()
                box, side = rows.heads[row], rows.heads.view(np.float32)[row]
                seen.append(row)
                assert box[LEAF] == number
                assert box[OWNER] == plan
                values = np.array([*side[:4], box[START], *side[4:8], box[END]], float)
                steps = np.clip((values - frame[0]) * frame[1], 0, STEPS).astype(np.uint8)
                assert (sketches[:, place] == steps).all()
                assert class_of(side, box) == shelves.shelves[shelf, 10]
                for outer in (shelves.leaves[leaf], shelves.shelves[shelf]):
                    assert (outer.view(np.float32)[:4] <= side[:4]).all()
                    assert (outer.view(np.float32)[4:8] >= side[4:8]).all()
                    assert outer[START] <= box[START]
                    assert outer[END] >= box[END]
            own = rows.heads[[int(words[member(number, place) - number * WORDS]) for place in range(held)]]
            assert shelves.leaves[leaf, START] == own[:, START].min()
            assert shelves.leaves[leaf, END] == own[:, END].max()
            assert (shelves.leaves[leaf].view(np.float32)[4:8] == own.view(np.float32)[:, 4:8].max(axis=0)).all()
    assert sorted(seen) == sorted(live)
    assert shelves.rows == len(live)


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_found_is_what_meets_while_rows_come_and_go(packed: bool) -> None:
    draw, many = np.random.default_rng(11 + packed), 9_000
    rows, shelves, live = drawn_rows(draw, many), GridShelves(), set(range(many))
    if packed:
        shelves.anew(rows)
    else:
        shelves.link(rows, draw.permutation(many))
    for step in range(3):
        for asked in draw.integers(0, many, 60).tolist():
            assert sorted(found_by(shelves, rows, asked)) == meeting(rows, live, asked)
        assert_whole(shelves, rows, live)
        gone = draw.permutation(many)[: many * 2 // 3] if step == 0 else np.arange(many)
        for row in gone.tolist():
            shelves.unlink(rows, row, row + 1)
        live -= set(gone.tolist())
        if step == 0:
            back = gone[: many // 3]
            shelves.link(rows, back)
            live |= set(back.tolist())
    assert not live
    assert (shelves.shelves[: int(shelves.pool[SHELVES]), HELD] == 0).all()


def test_room_that_was_given_back_is_used_again() -> None:
    rows, shelves = drawn_rows(np.random.default_rng(5), 3_000), GridShelves()
    shelves.link(rows, range(3_000))
    size = len(shelves.boxes)
    for _ in range(4):
        shelves.unlink(rows, 0, 3_000)
        shelves.link(rows, range(3_000))
    assert len(shelves.boxes) <= size * 5 // 4 + 64 * FANOUT


def test_an_index_without_plans_is_asked_and_settled() -> None:
    index = GridIndex((), HeightRules())
    index.settle()
    index.relink()
    assert index.volumes == 0
    assert index.admit_many([]) == []


def test_boxes_meet_as_their_sides_say() -> None:
    @numba.njit
    def met(rows: Any, box: Any) -> Any:
        return np.array([box_meets(rows, row, box) for row in range(len(rows))])

    draw, many = np.random.default_rng(5), 4_000
    boxes = np.zeros((many, 12), np.int32)
    sides = boxes.view(np.float32)
    sides[:, :8] = draw.integers(-2, 3, (many, 8))
    sides[draw.random(many) < 0.1, :4], sides[draw.random(many) < 0.1, 4:8] = -np.inf, np.inf
    boxes[:, START], boxes[:, END] = draw.integers(-2, 3, (2, many))
    for asked in range(100):
        meet = (boxes[:, START] < boxes[asked, END]) & (boxes[:, END] > boxes[asked, START])
        meet &= (sides[:, :4] <= sides[asked, 4:8]).all(axis=1) & (sides[:, 4:8] >= sides[asked, :4]).all(axis=1)
        assert (met(boxes, boxes[asked, :10]) == meet).all()


@pytest.mark.parametrize("seed", range(8))
def test_no_leaf_ever_holds_more_than_it_has_places_for(seed: int) -> None:
    """Where a full leaf is split, another full one may be that which would grow least."""
    rows, shelves = drawn_rows(np.random.default_rng(seed), 12_000), GridShelves()
    shelves.link(rows, np.arange(12_000))
    held = [
        int(shelves.leaves[leaf, HELD])
        for shelf in range(int(shelves.pool[SHELVES]))
        for leaf in range(shelf * FANOUT, shelf * FANOUT + shelves.shelves[shelf, HELD])
    ]
    assert sum(held) == 12_000
    assert max(held) <= FANOUT
