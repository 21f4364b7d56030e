"""Trajectories resolved: their windows are the detector's, the bound is one, machine code says what Python says."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from keepclear.detection.plan import Plan
from keepclear.detection.resolution import exact, flown
from keepclear.detection.resolution import resolve as resolving
from keepclear.detection.resolution.fair import party_shares
from keepclear.detection.resolution.forbidden import Forbidden, Task, forbidden_of, surely
from keepclear.detection.resolution.freedom import Change, Freedom, changed
from keepclear.detection.resolution.insertion import Board
from keepclear.detection.resolution.resolve import resolve
from keepclear.detection.resolution.standing import conflicts_among
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import Separation, SeparationRule
from keepclear.spacetime.trajectory import Trajectory
from tests.detection.test_resolution import NOON_MS, brute_force, conflicts, ranked

RULES = (SeparationRule("uas", "uas", Separation(300.0, 20.0, 1_000)),)
PLACES = ((7.0, 47.0), (179.98, -71.0), (-30.0, 0.0))


def flight(name: str, random: np.random.Generator, at: tuple[float, float], *, wide: float = 0.1) -> Plan:
    """Legs this way and that about a place, level, climbing or descending, one of them now and then on one spot."""
    legs = int(random.integers(1, 4))
    lon, lat = (at[axis] + random.uniform(-wide, wide, legs + 1) for axis in (0, 1))
    if random.random() < 0.3:
        lon[-1], lat[-1] = lon[-2], lat[-2]
    heights = np.where(random.random(legs + 1) < 0.5, 500.0, random.uniform(400, 700, legs + 1))
    times = NOON_MS + np.cumsum(random.integers(20_000, 200_000, legs + 1))
    lon = (lon + 180) % 360 - 180
    doubt_s = float(random.choice([0.0, 2.5]))
    path = Trajectory(tuple(times.tolist()), tuple(lon), tuple(lat), tuple(heights), 200.0, 30.0, doubt_s)
    return Plan(name, "abc"[int(name[1:]) % 3], "uas", path)


def task_of(plans: Sequence[Plan], freedom: Freedom, rules: Sequence[SeparationRule] = RULES) -> Task:
    return Task(plans, rules, HeightRules(), freedom, np.ones(len(plans), bool), same_party=True)


def pairs_in(forbidden: Forbidden, shift_s: np.ndarray, layer: np.ndarray) -> set[tuple[int, int]]:
    broken = forbidden.broken(shift_s, layer)
    return set(zip(forbidden.a[broken].tolist(), forbidden.b[broken].tolist(), strict=True))


@pytest.mark.parametrize("at", PLACES)
def test_detector_stands_between_what_may_and_what_surely_is_forbidden(
    at: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.detection.test_resolution.RULES", RULES)
    random = np.random.default_rng(11)
    plans = [flight(f"p{number:02d}", random, at) for number in range(12)]
    freedom = Freedom(240, 60, 3, 150.0)
    task = task_of(plans, freedom)
    forbidden = forbidden_of(task)
    certain = surely(forbidden, task, list(itertools.combinations(range(len(plans)), 2)))
    seen = unsure = 0
    for _ in range(12):
        shift_s, layer = random.integers(-60, 241, len(plans)), random.integers(0, 3, len(plans))
        moved = [
            changed(plan, Change(int(shift), int(up) - forbidden.own), freedom)
            for plan, shift, up in zip(plans, shift_s, layer, strict=True)
        ]
        found = {(int(a[1:]), int(b[1:])) for a, b in conflicts(moved)}
        may, surely_is = pairs_in(forbidden, shift_s, layer), pairs_in(certain, shift_s, layer)
        assert surely_is <= found <= may
        seen, unsure = seen + len(may), unsure + len(may - surely_is)
        assert conflicts_among(task_of(moved, freedom)) == conflicts(moved)
    assert seen > 20
    assert unsure <= 0.05 * seen


def test_one_that_begins_where_another_has_just_ended_is_seen() -> None:
    def line(name: str, start_s: int, lon: tuple[float, float]) -> Plan:
        times = NOON_MS + start_s * 1000, NOON_MS + (start_s + 600) * 1000
        return Plan(name, name, "uas", Trajectory(times, lon, (47.0, 47.0), (500.0, 500.0), 200.0, 30.0, 2.5))

    for later_s, met in ((604, [("p", "q")]), (606, [])):
        plans = [line("p", 0, (7.0, 7.1)), line("q", later_s, (7.1, 7.2))]
        assert conflicts_among(task_of(plans, Freedom(), rules=())) == met


def test_bound_is_under_every_resolution_of_flights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.detection.test_resolution.RULES", RULES)
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 300)
    bounded = 0
    for seed in range(3):
        random = np.random.default_rng(seed)
        plans = [flight(f"p{number:02d}", random, PLACES[seed], wide=0.05) for number in range(4)]
        task = task_of(plans, Freedom(20, 0, 3, 150.0, layer_cost_s=9))
        found, best = resolve(task, left_s=lambda: 20.0), brute_force(task)
        if best is None:
            assert found.after
            continue
        assert not conflicts(found.plans)
        assert found.least_total_s <= best[0] <= ranked(task, found.changes)[0] <= best[0] + 3
        bounded += found.least_total_s
    assert bounded > 0


@pytest.mark.parametrize("with_solver", [True, False])
def test_crowded_flights_all_find_a_place(with_solver: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.detection.test_resolution.RULES", RULES)
    monkeypatch.setattr(exact, "is_installed", lambda: with_solver)
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 200)
    random = np.random.default_rng(4)
    plans = [flight(f"p{number:02d}", random, PLACES[0], wide=0.03) for number in range(25)]
    task = task_of(plans, Freedom(3600, 0, 3, 150.0))
    found = resolve(task, left_s=lambda: 5.0)
    assert len(found.before) > 40
    assert not found.after
    assert not conflicts(found.plans)
    assert found.least_total_s <= found.total_s


def test_machine_code_says_what_python_says(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    plans = [flight(f"p{number:02d}", random, PLACES[1], wide=0.05) for number in range(30)]
    task = task_of(plans, Freedom(900, 120, 3, 150.0))
    said = forbidden_of(task)
    monkeypatch.setattr(flown, "WORTH_COMPILING", 0)
    compiled = forbidden_of(task)
    for column in ("a", "b", "least", "most", "mask"):
        assert np.array_equal(getattr(said, column), getattr(compiled, column))
    boards = []
    for machine in (False, True):
        board = Board(said, task.freedom)
        board.compiled = machine
        board.put_all(list(range(30)))
        board.search(3, lambda: 10.0, 400, lambda: None)
        assert not said.broken(board.shift_s, board.layer).any() or board.total_s > 10**7
        board.make_fair(np.arange(30) % 4)
        board.search(4, lambda: 10.0, 400, lambda: None)
        boards.append((board.shift_s.tolist(), board.layer.tolist(), board.total_s))
    assert boards[0] == boards[1]


def test_fair_shares_out_what_would_all_be_one_partys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 2000)

    def crossing(number: int) -> list[Plan]:
        lat = 40.0 + number
        east = Trajectory((NOON_MS, NOON_MS + 600_000), (7.0, 7.2), (lat, lat), (500.0, 500.0), 200.0, 30.0)
        north = Trajectory(
            (NOON_MS, NOON_MS + 600_000), (7.1, 7.1), (lat - 0.07, lat + 0.075), (500.0, 500.0), 200.0, 30.0
        )
        return [Plan(f"a{number}", "alpha", "uas", east), Plan(f"b{number}", "bravo", "uas", north)]

    plans = [plan for number in range(6) for plan in crossing(number)]
    task = task_of(plans, Freedom(600, 0, 1), rules=())
    parties = [plan.party for plan in plans]

    def shares(fair: bool) -> dict[str, int]:
        found = resolve(task, fair=fair, left_s=lambda: 10.0)
        assert not found.after
        return party_shares(parties, [change.cost_s(task.freedom) for change in found.changes])

    least, fair = shares(False), shares(True)
    assert sum(least.values()) <= sum(fair.values()) <= 1.5 * sum(least.values())
    assert abs(least["alpha"] - least["bravo"]) > 0.9 * sum(least.values())
    assert abs(fair["alpha"] - fair["bravo"]) < 0.35 * sum(fair.values())
