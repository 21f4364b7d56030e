"""What was accepted once is made again without judging it, and is the very same."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.spacetime.as_kept import envelope_as_kept
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json
from keepclear.spacetime.heights import HeightRules

RULES = HeightRules(terrain_lowest_m=-100, terrain_highest_m=900)
lon = st.one_of(st.floats(-180, 180), st.integers(-180, 180), st.just(-0.0))
lat = st.one_of(st.floats(-90, 90), st.integers(-90, 90), st.just(-0.0))
places = st.tuples(lon, lat).map(list)
sizes = st.one_of(st.floats(0.5, 50_000), st.integers(1, 50_000))


@st.composite
def rings(draw: st.DrawFn) -> list[list[float]]:
    """A triangle or a square, closed, which may not be a footprint all the same."""
    west, south = draw(st.floats(-179, 170)), draw(st.floats(-80, 75))
    wide, high = draw(st.floats(0.001, 3)), draw(st.floats(0.001, 3))
    corners = [[west, south], [west + wide, south], [west + wide, south + high], [west, south + high]]
    corners = corners[: draw(st.sampled_from([3, 4]))]
    return [*corners, corners[0]]


@st.composite
def holed(draw: st.DrawFn) -> list[list[list[float]]]:
    outer = draw(rings())
    (west, south), (east, north) = outer[0], outer[2]
    dx, dy = (east - west) / 8, (north - south) / 8
    at = [east - 2 * dx, south + 2 * dy]
    inner = [at, [at[0] + dx, at[1]], [at[0] + dx, at[1] + dy], at]
    return [outer, inner]


footprints = st.one_of(
    st.builds(lambda p, r: {"footprint": {"type": "Point", "coordinates": p}, "radius_m": r}, places, sizes),
    st.builds(
        lambda line, w: {"footprint": {"type": "LineString", "coordinates": line}, "half_width_m": w},
        st.lists(places, min_size=2, max_size=5),
        sizes,
    ),
    st.builds(lambda ring: {"footprint": {"type": "Polygon", "coordinates": [ring]}}, rings()),
    st.builds(lambda part: {"footprint": {"type": "Polygon", "coordinates": part}}, holed()),
    st.builds(
        lambda parts: {"footprint": {"type": "MultiPolygon", "coordinates": parts}},
        st.lists(rings().map(lambda ring: [ring]), min_size=1, max_size=3),
    ),
)
altitudes = st.one_of(
    st.sampled_from(["SFC", "sfc", "UNL", " FL250", "FL 095", "fl120.5", "-0 m AMSL", "1500m hae", "+300 ft AGL"]),
    st.builds(lambda n, u, d: f"{n} {u} {d}", st.integers(0, 9000), st.sampled_from(["ft", "m"]),
              st.sampled_from(["AMSL", "AGL", "HAE"])),
)  # fmt: skip


@st.composite
def instants(draw: st.DrawFn) -> str:
    moment = draw(st.datetimes())
    fraction = draw(st.sampled_from(["", "", ".5", ".0001", ".123456789", ".999999"]))
    offset = draw(st.sampled_from(["Z", "Z", "z", "+02:00", "-11:30", "+00:00", "-00:00"]))
    between = draw(st.sampled_from("TTt"))
    return f"{moment:%m-%dT%H:%M:%S}".join([f"{moment.year:04d}-", f"{fraction}{offset}"]).replace("T", between)


@st.composite
def volumes(draw: st.DrawFn) -> dict[str, Any]:
    ends = draw(st.tuples(instants(), instants()))
    start, end = sorted(ends)
    return {
        **draw(footprints),
        "floor": draw(altitudes),
        "ceiling": draw(altitudes),
        "start": start,
        "end": end,
    }


@st.composite
def flights(draw: st.DrawFn) -> dict[str, Any]:
    many = draw(st.integers(2, 6))
    point = st.tuples(lon, lat, st.one_of(st.floats(-500, 20_000), st.integers(0, 9_000))).map(list)
    flight = {
        "type": "MovingPoint",
        "datetimes": sorted(draw(st.lists(instants(), min_size=many, max_size=many))),
        "coordinates": draw(st.lists(point, min_size=many, max_size=many)),
        "lateral_m": draw(sizes),
        "vertical_m": draw(sizes),
    }
    if draw(st.booleans()):
        flight["time_s"] = draw(st.one_of(st.integers(0, 60), st.floats(0, 60), st.just(-0.0)))
    return flight


def same(one: object, other: object) -> bool:
    """Equal, and of the same types to the sign of a nought."""
    return one == other and repr(one) == repr(other)


@settings(max_examples=300, deadline=None)
@given(st.one_of(volumes().map(lambda volume: [volume]), flights()))
def test_what_was_accepted_is_made_again_the_same(value: Any) -> None:
    try:
        strict = envelope_from_json(value, "envelope", RULES)
    except InvalidInput:
        assume(False)
    assert same(envelope_as_kept(value), strict)
    written = envelope_to_json(strict)
    assert same(envelope_as_kept(written), envelope_from_json(written, "envelope", RULES))


def test_a_list_of_volumes_keeps_its_order() -> None:
    volume = {
        "footprint": {"type": "Point", "coordinates": [1, 2]},
        "floor": "SFC", "ceiling": "UNL", "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00.0001Z",
    }  # fmt: skip
    value = [volume | {"radius_m": number} for number in range(1, 5)]
    assert same(envelope_as_kept(value), envelope_from_json(value, "envelope", None))
