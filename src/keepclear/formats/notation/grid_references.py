"""MGRS references: ``37S FV 12345 67890``. GEOTRANS (in the package ``mgrs``) does the arithmetic.

A reference names a square, so its position is the square's centre and may be off by half a diagonal.
"""

from __future__ import annotations

import math
import re
import warnings
from functools import cache
from typing import Any

from keepclear.errors import InvalidInput

RIGHT = "write an MGRS reference with as many figures east as north, such as 37S FV 12345 67890"
LOOKS_LIKE = re.compile(r"(?:\d{1,2}\s*[A-Z]|[ABYZ])\s*[A-Z]{2}[\d\s]*", re.IGNORECASE)

_REFERENCE = re.compile(r"(?:(\d{1,2})\s*([C-X])|([ABYZ]))\s*([A-Z]{2})\s*([\d\s]*)")
_LEAST_SCALE = {"utm": 0.9996, "ups": 0.994}
"""A metre of the grid is at most one over this on the ground (NGA.SIG.0012)."""


_A_METRE_DEG = 1e-5
"""A little over a metre of latitude."""


def parse_grid_reference(text: str, field: str) -> tuple[float, float, float]:
    """Longitude, latitude and resolution (m) of a reference of 1 m to 100 km; ``InvalidInput`` where it is none."""
    match = _REFERENCE.fullmatch(text.strip().upper())
    if match is None or any(letter in "IO" for letter in (match[2] or "") + match[4]):
        raise InvalidInput(field, f"{text!r} is no MGRS reference (I and O are no letters of it)", RIGHT)
    zone, band, polar, square, figures = match.groups()
    digits = _digits(figures, text, field)
    head = f"{int(zone):02d}{band}" if zone else polar
    try:
        lat, lon = _read(f"{head}{square}{digits}")
    except _error() as reason:
        raise InvalidInput(field, f"{text!r} is no square of the grid ({reason})", RIGHT) from None
    if not _in_its_zone(head, square, digits):
        raise InvalidInput(field, f"{text!r} lies outside of the zone {head}", "give the zone that the place is in")
    size_m = 10.0 ** (5 - len(digits) // 2)
    return lon, lat, size_m * 2**0.5 / 2 / _LEAST_SCALE["utm" if zone else "ups"]


def format_grid_reference(lon: float, lat: float, precision: int = 5) -> str:
    """The square of 10^(5 − precision) m that the position is in: figures are cut, not rounded (NGA.SIG.0012)."""
    text = str(_converter().toMGRS(lat, lon, True, precision))
    head = 5 if text[0].isdigit() else 3
    digits = text[head:]
    half = len(digits) // 2
    return " ".join(part for part in (text[: head - 2], text[head - 2 : head], digits[:half], digits[half:]) if part)


def _digits(figures: str, text: str, field: str) -> str:
    groups = figures.split()
    digits = "".join(groups)
    if (
        len(groups) > 2
        or len(digits) % 2
        or len(digits) > 10
        or (len(groups) == 2 and len(groups[0]) != len(groups[1]))
    ):
        raise InvalidInput(field, f"{text!r} has not as many figures east as north, at most 5 each", RIGHT)
    return digits


def _in_its_zone(head: str, square: str, digits: str) -> bool:
    """Whether some of the square lies in the zone it names: beyond its zone's edge a square has another name."""
    half = len(digits) // 2
    east, north = digits[:half], digits[half:]
    rest = 5 - half
    fills = ["0" * rest, ("5" + "0" * rest)[:rest], "9" * rest]
    for x in fills:
        for y in fills:
            try:
                lat, lon = _read(f"{head}{square}{east}{x}{north}{y}")
            except _error():
                continue
            if _touches(head, lon, lat):
                return True
    return False


def _touches(head: str, lon: float, lat: float) -> bool:
    """Whether a square of 1 m around the position reaches into the zone."""
    north = _A_METRE_DEG
    east = north / max(math.cos(math.radians(lat)), 1e-6)
    for d_lon, d_lat in ((0.0, 0.0), (east, 0.0), (-east, 0.0), (0.0, north), (0.0, -north)):
        at_lon, at_lat = (lon + d_lon + 180) % 360 - 180, max(-90.0, min(90.0, lat + d_lat))
        if str(_converter().toMGRS(at_lat, at_lon, True, 5)).startswith(head):
            return True
    return False


def _read(reference: str) -> tuple[float, float]:
    """Latitude and longitude of the centre. A band's edge may cut the square, which GEOTRANS warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        lat, lon = _converter().toLatLon(reference)
    return float(lat), float(lon)


@cache
def _converter() -> Any:
    import mgrs

    return mgrs.MGRS()


def _error() -> type[Exception]:
    from mgrs.core import MGRSError

    return MGRSError  # type: ignore[no-any-return]
