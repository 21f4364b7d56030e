"""What is said at a glance holds on the ground: where the chart is stretched most, within metres of the threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keepclear.detection.judge import judge
from keepclear.detection.kernels_glance import GLANCE_M, corner_in_both, glance
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE
from keepclear.detection.kernels_lateral import CORRIDOR, POLYGON, draw, frame_at, room_m
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED
from keepclear.spacetime.footprint import Corridor, Disc, Polygonal
from keepclear.spacetime.geodesic import WGS84, earth_centred
from keepclear.spacetime.nearness import nearest
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.volume import Volume
from tests.detection.test_grid import HEIGHTS, PLACES, gone


def drawn(places: list[tuple[float, float]], frame: np.ndarray) -> tuple[np.ndarray, float]:
    chart = np.empty((len(places), 2))
    xyz = earth_centred([lon for lon, _ in places], [lat for _, lat in places])
    return chart, draw(xyz, 0, len(places), frame, chart)


@pytest.mark.parametrize("lat", [0.0, 47.0, -89.9])
def test_what_a_glance_is_sure_of_is_so(lat: float) -> None:
    random, sure, frame = np.random.default_rng(int(100 + lat)), {CLEAR: 0, OVERLAP: 0}, np.empty(13)
    for _ in range(200):
        start = (179.999, lat)
        azimuth, away_m = float(random.uniform(0, 360)), float(10 ** random.uniform(1, 4.95))
        end = gone(start, azimuth, float(random.uniform(2_000, 95_000)))
        beside = gone(end, azimuth + float(random.uniform(-170, 170)), away_m)
        x, y, z = earth_centred([start[0]], [start[1]])[0].tolist()
        frame_at(x, y, z, frame)
        (line, far), (point, farther) = drawn([start, end], frame), drawn([beside], frame)
        if max(far, farther) > GLANCE_M:
            continue
        true_m = nearest(shape_of(Corridor((start, end), 1.0)), shape_of(Disc(*beside, 1.0))).distance_m
        for off_m in (-40.0, -5.0, -2.5, -1.0, 0.0, 1.0, 2.5, 5.0, 40.0):
            reach_m = max(true_m + off_m, 0.0)
            state = glance(line, 2, CORRIDOR, point, 1, CORRIDOR, max(far, farther), reach_m, reach_m)
            assert glance(point, 1, CORRIDOR, line, 2, CORRIDOR, max(far, farther), reach_m, reach_m) == state
            assert state != OVERLAP or true_m <= reach_m
            assert state != CLEAR or true_m >= reach_m
            if state in sure:
                sure[state] += 1
    assert min(sure.values()) > 100


def test_what_lies_within_or_crosses_overlaps_only_where_that_is_enough() -> None:
    ring = np.array([(-900.0, -900.0), (900.0, -900.0), (900.0, 900.0), (-900.0, 900.0), (-900.0, -900.0)])
    within, across = np.array([(0.0, 0.0), (50.0, 10.0)]), np.array([(-5000.0, 3.0), (5000.0, 4.0)])
    for line in (within, across):
        for enough, sure in ((100.0, True), (1.0, False), (-1.0, False)):
            for held in (
                glance(ring, 5, POLYGON, line, 2, CORRIDOR, 5000.0, enough, 100.0),
                glance(line, 2, CORRIDOR, ring, 5, POLYGON, 5000.0, enough, 100.0),
            ):
                assert (held == OVERLAP) == sure
                assert held != CLEAR


def test_polygons_overlap_for_sure_where_they_have_a_place_in_common_that_lies_deep_in_both() -> None:
    ring = np.array([(-900.0, -900.0), (900.0, -900.0), (900.0, 900.0), (-900.0, 900.0), (-900.0, -900.0)])
    for beside_m, state in ((880.0, OVERLAP), (1798.0, UNSURE), (1801.0, UNSURE), (1900.0, CLEAR)):
        other = ring + np.array([beside_m, 0.0])
        assert glance(ring, 5, POLYGON, other, 5, POLYGON, 5000.0, -1.0, 0.01) == state
        assert glance(other, 5, POLYGON, ring, 5, POLYGON, 5000.0, -1.0, 0.01) == state


def polygon(places: tuple[tuple[float, float], ...]) -> Polygonal:
    return Polygonal((((*places, places[0]),),))


def room_of(places: tuple[tuple[float, float], ...]) -> float:
    frame = np.empty(13)
    x, y, z = earth_centred([places[0][0]], [places[0][1]])[0].tolist()
    frame_at(x, y, z, frame)
    return room_m(drawn([*places, places[0]], frame)[0], len(places) + 1)


def dips_in(
    here: tuple[float, float], azimuth: float, size_m: float, deep_m: float, opening: float
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
    """A four-cornered polygon, and a triangle of which one corner is so deep in it, or as far before its edge."""
    wide = tuple(gone(here, azimuth + turn, size_m) for turn in (45, 135, 225, 315))
    middle = WGS84.npts(*wide[0], *wide[3], 1)[0]
    tip = gone((float(middle[0]), float(middle[1])), azimuth + 180, deep_m)
    return wide, (tip, *(gone(tip, azimuth + turn, size_m / 3) for turn in (-opening, opening)))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(PLACES), st.floats(0, 360), st.floats(2_000, 60_000), st.floats(-4, 12),
    st.sampled_from((0.005, 0.2, 2.0, 20.0, 40.0)),
)  # fmt: skip
def test_a_corner_deep_in_both_is_a_conflict(
    place: tuple[float, float], azimuth: float, size_m: float, deep_m: float, opening: float
) -> None:
    wide, thin = dips_in(place, azimuth, size_m, deep_m, opening)
    rooms, frame = (room_of(wide), room_of(thin)), np.empty(13)
    x, y, z = earth_centred([thin[0][0]], [thin[0][1]])[0].tolist()
    frame_at(x, y, z, frame)
    (a, far), (b, farther) = drawn([*wide, wide[0]], frame), drawn([*thin, thin[0]], frame)
    assume(max(far, farther) <= GLANCE_M)
    sure = corner_in_both(a, 5, rooms[0], b, 4, rooms[1])
    assert sure == corner_in_both(b, 4, rooms[1], a, 5, rooms[0])
    assert sure or deep_m < 5 or opening < 20
    plans = [
        Plan(name, name, "uas", (Volume(polygon(shape), SURFACE, UNLIMITED, 0, 10),))
        for name, shape in (("a", wide), ("b", thin))
    ]
    verdict = judge(plans[0], plans[1], separation_between((), "uas", "uas"), HEIGHTS, overlap=False).verdict
    assert not sure or verdict is Verdict.CONFLICT
