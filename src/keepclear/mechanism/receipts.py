"""What has reached which machine, and what is owed for it: of notices, STOPs and accidents alike."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import desks_of, parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, standing_about
from keepclear.mechanism.announced import Announced
from keepclear.mechanism.checks.acknowledgement import ack_due_ms
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.ledger import FIRST_RULES, Ledger
from keepclear.mechanism.notice import Notice, Recipient
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.outcome import What
from keepclear.mechanism.owing import owe
from keepclear.mechanism.states import Grade
from keepclear.mechanism.words import MEDIATOR_DESK

HOUR_MS = 3_600_000


def fresh_recipients(ledger: Ledger, addressees: tuple[str, ...], before: Notice | None) -> tuple[Recipient, ...]:
    """The recipients of a new version: nobody has got it yet; what was seen of older ones is remembered."""
    seen = {row.desk: row.seen_version for row in before.recipients} if before is not None else {}
    party_of = ledger.agreement.party_of
    return tuple(
        Recipient(desk, party_of(desk), seen_version=seen.get(desk, 0))
        for desk in desks_of(ledger.agreement, addressees)
    )


def owe_acks(ledger: Ledger, announced: Announced) -> None:
    """Every addressed party owes an acknowledgement of the current statement; for older ones nothing is owed."""
    lapse_about(ledger, announced.id)
    owing = parties_of(ledger.agreement, announced.addressees)
    for cause, alert in standing_about(ledger, announced.id).items():
        if alert.code is AlertCode.NO_ACK and alert.detail["owing"] not in owing:
            clear(ledger, cause, "The newer version is addressed to others.")
    due = ack_due_ms(ledger.agreement.rules, announced.precedence, ledger.now)
    for side in owing:
        _owe(ledger, announced, ObligationKind.ACK, side, due)


def owe_dissemination(ledger: Ledger, notice: Notice) -> None:
    """Every addressed party owes a report of each level in ``must_reach``, by the start and within so many hours.

    Under ``broker`` nobody but the mediator has the notice, so nobody can pass it on.
    """
    if not notice.body.must_reach or ledger.rules_version == FIRST_RULES:
        return
    due = dissemination_due_ms(ledger, notice)
    for side in parties_of(ledger.agreement, notice.addressees):
        if side != MEDIATOR_DESK:
            _owe(ledger, notice, ObligationKind.DISSEMINATION, side, due)


def dissemination_due_ms(ledger: Ledger, notice: Notice) -> int:
    """By when a version that is heard now must be passed on: its start, or some hours from now if that is earlier."""
    due = ledger.now + round(ledger.agreement.rules.dissemination_h * HOUR_MS)
    return due if notice.start_ms is None else min(due, notice.start_ms)


def owe_read_back(ledger: Ledger, notice: Notice, side: str) -> None:
    """A party that has acknowledged owes the read-back that was asked for, in the same time again."""
    _owe(
        ledger,
        notice,
        ObligationKind.READ_BACK,
        side,
        ack_due_ms(ledger.agreement.rules, notice.precedence, ledger.now),
    )


def _owe(ledger: Ledger, announced: Announced, kind: ObligationKind, side: str, due_ms: int) -> None:
    owe(
        ledger,
        kind,
        side,
        to_party=announced.party,
        subject=announced.id,
        about=announced.statement,
        precedence=announced.precedence,
        mode=announced.mode,
        due_at_ms=due_ms,
    )


def lapse_about(ledger: Ledger, subject: str) -> None:
    """What is owed about something is owed no more."""
    for name in tuple(ledger.owed_about.get(subject, ())):
        ledger.put_obligation(replace(ledger.obligations[name], state=ObligationState.LAPSED), What.LAPSED)


def await_delivery(ledger: Ledger, announced: Announced) -> None:
    """The current statement is on its way to the machine of every recipient."""
    statement = announced.statement
    for row in announced.recipients:
        ledger.undelivered.setdefault(row.desk, {})[statement] = announced.id
    waits = ledger.awaited.setdefault(announced.id, {})
    due = ledger.now + round(ledger.agreement.rules.delivery_s * 1000)
    for addressee in announced.addressees:
        waits[addressee] = (*waits.get(addressee, ()), statement)
        ledger.dues.put(due, DueKind.DELIVERY, announced.id, addressee, statement)


def delivered(ledger: Ledger, desk: str, through: int) -> None:
    """A desk's machine has everything up to a place in the record."""
    waiting = ledger.undelivered.get(desk, {})
    there = dict.fromkeys(subject for said, subject in waiting.items() if ledger.heard[said].index <= through)
    for subject in there:
        reached_machine(ledger, desk, subject, through)


def stop_awaiting(ledger: Ledger, announced: Announced) -> None:
    """It is over: whether a machine gets it has no weight any more."""
    ledger.awaited.pop(announced.id, None)
    shown_to = announced.shown_to if isinstance(announced, Notice) else ()
    recipients = [row.desk for row in announced.recipients]
    for desk in dict.fromkeys((*recipients, *desks_of(ledger.agreement, shown_to))):
        waiting = ledger.undelivered.get(desk, {})
        for statement in [said for said, about in waiting.items() if about == announced.id]:
            del waiting[statement]


def reached_machine(ledger: Ledger, desk: str, subject: str, through: int) -> None:
    """A desk has all about something up to a place: its grade moves on, and nobody waits for it any longer."""
    waiting = ledger.undelivered.get(desk, {})
    there = [said for said, about in waiting.items() if about == subject and ledger.heard[said].index <= through]
    for said in there:
        del waiting[said]
        _waits_no_longer(ledger, subject, desk, said)
    announced = ledger.announced(subject)
    row = announced.recipient(desk) if announced is not None else None
    if announced is None or row is None:
        return
    if announced.statement in there and row.grade is Grade.UNDELIVERED:
        put_recipient(ledger, announced, replace(row, grade=Grade.DELIVERED, at_ms=ledger.now))


def _waits_no_longer(ledger: Ledger, subject: str, desk: str, statement: str) -> None:
    waits = ledger.awaited.get(subject, {})
    for addressee in (desk, ledger.side_of(desk)):
        if addressee not in waits:
            continue
        left = tuple(said for said in waits[addressee] if said != statement)
        if left:
            waits[addressee] = left
        else:
            del waits[addressee]
            clear(ledger, (AlertCode.NO_DELIVERY, subject, addressee), f"The machine of {desk} has it now.")
    if not waits:
        ledger.awaited.pop(subject, None)


def put_recipient(ledger: Ledger, announced: Announced, row: Recipient) -> None:
    """The thing with one recipient's row as it is now, added at the end if new; silent when nothing changes."""
    if announced.recipient(row.desk) == row:
        return
    known = any(old.desk == row.desk for old in announced.recipients)
    kept = tuple(row if old.desk == row.desk else old for old in announced.recipients)
    ledger.put_announced(replace(announced, recipients=kept if known else (*kept, row)))
