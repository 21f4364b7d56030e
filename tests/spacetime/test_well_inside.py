"""The quick yes is never a wrong one, and is given where it matters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, footprint_from_geojson
from keepclear.spacetime.measure import lies_within
from keepclear.spacetime.well_inside import surely_within

RINGS = {
    "a wide box": [(34, 32), (43, 32), (43, 38), (34, 38)],
    "a slanted one": [(10, 40), (30, 45), (28, 58), (8, 50)],
    "one that is not convex": [(0, -30), (20, -30), (20, -10), (10, -25), (0, -10)],
}


def polygon(*ring: tuple[float, float]) -> Footprint:
    closed = [list(position) for position in (*ring, ring[0])]
    return footprint_from_geojson({"type": "Polygon", "coordinates": [closed]}, "ring")


AREAS = {name: polygon(*ring) for name, ring in RINGS.items()}


def near_the_edge(name: str) -> st.SearchStrategy[tuple[float, float]]:
    """Places on the straight line between two corners, moved a little: where edges stray is where errors would show."""
    ring = RINGS[name]

    def place(row: int, along: float, aside: float, up: float) -> tuple[float, float]:
        (x, y), (u, v) = ring[row], ring[(row + 1) % len(ring)]
        return x + (u - x) * along + aside, y + (v - y) * along + up

    little = st.floats(-3, 3)
    return st.builds(place, st.integers(0, len(ring) - 1), st.floats(0, 1), little, little)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(list(RINGS)), st.sampled_from(["disc", "corridor", "box"]), st.floats(0.01, 1.5))
def test_it_says_yes_only_where_the_exact_answer_does(data: st.DataObject, name: str, kind: str, size: float) -> None:
    lon, lat = data.draw(near_the_edge(name))
    given: Footprint
    if kind == "disc":
        given = Disc(lon, lat, size * 60_000)
    elif kind == "corridor":
        given = Corridor(((lon, lat), (lon + size, lat + size / 2)), 5000)
    else:
        given = polygon((lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size))
    if surely_within([given], AREAS[name]):
        assert lies_within([given], AREAS[name])


def test_it_says_yes_in_the_middle_of_an_ordinary_area() -> None:
    for lon in range(35, 42):
        for lat in range(33, 37):
            assert surely_within(
                [Disc(lon, lat, 5000), Corridor(((lon, lat), (lon + 0.5, lat)), 300)], AREAS["a wide box"]
            )


def test_it_says_nothing_where_degrees_do_not_do() -> None:
    around = polygon((179, 0), (-179, 0), (-179, 2), (179, 2))
    north = polygon((0, 70), (20, 70), (20, 80), (0, 80))
    assert not surely_within([Disc(180, 1, 10)], around)
    assert not surely_within([Disc(10, 75, 10)], north)
    assert not surely_within([Disc(38, 35, 10)], Disc(38, 35, 100_000))
