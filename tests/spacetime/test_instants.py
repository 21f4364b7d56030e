"""Instants: RFC 3339 and nothing else, whole milliseconds, windows only ever widened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.spacetime.instants import FIRST_MS, LAST_MS, format_instant, parse_instant

AT = 1_775_742_000_000  # 2026-04-09T13:40:00Z

SAME_MOMENT = [
    "2026-04-09T13:40:00Z",
    "2026-04-09t13:40:00z",
    "2026-04-09T13:40:00.000Z",
    "2026-04-09T13:40:00-00:00",
    "2026-04-09T16:40:00+03:00",
    "2026-04-09T08:10:00-05:30",
    "2026-04-10T12:39:00+22:59",
]

REFUSED = {
    "2026-04-09T13:40:00": "offset",
    "2026-04-09 13:40:00Z": "RFC 3339",
    "2026-04-09": "RFC 3339",
    "2026-04-09T13:40Z": "RFC 3339",
    "2026-04-09T13:40:00.Z": "RFC 3339",
    "2026-04-09T13:40:00,5Z": "RFC 3339",
    "2026-04-09T13:40:00+0300": "RFC 3339",
    "2026-04-09T24:00:00Z": "calendar",
    "2026-02-29T12:00:00Z": "calendar",
    "2026-13-01T12:00:00Z": "calendar",
    "0000-01-01T00:00:00Z": "calendar",
    "2016-12-31T23:59:60Z": "leap second",
    "2026-04-09T13:40:00+24:00": "offset",
    "2026-04-09T13:40:00+03:60": "offset",
    "0001-01-01T00:30:00+01:00": "0001 to 9999",
    "9999-12-31T23:30:00-01:00": "0001 to 9999",
    "٢٠٢٦-04-09T13:40:00Z": "RFC 3339",
    " 2026-04-09T13:40:00Z": "RFC 3339",
    "2026-04-09T13:40:00Z\n": "RFC 3339",
    "": "RFC 3339",
}


@pytest.mark.parametrize("text", SAME_MOMENT)
def test_every_spelling_of_a_moment_is_that_moment(text: str) -> None:
    assert parse_instant(text, "start") == AT


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_full_time_is_refused_with_its_field_and_a_reason(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_instant(text, "body.start")
    assert refused.value.field == "body.start"
    assert REFUSED[text] in str(refused.value)


@pytest.mark.parametrize("value", [1_775_742_000, 1.5, None, True, ["2026-04-09T13:40:00Z"], b"2026-04-09T13:40:00Z"])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="is no time"):
        parse_instant(value, "start")


def test_a_finer_fraction_widens_a_window_outwards() -> None:
    for text in ("2026-04-09T13:40:00.0001Z", "2026-04-09T13:40:00.000999999Z", "2026-04-09T13:40:00.000000000000001Z"):
        assert parse_instant(text, "start", rounding="down") == AT
        assert parse_instant(text, "end", rounding="up") == AT + 1
    assert parse_instant("2026-04-09T13:40:00.123000Z", "end", rounding="up") == AT + 123


def test_rounding_outwards_holds_before_1970_too() -> None:
    assert parse_instant("1969-12-31T23:59:59.9995Z", "start", rounding="down") == -1
    assert parse_instant("1969-12-31T23:59:59.9995Z", "end", rounding="up") == 0


def test_toml_times_are_taken_when_they_say_their_offset() -> None:
    local = datetime(2026, 4, 9, 16, 40, 0, 1, tzinfo=timezone(timedelta(hours=3)))
    assert parse_instant(local, "start", rounding="down") == AT
    assert parse_instant(local, "end", rounding="up") == AT + 1
    with pytest.raises(InvalidInput, match="offset"):
        parse_instant(datetime(2026, 4, 9, 13, 40), "start")  # noqa: DTZ001 - a naive time is the case


def test_a_late_fraction_cannot_leave_the_calendar() -> None:
    with pytest.raises(InvalidInput, match="0001 to 9999"):
        parse_instant("9999-12-31T23:59:59.9999Z", "end", rounding="up")


@given(st.integers(FIRST_MS, LAST_MS))
def test_what_is_written_reads_back(ms: int) -> None:
    assert parse_instant(format_instant(ms), "at") == ms


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_an_offset_changes_the_spelling_and_not_the_moment(naive: datetime, minutes: int) -> None:
    there = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    expected = (there.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert parse_instant(there.isoformat(), "at") == expected
    assert parse_instant(there, "at") == expected


def test_a_fraction_shows_only_when_there_is_one() -> None:
    assert format_instant(AT) == "2026-04-09T13:40:00Z"
    assert format_instant(AT + 50) == "2026-04-09T13:40:00.050Z"
    assert format_instant(FIRST_MS) == "0001-01-01T00:00:00Z"
