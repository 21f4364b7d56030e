"""What one plan is to another: every rule of the contract's conflict, on small plans whose answer is plain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from keepclear.detection.judge import judge, judge_many, meetings
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.envelope import envelope_from_json
from keepclear.spacetime.footprint import footprint_from_geojson
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.measure import union_area_km2
from keepclear.spacetime.separation import NO_SEPARATION, Separation
from keepclear.spacetime.volume import Volume
from tests.oracles.footprint_truth import gone

HEIGHTS = HeightRules(0.0, 1500.0, 990.0, 1035.0)
HERE = (36.0, 34.0)


def volume(
    *,
    at: tuple[float, float] = HERE,
    north_m: float = 0.0,
    radius_m: float = 1000.0,
    floor: str = "1000 ft AMSL",
    ceiling: str = "2000 ft AMSL",
    start: str = "10:00:00",
    end: str = "11:00:00",
) -> dict[str, Any]:
    lon, lat = gone(at, 0.0, north_m)
    return {
        "footprint": {"type": "Point", "coordinates": [lon, lat]},
        "radius_m": radius_m,
        "floor": floor,
        "ceiling": ceiling,
        "start": f"2026-04-09T{start}Z",
        "end": f"2026-04-09T{end}Z",
    }


def flight(*, north_m: float, height_m: float = 400.0) -> dict[str, Any]:
    west, east = gone(gone(HERE, 0.0, north_m), 270.0, 9000.0), gone(gone(HERE, 0.0, north_m), 90.0, 9000.0)
    return {
        "type": "MovingPoint",
        "datetimes": ["2026-04-09T10:10:00Z", "2026-04-09T10:20:00Z"],
        "coordinates": [[*west, height_m], [*east, height_m]],
        "lateral_m": 50.0,
        "vertical_m": 30.0,
        "time_s": 0,
    }


def plan(name: str, *parts: dict[str, Any]) -> Plan:
    envelope = parts[0] if parts[0].get("type") == "MovingPoint" else list(parts)
    return Plan(name, "alpha", "uas", envelope_from_json(envelope, "envelope", HEIGHTS))


def met(a: Plan, b: Plan, separation: Separation = NO_SEPARATION) -> Meeting:
    there = judge(a, b, separation, HEIGHTS)
    assert there == judge(b, a, separation, HEIGHTS)
    assert there.a < there.b
    plain = judge(a, b, separation, HEIGHTS, overlap=False)
    assert plain.overlap is None
    assert plain.verdict is there.verdict
    return there


A = plan("a", volume())
CASES: dict[str, tuple[dict[str, Any], Separation, Verdict]] = {
    "the same": (volume(), NO_SEPARATION, Verdict.CONFLICT),
    "discs that touch": (volume(north_m=2000), NO_SEPARATION, Verdict.MARGINAL),
    "discs 9 mm apart": (volume(north_m=2000.009), NO_SEPARATION, Verdict.MARGINAL),
    "discs 11 mm apart": (volume(north_m=2000.011), NO_SEPARATION, Verdict.CLEAR),
    "discs 9 mm into each other": (volume(north_m=1999.991), NO_SEPARATION, Verdict.MARGINAL),
    "discs 11 mm into each other": (volume(north_m=1999.989), NO_SEPARATION, Verdict.CONFLICT),
    "under the separation by 11 mm": (volume(north_m=2499.989), Separation(500.0), Verdict.CONFLICT),
    "at the separation": (volume(north_m=2500), Separation(500.0), Verdict.MARGINAL),
    "over the separation": (volume(north_m=2500.02), Separation(500.0), Verdict.CLEAR),
    "floor on ceiling": (volume(floor="2000 ft AMSL", ceiling="3000 ft AMSL"), NO_SEPARATION, Verdict.CLEAR),
    "a foot under the ceiling": (volume(floor="1999 ft AMSL", ceiling="3000 ft AMSL"), NO_SEPARATION, Verdict.CONFLICT),
    "1000 ft above, as agreed": (
        volume(floor="3000 ft AMSL", ceiling="4000 ft AMSL"), Separation(0.0, 304.8), Verdict.CLEAR,
    ),
    "999 ft above": (volume(floor="2999 ft AMSL", ceiling="4000 ft AMSL"), Separation(0.0, 304.8), Verdict.CONFLICT),
    "back to back": (volume(start="11:00:00", end="12:00:00"), NO_SEPARATION, Verdict.CLEAR),
    "1 ms in common": (volume(start="10:59:59.999", end="12:00:00"), NO_SEPARATION, Verdict.CONFLICT),
    "5 min later, as agreed": (volume(start="11:05:00", end="12:00:00"), Separation(0, 0, 300_000), Verdict.CLEAR),
    "1 ms sooner": (volume(start="11:04:59.999", end="12:00:00"), Separation(0, 0, 300_000), Verdict.CONFLICT),
    "before, 1 ms too late": (
        volume(start="09:00:00", end="09:55:00.001"), Separation(0, 0, 300_000), Verdict.CONFLICT,
    ),
    "before, as agreed": (volume(start="09:00:00", end="09:55:00"), Separation(0, 0, 300_000), Verdict.CLEAR),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_two_volumes(name: str) -> None:
    other, separation, verdict = CASES[name]
    assert met(A, plan("b", other), separation).verdict is verdict


def test_a_row_tells_of_the_declared_gaps_and_the_common_part() -> None:
    row = met(
        A, plan("b", volume(north_m=2400, floor="2500 ft AMSL", ceiling="3000 ft AMSL")), Separation(500.0, 304.8)
    )
    assert row.verdict is Verdict.CONFLICT
    assert row.lateral_gap_m == pytest.approx(400, abs=1e-6)
    assert row.vertical_gap_m == pytest.approx(152.4)
    assert row.overlap is None
    assert not row.widened
    row = met(A, plan("b", volume(start="10:30:00", end="13:00:00")))
    assert row.lateral_gap_m == row.vertical_gap_m == 0
    assert row.overlap is not None
    assert union_area_km2([footprint_from_geojson(row.overlap, "overlap")]) == pytest.approx(3.1416, rel=5e-3)
    assert row.as_json() | {"overlap": None} == {
        "a": "a", "b": "b", "verdict": "CONFLICT", "start": "2026-04-09T10:30:00Z", "end": "2026-04-09T11:00:00Z",
        "widened": False, "lateral_gap_m": 0.0, "vertical_gap_m": 0.0, "overlap": None,
    }  # fmt: skip


def test_other_datums_widen_and_say_so() -> None:
    row = met(A, plan("b", volume(floor="FL010", ceiling="FL015")))
    assert row.verdict is Verdict.CONFLICT
    assert row.widened


def test_a_conflict_beats_a_neighbour_and_times_span_the_pairs_that_conflict() -> None:
    several = plan(
        "b",
        volume(north_m=2000, start="10:00:00", end="10:05:00"),
        volume(start="10:10:00", end="10:20:00"),
        volume(north_m=500, start="10:30:00", end="10:40:00"),
        volume(north_m=90_000, start="10:50:00", end="10:55:00"),
    )
    row = met(A, several)
    assert row.verdict is Verdict.CONFLICT
    assert row.as_json()["start"] == "2026-04-09T10:10:00Z"
    assert row.as_json()["end"] == "2026-04-09T10:40:00Z"


def test_lateral_and_vertical_must_overlap_in_one_and_the_same_pair() -> None:
    """One volume is beside and the other above: together they surround, yet neither conflicts."""
    around = plan("b", volume(north_m=2500), volume(floor="2000 ft AMSL", ceiling="3000 ft AMSL"))
    assert met(A, around).verdict is Verdict.CLEAR


def test_flights_and_volumes() -> None:
    assert met(A, plan("b", flight(north_m=0))).verdict is Verdict.CONFLICT
    assert met(A, plan("b", flight(north_m=1049.9))).verdict is Verdict.CONFLICT
    assert met(A, plan("b", flight(north_m=1051))).verdict is Verdict.CLEAR
    assert met(A, plan("b", flight(north_m=1051)), Separation(5.0)).verdict is Verdict.CONFLICT
    assert met(A, plan("b", flight(north_m=0, height_m=4000))).verdict is Verdict.CLEAR
    row = met(A, plan("b", flight(north_m=0)))
    assert row.overlap is not None
    area = union_area_km2([footprint_from_geojson(row.overlap, "overlap")])
    assert area == pytest.approx(2 * 0.1, rel=0.02)
    many = plan("b", volume(north_m=90_000), volume(north_m=300), volume(north_m=70_000))
    assert met(many, plan("c", flight(north_m=0))).verdict is Verdict.CONFLICT
    assert met(many, plan("c", flight(north_m=20_000))).verdict is Verdict.CLEAR


def test_two_flights() -> None:
    one = plan("a", flight(north_m=0))
    assert met(one, plan("b", flight(north_m=99))).verdict is Verdict.CONFLICT
    assert met(one, plan("b", flight(north_m=101))).verdict is Verdict.CLEAR
    assert met(one, plan("b", flight(north_m=101)), Separation(10.0)).verdict is Verdict.CONFLICT


@pytest.mark.parametrize("cut_m", [-900.0, 0.0, 400.0])
def test_a_volume_cut_in_height_and_time_stands_as_before(cut_m: float) -> None:
    other = volume(north_m=cut_m, floor="1500 ft AMSL", ceiling="5000 ft AMSL", start="10:30:00", end="12:00:00")
    low, high = other | {"ceiling": "1800 ft AMSL"}, other | {"floor": "1800 ft AMSL"}
    early, late = low | {"end": "2026-04-09T10:45:00Z"}, low | {"start": "2026-04-09T10:45:00Z"}
    whole, parts = met(A, plan("b", other)), met(A, plan("b", high, early, late))
    assert (whole.verdict, whole.start_ms, whole.end_ms) == (parts.verdict, parts.start_ms, parts.end_ms)


def test_many_volumes_stand_as_each_two_of_them_do() -> None:
    """Enough that times and boxes are compared as arrays; each pair alone tells what the row must say."""
    draw = np.random.default_rng(4)

    def many(name: str) -> Plan:
        return plan(name, *(
            volume(
                north_m=float(draw.uniform(-90_000, 90_000)), radius_m=float(draw.uniform(200, 900)),
                start=f"{hour:02}:{minute:02}:00", end=f"{hour + 1:02}:{minute:02}:00",
            )
            for hour, minute in zip(draw.integers(6, 20, 40).tolist(), draw.integers(0, 60, 40).tolist(), strict=True)
        ))  # fmt: skip

    for separation in (NO_SEPARATION, Separation(900.0, 0.0, 600_000)):
        a, b = many("a"), many("b")
        alone = [
            judge(replace(a, envelope=(one,)), replace(b, envelope=(other,)), separation, HEIGHTS)
            for one in volumes_of(a)
            for other in volumes_of(b)
        ]
        conflicts = [row for row in alone if row.verdict is Verdict.CONFLICT]
        row = met(a, b, separation)
        assert row.verdict is Verdict.CONFLICT
        assert row.start_ms == min(each.start_ms for each in conflicts)
        assert row.end_ms == max(each.end_ms for each in conflicts)
        assert row.lateral_gap_m == min(each.lateral_gap_m for each in conflicts)


def volumes_of(one: Plan) -> tuple[Volume, ...]:
    assert isinstance(one.envelope, tuple)
    return one.envelope


def test_heights_of_two_datums_are_compared_where_they_are() -> None:
    """1110 m above the sea are some 1130 m above the ellipsoid in the Levant, and 1010 m south of India."""
    india = (80.0, 6.0)

    def level(name: str, floor: str, ceiling: str) -> Plan:
        spots = (volume(floor=floor, ceiling=ceiling), volume(at=india, floor=floor, ceiling=ceiling))
        return plan(name, *spots)

    a, b = level("a", "1000 m HAE", "1100 m HAE"), level("b", "1110 m AMSL", "1200 m AMSL")
    assert met(a, b).verdict is Verdict.CONFLICT
    both = volumes_of(a), volumes_of(b)
    cases = [
        (replace(a, envelope=(one,)), replace(b, envelope=(other,)), NO_SEPARATION)
        for one, other in zip(*both, strict=True)
    ]
    assert [row.verdict for row in judge_many(cases, HEIGHTS)] == [Verdict.CLEAR, Verdict.CONFLICT]


def test_judged_together_is_judged_alone() -> None:
    """Whatever the others are: flights, what is clear, what is apart by less than must be kept."""
    others = [other for other, _, _ in CASES.values()] + [flight(north_m=0), flight(north_m=1049.9)]
    several = plan("m", volume(north_m=90_000), volume(north_m=300), volume(north_m=2_200))
    for separation in (NO_SEPARATION, Separation(500.0, 304.8, 300_000)):
        cases = [(first, plan("z", other), separation) for other in others for first in (A, several)]
        for overlap in (True, False):
            assert judge_many(cases, HEIGHTS, overlap=overlap) == [
                judge(*case, HEIGHTS, overlap=overlap) for case in cases
            ]
            assert list(meetings(cases, HEIGHTS)) == [
                row for case in cases if (row := judge(*case, HEIGHTS)).verdict is not Verdict.CLEAR
            ]
