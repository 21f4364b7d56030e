"""Gaps and verdicts of footprints against an oracle that shares no code: GeographicLib's geodesics, constructions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from keepclear.spacetime import together
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, footprint_from_geojson
from keepclear.spacetime.gathered import gather
from keepclear.spacetime.heights import Contact
from keepclear.spacetime.lateral import LateralGap, lateral_gap, may_meet
from keepclear.spacetime.together import Pairs, stand
from tests.oracles.footprint_truth import (
    Depth,
    Position,
    along,
    box_at,
    depth_in_capsule,
    depth_in_disc,
    depth_in_ring,
    distance_m,
    distance_of_chains_m,
    distance_to_edge_m,
    gone,
    heading_on,
    largest_common_disc_m,
    on_plane,
    turns_round,
)

PLACES = [(0.0, 0.0), (36.1, 34.2), (180.0, -17.0), (-179.999, 61.0), (12.0, 85.0), (100.0, 89.9), (0.0, -89.999)]
MM = 0.001


def polygon(*rings: list[Position]) -> Footprint:
    return footprint_from_geojson({"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in rings]}, "f")


def contact(a: Footprint, b: Footprint, separation_m: float = 0.0) -> Contact:
    there, back = lateral_gap(a, b, separation_m), lateral_gap(b, a, separation_m)
    assert there == back
    if there.contact is not Contact.CLEAR:
        assert may_meet(a, b, separation_m)
    agrees_with_what_is_certain(a, b, separation_m, there)
    return there.contact


def agrees_with_what_is_certain(a: Footprint, b: Footprint, separation_m: float, there: LateralGap) -> None:
    """The quick road by planes either is not sure or says the same."""
    pair = Pairs(np.array([0]), np.array([1]), np.array([separation_m]))
    for drawing in (False, True):
        match stand(gather([a, b]), pair, drawing=drawing).certain[0]:
            case together.CLEAR:
                assert there.contact is Contact.CLEAR
            case together.CLOSE:
                assert there.contact is Contact.OVERLAP
                assert there.gap_m > 0
            case together.COMMON:
                assert there == LateralGap(0.0, Contact.OVERLAP)


def expected(overlap_m: float) -> Contact:
    """What the contract says of an overlap (under 0: a gap)."""
    if overlap_m >= 0.01:
        return Contact.OVERLAP
    return Contact.CLEAR if overlap_m <= -0.01 else Contact.MARGINAL


STEPS = [-0.5, -11 * MM, -9 * MM, -2 * MM, 2 * MM, 9 * MM, 11 * MM, 0.5]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("reach_m", [30.0, 5_000.0, 90_000.0, 2_000_000.0])
def test_discs_stand_as_their_centres_do(place: Position, reach_m: float) -> None:
    for bearing, overlap_m in zip((0.0, 45.0, 90.0, 133.0, 180.0, 211.0, 270.0, 300.0), STEPS, strict=True):
        other = gone(place, bearing, 1.5 * reach_m - overlap_m)
        a, b = Disc(*place, reach_m), Disc(*other, reach_m / 2)
        assert contact(a, b) is expected(overlap_m)
        assert lateral_gap(a, b).gap_m == pytest.approx(max(-overlap_m, 0.0), abs=1e-6)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("separation_m", [0.015, 12.5, 9260.0, 80_000.0])
def test_a_separation_is_added_once_to_the_pair(place: Position, separation_m: float) -> None:
    for bearing, overlap_m in zip((0.0, 45.0, 90.0, 133.0, 180.0, 211.0, 270.0, 300.0), STEPS, strict=True):
        if overlap_m < separation_m:
            other = gone(place, bearing, 3000.0 + separation_m - overlap_m)
            assert contact(Disc(*place, 1000.0), Disc(*other, 2000.0), separation_m) is expected(overlap_m)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size_m", [40.0, 3_000.0, 150_000.0, 600_000.0])
def test_boxes_face_to_face_stand_as_their_faces_do(place: Position, size_m: float) -> None:
    """The two faces are square to one geodesic, so nowhere do they overlap more than there."""
    if size_m > 500_000 and place not in PLACES[2:5]:
        size_m /= 4
    for bearing, overlap_m in zip((10.0, 100.0, 190.0), STEPS[5:], strict=True):
        a = box_at(place, bearing, ahead=overlap_m / 2, back=size_m, left=size_m, right=size_m / 2)
        b = box_at(place, bearing + 180, ahead=overlap_m / 2, back=size_m / 3, left=size_m, right=size_m)
        assert contact(polygon(a), polygon(b)) is expected(overlap_m)
        assert lateral_gap(polygon(a), polygon(b)).gap_m == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius_m", [20.0, 4_000.0, 120_000.0])
def test_a_disc_against_a_long_face(place: Position, radius_m: float) -> None:
    for bearing, overlap_m in zip((0.0, 45.0, 90.0, 133.0, 180.0, 211.0, 270.0, 300.0), STEPS, strict=True):
        face = box_at(place, bearing, ahead=0.0, back=300_000.0, left=90_000.0, right=40_000.0)
        disc = Disc(*gone(place, bearing, radius_m - overlap_m), radius_m)
        assert contact(polygon(face), disc) is expected(overlap_m)


@pytest.mark.parametrize("place", PLACES)
def test_round_ends_and_sides_of_a_corridor(place: Position) -> None:
    half_width_m = 700.0
    line = along(gone(place, 20.0, 40_000.0), gone(place, 200.0, 30_000.0), 1)
    corridor = Corridor(tuple(line), half_width_m)
    for overlap_m in STEPS:
        for bearing in (110.0, 290.0):
            beside = gone(place, bearing, half_width_m + 50.0 - overlap_m)
            truth_m = half_width_m + 50.0 - distance_to_edge_m(beside, line[0], line[1])
            assert contact(corridor, Disc(*beside, 50.0)) is expected(truth_m)
        end = line[1]
        for turn in (-80.0, 0.0, 60.0):
            from_end = gone(end, 200.0 + turn, half_width_m + 50.0 - overlap_m)
            truth_m = half_width_m + 50.0 - distance_to_edge_m(from_end, line[0], line[1])
            assert contact(corridor, Disc(*from_end, 50.0)) is expected(truth_m)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("half_width_m", [40.0, 3_000.0, 60_000.0])
def test_a_box_against_the_side_and_the_end_of_a_corridor(place: Position, half_width_m: float) -> None:
    """A box of 60 m faces them squarely: so narrow a face overlaps nowhere more than in its middle."""
    far_end = gone(place, 50.0, 40_000.0)
    corridor = Corridor((gone(place, 230.0, 30_000.0), place, far_end), half_width_m)
    for overlap_m in STEPS:
        beside, bearing = heading_on(place, 320.0, half_width_m - overlap_m)
        box = box_at(beside, bearing, ahead=50.0, back=0.0, left=30.0, right=30.0)
        assert contact(corridor, polygon(box)) is expected(overlap_m)
        beyond, bearing = heading_on(far_end, heading_on(place, 50.0, 40_000.0)[1], half_width_m - overlap_m)
        box = box_at(beyond, bearing, ahead=50.0, back=0.0, left=30.0, right=30.0)
        assert contact(corridor, polygon(box)) is expected(overlap_m)


def test_the_smaller_side_of_a_common_strip_decides() -> None:
    place = (36.0, 34.0)
    wide = polygon(box_at(place, 0.0, ahead=100.0, back=100.0, left=100.0, right=100.0))

    def corner(across_m: float, deep_m: float) -> Contact:
        """A box that overlaps the wide one's corner by so much."""
        inner = gone(gone(place, 0.0, 100.0 - deep_m), 90.0, 100.0 - across_m)
        return contact(wide, polygon(box_at(inner, 0.0, ahead=50.0, back=0.0, left=0.0, right=50.0)))

    assert corner(0.02, 0.02) is Contact.OVERLAP
    assert corner(0.02, 0.005) is Contact.MARGINAL
    assert corner(0.005, 90.0) is Contact.MARGINAL
    assert corner(0.012, 90.0) is Contact.OVERLAP


@pytest.mark.parametrize(("width_m", "verdict"), [(0.008, Contact.MARGINAL), (0.012, Contact.OVERLAP)])
@pytest.mark.parametrize("length_m", [20.0, 400_000.0])
def test_what_is_thin_of_its_own_overlaps_by_its_width(width_m: float, verdict: Contact, length_m: float) -> None:
    place = (20.0, 50.0)
    half = width_m / 2
    thin = polygon(box_at(place, 80.0, ahead=length_m, back=length_m, left=half, right=half))
    around = polygon(box_at(place, 0.0, ahead=900_000.0, back=900_000.0, left=900_000.0, right=900_000.0))
    assert contact(thin, around) is verdict
    assert contact(Disc(*place, half), around) is verdict
    assert contact(Disc(*place, half), Disc(*place, 500.0)) is verdict
    assert contact(thin, around, 0.02) is Contact.OVERLAP


def test_an_inner_corner_holds_more_than_either_of_its_strips() -> None:
    """Two strips of 9 mm that meet at a right angle hold a disc of 9 · 2√2 / (1 + √2) = 10.5 mm in their corner."""
    place = (20.0, 50.0)
    w = 0.009
    hooked = [
        gone(place, 0.0, 50.0), place, gone(place, 90.0, 50.0), gone(gone(place, 90.0, 50.0), 180.0, 50.0),
        gone(gone(place, 180.0, 50.0), 270.0, 50.0), gone(gone(place, 0.0, 50.0), 270.0, 50.0),
    ]  # fmt: skip
    corner = gone(gone(place, 180.0, w), 270.0, w)
    filling = box_at(corner, 0.0, ahead=30.0, back=0.0, left=0.0, right=30.0)
    assert contact(polygon([*hooked, hooked[0]]), polygon(filling)) is Contact.OVERLAP


def test_holes_keep_what_is_in_them_clear() -> None:
    place = (-70.0, -33.0)
    for size_m in (50.0, 200_000.0):
        hole = box_at(place, 12.0, ahead=size_m, back=size_m, left=size_m, right=size_m)
        outer = box_at(place, 12.0, ahead=2 * size_m, back=2 * size_m, left=2 * size_m, right=2 * size_m)
        ring = polygon(outer, hole)
        inside_hole = box_at(place, 12.0, ahead=size_m / 2, back=size_m / 2, left=size_m / 2, right=size_m / 2)
        assert contact(ring, polygon(inside_hole)) is Contact.CLEAR
        assert contact(ring, Disc(*place, size_m / 3)) is Contact.CLEAR
        assert contact(ring, polygon(hole)) is Contact.MARGINAL
        assert contact(ring, Disc(*gone(place, 192.0, 1.5 * size_m), 5.0)) is Contact.OVERLAP
        gap_m = lateral_gap(ring, polygon(inside_hole)).gap_m
        assert gap_m == pytest.approx(distance_of_chains_m(hole, inside_hole), abs=1e-4)


def star(centre: Position, size_m: float, count: int, draw: np.random.Generator) -> list[Position]:
    bearings = np.sort(draw.uniform(0, 360, count))
    while np.diff(np.append(bearings, bearings[0] + 360)).max() > 150:
        bearings = np.sort(draw.uniform(0, 360, count))
    ring = [gone(centre, float(each), size_m * draw.uniform(0.4, 1)) for each in bearings]
    return [*ring, ring[0]]


@pytest.mark.parametrize("seed", range(10))
def test_gaps_of_any_polygons_are_geodesic_to_a_tenth_of_a_millimetre(seed: int) -> None:
    draw = np.random.default_rng(seed)
    centre = PLACES[seed] if seed < 7 else (draw.uniform(-180, 180), math.degrees(math.asin(draw.uniform(-1, 1))))
    size_m = 10 ** draw.uniform(1, 6.3)
    a = star(centre, size_m, 4, draw)
    b = star(
        gone(centre, draw.uniform(0, 360), size_m * draw.uniform(1.0, 3.0)), size_m * draw.uniform(0.1, 1), 4, draw
    )
    meets = any(turns_round(v, b, samples=12) for e in pairwise(a) for v in along(*e, 5))
    meets |= any(turns_round(v, a, samples=12) for e in pairwise(b) for v in along(*e, 5))
    truth_m = 0.0 if meets else distance_of_chains_m(a, b)
    assert lateral_gap(polygon(a), polygon(b)).gap_m == pytest.approx(truth_m, abs=1e-4)


def test_gaps_over_thousands_of_kilometres() -> None:
    for a, b in (((0.0, 0.0), (120.0, 10.0)), ((-75.0, 40.0), (139.0, 35.0)), ((10.0, 89.0), (-170.0, 20.0))):
        gap_m = lateral_gap(Disc(*a, 1000.0), Disc(*b, 500.0)).gap_m
        assert gap_m == pytest.approx(distance_m(a, b) - 1500.0, abs=1e-6)


Kind = tuple[Footprint, Depth]


def drawn_kind(kind: int, centre: Position, size_m: float, push: Position, draw: np.random.Generator) -> Kind:
    """A polygon, a disc or a corridor near ``centre``, moved by ``push`` metres on its plane."""

    def moved(place: Position) -> Position:
        x, y = on_plane(centre, [place])[0] + np.array(push)
        return gone(centre, math.degrees(math.atan2(x, y)), math.hypot(x, y))

    if kind == 0:
        ring = [moved(p) for p in star(centre, size_m, int(draw.integers(3, 8)), draw)[:-1]]
        ring.append(ring[0])
        return polygon(ring), depth_in_ring(on_plane(centre, ring))
    if kind == 1:
        place, radius_m = moved(centre), size_m * draw.uniform(0.3, 1)
        return Disc(*place, radius_m), depth_in_disc(on_plane(centre, [place])[0], radius_m)
    ends = moved(centre), moved(gone(centre, draw.uniform(0, 360), size_m * draw.uniform(0.3, 2)))
    half_width_m = size_m * draw.uniform(0.05, 0.5)
    a, b = on_plane(centre, ends)
    return Corridor(ends, half_width_m), depth_in_capsule(a, b, half_width_m)


@pytest.mark.parametrize("seed", range(60))
def test_near_the_threshold_the_largest_common_disc_decides(seed: int) -> None:
    """Two shapes are pushed together until they touch, then by up to 3 cm more."""
    draw = np.random.default_rng(1000 + seed)
    centre = PLACES[seed % 7] if seed % 2 else (draw.uniform(-180, 180), math.degrees(math.asin(draw.uniform(-1, 1))))
    size_m, kinds, turn = 10 ** draw.uniform(-0.5, 2.3), draw.integers(3, size=2), draw.uniform(0, 2 * math.pi)
    heading = np.array([math.sin(turn), math.cos(turn)])
    one = drawn_kind(int(kinds[0]), centre, size_m, (0.0, 0.0), np.random.default_rng(seed))
    out_m = 6 * size_m

    def pushed(by_m: float) -> Kind:
        return drawn_kind(int(kinds[1]), centre, size_m, tuple(heading * by_m), np.random.default_rng(seed + 7))

    for _ in range(60):
        gap_m = lateral_gap(one[0], pushed(out_m)[0]).gap_m
        if gap_m < 1e-4:
            break
        out_m -= gap_m
    other = pushed(out_m - draw.uniform(0, 0.03))
    truth_m = largest_common_disc_m(one[1], other[1], 8 * size_m)
    if abs(truth_m - 0.01) > MM / 2:
        assert contact(one[0], other[0]) is expected(truth_m)


def jagged(centre: Position, radius_deg: float, seed: int) -> Footprint:
    draw = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 10_001)[:-1]
    out = radius_deg * (1 + 0.3 * draw.uniform(-1, 1, 10_000))
    ring = [
        (float(centre[0] + r * math.cos(t)), float(centre[1] + r * math.sin(t))) for r, t in zip(out, turn, strict=True)
    ]
    return polygon([*ring, ring[0]])


def test_ten_thousand_vertices_are_exact() -> None:
    a, b, c = jagged((0, 0), 1.0, 1), jagged((2.61, 0), 1.0, 2), jagged((1.9, 0.1), 1.0, 3)
    assert isinstance(a, Polygonal)
    apart = lateral_gap(a, b)
    assert contact(a, c) is Contact.OVERLAP
    assert apart.contact is Contact.CLEAR
    assert isinstance(b, Polygonal)
    ring_a, ring_b = a.parts[0][0], b.parts[0][0]
    near_a = [p for p in ring_a if p[0] > 1.25]
    near_b = [p for p in ring_b if p[0] < 1.36]
    least = min(distance_m(p, q) for p in near_a for q in near_b if abs(p[1] - q[1]) < 0.02)
    assert apart.gap_m <= least + 1e-6
    assert apart.gap_m > least / 3


def test_a_shared_border_of_any_length_is_marginal() -> None:
    draw = np.random.default_rng(5)
    border = [(float(20 + 2 * i / 4000), float(40 + 0.02 * draw.uniform(-1, 1))) for i in range(4001)]
    north = polygon([*border, (22.0, 41.0), (20.0, 41.0), border[0]])
    south = polygon([*border, (22.0, 39.0), (20.0, 39.0), border[0]])
    assert contact(north, south) is Contact.MARGINAL
