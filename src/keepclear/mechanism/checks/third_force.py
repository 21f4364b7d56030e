"""``THIRD_PARTY_GAP``: the envelope meets the area of a force that is on no line and that no participant covers."""

from __future__ import annotations

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.words import Severity
from keepclear.spacetime.measure import footprints_meet


def forces_met(case: Case) -> tuple[str, ...]:
    """The third forces whose area the envelope meets, covered or not."""
    return tuple(
        force.name
        for force in case.agreement.third_forces
        if any(footprints_meet(footprint, force.footprint) for footprint in case.footprints)
    )


def third_party_gap(case: Case, force: str) -> Finding:
    """The finding for a force that is met and that no live notice covers by naming it."""
    why = f"The envelope meets the area of «{force}», which is on no line and which nobody's notice covers."
    return case.finding(AlertCode.THIRD_PARTY_GAP, Severity.ADVISORY, why, force, detail={"force": force})
