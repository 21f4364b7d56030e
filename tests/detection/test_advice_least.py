"""No smaller change of a kind clears: held against a slow scan of all steps that knows no index and no geometry of its.

The scan judges a changed plan against every other, step after step. What is told of many steps at once is besides held
against shapes that are drawn and moved by Shapely.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import shapely
import shapely.affinity

from keepclear.detection.advice import sweep
from keepclear.detection.advice.advise import Found, advise
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.axis import Axis
from keepclear.detection.advice.depth import depth_m
from keepclear.detection.advice.frontier import frontier
from keepclear.detection.advice.levels import KINDS
from keepclear.detection.advice.limits import COARSE, Limits, cost
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.option import Advice, applied
from keepclear.detection.advice.places import BEARINGS_DEG, Aside, Scene
from keepclear.detection.advice.plane import Drawing, Plane
from keepclear.detection.advice.search import Search
from keepclear.detection.advice.sweep import overlaps
from keepclear.detection.advice.times import Shift
from keepclear.detection.columns import columns_of
from keepclear.detection.grid import GridIndex
from keepclear.detection.index import PlanIndex, SimpleIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.volume import Volume

NOON = parse_instant("2026-04-09T12:00:00Z", "noon")
MINUTE = 60_000
HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
RULES = (SeparationRule("uas", "fixed_wing", Separation(60.0, 30.0, 120_000)),)
NEAR = Limits(most_min=90, most_ft=3000, most_m=1500, most_work=700)
METRE = 1 / 111_000
"""About a metre, in degrees of latitude."""


def world(seed: int, count: int) -> list[Plan]:
    """Some plans of a few hundred metres, crowded into a kilometre, an hour and a thousand feet."""
    draw = np.random.default_rng(seed)
    plans = []
    for number in range(count):
        unit = ("ft AMSL", "ft AMSL", "m HAE", "ft AGL")[int(draw.integers(4))]
        low = int(draw.integers(2, 12)) * 100
        high = low + int(draw.integers(2, 8)) * 100
        floor, ceiling = (parse_altitude(f"{each} {unit}", "height") for each in (low, high))
        volumes = []
        for _ in range(int(draw.integers(1, 4))):
            start = NOON + int(draw.integers(0, 60)) * MINUTE
            end = start + int(draw.integers(5, 40)) * MINUTE
            volumes.append(Volume(footprint(draw), floor, ceiling, start, end))
        activity = ("uas", "fixed_wing")[int(draw.integers(2))]
        plans.append(Plan(f"n{number:02}", f"p{number}", activity, tuple(volumes)))
    return plans


def footprint(draw: np.random.Generator) -> Footprint:
    lon, lat = (at + float(draw.uniform(-500, 500)) * METRE for at in (36.0, 34.0))
    kind = int(draw.integers(3))
    if kind == 0:
        return Disc(lon, lat, float(draw.uniform(30, 200)))
    if kind == 1:
        steps = draw.uniform(-300, 300, (2, 2)) * METRE
        line = ((lon, lat), *((lon + float(x), lat + float(y)) for x, y in steps))
        return Corridor(line, float(draw.uniform(10, 60)))
    turns = np.sort(draw.uniform(0, 2 * math.pi, 6))
    away = draw.uniform(60, 250, 6) * METRE
    corners = [(lon + float(r * math.cos(a)), lat + float(r * math.sin(a))) for a, r in zip(turns, away, strict=True)]
    return Polygonal((((*corners, corners[0]),),))


def surroundings(plans: list[Plan], index: PlanIndex | None = None) -> Surroundings:
    index = SimpleIndex(RULES, HEIGHTS) if index is None else index
    for each in plans:
        index.put(each)
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
    for own in plans:
        for other in plans:
            if other.party != own.party and blocked_by([other])(own):
                yield own, other
                break


def shifted(plan: Plan, minutes: int) -> Plan:
    assert isinstance(plan.envelope, tuple)
    by = minutes * MINUTE
    moved = tuple(replace(each, start_ms=each.start_ms + by, end_ms=each.end_ms + by) for each in plan.envelope)
    return replace(plan, envelope=moved)


def later_by(plan: Plan, minutes: int, steps: int) -> Plan:
    return shifted(plan, minutes * steps)


def of_kind(found: Found, kind: str) -> Advice | None:
    return next((option for option in found.options if option.kind == kind), None)


def least_by_scan(steps: range, moved: Callable[[int], Plan], blocked: Callable[[Plan], bool]) -> int | None:
    return next((step for step in steps if not blocked(moved(step))), None)


@pytest.mark.parametrize("seed", range(3))
def test_shifts_are_the_least_there_are(seed: int) -> None:
    plans = world(seed, 11)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    at_ms = NOON - 30 * MINUTE
    for own, other in conflicts(plans):
        found = advise(own, other, around, at_ms=at_ms, limits=NEAR)
        assert not found.cut
        assert isinstance(own.envelope, tuple)
        room = (min(each.start_ms for each in own.envelope) - at_ms) // MINUTE
        for kind, sign, most in (("later", 1, 90), ("earlier", -1, min(90, room))):
            least = least_by_scan(range(1, most + 1), partial(later_by, own, sign), blocked)
            option = of_kind(found, kind)
            assert (None if least is None else sign * least) == (None if option is None else option.shift_min)
            told += option is not None
    assert told > 0


@pytest.mark.parametrize("seed", range(3))
def test_changes_of_heights_are_the_least_there_are(seed: int) -> None:
    plans = world(seed, 11)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    for own, other in conflicts(plans):
        found = advise(own, other, around, at_ms=None, limits=NEAR)
        for make in KINDS:
            level = make(own, NEAR)
            if level is None:
                continue
            least = least_by_scan(range(1, level.most + 1), level.moved, blocked)
            option = of_kind(found, level.kind)
            assert (least is None) == (option is None), level.kind
            if option is not None and least is not None:
                assert applied(own, option) == level.moved(least)
                told += 1
    assert told > 0


@pytest.mark.parametrize("seed", range(2))
def test_a_move_over_the_ground_is_the_nearest_to_a_metre_over_all_bearings(seed: int) -> None:
    """Every third metre on the way out and the last dozen are looked at, along each bearing."""
    plans = world(seed, 11)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    for own, other in list(conflicts(plans))[:4]:
        found = advise(own, other, around, at_ms=None, limits=NEAR)
        option = of_kind(found, "aside")
        assert option is None or not blocked(applied(own, option))
        most = NEAR.most_m if option is None else option.aside_m or 0
        for bearing in BEARINGS_DEG:
            axis = Aside(Scene(own, NEAR), bearing)
            last = most if option is None else most - 1
            looked = sorted({*range(1, last + 1, 3), *range(max(1, last - 11), last + 1)})
            assert [at for at in looked if not blocked(axis.moved(at))] == []
        told += option is not None
    assert told > 0


@pytest.mark.parametrize("seed", range(2))
def test_coarse_answers_are_what_asking_of_each_coarse_change_would_tell(seed: int) -> None:
    """So under ``broker`` they give away nothing that asking, change by change, would not."""
    plans = world(seed, 11)
    around, blocked, told = surroundings(plans), blocked_by(plans), 0
    limits = replace(COARSE, step_m=250, most_m=1500, most_min=90, most_ft=3000, step_ft=500)
    for own, other in conflicts(plans):
        found = advise(own, other, around, at_ms=None, limits=limits)
        assert not found.cut
        for kind, sign in (("later", 15), ("earlier", -15)):
            least = least_by_scan(range(1, 7), partial(later_by, own, sign), blocked)
            option = of_kind(found, kind)
            assert (None if option is None else option.shift_min) == (None if least is None else sign * least)
        places = [(Aside(Scene(own, limits), bearing), step) for step in range(1, 7) for bearing in BEARINGS_DEG]
        clear = next(((axis, step) for axis, step in places if not blocked(axis.moved(step))), None)
        option = of_kind(found, "aside")
        assert (option is None) == (clear is None)
        if option is not None and clear is not None:
            assert (option.bearing_deg, option.aside_m) == (clear[0].bearing_deg, clear[1] * 250)
            told += 1
    assert told > 0


def test_a_shift_with_other_heights_is_the_cheapest_of_all_such_pairs() -> None:
    where, wide = Disc(36.0, 34.0, 300.0), Disc(36.0, 34.0, 9000.0)

    def wall(name: str, start: int, end: int, low: int, high: int) -> Plan:
        floor, ceiling = (parse_altitude(f"{each} ft AMSL", "height") for each in (low, high))
        return Plan(name, name, "works", (Volume(wide, floor, ceiling, NOON + start * MINUTE, NOON + end * MINUTE),))

    limits = Limits(most_min=60, most_ft=2000, most_m=2000)
    own = replace(
        wall("a", 0, 30, 1000, 1500), envelope=(replace(_only(wall("a", 0, 30, 1000, 1500)), footprint=where),)
    )
    plans = [own, wall("b", -90, 20, 0, 9000), wall("c", 20, 45, 0, 2000), wall("d", 52, 600, 2000, 9000),
             wall("e", 50, 600, 0, 1200)]  # fmt: skip
    blocked = blocked_by(plans)
    found = advise(own, plans[1], surroundings(plans), at_ms=NOON, limits=limits)
    assert not found.cut
    cheapest: dict[str, float] = {}
    for make in KINDS:
        for minutes in range(1, 61):
            level = make(shifted(own, minutes), limits)
            if level is None:
                continue
            least = least_by_scan(range(1, level.most + 1), level.moved, blocked)
            if least is not None:
                total = cost(minutes=minutes) + level.cost(least)
                cheapest[f"later+{level.kind}"] = min(total, cheapest.get(f"later+{level.kind}", math.inf))
    assert cheapest == {"later+up": 22.0}, "and not 45 minutes with 200 ft"
    assert {option.kind: option.cost for option in found.options if "aside" not in option.kind} == cheapest


def crowded(seed: int) -> list[Plan]:
    """Five walls all over the place and all day long but for gaps in time and height, about one small plan."""
    draw = np.random.default_rng(seed)
    low, high = (parse_altitude(f"{each} m AMSL", "height") for each in (300, 450))
    where = footprint(draw)
    plans = [Plan("a", "a", "works", (Volume(where, low, high, NOON, NOON + 20 * MINUTE),))]
    for number in range(5):
        bottom = int(draw.integers(0, 8)) * 100
        floor, ceiling = (parse_altitude(f"{each} m AMSL", "height") for each in (bottom, bottom + 700))
        lon, lat = (at + float(draw.uniform(-300, 300)) * METRE for at in (36.0, 34.0))
        start = NOON + int(draw.integers(-40, 15)) * MINUTE
        wall = Volume(Disc(lon, lat, float(draw.uniform(300, 500))), floor, ceiling, start, start + 45 * MINUTE)
        plans.append(Plan(f"b{number}", f"p{number}", "works", (wall,)))
    return plans


@pytest.mark.parametrize("seed", range(5))
def test_no_cheaper_two_changes_clear(seed: int) -> None:
    """All shifts, all levels, and each hundredth metre along each bearing are looked at, up to what is offered."""
    plans, limits = crowded(seed), Limits(most_min=12, most_ft=600, most_m=600, most_work=100_000)
    blocked, own = blocked_by(plans), plans[0]
    search = Search(own, surroundings(plans).frozen(own, limits), limits)
    may: Callable[[Plan], bool] = lambda _: True  # noqa: E731
    found = {
        tuple(axis.kind for axis, _ in steps): (moved, steps)
        for moved, steps in frontier(Neighbours(own, search), search, None, may)
    }
    assert not search.cut
    assert len(found) > 2
    assert not any(blocked(moved) for moved, _ in found.values())
    firsts: list[Axis] = [Shift(own, later, limits, None) for later in (True, False)]
    firsts += [level for make in KINDS if (level := make(own, limits)) is not None]
    for first in firsts:
        for stop in range(first.least, first.most + 1):
            there = first.moved(stop)
            seconds: list[Axis] = [Aside(Scene(there, limits), bearing) for bearing in BEARINGS_DEG]
            if isinstance(first, Shift):
                seconds += [level for make in KINDS if (level := make(there, limits)) is not None]
            for second in seconds:
                dearest = found.get((first.kind, second.kind))
                every = 100 if isinstance(second, Aside) else 1
                for step in range(every, second.most + 1, every):
                    total = round(first.cost(stop) + second.cost(step), 3)
                    if dearest is not None and total >= round(sum(axis.cost(at) for axis, at in dearest[1]), 3):
                        break
                    assert blocked(second.moved(step)), (first.kind, stop, second.kind, step)


@pytest.mark.parametrize("seed", range(20))
def test_machine_code_says_what_plain_arrays_say(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, plane = np.random.default_rng(seed), Plane(36.0, 34.0)
    plans = [[at_all_times(footprint(draw)) for _ in range(count)] for count in (4, 7)]
    one, two = (Drawing(plane, columns_of(each)).outlines(np.arange(len(each)), 0.01) for each in plans)
    i, j = (each.ravel() for each in np.meshgrid(np.arange(4), np.arange(7)))
    turn = draw.uniform(0, 2 * math.pi, len(i))
    along = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    apart_m, off_m = draw.choice([0.0, 40.0], len(i)), draw.choice([0.0, 0.05, 50.0], len(i))
    several = []
    for fast in (True, False):
        monkeypatch.setattr(sweep, "is_fast", lambda _, fast=fast: fast)
        several.append(overlaps(one, two, i, j, apart_m, off_m, along))
    assert several[0].group.tolist() == several[1].group.tolist()
    assert np.allclose(several[0].low, several[1].low, atol=1e-6)
    assert np.allclose(several[0].high, several[1].high, atol=1e-6)


def _only(plan: Plan) -> Volume:
    assert isinstance(plan.envelope, tuple)
    return plan.envelope[0]


def test_the_answer_does_not_hang_on_the_order_of_plans_nor_on_the_index() -> None:
    plans = world(3, 11)
    worlds = [
        surroundings(plans),
        surroundings(plans[::-1]),
        surroundings(plans[5:] + plans[:5], GridIndex(RULES, HEIGHTS)),
    ]
    for own, other in conflicts(plans):
        first, *others = (advise(own, other, around, at_ms=None, limits=NEAR) for around in worlds)
        assert others == [first, first]


def test_a_search_that_is_ended_says_so_and_offers_nothing_that_does_not_clear() -> None:
    plans = world(1, 11)
    around, blocked = surroundings(plans), blocked_by(plans)
    own, other = next(conflicts(plans))
    whole = advise(own, other, around, at_ms=None, limits=NEAR)
    assert not whole.cut
    for most in (0, 20, 60, 120):
        found = advise(own, other, around, at_ms=None, limits=replace(NEAR, most_work=most))
        assert found.cut or found == whole
        assert not any(blocked(applied(own, option)) for option in found.options)
    assert advise(own, other, around, at_ms=None, limits=replace(NEAR, most_work=0)) == Found((), cut=True)


def drawn(plane: Plane, shape: Footprint) -> shapely.Geometry:
    match shape:
        case Disc(lon, lat, radius_m):
            return shapely.Point(plane.drawn([(lon, lat)])[0]).buffer(radius_m, quad_segs=128)
        case Corridor(line, half_width_m):
            return shapely.LineString(plane.drawn(line)).buffer(half_width_m, quad_segs=128)
        case Polygonal(parts):
            return shapely.Polygon(plane.drawn(parts[0][0]))


def at_all_times(shape: Footprint) -> Plan:
    return Plan("a", "a", "works", (Volume(shape, parse_altitude("SFC", ""), parse_altitude("UNL", ""), 0, 1),))


@pytest.mark.parametrize("seed", range(40))
def test_where_something_is_said_to_overlap_on_the_way_drawings_do_and_elsewhere_they_do_not(seed: int) -> None:
    draw, plane = np.random.default_rng(seed), Plane(36.0, 34.0)
    a, b = footprint(draw), footprint(draw)
    turn = float(draw.uniform(0, 2 * math.pi))
    along = np.array([[math.sin(turn), math.cos(turn)]])
    zero = np.zeros(1, np.int64)
    one, two = (Drawing(plane, columns_of([at_all_times(each)])).outlines(zero, 0.01) for each in (a, b))
    ways = overlaps(one, two, zero, zero, np.zeros(1), np.zeros(1), along)
    moving, still = drawn(plane, a), drawn(plane, b)
    for way in np.linspace(-2500, 2500, 501):
        there = shapely.affinity.translate(moving, *(way * along[0]))
        said = bool(((ways.low < way) & (way < ways.high)).any())
        if said:
            assert there.distance(still) < 0.05
        else:
            assert there.buffer(-0.3).distance(still.buffer(-0.3)) > 0


@pytest.mark.parametrize("seed", range(30))
def test_no_move_of_less_than_the_depth_clears(seed: int) -> None:
    draw = np.random.default_rng(1000 + seed)
    a, b = footprint(draw), footprint(draw)
    own = at_all_times(a)
    apart_m = float(draw.choice([0.0, 40.0]))
    if lateral_gap(a, b, apart_m).contact is not Contact.OVERLAP:
        assert depth_m(a, b, apart_m) < 0.1
        return
    deep_m = depth_m(a, b, apart_m)
    for bearing in BEARINGS_DEG:
        for share in (0.5, 0.99):
            there = _only(Aside(Scene(own, NEAR), bearing).moved(math.floor(deep_m * share))).footprint
            assert lateral_gap(there, b, apart_m).contact is Contact.OVERLAP
