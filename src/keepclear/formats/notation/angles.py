"""Latitude and longitude as degrees, degrees and minutes, or degrees, minutes and seconds; one part at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from keepclear.errors import InvalidInput

METRES_A_DEGREE = 111_700.0
"""The longest degree of latitude (at the poles, 111,694 m); those of longitude are shorter."""

_PART = re.compile(
    r"""(?P<sign>[+-])?(?P<degrees>\d{1,7})(?P<fraction>\.\d{1,12})?\s*°?
        (?:[\s-]*(?P<minutes>\d{1,2})(?P<minute_fraction>\.\d{1,12})?\s*'?
            (?:[\s-]*(?P<seconds>\d{1,2})(?P<second_fraction>\.\d{1,12})?\s*"?)?)?""",
    re.VERBOSE,
)
RIGHT = "write 35.2563N 040.1409E, 35°15.378'N 040°08.454'E, 35°15'23\"N 040°08'27\"E or 351523N0400827E"


@dataclass(frozen=True, slots=True)
class Angle:
    """Degrees, and half the unit of the last figure that was written, in degrees."""

    degrees: float
    half_unit: float


def parse_angle(text: str, letter: str, field: str, *, whole: str) -> Angle:
    """The angle of one part, of which ``letter`` (N, S, E, W, or none) was taken off; ``whole`` is for errors.

    Figures without separators are degrees (lat 1–2, lon 1–3 figures), DDMM / DDDMM or DDMMSS / DDDMMSS.
    """
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(field, f"{whole!r} is no position", RIGHT)
    if match["sign"] and letter:
        raise InvalidInput(field, f"{whole!r} has both a sign and a letter", RIGHT)
    degrees, minutes, seconds, last, unit = _figures(match, letter, field, whole)
    if minutes >= 60 or seconds >= 60:
        raise InvalidInput(field, f"{whole!r} has 60 minutes or seconds or more", RIGHT)
    value = degrees + minutes / 60 + seconds / 3600
    most = 90 if letter in "NS" and letter else 180
    if value > most:
        raise InvalidInput(field, f"{whole!r} has {value:g}° {letter}".rstrip(), f"give at most {most}°")
    negative = letter in ("S", "W") or match["sign"] == "-"
    return Angle((-value if negative else value) + 0.0, unit * 10.0**-last / 2)


def _figures(match: re.Match[str], letter: str, field: str, whole: str) -> tuple[float, float, float, int, float]:
    """Degrees, minutes, seconds, how many decimals the last of them has, and its unit in degrees."""
    head, fraction = match["degrees"], match["fraction"] or ""
    if match["minutes"] is not None:
        if fraction or len(head) > 3 or (match["minute_fraction"] and match["seconds"] is not None):
            raise InvalidInput(field, f"{whole!r} has a fraction before its last part, or too many figures", RIGHT)
        minutes = float(match["minutes"] + (match["minute_fraction"] or ""))
        if match["seconds"] is None:
            return float(head), minutes, 0.0, _decimals(match["minute_fraction"]), 1 / 60
        seconds = float(match["seconds"] + (match["second_fraction"] or ""))
        return float(head), minutes, seconds, _decimals(match["second_fraction"]), 1 / 3600
    widest = 3 if letter in ("E", "W", "") else 2
    if len(head) <= widest:
        return float(head + fraction), 0.0, 0.0, _decimals(fraction), 1.0
    if not letter or len(head) not in (widest + 2, widest + 4):
        given = f"{whole!r} has {len(head)} figures together, which may be read in two ways"
        raise InvalidInput(field, given, "write latitude as DD, DDMM or DDMMSS, longitude as DDD, DDDMM or DDDMMSS")
    degrees, rest = float(head[:widest]), head[widest:]
    if len(rest) == 2:
        return degrees, float(rest + fraction), 0.0, _decimals(fraction), 1 / 60
    return degrees, float(rest[:2]), float(rest[2:] + fraction), _decimals(fraction), 1 / 3600


def _decimals(fraction: str | None) -> int:
    return len(fraction) - 1 if fraction else 0


def format_degrees(lon: float, lat: float, digits: int = 5) -> str:
    """``35.25630N 040.14090E``."""
    return _both(lon, lat, lambda value, wide: f"{value:0{wide + (digits + 1 if digits else 0)}.{digits}f}")


def format_minutes(lon: float, lat: float, digits: int = 3) -> str:
    """``35°15.378'N 040°08.454'E``, rounded to the nearest."""

    def one(value: float, wide: int) -> str:
        units = round(value * 60 * 10**digits)
        degrees, rest = divmod(units, 60 * 10**digits)
        return f"{degrees:0{wide}d}°{_fixed(rest, digits)}'"

    return _both(lon, lat, one)


def format_seconds(lon: float, lat: float, digits: int = 0, *, compact: bool = False) -> str:
    """``35°15'23"N 040°08'27"E``, or ``351523N0400827E`` as in a NOTAM; rounded to the nearest."""

    def one(value: float, wide: int) -> str:
        units = round(value * 3600 * 10**digits)
        degrees, rest = divmod(units, 3600 * 10**digits)
        minutes, seconds = divmod(rest, 60 * 10**digits)
        marks = ("", "", "") if compact else ("°", "'", '"')
        return f"{degrees:0{wide}d}{marks[0]}{minutes:02d}{marks[1]}{_fixed(seconds, digits)}{marks[2]}"

    text = _both(lon, lat, one)
    return text.replace(" ", "") if compact else text


def _fixed(units: int, digits: int) -> str:
    whole, fraction = divmod(units, 10**digits)
    return f"{whole:02d}.{fraction:0{digits}d}" if digits else f"{whole:02d}"


def _both(lon: float, lat: float, one: Callable[[float, int], str]) -> str:
    return f"{one(abs(lat), 2)}{'S' if lat < 0 else 'N'} {one(abs(lon), 3)}{'W' if lon < 0 else 'E'}"
