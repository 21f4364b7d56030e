"""Times as they are read out: RFC 3339, date-time groups (``091340ZAPR26``), and local times with their offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from keepclear.errors import InvalidInput
from keepclear.formats.notation.characters import plain_text
from keepclear.mechanism.read_back import HeardTime
from keepclear.spacetime.instants import format_instant, parse_instant

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ZONES: dict[str, int] = {
    "Z": 0,
    **{letter: hours for hours, letter in enumerate("ABCDEFGHIKLM", start=1)},
    **{letter: -hours for hours, letter in enumerate("NOPQRSTUVWXY", start=1)},
}
"""Hours east of UTC of each zone letter (ACP 121). J is whatever the reader's own clock shows, so it says nothing."""
MINUTE_MS = 60_000
RIGHT = "write 2026-04-09T13:40:00Z, 2026-04-09 16:40+03:00, 091340Z APR 26 or 091640C APR 26"

_GROUP = re.compile(r"(\d{2})(\d{2})(\d{2})\s*([A-Z])\s*(?:([A-Z]{3})\s*(\d{4}|\d{2})?)?")
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):?(\d{2})(?::?(\d{2}(?:\.\d+)?))?\s*([A-Z]|[+-]\d{2}:?\d{2})?")


def parse_time(value: object, field: str, *, reference_ms: int | None = None) -> HeardTime:
    """The instant that a string says, and how far it may be off: half a minute where seconds are not said.

    A date-time group without month or year means the one nearest to ``reference_ms``; without a reference it is
    refused, and so are the zone letter J and a time without its zone. Raises ``InvalidInput``.
    """
    if not isinstance(value, str):
        return HeardTime(parse_instant(value, field))
    text = plain_text(value).upper() if len(value) <= 60 else ""
    if group := _GROUP.fullmatch(text):
        return HeardTime(_group_ms(group, text, field, reference_ms), MINUTE_MS // 2)
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise InvalidInput(field, f"{value[:40]!r} is no time", RIGHT)
    date, hour, minute, second, zone = clock.groups()
    if zone is None:
        raise InvalidInput(field, f"{text!r} does not say its zone or offset", RIGHT)
    offset = _offset(zone, text, field) if zone.isalpha() else f"{zone[:3]}:{zone[-2:]}"
    ms = parse_instant(f"{date}T{hour}:{minute}:{second or '00'}{offset}", field)
    return HeardTime(ms, 0 if second else MINUTE_MS // 2)


def format_time_utc(ms: int) -> str:
    """``2026-04-09T13:40:00Z``."""
    return format_instant(ms)


def format_time_local(ms: int, offset_min: int) -> str:
    """``2026-04-09T16:40:00+03:00``; the offset is in minutes east of UTC."""
    shifted = format_instant(ms + offset_min * MINUTE_MS).removesuffix("Z")
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{shifted}{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"


def format_date_time_group(ms: int, zone: str = "Z", *, up: bool = False) -> str:
    """``091340Z APR 26``. Seconds are cut; with ``up`` they count as a minute more, as an end of a window should."""
    whole = -(-ms // MINUTE_MS) if up else ms // MINUTE_MS
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=whole, hours=ZONES[zone])
    return f"{at.day:02d}{at.hour:02d}{at.minute:02d}{zone} {MONTHS[at.month - 1]} {at.year % 100:02d}"


def _group_ms(group: re.Match[str], text: str, field: str, reference_ms: int | None) -> int:
    day, hour, minute = (int(part) for part in group.groups()[:3])
    offset, month, year = _offset(group[4], text, field), group[5], group[6]
    if month is not None and month not in MONTHS:
        raise InvalidInput(field, f"{text!r} has no month {month}", f"one of {', '.join(MONTHS)}")
    if year is not None and month is not None:
        years = [int(year) if len(year) == 4 else 2000 + int(year)]
    elif reference_ms is None:
        raise InvalidInput(field, f"{text!r} does not say its month and year", RIGHT)
    else:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=reference_ms)
        years = [at.year - 1, at.year, at.year + 1]
    months = range(1, 13) if month is None else [MONTHS.index(month) + 1]
    found: list[int] = []
    for each_year in years:
        for each_month in months:
            written = f"{each_year:04d}-{each_month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00{offset}"
            try:
                found.append(parse_instant(written, field))
            except InvalidInput:
                continue
    if not found:
        raise InvalidInput(field, f"{text!r} is not on the calendar", RIGHT)
    return min(found, key=lambda ms: abs(ms - (reference_ms or 0)))


def _offset(letter: str, text: str, field: str) -> str:
    if letter == "J":
        raise InvalidInput(field, f"{text!r} has the zone letter J, which is the reader's own local time", RIGHT)
    hours = ZONES[letter]
    return f"{'-' if hours < 0 else '+'}{abs(hours):02d}:00"
