"""``SUSPECT_COORD``: figures that look mistyped, being outside the mechanism's area or far from where they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.words import Severity
from keepclear.spacetime.footprint import Footprint, footprint_from_geojson, footprint_to_geojson
from keepclear.spacetime.measure import centre, distance_m, envelope_footprints, lies_within
from keepclear.spacetime.well_inside import surely_within


def suspect_coord(case: Case) -> list[Finding]:
    """Outside the area (with a word when swapping longitude and latitude would put it inside), or a jump."""
    if not case.footprints:
        return []
    sentences = [why for why in (_outside(case), _jumped(case)) if why is not None]
    if not sentences:
        return []
    detail = {"from": _anchor(case)} if _jumped(case) else {}
    why = " ".join(sentences)
    to = case.notice.senders
    return [case.finding(AlertCode.SUSPECT_COORD, Severity.WARNING, why, to=to, detail=detail)]


def _outside(case: Case) -> str | None:
    area = case.agreement.area
    if area is None or surely_within(case.footprints, area) or lies_within(case.footprints, area):
        return None
    if _swapped_lies_within(case.footprints, area):
        return "The envelope is outside the mechanism's area; with longitude and latitude swapped it would be inside."
    return "The envelope is outside the mechanism's area."


def _jumped(case: Case) -> str | None:
    """An amendment moved the centre by over ``jump_km``; it lasts until the centre is near its old place again."""
    anchor = _anchor(case)
    if anchor is None:
        return None
    lon, lat = centre(case.footprints)
    moved_km = distance_m(anchor[0], anchor[1], lon, lat) / 1000
    if moved_km <= case.agreement.rules.jump_km:
        return None
    return f"The amendment moves the centre by {moved_km:.0f} km; over {case.agreement.rules.jump_km:g} is suspect."


def _anchor(case: Case) -> Sequence[float] | None:
    """Where the centre was before the jump that is still suspect, or else in the version before."""
    standing = case.still(AlertCode.SUSPECT_COORD)
    if standing is not None and standing.detail.get("from"):
        anchor: Sequence[float] = standing.detail["from"]
        return anchor
    if case.before is None or case.before.body.envelope is None:
        return None
    return list(centre(envelope_footprints(case.before.body.envelope)))


def _swapped_lies_within(footprints: list[Footprint], area: Footprint) -> bool:
    try:
        swapped = [_swapped(footprint) for footprint in footprints]
    except InvalidInput:  # a longitude that cannot be a latitude
        return False
    return lies_within(swapped, area)


def _swapped(footprint: Footprint) -> Footprint:
    geometry, sizes = footprint_to_geojson(footprint)
    turned = {"type": geometry["type"], "coordinates": _turned(geometry["coordinates"])}
    return footprint_from_geojson(
        turned, "footprint", radius_m=sizes.get("radius_m"), half_width_m=sizes.get("half_width_m")
    )


def _turned(coordinates: Any) -> Any:
    """The same nesting with each position's two numbers swapped."""
    if isinstance(coordinates[0], int | float):
        return [coordinates[1], coordinates[0]]
    return [_turned(part) for part in coordinates]
