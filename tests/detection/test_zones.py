"""Standing zones: entered only by 1 cm or more, in place, height and time at once."""

from __future__ import annotations

import pytest

from keepclear.detection.zones import enters
from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Disc, Footprint, Polygonal
from keepclear.spacetime.geodesic import forward
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

RULES = HeightRules(terrain_lowest_m=0, terrain_highest_m=500)
NOON_MS = 1_775_736_000_000
HOUR_MS = 3_600_000
ZONE = Disc(35.0, 33.0, 5000.0)


def volume(
    footprint: Footprint, floor: str = "SFC", ceiling: str = "UNL", hours: tuple[float, float] = (0, 1)
) -> Volume:
    start, end = (NOON_MS + round(HOUR_MS * each) for each in hours)
    return Volume(footprint, parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling"), start, end)


def does_enter(
    envelope: Envelope,
    floor: str = "SFC",
    ceiling: str = "10000 ft AMSL",
    hours: tuple[float | None, float | None] = (None, None),
    rules: HeightRules = RULES,
) -> bool:
    start, end = (None if each is None else NOON_MS + round(HOUR_MS * each) for each in hours)
    low, high = parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling")
    return enters(envelope, ZONE, low, high, start, end, rules)


def beside(gap_m: float) -> Disc:
    lon, lat, _ = forward(35.0, 33.0, 77.0, 6000.0 + gap_m)
    return Disc(float(lon[0]), float(lat[0]), 1000.0)


@pytest.mark.parametrize(
    ("gap_m", "inside"), [(1.0, False), (0.0, False), (-0.008, False), (-0.012, True), (-500, True)]
)
def test_a_centimetre_in_place_decides(gap_m: float, inside: bool) -> None:
    assert does_enter((volume(beside(gap_m)),)) is inside


@pytest.mark.parametrize(
    ("floor", "inside"),
    [("10000 ft AMSL", False), ("9999 ft AMSL", True), ("FL100", True), ("FL150", False), ("5000 m HAE", False)],
)
def test_heights_decide_by_the_same_definitions(floor: str, inside: bool) -> None:
    assert does_enter((volume(ZONE, floor),)) is inside


@pytest.mark.parametrize(
    ("hours", "inside"),
    [
        ((None, None), True),
        ((None, 0), False),
        ((None, 0.001), True),
        ((1, None), False),
        ((0.999, None), True),
        ((5, 6), False),
    ],
)
def test_a_zone_without_a_start_or_an_end_stands_for_ever(
    hours: tuple[float | None, float | None], inside: bool
) -> None:
    assert does_enter((volume(ZONE),), hours=hours) is inside


def test_one_volume_of_many_is_enough() -> None:
    away = volume(beside(10_000))
    assert not does_enter((away, away))
    assert does_enter((away, volume(beside(-10)), away))


def test_a_polygon_round_the_zone_enters_it() -> None:
    ring = ((34.0, 32.0), (36.0, 32.0), (36.0, 34.0), (34.0, 34.0), (34.0, 32.0))
    assert does_enter((volume(Polygonal(((ring,),))),))


@pytest.mark.parametrize(("height_m", "inside"), [(3000.0, True), (3050.0, True), (3200.0, False)])
def test_a_flight_enters_where_it_is_low_enough_over_the_zone(height_m: float, inside: bool) -> None:
    over = Trajectory((NOON_MS, NOON_MS + HOUR_MS), (34.0, 36.0), (33.0, 33.0), (height_m,) * 2, 100.0, 50.0)
    assert does_enter(over) is inside


def test_a_flight_that_passes_when_the_zone_is_not_in_force_does_not_enter() -> None:
    over = Trajectory((NOON_MS, NOON_MS + HOUR_MS), (34.0, 36.0), (33.0, 33.0), (1000.0,) * 2, 100.0, 50.0)
    assert not does_enter(over, hours=(0.45, 0.46))
    assert does_enter(over, hours=(0.45, 0.48))
    assert does_enter(over, hours=(0.49, 0.51))
    assert not does_enter(over, hours=(0.6, 2.0))
    assert not does_enter(over, hours=(1.0, 2.0))


def test_above_ground_without_terrain_is_refused() -> None:
    with pytest.raises(InvalidInput):
        does_enter((volume(ZONE, "SFC", "300 ft AGL"),), rules=HeightRules())
