"""Graded acknowledgement: a person has seen it, has understood it or not, has read it back, has passed it on."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.announced import Announced
from keepclear.mechanism.bodies import AckBody
from keepclear.mechanism.checks.read_back import compare
from keepclear.mechanism.checks.receipt import not_understood, readback_mismatch
from keepclear.mechanism.ledger import FIRST_RULES, Ledger
from keepclear.mechanism.notice import Notice, Reached, Recipient
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.owing import meet, obligation_id
from keepclear.mechanism.receipts import dissemination_due_ms, owe_read_back, put_recipient, reached_machine
from keepclear.mechanism.states import Grade

NEW_VERSION = "There is a newer version, to be acknowledged anew."

_OF_ONE_VERSION = frozenset(
    {
        AlertCode.NOT_UNDERSTOOD,
        AlertCode.NO_READBACK,
        AlertCode.READBACK_MISMATCH,
        AlertCode.NOT_DISSEMINATED,
    }
)


def acknowledge(ledger: Ledger, announced: Announced, desk: str, body: AckBody) -> None:
    """A desk acknowledges a statement about something: its grade, what its party owes, and the alerts about that."""
    reached_machine(ledger, desk, announced.id, ledger.heard[body.about].index)
    announced = ledger.announced(announced.id) or announced
    side = ledger.side_of(desk)
    current = body.about == announced.statement
    row = announced.recipient(desk) or Recipient(desk, ledger.agreement.party_of(desk))
    after = replace(row, seen_version=max(row.seen_version, ledger.heard[body.about].version))
    if current:
        after = replace(after, grade=Grade(body.level), at_ms=ledger.now, reached=_reached(ledger, row, body))
    put_recipient(ledger, announced, after)
    if current:
        acknowledged_by_person(ledger, announced, desk, side)
        if isinstance(announced, Notice) and announced.is_live and ledger.rules_version != FIRST_RULES:
            _grade_notice(ledger, ledger.notices[announced.id], desk, side, body)
        return
    held = ledger.obligations.get(obligation_id(ObligationKind.ACK, announced.statement, side))
    if held is None or held.due_at_ms > ledger.now:
        clear(ledger, (AlertCode.NO_ACK, announced.id, side), f"{desk} acknowledged.")


def acknowledged_by_person(ledger: Ledger, announced: Announced, desk: str, side: str) -> None:
    """A person of a side has it: the acknowledgement that was owed is met, and its alert clears."""
    meet(ledger, ObligationKind.ACK, announced.statement, side)
    clear(ledger, (AlertCode.NO_ACK, announced.id, side), f"{desk} acknowledged.")


def forget_grades(ledger: Ledger, notice: Notice) -> None:
    """A newer version is there: what was said of the older one's reading counts no more.

    That it has not been passed on stays true where the newer one, too, should have been by now: not raised again.
    """
    overdue = bool(notice.body.must_reach) and dissemination_due_ms(ledger, notice) <= ledger.now
    for cause in tuple(ledger.open_about.get(notice.id, {})):
        if cause[0] in _OF_ONE_VERSION and not (overdue and cause[0] == AlertCode.NOT_DISSEMINATED):
            clear(ledger, cause, NEW_VERSION)


def levels_missing(ledger: Ledger, notice: Notice, side: str) -> tuple[str, ...]:
    """The levels in ``must_reach`` that a side has not reported."""
    reported = {unit.name for row in notice.recipients if ledger.side_of(row.desk) == side for unit in row.reached}
    return tuple(level for level in notice.body.must_reach if level not in reported)


def missing_for(ledger: Ledger, notice: Notice) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who is missing before the notice is ready for its sender: each addressed side with what it still lacks.

    ``person``, ``understood`` (it said that it does not), ``read_back`` where that was asked for, and the levels that
    it has not reported. Empty: the notice is ready.
    """
    found = []
    for side in parties_of(ledger.agreement, notice.addressees):
        rows = [row for row in notice.recipients if ledger.side_of(row.desk) == side]
        lacks = []
        if all(row.grade in (Grade.UNDELIVERED, Grade.DELIVERED) for row in rows):
            lacks.append("person")
        elif (AlertCode.NOT_UNDERSTOOD, notice.id, side) in ledger.open_alerts:
            lacks.append("understood")
        if notice.body.read_back and not _has_read_back(rows):
            lacks.append("read_back")
        lacks.extend(levels_missing(ledger, notice, side))
        if lacks:
            found.append((side, tuple(lacks)))
    return tuple(found)


def _reached(ledger: Ledger, row: Recipient, body: AckBody) -> tuple[Reached, ...]:
    known = {unit.name for unit in row.reached}
    added = [Reached(name, ledger.now) for name in dict.fromkeys(body.reached) if name not in known]
    return (*row.reached, *added)


def _grade_notice(ledger: Ledger, notice: Notice, desk: str, side: str, body: AckBody) -> None:
    grade = Grade(body.level)
    if grade is Grade.NOT_UNDERSTOOD:
        raise_or_keep(ledger, not_understood(notice, desk, side), notice.mode)
    elif grade in (Grade.UNDERSTOOD, Grade.DISSEMINATED):
        clear(ledger, (AlertCode.NOT_UNDERSTOOD, notice.id, side), f"{desk} has understood it.")
    _read_back(ledger, notice, desk, side, body)
    if not levels_missing(ledger, ledger.notices[notice.id], side):
        meet(ledger, ObligationKind.DISSEMINATION, notice.statement, side)
        clear(ledger, (AlertCode.NOT_DISSEMINATED, notice.id, side), "All levels were reported reached.")


def _read_back(ledger: Ledger, notice: Notice, desk: str, side: str, body: AckBody) -> None:
    rows = [row for row in notice.recipients if ledger.side_of(row.desk) == side]
    if body.read_back is None:
        asked = obligation_id(ObligationKind.READ_BACK, notice.statement, side) in ledger.obligations
        if notice.body.read_back and not asked and not any(row.read_back is not None for row in rows):
            owe_read_back(ledger, notice, side)
        return
    mismatches = compare(notice.body, body.read_back, ledger.agreement.rules, ledger.agreement.heights)
    row = ledger.notices[notice.id].recipient(desk)
    if row is not None:
        put_recipient(ledger, ledger.notices[notice.id], replace(row, read_back=not mismatches))
    meet(ledger, ObligationKind.READ_BACK, notice.statement, side)
    clear(ledger, (AlertCode.NO_READBACK, notice.id, side), f"{desk} has read it back.")
    if mismatches:
        raise_or_keep(ledger, readback_mismatch(ledger.agreement, notice, desk, side, mismatches), notice.mode)
    else:
        clear(ledger, (AlertCode.READBACK_MISMATCH, notice.id, side), f"{desk} has read it back as it was said.")


def _has_read_back(rows: list[Recipient]) -> bool:
    """The side's latest read-back is right: one desk's is enough, but a wrong one stands until it is put right."""
    given = [row for row in rows if row.read_back is not None]
    return bool(given) and all(row.read_back for row in given)
