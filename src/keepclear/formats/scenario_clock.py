"""The clock of a scenario file: ``12:24:00`` on its day, ``+1 00:10:00`` on the next (model §6)."""

from __future__ import annotations

import re

from keepclear.errors import InvalidInput
from keepclear.formats.reader import shown

DAY_MS = 86_400_000
_CLOCK = re.compile(r"(?:\+(\d{1,3}) )?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?", re.ASCII)


def instant_of(text: object, field: str, start_ms: int) -> int:
    """The instant that a scenario's clock shows, counted from the UTC day of ``start_ms``."""
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidInput(
            field, shown(text), "the clock of the scenario's day, '12:24:00', or '+1 00:10:00' the next day"
        )
    days, hours, minutes, seconds, fraction = match.groups()
    clock_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    midnight_ms = start_ms - start_ms % DAY_MS
    return midnight_ms + int(days or 0) * DAY_MS + clock_s * 1000 + int((fraction or "0").ljust(3, "0"))


def clock_of(instant_ms: int, start_ms: int) -> str:
    """What a scenario's clock shows at an instant; the way back from :func:`instant_of`."""
    days, ms = divmod(instant_ms - (start_ms - start_ms % DAY_MS), DAY_MS)
    minutes, seconds = divmod(ms // 1000, 60)
    day = f"{days:+d} " if days else ""
    fraction = f".{ms % 1000:03d}" if ms % 1000 else ""
    return f"{day}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}"
