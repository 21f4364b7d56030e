"""Altitudes: number, unit and datum together, or a refusal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import Altitude, Datum, parse_altitude

READ = {
    "SFC": (Datum.SFC, -math.inf, "SFC"),
    "unl": (Datum.UNL, math.inf, "UNL"),
    "FL250": (Datum.FL, 7620.0, "FL250"),
    "fl 95": (Datum.FL, 2895.6, "FL095"),
    "FL0": (Datum.FL, 0.0, "FL000"),
    "FL065.5": (Datum.FL, 1996.44, "FL65.5"),
    "15000 ft AMSL": (Datum.AMSL, 4572.0, "15000 ft AMSL"),
    "4500 m AMSL": (Datum.AMSL, 4500.0, "4500 m AMSL"),
    "300 ft AGL": (Datum.AGL, 91.44, "300 ft AGL"),
    "0 ft AGL": (Datum.AGL, 0.0, "0 ft AGL"),
    "1500 m HAE": (Datum.HAE, 1500.0, "1500 m HAE"),
    "-430 m AMSL": (Datum.AMSL, -430.0, "-430 m AMSL"),
    "-1.25 ft HAE": (Datum.HAE, -0.381, "-1.25 ft HAE"),
    "-0 m HAE": (Datum.HAE, 0.0, "0 m HAE"),
    "  300   FT   agl ": (Datum.AGL, 91.44, "300 ft AGL"),
    "300ft AGL": (Datum.AGL, 91.44, "300 ft AGL"),
    "+12.50 m AMSL": (Datum.AMSL, 12.5, "12.5 m AMSL"),
}

REFUSED = {
    "15000": "measured from",
    "15000 ft": "measured from",
    "4500 m": "measured from",
    "15000 AMSL": "feet or metres",
    "FL-10": "no altitude",
    "FL": "no altitude",
    "-5 ft AGL": "below the ground",
    "300 ft MSL": "no altitude",
    "300 km AMSL": "no altitude",
    "1e3 m AMSL": "no altitude",
    "1,000 ft AMSL": "no altitude",
    "nan m HAE": "no altitude",
    "inf m HAE": "no altitude",
    "GND": "no altitude",
    "": "no altitude",
    "１５０ m AMSL": "no altitude",
}


@pytest.mark.parametrize("text", READ)
def test_the_trades_notations_are_read_and_written_back(text: str) -> None:
    datum, metres, written = READ[text]
    altitude = parse_altitude(text, "floor")
    assert altitude.datum is datum
    assert altitude.metres == pytest.approx(metres, abs=1e-9)
    assert str(altitude) == written
    assert parse_altitude(str(altitude), "floor") == altitude


@pytest.mark.parametrize("text", REFUSED)
def test_what_does_not_say_all_three_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_altitude(text, "body.envelope[0].ceiling")
    assert refused.value.field == "body.envelope[0].ceiling"
    assert REFUSED[text] in refused.value.given
    assert "AMSL" in refused.value.expected or "0 or more" in refused.value.expected


@pytest.mark.parametrize("value", [15000, 4500.0, 0])
def test_a_bare_number_is_refused_for_want_of_a_datum(value: object) -> None:
    with pytest.raises(InvalidInput, match="neither unit nor datum"):
        parse_altitude(value, "floor")


@pytest.mark.parametrize("value", [None, True, ["FL250"], {"value": 1}])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="no altitude"):
        parse_altitude(value, "floor")


@given(
    st.sampled_from([Datum.AMSL, Datum.HAE, Datum.AGL]),
    st.sampled_from(["ft", "m"]),
    st.integers(0, 10**9 - 1),
    st.integers(0, 6),
)
def test_any_number_of_decimals_reads_back_as_written(datum: Datum, unit: str, digits: int, decimals: int) -> None:
    text = f"{digits / 10**decimals:.{decimals}f} {unit} {datum}"
    altitude = parse_altitude(text, "floor")
    assert parse_altitude(str(altitude), "floor") == altitude
    assert altitude.value == digits / 10**decimals


def test_nine_digits_that_round_up_to_ten_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no altitude that anything has"):
        parse_altitude("999999999.999999999 ft AMSL", "floor")


def test_a_foot_is_exactly_0_3048_metres() -> None:
    assert Altitude(Datum.AMSL, 1000.0, "ft").metres == pytest.approx(304.8, abs=1e-12)
