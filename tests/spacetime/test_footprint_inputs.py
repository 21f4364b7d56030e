"""What is no footprint is refused with its field, what was given and what would be right; what is one is kept."""

from __future__ import annotations

import math
from typing import Any

import pytest

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.footprint import (
    MOST_VERTICES,
    Corridor,
    Disc,
    Polygonal,
    footprint_from_geojson,
    footprint_to_geojson,
)

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


def square(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*parts: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(parts)}


POINT = {"type": "Point", "coordinates": [5, 50]}
LINE = {"type": "LineString", "coordinates": [[5, 50], [6, 50]]}
AT = "body.envelope[0].footprint"
C = f"{AT}.coordinates"
RADIUS = "body.envelope[0].radius_m"
WIDTH = "body.envelope[0].half_width_m"

REFUSED: dict[str, tuple[Any, dict[str, Any], str, str, str]] = {
    "no object": ("circle", {}, AT, "'circle' is no geometry", "GeoJSON geometry object"),
    "no type": ({"coordinates": []}, {}, f"{AT}.type", "missing", "Polygon"),
    "other type": ({"type": "MultiPoint", "coordinates": []}, {}, f"{AT}.type", "'MultiPoint'", "LineString with"),
    "no coordinates": ({"type": "Polygon"}, {}, C, "missing", "coordinates"),
    "another datum": ({**POINT, "crs": {"type": "name"}}, {"radius_m": 5}, f"{AT}.crs", "given", "WGS84"),
    "radius inside": ({**POINT, "radius_m": 5}, {}, f"{AT}.radius_m", "inside the geometry", "beside"),
    "point without radius": (POINT, {}, RADIUS, "missing", "metres, over 0"),
    "point with width": (
        POINT,
        {"radius_m": 5, "half_width_m": 5},
        WIDTH,
        "5 beside a Point",
        "leave half_width_m out",
    ),
    "line without width": (LINE, {}, WIDTH, "missing", "metres, over 0"),
    "line with radius": (
        LINE,
        {"radius_m": 7, "half_width_m": 5},
        RADIUS,
        "7 beside a LineString",
        "leave radius_m out",
    ),
    "polygon with radius": (polygon(SQUARE), {"radius_m": 5}, RADIUS, "5 beside a Polygon", "leave it out"),
    "polygon with width": (polygon(SQUARE), {"half_width_m": 5}, WIDTH, "5 beside a Polygon", "leave it out"),
    "many with radius": (multi([SQUARE]), {"radius_m": 5}, RADIUS, "5 beside a MultiPolygon", "leave it out"),
    "radius of nought": (POINT, {"radius_m": 0}, RADIUS, "0", "over 0"),
    "radius below": (POINT, {"radius_m": -3.5}, RADIUS, "-3.5", "over 0"),
    "radius not a number": (POINT, {"radius_m": math.nan}, RADIUS, "nan", "over 0"),
    "radius without end": (POINT, {"radius_m": math.inf}, RADIUS, "inf", "over 0"),
    "radius as text": (POINT, {"radius_m": "5"}, RADIUS, "'5' is no number", "metres"),
    "radius as truth": (POINT, {"radius_m": True}, RADIUS, "True is no number", "metres"),
    "radius of half the earth": (POINT, {"radius_m": 1e7}, RADIUS, "10000000.0", "at most 9000000"),
    "a number of 400 digits": (POINT, {"radius_m": 10**400}, RADIUS, "1000000000", "at most"),
    "coordinates no list": ({"type": "Polygon", "coordinates": 5}, {}, C, "5 is no list", "rings"),
    "no rings": (polygon(), {}, C, "empty", "rings"),
    "no parts": (multi(), {}, C, "empty", "polygons"),
    "a part without rings": (multi([SQUARE], []), {}, f"{C}[1]", "empty", "rings"),
    "no positions": (polygon([]), {}, f"{C}[0]", "empty", "positions"),
    "one position": (
        {"type": "LineString", "coordinates": [[5, 50]]},
        {"half_width_m": 5},
        C,
        "1 position",
        "at least 2",
    ),
    "a line of one place": (
        {"type": "LineString", "coordinates": [[5, 50], [5, 50]]},
        {"half_width_m": 5},
        C,
        "the same",
        "Point",
    ),
    "three positions": (polygon(SQUARE[:3]), {}, f"{C}[0]", "3 positions", "at least 4"),
    "not closed": (
        polygon([*SQUARE[:4], [0.5, 0.5]]),
        {},
        f"{C}[0]",
        "not closed: starts at [0.0, 0.0]",
        "first position",
    ),
    "two places": (polygon([[0, 0], [1, 1], [0, 0], [0, 0]]), {}, f"{C}[0]", "2 different positions", "at least 3"),
    "text for degrees": (
        polygon([["0", 0], *SQUARE[1:]]),
        {},
        f"{C}[0][0][0]",
        "'0' is no number",
        "longitude in degrees",
    ),
    "truth for degrees": (polygon([[0, False], *SQUARE[1:]]), {}, f"{C}[0][0][1]", "False is no number", "latitude"),
    "nan": (polygon([[0, 0], [math.nan, 0], *SQUARE[2:]]), {}, f"{C}[0][1][0]", "longitude nan", "-180 to 180"),
    "infinite": (polygon([[0, 0], [1, -math.inf], *SQUARE[2:]]), {}, f"{C}[0][1][1]", "latitude -inf", "-90 to 90"),
    "longitude over": (
        polygon([[0, 0], [180.001, 0], *SQUARE[2:]]),
        {},
        f"{C}[0][1][0]",
        "longitude 180.001",
        "-180 to 180",
    ),
    "swapped": (
        {"type": "Point", "coordinates": [32, 135]},
        {"radius_m": 1},
        f"{C}[1]",
        "latitude 135",
        "longitude first",
    ),
    "one number": (
        {"type": "Point", "coordinates": [32]},
        {"radius_m": 1},
        C,
        "[32] is no position",
        "[longitude, latitude]",
    ),
    "with a height": (
        {"type": "Point", "coordinates": [32, 35, 9]},
        {"radius_m": 1},
        C,
        "3 numbers",
        "floor and ceiling",
    ),
    "bow tie": (
        polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]),
        {},
        f"{C}[0]",
        "crosses or touches itself near [0.5",
        "order",
    ),
    "bow tie far north": (
        polygon([[0, 89.9], [180, 89.9], [90, 89.9], [-90, 89.9], [0, 89.9]]),
        {},
        f"{C}[0]",
        "crosses or touches",
        "order",
    ),
    "spike": (
        polygon([[0, 0], [1, 0], [1, 1], [2, 2], [1, 1], [0, 1], [0, 0]]),
        {},
        f"{C}[0]",
        "touches itself",
        "order",
    ),
    "no area": (polygon([[0, 0], [0, 1], [0, 2], [0, 0]]), {}, f"{C}[0]", "without area", "not on one line"),
    "no area on a slant": (
        polygon([[0, 0], [1, 1], [0, 0], [1, 1], [0, 0]]),
        {},
        f"{C}[0]",
        "2 different",
        "at least 3",
    ),
    "hole outside": (polygon(SQUARE, square(3, 3, 1)), {}, f"{C}[1]", "not inside its polygon", "inside"),
    "hole across": (polygon(SQUARE, square(0.5, 0.5, 1)), {}, f"{C}[1]", "not inside its polygon", "inside"),
    "holes overlap": (
        polygon(square(0, 0, 3), square(0.5, 0.5, 1), square(1, 1, 1)),
        {},
        f"{C}[2]",
        "overlaps hole 1",
        "join them",
    ),
    "hole is all": (polygon(SQUARE, SQUARE), {}, C, "leave nothing", "has area"),
    "parts overlap": (multi([SQUARE], [square(0.5, 0.5, 1)]), {}, f"{C}[1]", "overlaps part 0", "may touch"),
    "part in part": (multi([square(0, 0, 3)], [square(1, 1, 1)]), {}, f"{C}[1]", "overlaps part 0", "may touch"),
    "opposite ends": (
        {"type": "LineString", "coordinates": [[0, 0], [180, 0.001]]},
        {"half_width_m": 5},
        f"{C}[1]",
        "opposite",
        "between",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_footprint_is_refused_by_field(name: str) -> None:
    geometry, sizes, field, given, expected = REFUSED[name]
    with pytest.raises(InvalidInput) as refusal:
        footprint_from_geojson(geometry, AT, **sizes)
    assert refusal.value.field == field
    assert given in refusal.value.given
    assert expected in refusal.value.expected


def test_a_radius_may_stand_elsewhere() -> None:
    with pytest.raises(InvalidInput) as refusal:
        footprint_from_geojson(POINT, "features[3].geometry", beside="features[3].properties")
    assert refusal.value.field == "features[3].properties.radius_m"


def ring_of(count: int) -> list[list[float]]:
    ring = [[0.1 * math.cos(2 * math.pi * i / count), 0.1 * math.sin(2 * math.pi * i / count)] for i in range(count)]
    return [*ring, ring[0]]


def test_ten_thousand_vertices_and_not_one_more() -> None:
    taken = footprint_from_geojson(polygon(ring_of(MOST_VERTICES)), AT)
    assert isinstance(taken, Polygonal)
    assert len(taken.parts[0][0]) == MOST_VERTICES + 1
    line = [[i * 1e-4, 0.0] for i in range(MOST_VERTICES + 1)]
    refused: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (polygon(ring_of(MOST_VERTICES + 1)), {}),
        (polygon(ring_of(MOST_VERTICES - 2), square(-0.01, -0.01, 0.02)), {}),
        ({"type": "LineString", "coordinates": line}, {"half_width_m": 5.0}),
    ]
    for geometry, sizes in refused:
        with pytest.raises(TooLarge) as refusal:
            footprint_from_geojson(geometry, AT, **sizes)
        assert refusal.value.field == C
        assert refusal.value.given in {"10001 vertices", "10002 vertices"}
        assert "10000" in refusal.value.expected


ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "square": (polygon(SQUARE), {}),
    "ring the other way": (polygon(SQUARE[::-1]), {}),
    "hole": (polygon(SQUARE, square(0.2, 0.2, 0.5)), {}),
    "hole that touches in a corner": (polygon(SQUARE, [[0, 0], [0.5, 0.2], [0.2, 0.5], [0, 0]]), {}),
    "parts that share an edge": (multi([SQUARE], [square(1, 0, 1)]), {}),
    "parts that share a stretch of a meridian": (multi([SQUARE], [square(1, -1, 3)]), {}),
    "parts that touch in a corner": (multi([SQUARE], [square(1, 1, 1)]), {}),
    "an island in a hole": (multi([square(0, 0, 3), square(1, 1, 1)], [square(1.2, 1.2, 0.5)]), {}),
    "across the antimeridian": (polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]), {}),
    "round the pole": (polygon([[0, 85], [90, 85], [180, 85], [-90, 85], [0, 85]]), {}),
    "with the pole for a corner": (polygon([[0, 85], [90, 85], [0, 90], [0, 85]]), {}),
    "the same place twice": (polygon([[0, 0], [1, 0], [1, 0], [1, 1], [0, 1], [0, 0]]), {}),
    "most of a hemisphere": (polygon([[0, -5], [90, -5], [180, -5], [-90, -5], [0, -5]]), {}),
    "1 cm wide": (polygon([[0, 0], [1e-7, 0], [1e-7, 1], [0, 1], [0, 0]]), {}),
    "disc": (POINT, {"radius_m": 250.5}),
    "corridor that crosses itself": (
        {"type": "LineString", "coordinates": [[0, 0], [1, 1], [1, 0], [0, 1]]},
        {"half_width_m": 100.0},
    ),
    "corridor there and back": ({"type": "LineString", "coordinates": [[0, 0], [1, 1], [0, 0]]}, {"half_width_m": 1.0}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_footprint_is_kept_as_it_was_given(name: str) -> None:
    geometry, sizes = ACCEPTED[name]
    written, beside = footprint_to_geojson(footprint_from_geojson(geometry, AT, **sizes))
    assert written == geometry
    assert beside == sizes


def test_the_three_kinds() -> None:
    assert footprint_from_geojson(POINT, AT, radius_m=5) == Disc(5.0, 50.0, 5.0)
    assert footprint_from_geojson(LINE, AT, half_width_m=5) == Corridor(((5.0, 50.0), (6.0, 50.0)), 5.0)
    assert footprint_from_geojson(polygon(SQUARE), AT) == Polygonal(
        ((tuple((float(x), float(y)) for x, y in SQUARE),),)
    )
