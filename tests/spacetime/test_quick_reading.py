"""What makes reading quick changes no answer: what is short is short, counts come first, refusals say their place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.altitude import Altitude, parse_altitude
from keepclear.spacetime.footprint import MOST_VERTICES, footprint_from_geojson
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.many_instants import plain_instants
from keepclear.spacetime.pieces import LONGEST_EDGE_M, MOST_LENGTH_M, edge_lengths
from keepclear.spacetime.validity import SURE_EDGE_DEG, SURE_TOTAL_DEG, check_edges, surely_short
from keepclear.spacetime.volume import check_heights

LONGITUDES = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, -179.9999999, 0.0, 90.0, 179.9999999, 180.0]))
LATITUDES = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, -89.9999999, 0.0, 45.0, 89.9999999, 90.0]))
LINES = st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=2, max_size=12)
MOST_M_PER_DEGREE = 111_700.0


@given(LINES)
def test_no_edge_is_longer_than_its_degrees_say(line: list[tuple[float, float]]) -> None:
    for (lon, lat), (next_lon, next_lat), length_m in zip(line, line[1:], edge_lengths(line), strict=False):
        east_deg = abs(next_lon - lon)
        degrees = min(east_deg, abs(360.0 - east_deg)) + abs(next_lat - lat)
        assert length_m <= degrees * MOST_M_PER_DEGREE + 1e-6
    if surely_short(line):
        lengths = edge_lengths(line)
        assert lengths.max() <= LONGEST_EDGE_M
        assert lengths.sum() <= MOST_LENGTH_M


def test_the_sure_degrees_are_within_both_limits() -> None:
    assert SURE_EDGE_DEG * MOST_M_PER_DEGREE < LONGEST_EDGE_M
    assert SURE_TOTAL_DEG * MOST_M_PER_DEGREE < MOST_LENGTH_M


def test_a_line_too_long_in_short_edges_is_refused_all_the_same() -> None:
    there_and_back = [((-40.0, 0.0), (40.0, 0.0))[i % 2] for i in range(101)]
    with pytest.raises(InvalidInput, match="km long"):
        check_edges(there_and_back, "line")
    check_edges(there_and_back[:80], "line")


def test_an_edge_to_nearly_the_other_side_of_the_earth_is_refused_all_the_same() -> None:
    with pytest.raises(InvalidInput, match="nearly opposite") as refusal:
        check_edges([(0.0, 0.0), (1.0, 0.0), (-179.0, 0.1)], "line")
    assert refusal.value.field == "line[2]"


RUBBISH = ["no position"] * (MOST_VERTICES + 2)
"""Refused by itself, as soon as anybody looks at one."""


@pytest.mark.parametrize(
    ("kind", "coordinates", "sizes"),
    [
        ("Polygon", [RUBBISH], {}),
        ("Polygon", [["no position"], RUBBISH], {}),
        ("MultiPolygon", [[["no position"]], [RUBBISH]], {}),
        ("LineString", RUBBISH, {"half_width_m": 5.0}),
    ],
)
def test_vertices_are_counted_before_one_is_looked_at(kind: str, coordinates: Any, sizes: dict[str, Any]) -> None:
    with pytest.raises(TooLarge) as refusal:
        footprint_from_geojson({"type": kind, "coordinates": coordinates}, "at", **sizes)
    assert refusal.value.field == "at.coordinates"


@pytest.mark.parametrize("coordinates", ["x" * 20_000, None, 5, [5], [[5]], [["x" * 20_000]], {}])
@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon", "LineString"])
def test_what_is_no_list_is_not_counted_but_refused(kind: str, coordinates: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        footprint_from_geojson({"type": kind, "coordinates": coordinates}, "at", half_width_m=5.0)
    assert not isinstance(refusal.value, TooLarge)


@pytest.mark.parametrize("parse", [parse_altitude, parse_instant])
def test_what_was_refused_or_taken_before_is_again_and_says_where(parse: Any) -> None:
    for field in ("first", "second"):
        with pytest.raises(InvalidInput) as refusal:
            parse("soon", field)
        assert refusal.value.field == field
    said = "300 ft AGL" if parse is parse_altitude else "2026-04-09T13:40:00Z"
    assert parse(said, "first") == parse(said, "second")


def test_a_start_and_an_end_that_are_written_alike_are_rounded_apart() -> None:
    written = "2026-04-09T13:40:00.0005Z"
    assert parse_instant(written, "end", rounding="up") - parse_instant(written, "start", rounding="down") == 1


def answer(read: Callable[[], object]) -> object:
    """What a reader gives, or the whole of its refusal."""
    with contextlib.suppress(InvalidInput):
        return read()
    with pytest.raises(InvalidInput) as refusal:
        read()
    return refusal.value.field, refusal.value.given, refusal.value.expected


DIGIT = st.sampled_from("00112345699")
TIMES = st.builds(
    lambda d: f"{d[:4]}-{d[4:6]}-{d[6:8]}T{d[8:10]}:{d[10:12]}:{d[12:14]}", st.text(DIGIT, min_size=14, max_size=14)
)


@given(
    st.one_of(
        TIMES,
        st.datetimes().map(lambda at: at.replace(microsecond=0).isoformat()),
        st.sampled_from(["2026-02-30T10:00:00", "2026-04-09T23:59:60", "0000-01-01T00:00:00", "2026-04-09T1٣:40:00"]),
    )
)
def test_a_time_read_in_parts_is_the_time_read_whole(text: str) -> None:
    parts, whole = (answer(partial(parse_instant, text + end, "at")) for end in ("Z", "z"))
    assert parts == whole or (isinstance(whole, tuple) and parts == (whole[0], whole[1].replace("z'", "Z'"), whole[2]))


ALTITUDES = st.sampled_from(
    ["SFC", "UNL", "FL010", "FL100", "300 ft AMSL", "91.44 m AMSL", "5000 m AMSL", "300 m HAE", "9 m HAE", "9 m AGL"]
).map(lambda text: parse_altitude(text, "at"))


@given(ALTITUDES, ALTITUDES, st.sampled_from([HeightRules(), HeightRules(0.0, 900.0)]))
def test_heights_are_refused_as_their_band_is(floor: Altitude, ceiling: Altitude, rules: HeightRules) -> None:
    footprint = footprint_from_geojson({"type": "Point", "coordinates": [36.0, 34.0]}, "at", radius_m=500.0)
    taken = answer(lambda: check_heights(footprint, floor, ceiling, rules, "at"))
    band = answer(lambda: height_band(footprint, floor, ceiling, rules))
    assert taken == ((f"at.{band[0]}", *band[1:]) if isinstance(band, tuple) else None)


NUMBERS = st.sampled_from([36.0, 36, -0.0, 180.0, 180.1, -90.0, 90.5, True, None, "1", float("nan"), 10**400, [1.0]])
POSITIONS = st.one_of(st.lists(NUMBERS, min_size=1, max_size=3), st.just([36.0, 34.0]), NUMBERS)


@given(st.lists(POSITIONS, max_size=4))
def test_positions_in_lists_are_read_as_positions_in_tuples(line: list[Any]) -> None:
    slowly = tuple(tuple(each) if isinstance(each, list) else each for each in line)
    quick, slow = (
        answer(partial(footprint_from_geojson, {"type": "LineString", "coordinates": at}, "at", half_width_m=5.0))
        for at in (line, slowly)
    )
    if isinstance(slow, tuple):  # what is shown differs by its brackets
        assert isinstance(quick, tuple)
        assert quick[0] == slow[0]
    else:
        assert quick == slow


@given(
    st.lists(
        st.one_of(
            TIMES.map(lambda text: f"{text}Z"),
            st.datetimes().map(lambda at: f"{at.replace(microsecond=0).isoformat()}Z"),
            st.sampled_from(
                ["2024-02-29T23:59:59Z", "2100-02-29T00:00:00Z", "2026-04-09T23:59:60Z", "2026-04-09t13:40:00Z",
                 "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-04-09T1٣:40:00Z", "2026-04-09T13:40:00+00", 5]
            ),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_times_read_together_are_the_times_read_one_by_one(texts: list[Any]) -> None:
    together = plain_instants(texts)
    if together is not None:
        assert together.tolist() == [parse_instant(text, "at", rounding="up") for text in texts]


def test_times_written_as_nearly_all_are_are_read_together() -> None:
    texts = [
        f"{year:04d}-{month:02d}-28T23:5{month % 10}:09Z" for year in (1, 1969, 2024, 9999) for month in range(1, 13)
    ]
    together = plain_instants(texts)
    assert together is not None
    assert together.tolist() == [parse_instant(text, "at") for text in texts]
