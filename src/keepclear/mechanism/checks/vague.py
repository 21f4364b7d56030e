"""``VAGUE_AREA`` and ``VAGUE_TIME``: an area or a window so large that nobody can act on it."""

from __future__ import annotations

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.words import Severity
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.measure import union_area_km2
from keepclear.spacetime.trajectory import Trajectory

HOUR_MS = 3_600_000


def vague_area(case: Case) -> list[Finding]:
    """No envelope, or the union of its footprints is over ``vague_area_km2``."""
    most = case.agreement.rules.vague_area_km2
    if case.notice.body.envelope is None:
        why = "The notice has words but no envelope."
        return [case.finding(AlertCode.VAGUE_AREA, Severity.CAUTION, why, detail={"area_km2": None})]
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


def _windows_ms(envelope: Envelope) -> list[int]:
    if isinstance(envelope, Trajectory):
        return [envelope.times_ms[-1] - envelope.times_ms[0]]
    return [volume.end_ms - volume.start_ms for volume in envelope]
