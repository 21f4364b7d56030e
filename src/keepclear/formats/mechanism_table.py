"""An agreement as a table again: what the record keeps and the faces show. Reading it gives the same agreement."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from keepclear.mechanism.agreement import Agreement, Desk, Zone
from keepclear.mechanism.rules import RULE_KEYS
from keepclear.spacetime.altitude import FOOT_M
from keepclear.spacetime.footprint import footprint_to_geojson
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.separation import SeparationRule


def agreement_to_table(agreement: Agreement) -> dict[str, Any]:
    """The agreement with the keys of the mechanism file, as JSON has it (instants are RFC 3339 texts)."""
    table: dict[str, Any] = {"name": agreement.name, "disclosure": str(agreement.disclosure)}
    if agreement.area is not None:
        table["area"] = {"footprint": footprint_to_geojson(agreement.area)[0]}
    return {
        **table,
        **_heights(agreement.heights),
        "rules": {row.key: getattr(agreement.rules, row.key) for row in RULE_KEYS},
        "separation": [_separation(rule) for rule in agreement.separations],
        "party": [{"id": party.id, "name": party.name} for party in agreement.parties],
        "desk": [_desk(desk) for desk in agreement.desks],
        "place": [
            *({"name": place.name, "lon": place.lon, "lat": place.lat} for place in agreement.places),
            *({"region": one.name, "footprint": footprint_to_geojson(one.footprint)[0]} for one in agreement.regions),
        ],
        "zone": [_zone(zone) for zone in agreement.zones],
        "third_force": [
            {"name": force.name, "footprint": footprint_to_geojson(force.footprint)[0]}
            for force in agreement.third_forces
        ],
    }


def agreement_digest(agreement: Agreement) -> str:
    """SHA-256 (hex) of the agreement as the record keeps it, canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(agreement_to_table(agreement))).hexdigest()


def _heights(heights: HeightRules) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    if heights.terrain_lowest_m is not None:
        tables["terrain"] = {"lowest_m": heights.terrain_lowest_m, "highest_m": heights.terrain_highest_m}
    tables["qnh"] = {"lowest_hpa": heights.qnh_lowest_hpa, "highest_hpa": heights.qnh_highest_hpa}
    return tables


def _separation(rule: SeparationRule) -> dict[str, Any]:
    return {
        "between": [rule.a, rule.b],
        "lateral_m": rule.separation.lateral_m,
        "vertical_ft": _feet(rule.separation.vertical_m),
        "time_s": rule.separation.time_ms / 1000,
    }


def _feet(metres: float) -> float:
    """The feet that read back as exactly these metres: the shortest such number, as somebody once wrote one."""
    for digits in range(17):
        feet = round(metres / FOOT_M, digits)
        if feet * FOOT_M == metres:
            return feet
    return metres / FOOT_M


def _desk(desk: Desk) -> dict[str, Any]:
    table: dict[str, Any] = {"id": desk.id, "role": desk.role}
    if desk.party is not None:
        table["party"] = desk.party
    if desk.alternates:
        table["alternates"] = list(desk.alternates)
    if desk.commander is not None:
        table["commander"] = desk.commander
    return table


def _zone(zone: Zone) -> dict[str, Any]:
    geometry, width = footprint_to_geojson(zone.footprint)
    table: dict[str, Any] = {
        "id": zone.id,
        "name": zone.name,
        "footprint": geometry,
        **width,
        "floor": str(zone.floor),
        "ceiling": str(zone.ceiling),
    }
    for key, instant in (("start", zone.start_ms), ("end", zone.end_ms)):
        if instant is not None:
            table[key] = format_instant(instant)
    for key, names in (("forbids", zone.forbids), ("parties", zone.parties), ("except", zone.excepted)):
        if names:
            table[key] = list(names)
    return table
