"""The mechanism file: the agreement as data (model §6). Unknown keys are refused, and names must refer to something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.reader import Table, joined
from keepclear.formats.toml_text import toml_table
from keepclear.mechanism.agreement import Agreement, Desk, Party, Place, Region, ThirdForce, Zone
from keepclear.mechanism.rules import Rules, rules_from_table
from keepclear.mechanism.words import Activity, Disclosure
from keepclear.spacetime.altitude import FOOT_M, parse_altitude
from keepclear.spacetime.footprint import Footprint, footprint_from_geojson
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.separation import ANY_ACTIVITY, Separation, SeparationRule

KEYS = (
    "name",
    "disclosure",
    "area",
    "terrain",
    "qnh",
    "rules",
    "separation",
    "party",
    "desk",
    "place",
    "zone",
    "third_force",
)
"""What a mechanism file has at its top level."""

_ID = re.compile(r"\w[\w.-]{0,63}")
_ID_EXPECTED = "letters, digits, '.', '_' and '-' (at most 64)"
_LOWEST_QNH_HPA, _HIGHEST_QNH_HPA = 850.0, 1100.0
"""Sea-level pressures have been measured between 870 and 1085 hPa (WMO)."""


@dataclass(frozen=True, slots=True)
class CheckRules:
    """What ``keepclear check --rules`` takes from a mechanism file."""

    separations: tuple[SeparationRule, ...]
    heights: HeightRules


NO_RULES = CheckRules((), HeightRules())
"""Without a mechanism file: no separation, no terrain."""


def agreement_from_toml(data: bytes, source: str = "") -> Agreement:
    """The agreement that a mechanism file holds; errors say ``source: field: given; expected``."""
    try:
        return agreement_from_table(toml_table(data))
    except InvalidInput as error:
        place = ": ".join(part for part in (source, error.field) if part)
        raise type(error)(place, error.given, error.expected) from None


def check_rules_from_toml(data: bytes) -> CheckRules:
    """Separation, terrain and QNH of a mechanism file; the rest of the agreement need not be there."""
    top = Table(toml_table(data), "", KEYS)
    return CheckRules(_separations(top), _heights(top))


def agreement_from_table(value: object, field: str = "") -> Agreement:
    """The agreement in a table that TOML or JSON gave, at the path ``field``."""
    top = Table(value, field, KEYS)
    heights = _heights(top)
    parts: dict[str, Any] = {
        "name": top.text("name", "the mechanism's name"),
        "disclosure": Disclosure(top.choice("disclosure", list(Disclosure), Disclosure.BOARD)),
        "area": _area(top),
        "heights": heights,
        "rules": _rules(top),
        "separations": _separations(top),
        "parties": tuple(Party(_id(row), row.text("name", "the party's name")) for row in _rows(top, "party", _PARTY)),
        "desks": tuple(_desk(row) for row in _rows(top, "desk", _DESK)),
        "places": tuple(_place(row) for row in _rows(top, "place", _PLACE) if "region" not in row),
        "regions": tuple(_region(row) for row in _rows(top, "place", _PLACE) if "region" in row),
        "zones": tuple(_zone(row, heights) for row in _rows(top, "zone", _ZONE)),
        "third_forces": tuple(
            ThirdForce(row.text("name"), _footprint(row)) for row in _rows(top, "third_force", ("name", "footprint"))
        ),
    }
    try:
        return Agreement(**parts)
    except InvalidInput as error:
        raise (error.under(field) if field else error) from None


_PARTY = ("id", "name")
_DESK = ("id", "role", "party", "alternates", "commander")
_PLACE = ("name", "lon", "lat", "region", "footprint")
_SEPARATION = ("between", "lateral_m", "vertical_ft", "time_s")
_ZONE = (
    "id",
    "name",
    "footprint",
    "radius_m",
    "half_width_m",
    "floor",
    "ceiling",
    "start",
    "end",
    "forbids",
    "parties",
    "except",
)


def _rows(top: Table, key: str, known: tuple[str, ...]) -> list[Table]:
    return [Table(row, path, known) for path, row in top.items(key, f"rows of [[{key}]]")]


def _area(top: Table) -> Footprint | None:
    return _footprint(top.table("area", ("footprint",))) if "area" in top else None


def _rules(top: Table) -> Rules:
    table = top.value("rules")
    if table is None:
        return Rules()
    if not isinstance(table, Mapping):
        raise top.refuse("rules", "a table")
    return rules_from_table(table, top.path("rules"))


def _heights(top: Table) -> HeightRules:
    given: dict[str, float] = {}
    if "terrain" in top:
        terrain = top.table("terrain", ("lowest_m", "highest_m"))
        lowest, highest = _span(terrain, "lowest_m", "highest_m", -500.0, 9000.0)
        given |= {"terrain_lowest_m": lowest, "terrain_highest_m": highest}
    if "qnh" in top:
        qnh = top.table("qnh", ("lowest_hpa", "highest_hpa"))
        lowest, highest = _span(qnh, "lowest_hpa", "highest_hpa", _LOWEST_QNH_HPA, _HIGHEST_QNH_HPA)
        given |= {"qnh_lowest_hpa": lowest, "qnh_highest_hpa": highest}
    return HeightRules(**given)


def _span(table: Table, low: str, high: str, least: float, most: float) -> tuple[float, float]:
    lowest, highest = table.number(low), table.number(high)
    for key, number in ((low, lowest), (high, highest)):
        if not least <= number <= most:
            raise table.refuse(key, f"{least:g} to {most:g}")
    if lowest > highest:
        raise table.refuse(high, f"{lowest:g} ({low}) or more")
    return lowest, highest


def _separations(top: Table) -> tuple[SeparationRule, ...]:
    return tuple(_separation(row) for row in _rows(top, "separation", _SEPARATION))


def _separation(row: Table) -> SeparationRule:
    pair = row.texts("between", "two activities")
    if len(pair) != 2:
        raise row.refuse("between", "two activities, or '*' for any")
    for number, activity in enumerate(pair):
        if activity != ANY_ACTIVITY and activity not in frozenset(Activity):
            expected = f"'*' or one of {', '.join(Activity)}"
            raise InvalidInput(f"{row.path('between')}[{number}]", repr(activity), expected)
    lateral_m, vertical_ft, time_s = (_not_negative(row, key) for key in ("lateral_m", "vertical_ft", "time_s"))
    return SeparationRule(pair[0], pair[1], Separation(lateral_m, vertical_ft * FOOT_M, round(time_s * 1000)))


def _not_negative(row: Table, key: str) -> float:
    number = row.number(key) if key in row else 0.0
    if not 0 <= number <= 1e7:
        raise row.refuse(key, "0 or more")
    return number


def _id(row: Table) -> str:
    found = row.text("id", _ID_EXPECTED)
    if not _ID.fullmatch(found):
        raise row.refuse("id", _ID_EXPECTED)
    return found


def _desk(row: Table) -> Desk:
    return Desk(
        _id(row),
        row.text("role", "what the desk is for"),
        row.optional_text("party", "a party's id"),
        row.texts("alternates", "desk ids"),
        row.optional_text("commander", "a desk's id"),
    )


def _place(row: Table) -> Place:
    if "footprint" in row:
        raise row.refuse("footprint", "left out: a place has lon and lat (a region has a footprint)")
    lon, lat = row.number("lon", "degrees east"), row.number("lat", "degrees north")
    if not -180 <= lon <= 180:
        raise row.refuse("lon", "-180 to 180 degrees east")
    if not -90 <= lat <= 90:
        raise row.refuse("lat", "-90 to 90 degrees north")
    return Place(row.text("name", "the place's name"), lon, lat)


def _region(row: Table) -> Region:
    for key in ("name", "lon", "lat"):
        if key in row:
            raise row.refuse(key, "left out: a region has a footprint")
    return Region(row.text("region"), _footprint(row))


def _zone(row: Table, heights: HeightRules) -> Zone:
    start = parse_instant(row.value("start"), row.path("start"), rounding="down") if "start" in row else None
    end = parse_instant(row.value("end"), row.path("end"), rounding="up") if "end" in row else None
    if start is not None and end is not None and end <= start:
        raise row.refuse("end", "an instant after start")
    floor, ceiling = (parse_altitude(row.required(key, "an altitude"), row.path(key)) for key in ("floor", "ceiling"))
    footprint = _footprint(row)
    try:
        height_band(footprint, floor, ceiling, heights)
    except InvalidInput as error:
        raise error.under(row.field) from None
    return Zone(
        _id(row),
        row.text("name", "the zone's name"),
        footprint,
        floor,
        ceiling,
        start,
        end,
        row.texts("forbids", "activities"),
        row.texts("parties", "party ids"),
        row.texts("except", "purposes"),
    )


def _footprint(row: Table) -> Footprint:
    return footprint_from_geojson(
        row.required("footprint", "a GeoJSON geometry"),
        joined(row.field, "footprint"),
        radius_m=row.value("radius_m"),
        half_width_m=row.value("half_width_m"),
    )
