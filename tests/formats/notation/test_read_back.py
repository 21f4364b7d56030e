"""Read-backs: the same envelope agrees in any notation and order, and what was heard otherwise never does."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.json_ready import json_ready
from keepclear.formats.notation.angles import format_degrees, format_minutes, format_seconds
from keepclear.formats.notation.grid_references import format_grid_reference
from keepclear.formats.notation.read_back import read_back_from_json
from keepclear.formats.notation.times import format_date_time_group
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.checks.read_back import Mismatch, compare
from keepclear.mechanism.place import InRegion, Offset, Within, place_to_json
from keepclear.mechanism.read_back import ReadBack
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.words import Activity
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json
from keepclear.spacetime.geodesic import forward
from tests.oracles.said import HOUR, NOON, agreement, volume

AGREED = agreement()
NOTATIONS: tuple[Any, ...] = (
    lambda lon, lat: format_degrees(lon, lat, 4),
    lambda lon, lat: format_minutes(lon, lat, 2),
    lambda lon, lat: format_seconds(lon, lat),
    lambda lon, lat: format_seconds(lon, lat, compact=True),
    lambda lon, lat: format_grid_reference(lon, lat, 4),
    lambda lon, lat: format_grid_reference(lon, lat, 5),
    lambda lon, lat: [lon, lat],
)
RING: list[list[float]] = [[36.0, 34.0], [36.1, 34.0], [36.12, 34.06], [36.05, 34.1], [36.0, 34.0]]
BANDS = {"floor": "1000 ft AMSL", "ceiling": "FL250", "start": "2026-04-09T12:00:00Z", "end": "2026-04-09T13:00:00Z"}
DISC: dict[str, Any] = {"footprint": {"type": "Point", "coordinates": [40.047, 35.18]}, "radius_m": 2000, **BANDS}
LINE: dict[str, Any] = {
    "footprint": {"type": "LineString", "coordinates": [[36, 34], [36.2, 34.1], [36.3, 34]]},
    "half_width_m": 900,
}
POLYGON: dict[str, Any] = {"footprint": {"type": "Polygon", "coordinates": [RING]}}
VOLUMES: list[dict[str, Any]] = [
    DISC,
    {**LINE, **BANDS},
    {**POLYGON, **BANDS},
    {**POLYGON, **BANDS, "end": "2026-04-09T15:00:00Z"},
]


def said(envelope: Any, **more: Any) -> NoticeBody:
    read = envelope_from_json(envelope, "envelope", AGREED.heights)
    return NoticeBody(Activity.FIXED_WING, read, **more)


def heard(envelope: Any = None, **more: Any) -> ReadBack:
    value = {**({} if envelope is None else {"envelope": envelope}), **more}
    return read_back_from_json(value, AGREED, "body.read_back", reference_ms=NOON)


def mismatches(body: NoticeBody, read_back: ReadBack, rules: Rules | None = None) -> list[Mismatch]:
    return compare(body, read_back, rules or Rules(), AGREED.heights)


def told(coordinates: Any, notation: Any) -> Any:
    """The coordinates with every position in a notation."""
    if isinstance(coordinates[0], (int, float)):
        return notation(*coordinates)
    return [told(one, notation) for one in coordinates]


@given(st.data())
def test_the_same_envelope_agrees_in_any_notation_and_order(data: st.DataObject) -> None:
    read: list[dict[str, Any]] = []
    for one in data.draw(st.permutations(VOLUMES)):
        notation = data.draw(st.sampled_from(NOTATIONS))
        kind, coordinates = one["footprint"]["type"], one["footprint"]["coordinates"]
        if kind == "Polygon":
            turn = data.draw(st.integers(0, 3))
            ring = (RING[:-1][turn:] + RING[:-1][:turn])[:: data.draw(st.sampled_from([1, -1]))]
            coordinates = [ring + ring[: data.draw(st.integers(0, 1))]]
        elif kind == "LineString":
            coordinates = coordinates[:: data.draw(st.sampled_from([1, -1]))]
        times = {key: format_date_time_group(NOON + HOUR * n, "C") for key, n in (("start", 0), ("end", 1))}
        times["end"] = one["end"] if one["end"] != BANDS["end"] else times["end"]
        words = {"floor": "1,000 feet AMSL", "ceiling": "flight level 250"}
        read.append({**one, **times, **words, "footprint": {"type": kind, "coordinates": told(coordinates, notation)}})
    assert mismatches(said(VOLUMES), heard(read)) == []


@given(st.sampled_from(NOTATIONS), st.floats(0, 360), st.floats(1, 1e5), st.integers(0, 2), st.integers(0, 3))
def test_a_position_moved_by_over_the_tolerance_never_agrees(
    notation: Any, azimuth: float, more_m: float, which: int, vertex: int
) -> None:
    """Moved by the tolerance, twice the resolution (its own, and that of writing it down), and some."""
    moved = [dict(one) for one in VOLUMES[:3]]
    shape = moved[which]["footprint"]
    flat = {0: [shape["coordinates"]], 1: list(shape["coordinates"]), 2: list(RING[:-1])}[which]
    at = vertex % len(flat)
    lon, lat = flat[at]
    exact = heard([{"footprint": {"type": "Point", "coordinates": told([lon, lat], notation)}}])
    assert exact.volumes is not None
    assert exact.volumes[0].shape is not None
    resolution_m = exact.volumes[0].shape.lines[0][0].resolution_m
    end_lon, end_lat, _ = forward(lon, lat, azimuth, 100 + 2.02 * resolution_m + more_m)
    flat[at] = [float(end_lon[0]), float(end_lat[0])]
    coordinates = told(flat, notation)
    whole = {0: coordinates[0], 1: coordinates, 2: [coordinates]}[which]
    moved[which]["footprint"] = {"type": shape["type"], "coordinates": whole}
    found = mismatches(said(VOLUMES[:3]), heard(moved))
    assert found
    assert all(one.field.startswith(f"envelope[{which}].footprint.coordinates") for one in found)
    assert all(one.unit == "m" and one.difference is not None and one.difference > 100 for one in found)


@pytest.mark.parametrize(
    ("change", "field", "unit"),
    [
        ({"start": "2026-04-09T12:01:01Z"}, "envelope[0].start", "min"),
        ({"end": "2026-04-09T12:58:59Z"}, "envelope[0].end", "min"),
        ({"end": "091302Z APR 26"}, "envelope[0].end", "min"),
        ({"floor": "1101 ft AMSL"}, "envelope[0].floor", "ft"),
        ({"floor": "1000 m AMSL"}, "envelope[0].floor", "ft"),
        ({"floor": "1000 ft AGL"}, "envelope[0].floor", "ft"),
        ({"floor": "SFC"}, "envelope[0].floor", ""),
        ({"ceiling": "UNL"}, "envelope[0].ceiling", ""),
        ({"ceiling": "25000 ft AMSL"}, "envelope[0].ceiling", "ft"),
        ({"radius_m": 2101}, "envelope[0].radius_m", "m"),
        ({"footprint": {"type": "LineString", "coordinates": RING[:2]}, "radius_m": None}, "envelope[0].footprint", ""),
    ],
)
def test_each_part_that_was_heard_otherwise_is_named(change: dict[str, Any], field: str, unit: str) -> None:
    found = mismatches(said([DISC]), heard([{**DISC, **change}]))
    assert [(one.field, one.unit) for one in found] == [(field, unit)]
    assert found[0].said != found[0].heard
    assert (found[0].difference is None) == (unit == "")


@pytest.mark.parametrize(
    "change",
    [
        {"start": "2026-04-09T12:01:00Z"},
        {"end": "2026-04-09T12:59:00Z"},
        {"floor": "1100 ft AMSL"},
        {"floor": "304.8 m AMSL"},
        {"radius_m": 1900},
        {"ceiling": "FL251"},
    ],
)
def test_what_is_within_the_tolerance_agrees(change: dict[str, Any]) -> None:
    assert mismatches(said([DISC]), heard([{**DISC, **change}])) == []


def test_the_tolerance_is_the_mechanisms_own() -> None:
    near = {**DISC, "radius_m": 2050, "floor": "1050 ft AMSL", "start": "2026-04-09T12:00:30Z"}
    strict = Rules(readback_m=10, readback_ft=10, readback_min=0.1)
    assert mismatches(said([DISC]), heard([near])) == []
    assert len(mismatches(said([DISC]), heard([near]), strict)) == 3


def test_the_surface_is_nothing_above_ground() -> None:
    low = {**DISC, "floor": "SFC"}
    assert mismatches(said([low]), heard([{**low, "floor": "0 ft AGL"}])) == []
    assert mismatches(said([low]), heard([{**low, "floor": "500 ft AGL"}])) != []


def test_another_datum_agrees_only_when_it_surely_is_the_same_height() -> None:
    """EGM96 is about 21 m over this place: the same figure above the ellipsoid is a height of its own."""
    high = {**DISC, "floor": "1000 m AMSL", "ceiling": "3000 m AMSL"}
    same = heard([{**high, "floor": "1021 m HAE"}])
    assert mismatches(said([high]), same) == []
    other = mismatches(said([high]), heard([{**high, "floor": "1100 m HAE"}]))
    assert [one.field for one in other] == ["envelope[0].floor"]
    assert "another datum" in other[0].heard


def test_a_missing_vertex_or_volume_is_a_mismatch() -> None:
    short = {**POLYGON, **BANDS, "footprint": {"type": "Polygon", "coordinates": [RING[:1] + RING[2:]]}}
    found = mismatches(said([{**POLYGON, **BANDS}]), heard([short]))
    assert [one.field for one in found] == [
        "envelope[0].footprint.coordinates[0]",
        "envelope[0].footprint.coordinates[0][1]",
    ]
    assert (found[0].said, found[0].heard) == ("4 positions", "3 positions")
    for read in (VOLUMES[1:], [*VOLUMES, VOLUMES[0]]):
        assert any(one.field == "envelope" for one in mismatches(said(VOLUMES), heard(read)))
    lost = mismatches(said(VOLUMES), heard(VOLUMES[1:]))
    assert "envelope[0]" in [one.field for one in lost]


def test_volumes_near_each_other_are_paired_so_that_all_agree() -> None:
    """Two discs 80 m apart, each heard 90 m off to the same side: the nearer one is not the right one."""
    lon, lat, _ = forward([36.0] * 4, [34.0] * 4, [90.0] * 4, [0.0, 80.0, 90.0, 170.0])
    discs = [{**DISC, "footprint": {"type": "Point", "coordinates": [x, y]}} for x, y in zip(lon, lat, strict=True)]
    assert mismatches(said(discs[:2]), heard([discs[3], discs[2]])) == []


def test_only_what_was_read_back_is_compared() -> None:
    assert mismatches(said([DISC]), heard([{"floor": "1000 ft AMSL"}])) == []
    assert mismatches(said([DISC]), heard([{"start": "091200Z"}])) == []
    assert mismatches(said([DISC], place=Within("Base", 3)), heard(place={"name": "Base", "within_km": 3})) == []


@pytest.mark.parametrize(
    ("was", "now", "fields"),
    [
        (Offset("Base", "SW", 3, 6), Offset("Base", "SW", 3.05, 6), []),
        (Offset("Base", "SW", 3, 6), Offset("Base", "SE", 3, 6), ["place.bearing"]),
        (Offset("Base", "SW", 3, 6), Offset("Base", "SW", 4, 7), ["place.distance_km[0]", "place.distance_km[1]"]),
        (Within("Base", 3), Within("Base", 30), ["place.within_km"]),
        (Within("Base", 3), InRegion("the coast"), ["place"]),
        (None, Within("Base", 3), ["place"]),
    ],
)
def test_places_are_compared_by_name_bearing_and_distance(was: Any, now: Any, fields: list[str]) -> None:
    found = mismatches(said([DISC], place=was), heard(place=place_to_json(now)))
    assert [one.field for one in found] == fields


def test_a_notice_without_an_envelope_cannot_have_been_heard_with_one() -> None:
    assert [one.field for one in mismatches(NoticeBody(Activity.UAS), heard([DISC]))] == ["envelope"]


@given(st.lists(st.sampled_from(VOLUMES), min_size=1, max_size=4), st.sampled_from(NOTATIONS))
def test_a_read_back_survives_its_json(volumes: list[dict[str, Any]], notation: Any) -> None:
    read = [
        {**one, "footprint": {**one["footprint"], "coordinates": told(one["footprint"]["coordinates"], notation)}}
        for one in volumes
    ]
    whole = heard([*read, {"start": "091200Z"}], place={"name": "Base", "bearing": "SW", "distance_km": [3, 6]})
    assert ReadBack.from_json(whole.to_json()) == whole
    assert ReadBack.from_json(heard(place={"region": "the coast"}).to_json()).volumes is None


def test_the_plain_form_of_a_scenario_is_read_and_agrees_within_9_m() -> None:
    """The good path of «wrong box, wrong person»: heard at 40.0471 instead of 40.047."""
    body = tomllib.loads(
        'envelope = [{ footprint = { type = "Point", coordinates = [40.0471, 35.18] }, radius_m = 2000, floor = "SFC",'
        ' ceiling = "FL250", start = "2016-09-17T12:55:00Z", end = "2016-09-17T14:00:00Z" }]\n'
        'place = { name = "Base", bearing = "SW", distance_km = [14, 19] }'
    )
    read = read_back_from_json(json_ready(body, "read_back"), AGREED, "body.read_back")
    notice = said([{**DISC, "floor": "SFC", "start": "2016-09-17T12:55:00Z", "end": "2016-09-17T14:00:00Z"}])
    assert mismatches(replace(notice, place=Offset("Base", "SW", 14, 19)), read) == []


def test_what_a_notice_says_reads_back_as_itself() -> None:
    body = NoticeBody(Activity.GROUND, (volume(), volume(start=NOON + HOUR, end=NOON + 2 * HOUR)))
    assert body.envelope is not None
    assert mismatches(body, heard(envelope_to_json(body.envelope))) == []


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "r"),
        ([], "r"),
        ({"enevlope": []}, "r.enevlope"),
        ({"envelope": []}, "r.envelope"),
        ({"envelope": {"type": "MovingPoint"}}, "r.envelope.coordinates"),
        ({"envelope": "all of it"}, "r.envelope"),
        ({"envelope": [{}]}, "r.envelope[0]"),
        ({"envelope": [{"flor": "SFC"}]}, "r.envelope[0].flor"),
        ({"envelope": [{"floor": "15000"}]}, "r.envelope[0].floor"),
        ({"envelope": [{"start": "091340J APR 26"}]}, "r.envelope[0].start"),
        ({"envelope": [{"radius_m": -1}]}, "r.envelope[0].radius_m"),
        ({"envelope": [{"footprint": "37S FV 12 34"}]}, "r.envelope[0].footprint"),
        ({"envelope": [{"footprint": {"type": "Disc", "coordinates": [1, 2]}}]}, "r.envelope[0].footprint.type"),
        ({"envelope": [{"footprint": {"type": "Point", "coordinates": [1]}}]}, "r.envelope[0].footprint.coordinates"),
        (
            {"envelope": [{"footprint": {"type": "Polygon", "coordinates": ["35N 040E", "3", "4"]}}]},
            "r.envelope[0].footprint.coordinates[1]",
        ),
        (
            {"envelope": [{"footprint": {"type": "Polygon", "coordinates": [RING]}, "radius_m": 5}]},
            "r.envelope[0].radius_m",
        ),
        ({"envelope": [DISC] * 300}, "r.envelope"),
        ({"place": {"name": "Nowhere", "within_km": 3}}, "r.place.name"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_field(value: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_back_from_json(value, AGREED, "r")
    assert refused.value.field == field


FLIGHT: dict[str, Any] = {
    "type": "MovingPoint",
    "datetimes": ["2026-04-09T12:00:00Z", "2026-04-09T12:20:00Z", "2026-04-09T12:45:00Z"],
    "coordinates": [[36.0, 34.0, 1500.0], [36.4, 34.2, 1800.125], [36.9, 34.1, 1500.0]],
    "lateral_m": 500.0,
    "vertical_m": 100.0,
    "time_s": 30.0,
}
WORDS: dict[str, Any] = {"type": "MovingPoint", "datetimes": ["091200Z", "091220ZAPR26", "2026-04-09T12:45:00Z"]}


def flown(notation: Any, off_m: float = 0.0, **more: Any) -> ReadBack:
    points = []
    for n, (lon, lat, height_m) in enumerate(FLIGHT["coordinates"]):
        east, north, _ = (float(one[0]) for one in forward([lon], [lat], [40.0], [off_m if n == 1 else 0.0]))
        place = notation(east, north)
        points.append([place, f"{height_m:g} m HAE"] if isinstance(place, str) else [*place, height_m])
    return heard({**WORDS, "coordinates": points, **more})


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_trajectory_is_read_back_point_by_point_in_any_notation(notation: Any) -> None:
    body = said(FLIGHT)
    assert mismatches(body, flown(notation)) == []
    (found,) = mismatches(body, flown(notation, off_m=400.0))
    assert found.field == "envelope.coordinates[1]"
    assert found.difference == pytest.approx(400, abs=60)
    assert ReadBack.from_json(json.loads(json.dumps(flown(notation).to_json()))) == flown(notation)


def test_a_point_of_a_trajectory_may_be_heard_at_another_height_or_time() -> None:
    body = said(FLIGHT)
    points = [["34.0N 36.0E", "5300 ft HAE"], ["34.2N 36.4E"], ["34.1N 36.9E", "FL90"]]
    found = mismatches(body, heard({"type": "MovingPoint", "coordinates": points, "datetimes": WORDS["datetimes"]}))
    assert [(one.field, one.unit) for one in found] == [
        ("envelope.coordinates[0][2]", "ft"),
        ("envelope.coordinates[2][2]", "ft"),
    ]
    late = ["091200Z", "091222ZAPR26", "2026-04-09T12:45:00Z"]
    (found_late,) = mismatches(body, flown(NOTATIONS[-1], datetimes=late))
    assert (found_late.field, found_late.difference) == ("envelope.datetimes[1]", 2.0)
    places = {"type": "MovingPoint", "coordinates": [[lon, lat] for lon, lat, _ in FLIGHT["coordinates"]]}
    assert mismatches(body, heard(places)) == [], "what was not read back is not compared"


def test_a_trajectory_and_volumes_are_never_taken_for_each_other() -> None:
    short = heard({**FLIGHT_AS_HEARD, "coordinates": FLIGHT["coordinates"][:2], "datetimes": WORDS["datetimes"][:2]})
    assert [one.unit for one in mismatches(said(FLIGHT), short)] == ["points"]
    assert len(mismatches(said([DISC]), flown(NOTATIONS[-1]))) == 1
    assert len(mismatches(said(FLIGHT), heard([DISC]))) == 1


FLIGHT_AS_HEARD: dict[str, Any] = {key: FLIGHT[key] for key in ("type", "datetimes", "coordinates")}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "Point"}, "envelope.type"),
        ({"coordinates": []}, "envelope.coordinates"),
        ({"coordinates": [[1], [2], [3]]}, "envelope.coordinates[0]"),
        ({"coordinates": [["34N 36E", "1500"], *FLIGHT["coordinates"][1:]]}, "envelope.coordinates[0][1]"),
        ({"coordinates": [["34N 36E", "FL90", "x"], *FLIGHT["coordinates"][1:]]}, "envelope.coordinates[0]"),
        ({"datetimes": ["091200Z"]}, "envelope.datetimes"),
        ({"datetimes": ["091200Z", "noon", "091300Z"]}, "envelope.datetimes[1]"),
        ({"lateral_m": 5}, "envelope.lateral_m"),
    ],
)
def test_a_trajectory_that_cannot_be_understood_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        heard({**FLIGHT_AS_HEARD, **change})
    assert refused.value.field == f"body.read_back.{field}"
