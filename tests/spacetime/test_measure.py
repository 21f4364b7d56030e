"""Areas, centres and distances of footprints against closed forms and against GeographicLib."""

from __future__ import annotations

import math

import pytest
from geographiclib.geodesic import Geodesic

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, footprint_from_geojson
from keepclear.spacetime.measure import (
    bearing_deg,
    centre,
    distance_m,
    distance_to_point_m,
    envelope_footprints,
    footprints_meet,
    lies_within,
    trajectory_footprint,
    union_area_km2,
)
from keepclear.spacetime.overlap import common_footprint
from keepclear.spacetime.trajectory import Trajectory
from tests.oracles.footprint_truth import distance_m as true_distance_m
from tests.oracles.footprint_truth import gone

PLACES = [(0.0, 0.0), (36.1, 34.2), (180.0, -17.0), (-179.999, 61.0), (12.0, 85.0), (100.0, 90.0)]


def square(west: float, south: float, size: float) -> Footprint:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return footprint_from_geojson({"type": "Polygon", "coordinates": [ring]}, "f")


def true_area_km2(footprint: Footprint) -> float:
    assert isinstance(footprint, Polygonal)
    total = 0.0
    for part in footprint.parts:
        for number, ring in enumerate(part):
            whole = Geodesic.WGS84.Polygon()
            for lon, lat in ring[:-1]:
                whole.AddPoint(lat, lon)
            area = abs(whole.Compute()[2]) / 1e6
            total += -area if number else area
    return total


@pytest.mark.parametrize("footprint", [square(0, 0, 1), square(34, 32, 6), square(170, 60, 9), square(-20, -70, 60)])
def test_the_area_of_a_polygon_is_geodesic(footprint: Footprint) -> None:
    assert union_area_km2([footprint]) == pytest.approx(true_area_km2(footprint), rel=1e-4)


def test_the_area_of_a_ring_round_the_pole_and_of_a_hole() -> None:
    ring = ((0.0, 70.0), (90.0, 70.0), (180.0, 70.0), (-90.0, 70.0), (0.0, 70.0))
    hole = ((0.0, 85.0), (90.0, 85.0), (180.0, 85.0), (-90.0, 85.0), (0.0, 85.0))
    assert union_area_km2([Polygonal(((ring, hole),))]) == pytest.approx(
        true_area_km2(Polygonal(((ring, hole),))), rel=1e-3
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius_m", [50.0, 20_000.0, 1_200_000.0])
def test_the_area_and_centre_of_a_disc(place: tuple[float, float], radius_m: float) -> None:
    cap_km2 = 2 * math.pi * 6371.0**2 * (1 - math.cos(radius_m / 6371_000))
    assert union_area_km2([Disc(*place, radius_m)]) == pytest.approx(cap_km2, rel=0.01 if radius_m > 1e6 else 1e-3)
    assert true_distance_m(centre([Disc(*place, radius_m)]), place) < max(1e-3 * radius_m, 0.1)


def test_the_area_of_a_corridor_is_its_strip_and_its_ends() -> None:
    length_km = true_distance_m((20, 40), (23, 41)) / 1000
    area = union_area_km2([Corridor(((20.0, 40.0), (23.0, 41.0)), 1500.0)])
    assert area == pytest.approx(3 * length_km + math.pi * 1.5**2, rel=1e-3)


def test_what_overlaps_counts_once() -> None:
    a, b = square(0, 0, 1), square(0.5, 0, 1)
    assert union_area_km2([a, b, a]) == pytest.approx(1.5 * true_area_km2(a), rel=1e-3)
    assert union_area_km2([a, square(100, 0, 1)]) == pytest.approx(2 * true_area_km2(a), rel=1e-3)
    assert union_area_km2([]) == 0


def test_the_centre_of_several() -> None:
    lon, lat = centre([square(179, -0.5, 1), square(-180, -0.5, 1)])
    assert abs(lon) == pytest.approx(180, abs=1e-6)
    assert lat == pytest.approx(0, abs=1e-6)
    lon, lat = centre([square(10, -0.5, 1), square(40, -0.5, 1)])
    assert lon == pytest.approx(25.5, abs=1e-3)
    assert lat == pytest.approx(0, abs=1e-3)


def test_distance_and_bearing() -> None:
    assert distance_m(0, 0, 0, 90) == pytest.approx(10_001_965.729, abs=1e-3)
    assert bearing_deg(0, 0, -1, 0) == pytest.approx(270)
    assert bearing_deg(0, 0, 0, 1) == 0


def test_distance_to_a_point_is_nought_inside() -> None:
    area = square(34, 32, 2)
    assert distance_to_point_m([area], 35, 33) == 0
    assert distance_to_point_m([area], 34, 32) == pytest.approx(0, abs=1e-6)
    assert distance_to_point_m([area, Disc(0, 0, 5.0)], 34, 31) == pytest.approx(true_distance_m((34, 31), (34, 32)))
    place = gone((20.0, 50.0), 77.0, 5000.0)
    assert distance_to_point_m([Disc(20.0, 50.0, 1500.0)], *place) == pytest.approx(3500.0, abs=1e-6)
    assert distance_to_point_m([], 0, 0) == math.inf


def test_meeting_takes_a_centimetre() -> None:
    assert not footprints_meet(square(0, 0, 1), square(1, 0, 1))
    assert footprints_meet(square(0, 0, 1), square(1 - 1e-6, 0, 1))
    assert not footprints_meet(square(0, 0, 1), square(90, 0, 1))


@pytest.mark.parametrize("size", [0.01, 1.0, 20.0])
def test_lying_within_takes_a_centimetre_outside_to_be_false(size: float) -> None:
    area = square(30, 30, size)
    assert lies_within([area], area)
    assert lies_within([square(30 + size / 4, 30 + size / 4, size / 4)], area)
    assert lies_within([square(30 - 4e-8, 30 + size / 4, size / 4)], area)
    assert not lies_within([square(30 - 3e-7, 30 + size / 4, size / 4)], area)
    assert not lies_within([area, square(60, 30, size)], area)
    assert not lies_within([square(29, 29, 2 * size + 2)], area)
    assert lies_within([Disc(30 + size / 2, 30 + size / 2, 100.0)], area)
    assert not lies_within([Disc(30, 30, 100.0)], area)


def test_discs_within_discs() -> None:
    place = gone((5.0, 50.0), 30.0, 900.0)
    assert lies_within([Disc(*place, 100.0)], Disc(5.0, 50.0, 1000.0))
    assert lies_within([Disc(*place, 100.009)], Disc(5.0, 50.0, 1000.0))
    assert not lies_within([Disc(*place, 100.02)], Disc(5.0, 50.0, 1000.0))


def test_what_a_trajectory_is_over() -> None:
    flight = Trajectory((0, 1000), (10.0, 10.1), (50.0, 50.0), (100.0, 200.0), 30.0, 10.0, 0.0)
    assert trajectory_footprint(flight) == Corridor(((10.0, 50.0), (10.1, 50.0)), 30.0)
    assert envelope_footprints(flight) == [trajectory_footprint(flight)]
    still = Trajectory((0, 1000), (10.0, 10.0), (50.0, 50.0), (100.0, 200.0), 30.0, 10.0, 0.0)
    assert trajectory_footprint(still) == Disc(10.0, 50.0, 30.0)


def test_the_common_footprint_is_a_footprint_again() -> None:
    drawn = common_footprint([(square(0, 0, 1), square(0.5, 0.5, 1))])
    assert drawn is not None
    again = footprint_from_geojson(drawn, "overlap")
    assert union_area_km2([again]) == pytest.approx(true_area_km2(square(0.5, 0.5, 0.5)), rel=1e-3)
    assert common_footprint([(square(0, 0, 1), square(2, 0, 1))]) is None


def test_the_common_footprint_is_cut_at_the_antimeridian() -> None:
    def over(south: float) -> Footprint:
        ring = ((179.0, south), (-179.0, south), (-179.0, south + 1), (179.0, south + 1), (179.0, south))
        return Polygonal(((ring,),))

    drawn = common_footprint([(over(10.0), over(10.5))])
    assert drawn is not None
    assert drawn["type"] == "MultiPolygon"
    for part in drawn["coordinates"]:
        longitudes = [lon for ring in part for lon, _ in ring]
        assert max(longitudes) - min(longitudes) == pytest.approx(1, abs=1e-6)
        assert 180 in {abs(lon) for lon in longitudes}
    again = footprint_from_geojson(drawn, "overlap")
    assert union_area_km2([again]) == pytest.approx(union_area_km2([over(10.0)]) / 2, rel=0.01)


def test_the_common_footprint_round_a_pole_has_its_area() -> None:
    cap = Polygonal(((((0.0, 85.0), (90.0, 85.0), (180.0, 85.0), (-90.0, 85.0), (0.0, 85.0)),),))
    drawn = common_footprint([(cap, Disc(0.0, 90.0, 50_000.0))])
    assert drawn is not None
    parts = drawn["coordinates"] if drawn["type"] == "MultiPolygon" else [drawn["coordinates"]]
    places = [place for part in parts for ring in part for place in ring]
    assert max(lat for _, lat in places) == 90
    assert min(lat for _, lat in places) == pytest.approx(90 - 50_000 / 111_694, abs=1e-3)
    assert {round(lon) for lon, _ in places} >= {-180, 180}


def test_the_centre_of_a_polygon_is_the_same_whichever_way_its_rings_run() -> None:
    shell = ((10.0, 40.0), (12.0, 40.0), (12.0, 41.0), (10.0, 41.0), (10.0, 40.0))
    hole = ((10.2, 40.2), (10.8, 40.2), (10.8, 40.8), (10.2, 40.8), (10.2, 40.2))
    whole = centre([Polygonal(((shell,),))])
    assert true_distance_m(whole, (11.0, 40.5)) < 1000
    assert true_distance_m(centre([Polygonal(((shell[::-1],),))]), whole) < 0.01
    holed = centre([Polygonal(((shell, hole),))])
    assert holed[0] > 11.05, "what the hole in the west takes away moves it east"
    for rings in ((shell[::-1], hole), (shell, hole[::-1]), (shell[::-1], hole[::-1])):
        assert true_distance_m(centre([Polygonal((rings,))]), holed) < 0.01
