"""What is certain on a plane is what ``lateral_gap`` says, and what is drawn there is where it should be."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.gathered import LONGEST_PIECE_M, gather
from keepclear.spacetime.geodesic import earth_centred, geodetic
from keepclear.spacetime.heights import Contact
from keepclear.spacetime.lateral import gap_of_apart_m, lateral_gap
from keepclear.spacetime.overlap import common_footprint
from keepclear.spacetime.pieces import cut, cut_many
from keepclear.spacetime.shape import Shape, make_shapes, shape_of
from keepclear.spacetime.together import CLEAR, CLOSE, COMMON, UNSURE, Pairs, Together, holds_disc, stand
from tests.oracles.footprint_truth import (
    Position,
    along,
    box_at,
    depth_in_ring,
    distance_m,
    distance_to_edge_m,
    gone,
    on_plane,
)
from tests.spacetime.test_lateral_properties import footprints, places, separations
from tests.spacetime.test_lateral_truth import drawn_kind, jagged, star

some = settings(max_examples=60, deadline=None, derandomize=True)
Case = tuple[Footprint, Footprint, float]


def together(cases: list[Case], *, drawing: bool) -> Together:
    them = gather([footprint for a, b, _ in cases for footprint in (a, b)])
    number = np.arange(len(cases))
    apart = np.array([separation_m for _, _, separation_m in cases])
    return stand(them, Pairs(2 * number, 2 * number + 1, apart), drawing=drawing)


def check_against_the_exact_road(cases: list[Case]) -> list[int]:
    """Nothing certain is other than ``lateral_gap`` has it, drawn or not; the codes."""
    drawn, plain = together(cases, drawing=True), together(cases, drawing=False)
    for (a, b, separation_m), *codes in zip(cases, drawn.certain.tolist(), plain.certain.tolist(), strict=True):
        level = lateral_gap(a, b, separation_m)
        for code in codes:
            if code == CLEAR:
                assert level.contact is Contact.CLEAR
            elif code == CLOSE:
                assert level.contact is Contact.OVERLAP
                assert level.gap_m > 0
                assert gap_of_apart_m(a, b) == gap_of_apart_m(b, a) == level.gap_m
            elif code == COMMON:
                assert level.contact is Contact.OVERLAP
                assert level.gap_m == 0
    assert all((shape is not None) == (code == COMMON) for shape, code in zip(drawn.common, drawn.certain, strict=True))
    return [int(code) for code in drawn.certain]


pairs = places.flatmap(lambda centre: st.tuples(footprints(centre), footprints(centre)))


@some
@given(st.lists(st.tuples(pairs, separations), min_size=1, max_size=6))
def test_what_is_certain_is_what_the_exact_road_says(drawn: list[tuple[tuple[Footprint, Footprint], float]]) -> None:
    check_against_the_exact_road([(*pair, separation_m) for pair, separation_m in drawn])


@pytest.mark.parametrize("place", [(15.0, 47.0), (179.99, -60.0), (12.0, 85.0), (100.0, 89.9)])
def test_ordinary_pairs_are_certain(place: Position) -> None:
    draw = np.random.default_rng(3)
    cases: list[Case] = []
    for _ in range(80):
        (one, _), (other, _) = (
            drawn_kind(int(draw.integers(3)), gone(place, draw.uniform(0, 360), draw.uniform(0, 9_000)),
                       10 ** draw.uniform(2.5, 3.8), (0.0, 0.0), draw)
            for _ in range(2)
        )  # fmt: skip
        cases.append((one, other, float(draw.choice([0.0, 50.0, 1000.0]))))
    codes = check_against_the_exact_road(cases)
    assert {CLEAR, CLOSE, COMMON} <= set(codes)
    assert codes.count(UNSURE) <= 4


@pytest.mark.parametrize("place", [(15.0, 47.0), (179.99, -60.0), (12.0, 85.0), (0.0, -89.999)])
@pytest.mark.parametrize("size_m", [3.0, 400.0, 20_000.0])
def test_centimetres_about_the_thresholds_are_not_guessed(place: Position, size_m: float) -> None:
    draw = np.random.default_rng(11)
    cases: list[Case] = []
    for off_m in (-0.5, -0.02, -0.011, -0.009, -0.002, 0.0, 0.002, 0.009, 0.011, 0.02, 0.5):
        for separation_m in (0.0, 0.004, 0.02, 700.0):
            bearing = draw.uniform(0, 360)
            other = gone(place, bearing, 1.5 * size_m + separation_m - off_m)
            cases.append((Disc(*place, size_m), Disc(*other, size_m / 2), separation_m))
            face = box_at(place, bearing, ahead=0.0, back=size_m, left=size_m, right=size_m)
            beyond = gone(place, bearing, size_m + separation_m - off_m)
            cases.append((Polygonal(((tuple(face),),)), Disc(*beyond, size_m), separation_m))
    check_against_the_exact_road(cases)


def test_slivers_shared_borders_and_what_lies_in_holes() -> None:
    place = (20.0, 50.0)
    around = box_at(place, 0.0, ahead=9_000.0, back=9_000.0, left=9_000.0, right=9_000.0)
    hole = box_at(place, 0.0, ahead=6_000.0, back=6_000.0, left=6_000.0, right=6_000.0)
    ring = Polygonal(((tuple(around), tuple(hole)),))
    cases: list[Case] = [
        (ring, Disc(*place, 5_990.0), 0.0), (ring, Disc(*place, 6_010.0), 0.0),
        (ring, Polygonal(((tuple(hole),),)), 0.0), (ring, Disc(*gone(place, 90.0, 7_500.0), 300.0), 0.0),
        (ring, Polygonal(((tuple(around),),)), 0.0), (ring, Disc(*place, 5_000.0), 900.0),
        (ring, Disc(*place, 5_000.0), 1_100.0),
    ]  # fmt: skip
    for width_m in (0.004, 0.009, 0.011, 0.02, 0.06, 5.0):
        thin = box_at(place, 70.0, ahead=8_000.0, back=3_000.0, left=width_m / 2, right=width_m / 2)
        cases.append((Polygonal(((tuple(thin),),)), Polygonal(((tuple(around),),)), 0.0))
        cases.append((Corridor((place, thin[0]), width_m / 2), Disc(*place, 4_000.0), 0.0))
    codes = check_against_the_exact_road(cases)
    assert codes[0] == codes[5] == CLEAR
    assert codes[1] == codes[3] == codes[4] == COMMON
    assert codes[2] == UNSURE
    assert codes[6] == CLOSE


def test_long_edges_many_vertices_and_several_parts() -> None:
    place = (15.0, 5.0)
    long = Corridor((gone(place, 250.0, 700_000.0), gone(place, 70.0, 900_000.0)), 4_000.0)
    track = Corridor(tuple(gone(place, 70.0 + 5 * math.sin(i), 200.0 * i) for i in range(1, 400)), 900.0)
    state = Polygonal(((tuple(star(place, 900_000.0, 9, np.random.default_rng(5))),),))
    jag = jagged(place, 1.0, 1)
    assert isinstance(jag, Polygonal)
    far = Polygonal((*jag.parts, (tuple(box_at((50.0, 10.0), 0.0, ahead=1e3, back=1e3, left=1e3, right=1e3)),)))
    cases: list[Case] = []
    for bearing in (0.0, 50.0, 68.0, 90.0, 249.0):
        near = gone(place, bearing, 30_000.0)
        cases += [(each, Disc(*near, 6_000.0), 1_000.0) for each in (long, track, state, jag, far)]
    codes = check_against_the_exact_road(cases)
    assert {CLEAR, CLOSE, COMMON} <= set(codes[0::5])
    assert COMMON in codes[1::5]
    assert set(codes[2::5]) == set(codes[3::5]) == {COMMON}
    assert set(codes[4::5]) == {UNSURE}


def test_what_is_vast_or_far_is_left_to_the_exact_road() -> None:
    vast = Disc(0.0, 0.0, 2_000_000.0)
    antipodes = Corridor(((-90.0, 0.0), (0.0, 1.0), (90.0, 0.0)), 100.0)
    continent = Polygonal(((tuple(star((10.0, 10.0), 5_000_000.0, 7, np.random.default_rng(1))),),))
    for other in (vast, antipodes, continent):
        assert check_against_the_exact_road([(other, Disc(0.0, 1.0, 5_000.0), 10.0)]) == [UNSURE]


@some
@given(st.lists(st.tuples(pairs, separations), min_size=2, max_size=6))
def test_an_answer_does_not_depend_on_what_else_is_asked(
    drawn: list[tuple[tuple[Footprint, Footprint], float]],
) -> None:
    cases: list[Case] = [(*pair, separation_m) for pair, separation_m in drawn]
    all_of_them = together(cases, drawing=True)
    for number, case in enumerate(cases):
        alone = together([case], drawing=True)
        assert alone.certain[0] == all_of_them.certain[number]
        assert shapely.to_wkb(alone.common[0]) == shapely.to_wkb(all_of_them.common[number])


@some
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0, 1))
def test_a_disc_fits_where_it_is_said_to(seed: int, size: float, fraction: float) -> None:
    draw = np.random.default_rng(seed)
    turn = np.sort(draw.uniform(0, 2 * np.pi, int(draw.integers(3, 30))))
    out = 10**size * draw.uniform(0.05, 1, (len(turn), 1))
    shape = shapely.make_valid(shapely.Polygon(out * np.stack([np.cos(turn), np.sin(turn)], axis=1)))
    if draw.uniform() < 0.5:
        shape = shape.difference(shapely.Point(0, 0).buffer(10**size * 0.3))
    room_m = 0.0 if shape.area == 0 else shapely.maximum_inscribed_circle(shape, tolerance=10**size * 1e-4).length
    radius_m = 10**size * fraction
    if holds_disc(np.array([shape]), np.array([radius_m])).all():
        assert radius_m <= room_m + 10**size * 2e-4
    boxes = np.array([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 10, 1.9)])
    assert list(holds_disc(boxes, np.array([1.0, 1.0]))) == [True, False]


@pytest.mark.parametrize("seed", range(40))
def test_the_common_footprint_is_drawn_where_it_is(seed: int) -> None:
    """Its corners lie in both but for the tolerance of the docs, and what lies deeper than that in both lies in it."""
    draw = np.random.default_rng(seed)
    centre = [(15.0, 47.0), (-70.0, -33.0), (3.0, 0.0), (100.0, 84.0)][seed % 4]
    size_m = 10 ** draw.uniform(1, 3)
    shapes = [
        drawn_kind(int(draw.integers(3)), centre, size_m, tuple(draw.uniform(-size_m, size_m, 2) / 2), draw)
        for _ in range(2)
    ]
    (a, a_depth), (b, b_depth) = shapes
    tolerance_m = 0.02 + 0.0015 * max(_radius_m(a), _radius_m(b))
    found = common_footprint([(a, b)])
    grid = np.stack(np.meshgrid(*[np.linspace(-3 * size_m, 3 * size_m, 60)] * 2), axis=-1).reshape(-1, 2)
    depth = np.minimum(a_depth(grid), b_depth(grid))
    if found is None:
        assert depth.max() <= tolerance_m
        return
    polygons = found["coordinates"] if found["type"] == "MultiPolygon" else [found["coordinates"]]
    rings = [on_plane(centre, [(lon, lat) for lon, lat in ring]) for polygon in polygons for ring in polygon]
    for corners in rings:
        assert np.minimum(a_depth(corners), b_depth(corners)).min() >= -tolerance_m
    within = np.sum([depth_in_ring(ring)(grid) > 0 for ring in rings], axis=0) % 2 == 1
    assert within[depth > tolerance_m].all()
    assert not within[depth < -tolerance_m].any()


def _radius_m(footprint: Footprint) -> float:
    match footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case Polygonal():
            return 0.0


def test_the_drawn_outline_of_what_is_large_is_within_its_tolerance() -> None:
    centre = (15.0, 60.0)
    for radius_m in (5_000.0, 50_000.0):
        for bearing in (0.0, 77.0, 200.0):
            middle = gone(centre, bearing, radius_m)
            found = common_footprint([(Disc(*centre, radius_m), Disc(*middle, radius_m))])
            assert found is not None
            for lon, lat in found["coordinates"][0]:
                most = max(distance_m(centre, (lon, lat)), distance_m(middle, (lon, lat)))
                assert most == pytest.approx(radius_m, rel=1.5e-3)


@pytest.mark.parametrize("centre", [(15.0, 47.0), (-179.0, -66.0), (40.0, 2.0)])
def test_large_polygons_are_certain_and_drawn_to_centimetres(centre: Position) -> None:
    """Every corner of what two of them share lies on an edge of one of them."""
    one = box_at(centre, 20.0, ahead=200_000.0, back=150_000.0, left=180_000.0, right=210_000.0)
    other = box_at(gone(centre, 75.0, 150_000.0), 50.0, ahead=220_000.0, back=150_000.0, left=90_000.0, right=80_000.0)
    a, b = Polygonal(((tuple(one),),)), Polygonal(((tuple(other),),))
    assert check_against_the_exact_road([(a, b, 0.0), (a, b, 500.0)]) == [COMMON, COMMON]
    found = common_footprint([(a, b)])
    assert found is not None
    polygons = found["coordinates"] if found["type"] == "MultiPolygon" else [found["coordinates"]]
    corners = sorted({(lon, lat) for polygon in polygons for lon, lat in polygon[0] if abs(lon) < 180})
    for lon, lat in corners[:: len(corners) // 6]:
        away = min(distance_to_edge_m((lon, lat), *edge) for ring in (one, other) for edge in pairwise(ring))
        assert away <= 0.04


def test_a_long_edge_is_cut_along_its_geodesic() -> None:
    ends = (-120.0, 70.0), (100.0, 60.0)
    for footprint in (Corridor(ends, 10.0), Polygonal((((*ends, (-10.0, 80.0), ends[0]),),))):
        them = gather([Disc(0.0, 0.0, 1.0), footprint, Disc(1.0, 1.0, 1.0)])
        first, until = int(them.place[1]), int(them.place[2])
        at = np.stack(geodetic(them.xyz[first:until]), axis=1)
        assert np.linalg.norm(np.diff(them.xyz[first:until], axis=0), axis=1).max() <= LONGEST_PIECE_M
        line = along(*ends, math.ceil(distance_m(*ends) / LONGEST_PIECE_M))
        for place, true in zip(at.tolist(), line, strict=False):
            assert distance_m((place[0], place[1]), true) < 1e-3
        assert len(them.place) == 4
        assert len(them.xyz) == until + 1


@pytest.mark.parametrize("centre", [(30.0, 40.0), (0.0, 0.0), (-90.0, 1.0), (77.0, -89.0)])
@pytest.mark.parametrize("reach_m", [5_000.0, 400_000.0, 1_500_000.0, 4_000_000.0, 9_800_000.0])
def test_boxes_hold_what_bulges(centre: Position, reach_m: float) -> None:
    """A ring round a cap, and what it encloses; a line across it."""
    ring = tuple(gone(centre, turn, reach_m) for turn in range(0, 360, 30))
    line = (ring[1], centre, ring[8])
    them = gather([Disc(*centre, 1.0), Polygonal((((*ring, ring[0]),),)), Corridor(line, 1.0)])
    inner = [p for corner in ring for p in along(centre, corner, 40)] + along(ring[0], ring[1], 30)
    at = earth_centred(*np.array(inner).T)
    assert (at >= them.low[1] - 1e-6).all()
    assert (at <= them.high[1] + 1e-6).all()
    at = earth_centred(*np.array([*along(line[0], centre, 400), *along(centre, line[2], 400)]).T)
    assert (at >= them.low[2] - 1e-6).all()
    assert (at <= them.high[2] + 1e-6).all()
    assert (them.high[2] - them.low[2]).max() <= np.ptp(at, axis=0).max() + 20.0


@settings(max_examples=60)
@given(places.flatmap(lambda place: st.lists(footprints(place), min_size=1, max_size=6)))
def test_shapes_made_together_are_those_made_one_by_one(several: list[Footprint]) -> None:
    alone = [Shape(each) for each in several]
    make_shapes(several)
    for one, each in zip(alone, several, strict=True):
        found = shape_of(each)
        for name in ("lon", "lat", "azimuth_deg", "length_m", "start", "end", "chain"):
            assert np.array_equal(getattr(found.pieces, name), getattr(one.pieces, name)), name
        assert (found.key, found.radius_m, found.rings_of_part) == (one.key, one.radius_m, one.rings_of_part)


def test_places_that_are_one_and_lines_of_every_length_are_cut_together_as_alone() -> None:
    place, far = (37.0, 35.0), (39.0, 36.0)
    chains = [[place, place], [place, far], [place, place, far, far, place], [far, (39.0, 36.00001)], [far, place, far]]
    for found, alone in zip(cut_many([chains, chains[1:2], chains]), [cut(chains), cut(chains[1:2])], strict=False):
        assert repr(found) == repr(alone)
