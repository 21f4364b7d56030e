"""What one version of a notice leads to, worked out without changing anything: for a notice heard and for a draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.mechanism.affected import sides_of
from keepclear.mechanism.alert_book import standing_about
from keepclear.mechanism.alert_table import VERSION_CHECKS
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.checks.conflict import conflict, window_ms
from keepclear.mechanism.checks.third_force import forces_met, third_party_gap
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Mode


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Findings of the notice's own checks, of its conflicts, and the third forces that it meets (covered or not)."""

    case: Case
    own: tuple[Finding, ...]
    conflicts: tuple[Finding, ...]
    forces: tuple[str, ...]


def plan_of(notice: Notice) -> Plan | None:
    """The notice as detection knows it; None for words alone."""
    body = notice.body
    return None if body.envelope is None else Plan(notice.id, notice.party, body.activity, body.envelope)


def evaluate(ledger: Ledger, notice: Notice, before: Notice | None, at_ms: int) -> Evaluation:
    """Looks at a version with every check. Raises InvalidInput for an envelope that cannot be compared."""
    case = Case(ledger.agreement, notice, before, at_ms, standing_about(ledger, notice.id))
    own = [finding for check in VERSION_CHECKS.values() for finding in check(case)]
    return Evaluation(case, tuple(own), _conflicts(ledger, notice, at_ms), forces_met(case))


def is_covered(ledger: Ledger, force: str, mode: Mode, *, also: Notice | None = None) -> bool:
    """True when a live notice of that mode, or ``also``, names the force in its ``covers``."""
    if also is not None and force in also.body.covers:
        return True
    named = (ledger.notices[name] for name in ledger.covering.get(force, ()) if also is None or name != also.id)
    return any(notice.mode is mode for notice in named)


def gaps(ledger: Ledger, evaluation: Evaluation) -> list[Finding]:
    """The third forces met that nobody covers, the notice itself included."""
    notice = evaluation.case.notice
    return [
        third_party_gap(evaluation.case, force)
        for force in evaluation.forces
        if not is_covered(ledger, force, notice.mode, also=notice)
    ]


def conflicts_among(
    ledger: Ledger, meetings: Iterable[Meeting], at_ms: int, *, also: Notice | None = None
) -> Iterator[Finding]:
    """The conflicts among meetings of notices that are not yet past; ``also`` is one that is not kept so yet."""
    for meeting in meetings:
        if meeting.verdict is Verdict.CONFLICT and window_ms(meeting)[1] > at_ms:
            names = (meeting.a, meeting.b)
            a, b = (also if also is not None and name == also.id else ledger.notices[name] for name in names)
            sides = sides_of(ledger.agreement, a, b, meeting, at_ms)
            yield conflict(ledger.agreement, a, b, meeting, at_ms, sides)


def _conflicts(ledger: Ledger, notice: Notice, at_ms: int) -> tuple[Finding, ...]:
    plan = plan_of(notice)
    if plan is None:
        return ()
    return tuple(conflicts_among(ledger, ledger.plans[notice.mode].against(plan), at_ms, also=notice))
