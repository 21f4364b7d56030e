"""Who owes an acknowledgement, what has reached which machine, and how far each recipient has got."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import desks_of, parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, standing_about
from keepclear.mechanism.checks.acknowledgement import ack_due_ms
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice, Recipient
from keepclear.mechanism.obligation import Obligation, ObligationKind, ObligationState
from keepclear.mechanism.outcome import What
from keepclear.mechanism.states import Grade


def fresh_recipients(ledger: Ledger, addressees: tuple[str, ...], before: Notice | None) -> tuple[Recipient, ...]:
    """The recipients of a new version: nobody has got it yet; what was seen of older ones is remembered."""
    seen = {row.desk: row.seen_version for row in before.recipients} if before is not None else {}
    party_of = ledger.agreement.party_of
    return tuple(
        Recipient(desk, party_of(desk), seen_version=seen.get(desk, 0))
        for desk in desks_of(ledger.agreement, addressees)
    )


def owe_acks(ledger: Ledger, notice: Notice) -> None:
    """Every addressed party owes an acknowledgement of the notice's current statement; older ones are owed no more."""
    lapse_acks(ledger, notice.id)
    owing = parties_of(ledger.agreement, notice.addressees)
    for cause, alert in standing_about(ledger, notice.id).items():
        if alert.code is AlertCode.NO_ACK and alert.detail["owing"] not in owing:
            clear(ledger, cause, "The newer version is addressed to others.")
    due = ack_due_ms(ledger.agreement.rules, notice.precedence, ledger.now)
    for side in owing:
        obligation = Obligation(
            id=f"ack:{notice.statement}:{side}",
            kind=ObligationKind.ACK,
            owing=side,
            to_party=notice.party,
            notice=notice.id,
            about=notice.statement,
            precedence=notice.precedence,
            mode=notice.mode,
            owed_at_ms=ledger.now,
            due_at_ms=due,
        )
        ledger.open_acks.setdefault(notice.id, {})[side] = obligation.id
        ledger.put_obligation(obligation, What.OWED)
        ledger.dues.put(due, DueKind.ACK, obligation.id)


def lapse_acks(ledger: Ledger, notice: str) -> None:
    """What is owed about a notice is owed no more."""
    for name in ledger.open_acks.pop(notice, {}).values():
        ledger.put_obligation(replace(ledger.obligations[name], state=ObligationState.LAPSED), What.LAPSED)


def acknowledge(
    ledger: Ledger, notice: Notice, desk: str, statement: str, level: Grade, reached: tuple[str, ...]
) -> None:
    """A desk acknowledges a statement about a notice: its grade, its party's obligation, and its alert."""
    _reached_machine(ledger, desk, notice.id, ledger.heard[statement].index)
    notice = ledger.notices[notice.id]
    side = ledger.side_of(desk)
    current = statement == notice.statement
    row = notice.recipient(desk) or Recipient(desk, ledger.agreement.party_of(desk))
    version = max(row.seen_version, ledger.heard[statement].version)
    after = replace(row, seen_version=version)
    if current:
        units = tuple(dict.fromkeys((*row.reached, *reached)))
        after = replace(after, grade=level, at_ms=ledger.now, reached=units)
    _put_recipient(ledger, notice, after)
    held = ledger.open_acks.get(notice.id, {}).get(side)
    if held is not None and current:
        del ledger.open_acks[notice.id][side]
        met = replace(ledger.obligations[held], state=ObligationState.MET, met_at_ms=ledger.now)
        ledger.put_obligation(met, What.MET)
    if held is None or current or ledger.obligations[held].due_at_ms > ledger.now:
        clear(ledger, (AlertCode.NO_ACK, notice.id, side), f"{desk} acknowledged.")


def await_delivery(ledger: Ledger, notice: Notice) -> None:
    """The notice's current statement is on its way to the machine of every desk that it addresses."""
    statement = notice.statement
    for desk in desks_of(ledger.agreement, notice.addressees):
        ledger.undelivered.setdefault(desk, {})[statement] = notice.id
    waits = ledger.awaited.setdefault(notice.id, {})
    due = ledger.now + round(ledger.agreement.rules.delivery_s * 1000)
    for addressee in notice.addressees:
        waits[addressee] = (*waits.get(addressee, ()), statement)
        ledger.dues.put(due, DueKind.DELIVERY, notice.id, addressee, statement)


def delivered(ledger: Ledger, desk: str, through: int) -> None:
    """A desk's machine has everything up to a place in the record."""
    waiting = ledger.undelivered.get(desk, {})
    there = dict.fromkeys(notice for said, notice in waiting.items() if ledger.heard[said].index <= through)
    for notice in there:
        _reached_machine(ledger, desk, notice, through)


def stop_awaiting(ledger: Ledger, notice: Notice) -> None:
    """The notice is over: whether a machine gets it has no weight any more."""
    ledger.awaited.pop(notice.id, None)
    for desk in desks_of(ledger.agreement, (*notice.addressees, *notice.shown_to)):
        waiting = ledger.undelivered.get(desk, {})
        for statement in [said for said, about in waiting.items() if about == notice.id]:
            del waiting[statement]


def _reached_machine(ledger: Ledger, desk: str, notice_id: str, through: int) -> None:
    """A desk has a notice's statements up to a place: its grade moves on, and nobody waits for them any longer."""
    waiting = ledger.undelivered.get(desk, {})
    there = [said for said, about in waiting.items() if about == notice_id and ledger.heard[said].index <= through]
    for said in there:
        del waiting[said]
        _waits_no_longer(ledger, notice_id, desk, said)
    notice = ledger.notices[notice_id]
    row = notice.recipient(desk)
    if notice.statement in there and row is not None and row.grade is Grade.UNDELIVERED:
        _put_recipient(ledger, notice, replace(row, grade=Grade.DELIVERED, at_ms=ledger.now))


def _waits_no_longer(ledger: Ledger, notice: str, desk: str, statement: str) -> None:
    waits = ledger.awaited.get(notice, {})
    for addressee in (desk, ledger.side_of(desk)):
        if addressee not in waits:
            continue
        left = tuple(said for said in waits[addressee] if said != statement)
        if left:
            waits[addressee] = left
        else:
            del waits[addressee]
            clear(ledger, (AlertCode.NO_DELIVERY, notice, addressee), f"The machine of {desk} has it now.")
    if not waits:
        ledger.awaited.pop(notice, None)


def _put_recipient(ledger: Ledger, notice: Notice, row: Recipient) -> None:
    """The notice with one recipient's row as it is now, added at the end if new; silent when nothing changes."""
    if notice.recipient(row.desk) == row:
        return
    known = any(old.desk == row.desk for old in notice.recipients)
    kept = tuple(row if old.desk == row.desk else old for old in notice.recipients)
    ledger.put_notice(replace(notice, recipients=kept if known else (*kept, row)))
