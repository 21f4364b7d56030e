"""Advice clears everything, a step less of it does not, and it keeps to what it may propose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from keepclear.detection.advice.advise import advise as found_by
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.levels import down, lower_ceiling, raise_floor, up
from keepclear.detection.advice.limits import COARSE, FINE, MINUTE_MS, Limits, cost
from keepclear.detection.advice.option import Advice, applied, in_words
from keepclear.detection.advice.places import Aside, Scene
from keepclear.detection.advice.times import shifted
from keepclear.detection.index import SimpleIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.envelope import envelope_from_json, span_ms
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.measure import distance_m
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

NOON = parse_instant("2026-04-09T12:00:00Z", "noon")
HOUR = 60 * MINUTE_MS
HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
RULES = (SeparationRule("uas", "fixed_wing", Separation(1000.0, 152.4, 300_000)),)
WHERE = Disc(36.0, 34.0, 4000.0)


def volume(
    footprint: Footprint = WHERE, start: int = 0, minutes: int = 60, floor: str = "FL100", ceiling: str = "FL150"
) -> Volume:
    low, high = parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling")
    begins = NOON + start * MINUTE_MS
    return Volume(footprint, low, high, begins, begins + minutes * MINUTE_MS)


def plan(name: str, *volumes: Volume, activity: str = "fixed_wing", party: str | None = None) -> Plan:
    return Plan(name, party or name, activity, volumes or (volume(),))


def around(*plans: Plan, rules: tuple[SeparationRule, ...] = (), **more: object) -> Surroundings:
    index = SimpleIndex(rules, HEIGHTS)
    by_id = {each.id: each for each in plans}
    for each in plans:
        index.put(each)
    return Surroundings(index, by_id.__getitem__, rules, HEIGHTS, **more)  # type: ignore[arg-type] # of a test


def advise(own: Plan, other: Plan, everything: Surroundings, **more: Any) -> tuple[Advice, ...]:
    found = found_by(own, other, everything, **more)
    assert not found.cut
    return found.options


def by_kind(options: tuple[Advice, ...]) -> dict[str, Advice]:
    return {option.kind: option for option in options}


def only(one: Plan) -> Volume:
    """The single volume of a plan."""
    assert not isinstance(one.envelope, Trajectory)
    (found,) = one.envelope
    return found


def conflicts(own: Plan, others: list[Plan], rules: tuple[SeparationRule, ...]) -> list[str]:
    """The slow way: all pairs, no index."""
    found = []
    for other in others:
        if other.id == own.id or other.party == own.party:
            continue
        apart = separation_between(rules, own.activity, other.activity)
        if judge(own, other, apart, HEIGHTS).verdict is Verdict.CONFLICT:
            found.append(other.id)
    return found


def test_two_discs_are_told_every_way_out_exactly() -> None:
    own, other = plan("a"), plan("b", volume(start=30, minutes=60), activity="uas")
    options = by_kind(advise(own, other, around(own, other, rules=RULES), at_ms=None))
    assert options["later"].shift_min == 90 + 5
    assert options["earlier"].shift_min == -(30 + 5)
    assert (str(options["up"].floor), str(options["up"].ceiling)) == ("FL155", "FL205")
    assert (str(options["down"].floor), str(options["down"].ceiling)) == ("FL045", "FL095")
    assert options["aside"].aside_m == 9000
    assert "raise_floor" not in options, "the other has the whole band"
    assert "later+up" not in options, "one change alone clears"


def test_bands_that_overlap_in_part_are_trimmed() -> None:
    own, other = plan("a"), plan("b", volume(floor="FL130", ceiling="FL250"))
    options = by_kind(advise(own, other, around(own, other), at_ms=None))
    assert (str(options["lower_ceiling"].ceiling), options["lower_ceiling"].floor) == ("FL130", None)
    back = by_kind(advise(other, own, around(own, other), at_ms=None))
    assert (str(back["raise_floor"].floor), back["raise_floor"].ceiling) == ("FL150", None)


def test_a_floor_on_the_surface_rises_in_the_datum_of_the_ceiling() -> None:
    own = plan("a", volume(floor="SFC", ceiling="10000 ft AMSL"))
    other = plan("b", volume(floor="SFC", ceiling="2500 ft AMSL"))
    options = by_kind(advise(own, other, around(own, other), at_ms=None))
    assert str(options["raise_floor"].floor) == "2500 ft AMSL"
    assert "up" not in options, "a band from the surface has no thickness to keep"


def test_a_third_notice_in_the_way_is_jumped_and_two_changes_come_only_where_one_does_not_do() -> None:
    own, other = plan("a"), plan("b")
    third = plan("c", volume(start=60, minutes=60))
    options = by_kind(advise(own, other, around(own, other, third), at_ms=None))
    assert options["later"].shift_min == 120
    tight = Limits(most_min=90, most_ft=3000, most_m=5000)
    walls = [
        plan("d", volume(start=-120, minutes=120, ceiling="FL300", floor="FL000")),
        plan("e", volume(start=60, minutes=180, floor="FL000", ceiling="FL150")),
        plan("f", volume(minutes=50, floor="FL000", ceiling="FL290")),
    ]
    everything = around(own, *walls)
    (option,) = advise(own, walls[2], everything, at_ms=None, limits=replace(tight, most_ft=6000, most_min=170))
    assert option.kind == "later+up"
    assert (option.shift_min, str(option.floor)) == (50, "FL150")
    assert option.cost == cost(minutes=50, feet=5000)
    assert advise(own, walls[2], everything, at_ms=None, limits=tight) == ()


def test_no_start_is_proposed_in_the_past() -> None:
    own, other = plan("a"), plan("b", volume(start=30, minutes=20))
    everything = around(own, other)
    assert by_kind(advise(own, other, everything, at_ms=NOON - 30 * MINUTE_MS))["earlier"].shift_min == -30
    assert "earlier" not in by_kind(advise(own, other, everything, at_ms=NOON - 29 * MINUTE_MS))
    assert by_kind(advise(own, other, everything, at_ms=NOON + 90 * MINUTE_MS))["later"].shift_min == 90


def test_what_does_not_conflict_needs_no_advice() -> None:
    own, other = plan("a"), plan("b", volume(start=60))
    assert advise(own, other, around(own, other), at_ms=None) == ()


def test_standing_zones_and_the_area_are_kept() -> None:
    own, other = plan("a"), plan("b", volume(start=30))
    above = Plan("zone", "", "", (volume(floor="FL150", ceiling="FL400", start=-6000, minutes=12_000),))
    ring = ((35.9, 33.95), (36.4, 33.95), (36.4, 34.05), (35.9, 34.05), (35.9, 33.95))
    everything = around(own, other, standing=(above,), area=Polygonal(((ring,),)))
    options = by_kind(advise(own, other, everything, at_ms=None))
    assert "up" not in options
    assert options["aside"].bearing_deg == 90.0


def test_a_corridor_goes_round_between_its_ends() -> None:
    own = plan("a", volume(Corridor(((35.5, 34.0), (36.5, 34.0)), 1000.0)))
    other = plan("b", volume(Disc(36.0, 34.01, 3000.0)))
    everything = around(own, other)
    option = by_kind(advise(own, other, everything, at_ms=None))["detour"]
    led = only(applied(own, option)).footprint
    assert isinstance(led, Corridor)
    assert (led.line[0], led.line[-1]) == ((35.5, 34.0), (36.5, 34.0))
    assert option.side == "right", "the disc stands a little to the left"
    assert conflicts(applied(own, option), [other], ()) == []
    at_the_end = plan("b", volume(Disc(35.5, 34.0, 3000.0)))
    assert "detour" not in by_kind(advise(own, at_the_end, around(own, at_the_end), at_ms=None))


def test_flights_that_cross_are_told_a_shift_a_height_and_a_way_round() -> None:
    def flight(name: str, lons: tuple[float, float], lats: tuple[float, float]) -> Plan:
        times = (NOON, NOON + HOUR)
        return Plan(name, name, "fixed_wing", Trajectory(times, lons, lats, (5000.0, 5000.0), 500.0, 100.0))

    own, other = flight("a", (35.5, 36.5), (34.0, 34.0)), flight("b", (36.0, 36.0), (33.6, 34.4))
    everything = around(own, other)
    options = advise(own, other, everything, at_ms=None)
    assert {"later", "earlier", "up", "down", "aside"} <= set(by_kind(options))
    for option in options:
        assert conflicts(applied(own, option), [other], ()) == []
    assert by_kind(options)["up"].rise == "200 m"
    shift = by_kind(options)["later"].shift_min
    assert shift is not None
    assert conflicts(replace(own, envelope=shifted(own.envelope, shift - 1)), [other], ()) == ["b"]


@pytest.mark.parametrize("bearing", [0.0, 45.0, 180.0, 270.0])
@pytest.mark.parametrize(("lon", "lat"), [(36.0, 34.0), (179.99, -70.0), (10.0, 89.9)])
def test_a_move_aside_keeps_the_form(lon: float, lat: float, bearing: float) -> None:
    half = 0.05 / max(np.cos(np.radians(lat)), 0.01)
    east, west = ((x + 540.0) % 360.0 - 180.0 for x in (lon + half, lon - half))
    ring = ((west, lat - 0.05), (east, lat - 0.05), (east, lat + 0.05), (west, lat + 0.05), (west, lat - 0.05))
    own = plan("a", volume(Polygonal(((ring,),))))
    moved = only(Aside(Scene(own, FINE), bearing).moved(100))
    assert isinstance(moved.footprint, Polygonal)
    after = moved.footprint.parts[0][0]
    for i in range(4):
        for j in range(i):
            assert distance_m(*ring[i], *ring[j]) == pytest.approx(distance_m(*after[i], *after[j]), rel=1e-5, abs=0.05)


def test_heights_do_not_go_below_the_zero_of_their_datum() -> None:
    low = plan("a", volume(floor="300 ft AGL", ceiling="900 ft AGL"))
    axis = down(low, FINE)
    assert axis is not None
    assert axis.most == 3
    assert up(plan("a", volume(floor="SFC", ceiling="FL100")), FINE) is None
    assert raise_floor(plan("a", volume(floor="100 ft AGL", ceiling="FL100")), FINE) is None
    open_above = lower_ceiling(plan("a", volume(floor="FL100", ceiling="UNL")), FINE)
    assert open_above is not None
    assert str(only(open_above.moved(200)).ceiling) == "FL400"


def test_words_are_plain() -> None:
    own, other = plan("a"), plan("b", volume(start=40, minutes=60))
    options = by_kind(advise(own, other, around(own, other), at_ms=None))
    assert in_words(options["earlier"]) == "20 min earlier"
    assert in_words(options["up"]) == "up to FL150–FL200"
    assert in_words(options["aside"]) == "8 km north"
    assert options["later"].change() == {"notice": "a", "shift_min": 100}
    assert options["up"].change() == {"notice": "a", "floor": "FL150", "ceiling": "FL200"}
    assert set(options["aside"].change()) == {"notice", "envelope"}


def footprint(draw: np.random.Generator, lon: float, lat: float) -> Footprint:
    match int(draw.integers(3)):
        case 0:
            return Disc(lon, lat, float(draw.uniform(500, 4000)))
        case 1:
            line = tuple((lon + 0.06 * i, lat + float(draw.uniform(0, 0.03))) for i in range(3))
            return Corridor(line, float(draw.uniform(200, 800)))
    ring = [(lon + dx * 0.06, lat + dy * 0.05) for dx, dy in ((0, 0), (1, 0.1), (0.4, 0.4), (0.1, 0.9), (0, 0))]
    return Polygonal(((tuple(ring),),))


def crowd(seed: int, count: int) -> list[Plan]:
    draw = np.random.default_rng(seed)
    plans = []
    for number in range(count):
        volumes = []
        for _ in range(int(draw.integers(1, 3))):
            where = footprint(draw, 36.0 + float(draw.uniform(0, 0.35)), 34.0 + float(draw.uniform(0, 0.35)))
            low = int(draw.integers(0, 60)) * 100
            unit = ("ft AMSL", "ft AGL", "m HAE")[int(draw.integers(3))]
            high = low + int(draw.integers(5, 30)) * 100
            start, minutes = int(draw.integers(0, 180)), int(draw.integers(10, 60))
            volumes.append(volume(where, start, minutes, f"{low} {unit}", f"{high} {unit}"))
        activity = ("uas", "fixed_wing")[int(draw.integers(2))]
        plans.append(plan(f"n{number:02}", *volumes, activity=activity))
    return plans


def one_step_less(own: Plan, option: Advice, limits: Limits) -> Plan | None:
    """The same kind of change, a step smaller; None for what has no such thing here (combinations, detours)."""
    match option.kind:
        case "later" | "earlier":
            assert option.shift_min is not None
            sign = 1 if option.shift_min > 0 else -1
            return replace(own, envelope=shifted(own.envelope, option.shift_min - sign * limits.step_min))
        case "aside":
            assert option.bearing_deg is not None
            assert option.aside_m is not None
            return Aside(Scene(own, limits), option.bearing_deg).moved(option.aside_m // limits.step_m - 1)
        case "up" | "down" | "raise_floor" | "lower_ceiling":
            make = {"up": up, "down": down, "raise_floor": raise_floor, "lower_ceiling": lower_ceiling}[option.kind]
            axis = make(own, limits)
            assert axis is not None
            return axis.moved(round(option.cost / axis.step_cost) - 1)
    return None


@pytest.mark.parametrize("limits", [FINE, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("seed", range(3))
def test_advice_clears_everything_and_a_step_less_of_it_does_not(seed: int, limits: Limits) -> None:
    plans = crowd(seed, 18)
    everything = around(*plans, rules=RULES)
    at_ms = NOON + 20 * MINUTE_MS
    given = 0
    for own in plans:
        met = conflicts(own, plans, RULES)
        for other in (each for each in plans if each.id in met[:1]):
            options = advise(own, other, everything, at_ms=at_ms, limits=limits)
            assert options == advise(own, other, everything, at_ms=at_ms, limits=limits)
            assert list(options) == sorted(options, key=lambda option: (option.cost, option.kind))
            for option in options:
                after = applied(own, option)
                assert conflicts(after, plans, RULES) == [], option
                said = option.change().get("envelope")
                assert said is None or envelope_from_json(said, "envelope", HEIGHTS) == after.envelope
                start_ms = span_ms(after.envelope)[0]
                assert start_ms >= at_ms or option.shift_min is None
                less = one_step_less(own, option, limits)
                if less is not None:
                    in_the_past = option.kind == "later" and span_ms(less.envelope)[0] < at_ms
                    assert conflicts(less, plans, RULES) or in_the_past, option
                given += 1
    assert given > 10
