"""What is taken many at a time is what is taken one by one, and whatever is not right beyond doubt is left alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.spacetime.footprint import MOST_RADIUS_M, MOST_VERTICES, Footprint, footprint_from_geojson
from keepclear.spacetime.geodesic import WGS84
from keepclear.spacetime.plain_footprints import plain_footprints

PLACES = [(37.0, 35.0), (179.95, -16.8), (-179.99, 71.0), (0.0, 0.0), (12.0, 89.9), (-70.0, -89.99), (100.0, 90.0)]
SIZES_M = [1e-4, 0.05, 5.0, 3_000.0, 90_000.0, 149_000.0, 400_000.0, 9_000_000.0]
POLYGON, POINT, LINE = "Polygon", "Point", "LineString"
Place = tuple[float, float]


def away(place: Place, azimuth_deg: float, distance_m: float) -> list[float]:
    """A position so far from another."""
    lon, lat, _ = WGS84.fwd(*place, azimuth_deg, distance_m)
    return [float(lon), float(lat)]


def slowly(geometry: Any, radius_m: Any = None, half_width_m: Any = None) -> Footprint | None:
    """One by one, by the judge of all rings; None for what is refused."""
    try:
        return footprint_from_geojson(geometry, "at", radius_m=radius_m, half_width_m=half_width_m)
    except InvalidInput:
        return None


def quickly(geometry: Any, radius_m: Any = None, half_width_m: Any = None) -> Footprint | None:
    return plain_footprints([geometry], [radius_m], [half_width_m])[0]


def check(geometry: Any, radius_m: Any = None, half_width_m: Any = None) -> bool:
    """True where it was taken, and then it is the footprint, to the bit."""
    found = quickly(geometry, radius_m, half_width_m)
    if found is None:
        return False
    wanted = slowly(geometry, radius_m, half_width_m)
    assert repr(found) == repr(wanted), "what is taken quickly is refused by the judge, or is another"
    return True


@st.composite
def rings(draw: st.DrawFn, place: Place, size_m: float) -> list[list[float]]:
    """A ring round a place: a star, perhaps with two of its corners in the wrong order, or one twice."""
    corners = draw(st.integers(3, 9))
    share = st.floats(0.05, 1.0)
    at = [away(place, 360.0 * n / corners + 20 * draw(share), size_m * draw(share)) for n in range(corners)]
    wrong = draw(st.integers(0, 5))
    one, other = draw(st.integers(0, corners - 1)), draw(st.integers(0, corners - 1))
    if wrong == 0:
        at[one], at[other] = at[other], at[one]
    elif wrong == 1:
        at.insert(one, list(at[other]))
    elif wrong == 2:
        at[one] = [at[other][0] + draw(st.floats(-1e-6, 1e-6)), at[other][1]]
    return [*at, at[0]]


@st.composite
def polygons(draw: st.DrawFn) -> dict[str, Any]:
    """Anywhere and of any size, with a hole or two that may lie anywhere near; some of several parts."""
    place, size_m = draw(st.sampled_from(PLACES)), draw(st.sampled_from(SIZES_M))
    shell = draw(rings(place, size_m))
    holes = [
        draw(rings(tuple(away(place, draw(st.floats(0, 360)), size_m * draw(st.floats(0, 0.5)))), size_m / 8))  # type: ignore[arg-type]
        for _ in range(draw(st.integers(0, 2)))
    ]
    if draw(st.integers(0, 9)) == 0:
        return {"type": "MultiPolygon", "coordinates": [[shell], holes] if holes else [[shell]]}
    return {"type": POLYGON, "coordinates": [shell, *holes]}


@settings(max_examples=200)
@given(polygons())
def test_a_polygon_that_is_taken_is_taken_by_the_judge_of_rings(polygon: dict[str, Any]) -> None:
    check(polygon)


def nearly_touching(place: Place, long_m: float, gap_m: float, turn_deg: float, share: float) -> dict[str, Any]:
    """A polygon with a spike whose tip lies ``gap_m`` inside, or less than 0 beyond, the geodesic of a long edge."""
    west, east = away(place, turn_deg - 90, long_m / 2), away(place, turn_deg + 90, long_m / 2)
    course, _, length_m = WGS84.inv(west[0], west[1], east[0], east[1])
    foot_lon, foot_lat, back = WGS84.fwd(west[0], west[1], course, length_m * share)
    tip = away((foot_lon, foot_lat), back + 180 - 90, gap_m)
    side = away((foot_lon, foot_lat), back + 180 - 90, long_m / 3)
    left, right = away(tuple(west), turn_deg, long_m / 3), away(tuple(east), turn_deg, long_m / 3)  # type: ignore[arg-type]
    near_left = away(tuple(side), turn_deg - 90, long_m / 50)  # type: ignore[arg-type]
    near_right = away(tuple(side), turn_deg + 90, long_m / 50)  # type: ignore[arg-type]
    return {"type": POLYGON, "coordinates": [[west, east, right, near_right, tip, near_left, left, west]]}


@settings(max_examples=150)
@given(
    st.sampled_from(PLACES),
    st.sampled_from([10.0, 5_000.0, 60_000.0, 150_000.0, 190_000.0]),
    st.floats(-6, 2),
    st.sampled_from([1, -1]),
    st.sampled_from([0.0, 40.0, 90.0, 180.0]),
    st.sampled_from([0.2, 0.5, 0.9]),
)
def test_a_spike_that_all_but_touches_an_edge_is_not_guessed(
    place: Place, long_m: float, power: float, side: int, turn_deg: float, share: float
) -> None:
    check(nearly_touching(place, long_m, side * 10**power, turn_deg, share))


def test_where_a_bent_edge_passes_a_spike_only_the_judge_can_tell() -> None:
    drawn = [
        nearly_touching(place, 190_000.0, gap_m, turn_deg, 0.5)
        for place in PLACES
        for turn_deg in (0.0, 45.0, 90.0)
        for gap_m in np.linspace(-1.0, 1.0, 41).tolist()
    ]
    stands = [slowly(each) is not None for each in drawn]
    assert 0 < sum(stands) < len(drawn)
    assert not any(check(each) for each in drawn)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size_m", [50.0, 3_000.0, 60_000.0])
def test_ordinary_polygons_are_taken_wherever_they_are(place: Place, size_m: float) -> None:
    shell = [away(place, 60.0 * n + 3, size_m) for n in range(7)]
    hole = [away(place, 90.0 * n + 5, size_m / 3) for n in range(5)]
    shell[-1], hole[-1] = shell[0], hole[0]
    assert check({"type": POLYGON, "coordinates": [shell]})
    assert check({"type": POLYGON, "coordinates": [shell[::-1], hole]})
    assert not check({"type": POLYGON, "coordinates": [hole, shell]})
    assert not check({"type": POLYGON, "coordinates": [shell, hole, hole]})


NUMBERS = st.sampled_from([36.0, 36, -0.0, 0, 180.0, 180.1, -90.0, 90.5, True, None, "1", float("nan"), 10**400, [1.0]])
POSITIONS = st.one_of(st.lists(NUMBERS, min_size=1, max_size=3), st.tuples(NUMBERS, NUMBERS).map(list), NUMBERS)
LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)
SAID = st.sampled_from([None, 0, 0.0, -1, 5, 5.5, True, "5", MOST_RADIUS_M, MOST_RADIUS_M + 1, float("inf"), 10**400])


@given(st.lists(POSITIONS, max_size=4), st.sampled_from([LINE, POINT, POLYGON, "MultiPoint", None]), SAID, SAID)
def test_rubbish_is_left_alone(line: list[Any], kind: Any, radius_m: Any, half_width_m: Any) -> None:
    for coordinates in (line, [line], line[0] if line else None):
        check({"type": kind, "coordinates": coordinates}, radius_m, half_width_m)
    check({"type": kind, "coordinates": line, "crs": None}, radius_m, half_width_m)
    check(line, radius_m, half_width_m)


@given(st.lists(st.tuples(LONGITUDES, LATITUDES).map(list), min_size=1, max_size=9), st.floats(1e-3, 1e4))
def test_lines_and_points_are_as_they_are_one_by_one(line: list[list[float]], size_m: float) -> None:
    check({"type": LINE, "coordinates": line}, None, size_m)
    assert check({"type": POINT, "coordinates": line[0]}, size_m, None)
    assert not check({"type": LINE, "coordinates": [line[0]] * 3}, None, size_m)


def test_lines_of_any_length_that_is_allowed_are_taken_and_no_longer_ones() -> None:
    few = [[37.0 + n / 1e5, 35.0] for n in range(MOST_VERTICES)]
    assert check({"type": LINE, "coordinates": few}, None, 5.0)
    assert not check({"type": LINE, "coordinates": [*few, [38.0, 35.0]]}, None, 5.0)
    there_and_back = [[(-40.0, 40.0)[n % 2], 0.0] for n in range(101)]
    assert slowly({"type": LINE, "coordinates": there_and_back}, None, 5.0) is None
    assert not check({"type": LINE, "coordinates": there_and_back}, None, 5.0)
    assert not check({"type": LINE, "coordinates": [[0.0, 0.0], [-179.0, 0.1]]}, None, 5.0)


def test_a_ring_that_is_open_or_too_long_is_left_alone() -> None:
    ring = [away((37.0, 35.0), 360.0 * n / MOST_VERTICES, 50_000.0) for n in range(MOST_VERTICES - 1)]
    assert check({"type": POLYGON, "coordinates": [[*ring, ring[0]]]})
    assert not check({"type": POLYGON, "coordinates": [ring]})
    zigzag = [away((37.0 + n / 1e6, 35.0), 180.0 * (n % 2), 60_000.0) for n in range(MOST_VERTICES - 2)]
    assert not check({"type": POLYGON, "coordinates": [[*zigzag, [38.5, 35.0], zigzag[0]]]})


@settings(max_examples=50)
@given(st.lists(polygons(), min_size=2, max_size=8))
def test_an_answer_does_not_depend_on_what_else_is_read(several: list[dict[str, Any]]) -> None:
    none = [None] * len(several)
    assert plain_footprints(several, none, none) == [quickly(each) for each in several]


def test_nothing_is_made_of_nothing() -> None:
    assert plain_footprints([], [], []) == []
    assert quickly({"type": POLYGON, "coordinates": []}) is None
    assert quickly({"type": POLYGON, "coordinates": [[]]}) is None
    assert math.isfinite(MOST_RADIUS_M)
