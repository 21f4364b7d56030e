"""What is copied of an index answers as the whole does, hears nothing of it any more, and says the same in columns."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from keepclear.detection.advice.frozen import frozen
from keepclear.detection.advice.limits import COARSE, Limits
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.columns import Columns, columns_of
from keepclear.detection.grid import GridIndex
from keepclear.detection.index import PlanIndex, SimpleIndex
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Polygonal
from keepclear.spacetime.trajectory import Trajectory
from tests.detection.test_advice_flown import HEIGHTS, RULES, shifted, world

INDEXES = [SimpleIndex, GridIndex]


def plans() -> list[Plan]:
    """Flights and volumes, one of them with a hole and one of two parts."""
    made = world(5, 6, 12)
    holed, parted = (next(p for p in made if p.id == name) for name in ("v1", "v3"))
    assert isinstance(holed.envelope, tuple)
    assert isinstance(parted.envelope, tuple)
    outside = ((36.0, 34.0), (36.1, 34.0), (36.1, 34.1), (36.0, 34.1), (36.0, 34.0))
    inside = ((36.02, 34.02), (36.04, 34.02), (36.04, 34.04), (36.02, 34.02))
    other = ((36.2, 34.2), (36.3, 34.2), (36.3, 34.3), (36.2, 34.2))
    one = replace(holed.envelope[0], footprint=Polygonal(((outside, inside),)))
    two = replace(parted.envelope[0], footprint=Polygonal(((outside,), (other,))))
    changed = {"v1": replace(holed, envelope=(one, *holed.envelope[1:])), "v3": replace(parted, envelope=(two,))}
    return [changed.get(plan.id, plan) for plan in made]


def filled(kind: type[SimpleIndex] | type[GridIndex]) -> tuple[PlanIndex, dict[str, Plan]]:
    index, by_id = kind(RULES, HEIGHTS), {plan.id: plan for plan in plans()}
    index.put_many(by_id.values())
    index.withdraw("v0")
    index.put(by_id["v5"])
    return index, by_id


@pytest.mark.parametrize("kind", INDEXES)
def test_an_excerpt_answers_as_the_whole_does_and_nothing_that_becomes_of_that_is_seen_in_it(
    kind: type[SimpleIndex] | type[GridIndex],
) -> None:
    index, by_id = filled(kind)
    own = by_id["f0"]
    whole = index.touching(own)
    likely = index.likely(own)
    near = [name for name, _ in likely]
    assert near == sorted(set(near))
    assert index.near(own) == index.near(own, len(near)) == set(near)
    assert index.near(own, len(near) - 1) is None
    assert {name for name, _ in whole} <= set(near)
    assert {name for name, sure in likely if sure} <= {name for name, verdict in whole if verdict is Verdict.CONFLICT}
    part = index.excerpt(near)
    assert part.touching(own) == whole
    assert len(part) == len(near)
    unasked = index.excerpt(near)
    for name in by_id:
        index.withdraw(name)
    assert part.touching(own) == unasked.touching(own) == whole
    assert [unasked.likely(plan) for plan in by_id.values()] == [part.likely(plan) for plan in by_id.values()]
    assert len(index.excerpt([])) == 0


@pytest.mark.parametrize("kind", INDEXES)
def test_columns_say_what_the_plans_do(kind: type[SimpleIndex] | type[GridIndex]) -> None:
    index, by_id = filled(kind)
    said = index.columns(by_id.__getitem__)
    kept = [by_id[name] for name in said.ids]
    assert {plan.id for plan in kept if not isinstance(plan.envelope, Trajectory)} == {
        name for name in by_id if name.startswith("v") and name != "v0"
    }
    expected = columns_of(kept)
    for field in fields(Columns):
        one, other = getattr(said, field.name), getattr(expected, field.name)
        if isinstance(one, list):
            assert one == other
        else:
            assert np.allclose(one, other, rtol=0, atol=1e-6), field.name
            assert one.shape == other.shape


@pytest.mark.parametrize("limits", [Limits(most_min=30, most_m=4000), replace(COARSE, most_min=30, most_m=5000)])
@pytest.mark.parametrize("name", ["f1", "v3", "v4"])
def test_what_is_copied_for_advice_holds_all_that_any_change_within_the_limits_could_meet(
    name: str, limits: Limits
) -> None:
    index, by_id = filled(GridIndex)
    own = by_id[name]
    near = frozen(own, index, lambda _: by_id.__getitem__, limits)
    for minutes in (-30, -7, 0, 11, 30):
        there = shifted(own, minutes)
        far_m = near.known_m(there)
        for bearing in BEARINGS_DEG:
            axis = Aside(Scene(there, limits), bearing)
            for share in (0.0, 0.4, 1.0):
                moved = axis.moved(int(far_m * share / limits.step_m))
                assert near.index.touching(moved) == index.touching(moved), (minutes, bearing, share)
