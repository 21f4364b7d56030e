"""``VAGUE_AREA`` and ``VAGUE_TIME``: an area or a window so large that nobody can act on it."""

from __future__ import annotations

import math

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.words import Severity
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, positions_of
from keepclear.spacetime.measure import line_length_m, union_area_km2
from keepclear.spacetime.trajectory import Trajectory

HOUR_MS = 3_600_000
KM_A_DEGREE = 111.7
"""A degree of latitude at the poles, and more than one anywhere else (WGS84)."""


def vague_area(case: Case) -> list[Finding]:
    """No envelope, or the union of its footprints is over ``vague_area_km2``."""
    most = case.agreement.rules.vague_area_km2
    if case.notice.body.envelope is None:
        why = "The notice has words but no envelope."
        return [case.finding(AlertCode.VAGUE_AREA, Severity.CAUTION, why, detail={"area_km2": None})]
    if sum(_at_most_km2(footprint) for footprint in case.footprints) <= most:
        return []
    area = union_area_km2(case.footprints)
    if area <= most:
        return []
    why = f"The area is {area:,.0f} km²; the agreement takes up to {most:,.0f}."
    return [case.finding(AlertCode.VAGUE_AREA, Severity.CAUTION, why, detail={"area_km2": area})]


def vague_time(case: Case) -> list[Finding]:
    """A window is over ``vague_time_h``: of any one volume, or of the whole trajectory."""
    if case.notice.body.envelope is None:
        return []
    most = case.agreement.rules.vague_time_h
    longest = max(_windows_ms(case.notice.body.envelope))
    if longest <= most * HOUR_MS:
        return []
    why = f"A window is {longest / HOUR_MS:.1f} h long; the agreement takes up to {most:g}."
    return [case.finding(AlertCode.VAGUE_TIME, Severity.CAUTION, why, detail={"window_h": longest / HOUR_MS})]


def _at_most_km2(footprint: Footprint) -> float:
    """An area that a small footprint surely does not exceed, quickly; infinite where that is not so plain.

    Of a polygon, its bounds, with room for geodesics that bulge poleward between vertices (2° wide, under 70° of
    latitude: by less than 1.3 % of the width).
    """
    if isinstance(footprint, Disc):
        radius_km = footprint.radius_m / 1000
        return math.pi * radius_km * radius_km
    if isinstance(footprint, Corridor):
        half_km = footprint.half_width_m / 1000
        return 2 * half_km * line_length_m(footprint) / 1000 + math.pi * half_km * half_km
    positions = list(positions_of(footprint))
    lon, lat = [x for x, _ in positions], [y for _, y in positions]
    wide, high = max(lon) - min(lon), max(lat) - min(lat)
    if wide > 2 or max(map(abs, lat)) > 70:
        return math.inf
    return wide * (high + 0.04 * wide) * KM_A_DEGREE * KM_A_DEGREE


def _windows_ms(envelope: Envelope) -> list[int]:
    if isinstance(envelope, Trajectory):
        return [envelope.times_ms[-1] - envelope.times_ms[0]]
    return [volume.end_ms - volume.start_ms for volume in envelope]
