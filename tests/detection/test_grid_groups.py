"""Several plans at a time: the same answers as one at a time, and what is put meanwhile is met."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detection.grid import GridIndex
from keepclear.detection.growing import GrowingIndex
from keepclear.detection.index import SimpleIndex
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.volume import Volume
from tests.detection.test_grid import HEIGHTS, PLACES, RULES, some_plan


@pytest.mark.parametrize("place", PLACES[1::2])
@pytest.mark.parametrize("same_party", [False, True])
def test_a_group_is_admitted_as_its_plans_are_one_after_another(place: tuple[float, float], same_party: bool) -> None:
    draw = np.random.default_rng(int(3000 + 10 * place[1]))
    plain, grid = SimpleIndex(RULES, HEIGHTS), GridIndex(RULES, HEIGHTS)
    growing = GrowingIndex(RULES, HEIGHTS)
    for many in (0, 9, 1, 9):
        group = [some_plan(draw, f"n{int(draw.integers(14)):02d}", place) for _ in range(many)]
        expected = []
        for plan in group:
            expected.append(plain.touching(plan, include_same_party=same_party))
            plain.put(plan)
        assert grid.admit_many(group, include_same_party=same_party) == expected
        assert growing.admit_many(group, include_same_party=same_party) == expected
        assert grid.plans() == plain.plans()
        assert grid.volumes == plain.volumes
        growing._grow()
    asked = [*plain.plans(), *(some_plan(draw, "x", place) for _ in range(3))]
    expected = [plain.touching(plan, include_same_party=same_party) for plan in asked]
    assert grid.touching_many(asked, include_same_party=same_party) == expected
    if not same_party:
        assert grid.against_many(asked[-5:]) == [plain.against(plan) for plan in asked[-5:]]


def test_more_answers_than_there_is_room_for_at_once_are_all_given() -> None:
    volume = Volume(Disc(10.0, 50.0, 100.0), SURFACE, UNLIMITED, 0, 1)
    plans = [Plan(f"n{number:03d}", f"p{number}", "uas", (volume,)) for number in range(220)]
    index = GridIndex((), HEIGHTS)
    assert index.touching_many([]) == []
    given = index.admit_many(plans)
    assert [len(answer) for answer in given] == list(range(220))
    assert given[219] == [(plan.id, Verdict.CONFLICT) for plan in plans[:219]]
    given = index.touching_many(plans)
    assert [len(answer) for answer in given] == [219] * 220
