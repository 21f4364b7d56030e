"""What must not change a verdict: order, how a ring is written, more positions on its edges, where on a parallel."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.heights import Contact
from keepclear.spacetime.lateral import lateral_gap, may_meet
from tests.oracles.footprint_truth import Position, along, gone

some = settings(max_examples=30, deadline=None, derandomize=True)
Ring = tuple[Position, ...]


@st.composite
def footprints(draw: st.DrawFn, centre: Position) -> Footprint:
    size_m = draw(st.sampled_from([20.0, 800.0, 30_000.0]))
    place = gone(centre, draw(st.floats(0, 360)), size_m * draw(st.floats(0, 2)))
    kind = draw(st.sampled_from(["disc", "corridor", "polygon"]))
    if kind == "disc":
        return Disc(*place, size_m * draw(st.floats(0.1, 1)))
    count = draw(st.integers(3, 6))
    reaches = draw(st.lists(st.floats(0.3, 1), min_size=count, max_size=count))
    ends = [gone(place, 360 * i / count, size_m * reach) for i, reach in enumerate(reaches)]
    if kind == "corridor":
        return Corridor(tuple(ends), size_m * draw(st.floats(0.01, 0.5)))
    return Polygonal((((*ends, ends[0]),),))


places = st.sampled_from([(10.0, 0.0), (36.0, 34.0), (180.0, 60.0), (-60.0, 89.99), (5.0, -85.0)])
pairs = places.flatmap(lambda centre: st.tuples(footprints(centre), footprints(centre)))
separations = st.sampled_from([0.0, 0.004, 30.0, 9260.0])


def rewritten(footprint: Footprint, ring: Callable[[Ring], Ring], line: Callable[[Ring], Ring]) -> Footprint:
    match footprint:
        case Polygonal(parts):
            return Polygonal(tuple(tuple(ring(each) for each in part) for part in parts))
        case Corridor(positions, half_width_m):
            return Corridor(line(positions), half_width_m)
        case Disc():
            return footprint


def alike(a: Footprint, b: Footprint, c: Footprint, d: Footprint, separation_m: float, within_m: float) -> None:
    """The two pairs stand alike, unless they are so near a threshold that rounding of positions decides."""
    one, two = lateral_gap(a, b, separation_m), lateral_gap(c, d, separation_m)
    assert abs(one.gap_m - two.gap_m) <= within_m
    near = any(abs(one.gap_m - separation_m + off) < 1e-3 for off in (-0.01, 0.01)) or one.gap_m < 1e-3
    assert one.contact is two.contact or near


@some
@given(pairs, separations)
def test_order_changes_not_a_bit(pair: tuple[Footprint, Footprint], separation_m: float) -> None:
    a, b = pair
    gap = lateral_gap(a, b, separation_m)
    assert gap == lateral_gap(b, a, separation_m)
    assert gap.contact is Contact.CLEAR or may_meet(a, b, separation_m)


@some
@given(pairs, separations, st.integers(0, 5))
def test_how_a_ring_is_written_does_not_matter(
    pair: tuple[Footprint, Footprint], separation_m: float, first: int
) -> None:
    def turned(ring: Ring) -> Ring:
        start = first % (len(ring) - 1)
        ring = (*ring[start:-1], *ring[:start], ring[start])
        return ring[::-1]

    a, b = pair
    same = rewritten(a, turned, lambda line: line[::-1])
    one, two = lateral_gap(a, b, separation_m), lateral_gap(same, b, separation_m)
    assert one.contact is two.contact
    assert abs(one.gap_m - two.gap_m) <= 1e-7


@some
@given(pairs, separations, st.integers(2, 5))
def test_positions_added_on_edges_do_not_matter(
    pair: tuple[Footprint, Footprint], separation_m: float, count: int
) -> None:
    def denser(ring: Ring) -> Ring:
        edges = [along(a, b, count)[:-1] for a, b in pairwise(ring)]
        return (*(place for edge in edges for place in edge), ring[-1])

    a, b = pair
    alike(a, b, rewritten(a, denser, denser), b, separation_m, 1e-6)


@some
@given(pairs, separations, st.sampled_from([90.0, 180.0, -17.5]))
def test_a_turn_of_the_globe_does_not_matter(
    pair: tuple[Footprint, Footprint], separation_m: float, turn: float
) -> None:
    def east(place: Position) -> Position:
        return (place[0] + turn + 540) % 360 - 180, place[1]

    def turned(footprint: Footprint) -> Footprint:
        if isinstance(footprint, Disc):
            return Disc(*east((footprint.lon, footprint.lat)), footprint.radius_m)
        return rewritten(footprint, lambda r: tuple(map(east, r)), lambda r: tuple(map(east, r)))

    a, b = pair
    alike(a, b, turned(a), turned(b), separation_m, 1e-6)


@some
@given(pairs)
def test_parts_stand_as_the_nearest_of_them(pair: tuple[Footprint, Footprint]) -> None:
    """A footprint of two parts far apart meets what one of its parts meets."""
    a, b = pair
    if isinstance(a, Polygonal):
        far = ((-120.0, -40.0), (-119.0, -40.0), (-119.0, -39.0), (-120.0, -40.0))
        both = Polygonal((*a.parts, (far,)))
        assert lateral_gap(both, b) == lateral_gap(a, b)
