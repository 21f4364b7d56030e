"""The grid gives the rows of the plain index and of holding all against all, and its sure answers are the judge's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keepclear.detection.grid import GridIndex
from keepclear.detection.growing import LARGE, GrowingIndex
from keepclear.detection.index import PlanIndex, SimpleIndex
from keepclear.detection.judge import judge
from keepclear.detection.kernels_height import OVERLAP
from keepclear.detection.kernels_lateral import point_to_edge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import SURFACE, UNLIMITED, Altitude, Datum, Unit
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.geodesic import WGS84, earth_centred
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.nearness import nearest
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
RULES = (
    SeparationRule("uas", "ground", Separation(2000.0, 300.0, 300_000)),
    SeparationRule("uas", "*", Separation(500.0, 30.0, 0)),
)
ACTIVITIES = ("uas", "ground", "fixed_wing")
PLACES = [(36.0, 34.0), (180.0, -50.0), (-45.0, 0.0), (20.0, 89.0), (-70.0, 89.97)]
DATUMS: tuple[tuple[Datum, Unit], ...] = ((Datum.AMSL, "m"), (Datum.HAE, "m"), (Datum.AGL, "ft"), (Datum.FL, "FL"))


def east(lon: float) -> float:
    return (lon + 540) % 360 - 180


def gone(place: tuple[float, float], azimuth: float, metres: float) -> tuple[float, float]:
    lon, lat, _ = WGS84.fwd(*place, azimuth, metres)
    return float(lon), float(lat)


def ring(draw: np.random.Generator, middle: tuple[float, float], most_m: float, least: float) -> Footprint:
    corners = int(draw.integers(3, 12))
    at = [
        gone(middle, 360 * (i + draw.uniform(-0.3, 0.3)) / corners, most_m * draw.uniform(least, 1))
        for i in range(corners)
    ]
    return Polygonal((((*at, at[0]),),))


def footprint(draw: np.random.Generator, middle: tuple[float, float]) -> Footprint:
    kind, size_m = int(draw.integers(6)), float(10 ** draw.uniform(1.5, 4.3))
    if kind == 0:
        return Disc(*middle, size_m)
    if kind <= 2:
        line = [middle]
        for _ in range(int(draw.integers(1, 4))):
            line.append(gone(line[-1], float(draw.uniform(0, 360)), size_m))
        return Corridor(tuple(line), float(draw.uniform(5, 400)))
    if kind == 3:
        hole = tuple(gone(middle, azimuth, size_m / 3) for azimuth in (0, 90, 180, 270, 0))
        return Polygonal(((tuple(gone(middle, azimuth, size_m) for azimuth in (0, 90, 180, 270, 0)), hole),))
    return ring(draw, middle, size_m, 0.25)


def some_plan(draw: np.random.Generator, name: str, centre: tuple[float, float], spread_m: float = 15_000) -> Plan:
    party, activity = f"p{draw.integers(3)}", ACTIVITIES[int(draw.integers(3))]
    middle = gone(centre, float(draw.uniform(0, 360)), float(draw.uniform(0, spread_m)))
    if draw.random() < 0.1:
        path = [gone(middle, float(draw.uniform(0, 360)), float(draw.uniform(0, 20_000))) for _ in range(12)]
        times = tuple(range(0, 12 * 300_000, 300_000))
        heights = tuple(float(height) for height in draw.uniform(0, 2000, 12))
        flight = Trajectory(times, tuple(x for x, _ in path), tuple(y for _, y in path), heights, 100.0, 50.0, 30.0)
        return Plan(name, party, "uas", flight)
    volumes = []
    for _ in range(int(draw.integers(1, 4))):
        middle = gone(middle, float(draw.uniform(0, 360)), 1000.0)
        (datum, unit), start = DATUMS[int(draw.integers(4))], int(draw.integers(0, 16)) * 300_000
        low = float(draw.integers(0, 60))
        floor = SURFACE if draw.random() < 0.2 else Altitude(datum, low, unit)
        ceiling = replace(floor, datum=datum, value=low + float(draw.integers(1, 60)), unit=unit)
        ceiling = UNLIMITED if draw.random() < 0.2 else ceiling
        end = start + int(draw.integers(1, 12)) * 300_000
        volumes.append(Volume(footprint(draw, middle), floor, ceiling, start, end))
    return Plan(name, party, activity, tuple(volumes))


def both() -> tuple[SimpleIndex, GridIndex]:
    return SimpleIndex(RULES, HEIGHTS), GridIndex(RULES, HEIGHTS)


def assert_alike(plain: PlanIndex, grid: PlanIndex, plans: list[Plan]) -> None:
    assert len(plain) == len(grid)
    for plan in plans:
        touched = plain.touching(plan)
        assert grid.touching(plan) == touched
        assert grid.clears(plan) == (Verdict.CONFLICT not in dict(touched).values())
        but = frozenset(name for name, _ in touched[::2])
        assert grid.clears(plan, but=but) == plain.clears(plan, but=but)


@pytest.mark.parametrize("place", PLACES)
def test_the_grid_answers_as_the_plain_index_does_after_withdrawals_and_refilings(place: tuple[float, float]) -> None:
    draw = np.random.default_rng(int(1000 + 10 * place[1]))
    plain, grid = both()
    live = dict[str, Plan]()
    for step in range(45):
        name = f"n{int(draw.integers(26)):02d}"
        if step % 5 == 4 and live:
            gone_one = sorted(live)[int(draw.integers(len(live)))]
            del live[gone_one]
            plain.withdraw(gone_one)
            grid.withdraw(gone_one)
        live[name] = some_plan(draw, name, place)
        plain.put(live[name])
        grid.put(live[name])
    assert_alike(plain, grid, [*live.values(), *(some_plan(draw, "x", place) for _ in range(4))])
    rows = list(plain.all_pairs()) if place == PLACES[1] else []
    assert not rows or list(grid.all_pairs()) == rows
    touched = [(plan.id, other, verdict) for plan in live.values() for other, verdict in grid.touching(plan)]
    assert grid.all_touching() == sorted(row for row in touched if row[0] < row[1])


def test_many_put_at_once_are_the_same_as_one_by_one() -> None:
    draw = np.random.default_rng(5)
    plans = [some_plan(draw, f"n{int(draw.integers(60)):02d}", (7.0, 50.0)) for _ in range(60)]
    single, bulk = GridIndex(RULES, HEIGHTS), GridIndex(RULES, HEIGHTS)
    for plan in plans:
        single.put(plan)
    bulk.put_many(plans)
    for name in ("n03", "n20", "n41"):
        single.withdraw(name)
        bulk.withdraw(name)
    bulk.settle()
    assert_alike(single, bulk, plans)
    assert bulk.plans() == single.plans()


def test_a_plan_comes_back_from_its_rows_as_it_was() -> None:
    draw = np.random.default_rng(8)
    plans = [some_plan(draw, f"n{number:03d}", (-179.99, 12.0)) for number in range(80)]
    index = GridIndex(RULES, HEIGHTS)
    index.put_many(plans)
    assert index.plans() == plans


@pytest.mark.parametrize("off_m", [-0.02, -0.011, -0.009, -0.001, 0.0, 0.001, 0.009, 0.011, 0.02])
@pytest.mark.parametrize("separation_m", [0.0, 500.0])
def test_near_the_threshold_the_answer_is_the_judges(off_m: float, separation_m: float) -> None:
    rules = (SeparationRule("uas", "uas", Separation(separation_m)),)
    plain, grid = SimpleIndex(rules, HEIGHTS), GridIndex(rules, HEIGHTS)
    here = (12.0, 60.0)
    line = (gone(here, 250.0, 3000.0), gone(here, 70.0, 3000.0))
    shapes: list[Footprint] = [Disc(*here, 300.0), Corridor(line, 300.0)]
    for number, shape in enumerate(shapes):
        plan = Plan(f"n{number}", "alpha", "uas", (Volume(shape, SURFACE, UNLIMITED, 0, 10),))
        plain.put(plan)
        grid.put(plan)
    for radius_m in (50.0, 4000.0):
        beside = Disc(*gone(here, 160.0, 300.0 + radius_m + separation_m + off_m), radius_m)
        plan = Plan("x", "bravo", "uas", (Volume(beside, SURFACE, UNLIMITED, 5, 6),))
        assert grid.touching(plan) == plain.touching(plan)


def test_what_kernels_are_sure_of_is_what_the_judge_says() -> None:
    draw = np.random.default_rng(21)
    plans = [some_plan(draw, f"n{number:03d}", (100.0, -33.0), 25_000) for number in range(90)]
    index = GridIndex((), HEIGHTS)
    index.put_many(plans)
    sure = 0
    for a, b, state in index.near_pairs(include_same_party=True):
        if state == OVERLAP:
            separation = separation_between((), a.activity, b.activity)
            assert judge(a, b, separation, HEIGHTS, overlap=False).verdict is Verdict.CONFLICT
            sure += 1
    assert sure > 50


def test_the_distance_of_a_vertex_from_an_edge_lies_between_its_bounds() -> None:
    draw = np.random.default_rng(4)
    for _ in range(400):
        start = float(draw.uniform(-180, 180)), float(np.degrees(np.arcsin(draw.uniform(-1, 1))))
        length_m, away_m = 10 ** draw.uniform(0.5, 5.6), 10 ** draw.uniform(-2, 5.5)
        azimuth = float(draw.uniform(0, 360))
        lon, lat, back = WGS84.fwd(*start, azimuth, draw.uniform(-0.2, 1.2) * length_m)
        turned = back + 270 if draw.random() < 0.7 else draw.uniform(0, 360)
        point, end = gone((lon, lat), turned, away_m), gone(start, azimuth, length_m)
        true_m = nearest(shape_of(disc := Disc(*point, 1.0)), shape_of(line := Corridor((start, end), 1.0))).distance_m
        edge = earth_centred([start[0], end[0]], [start[1], end[1]])
        low, high = point_to_edge(earth_centred([disc.lon], [disc.lat]), 0, edge, 0, 1, 1e7)
        assert low <= true_m <= high, (line, disc)


def test_plans_that_have_ended_expire_and_no_others() -> None:
    plain, grid = both()
    draw = np.random.default_rng(2)
    plans = [some_plan(draw, f"n{number:02d}", (36.0, 34.0)) for number in range(40)]
    grid.put_many(plans)
    ends = {plan.id: plan.envelope.end_ms if isinstance(plan.envelope, Trajectory)
            else max(volume.end_ms for volume in plan.envelope) for plan in plans}  # fmt: skip
    at = sorted(ends.values())[20]
    over = sorted(name for name, end in ends.items() if end <= at)
    assert grid.expire(at) == over
    for plan in plans:
        if plan.id not in over:
            plain.put(plan)
    assert_alike(plain, grid, plans)


def test_the_largest_the_longest_and_the_farthest_are_found() -> None:
    plain, grid = both()
    whole = Polygonal(((((-80.0, 10.0), (0.0, -30.0), (80.0, 10.0), (0.0, 60.0), (-80.0, 10.0)),),))
    cases = [
        Volume(Disc(10.0, 10.0, 8_000_000.0), SURFACE, UNLIMITED, FIRST_MS, LAST_MS),
        Volume(whole, SURFACE, UNLIMITED, 0, 1000),
        Volume(Disc(10.0, 10.0, 50.0), SURFACE, UNLIMITED, LAST_MS - 1, LAST_MS),
        Volume(Disc(10.0, 10.0, 50.0), SURFACE, UNLIMITED, FIRST_MS, FIRST_MS + 1),
        Volume(Corridor(((0.0, 0.0), (90.0, 45.0), (179.0, 0.0)), 10.0), SURFACE, UNLIMITED, 0, LAST_MS),
        Volume(Disc(0.0, 0.0, 50.0), SURFACE, UNLIMITED, 0, LAST_MS),
    ]
    plans = [Plan(f"n{number}", f"p{number}", "uas", (volume,)) for number, volume in enumerate(cases)]
    for plan in plans:
        plain.put(plan)
        grid.put(plan)
    assert_alike(plain, grid, plans)


def test_what_cannot_be_is_refused_as_elsewhere() -> None:
    plain, grid = SimpleIndex((), HeightRules()), GridIndex((), HeightRules())
    low, high = Altitude(Datum.AGL, 10.0, "m"), Altitude(Datum.AGL, 90.0, "m")
    for floor, ceiling in ((low, high), (UNLIMITED, UNLIMITED), (SURFACE, SURFACE)):
        plan = Plan("a", "p", "uas", (Volume(Disc(0.0, 0.0, 10.0), floor, ceiling, 0, 1),))
        for index in (plain, grid):
            with pytest.raises(InvalidInput):
                index.put(plan)
        assert len(grid) == 0


def test_an_index_that_grows_answers_alike_before_and_after() -> None:
    draw = np.random.default_rng(6)
    here = [some_plan(draw, f"n{number:02d}", (36.0, 34.0)) for number in range(20)]
    far = [
        Plan(f"f{number:05d}", "far", "uas", (Volume(Disc(-100.0, 0.0, 9.0), SURFACE, UNLIMITED, number, number + 1),))
        for number in range(LARGE)
    ]
    allowed = [False]
    plain, index = SimpleIndex(RULES, HEIGHTS), GrowingIndex(RULES, HEIGHTS, may_grow=lambda: allowed[0])
    for plan in here:
        plain.put(plan)
        index.put(plan)
    for plan in far[:-1]:
        index.put(plan)
    before = [index.against(plan) for plan in here]
    assert before == plain.against_many(here)
    assert not index.is_grid
    allowed[0] = True
    index.put(far[-1])
    assert index.is_grid
    assert index.against_many(here) == before
    assert len(index) == len(here) + LARGE
