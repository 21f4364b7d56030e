"""Times and heights as they are read out, and what is refused because it says too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.notation.heights import parse_height
from keepclear.formats.notation.times import (
    MONTHS,
    ZONES,
    format_date_time_group,
    format_time_local,
    format_time_utc,
    parse_time,
)
from keepclear.spacetime.altitude import FOOT_M

APRIL = 1_775_742_000_000
"""2026-04-09T13:40:00Z."""
THIS_CENTURY = st.integers(946_684_800_000, 4_102_444_799_999)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-09T13:40:00Z",
        "2026-04-09T16:40:00+03:00",
        "2026-04-09 16:40+03:00",
        "2026-04-09 1640C",
        "091340ZAPR26",
        "091340Z APR 26",
        "091340z apr 2026",
        "091640CAPR26",
        "090840R APR 26",
        "091340Z",
        "091340Z APR",
    ],
)
def test_one_instant_in_many_notations(text: str) -> None:
    assert parse_time(text, "t", reference_ms=APRIL + 86_400_000).ms == APRIL


@given(THIS_CENTURY, st.sampled_from(sorted(ZONES)), st.booleans())
def test_a_date_time_group_is_read_as_written_in_every_zone(ms: int, zone: str, up: bool) -> None:
    text = format_date_time_group(ms, zone, up=up)
    shown = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)).astimezone(
        timezone(timedelta(hours=ZONES[zone]))
    )
    if not up:
        assert text == f"{shown:%d%H%M}{zone} {MONTHS[shown.month - 1]} {shown:%y}"
    if 2000 < shown.year < 2099:
        heard = parse_time(text.replace(" ", ""), "t")
        assert 0 <= (heard.ms - ms if up else ms - heard.ms) < 60_000
        assert heard.resolution_ms == 30_000


@given(THIS_CENTURY, st.integers(-12 * 4, 14 * 4))
def test_utc_and_local_times_are_read_as_written(ms: int, quarters: int) -> None:
    assert parse_time(format_time_utc(ms), "t").ms == ms
    heard = parse_time(format_time_local(ms, quarters * 15), "t")
    assert (heard.ms, heard.resolution_ms) == (ms, 0)


def test_a_group_without_its_month_is_the_nearest_one() -> None:
    new_year = parse_time("2026-01-01T00:30:00Z", "t").ms
    assert format_time_utc(parse_time("312350Z", "t", reference_ms=new_year).ms) == "2025-12-31T23:50:00Z"
    assert format_time_utc(parse_time("310000Z", "t", reference_ms=APRIL).ms) == "2026-03-31T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("091340J APR 26", "the reader's own local time"),
        ("091340 APR 26", "no time"),
        ("091340Z", "month and year"),
        ("091340Z ABR 26", "no month ABR"),
        ("310000Z APR 26", "not on the calendar"),
        ("092460Z APR 26", "not on the calendar"),
        ("2026-04-09 16:40", "zone or offset"),
        ("13:40", "no time"),
        ("9" * 100, "no time"),
    ],
)
def test_a_time_that_says_too_little_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        parse_time(text, "body.start")
    assert refused.value.field == "body.start"


@pytest.mark.parametrize(
    ("text", "altitude"),
    [
        ("FL250", "FL250"),
        ("flight level 250", "FL250"),
        ("FL 250", "FL250"),
        ("15000 ft AMSL", "15000 ft AMSL"),
        ("15 000 ft AMSL", "15000 ft AMSL"),
        ("15\u202f000 ft MSL", "15000 ft AMSL"),
        ("15,000 feet above mean sea level", "15000 ft AMSL"),
        ("4500 metres AMSL", "4500 m AMSL"),
        ("300 feet above ground level", "300 ft AGL"),
        ("1500 m above the ellipsoid", "1500 m HAE"),
        ("-30 m AMSL", "-30 m AMSL"),
        ("surface", "SFC"),
        ("GND", "SFC"),
        ("unlimited", "UNL"),
    ],
)
def test_heights_as_they_are_spoken(text: str, altitude: str) -> None:
    assert str(parse_height(text, "floor")) == altitude


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("angels 15", "angels have no datum"),
        ("15000 ft", "measured from"),
        ("15000", "measured from"),
        ("15000 AMSL", "feet or metres"),
        ("15,5 ft AMSL", "comma"),
        ("1,5000 ft AMSL", "comma"),
        ("level 250", "no altitude"),
    ],
)
def test_a_height_that_says_too_little_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_height(text, "floor")


@given(st.integers(0, 99_999), st.sampled_from(["AMSL", "AGL", "HAE"]))
def test_thousands_may_be_parted(feet: int, datum: str) -> None:
    for text in (f"{feet:,} feet {datum}", f"{feet:,} ft {datum}".replace(",", " ")):
        assert parse_height(text, "floor").metres == pytest.approx(feet * FOOT_M)
