"""Advice on flights is the least there is: to the minute, to the step of height, to the metre.

Two oracles. One looks at every step and judges it; it knows nothing of the search. The other shares no code with
Keepclear at all: it flies both along PROJ's geodesics in half-second steps and measures how near they come, and says
nothing where that is a few metres from what must be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from pyproj import Geod

from keepclear.detection.advice.advise import Found, advise
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.levels import KINDS
from keepclear.detection.advice.limits import Limits
from keepclear.detection.advice.option import Advice, applied
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.index import SimpleIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

NOON = parse_instant("2026-04-09T12:00:00Z", "noon")
MINUTE = 60_000
HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
RULES = (SeparationRule("fixed_wing", "*", Separation(300.0, 60.0, 60_000)),)
NEAR = Limits(most_min=60, most_ft=2000, most_m=3000, most_work=100_000)
GEOD = Geod(ellps="WGS84")
KM = 1 / 111.0
"""About a kilometre, in degrees of latitude."""


def flight(draw: np.random.Generator, *, high_m: float = 900.0) -> Trajectory:
    """Some minutes across a place, climbing and sinking."""
    legs = int(draw.integers(1, 5))
    lon, lat = (at + float(draw.uniform(-6, 6)) * KM for at in (36.0, 34.0))
    places, times = [(lon, lat, float(draw.uniform(600, high_m)))], [NOON + int(draw.integers(0, 30)) * MINUTE]
    for _ in range(legs):
        turn, far_m = float(draw.uniform(0, 360)), float(draw.uniform(2000, 9000))
        if len(places) == 1:  # towards the middle, so that paths cross
            turn = float(GEOD.inv(lon, lat, 36.0, 34.0)[0]) + float(draw.uniform(-25, 25))
        lon, lat, _ = GEOD.fwd(*places[-1][:2], turn, far_m)
        places.append((float(lon), float(lat), float(draw.uniform(600, high_m))))
        times.append(times[-1] + int(far_m / float(draw.uniform(30, 60)) * 1000))
    lons, lats, heights = zip(*places, strict=True)
    return Trajectory(tuple(times), lons, lats, heights, 100.0, 30.0, float(draw.integers(0, 20)))


def volume(draw: np.random.Generator) -> Volume:
    lon, lat = (at + float(draw.uniform(-3, 3)) * KM for at in (36.0, 34.0))
    shapes: list[Footprint] = [
        Disc(lon, lat, float(draw.uniform(300, 1500))),
        Corridor(((lon, lat), (lon + 2 * KM, lat + float(draw.uniform(-2, 2)) * KM)), float(draw.uniform(100, 600))),
        Polygonal((((*(ring := ((lon, lat), (lon + 2 * KM, lat), (lon + KM, lat + 2 * KM))), ring[0]),),)),
    ]
    unit = ("ft AMSL", "m HAE", "ft AGL")[int(draw.integers(3))]
    low = int(draw.integers(3, 9)) * (100 if unit == "m HAE" else 300)
    floor, ceiling = (parse_altitude(f"{each} {unit}", "") for each in (low, low + 600))
    start = NOON + int(draw.integers(0, 40)) * MINUTE
    return Volume(shapes[int(draw.integers(3))], floor, ceiling, start, start + int(draw.integers(5, 40)) * MINUTE)


def world(seed: int, flights: int, volumes: int) -> list[Plan]:
    draw = np.random.default_rng(seed)
    activity = ("fixed_wing", "uas")
    flown = [Plan(f"f{n}", f"p{n}", activity[int(draw.integers(2))], flight(draw)) for n in range(flights)]
    kept = [Plan(f"v{n}", f"q{n}", "uas", tuple(volume(draw) for _ in range(1 + n % 2))) for n in range(volumes)]
    return flown + kept


def surroundings(plans: list[Plan]) -> Surroundings:
    index = SimpleIndex(RULES, HEIGHTS)
    index.put_many(plans)
    return Surroundings(index, {each.id: each for each in plans}.__getitem__, RULES, HEIGHTS)


def blocked_by(plans: list[Plan]) -> Callable[[Plan], bool]:
    """Whether any other plan conflicts: all of them, the one that did last first."""
    order = list(plans)

    def blocked(plan: Plan) -> bool:
        for number, other in enumerate(order):
            if other.party == plan.party:
                continue
            apart = separation_between(RULES, plan.activity, other.activity)
            if judge(plan, other, apart, HEIGHTS, overlap=False).verdict is Verdict.CONFLICT:
                order.insert(0, order.pop(number))
                return True
        return False

    return blocked


def conflicts(plans: list[Plan]) -> Iterator[tuple[Plan, Plan]]:
    """Each plan with the first it conflicts with, where one of the two flies."""
    for own in plans:
        for other in plans:
            flies = isinstance(own.envelope, Trajectory) or isinstance(other.envelope, Trajectory)
            if other.party != own.party and flies and blocked_by([other])(own):
                yield own, other
                break


def shifted(plan: Plan, minutes: int) -> Plan:
    by = minutes * MINUTE
    if isinstance(plan.envelope, Trajectory):
        return replace(plan, envelope=replace(plan.envelope, times_ms=tuple(t + by for t in plan.envelope.times_ms)))
    moved = tuple(replace(each, start_ms=each.start_ms + by, end_ms=each.end_ms + by) for each in plan.envelope)
    return replace(plan, envelope=moved)


def of_kind(found: Found, kind: str) -> Advice | None:
    return next((option for option in found.options if option.kind == kind), None)


@pytest.mark.parametrize("seed", range(3))
def test_every_smaller_shift_and_every_smaller_change_of_heights_is_in_the_way(seed: int) -> None:
    plans = world(seed, 5, 4)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    for own, other in conflicts(plans):
        found = advise(own, other, around, at_ms=None, limits=NEAR)
        assert not found.cut
        for kind, sign in (("later", 1), ("earlier", -1)):
            steps = (sign * step for step in range(1, NEAR.most_min + 1))
            least = next((step for step in steps if not blocked(shifted(own, step))), None)
            option = of_kind(found, kind)
            assert (None if option is None else option.shift_min) == least, (own.id, kind)
            told += option is not None
        for make in KINDS:
            level = make(own, NEAR)
            if level is None:
                continue
            rise = next((step for step in range(1, level.most + 1) if not blocked(level.moved(step))), None)
            option = of_kind(found, level.kind)
            assert (option is None) == (rise is None), (own.id, level.kind)
            if option is not None and rise is not None:
                assert applied(own, option) == level.moved(rise)
                told += 1
    assert told > 3


@pytest.mark.parametrize("seed", range(2))
def test_a_move_over_the_ground_is_the_nearest_to_a_metre(seed: int) -> None:
    """Every fiftieth metre on the way out and the last few are looked at, along each bearing."""
    plans, limits = world(seed, 3, 2), replace(NEAR, most_m=8000)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    for own, other in list(conflicts(plans))[:3]:
        option = of_kind(advise(own, other, around, at_ms=None, limits=limits), "aside")
        assert option is None or not blocked(applied(own, option))
        last = limits.most_m if option is None else (option.aside_m or 0) - 1
        for bearing in BEARINGS_DEG:
            axis = Aside(Scene(own, limits), bearing)
            looked = sorted({*range(1, last + 1, 50), *range(max(1, last - 3), last + 1)})
            assert [at for at in looked if not blocked(axis.moved(at))] == []
        told += option is not None
    assert told > 0


def nearest_m(one: Trajectory, other: Trajectory, within_s: float, vertical_m: float) -> float:
    """How near two flights come while less than so far apart in time and height; by dense samples, of PROJ alone."""
    paths = [_sampled(each) for each in (one, other)]
    (t, lon, lat, h), (u, x, y, k) = paths
    best = np.inf
    for number in range(len(t)):
        near = (np.abs(u - t[number]) < within_s) & (np.abs(k - h[number]) < vertical_m)
        if near.any():
            count = int(near.sum())
            _, _, far = GEOD.inv(np.full(count, lon[number]), np.full(count, lat[number]), x[near], y[near])
            best = min(best, float(np.min(far)))
    return best


def _sampled(path: Trajectory, every_s: float = 1.0) -> tuple[np.ndarray, ...]:
    columns = []
    for leg in range(len(path.times_ms) - 1):
        lasts = (path.times_ms[leg + 1] - path.times_ms[leg]) / 1000
        share = np.linspace(0, 1, int(lasts / every_s) + 2)
        azimuth, _, far = GEOD.inv(path.lon[leg], path.lat[leg], path.lon[leg + 1], path.lat[leg + 1])
        many = len(share)
        lon, lat, _ = GEOD.fwd(
            np.full(many, path.lon[leg]), np.full(many, path.lat[leg]), np.full(many, azimuth), far * share
        )
        height = path.height_m[leg] + (path.height_m[leg + 1] - path.height_m[leg]) * share
        columns.append((path.times_ms[leg] / 1000 + lasts * share, lon, lat, height))
    return tuple(np.concatenate(column) for column in zip(*columns, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_two_flights_advice_is_the_least_by_an_oracle_that_shares_no_code(seed: int) -> None:
    """A shift of a minute less leaves them as near as they may not be, sampled; the one advised does not."""
    draw = np.random.default_rng(100 + seed)
    own, other = (Plan(name, name, "fixed_wing", flight(draw)) for name in "ab")
    if not blocked_by([other])(own):
        other = replace(other, envelope=own.envelope)
    assert isinstance(own.envelope, Trajectory)
    assert isinstance(other.envelope, Trajectory)
    found = advise(own, other, surroundings([own, other]), at_ms=None, limits=replace(NEAR, most_min=240))
    within_s = own.envelope.time_s + other.envelope.time_s + 60.0
    kept_m = own.envelope.lateral_m + other.envelope.lateral_m + 300.0
    high_m = own.envelope.vertical_m + other.envelope.vertical_m + 60.0

    def near(plan: Plan, slack: float) -> bool:
        """True when they are too near, by so many metres and so many seconds in every dimension."""
        assert isinstance(plan.envelope, Trajectory)
        assert isinstance(other.envelope, Trajectory)
        return nearest_m(plan.envelope, other.envelope, within_s - slack / 30, high_m - slack) < kept_m - slack

    for kind in ("later", "earlier"):
        option = of_kind(found, kind)
        assert option is not None
        assert option.shift_min is not None
        sign = 1 if option.shift_min > 0 else -1
        assert not near(shifted(own, option.shift_min), 65.0), "over a leg a second of flight is 60 m"
        unsure = [at for at in range(1, abs(option.shift_min)) if not near(shifted(own, sign * at), 0.0)]
        assert len(unsure) <= 1, "samples may miss a graze, and nothing else"
