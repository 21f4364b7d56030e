"""What is said at a glance holds on the ground: where the chart is stretched most, within metres of the threshold."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detection.kernels_glance import GLANCE_M, glance
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE
from keepclear.detection.kernels_lateral import CORRIDOR, POLYGON, draw, frame_at
from keepclear.spacetime.footprint import Corridor, Disc
from keepclear.spacetime.geodesic import earth_centred
from keepclear.spacetime.nearness import nearest
from keepclear.spacetime.shape import shape_of
from tests.detection.test_grid import gone


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
