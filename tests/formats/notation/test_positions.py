"""Positions in every notation, against UTM and UPS as PROJ has them and against plain arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import Transformer

from keepclear.errors import InvalidInput
from keepclear.formats.notation.angles import format_degrees, format_minutes, format_seconds
from keepclear.formats.notation.grid_references import format_grid_reference
from keepclear.formats.notation.positions import parse_position
from keepclear.spacetime.geodesic import inverse

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)
A_HAIR = st.sampled_from((0.0, 1e-9, -1e-9, 4e-7, -4e-7, 6e-6, -6e-6))
ZONE_EDGES = st.builds(
    lambda edge, hair: max(-180.0, min(180.0, edge + hair)), st.integers(-60, 60).map(lambda n: 3.0 * n), A_HAIR
)
BAND_EDGES = st.builds(lambda edge, hair: edge + hair, st.sampled_from([*range(-80, 80, 8), 84]), A_HAIR)
COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
ROWS = "ABCDEFGHJKLMNPQRSTUV"
BANDS = "CDEFGHJKLMNPQRSTUVWX"


def apart_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return float(inverse(lon, lat, other_lon, other_lat)[1][0])


def zone_of(lon: float, lat: float) -> int:
    """The UTM zone, with the two exceptions (NGA.SIG.0012 §3)."""
    if 56 <= lat < 64 and 3 <= lon < 12:
        return 32
    if 72 <= lat <= 84 and 0 <= lon < 42:
        return next(zone for edge, zone in ((9, 31), (21, 33), (33, 35), (42, 37)) if lon < edge)
    return int((lon + 180) // 6) % 60 + 1


def utm_reference(lon: float, lat: float) -> tuple[str, float, float]:
    """Zone, band and 100 km square, and the metres within the square, by PROJ."""
    zone = zone_of(lon, lat)
    projected = Transformer.from_crs(4326, (32600 if lat >= 0 else 32700) + zone, always_xy=True)
    east, north = projected.transform(lon, lat)
    column = COLUMNS[(zone - 1) % 3][int(east // 100_000) - 1]
    row = ROWS[(int(north // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    band = BANDS[min(19, int((lat + 80) // 8))]
    return f"{zone:02d}{band}{column}{row}", east % 100_000, north % 100_000


@given(st.floats(-180, 179.999999), st.floats(-79.99, 83.99), st.integers(1, 5))
def test_grid_references_are_those_of_proj_and_cut_not_rounded(lon: float, lat: float, precision: int) -> None:
    square, east, north = utm_reference(lon, lat)
    unit = 10 ** (5 - precision)
    zone_band, letters, *figures = format_grid_reference(lon, lat, precision).split()
    if min(east % unit, north % unit, unit - east % unit, unit - north % unit) < 1e-3:
        return  # on the line between two squares, where a nanometre decides
    if min(abs((lat + 80) % 8), 8 - (lat + 80) % 8) < 1e-7 or min(lon % 3, 3 - lon % 3) < 1e-7:
        return  # on the line between two bands or zones
    assert zone_band + letters == square
    assert [int(figure) for figure in figures] == [int(east // unit), int(north // unit)]
    assert all(len(figure) == precision for figure in figures)


@given(st.floats(-180, 180), st.one_of(st.floats(84.01, 89.99), st.floats(-89.99, -80.01)), st.integers(1, 5))
def test_polar_references_are_those_of_ups(lon: float, lat: float, precision: int) -> None:
    """The figures by PROJ's UPS; the letters by the table of NGA.SIG.0012."""
    east, north = Transformer.from_crs(4326, 5041 if lat > 0 else 5042, always_xy=True).transform(lon, lat)
    unit = 10 ** (5 - precision)
    if min(east % unit, north % unit, unit - east % unit, unit - north % unit) < 1e-3 or abs(east - 2_000_000) < 1:
        return
    head, square, *figures = format_grid_reference(lon, lat, precision).split()
    eastern, northern = east >= 2_000_000, lat > 0
    assert head == {(True, False): "Y", (True, True): "Z", (False, False): "A", (False, True): "B"}[northern, eastern]
    column = ("ABCFGHJKLPQR" if eastern else "JKLPQRSTUXYZ")[int(east - (2_000_000 if eastern else 800_000)) // 100_000]
    row = "ABCDEFGHJKLMNPQRSTUVWXYZ"[int(north - (1_300_000 if northern else 800_000)) // 100_000]
    assert square == column + row
    assert [int(figure) for figure in figures] == [int(east % 100_000 // unit), int(north % 100_000 // unit)]


@pytest.mark.parametrize(
    ("lat", "lon", "head"),
    [(60, 5, "32VKM"), (56, 3, "32VJH"), (78, 10, "33XUG"), (80, 8.9, "31X"), (80, 41.9, "37X"), (63, 2.9, "31V")],
)
def test_norway_and_svalbard_have_zones_of_their_own(lat: float, lon: float, head: str) -> None:
    assert format_grid_reference(lon, lat).replace(" ", "").startswith(head)


@example(-3.8e-7, 72.0000014, 5)
@example(36.0000046, 55.999999999, 5)
@example(21.0, -1e-9, 3)
@given(LON | ZONE_EDGES, LAT | BAND_EDGES, st.integers(0, 5))
def test_a_grid_reference_is_read_as_its_square(lon: float, lat: float, precision: int) -> None:
    """The centre is no farther from the position than the resolution says, anywhere on earth, ±180° and poles too."""
    text = format_grid_reference(lon, lat, precision)
    for written in (text, text.replace(" ", ""), text.lower()):
        heard = parse_position(written, "p")
        assert apart_m(lon, lat, heard.lon, heard.lat) <= heard.resolution_m * 1.002 + 0.01
    assert 0.7 < heard.resolution_m / 10 ** (5 - precision) < 0.72


@pytest.mark.parametrize("digits", range(7))
@given(lon=LON, lat=LAT)
def test_degrees_minutes_and_seconds_are_read_as_written(digits: int, lon: float, lat: float) -> None:
    for text in (
        format_degrees(lon, lat, digits),
        format_minutes(lon, lat, digits),
        format_seconds(lon, lat, digits),
        format_seconds(lon, lat, digits, compact=True),
        format_degrees(lon, lat, digits).replace(" ", ", "),
    ):
        heard = parse_position(text, "p")
        assert apart_m(lon, lat, heard.lon, heard.lat) <= heard.resolution_m + 0.001, text


@pytest.mark.parametrize(
    "text",
    [
        "35.2563N 040.1409E",
        "35.2563, 40.1409",
        "+35.2563,+40.1409",
        "35.2563/40.1409",
        "E040.1409 N35.2563",
        "35°15.378'N 040°08.454'E",
        "35 15.378 N 040 08.454 E",
        "3515.378N 04008.454E",
        "35°15'22.68\"N 040°08'27.24\"E",
        "35º15′22.68″N, 040º08′27.24″E",
        "351522.68N0400827.24E",
        "35-15-22.68N 040-08-27.24E",
        "\u206635.2563N\u2069 040.1409E",
        "٣٥.٢٥٦٣N ٠٤٠.١٤٠٩E",
    ],
)
def test_one_place_in_many_notations(text: str) -> None:
    heard = parse_position(text, "p")
    assert heard.lon == pytest.approx(40.1409, abs=1e-9)
    assert heard.lat == pytest.approx(35.2563, abs=1e-9)


def test_the_notations_of_notam_and_airspace_orders() -> None:
    seconds, minutes = parse_position("351523N0400827E", "p"), parse_position("LATM:3515N04008E", "p")
    assert seconds.lat == pytest.approx(35 + 15 / 60 + 23 / 3600)
    assert seconds.lon == pytest.approx(40 + 8 / 60 + 27 / 3600)
    assert minutes.lon == pytest.approx(40 + 8 / 60)
    assert minutes.lat == pytest.approx(35.25)
    assert 19 < seconds.resolution_m < 23
    assert 1100 < minutes.resolution_m < 1350


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("35,2563 40,1409", "decimals have a point"),
        ("35,40", "decimals have a point"),
        ("35, 40", "whole degrees"),
        ("120.5, 35.2", "latitude first"),
        ("35.25N 40.14", "one part only"),
        ("35.2N 36.1S", "N and S"),
        ("-35.25S 040.1E", "both a sign and a letter"),
        ("356000N0400000E", "60 minutes"),
        ("351523N400827E", "two ways"),
        ("351N 0400E", "two ways"),
        ("95N 100E", "at most 90"),
        ("35N 181E", "at most 180"),
        ("35.5°30'N 040°08'E", "fraction before"),
        ("37S FV 1234 67890", "as many figures east as north"),
        ("37S FV 123", "as many figures east as north"),
        ("37S IV 12 34", "I and O"),
        ("37S AV 12 34", "outside of the zone"),
        ("38S FV 12 34", "no square"),
        ("61S FV 12 34", "no square"),
        ("37S", "one part only"),
        ("", "no position"),
        ("9" * 500, "no position"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        parse_position(text, "body.where")
    assert refused.value.field == "body.where"


@given(st.text(max_size=40))
def test_any_text_is_a_position_or_refused(text: str) -> None:
    try:
        heard = parse_position(text, "p")
    except InvalidInput:
        return
    assert -180 <= heard.lon <= 180
    assert -90 <= heard.lat <= 90
