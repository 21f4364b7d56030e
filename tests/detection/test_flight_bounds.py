"""The bounds that the search for the closest moment stands on: never over the truth, and near it for short pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.detection.closest import Reach, closest_in, look
from keepclear.detection.leg_pieces import Clocked, Pieces
from keepclear.detection.polygon import TimePolygons, nearest
from keepclear.spacetime.flown import FlownPath
from keepclear.spacetime.geodesic import Floats, forward, inverse

SPAN_S = 1000.0


def leg(lon: float, lat: float, azimuth: float, length_m: float) -> Clocked:
    end_lon, end_lat, _ = forward(lon, lat, azimuth, length_m)
    path = FlownPath.over([0, 1_000_000], [lon, float(end_lon[0])], [lat, float(end_lat[0])], [0.0, 0.0])
    return Clocked(path, 0)


def whole() -> Pieces:
    one, zero, end = np.zeros(1, np.intp), np.zeros(1), np.full(1, SPAN_S)
    return Pieces(one, one, zero, end, zero, end)


def distances_m(a: Clocked, b: Clocked, count: int) -> Floats:
    first, second = (each.ravel() for each in np.meshgrid(np.linspace(0, SPAN_S, count), np.linspace(0, SPAN_S, count)))
    legs = np.zeros(len(first), np.intp)
    return inverse(*a.place(legs, first), *b.place(legs, second))[1]


degrees = st.floats(0, 360)


@settings(deadline=None, max_examples=100)
@given(
    st.floats(-180, 180),
    st.floats(-90, 90),
    degrees,
    st.sampled_from([30.0, 3e3, 4e4, 2e5, 1e6, 5e6, 1.5e7]),
    degrees,
    degrees,
    st.sampled_from([1.0, 100.0, 5e3, 1e5, 1e6]),
    st.sampled_from([0.0, 100.0, 5e3, 1e5, 1e6]),
)
def test_nothing_on_two_pieces_is_nearer_than_their_bound(
    lon: float, lat: float, towards: float, apart_m: float, course_a: float, course_b: float, run_a: float, run_b: float
) -> None:
    there_lon, there_lat, _ = forward(lon, lat, towards, apart_m)
    a = leg(lon, lat, course_a, run_a)
    b = leg(float(there_lon[0]), float(there_lat[0]), course_b, run_b)
    looked = look(a, b, whole(), Reach(np.inf, np.inf, np.inf), np.inf)
    true_m = distances_m(a, b, 15)
    assert looked.at_least_m[0] <= true_m.min() + 1e-6
    assert looked.at_least_m[0] <= looked.distance_m[0]
    if max(run_a, run_b) <= 100 and 1000 < apart_m < 5e5:
        assert looked.at_least_m[0] > true_m.min() - 2e-3


@pytest.mark.parametrize("apart_m", [50.0, 5e3, 2e5, 1e6, 8e6])
def test_the_closest_moment_is_certain_at_any_distance(apart_m: float) -> None:
    for course in (0.0, 70.0, 135.0, 181.0, 300.0):
        there_lon, there_lat, _ = forward(20.0, 40.0, 63.0, apart_m)
        a, b = leg(20.0, 40.0, course, 3e5), leg(float(there_lon[0]), float(there_lat[0]), course + 77, 2e5)
        found = closest_in(a, b, whole(), Reach(np.inf, np.inf, np.inf))
        assert found is not None
        least_m = distances_m(a, b, 60).min()
        assert found.distance_m <= least_m + 3e-4
        _, again = inverse(*a.place(np.zeros(1, np.intp), np.array([found.a_s])),
                           *b.place(np.zeros(1, np.intp), np.array([found.b_s])))  # fmt: skip
        assert again[0] == pytest.approx(found.distance_m, abs=1e-6)


numbers = st.floats(-1000, 1000, allow_subnormal=False)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(numbers, min_size=9, max_size=9),
    st.floats(0, 50),
    st.floats(-100, 100),
    st.floats(0, 50),
    st.floats(0, 50),
    st.floats(0, 80),
)
def test_no_allowed_pair_of_moments_beats_the_one_found(
    vectors: list[float], lasts_a: float, offset: float, lasts_b: float, climb: float, most: float
) -> None:
    first, a_run, b_run = (np.array([vectors[i : i + 3]]) for i in (0, 3, 6))
    bands = (
        (np.array([lasts_a]), np.array([lasts_b]), np.array([offset]), most),
        (np.array([climb]), np.array([-climb]), np.array([offset / 2]), most),
    )
    found = nearest(TimePolygons(first, np.zeros((1, 3)), a_run, b_run, bands))
    u, v = (each.ravel() for each in np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 1, 41)))
    allowed = np.ones(len(u), bool)
    for a, b, c, limit in bands:
        allowed &= np.abs(u * a - v * b + c) <= limit
    if not found.feasible[0]:
        assert not allowed.any()
        return
    for a, b, c, limit in bands:
        assert abs(found.u[0] * a[0] - found.v[0] * b[0] + c[0]) <= limit + 1e-6
    lengths = np.linalg.norm(first + u[:, None] * a_run - v[:, None] * b_run, axis=1)
    assert found.chord_m[0] <= lengths[allowed].min(initial=np.inf) + 1e-6
