"""``AREA_TEXT_MISMATCH``: the place in words and the envelope in figures disagree.

Three forms: within so far of a place, so far off in a direction, in a region. In more than one disaster the words were
right and the figures wrong, or the other way round (domain §1).
"""

from __future__ import annotations

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.place import COMPASS_DEG, InRegion, Offset, Within
from keepclear.mechanism.words import Severity
from keepclear.spacetime.measure import bearing_deg, centre, distance_m, distance_to_point_m, footprints_meet


def area_text_mismatch(case: Case) -> list[Finding]:
    """Nothing is said against a notice that gives only one of the two."""
    place = case.notice.body.place
    if place is None or not case.footprints:
        return []
    match place:
        case Within():
            why = _too_far(case, place)
        case Offset():
            why = _elsewhere(case, place)
        case InRegion():
            why = _outside_region(case, place)
    detail = {"place": str(place)}
    return [] if why is None else [case.finding(AlertCode.AREA_TEXT_MISMATCH, Severity.WARNING, why, detail=detail)]


def _too_far(case: Case, place: Within) -> str | None:
    """Nearest distance over ``within_km`` · 1.25 + 1 km."""
    rules, named = case.agreement.rules, case.agreement.place_by_name[place.name]
    most_km = place.within_km * (1 + rules.place_tolerance_pct / 100) + rules.place_tolerance_km
    nearest_km = distance_to_point_m(case.footprints, named.lon, named.lat) / 1000
    if nearest_km <= most_km:
        return None
    return f"The words say {place}; the envelope is {nearest_km:.1f} km from it at the nearest."


def _elsewhere(case: Case, place: Offset) -> str | None:
    """Centre's distance outside the range by over the tolerance, or its bearing off by over 45°."""
    rules, named = case.agreement.rules, case.agreement.place_by_name[place.name]
    lon, lat = centre(case.footprints)
    off_km = distance_m(named.lon, named.lat, lon, lat) / 1000
    tolerance_km = max(rules.place_tolerance_km, place.farthest_km * rules.place_tolerance_pct / 100)
    outside_km = max(place.nearest_km - off_km, off_km - place.farthest_km)
    bearing = bearing_deg(named.lon, named.lat, lon, lat)
    turned = abs((bearing - COMPASS_DEG[place.bearing] + 180) % 360 - 180)
    if outside_km > tolerance_km:
        return f"The words say {place}; the envelope's centre is {off_km:.1f} km from it."
    if turned > rules.bearing_tolerance_deg and off_km > 0.001:
        return f"The words say {place}; the envelope's centre bears {bearing:03.0f}° from it, {turned:.0f}° off."
    return None


def _outside_region(case: Case, place: InRegion) -> str | None:
    region = case.agreement.region_by_name[place.region]
    if any(footprints_meet(footprint, region.footprint) for footprint in case.footprints):
        return None
    return f"The words say {place}; the envelope does not touch it."
