"""An agreement that is amended while notices are live: all are checked again, in one go, under what is agreed now.

What is now true is raised, what no longer is clears, and what stands stays as it is. How far ahead a notice was heard
is judged by what was agreed when it was; deadlines that run keep the time they were given. Whom a notice is addressed
to was settled when it was said: a party that joins learns of older notices by the alerts about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.agreement_succession import changed_parts
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, standing_about
from keepclear.mechanism.alert_table import VERSION_CHECKS
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.checks.third_force import forces_met
from keepclear.mechanism.evaluation import Evaluation, conflicts_among, plan_of
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.outcome import ChangeKind, What
from keepclear.mechanism.standing import CHECKED_BY_VERSION, reconcile
from keepclear.mechanism.words import Mode

JUDGED_WHEN_HEARD = frozenset({AlertCode.LATE_NOTICE, AlertCode.AFTER_START})
"""Who kept to what was agreed is not made late by what is agreed afterwards, nor who did not in time."""

CHECKED_AGAIN = CHECKED_BY_VERSION - JUDGED_WHEN_HEARD

GONE = "The agreement was amended, and the cause has gone."


@dataclass(frozen=True, slots=True)
class Reworked:
    """What follows from an agreement, worked out and not yet in force. ``trimmed``: addressed to those that stay."""

    agreement: Agreement
    plans: Mapping[Mode, PlanIndex]
    trimmed: Mapping[str, Notice]
    evaluations: tuple[Evaluation, ...]


def work_again(ledger: Ledger, agreement: Agreement, plans: Mapping[Mode, PlanIndex]) -> Reworked:
    """Every live notice checked under ``agreement``, with ``plans`` as its empty indexes. Changes nothing else.

    Raises InvalidInput for an envelope that cannot be compared.
    """
    trimmed = _trimmed(ledger, agreement)
    then = replace(ledger, agreement=agreement, plans=plans, notices={**ledger.notices, **trimmed})
    live = [then.notices[name] for name in then.live]
    for mode, index in plans.items():
        index.put_many([plan for one in live if one.mode is mode and (plan := plan_of(one)) is not None])
    conflicts = _conflicts(then)
    evaluations = tuple(_evaluation(then, notice, conflicts.get(notice.id, [])) for notice in live)
    return Reworked(agreement, plans, trimmed, evaluations)


def put_in_force(ledger: Ledger, found: Reworked) -> None:
    """The agreement is the one that counts, and takes the next place in the record. Nothing here can fail."""
    before = ledger.agreement
    ledger.agreement, ledger.plans = found.agreement, found.plans
    ledger.index += 1
    number, changed = len(ledger.agreements) + 1, changed_parts(before, found.agreement)
    ledger.agreements.append(AgreementInForce(number, ledger.index, ledger.now, changed))
    ledger.note(ChangeKind.AGREEMENT, What.CHANGED, ledger.agreements[-1])
    for notice in found.trimmed.values():
        ledger.put_notice(notice)
    _say_goodbye(ledger, before)
    _welcome(ledger, before)
    for evaluation in found.evaluations:
        ledger.forces_met[evaluation.case.notice.id] = evaluation.forces
    for evaluation in found.evaluations:
        reconcile(ledger, evaluation, CHECKED_AGAIN, GONE)


def _conflicts(then: Ledger) -> dict[str, list[Finding]]:
    """The conflicts of each notice: one question to each index for all of them."""
    found: dict[str, list[Finding]] = {}
    for index in then.plans.values():
        for finding in conflicts_among(then, index.all_pairs(), then.now):
            for name in finding.about:
                found.setdefault(name, []).append(finding)
    return found


def _evaluation(then: Ledger, notice: Notice, conflicts: list[Finding]) -> Evaluation:
    case = Case(then.agreement, notice, None, then.now, standing_about(then, notice.id))
    checks = (check for code, check in VERSION_CHECKS.items() if code not in JUDGED_WHEN_HEARD)
    own = tuple(finding for check in checks for finding in check(case))
    return Evaluation(case, own, tuple(conflicts), forces_met(case))


def _names(agreement: Agreement) -> dict[str, None]:
    """All that can be addressed: parties and desks."""
    return dict.fromkeys((*agreement.party_by_id, *agreement.desk_by_id))


def _trimmed(ledger: Ledger, after: Agreement) -> dict[str, Notice]:
    """The notices that are not over and name somebody who leaves, without them."""
    left = _names(ledger.agreement).keys() - _names(after).keys()
    trimmed = {}
    for name in dict.fromkeys((*ledger.live, *ledger.owed_about, *ledger.awaited)) if left else ():
        notice = ledger.notices.get(name)
        if notice is not None and not left.isdisjoint((*notice.addressees, *notice.shown_to)):
            addressees, shown_to = (
                tuple(one for one in names if one not in left) for names in (notice.addressees, notice.shown_to)
            )
            trimmed[name] = replace(notice, addressees=addressees, shown_to=shown_to)
    return trimmed


def _say_goodbye(ledger: Ledger, before: Agreement) -> None:
    """Nobody waits any longer for those that left: what was to reach them, and what their serials and clocks missed."""
    after = _names(ledger.agreement)
    for left in [name for name in _names(before) if name not in after]:
        ledger.undelivered.pop(left, None)
        why = f"{left} is no longer part of the agreement."
        for code in (AlertCode.SERIAL_GAP, AlertCode.CLOCK_SKEW):
            clear(ledger, (code, left), why)
        for notice, waits in list(ledger.awaited.items()):
            if waits.pop(left, None) is not None:
                clear(ledger, (AlertCode.NO_DELIVERY, notice, left), why)
            if not waits:
                del ledger.awaited[notice]


def _welcome(ledger: Ledger, before: Agreement) -> None:
    """A new desk can be the one by which its party gets what it still waits for."""
    for desk in ledger.agreement.desks:
        if desk.party is None or desk.id in before.desk_by_id:
            continue
        for notice, waits in ledger.awaited.items():
            for statement in waits.get(desk.party, ()):
                ledger.undelivered.setdefault(desk.id, {})[statement] = notice
