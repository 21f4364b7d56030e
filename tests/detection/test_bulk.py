"""The filter for asking once: no pair that meets is lost, whatever dimensions it searches."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from keepclear.detection.bulk import (
    GEOID_M,
    HEIGHT,
    TIME,
    Search,
    cases_among,
    cases_between,
    rows_of,
)
from keepclear.detection.extent import GEOID_SLOPE, extent_of
from keepclear.detection.judge import judge, meetings
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.geodesic import WGS84
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.volume import Volume
from tests.detection.test_grid import HEIGHTS, PLACES, RULES, some_plan

HOUR_MS = 3_600_000


def all_against_all(plans: list[Plan], *, include_same_party: bool) -> list[Meeting]:
    """Every two judged, without any filter."""
    found = []
    for a, b in combinations(sorted(plans, key=lambda plan: plan.id), 2):
        if include_same_party or a.party != b.party:
            found.append(judge(a, b, separation_between(RULES, a.activity, b.activity), HEIGHTS))
    return [meeting for meeting in found if meeting.verdict is not Verdict.CLEAR]


def met(search: Search) -> list[Meeting]:
    """What a search finds, portion by portion."""
    return [meeting for portion in range(len(search.portions)) for meeting in search.meetings(portion)]


@pytest.mark.parametrize("include_same_party", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_no_pair_that_meets_is_lost(place: tuple[float, float], include_same_party: bool) -> None:
    draw = np.random.default_rng(int(100 + place[0]))
    plans = [some_plan(draw, f"n{number:02d}", place, 40_000) for number in range(60)]
    wanted = all_against_all(plans, include_same_party=include_same_party)
    among = cases_among(plans, RULES, HEIGHTS, include_same_party=include_same_party)
    assert list(meetings(among, HEIGHTS)) == wanted
    assert met(Search.among(plans, RULES, HEIGHTS, include_same_party=include_same_party)) == wanted
    assert wanted


def test_plans_are_held_against_others_and_not_among_themselves() -> None:
    draw = np.random.default_rng(5)
    plans = [some_plan(draw, f"n{number:02d}", PLACES[0], 40_000) for number in range(60)]
    own, others = plans[1::2], plans[::2]
    between = cases_between(own, others, RULES, HEIGHTS, include_same_party=False)
    names = {plan.id for plan in own}
    wanted = [m for m in all_against_all(plans, include_same_party=False) if (m.a in names) != (m.b in names)]
    assert sorted(meetings(between, HEIGHTS), key=lambda meeting: (meeting.a, meeting.b)) == wanted
    near = met(Search(own, others, RULES, HEIGHTS, include_same_party=False))
    assert sorted(near, key=lambda meeting: (meeting.a, meeting.b)) == wanted
    assert list(cases_between(own, [], RULES, HEIGHTS, include_same_party=False)) == []
    assert list(cases_among([], RULES, HEIGHTS, include_same_party=False)) == []


def disc(name: str, party: str, height_m: float, start_ms: int) -> Plan:
    floor, ceiling = (Altitude(Datum.AMSL, height_m + more, "m") for more in (0.0, 10.0))
    volume = Volume(Disc(36.0, 34.0, 500.0), floor, ceiling, start_ms, start_ms + HOUR_MS)
    return Plan(name, party, "fixed_wing", (volume,))


@pytest.mark.parametrize("stacked", [False, True])
def test_plans_in_one_place_are_told_apart_by_time_or_height(stacked: bool) -> None:
    plans = [
        disc(f"n{n:04d}", f"p{n % 2}", 100.0 * n if stacked else 0.0, 0 if stacked else n * HOUR_MS)
        for n in range(1000)
    ]
    plans.append(disc("x", "p2", 5.0, HOUR_MS // 2))
    cases = list(cases_among(plans, (), HEIGHTS, include_same_party=False))
    met = [(meeting.a, meeting.b) for meeting in meetings(cases, HEIGHTS)]
    assert met == ([("n0000", "x")] if stacked else [("n0000", "x"), ("n0001", "x")])
    assert len(cases) <= 5


@pytest.mark.parametrize("place", PLACES)
def test_bounds_hold_what_the_exact_bounds_hold(place: tuple[float, float]) -> None:
    draw = np.random.default_rng(7)
    plans = [some_plan(draw, f"n{number:02d}", place, 2_000_000) for number in range(80)]
    vast = Volume(Disc(*place, 3_000_000.0), Altitude(Datum.AMSL, 10.0, "m"), Altitude(Datum.FL, 90.0, "FL"), 0, 1)
    plans.append(Plan("vast", "p", "uas", (vast,)))
    rows = rows_of(plans, HEIGHTS)
    exact = [extent_of(plan, HEIGHTS) for plan in plans]
    space = np.concatenate([each.space for each in exact])
    assert (rows.low[:, : HEIGHT + 1] <= space[:, :4] + 1e-6).all()
    assert (rows.high[:, : HEIGHT + 1] >= space[:, 4:] - 1e-6).all()
    assert np.array_equal(
        np.column_stack([rows.low[:, TIME], rows.high[:, TIME]]), np.concatenate([e.time_ms for e in exact])
    )


def test_bounds_come_from_nothing_but_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "empty", lambda shape, dtype=float: np.full(shape, np.inf if dtype is float else 0, dtype))
    draw = np.random.default_rng(7)
    plans = [some_plan(draw, f"n{number:02d}", PLACES[0], 2_000) for number in range(5)]
    assert np.isfinite(rows_of(plans, HEIGHTS).low[:, :HEIGHT]).all()


def test_sea_level_is_nowhere_steeper_nor_farther_from_the_ellipsoid_than_is_allowed_for() -> None:
    lon, lat = np.meshgrid(np.arange(-180, 180, 1 / 12), np.arange(-89, 89, 1 / 12))
    there = np.asarray(undulation_m(lon, lat))
    assert GEOID_M[0] < there.min()
    assert there.max() < GEOID_M[1]
    north_m = WGS84.inv(0.0, 0.0, 0.0, 1 / 12)[2]
    east_m = WGS84.inv(0.0, 0.0, 1 / 12, 0.0)[2] * np.cos(np.radians(np.abs(lat) + 0.1))
    along = np.abs(np.diff(there, axis=0)).max() / north_m
    across = (np.abs(np.diff(there, axis=1)) / east_m[:, 1:]).max()
    assert np.hypot(along, across) < 2 * GEOID_SLOPE * 2 / np.pi


@pytest.mark.parametrize("most", [1, 2_000])
def test_a_few_plans_at_a_time_give_the_same_cases(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(11)
    plans = [some_plan(draw, f"n{number:02d}", PLACES[1], 40_000) for number in range(60)]
    at_once = list(cases_among(plans, RULES, HEIGHTS, include_same_party=False))
    monkeypatch.setattr("keepclear.detection.bulk._MOST_AT_ONCE", most)
    monkeypatch.setattr("keepclear.detection.bulk._USUAL_AT_ONCE", most)
    assert list(cases_among(plans, RULES, HEIGHTS, include_same_party=False)) == at_once
    assert at_once
