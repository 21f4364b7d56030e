"""How a dossier writes what it is given: others' words marked off and made harmless, times in one zone, spans."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from keepclear.errors import InvalidInput

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
"""What stands between the two is laid out on its own, whichever way it is read (Unicode TR9 §2.4)."""

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JOINERS = "\u200c\u200d"
"""They shape letters of Arabic and other scripts, and steer nothing else."""


def harmless(text: str) -> str:
    """The text on one line; whatever would steer the page (controls, marks of direction) is written out instead."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\r\t":
        return " "
    if character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()


def quoted(text: object) -> str:
    """Somebody's own words, between marks, whichever way they are read."""
    return f"«{FIRST_STRONG_ISOLATE}{harmless(str(text))}{POP_ISOLATE}»"


def named(text: object) -> str:
    """A name that somebody gave, without marks."""
    return f"{FIRST_STRONG_ISOLATE}{harmless(str(text))}{POP_ISOLATE}"


def listed(names: object) -> str:
    """Names one after another; «nobody» for none."""
    assert isinstance(names, list | tuple)  # noqa: S101 - JSON of our own
    return ", ".join(harmless(str(name)) for name in names) or "nobody"


def span(ms: int) -> str:
    """A length of time as it is read: ``27 min 30 s``, ``1 h 05 min``, ``2 d 03 h 00 min``; with less, ``0.250 s``."""
    if ms < 0:
        return f"−{span(-ms)}"
    if ms % SECOND_MS and ms < MINUTE_MS:
        return f"{ms / SECOND_MS:.3f} s"
    seconds = ms // SECOND_MS
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min" + (f" {seconds % 60} s" if seconds % 60 else "")
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600:02d} h {seconds % 3600 // 60:02d} min"


@dataclass(frozen=True)
class Clock:
    """One zone for every time of a page, and the day that most of them are of."""

    zone: ZoneInfo
    name: str
    day: str = ""
    """``2016-09-17``: a time of this day is written without it. Empty: every time bears its date."""

    @classmethod
    def of(cls, name: str) -> Clock:
        """The clock of a zone by its IANA name; ``InvalidInput`` for one that is not known."""
        try:
            return cls(ZoneInfo(name), name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            right = "a time zone by its IANA name, such as UTC or Asia/Beirut"
            raise InvalidInput("--tz", f"given {name!r}", right) from None

    def through(self, start_ms: int, end_ms: int) -> Clock:
        """The clock for a period: within one day times alone are enough."""
        first, last = self.date(start_ms), self.date(max(start_ms, end_ms - 1))
        return Clock(self.zone, self.name, first if first == last else "")

    def date(self, ms: int) -> str:
        """The date: ``2016-09-17``."""
        at = self._at(ms)
        return f"{at.year:04d}-{at.month:02d}-{at.day:02d}"

    def minute(self, ms: int) -> str:
        """Hours and minutes, with the date where the day is another: ``13:24``."""
        at = self._at(ms)
        return self._dated(ms, f"{at.hour:02d}:{at.minute:02d}")

    def time(self, ms: int) -> str:
        """To the second, or to the millisecond where that is not 0; with the date where the day is another."""
        return self._dated(ms, self._clock(ms))

    def full(self, ms: int) -> str:
        """Date, time and zone: ``2016-09-17 13:24:00 UTC``."""
        return f"{self.date(ms)} {self._clock(ms)} {self.offset(ms)}"

    def offset(self, ms: int) -> str:
        """The zone as it is read: ``UTC``, else its offset, as ``UTC+03:00``."""
        return _offset(self.zone, ms)

    def _dated(self, ms: int, text: str) -> str:
        date = self.date(ms)
        return text if date == self.day else f"{date} {text}"

    def _clock(self, ms: int) -> str:
        at = self._at(ms)
        fraction = f".{ms % 1000:03d}" if ms % 1000 else ""
        return f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}{fraction}"

    def _at(self, ms: int) -> datetime:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(self.zone)


@functools.lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, ms: int) -> str:
    offset = (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).utcoffset() or timedelta(0)
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
