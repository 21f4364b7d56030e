"""Features read many together give the plans, or the refusal, that they give one by one."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.plan_geojson import plans_from_geojson
from keepclear.formats.plan_pieces import PROGRESS_EVERY
from keepclear.formats.plan_plain import PlainReader
from keepclear.spacetime.heights import HeightRules
from tests.formats.samples import collection, feature

HEIGHTS = HeightRules(0, 1000)
BOX = {"type": "Polygon", "coordinates": [[[37.0, 35.0], [37.1, 35.0], [37.1, 35.1], [37.0, 35.1], [37.0, 35.0]]]}
BOW = {"type": "Polygon", "coordinates": [[[37.0, 35.0], [37.1, 35.1], [37.1, 35.0], [37.0, 35.1], [37.0, 35.0]]]}
LINE = {"type": "LineString", "coordinates": [[37.0, 35.0], [37.5, 35.0]]}


class NothingIsPlain(PlainReader):
    """Leaves every feature to be read by itself: the slow oracle."""

    def pieces(self, features: Sequence[Any], _: int) -> list[Any]:
        return [None] * len(features)


def answer(features: list[Any]) -> Any:
    """The plans, or the whole of the refusal."""
    try:
        return plans_from_geojson(json.dumps(collection(*features)).encode(), heights=HEIGHTS)
    except InvalidInput as refusal:
        return type(refusal), refusal.field, refusal.given, refusal.expected


def one_by_one(features: list[Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keepclear.formats.plan_geojson.PlainReader", NothingIsPlain)
        return answer(features)


def check(features: list[Any]) -> Any:
    found = answer(copy.deepcopy(features))
    assert repr(found) == repr(one_by_one(features))
    return found


ORDINARY = [
    feature("n1", "alpha"),
    feature("n2", "bravo", geometry=BOX, radius_m=...),
    feature("n1", "alpha", geometry=LINE, radius_m=..., half_width_m=100),
    feature("n3", "alpha", floor="SFC", ceiling="UNL") | {"id": 7},
    feature("n4", "alpha", floor="300 m HAE", ceiling="FL050"),
    feature("n5", "alpha", floor="SFC", ceiling="300 ft AGL"),
    feature("n6", "alpha", floor="300 ft AMSL", ceiling="FL090"),
    feature("n7", "alpha", start="2026-04-09T09:00:00+03:00"),
    feature("n8", "alpha", start="2026-04-09T09:00:00.25Z", stroke="#ff0000", half_width_m=None),
    feature("n9", "alpha", geometry={"type": "MultiPolygon", "coordinates": [BOX["coordinates"]]}, radius_m=...),
]
BROKEN: list[tuple[tuple[str, ...], Any]] = [
    (("geometry",), BOW),
    (("geometry",), {"type": "Point", "coordinates": [37.0, 95.0]}),
    (("geometry",), {"type": "Point", "coordinates": [True, 35.0]}),
    (("geometry",), {"type": "Point", "coordinates": [37.0, 35.0], "bbox": [1, 2]}),
    (("geometry",), None),
    (("type",), "Volume"),
    (("temporalGeometry",), {"type": "MovingPoint"}),
    (("properties",), ["notice", "party"]),
    (("properties", "notice"), " "),
    (("properties", "notice"), "n" * 201),
    (("properties", "party"), "delta"),
    (("properties", "activity"), "drone"),
    (("properties", "activity"), ["uas"]),
    (("properties", "floor"), 300),
    (("properties", "floor"), {"m": 300}),
    (("properties", "floor"), "UNL"),
    (("properties", "ceiling"), "9 m AMSL"),
    (("properties", "ceiling"), "-5000 m HAE"),
    (("properties", "radius_m"), 0),
    (("properties", "radius_m"), True),
    (("properties", "half_width_m"), 5),
    (("properties", "start"), "2026-02-29T09:00:00Z"),
    (("properties", "start"), "2026-04-09T24:00:00Z"),
    (("properties", "start"), "2026-04-09 09:00:00Z"),
    (("properties", "start"), 20260409),
    (("properties", "end"), "2026-04-09T00:00:00Z"),
    (("properties", "end"), "0000-04-09T00:00:00Z"),
]


def broken(features: list[Any], at: int, path: tuple[str, ...], value: Any) -> None:
    target = features[at]
    for key in path[:-1]:
        target = target[key]
    if isinstance(target, dict):
        target[path[-1]] = value


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_one_wrong_feature_is_refused_as_if_read_alone(path: tuple[str, ...], value: Any) -> None:
    for at in (0, 3, len(ORDINARY) - 1):
        features = copy.deepcopy(ORDINARY)
        broken(features, at, path, value)
        check(features)


@settings(max_examples=120)
@given(st.lists(st.tuples(st.integers(0, len(ORDINARY) - 1), st.sampled_from(BROKEN)), min_size=2, max_size=4))
def test_of_several_that_are_wrong_the_first_is_refused(wrongs: list[tuple[int, Any]]) -> None:
    features = copy.deepcopy(ORDINARY)
    for at, (path, value) in wrongs:
        broken(features, at, path, value)
    check(features)


def test_ordinary_features_are_taken_and_most_of_them_together() -> None:
    plans = check(ORDINARY)
    assert [plan.id for plan in plans] == [f"n{number}" for number in range(1, 10)]
    together = PlainReader(HEIGHTS).pieces(ORDINARY[:4], 0)
    assert [piece.part for piece in together if piece is not None] == [
        plans[0].envelope[0], plans[1].envelope[0], plans[0].envelope[1], plans[2].envelope[0],
    ]  # fmt: skip


def test_heights_that_need_no_place_are_taken_together_and_no_others() -> None:
    together = PlainReader(HEIGHTS).pieces(ORDINARY, 0)
    assert [number for number, piece in enumerate(together) if piece is None] == [4, 9]


def test_a_height_that_is_refused_is_named_without_a_gap() -> None:
    refused = check([feature("n1", "alpha", floor="FL090", ceiling="FL050")])
    assert refused[1] == "features[0] (notice 'n1').properties.ceiling"


def test_a_feature_in_a_later_portion_is_refused_by_its_own_number() -> None:
    features: list[Any] = [feature(f"n{number}", "alpha") for number in range(2 * PROGRESS_EVERY + 5)]
    features[PROGRESS_EVERY + 1]["properties"]["floor"] = "1000"
    features[2 * PROGRESS_EVERY] = 7
    refused = answer(features)
    assert refused[1].startswith(f"features[{PROGRESS_EVERY + 1}] (notice 'n{PROGRESS_EVERY + 1}')")
    features[PROGRESS_EVERY + 1]["properties"]["floor"] = "SFC"
    assert answer(features)[1] == f"features[{2 * PROGRESS_EVERY}]"
