"""GeoJSON plan files: features become plans, and a feature that cannot be taken is named."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.plan_file import plans_from_file
from keepclear.formats.plan_geojson import plans_from_geojson
from keepclear.spacetime.footprint import Corridor, Disc, Polygonal
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory
from tests.formats.samples import collection, feature

HEIGHTS = HeightRules(0, 1000)
BOX = {"type": "Polygon", "coordinates": [[[37.0, 35.0], [37.1, 35.0], [37.1, 35.1], [37.0, 35.1], [37.0, 35.0]]]}
LINE = {"type": "LineString", "coordinates": [[37.0, 35.0], [37.5, 35.0]]}


def moving(**changes: Any) -> dict[str, Any]:
    """A feature that is a trajectory."""
    temporal = {
        "type": "MovingPoint",
        "datetimes": ["2026-04-09T09:00:00Z", "2026-04-09T09:10:00Z"],
        "coordinates": [[37.0, 35.0, 1000.0], [37.5, 35.0, 2000.0]],
        "interpolation": "Linear",
    } | changes.pop("temporal", {})
    uncertainty = {"lateral_m": 50, "vertical_m": 20, "time_s": 5}
    properties = {"notice": "t1", "party": "alpha", "activity": "rotary", **uncertainty} | changes.pop("properties", {})
    return {"type": "Feature", "geometry": None, "temporalGeometry": temporal, "properties": properties} | changes


def plans(*features: dict[str, Any]) -> list[Any]:
    return plans_from_geojson(json.dumps(collection(*features)).encode(), heights=HEIGHTS)


def test_features_that_share_a_notice_are_one_plan() -> None:
    first, second = plans(
        feature("n1", "alpha"),
        feature("n2", "bravo", geometry=BOX, radius_m=...),
        feature("n1", "alpha", geometry=LINE, radius_m=..., half_width_m=100, ceiling="300 ft AGL"),
    )
    assert (first.id, first.party, first.activity) == ("n1", "alpha", "uas")
    assert [type(volume.footprint) for volume in first.envelope] == [Disc, Corridor]
    assert isinstance(second.envelope[0].footprint, Polygonal)


def test_a_moving_point_is_a_trajectory_with_its_uncertainty_from_the_properties() -> None:
    (plan,) = plans(moving())
    assert isinstance(plan.envelope, Trajectory)
    assert plan.envelope.height_m == (1000.0, 2000.0)
    assert (plan.envelope.lateral_m, plan.envelope.vertical_m, plan.envelope.time_s) == (50, 20, 5)


def test_properties_and_members_of_other_programs_are_left_alone() -> None:
    drawn = feature("n1", "alpha", stroke="#ff0000", half_width_m=None) | {"id": 7, "bbox": [0, 0, 1, 1]}
    assert len(plans(drawn)) == 1


def test_a_byte_order_mark_is_no_hindrance_to_a_file() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(collection(feature("n1", "alpha"))).encode()
    assert [plan.id for plan in plans_from_file(data, heights=HEIGHTS)] == ["n1"]


REFUSED = [
    ([feature("n1", "alpha", floor="1000")], "features[0] (notice 'n1').properties.floor", "measured from"),
    ([feature("n1", "alpha"), feature("n2", "bravo", end=...)], "features[1] (notice 'n2').properties.end", ""),
    ([feature("n1", "alpha", radius_m=...)], "features[0] (notice 'n1').properties.radius_m", ""),
    ([feature("n1", "alpha", geometry=BOX)], "features[0] (notice 'n1').properties.radius_m", ""),
    ([feature("n1", "alpha", geometry=None)], "features[0] (notice 'n1').geometry", "footprint"),
    ([feature("n1", "alpha", geometry={"type": "Point"})], "features[0] (notice 'n1').geometry.coordinates", ""),
    ([feature("n1", "alpha") | {"id": "f7"}, feature("n1", "bravo")], "features[1] (notice 'n1').party", "'alpha'"),
    ([feature("n1", "alpha"), feature("n1", "alpha", "rotary")], "features[1] (notice 'n1').activity", "id 'f7'"),
    ([feature("n1", "alpha", "drone")], "features[0] (notice 'n1').properties.activity", "uas"),
    ([feature("n1", "alpha", notice=...)], "features[0].properties.notice", "missing"),
    ([feature("n1", "alpha", notice=7)], "features[0] (notice 7).properties.notice", "a text"),
    ([feature("n1", "alpha", party="")], "features[0] (notice 'n1').properties.party", "a text"),
    ([{"type": "Point"}], "features[0]", "Feature"),
    ([{"type": "Feature", "geometry": None}], "features[0].properties", "a table"),
    ([moving(), moving()], "features[1] (notice 't1')", "one trajectory"),
    ([moving(), feature("t1", "alpha", "rotary")], "features[1] (notice 't1')", "one trajectory"),
    ([moving(geometry=BOX)], "features[0] (notice 't1').geometry", "null"),
    ([moving(temporal={"type": "MovingPolygon"})], "features[0] (notice 't1').temporalGeometry.type", "MovingPoint"),
    ([moving(temporal={"coordinates": [[0, 0, 0]]})], "features[0] (notice 't1').temporalGeometry", ""),
    ([moving(properties={"lateral_m": 0})], "features[0] (notice 't1').properties.lateral_m", "over 0"),
    ([moving(properties={"lateral_m": None})], "features[0] (notice 't1').properties.lateral_m", ""),
    ([moving(properties={"floor": "SFC"})], "features[0] (notice 't1').properties.floor", "left out"),
]


@pytest.mark.parametrize(("features", "field", "said"), REFUSED)
def test_a_feature_that_cannot_be_taken_is_named(features: list[dict[str, Any]], field: str, said: str) -> None:
    if said == "id 'f7'":
        features = [features[0] | {"id": "f7"}, *features[1:]]
    with pytest.raises(InvalidInput) as refusal:
        plans(*features)
    assert refusal.value.field.startswith(field)
    assert said in str(refusal.value)


@pytest.mark.parametrize("document", ["[]", "{}", '{"type": "Feature"}', '{"type": "FeatureCollection"}', "7", "null"])
def test_what_is_no_collection_is_refused(document: str) -> None:
    with pytest.raises(InvalidInput):
        plans_from_file(document.encode(), heights=HEIGHTS)


def test_progress_is_told_now_and_then_and_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    data = json.dumps(collection(*(feature(f"n{number}", "alpha") for number in range(1500)))).encode()
    plans_from_geojson(data, heights=HEIGHTS, progress=lambda done, total: told.append((done, total)))
    assert told == [(1000, 1500), (1500, 1500)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_whatever_stands_anywhere_is_taken_or_refused(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(collection(feature("n1", "alpha", geometry=BOX, radius_m=...), moving()))
    value = document
    while True:
        key = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else list(range(len(value)))))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 3)) == 0:
            value[key] = data.draw(VALUES)
            break
        value = inner
    with contextlib.suppress(InvalidInput):
        plans_from_file(json.dumps(document).encode(), heights=HEIGHTS)


@given(st.binary(max_size=200))
def test_any_bytes_give_plans_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        plans_from_file(data, heights=HEIGHTS)
