"""What an index keeps can be taken out of it and put back: tables, ids, and the plans that rows do not say in full."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detection.grid import GridIndex
from keepclear.detection.meeting import Verdict
from tests.detection.test_grid import HEIGHTS, RULES, some_plan


@pytest.mark.parametrize("withdrawn", [0, 9])
def test_rows_that_are_restored_answer_and_go_on_as_before(withdrawn: int) -> None:
    draw = np.random.default_rng(17)
    plans = [some_plan(draw, f"n{number:02d}", (180.0, -50.0)) for number in range(50)]
    first, second = GridIndex(RULES, HEIGHTS), GridIndex(RULES, HEIGHTS)
    first.put_many(plans)
    second.put(some_plan(draw, "other", (180.0, -50.0)))
    for plan in plans[:withdrawn]:
        first.withdraw(plan.id)
    rows = first.rows
    tables = {name: table.copy() for name, table in rows.tables().items()}
    second.rows.restore(tables, rows.ids, rows.kept, rows.parties, rows.activities)
    second.relink()
    later = [some_plan(draw, f"n{number:02d}", (180.0, -50.0)) for number in range(5, 60)]
    for step in range(2):
        assert second.plans() == first.plans()
        assert second.volumes == first.volumes
        assert [second.touching(plan) for plan in plans] == [first.touching(plan) for plan in plans]
        assert second.all_touching() == first.all_touching()
        for plan in later if step == 0 else ():
            first.put(plan)
            second.put(plan)
        first.withdraw("n40")
        second.withdraw("n40")
    first.settle()
    second.settle()
    assert [second.touching(plan) for plan in plans] == [first.touching(plan) for plan in plans]


def test_kernels_are_told_where_the_answers_lie_as_plans_come_and_go() -> None:
    draw = np.random.default_rng(23)
    plans = [some_plan(draw, f"n{number:03d}", (36.0, 34.0)) for number in range(200)]
    index = GridIndex(RULES, HEIGHTS)
    for plan in plans:
        index.put(plan)
        if len(index) % 3 == 0:
            index.withdraw(plan.id)
    index.settle()
    slots = np.array(sorted(index.rows.slots.values()), np.int32)
    answers = index.rows.names.answers(slots)
    assert answers == [(index.rows.ids[slot], Verdict.CONFLICT) for slot in slots]
    assert index.rows.names.addresses[slots].tolist() == [id(answer) for answer in answers]
