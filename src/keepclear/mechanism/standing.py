"""Putting an evaluation into force, and taking it out again when the notice is over.

A version's alerts are reconciled: what is found is raised or kept, what is no longer found clears.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, clear_about, open_alert, raise_or_keep, standing_about
from keepclear.mechanism.alert_table import ALERT_TABLE, Moment
from keepclear.mechanism.checks.case import Case
from keepclear.mechanism.checks.conflict import warns_from_ms
from keepclear.mechanism.checks.third_force import third_party_gap
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.evaluation import Evaluation, gaps, is_covered, plan_of
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Mode

CHECKED_BY_VERSION = frozenset(
    row.code for row in ALERT_TABLE.values() if row.moment in (Moment.VERSION, Moment.OTHERS)
)


def put_into_force(ledger: Ledger, evaluation: Evaluation) -> None:
    """The notice as evaluated is the one that counts: its plan, its alerts, its deadlines, what it covers."""
    notice = evaluation.case.notice
    ledger.live[notice.id] = None
    plan = plan_of(notice)
    if plan is None:
        ledger.plans[notice.mode].withdraw(notice.id)
    else:
        ledger.plans[notice.mode].put(plan)
    if notice.end_ms is not None:
        ledger.dues.put(notice.end_ms, DueKind.NOTICE_END, notice.id)
    _cover(ledger, notice, notice.body.covers)
    ledger.forces_met[notice.id] = evaluation.forces
    reconcile(ledger, evaluation, CHECKED_BY_VERSION, f"{notice.called} was amended, and the cause has gone.")


def reconcile(ledger: Ledger, evaluation: Evaluation, codes: Container[str], gone: str) -> None:
    """What was found is raised or kept, each once; what stands of ``codes`` and was not found clears, for ``gone``."""
    notice = evaluation.case.notice
    findings = (*evaluation.own, *evaluation.conflicts, *gaps(ledger, evaluation))
    found = {(finding.code, *finding.key) for finding in findings}
    for cause in standing_about(ledger, notice.id):
        if cause[0] in codes and cause not in found:
            clear(ledger, cause, gone)
    for finding in findings:
        raise_or_keep(ledger, finding, notice.mode)
        if finding.window_ms is not None:
            near = warns_from_ms(ledger.agreement, finding.window_ms)
            ledger.dues.put(near, DueKind.CONFLICT_NEAR, *finding.key)
            ledger.dues.put(finding.window_ms[1], DueKind.CONFLICT_PAST, *finding.key)


def take_out_of_force(ledger: Ledger, notice: Notice, why: str, *, but: Iterable[AlertCode] = ()) -> None:
    """The notice is over: it meets nobody any more, covers nobody, and its alerts clear (save those in ``but``)."""
    ledger.live.pop(notice.id, None)
    ledger.plans[notice.mode].withdraw(notice.id)
    ledger.forces_met.pop(notice.id, None)
    clear_about(ledger, notice.id, why, but=but)
    _cover(ledger, notice, ())


def _cover(ledger: Ledger, notice: Notice, forces: tuple[str, ...]) -> None:
    """The notice covers these third forces from now on; gaps of other notices close and open accordingly."""
    before = [force for force, by in ledger.covering.items() if notice.id in by]
    touched = [force for force in dict.fromkeys((*before, *forces)) if (force in before) != (force in forces)]
    was = {force: is_covered(ledger, force, notice.mode) for force in touched}
    for force in touched:
        by = ledger.covering.setdefault(force, {})
        if force in forces:
            by[notice.id] = None
        else:
            del by[notice.id]
            if not by:
                del ledger.covering[force]
    for force in touched:
        if is_covered(ledger, force, notice.mode) != was[force]:
            _gap_elsewhere(ledger, notice.id, force, notice.mode, covered=not was[force])


def _gap_elsewhere(ledger: Ledger, by: str, force: str, mode: Mode, *, covered: bool) -> None:
    """A force has come to be covered, or is no longer: the gap of every other notice that meets it clears or rises."""
    for name in [name for name, forces in ledger.forces_met.items() if force in forces and name != by]:
        notice = ledger.notices[name]
        cause = (AlertCode.THIRD_PARTY_GAP, name, force)
        if notice.mode is not mode:
            continue
        if covered:
            clear(ledger, cause, f"A notice now covers «{force}».")
        elif open_alert(ledger, cause) is None:
            raise_or_keep(ledger, third_party_gap(Case(ledger.agreement, notice, None, ledger.now), force), mode)
