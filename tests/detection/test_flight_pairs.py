"""Flights against flights: continuous time, held against a slow judge at ±1 cm."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.detection.closest import Reach
from keepclear.detection.flight import flights_meet
from keepclear.detection.legtree import closest_moment
from keepclear.spacetime.geodesic import forward, inverse
from keepclear.spacetime.heights import Contact
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from tests.oracles.flown import Flown, Point, excess_m

Pair = tuple[tuple[Point, ...], tuple[Point, ...]]

START_MS = 1_775_742_000_000
ANY = math.inf


def flight(
    points: tuple[Point, ...], lateral_m: float = 50.0, vertical_m: float = 30.0, time_s: float = 0.0
) -> Trajectory:
    seconds, lon, lat, height_m = zip(*points, strict=True)
    return Trajectory(
        tuple(START_MS + round(1000 * s) for s in seconds), lon, lat, height_m, lateral_m, vertical_m, time_s
    )


def place(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    x, y, _ = forward(lon, lat, azimuth, metres)
    return float(x[0]), float(y[0])


def through(
    lon: float, lat: float, azimuth: float, speed: float, at_s: float, span_s: float, heights: tuple[float, float]
) -> tuple[Point, ...]:
    """One leg that is over a place at a moment, flown from ``span_s`` before to ``span_s`` after."""
    back, on = place(lon, lat, azimuth + 180, speed * span_s), place(lon, lat, azimuth, speed * span_s)
    return (at_s - span_s, *back, heights[0]), (at_s + span_s, *on, heights[1])


MEETINGS: dict[str, Pair] = {
    "crossing, one second late": (
        through(35, 33, 40, 200, 600, 600, (3000, 3000)),
        through(35, 33, 130, 200, 601, 601, (3000, 3000)),
    ),
    "crossing, one second early": (
        through(35, 33, 40, 200, 600, 600, (3000, 3000)),
        through(35, 33, 130, 200, 599, 599, (3000, 3000)),
    ),
    "head on, beside each other": (
        through(35, 33, 90, 250, 900, 900, (3000, 3000)),
        through(35, 33.001, 270, 250, 900, 900, (3000, 3000)),
    ),
    "overtaking": (
        through(35, 33, 90, 250, 900, 900, (3000, 3000)),
        through(35, 33.01, 90, 120, 900, 900, (3000, 3000)),
    ),
    "parallel for 1,000 km": (
        through(35, 60, 90, 250, 2000, 2000, (9000, 9000)),
        through(35, 60.09, 90, 250, 2000, 2000, (9000, 9000)),
    ),
    "long legs crossing at a shallow angle": (
        through(-40, 50, 70, 240, 5000, 5000, (10000, 10000)),
        through(-40.2, 50, 74, 250, 5000, 5000, (10000, 10000)),
    ),
    "over the pole": (
        through(20, 89.9, 0, 220, 1800, 1800, (8000, 8000)),
        through(130, 89.95, 0, 240, 1750, 1700, (8000, 8000)),
    ),
    "over the antimeridian": (
        through(179.99, -17, 85, 220, 900, 900, (8000, 8000)),
        through(-179.98, -17.02, 350, 200, 930, 900, (8000, 8000)),
    ),
    "hovering while the other passes": (
        ((0, 35.0, 33.0, 100.0), (600, 35.0, 33.0, 100.0), (900, 35.01, 33.0, 100.0)),
        through(35.003, 33.002, 20, 20, 300, 250, (100, 100)),
    ),
    "both hover": (
        ((0, 35.0, 33.0, 100.0), (600, 35.0, 33.0, 100.0)),
        ((100, 35.01, 33.0, 100.0), (900, 35.01, 33.0, 100.0)),
    ),
    "nearest at a turn": (
        ((0, 35.0, 33.0, 900.0), (300, 35.4, 33.0, 900.0), (600, 35.4, 33.4, 900.0)),
        ((0, 35.9, 33.0, 900.0), (310, 35.43, 32.98, 900.0), (600, 35.8, 32.6, 900.0)),
    ),
}
OFFSETS = [(-0.012, Contact.CLEAR), (-0.008, Contact.MARGINAL), (0.008, Contact.MARGINAL), (0.012, Contact.OVERLAP)]


@pytest.mark.parametrize("name", MEETINGS)
def test_a_centimetre_on_the_ground_decides(name: str) -> None:
    a_points, b_points = MEETINGS[name]
    nearest_m = excess_m(Flown(a_points), Flown(b_points), 0.0, ANY)
    assert nearest_m > 1
    for more_m, contact in OFFSETS:
        a, b = flight(a_points, lateral_m=nearest_m / 3), flight(b_points, lateral_m=nearest_m / 3)
        separation = Separation(lateral_m=nearest_m / 3 + more_m)
        found = flights_meet(a, b, separation)
        assert found.contact is contact
        assert found == flights_meet(b, a, separation)
        if contact is not Contact.CLEAR:
            assert found.lateral_gap_m == pytest.approx(nearest_m / 3, abs=1e-3)
            assert found.vertical_gap_m == 0.0
            assert not found.widened


def random_flight(rng: random.Random, lon: float, lat: float, reach_m: float, legs: int) -> tuple[Point, ...]:
    moment, points = rng.uniform(0, 30), []
    for _ in range(legs + 1):
        x, y = place(lon, lat, rng.uniform(0, 360), reach_m * rng.random())
        points.append((round(moment, 3), x, y, rng.uniform(500, 900)))
        moment += rng.uniform(20, 400)
    return tuple(points)


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - cases to judge, no secrets


def random_pair(seed: int, most_legs: int = 4) -> tuple[Pair, float, float]:
    """Two flights somewhere in the world, and how near they may come on the ground and in height."""
    rng = dice(seed)
    lon, lat = rng.choice([(35.0, 33.0), (180.0, -45.0), (10.0, 89.99), (-70.0, -89.5), (0.0, 0.0), (100.0, 70.0)])
    reach_m = rng.choice([3_000.0, 60_000.0, 400_000.0])
    a, b = (random_flight(rng, lon, lat, reach_m, rng.randint(1, most_legs)) for _ in range(2))
    return (a, b), reach_m * rng.uniform(0.01, 0.1), rng.choice([30.0, 100.0, 1000.0])


def least_needed_m(pair: Pair, lateral_m: float, vertical_m: float, within_s: float) -> float:
    """By how much both must grow for the two to touch, by the slow judge (asked again near the answer)."""
    slow = Flown(pair[0]), Flown(pair[1])
    first = excess_m(*slow, lateral_m, vertical_m, within_s)
    return first + excess_m(*slow, lateral_m + first, vertical_m + first, within_s)


@pytest.mark.parametrize("seed", range(16))
def test_ground_and_height_at_one_moment_decide_to_the_centimetre(seed: int) -> None:
    """What may be near is set so that the slow judge finds 12 mm missing or to spare, in both at once."""
    (a, b), lateral_m, vertical_m = random_pair(seed)
    needed_m = least_needed_m((a, b), lateral_m, vertical_m, 0.0)
    for by_m, contact in ((0.012, Contact.OVERLAP), (-0.012, Contact.CLEAR)):
        across_m, up_m = lateral_m + needed_m + by_m, vertical_m + needed_m + by_m
        if min(across_m, up_m) > 0.02:
            found = flights_meet(flight(a, across_m / 2, up_m / 2), flight(b, across_m / 2, up_m / 2))
            assert found.contact is contact


@pytest.mark.parametrize(("seed", "doubt_s"), [(0, 1.0), (1, 30.0), (2, 200.0), (3, 30.0)])
def test_uncertain_times_are_judged_over_all_pairs_of_moments(seed: int, doubt_s: float) -> None:
    (a, b), lateral_m, vertical_m = random_pair(100 + seed, most_legs=2)
    needed_m = least_needed_m((a, b), lateral_m, vertical_m, doubt_s)
    for by_m, contact in ((0.012, Contact.OVERLAP), (-0.012, Contact.CLEAR)):
        across_m, up_m = lateral_m + needed_m + by_m, vertical_m + needed_m + by_m
        if min(across_m, up_m) > 0.02:
            one, other = flight(a, across_m / 2, up_m / 2, doubt_s / 4), flight(b, across_m / 2, up_m / 2, doubt_s / 4)
            assert flights_meet(one, other, Separation(time_ms=round(doubt_s * 500))).contact is contact


HEIGHTS = [
    # the other's height, 60 m of room: contact
    (1060.0, Contact.CLEAR),
    (1060.0 + 1e-9, Contact.CLEAR),
    (1059.995, Contact.MARGINAL),
    (1059.991, Contact.MARGINAL),
    (1059.99, Contact.OVERLAP),
    (1059.0, Contact.OVERLAP),
    (940.0, Contact.CLEAR),
    (940.005, Contact.MARGINAL),
    (940.011, Contact.OVERLAP),
]


@pytest.mark.parametrize(("other_m", "contact"), HEIGHTS)
def test_heights_compare_exactly_and_touching_is_clear(other_m: float, contact: Contact) -> None:
    level = flight(through(35, 33, 40, 200, 600, 600, (1000, 1000)))
    over = flight(through(35, 33, 130, 200, 600, 600, (other_m, other_m)))
    assert flights_meet(level, over).contact is contact
    climbing = flight(through(35, 33, 130, 200, 600, 600, (other_m, 2 * other_m - 1000 if other_m > 1000 else 0.0)))
    assert flights_meet(level, climbing).contact in (contact, Contact.CLEAR)


def test_only_the_same_moment_counts() -> None:
    """They cross in place, and they cross in height, but at different moments."""
    level = flight(through(35, 33, 90, 200, 600, 600, (3000, 3000)))
    diving = flight(through(35, 33, 0, 200, 600, 600, (4000, 2500)))
    assert flights_meet(level, diving).contact is Contact.CLEAR
    assert flights_meet(level, replace(diving, vertical_m=230.0)).contact is Contact.OVERLAP


@pytest.mark.parametrize(("late_s", "room_s", "contact"), [
    (60.0, 60.0, Contact.CLEAR),
    (60.0, 60.001, Contact.OVERLAP),
    (60.0, 59.999, Contact.CLEAR),
    (-60.0, 60.0, Contact.CLEAR),
])  # fmt: skip
def test_windows_are_half_open_and_time_room_is_open(late_s: float, room_s: float, contact: Contact) -> None:
    """The second hovers where the first did, and begins so much after (or ends so much before) it."""
    first = flight(((0, 35.0, 33.0, 100.0), (600, 35.0, 33.0, 100.0)))
    begin = 600 + late_s if late_s > 0 else late_s - 600
    second = flight(((begin, 35.0, 33.0, 100.0), (begin + 600, 35.0, 33.0, 100.0)))
    assert flights_meet(first, second, Separation(time_ms=round(room_s * 1000))).contact is contact
    doubted = replace(first, time_s=room_s / 2), replace(second, time_s=room_s / 2)
    assert flights_meet(*doubted).contact is contact


def test_back_to_back_flights_over_one_place_are_clear() -> None:
    first = flight(((0, 35.0, 33.0, 100.0), (600, 35.0, 33.0, 100.0)))
    second = flight(((600, 35.0, 33.0, 100.0), (900, 35.1, 33.0, 100.0)))
    assert flights_meet(first, second).contact is Contact.CLEAR


def test_what_is_thinner_than_a_centimetre_is_never_more_than_marginal() -> None:
    thin = flight(through(35, 33, 40, 200, 600, 600, (1000, 1000)), vertical_m=0.002)
    assert flights_meet(thin, flight(through(35, 33, 130, 200, 600, 600, (1000, 1000)))).contact is Contact.MARGINAL


def contact_of(pair: Sequence[tuple[Point, ...]], across_m: float, up_m: float, doubt_s: float) -> Contact:
    one, other = flight(pair[0], across_m / 2, up_m / 2, doubt_s), flight(pair[1], across_m / 2, up_m / 2)
    found = flights_meet(one, other)
    assert found == flights_meet(other, one)
    return found.contact


seeds, doubts = st.integers(0, 10**6), st.sampled_from([0.0, 45.0])
few = settings(deadline=None, max_examples=25)


@few
@given(seeds, doubts, st.integers(-(10**9), 10**9))
def test_a_shift_in_time_changes_nothing(seed: int, doubt_s: float, shift_s: int) -> None:
    pair, across_m, up_m = random_pair(seed)
    later = [tuple((t + shift_s, lon, lat, h) for t, lon, lat, h in points) for points in pair]
    assert contact_of(later, across_m, up_m, doubt_s) is contact_of(pair, across_m, up_m, doubt_s)


@few
@given(seeds, doubts, st.floats(-180, 180))
def test_a_turn_of_the_earth_changes_nothing(seed: int, doubt_s: float, turn: float) -> None:
    pair, across_m, up_m = random_pair(seed)
    turned = [tuple((t, math.remainder(lon + turn, 360), lat, h) for t, lon, lat, h in points) for points in pair]
    assert contact_of(turned, across_m, up_m, doubt_s) is contact_of(pair, across_m, up_m, doubt_s)


@few
@given(seeds, doubts)
def test_the_same_flown_backwards_changes_nothing(seed: int, doubt_s: float) -> None:
    pair, across_m, up_m = random_pair(seed)
    back = [tuple((5000 - t, lon, lat, h) for t, lon, lat, h in reversed(points)) for points in pair]
    assert contact_of(back, across_m, up_m, doubt_s) is contact_of(pair, across_m, up_m, doubt_s)


@few
@given(seeds, doubts, st.floats(0.01, 0.99))
def test_a_point_set_on_a_leg_changes_nothing(seed: int, doubt_s: float, share: float) -> None:
    pair, across_m, up_m = random_pair(seed)
    a, b = pair
    (t0, lon0, lat0, h0), (t1, lon1, lat1, h1) = a[0], a[1]
    moment = round(t0 + (t1 - t0) * share, 3)
    share = (moment - t0) / (t1 - t0)
    azimuth, length_m = inverse(lon0, lat0, lon1, lat1)
    between = moment, *place(lon0, lat0, float(azimuth[0]), float(length_m[0]) * share), h0 + (h1 - h0) * share
    finer = (a[0], between, *a[1:]), b
    assert contact_of(finer, across_m, up_m, doubt_s) is contact_of(pair, across_m, up_m, doubt_s)


def dense(count: int, seed: int, lon: float, lat: float) -> Trajectory:
    """A wandering track of one point a second at 200 m/s."""
    rng = dice(seed)
    azimuth, points = rng.uniform(0, 360), []
    for i in range(count):
        points.append((float(i), lon, lat, 3000.0 + 100 * math.sin(i / 50)))
        azimuth += rng.uniform(-3, 3)
        lon += 200 * math.sin(math.radians(azimuth)) / 93_000
        lat += 200 * math.cos(math.radians(azimuth)) / 111_000
    return flight(tuple(points))


def test_dense_tracks_are_found_to_meet_where_a_scan_of_seconds_finds_it() -> None:
    a, b = dense(2000, 1, 35.0, 33.0), dense(2000, 2, 35.05, 33.1)
    _, metres = inverse(a.lon, a.lat, b.lon, b.lat)
    seen = closest_moment(a.path, b.path, Reach(0.0, ANY, ANY))
    assert seen is not None
    assert float(metres.min()) - 500 < seen.distance_m <= float(metres.min())
    room_m = seen.distance_m - 100
    assert flights_meet(a, b, Separation(lateral_m=room_m + 0.02)).contact is Contact.OVERLAP
    assert flights_meet(a, b, Separation(lateral_m=room_m - 0.02)).contact is Contact.CLEAR


def test_ten_thousand_points_each_way_in_formation() -> None:
    a = dense(10_000, 1, 35.0, 33.0)
    beside = replace(a, lat=tuple(lat + 0.01 for lat in a.lat))
    assert flights_meet(a, beside).contact is Contact.CLEAR
    assert flights_meet(a, beside, Separation(lateral_m=1200.0)).contact is Contact.OVERLAP
