"""Instants: whole milliseconds since 1970-01-01T00:00:00Z, read from and written as RFC 3339.

Two parties can only mean the same moment when both say their offset, so a time without one is refused. A fraction finer
than a millisecond is rounded outwards by whoever knows which end of a window it is: down for a start, up for an end.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from keepclear.errors import InvalidInput

Rounding = Literal["down", "up"]

FIRST_MS = -62_135_596_800_000
"""0001-01-01T00:00:00Z, the first instant that can be written."""
LAST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last instant that can be written."""

_WHOLE_LENGTH = len("2026-04-09T13:40:00Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RIGHT = "give an RFC 3339 time with its offset, such as 2026-04-09T13:40:00Z"
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


def parse_instant(value: object, field: str, *, rounding: Rounding = "down") -> int:
    """Milliseconds since 1970 UTC of an RFC 3339 string, or of an aware ``datetime`` (what TOML gives).

    What is finer than a millisecond is rounded as ``rounding`` says. A leap second (``:60``) is refused: the scale of
    milliseconds since 1970 has no place for it, and moving it would be a guess. Raises ``InvalidInput``.
    """
    if isinstance(value, datetime):
        return _from_datetime(value, field, rounding)
    if not isinstance(value, str):
        raise InvalidInput(field, f"{_shown(value)} is no time", _RIGHT)
    if len(value) == _WHOLE_LENGTH and value[10] == "T" and value[19] == "Z":
        try:
            return _day_ms(value[:10]) + _minute_ms(value[10:17]) + _second_ms(value[17:])
        except InvalidInput:
            pass  # it is refused below, in its own words
    try:
        return _from_text(value, rounding)
    except InvalidInput as refusal:
        raise InvalidInput(field, refusal.given, refusal.expected) from None


@lru_cache(maxsize=1024)
def _day_ms(date: str) -> int:
    """The first instant of a date in UTC: plans say few dates, minutes and seconds, in many pairings."""
    return _from_text(f"{date}T00:00:00Z", "down")


@lru_cache(maxsize=1440)
def _minute_ms(minute: str) -> int:
    """The milliseconds from the day's first instant to a minute, written ``T13:40:``."""
    return _from_text(f"1970-01-01{minute}00Z", "down")


@lru_cache(maxsize=60)
def _second_ms(second: str) -> int:
    """The milliseconds from a minute's first instant to a second, written ``05Z``."""
    return _from_text(f"1970-01-01T00:00:{second}", "down")


@lru_cache(maxsize=4096)
def _from_text(value: str, rounding: Rounding) -> int:
    """The instant of a text: plans of one day say the same few times again and again. Refusals are without a field."""
    field = ""
    match = _RFC3339.fullmatch(value)
    if match is None:
        raise InvalidInput(field, f"{_shown(value)} is no RFC 3339 time", _RIGHT)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, offset = match.group(7) or "", match.group(8)
    if offset is None:
        raise InvalidInput(field, f"{_shown(value)} does not say its offset from UTC", _RIGHT)
    if second == 60:
        raise InvalidInput(field, f"{_shown(value)} is a leap second", "give :59, or :00 of the next minute")
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as reason:
        raise InvalidInput(field, f"{_shown(value)} is not on the calendar ({reason})", _RIGHT) from None
    seconds = int((whole - _EPOCH) / timedelta(seconds=1)) - _offset_seconds(offset, value, field)
    digits = fraction.ljust(3, "0")
    up = rounding == "up" and digits[3:].strip("0") != ""
    return _within_calendar(seconds * 1000 + int(digits[:3]) + up, value, field)


def format_instant(ms: int) -> str:
    """The instant in UTC as RFC 3339: ``2026-04-09T13:40:00Z``, with three decimals only where they are not zero."""
    at = _EPOCH + timedelta(milliseconds=ms)
    fraction = f".{ms % 1000:03d}" if ms % 1000 else ""
    return f"{at.year:04d}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}{fraction}Z"


def _from_datetime(value: datetime, field: str, rounding: Rounding) -> int:
    if value.utcoffset() is None:
        raise InvalidInput(field, f"{value.isoformat()} does not say its offset from UTC", _RIGHT)
    microseconds = (value - _EPOCH) // _MICROSECOND
    ms = -(-microseconds // 1000) if rounding == "up" else microseconds // 1000
    return _within_calendar(ms, value, field)


def _offset_seconds(offset: str, value: object, field: str) -> int:
    """Seconds east of UTC. ``-00:00`` (RFC 3339 §4.3: UTC is known, the local offset is not) is UTC."""
    if offset in "Zz":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 23 or minutes > 59:
        raise InvalidInput(field, f"{_shown(value)} has an offset that no clock has", _RIGHT)
    return (hours * 3600 + minutes * 60) * (-1 if offset[0] == "-" else 1)


def _within_calendar(ms: int, value: object, field: str) -> int:
    if not FIRST_MS <= ms <= LAST_MS:
        raise InvalidInput(field, f"{_shown(value)} is outside the years 0001 to 9999 in UTC", _RIGHT)
    return ms


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
