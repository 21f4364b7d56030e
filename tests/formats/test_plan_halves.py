"""A file read in two halves gives the plans, or the refusal, that it gives as a whole, wherever it is cut."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats import plan_geojson, plan_halves
from keepclear.formats.plan_geojson import plans_from_geojson
from keepclear.spacetime.heights import HeightRules
from tests.formats.samples import collection, feature

T = TypeVar("T")
HEIGHTS = HeightRules(0, 1000)
BOX = {"type": "Polygon", "coordinates": [[[37.0, 35.0], [37.1, 35.0], [37.1, 35.1], [37.0, 35.1], [37.0, 35.0]]]}
FLIGHT = {
    "type": "MovingPoint",
    "datetimes": ["2026-04-09T09:00:00Z", "2026-04-09T09:10:00Z"],
    "coordinates": [[37.0, 35.0, 900.0], [37.2, 35.0, 900.0]],
}
LURE = '},{"type":"Feature"'
ORDINARY: list[Any] = [
    feature("n1", "alpha"),
    feature("n2", "bravo", geometry=BOX, radius_m=...),
    feature(
        "n1",
        "alpha",
        geometry={"type": "LineString", "coordinates": [[37, 35.0], [37.5, 35.0]]},
        radius_m=...,
        half_width_m=100,
    )
    | {"id": LURE},
    feature("n3", "alpha", geometry={"type": "MultiPolygon", "coordinates": [BOX["coordinates"]]}, radius_m=...),
    feature("n4", LURE, floor="300 m HAE", ceiling="FL050"),
    feature(
        "n5",
        "alpha",
        geometry=None,
        lateral_m=100,
        vertical_m=50,
        time_s=30,
        radius_m=...,
        floor=...,
        ceiling=...,
        start=...,
        end=...,
    )
    | {"temporalGeometry": FLIGHT},
    feature("n6", "alpha") | {"extra": [{"type": "Feature"}, {"type": "Feature"}]},
]
WRONG: list[Any] = [
    feature("n1", "delta"),
    feature("n7", "alpha", floor="100"),
    feature("n7", "alpha", radius_m=2**60),
    7,
    {"type": "Feature", "features": []},
]
DOCUMENTS = (
    '{"type": "FeatureCollection", "features": [%s]}',
    '{"features": [%s], "type": "FeatureCollection", "name": "x"}',
    '\ufeff{"name": "x", "type": "FeatureCollection", "features": [\n%s\n]\n}\n',
    '{"type": "FeatureCollection", "name": "x", "features": [%s], "name": "y"}',
    '{"type": "FeatureCollection", "features": [], "features": [%s]}',
    '{"type": "FeatureCollection", "features": [%s], "features": []}',
    '{"type": "FeatureCollection", "other": [%s], "features": []}',
    '{"type": "FeatureCollection", "inner": {"features": [%s]}, "features": []}',
    '{"type": "Collection", "features": [%s]}',
    '{"type": "FeatureCollection", "features": [%s]',
    '{"type": "FeatureCollection", "features": [%s]]}',
    "[%s]",
)


@contextmanager
def handed(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """As another process would: what comes back is a copy."""
    answer = pickle.dumps(work())
    yield lambda: pickle.loads(answer)  # noqa: S301 - made a line before


def answer(text: bytes, *, in_halves: bool) -> str:
    try:
        return repr(plans_from_geojson(text, heights=HEIGHTS, beside=handed if in_halves else None))
    except InvalidInput as refusal:
        return repr((type(refusal), refusal.field, refusal.given, refusal.expected))


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Iterator[bool]]:
    """Cuts a text at each of its commas in turn, and where it would be."""

    def everywhere(text: bytes) -> Iterator[bool]:
        monkeypatch.setattr(plan_geojson, "LONG", 1)
        yield plan_halves.halves(text) is not None
        for comma in re.finditer(b",", text):
            at = comma.start()
            both = text[:at] + b"]}", b'{"features":[' + text[at + 1 :]
            monkeypatch.setattr(plan_geojson, "halves", lambda _, both=both: both)
            yield True
        monkeypatch.undo()

    return everywhere


@pytest.mark.parametrize("document", DOCUMENTS)
def test_wherever_it_is_cut_the_answer_is_that_of_the_whole(
    document: str, cuts: Callable[[bytes], Iterator[bool]]
) -> None:
    for features in (ORDINARY[:4], ORDINARY[2:], ORDINARY[:2] + WRONG[:1], [*ORDINARY[:1], WRONG[3]]):
        text = (document % ", ".join(map(json.dumps, features))).encode()
        whole = answer(text, in_halves=False)
        for _ in cuts(text):
            assert answer(text, in_halves=True) == whole


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(ORDINARY + WRONG), max_size=8), st.sampled_from(DOCUMENTS))
def test_any_features_read_in_halves_are_those_of_the_whole(features: list[Any], document: str) -> None:
    text = (document % ",\n".join(map(json.dumps, features))).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_geojson, "LONG", 1)
        assert answer(text, in_halves=True) == answer(text, in_halves=False)


def test_a_usual_file_is_read_in_halves_and_heights_stay_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    features = [feature(f"n{number}", "alpha") for number in range(20)]
    text = json.dumps(collection(*features)).encode()
    monkeypatch.setattr(plan_geojson, "LONG", 1)
    monkeypatch.setattr(plan_geojson, "plans_of", lambda pieces: list(pieces))
    pieces: list[Any] = plans_from_geojson(text, heights=HEIGHTS, beside=handed)
    assert {piece.place == plan_halves._PLACE for piece in pieces} == {True, False}
    assert len(pieces) == len(features)
    assert len({(id(piece.part.floor), id(piece.part.ceiling)) for piece in pieces}) == 1
