"""Geometries with too many positions are refused unread, in the words of the reader; nothing else is."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats import plan_overlong
from keepclear.formats.plan_geojson import plans_from_geojson
from keepclear.formats.plan_overlong import shortened
from keepclear.spacetime.footprint import MOST_VERTICES, Polygonal
from keepclear.spacetime.heights import HeightRules
from tests.formats.samples import collection, feature

FEW = 8
HEIGHTS = HeightRules()


def answer(data: bytes) -> Any:
    """The plans, or the whole of the refusal."""
    try:
        return plans_from_geojson(data, heights=HEIGHTS)
    except InvalidInput as refusal:
        return type(refusal), refusal.field, refusal.given, refusal.expected


def circle(vertices: int, decimals: int = 9) -> list[list[float]]:
    """A ring with so many vertices."""
    turns = [2 * math.pi * n / vertices for n in range(vertices)]
    ring = [[round(37 + math.cos(turn), decimals), round(35 + math.sin(turn) / 2, decimals)] for turn in turns]
    return [*ring, ring[0]]


def area(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_million_vertices_are_refused_within_a_second_with_the_feature_named() -> None:
    data = json.dumps(
        collection(
            feature("n1", "alpha"),
            feature("n2", "bravo", geometry=area(circle(1_000_000)), radius_m=...),
            feature("n3", "alpha"),
        )
    ).encode()
    began = time.process_time()
    with pytest.raises(TooLarge) as refusal:
        plans_from_geojson(data, heights=HEIGHTS)
    assert time.process_time() - began < 1
    assert refusal.value.field == "features[1] (notice 'n2').geometry.coordinates"
    assert refusal.value.given == "1000000 vertices"


def test_as_many_vertices_as_are_allowed_are_taken_however_they_are_written() -> None:
    for indent in (None, 9):
        whole = collection(feature("n1", "alpha", geometry=area(circle(MOST_VERTICES, 15)), radius_m=...))
        data = json.dumps(whole, indent=indent).encode()
        assert len(data) > 2 * plan_overlong._WINDOW
        assert shortened(data) is not None, "it is long enough to be looked at"
        (plan,) = plans_from_geojson(data, heights=HEIGHTS)
        assert isinstance(plan.envelope, tuple)
        footprint = plan.envelope[0].footprint
        assert isinstance(footprint, Polygonal)
        assert len(footprint.parts[0][0]) == MOST_VERTICES + 1


def test_one_vertex_more_in_as_few_bytes_as_can_be_is_looked_at_and_refused() -> None:
    ring = b"[0,0]," * (MOST_VERTICES + 1)
    text = json.dumps(collection(feature("n1", "alpha", geometry=area([[9, 9]]), radius_m=...))).encode()
    data = text.replace(b"[[[9, 9]]]", b"[[" + ring + b"[0,0]]]")
    for shift in (0, 1, plan_overlong._WINDOW // 2, plan_overlong._WINDOW - 1):
        moved = b" " * shift + data
        assert shortened(moved) is not None
        assert answer(moved)[2] == f"{MOST_VERTICES + 1} vertices"


POSITION = st.sampled_from([[37.0, 35.0], [37.1, 35], [37.1, 35.1], [37.0, 35.1], [1, 2, 3], [1e-7, -2.5e1]])
ODD = st.sampled_from([[], [[0, 0]], 5, None, "x", {"coordinates": [[0, 0]] * 20}, [[[[0, 0]]]]])
BOX = [[37.0, 35.0], [37.1, 35.0], [37.1, 35.1], [37.0, 35.1], [37.0, 35.0]]
LISTS = st.one_of(st.lists(POSITION, max_size=24), st.lists(POSITION | ODD, max_size=24), st.just(BOX))
COORDINATES = st.one_of(
    LISTS, st.lists(LISTS, max_size=3), st.lists(st.lists(LISTS, max_size=2), max_size=2), st.just([BOX])
)
KINDS = st.sampled_from(["Polygon", "LineString", "MultiPolygon", "Point", "MultiPoint", None])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A plan file with lists that may be too long, in geometries and elsewhere, in some layout; or not quite a file."""
    features = []
    for number in range(draw(st.integers(1, 4))):
        geometry = {"type": draw(KINDS), "coordinates": draw(COORDINATES)}
        if draw(st.booleans()):
            geometry = dict(reversed(geometry.items()))
        more = {"coordinates": draw(COORDINATES)} if draw(st.integers(0, 3)) == 0 else {}
        size = {"half_width_m": 5.0, "radius_m": ...} if geometry["type"] == "LineString" else {"radius_m": ...}
        made = feature(f"n{number}", draw(st.sampled_from(["alpha", ""])), geometry=geometry, **size, **more)
        if draw(st.integers(0, 5)) == 0:
            made["temporalGeometry"] = {"type": "MovingPoint", "coordinates": draw(LISTS), "datetimes": []}
        features.append(made)
    text = json.dumps(collection(*features), indent=draw(st.sampled_from([None, 0, 3])))
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(['"', "]", "[", ",", "}", "1", ""])) + text[at + 1 :]
    return text.encode()


@settings(max_examples=250)
@given(files())
def test_an_answer_is_the_same_as_if_every_number_had_been_read(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keepclear.spacetime.footprint.MOST_VERTICES", FEW)
        patch.setattr(plan_overlong, "MOST_VERTICES", FEW)
        patch.setattr(plan_overlong, "_WINDOW", 16)
        quick = answer(data)
        patch.setattr("keepclear.formats.plan_geojson.shortened", lambda _: None)
        slow = answer(data)
    if isinstance(slow, tuple) and isinstance(quick, tuple) and quick[0] is TooLarge:
        assert slow[0] is TooLarge or not _is_json(data), "what is long is refused before its numbers are looked at"
        assert quick == slow or not _is_json(data)
    else:
        assert repr(quick) == repr(slow)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def test_a_long_list_that_is_no_footprint_is_left_alone() -> None:
    ring = circle(30_000)
    kept = feature("n1", "alpha", coordinates=ring) | {"properties_of_others": {"coordinates": [ring]}}
    assert [plan.id for plan in plans_from_geojson(json.dumps(collection(kept)).encode(), heights=HEIGHTS)] == ["n1"]


def test_what_is_wrong_before_a_long_list_is_said_first() -> None:
    long = feature("n2", "bravo", geometry=area(circle(30_000)), radius_m=...)
    data = json.dumps(collection(feature("n1", "alpha", floor="1000"), long)).encode()
    assert answer(data)[1] == "features[0] (notice 'n1').properties.floor"
    assert answer(data.replace(b'"1000"', b'"SFC"'))[2] == "30000 vertices"
