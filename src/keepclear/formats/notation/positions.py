"""A position in any notation: what it says, and how far it may be off for want of figures."""

from __future__ import annotations

import math
import re

from keepclear.errors import InvalidInput
from keepclear.formats.notation.angles import METRES_A_DEGREE, RIGHT, Angle, parse_angle
from keepclear.formats.notation.characters import plain_text
from keepclear.formats.notation.grid_references import LOOKS_LIKE, parse_grid_reference
from keepclear.mechanism.read_back import HeardPosition

LONGEST = 80
_AFTER = re.compile(r"(?P<a>[^NSEW]+)(?P<la>[NSEW])[\s,/]*(?P<b>[^NSEW]+)(?P<lb>[NSEW])", re.IGNORECASE)
_BEFORE = re.compile(r"(?P<la>[NSEW])(?P<a>[^NSEW]+)(?P<lb>[NSEW])(?P<b>[^NSEW]+)", re.IGNORECASE)
_FIGURE = r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s*°?"
_SIGNED = re.compile(rf"{_FIGURE}(?:\s*,\s+|\s*,\s*(?=[+-])|\s*[,/]\s*(?=\d+\.)|\s+){_FIGURE}")


def parse_position(value: object, field: str) -> HeardPosition:
    """The position that a string says: degrees, minutes, seconds with N S E W, «latitude, longitude», or MGRS.

    Its ``resolution_m`` is how far rounding to the figures written may have moved it. Raises ``InvalidInput`` for what
    can be read in two ways.
    """
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise InvalidInput(field, f"{str(value)[:40]!r} is no position in words", RIGHT)
    text = re.sub(r"^LAT[MS]:", "", plain_text(value).upper())
    if LOOKS_LIKE.fullmatch(text):
        lon, lat, resolution_m = parse_grid_reference(text, field)
        return HeardPosition(lon, lat, resolution_m, value.strip())
    lettered = _AFTER.fullmatch(text) or _BEFORE.fullmatch(text)
    first, second = _lettered(lettered, text, field) if lettered else _signed(text, field)
    return HeardPosition(second.degrees, first.degrees, _resolution_m(first, second), value.strip())


def _lettered(match: re.Match[str], text: str, field: str) -> tuple[Angle, Angle]:
    """Latitude, then longitude, whichever was written first."""
    letters = match["la"] + match["lb"]
    if (match["la"] in "NS") == (match["lb"] in "NS"):
        raise InvalidInput(field, f"{text!r} has {letters[0]} and {letters[1]}", "give one of N, S and one of E, W")
    one = parse_angle(match["a"].strip(" ,/"), match["la"], field, whole=text)
    other = parse_angle(match["b"].strip(" ,/"), match["lb"], field, whole=text)
    return (one, other) if match["la"] in "NS" else (other, one)


def _signed(text: str, field: str) -> tuple[Angle, Angle]:
    if re.search(r"[NSEW]", text):
        raise InvalidInput(field, f"{text!r} says N, S, E or W of one part only, or oddly", RIGHT)
    match = _SIGNED.fullmatch(text)
    if match is None:
        hint = "; a comma parts latitude and longitude, decimals have a point" if "," in text else ""
        raise InvalidInput(field, f"{text!r} is no position{hint}", RIGHT)
    if "." not in match[1] or "." not in match[2]:
        given = f"{text!r} is in whole degrees, or has a comma for its decimals"
        raise InvalidInput(field, given, "write decimals with a point, or degrees with N S E W")
    lat, lon = (parse_angle(part, "", field, whole=text) for part in match.groups())
    if abs(lat.degrees) > 90:
        raise InvalidInput(field, f"{text!r} has a latitude over 90°", "give latitude first, then longitude")
    return lat, lon


def _resolution_m(lat: Angle, lon: Angle) -> float:
    nearest_equator = max(0.0, abs(lat.degrees) - lat.half_unit)
    north_m = lat.half_unit * METRES_A_DEGREE
    east_m = lon.half_unit * METRES_A_DEGREE * math.cos(math.radians(nearest_equator))
    return math.hypot(north_m, east_m)
