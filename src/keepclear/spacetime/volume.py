"""Volumes: a footprint, from a floor to a ceiling, from a start to an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import Altitude, Datum, parse_altitude
from keepclear.spacetime.fields import check_keys
from keepclear.spacetime.footprint import Disc, Footprint, footprint_from_geojson, footprint_to_geojson
from keepclear.spacetime.heights import NOISE_M, HeightRules, height_band
from keepclear.spacetime.instants import format_instant, parse_instant

_REQUIRED = ("footprint", "floor", "ceiling", "start", "end")
_WITHOUT_TERRAIN = frozenset((Datum.AMSL, Datum.HAE, Datum.FL))
_SOMEWHERE = Disc(0.0, 0.0, 1.0)
_WIDTHS = ("radius_m", "half_width_m")


@dataclass(frozen=True, slots=True)
class Volume:
    """One piece of space for one half-open window ``[start_ms, end_ms)``."""

    footprint: Footprint
    floor: Altitude
    ceiling: Altitude
    start_ms: int
    end_ms: int


def volume_from_json(obj: object, field: str, heights: HeightRules | None) -> Volume:
    """The volume that an object ``{footprint, radius_m?, half_width_m?, floor, ceiling, start, end}`` says.

    A fraction finer than a millisecond widens the window outwards. ``heights`` are the mechanism's rules; without them,
    or without terrain in them, a height above ground is refused. Every refusal is ``InvalidInput`` with its place.
    """
    if type(obj) is not dict and not isinstance(obj, Mapping):
        raise InvalidInput(field, "this is no object", "give {footprint, floor, ceiling, start, end}")
    check_keys(obj, field, required=_REQUIRED, optional=_WIDTHS)
    footprint = footprint_from_geojson(
        obj["footprint"],
        f"{field}.footprint" if field else "footprint",
        radius_m=obj.get("radius_m"),
        half_width_m=obj.get("half_width_m"),
    )
    floor = parse_altitude(obj["floor"], _joined(field, "floor"))
    ceiling = parse_altitude(obj["ceiling"], _joined(field, "ceiling"))
    check_heights(footprint, floor, ceiling, heights, field)
    start_ms = parse_instant(obj["start"], _joined(field, "start"), rounding="down")
    end_ms = parse_instant(obj["end"], _joined(field, "end"), rounding="up")
    if end_ms <= start_ms:
        given = f"{format_instant(end_ms)} is not after the start, {format_instant(start_ms)}"
        raise InvalidInput(_joined(field, "end"), given, "give an end that is later than the start")
    return Volume(footprint, floor, ceiling, start_ms, end_ms)


def volume_to_json(volume: Volume) -> dict[str, Any]:
    """The object of the contract; reading it gives the same volume."""
    geometry, width = footprint_to_geojson(volume.footprint)
    return {
        "footprint": geometry,
        **width,
        "floor": str(volume.floor),
        "ceiling": str(volume.ceiling),
        "start": format_instant(volume.start_ms),
        "end": format_instant(volume.end_ms),
    }


def check_heights(
    footprint: Footprint, floor: Altitude, ceiling: Altitude, heights: HeightRules | None, field: str
) -> None:
    """Refuses a floor and ceiling that cannot be (see ``heights.height_band``), with their place under ``field``."""
    if surely_apart(floor, ceiling):
        return
    try:
        height_band(footprint, floor, ceiling, heights or HeightRules())
    except InvalidInput as refusal:
        raise (refusal.under(field) if field else refusal) from None


def taken_anywhere(floor: Altitude, ceiling: Altitude, heights: HeightRules) -> bool:
    """True only where ``check_heights`` takes the two over any footprint: the geoid, which alone differs from place to
    place, is needed where one of the two is above the ellipsoid and the other above sea level.
    """
    if surely_apart(floor, ceiling):
        return True
    if Datum.HAE in (floor.datum, ceiling.datum):
        return False
    try:
        height_band(_SOMEWHERE, floor, ceiling, heights)
    except InvalidInput:
        return False
    return True


def surely_apart(floor: Altitude, ceiling: Altitude) -> bool:
    """True of what ``height_band`` takes by any rules and over any footprint: one datum that needs no terrain, or the
    surface below it.
    """
    if ceiling.datum not in _WITHOUT_TERRAIN:
        return False
    return floor.datum is Datum.SFC or (floor.datum is ceiling.datum and floor.metres - ceiling.metres < -NOISE_M)


def _joined(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key
