"""A place in words, as a statement gives it: ``{name, within_km}``, ``{name, bearing, distance_km}``, ``{region}``."""

from __future__ import annotations

from collections.abc import Collection

from keepclear.errors import InvalidInput
from keepclear.formats.reader import Table, shown
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.place import COMPASS_DEG, InRegion, Offset, PlaceText, Within

_KNOWN = ("name", "within_km", "bearing", "distance_km", "region")
_FORMS = "{name, within_km} or {name, bearing, distance_km} or {region}"


def place_from_json(value: object, field: str, agreement: Agreement) -> PlaceText:
    """The place that is meant, its name from the agreement's own gazetteer."""
    table = Table(value, field, _KNOWN)
    if "region" in table:
        _alone(table, {"region"})
        return InRegion(_named(table, "region", agreement.region_by_name))
    name = _named(table, "name", agreement.place_by_name)
    if "within_km" in table:
        _alone(table, {"name", "within_km"})
        return Within(name, _kilometres(table.number("within_km"), table.path("within_km")))
    if "bearing" not in table or "distance_km" not in table:
        raise InvalidInput(field, "a name alone", _FORMS)
    bearing = table.choice("bearing", COMPASS_DEG)
    distances = [_kilometres(found, path) for path, found in table.items("distance_km", "[nearest, farthest] in km")]
    if len(distances) != 2 or distances[0] > distances[1]:
        raise InvalidInput(table.path("distance_km"), shown(distances), "[nearest, farthest] in km")
    return Offset(name, bearing, distances[0], distances[1])


def _named(table: Table, key: str, gazetteer: Collection[str]) -> str:
    name = table.text(key, _FORMS)
    if name not in gazetteer:
        listed = ", ".join(sorted(gazetteer)) or "none: this mechanism's gazetteer has none"
        raise InvalidInput(table.path(key), f"{shown(name)} is not in the gazetteer", f"one of {listed}")
    return name


def _alone(table: Table, wanted: set[str]) -> None:
    for key in _KNOWN:
        if key in table and key not in wanted:
            raise InvalidInput(table.path(key), shown(table.value(key)), f"left out here: {_FORMS}")


def _kilometres(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 20_050:
        raise InvalidInput(path, shown(value), "kilometres, 0 or more")
    return float(value)
