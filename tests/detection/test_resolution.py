"""Resolving: no change is less than ours, the result is clear by the detector, and nobody moves who may not."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.resolution import exact
from keepclear.detection.resolution import resolve as resolving
from keepclear.detection.resolution.beside import overlapping
from keepclear.detection.resolution.forbidden import Task, forbidden_of
from keepclear.detection.resolution.freedom import Change, Freedom, changed, free_layers
from keepclear.detection.resolution.insertion import nearest_free
from keepclear.detection.resolution.resolve import Resolution, resolve
from keepclear.detection.resolution.rows import rows_of, stretches
from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Corridor, Disc, Polygonal
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

NOON_MS = 1_775_736_000_000
RULES = (SeparationRule("uas", "uas", Separation(50.0, 30.0, 2_000)),)


def plan_of(
    number: int, random: np.random.Generator, *, volumes: int = 2, spread: float = 0.02, window_s: int = 12
) -> Plan:
    """A short flight near 7° E, 47° N: legs as corridors, discs or boxes, in feet AMSL or above the ellipsoid."""
    lon, lat = 7 + random.uniform(0, spread), 47 + random.uniform(0, spread)
    at_ms = NOON_MS + int(random.integers(0, 10_000))
    parts = []
    for _ in range(volumes):
        to_lon, to_lat = lon + random.uniform(-spread, spread), lat + random.uniform(-spread, spread)
        east, north = max(lon, to_lon) + 1e-3, max(lat, to_lat) + 1e-3
        west, south = min(lon, to_lon), min(lat, to_lat)
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        shapes = Corridor(((lon, lat), (to_lon, to_lat)), 150.0), Disc(lon, lat, 400.0), Polygonal(((ring,),))
        floor = ("300 ft AMSL", "280 ft AMSL", "130 m HAE")[int(random.integers(0, 3))]
        ceiling = ("400 ft AMSL", "160 m HAE")[int(random.integers(0, 2))]
        lasts_ms = int(random.integers(3_000, window_s * 1000))
        parts.append(
            Volume(
                shapes[int(random.integers(0, 3))], parse_altitude(floor, ""), parse_altitude(ceiling, ""), at_ms,
                at_ms + lasts_ms,
            )
        )  # fmt: skip
        lon, lat, at_ms = to_lon, to_lat, at_ms + lasts_ms
    return Plan(f"p{number}", "abc"[number % 3], "uas", tuple(parts))


def task_of(plans: Sequence[Plan], freedom: Freedom, *, fixed: Sequence[int] = ()) -> Task:
    movable = np.ones(len(plans), bool)
    movable[list(fixed)] = False
    return Task(plans, RULES, HeightRules(), freedom, movable, same_party=True)


def conflicts(plans: Sequence[Plan]) -> list[tuple[str, str]]:
    """By the detector alone, every pair."""
    found = []
    for a, b in itertools.combinations(plans, 2):
        met = judge(a, b, separation_between(RULES, a.activity, b.activity), HeightRules(), overlap=False)
        if met.verdict is Verdict.CONFLICT:
            found.append((met.a, met.b))
    return sorted(found)


def ranked(task: Task, changes: Sequence[Change]) -> tuple[int, int]:
    costs = [change.cost_s(task.freedom) for change in changes]
    return sum(costs), max(costs)


def brute_force(task: Task) -> tuple[int, int] | None:
    """Least total, then least greatest, over every change of every plan; pairs judged once for each two changes."""
    freedom = task.freedom
    ways = [
        [
            Change(shift, layer)
            for layer in free_layers(plan, freedom)
            for shift in range(-freedom.earliest_s, freedom.latest_s + 1)
        ]
        if task.movable[number]
        else [Change()]
        for number, plan in enumerate(task.plans)
    ]
    known: dict[tuple[int, Change, int, Change], bool] = {}

    def clear(a: int, one: Change, b: int, other: Change) -> bool:
        # Only what a pair is to each other matters: the same shift of both changes nothing.
        key = a, Change(0, one.layer), b, Change(other.shift_s - one.shift_s, other.layer)
        if key not in known:
            known[key] = not conflicts(
                [changed(task.plans[a], key[1], freedom), changed(task.plans[b], key[3], freedom)]
            )
        return known[key]

    best: tuple[int, int] | None = None

    def extend(chosen: list[Change]) -> None:
        nonlocal best
        if chosen and best is not None and ranked(task, chosen) >= best:
            return
        number = len(chosen)
        if number == len(ways):
            best = ranked(task, chosen)
            return
        for way in ways[number]:
            if all(clear(before, change, number, way) for before, change in enumerate(chosen)):
                extend([*chosen, way])

    extend([])
    return best


@pytest.mark.parametrize("seed", range(6))
def test_no_change_is_less_than_ours(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 300)
    random = np.random.default_rng(seed)
    plans = [plan_of(number, random, volumes=1 + seed % 2, window_s=7) for number in range(4)]
    freedom = Freedom(10, 3 * (seed % 2), (1, 3)[seed % 3 > 0], 100.0, layer_cost_s=(0, 3, 5)[seed % 3])
    task = task_of(plans, freedom, fixed=[0] if seed % 4 == 0 else [])
    found, best = resolve(task, left_s=lambda: 4.0), brute_force(task)
    if best is None:
        assert found.after
    else:
        assert not conflicts(found.plans)
        assert found.optimal
        assert ranked(task, found.changes) == best
        assert found.total_s == found.least_total_s == best[0]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("with_solver", [True, False])
def test_result_is_clear_within_limits_and_the_same_each_time(
    seed: int, with_solver: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "is_installed", lambda: with_solver)
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 300)
    monkeypatch.setattr(exact, "STEPS", 0.2)
    random = np.random.default_rng(seed)
    plans = [plan_of(number, random, spread=0.05, window_s=8) for number in range(14)]
    fixed = [3, 7, 11]
    task = task_of(plans, Freedom(600, 60, 3, 200.0, 30), fixed=fixed)
    found: Resolution = resolve(task, seed=seed, left_s=lambda: 1000.0)
    assert list(found.before) == conflicts(plans)
    assert list(found.after) == conflicts(found.plans)
    assert not [pair for pair in conflicts(found.plans) if not {f"p{number}" for number in fixed} >= set(pair)]
    for number, change in enumerate(found.changes):
        assert -60 <= change.shift_s <= 600
        assert abs(change.layer) <= 1
        assert found.plans[number] == changed(plans[number], change, task.freedom)
        assert number not in fixed or change == Change()
    assert found.least_total_s <= found.total_s
    assert resolve(task, seed=seed, left_s=lambda: 1000.0) == found


def test_windows_say_what_the_detector_says() -> None:
    random = np.random.default_rng(5)
    plans = [plan_of(number, random) for number in range(12)]
    freedom = Freedom(30, 30, 3, 100.0)
    forbidden = forbidden_of(task_of(plans, freedom))
    for _ in range(40):
        changes = [Change(int(random.integers(-30, 31)), int(random.integers(-1, 2))) for _ in plans]
        shift_s = np.array([change.shift_s for change in changes])
        layer = np.array([change.layer + forbidden.own for change in changes])
        broken = forbidden.broken(shift_s, layer)
        ours = {(f"p{a}", f"p{b}") for a, b in zip(forbidden.a[broken], forbidden.b[broken], strict=True)}
        moved = [changed(plan, change, freedom) for plan, change in zip(plans, changes, strict=True)]
        assert sorted(tuple(sorted(pair)) for pair in ours) == conflicts(moved)


def test_footprints_told_by_chords_are_told_as_by_the_detector() -> None:
    random = np.random.default_rng(6)
    plans = []
    for number in range(60):
        lon, lat = random.uniform(-182, -178), random.uniform(60, 62)
        lon = lon + 360 if lon < -180 else lon
        line = ((lon, lat), (max(lon - 2.5, -180.0), lat + random.uniform(-1, 1)))
        shape = Corridor(line, 9000.0) if number % 3 else Disc(lon, lat, 20_000.0)
        volume = Volume(shape, parse_altitude("SFC", ""), parse_altitude("FL100", ""), NOON_MS, NOON_MS + 1000)
        plans.append(Plan(f"p{number}", "a", "uas", (volume,)))
    one, two = (np.array(side) for side in zip(*itertools.combinations(range(60), 2), strict=True))
    rows = rows_of(plans)
    separation_m = random.uniform(0, 5000, len(one))
    for i, j, apart_m, met in zip(
        one, two, separation_m, overlapping(rows, one, two, separation_m), strict=True
    ):  # fmt: skip
        contact = lateral_gap(rows.volumes[i].footprint, rows.volumes[j].footprint, float(apart_m)).contact
        assert met == (contact is Contact.OVERLAP)


def test_trajectories_are_cleared_and_left_alone_where_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 50)

    def flight(name: str, lat: float, later_s: int, height_m: float = 500.0) -> Plan:
        times = tuple(NOON_MS + (later_s + 300 * leg) * 1000 for leg in range(3))
        line = Trajectory(times, (7.0, 7.1, 7.2), (lat, lat, lat), (height_m,) * 3, 100.0, 30.0, 2.0)
        return Plan(name, name, "uas", line)

    plans = [flight("p0", 47.0, 0), flight("p1", 47.0001, 8), flight("p2", 47.2, 0), flight("p3", 47.0, 45)]
    task = task_of(plans, Freedom(900, 0, 3, 500.0))
    found = resolve(task, left_s=lambda: 4.0)
    assert conflicts(plans)
    assert not conflicts(found.plans)
    assert found.changes[2] == Change()
    assert 0 < found.least_total_s <= found.total_s
    assert isinstance(plans[0].envelope, Trajectory)
    assert len(list(stretches(plans[0].envelope))) == 10


def test_surface_and_unlimited_stay_on_their_layer() -> None:
    random = np.random.default_rng(1)
    plan = plan_of(0, random)
    assert isinstance(plan.envelope, tuple)
    from_ground = tuple(replace(volume, floor=parse_altitude("SFC", "")) for volume in plan.envelope)
    ground = replace(plan, envelope=from_ground)
    assert free_layers(ground, Freedom()) == (0,)
    assert free_layers(plan, Freedom()) == (-1, 0, 1)


def test_nearest_free_is_the_nearest() -> None:
    random = np.random.default_rng(2)
    for _ in range(300):
        least = random.integers(-30, 30, int(random.integers(0, 8)))
        most = least + random.integers(0, 15, len(least))
        free = [at for at in range(-20, 26) if not ((least <= at) & (at <= most)).any()]
        found = nearest_free(least, most, 20, 25)
        assert (found is None) == (not free)
        if found is not None:
            assert found in free
            assert abs(found) == min(map(abs, free))


def test_fair_costs_at_most_half_more_and_stays_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "SEARCH_ROUNDS", 300)
    random = np.random.default_rng(3)
    plans = [plan_of(number, random, spread=0.05, window_s=20) for number in range(14)]
    task = task_of(plans, Freedom(900, 0, 3, 200.0, 30))
    least, fair = (resolve(task, fair=fair, left_s=lambda: 60.0) for fair in (False, True))
    assert not conflicts(fair.plans)
    assert least.total_s <= fair.total_s <= 1.5 * least.total_s
    assert fair.least_total_s == least.least_total_s == least.total_s
    assert fair.optimal == (fair.total_s == least.total_s)


@pytest.mark.parametrize("wrong", [{"layers": 0}, {"layers": 8}, {"latest_s": -1}, {"layer_ft": 0.0}])
def test_freedom_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        Freedom(**wrong)


def test_nothing_of_ortools_is_loaded_before_it_solves() -> None:
    code = (
        "import sys, keepclear.detection.resolution.resolve as r; assert not [m for m in sys.modules if 'ortools' in m]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
