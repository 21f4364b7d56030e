"""Flights against volumes: only what is flown within the window and the heights counts, and all of it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.detection.flight import flight_meets_volume
from keepclear.detection.passage import passages
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Corridor, Disc, Footprint
from keepclear.spacetime.geodesic import forward
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume
from tests.oracles.flown import Flown, Point, least

START_MS = 1_775_742_000_000
RULES = HeightRules(terrain_lowest_m=0, terrain_highest_m=500, qnh_lowest_hpa=990, qnh_highest_hpa=1035)


def flight(
    points: tuple[Point, ...], lateral_m: float = 50.0, vertical_m: float = 30.0, time_s: float = 0.0
) -> Trajectory:
    seconds, lon, lat, height_m = zip(*points, strict=True)
    return Trajectory(
        tuple(START_MS + round(1000 * s) for s in seconds), lon, lat, height_m, lateral_m, vertical_m, time_s
    )


def volume(footprint: Footprint, floor: str, ceiling: str, from_s: float, to_s: float) -> Volume:
    return Volume(
        footprint,
        parse_altitude(floor, "floor"),
        parse_altitude(ceiling, "ceiling"),
        START_MS + round(1000 * from_s),
        START_MS + round(1000 * to_s),
    )


def place(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    x, y, _ = forward(lon, lat, azimuth, metres)
    return float(x[0]), float(y[0])


EAST: tuple[Point, ...] = ((0, *place(35, 33, 270, 60_000), 1000.0), (600, *place(35, 33, 90, 60_000), 1000.0))
"""Over 35° E 33° N after 300 s, at 200 m/s, level at 1000 m above the ellipsoid."""
SITE = Disc(35.0, 33.0, 2000.0)
"""Entered, with 50 m to spare, at 300 ∓ 10.25 s."""


@pytest.mark.parametrize(
    ("from_s", "to_s", "contact"),
    [
        (0, 600, Contact.OVERLAP),
        (0, 289.7, Contact.CLEAR),
        (0, 289.8, Contact.OVERLAP),
        (310.2, 700, Contact.OVERLAP),
        (310.3, 700, Contact.CLEAR),
        (600, 700, Contact.CLEAR),
        (-50, 0, Contact.CLEAR),
        (300, 300.001, Contact.OVERLAP),
    ],
)
def test_only_what_is_flown_within_the_window_counts(from_s: float, to_s: float, contact: Contact) -> None:
    met = flight_meets_volume(flight(EAST), volume(SITE, "SFC", "UNL", from_s, to_s), RULES)
    assert met.contact is contact
    assert not met.widened


@pytest.mark.parametrize(("doubt_s", "room_s"), [(40.0, 0.0), (0.0, 40.0), (15.0, 25.0)])
def test_doubt_and_separation_in_time_widen_the_window_once(doubt_s: float, room_s: float) -> None:
    flown = flight(EAST, time_s=doubt_s)
    separation = Separation(time_ms=round(1000 * room_s))
    for early_s, contact in ((40 - 0.05, Contact.OVERLAP), (40 + 0.05, Contact.CLEAR)):
        before = volume(SITE, "SFC", "UNL", 0, 289.75 - early_s)
        assert flight_meets_volume(flown, before, RULES, separation).contact is contact
    at_the_end = replace(volume(SITE, "SFC", "UNL", -100, 0), footprint=Disc(EAST[0][1], EAST[0][2], 10.0))
    touching = replace(at_the_end, end_ms=START_MS - 40_000)
    assert flight_meets_volume(flown, at_the_end, RULES, separation).contact is Contact.OVERLAP
    assert flight_meets_volume(flown, touching, RULES, separation).contact is Contact.CLEAR


@pytest.mark.parametrize(
    ("floor", "ceiling", "separation_m", "contact"),
    [
        ("SFC", "970 m HAE", 0, Contact.CLEAR),
        ("SFC", "970.005 m HAE", 0, Contact.MARGINAL),
        ("SFC", "970.01 m HAE", 0, Contact.OVERLAP),
        ("1030 m HAE", "UNL", 0, Contact.CLEAR),
        ("1029.995 m HAE", "UNL", 0, Contact.MARGINAL),
        ("1029.99 m HAE", "UNL", 0, Contact.OVERLAP),
        ("SFC", "870 m HAE", 100, Contact.CLEAR),
        ("SFC", "870.02 m HAE", 100, Contact.OVERLAP),
        ("999.998 m HAE", "1000.002 m HAE", 0, Contact.MARGINAL),
    ],
)
def test_heights_above_the_ellipsoid_compare_exactly(
    floor: str, ceiling: str, separation_m: float, contact: Contact
) -> None:
    met = flight_meets_volume(flight(EAST), volume(SITE, floor, ceiling, 0, 600), RULES, Separation(0, separation_m, 0))
    assert (met.contact, met.widened) == (contact, False)
    if contact is not Contact.CLEAR:
        assert met.vertical_gap_m == pytest.approx(separation_m, abs=0.03)


def test_heights_above_the_sea_go_through_the_geoid_and_say_so() -> None:
    small = Disc(35.0, 33.0, 1.0)
    top_m = 970 - undulation_m(35.0, 33.0) - 1
    for by_m, contact in ((-0.02, Contact.CLEAR), (-0.005, Contact.MARGINAL), (0.02, Contact.OVERLAP)):
        met = flight_meets_volume(flight(EAST), volume(small, "SFC", f"{top_m + by_m:.6f} m AMSL", 0, 600), RULES)
        assert met.contact is contact
        assert met.widened or contact is Contact.CLEAR


def test_flight_levels_and_heights_above_ground_are_taken_at_their_widest() -> None:
    def contact(floor: str, ceiling: str) -> Contact:
        return flight_meets_volume(flight(EAST), volume(SITE, floor, ceiling, 0, 600), RULES).contact

    assert contact("SFC", "FL025") is Contact.CLEAR
    assert contact("SFC", "FL030") is Contact.OVERLAP
    assert contact("FL039", "UNL") is Contact.OVERLAP
    assert contact("FL041", "UNL") is Contact.CLEAR
    assert contact("SFC", "1400 ft AGL") is Contact.CLEAR
    assert contact("SFC", "1600 ft AGL") is Contact.OVERLAP


def test_height_and_place_must_be_met_at_the_same_moment() -> None:
    """It climbs through the site's heights only after it has left the site."""
    climbing = flight((EAST[0], (310.5, *place(35, 33, 90, 2100), 1000.0), (600, *place(35, 33, 90, 60_000), 3000.0)))
    assert flight_meets_volume(climbing, volume(SITE, "1100 m HAE", "UNL", 0, 600), RULES).contact is Contact.CLEAR
    assert flight_meets_volume(climbing, volume(SITE, "1010 m HAE", "UNL", 0, 600), RULES).contact is Contact.OVERLAP


@pytest.mark.parametrize("by_m", [-0.012, -0.008, 0.008, 0.012])
def test_a_centimetre_on_the_ground_decides(by_m: float) -> None:
    beside = Disc(*place(35, 33, 0, 5000.0), 1000.0)
    nearest = least(
        lambda t: Geodesic.WGS84.Inverse(*Flown(EAST).at(t)[:2], beside.lat, beside.lon)["s12"], 0, 600, [], 600
    )
    room_m = nearest - 1000.0 - 50.0
    met = flight_meets_volume(flight(EAST), volume(beside, "SFC", "UNL", 0, 600), RULES, Separation(room_m + by_m))
    expected = Contact.MARGINAL if abs(by_m) < 0.01 else Contact.OVERLAP if by_m > 0 else Contact.CLEAR
    assert met.contact is expected
    if met.contact is not Contact.CLEAR:
        assert met.lateral_gap_m == pytest.approx(room_m, abs=1e-3)


def test_one_that_hovers_is_a_disc() -> None:
    hovering = flight(((0, 35.0, 33.0, 100.0), (600, 35.0, 33.0, 100.0)))
    (part,) = passages(hovering, (START_MS + 100_000.0, START_MS + 200_000.0), (0.0, 500.0))
    assert part.footprint == Disc(35.0, 33.0, 50.0)
    assert (part.start_ms - START_MS, part.end_ms - START_MS) == (100_000.0, 200_000.0)


def test_each_stretch_within_the_heights_is_one_passage() -> None:
    wave = tuple((60.0 * i, 35 + 0.1 * i, 33.0, 1000.0 if i % 2 else 0.0) for i in range(7))
    parts = passages(flight(wave), (START_MS, START_MS + 360_000.0), (500.0, 2000.0))
    assert [(part.lowest_m, part.highest_m) for part in parts] == [(500.0, 1000.0)] * 3
    assert [round(part.end_ms - part.start_ms) for part in parts] == [60_000] * 3
    assert all(isinstance(part.footprint, Corridor) and len(part.footprint.line) == 3 for part in parts)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_passages_hold_just_the_moments_within_window_and_heights(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - cases to judge, no secrets
    points = tuple(
        (
            100.0 * i,
            35 + rng.uniform(-1, 1),
            33 + rng.uniform(-1, 1),
            rng.choice([0.0, 500.0, 1000.0, rng.random() * 1e3]),
        )
        for i in range(rng.randint(2, 7))
    )
    flown, slow = flight(points), Flown(points)
    window = sorted(rng.uniform(-50, 700) for _ in range(2))
    low, high = sorted(rng.choice([0.0, 500.0, rng.uniform(0, 1000)]) for _ in range(2))
    parts = passages(flown, (START_MS + 1000 * window[0], START_MS + 1000 * window[1]), (low, high))
    for _ in range(60):
        moment = rng.uniform(0, points[-1][0])
        lat, lon, height_m = slow.at(moment)
        inside = window[0] < moment < window[1] and low < height_m < high
        holding = [part for part in parts if part.start_ms <= START_MS + 1000 * moment <= part.end_ms]
        assert bool(holding) == inside or abs(height_m - low) < 1e-6 or abs(height_m - high) < 1e-6
        for part in holding:
            line = (
                part.footprint.line
                if isinstance(part.footprint, Corridor)
                else ((part.footprint.lon, part.footprint.lat),)
            )
            assert min(lon_ for lon_, _ in line) - 0.01 <= lon <= max(lon_ for lon_, _ in line) + 0.01
            assert min(lat_ for _, lat_ in line) - 0.01 <= lat <= max(lat_ for _, lat_ in line) + 0.01


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.02, 0.98))
def test_a_point_set_on_the_leg_changes_nothing(seed: int, share: float) -> None:
    rng = random.Random(seed)  # noqa: S311 - cases to judge, no secrets
    site = volume(
        Disc(35 + rng.uniform(-0.3, 0.3), 33 + rng.uniform(-0.1, 0.1), rng.uniform(100, 9000)),
        f"{rng.randint(0, 1000)} m HAE", "1500 m AMSL", rng.uniform(0, 300), rng.uniform(301, 600),
    )  # fmt: skip
    climbing: tuple[Point, ...] = (EAST[0], (600.0, *EAST[1][1:3], 3000.0))
    moment = round(600 * share, 3)
    middle = moment, *place(EAST[0][1], EAST[0][2], bearing(), 200 * moment), 1000 + 2000 * moment / 600
    whole, cut = (
        flight_meets_volume(flight(each), site, RULES) for each in (climbing, (climbing[0], middle, climbing[1]))
    )
    assert whole.contact is cut.contact


def bearing() -> float:
    return float(Geodesic.WGS84.Inverse(EAST[0][2], EAST[0][1], EAST[1][2], EAST[1][1])["azi1"])
