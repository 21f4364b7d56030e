"""The index finds what holding all against all finds, whatever was put in, replaced and withdrawn on the way."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detection.index import SimpleIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
RULES = (
    SeparationRule("uas", "ground", Separation(2000.0, 300.0, 300_000)),
    SeparationRule("uas", "*", Separation(500.0, 30.0, 0)),
)
ACTIVITIES = ("uas", "ground", "fixed_wing")
DATUMS = (Datum.AMSL, Datum.HAE, Datum.AGL)


def footprint(draw: np.random.Generator, lon: float, lat: float, span: float) -> Footprint:
    kind = int(draw.integers(4))
    if kind == 0:
        return Disc(lon, lat, float(draw.uniform(50, 4000)))
    if kind == 1:
        line = tuple((east(lon + span * i), lat + float(draw.uniform(0, 0.05))) for i in range(3))
        return Corridor(line, float(draw.uniform(20, 800)))
    ring = [(east(lon + dx * span), lat + dy * 0.05) for dx, dy in ((0, 0), (1, 0.1), (0.8, 1), (0.1, 0.9), (0, 0))]
    return Polygonal(((tuple(ring),),))


def east(lon: float) -> float:
    return (lon + 540) % 360 - 180


def random_plan(draw: np.random.Generator, name: str, centre: tuple[float, float]) -> Plan:
    span = 0.05 / max(np.cos(np.radians(centre[1])), 0.01)
    volumes = []
    for _ in range(int(draw.integers(1, 4))):
        lon, lat = east(centre[0] + 3 * span * draw.uniform(-1, 1)), centre[1] + 0.12 * draw.uniform(-1, 1)
        floor, start = float(draw.integers(0, 900)), int(draw.integers(0, 16)) * 300_000
        datum = DATUMS[int(draw.integers(3))]
        volumes.append(
            Volume(
                footprint(draw, float(lon), float(lat), float(span)),
                Altitude(datum, floor, "m"),
                Altitude(datum, floor + float(draw.integers(10, 800)), "m"),
                start,
                start + int(draw.integers(1, 12)) * 300_000,
            )
        )
    if draw.random() < 0.15:
        times = tuple(int(draw.integers(0, 9)) * 300_000 + 200_000 * i for i in (0, 5, 10))
        times = tuple(sorted(set(times)))
        count = len(times)
        lons = tuple(east(centre[0] + 4 * span * float(draw.uniform(-1, 1))) for _ in range(count))
        lats = tuple(centre[1] + 0.12 * float(draw.uniform(-1, 1)) for _ in range(count))
        heights = tuple(float(draw.uniform(0, 2000)) for _ in range(count))
        return Plan(name, party(name), "uas", Trajectory(times, lons, lats, heights, 100.0, 50.0, 30.0))
    return Plan(name, party(name), ACTIVITIES[int(draw.integers(3))], tuple(volumes))


def party(name: str) -> str:
    return ("alpha", "bravo", "charlie")[sum(map(ord, name)) % 3]


def all_against_all(plans: dict[str, Plan], *, same_party: bool) -> list[Meeting]:
    found = []
    for a in sorted(plans):
        for b in sorted(plans):
            if a < b and (same_party or plans[a].party != plans[b].party):
                separation = separation_between(RULES, plans[a].activity, plans[b].activity)
                row = judge(plans[a], plans[b], separation, HEIGHTS)
                if row.verdict is not Verdict.CLEAR:
                    found.append(row)
    return found


def severity_by_pairs(a: Plan, b: Plan) -> Verdict:
    """The worst of every volume against every volume, each pair alone and so past no filter."""
    found = set()
    for one in a.envelope if isinstance(a.envelope, tuple) else (a.envelope,):
        for other in b.envelope if isinstance(b.envelope, tuple) else (b.envelope,):
            alone = Plan("a", "", "", (one,) if isinstance(one, Volume) else one)
            against = Plan("b", "", "", (other,) if isinstance(other, Volume) else other)
            separation = separation_between(RULES, a.activity, b.activity)
            found.add(judge(alone, against, separation, HEIGHTS, overlap=False).verdict)
    return next(each for each in (Verdict.CONFLICT, Verdict.MARGINAL, Verdict.CLEAR) if each in found)


@pytest.mark.parametrize("centre", [(36.0, 34.0), (180.0, -50.0), (20.0, 89.6)])
def test_no_pair_of_volumes_is_lost_to_a_filter(centre: tuple[float, float]) -> None:
    draw = np.random.default_rng(9)
    plans = [random_plan(draw, f"n{number:02d}", centre) for number in range(18)]
    index = SimpleIndex(RULES, HEIGHTS)
    for plan in plans:
        index.put(plan)
    found = {(row.a, row.b): row.verdict for row in index.all_pairs(include_same_party=True)}
    for i, a in enumerate(plans):
        for b in plans[i + 1 :]:
            assert found.get((a.id, b.id), Verdict.CLEAR) is severity_by_pairs(a, b)


@pytest.mark.parametrize("centre", [(36.0, 34.0), (180.0, -50.0), (20.0, 89.6)])
def test_it_finds_what_all_against_all_finds(centre: tuple[float, float]) -> None:
    draw = np.random.default_rng(abs(int(centre[1])))
    index, plans = SimpleIndex(RULES, HEIGHTS), dict[str, Plan]()
    for step in range(50):
        name = f"n{int(draw.integers(32)):02d}"
        if step % 5 == 4 and plans:
            gone = sorted(plans)[int(draw.integers(len(plans)))]
            del plans[gone]
            index.withdraw(gone)
        plans[name] = random_plan(draw, name, centre)
        index.put(plans[name])
    assert len(index) == len(plans)
    truth = all_against_all(plans, same_party=True)
    assert len(truth) > 10
    assert list(index.all_pairs(include_same_party=True)) == truth
    between = [row for row in truth if plans[row.a].party != plans[row.b].party]
    assert list(index.all_pairs()) == between
    rows = index.against_many([plans[name] for name in sorted(plans)])
    for name, met in zip(sorted(plans), rows, strict=True):
        assert met == [row for row in between if name in (row.a, row.b)]
        quick = [(row.b if row.a == name else row.a, row.verdict) for row in met]
        assert index.touching(plans[name]) == sorted(quick)
        conflicts = {other for other, verdict in quick if verdict is Verdict.CONFLICT}
        assert index.clears(plans[name]) is not bool(conflicts)
        assert index.clears(plans[name], but=frozenset(conflicts))
        assert not any(index.clears(plans[name], but=frozenset(conflicts - {other})) for other in conflicts)


def test_a_plan_need_not_be_in_the_index_to_be_asked_about() -> None:
    draw = np.random.default_rng(1)
    index = SimpleIndex(RULES, HEIGHTS)
    for number in range(30):
        index.put(random_plan(draw, f"n{number:02d}", (36.0, 34.0)))
    plan = random_plan(draw, "x", (36.0, 34.0))
    before = index.against(plan, include_same_party=True)
    index.put(plan)
    assert index.against(plan, include_same_party=True) == before
    index.withdraw("x")
    index.withdraw("x")
    assert index.against(plan, include_same_party=True) == before
    assert len(index) == 30
