"""Many plans taken in at once are kept as they are one after another, to the last bit, and answer alike."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detection import grid
from keepclear.detection.filling import Filling
from keepclear.detection.grid import GridIndex
from keepclear.detection.index import SimpleIndex
from keepclear.detection.packed import say
from keepclear.detection.rows import GridRows
from tests.detection.test_grid import HEIGHTS, PLACES, RULES, some_plan


@pytest.mark.parametrize("place", PLACES)
def test_what_plans_say_together_is_what_each_says_by_itself(place: tuple[float, float]) -> None:
    draw = np.random.default_rng(31)
    plans = [some_plan(draw, f"n{number}", place) for number in range(40)]
    rows = GridRows()
    said = Filling(rows, HEIGHTS).said(plans)
    numbers, places, begun = list[tuple[float, ...]](), list[tuple[float, float]](), [0]
    for plan in plans:
        say(plan, rows.whose(plan), HEIGHTS, numbers, places)
        begun.append(len(numbers))
    assert said.numbers.tolist() == [list(row) for row in numbers]
    assert said.places.tolist() == [list(at) for at in places]
    assert said.rows == begun


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at_once", [1, 5, 512])
def test_plans_that_come_again_and_go_are_kept_as_the_plain_index_keeps_them(
    seed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "_AT_ONCE", at_once)
    draw = np.random.default_rng(100 + seed)
    packed, plain = GridIndex(RULES, HEIGHTS), SimpleIndex(RULES, HEIGHTS)
    asked = [some_plan(draw, f"asked{number}", PLACES[seed], 6_000) for number in range(4)]
    for many in (12, 20, 3, 9):
        plans = [some_plan(draw, f"n{int(draw.integers(25))}", PLACES[seed], 6_000) for _ in range(many)]
        packed.put_many(plans)
        plain.put_many(plans)
        for name in draw.choice(25, 4):
            packed.withdraw(f"n{name}")
            plain.withdraw(f"n{name}")
        assert packed.plans() == plain.plans()
        assert [packed.touching(plan) for plan in asked] == [plain.touching(plan) for plan in asked]
        assert list(packed.all_pairs()) == list(plain.all_pairs())
