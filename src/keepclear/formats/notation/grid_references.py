"""MGRS references: ``37S FV 12345 67890``. GEOTRANS (in the package ``mgrs``) does the arithmetic.

A reference names a square, so its position is the square's centre and may be off by half a diagonal.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from keepclear.errors import InvalidInput

RIGHT = "write an MGRS reference with as many figures east as north, such as 37S FV 12345 67890"
LOOKS_LIKE = re.compile(r"(?:\d{1,2}\s*[A-Z]|[ABYZ])\s*[A-Z]{2}[\d\s]*", re.IGNORECASE)

_REFERENCE = re.compile(r"(?:(\d{1,2})\s*([C-X])|([ABYZ]))\s*([A-Z]{2})\s*([\d\s]*)")
_LEAST_SCALE = {"utm": 0.9996, "ups": 0.994}
"""A metre of the grid is at most one over this on the ground (NGA.SIG.0012)."""


_A_METRE_DEG = 1e-5
"""A little over a metre of latitude."""
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_NORDIC: dict[tuple[int, str], tuple[float, float]] = {
    (31, "V"): (0.0, 3.0),
    (32, "V"): (3.0, 12.0),
    (31, "X"): (0.0, 9.0),
    (33, "X"): (9.0, 21.0),
    (35, "X"): (21.0, 33.0),
    (37, "X"): (33.0, 42.0),
}
"""Zones around Norway and Svalbard with edges of their own: west and east (NGA.SIG.0012 §3)."""
_REACHES_DEG = (0.0, 1e-9, 1e-7, 1e-6, 1e-5)
"""So far within its zone a position is looked for: at the very edge GEOTRANS rounds to either side."""
_BESIDE_EQUATOR_DEG = 1e-6
"""So near to the equator GEOTRANS rounds a southern northing up to 10,000,000 m, of which there is no square."""


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
    if -_BESIDE_EQUATOR_DEG < lat < 0:
        lat = -_BESIDE_EQUATOR_DEG  # in the same square
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
    """Whether some of the square lies in the zone it names: beyond its zone's edge a square has another name.

    Where its corners, edges and middle come nearest to the zone, is there a position that this square is the name of,
    or one in the zone a metre away?
    """
    half = len(digits) // 2
    east, north = digits[:half], digits[half:]
    rest = 5 - half
    fills = ["0" * rest, ("5" + "0" * rest)[:rest], "9" * rest]
    for x, y in product(fills, fills):
        try:
            lat, lon = _read(f"{head}{square}{east}{x}{north}{y}")
        except _error():
            continue
        nearest = (_into(_zone(head), lon, lat, reach) for reach in _REACHES_DEG)
        if any(_name(place, half) == f"{head}{square}{digits}" for place in nearest):
            return True
        if any(_name(place, 5).startswith(head) for place in _around(lon, lat)):
            return True
    return False


def _around(lon: float, lat: float) -> Iterator[tuple[float, float]]:
    north = _A_METRE_DEG
    east = north / max(math.cos(math.radians(lat)), 1e-6)
    for d_lon, d_lat in product((0.0, east, -east), (0.0, north, -north)):
        yield lon + d_lon, max(-90.0, min(90.0, lat + d_lat))


def _name(place: tuple[float, float], precision: int) -> str:
    lon, lat = place
    return str(_converter().toMGRS(lat, (lon + 180) % 360 - 180, True, precision))


Zone = tuple[float, float, float, float]


def _zone(head: str) -> Zone:
    """West, east, south and north of a zone; ``west`` may be under −180 and ``east`` over 180 by nothing."""
    if len(head) == 1:
        west = -180.0 if head in "AY" else 0.0
        return (west, west + 180.0, -90.0, -80.0) if head in "AB" else (west, west + 180.0, 84.0, 90.0)
    number, band = int(head[:2]), head[2]
    west = 6.0 * number - 186.0
    south = 8.0 * _BANDS.index(band) - 80.0
    west, east = _NORDIC.get((number, band), (west, west + 6.0))
    return west, east, south, 84.0 if band == "X" else south + 8.0


def _into(zone: Zone, lon: float, lat: float, reach_deg: float) -> tuple[float, float]:
    """The position in the zone that is nearest to this one, by longitude and latitude; so far from the zone's edge."""
    west, east, south, north = zone
    middle = (west + east) / 2
    lon = (lon - middle + 180.0) % 360.0 - 180.0 + middle
    return (
        min(max(lon, west + reach_deg), east - reach_deg),
        min(max(lat, south + reach_deg), north - reach_deg),
    )


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
