"""Inside is a polygon's smaller side, anywhere on earth, whichever way the ring runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from keepclear.spacetime.footprint import Polygonal, footprint_from_geojson
from keepclear.spacetime.geodesic import earth_centred
from keepclear.spacetime.pieces import LONGEST_PIECE_M, cut
from keepclear.spacetime.shape import shape_of
from tests.oracles.footprint_truth import Position, along, distance_to_edge_m, gone, turns_round

PLACES = [(0.0, 0.0), (36.1, 34.2), (180.0, -17.0), (-179.999, 61.0), (12.0, 85.0), (100.0, 89.9), (0.0, -89.999)]


def held(ring: list[Position], places: list[Position]) -> list[bool]:
    polygon = footprint_from_geojson({"type": "Polygon", "coordinates": [[list(p) for p in ring]]}, "f")
    assert isinstance(polygon, Polygonal)
    points = earth_centred([p[0] for p in places], [p[1] for p in places])
    found: list[bool] = shape_of(polygon).core_holds(points).tolist()
    return found


def star(centre: Position, size_m: float, count: int, draw: np.random.Generator) -> list[Position]:
    turn = draw.uniform(0, 360)
    ring = [gone(centre, turn + 360 * i / count, size_m * draw.uniform(0.3, 1)) for i in range(count)]
    return [*ring, ring[0]]


@pytest.mark.parametrize("size_m", [30.0, 20_000.0, 1_500_000.0, 4_000_000.0])
@pytest.mark.parametrize("place", PLACES)
def test_inside_is_where_the_ring_runs_round(place: Position, size_m: float) -> None:
    draw = np.random.default_rng(int(size_m) + PLACES.index(place))
    ring = star(place, size_m, 5, draw)
    places = [gone(place, draw.uniform(0, 360), size_m * draw.uniform(0, 1.1)) for _ in range(7)]
    truth = [turns_round(p, ring, samples=16) for p in places]
    assert held(ring, places) == truth
    assert held(ring[::-1], places) == truth
    assert held([*ring[2:-1], *ring[:3]], places) == truth
    antipodes = [((p[0] + 360) % 360 - 180, -p[1]) for p in places]
    assert not any(held(ring, antipodes))


def test_rings_round_the_globe() -> None:
    """A ring south of the equator all the way round has the south pole inside, and none of the north."""
    band = [(0.0, -5.0), (90.0, -5.0), (180.0, -5.0), (-90.0, -5.0), (0.0, -5.0)]
    assert held(band, [(0, -90), (45, -8), (45, -3), (17, 90), (0, 0)]) == [True, True, False, False, False]
    cap = [(0.0, 85.0), (90.0, 85.0), (180.0, 85.0), (-90.0, 85.0), (0.0, 85.0)]
    assert held(cap, [(0, 90), (133, 89), (0, 84.9), (0, -90)]) == [True, True, False, False]


def test_a_long_edge_is_a_geodesic_to_under_a_millimetre() -> None:
    """Points 1 mm to either side of the middle of edges of 1000 km and more are inside and out."""
    for a, b, off in (((0.0, 45.0), (14.0, 47.0), (7.0, 20.0)), ((170.0, 60.0), (-150.0, 55.0), (-170.0, 20.0))):
        for place in along(a, b, 3)[1:-1]:
            sides = [gone(place, turn, 0.001) for turn in (0, 60, 120, 180, 240, 300)]
            from_edge = [distance_to_edge_m(side, a, b) for side in sides]
            deep = [side for side, far in zip(sides, from_edge, strict=True) if far > 0.0006]
            assert len(deep) >= 2
            answers = held([a, b, off, a], deep)
            assert {True, False} == set(answers)
            assert answers == [turns_round(side, [a, b, off, a], samples=200) for side in deep]


def test_the_plane_of_a_piece_leaves_its_geodesic_by_under_a_third_of_a_millimetre() -> None:
    draw = np.random.default_rng(3)
    worst = 0.0
    for _ in range(200):
        start = draw.uniform(-180, 180), math.degrees(math.asin(draw.uniform(-1, 1)))
        end = gone(start, draw.uniform(0, 360), LONGEST_PIECE_M)
        middle = along(start, end, 2)[1]
        a, b, m = earth_centred([start[0], end[0], middle[0]], [start[1], end[1], middle[1]])
        normal = np.cross(a, b - a)
        worst = max(worst, abs(float(m @ normal) / float(np.linalg.norm(normal))))
    assert 1e-4 < worst < 3e-4
    assert len(cut([[(0.0, 0.0), (0.0, 0.5)]])) == math.ceil(55288 / LONGEST_PIECE_M)
