"""What is checked before a statement counts: that it is for this mechanism, in order, and a legal move now.

Nothing here changes anything: a statement that is refused leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable

from keepclear.errors import IdInUse, InvalidInput, Refused
from keepclear.mechanism import admission_line as line
from keepclear.mechanism.admission_common import (
    check_desk,
    check_place,
    own_notice,
    same_mode,
    state_at,
    was_sent_to,
)
from keepclear.mechanism.admission_keys import check_key_enrol, check_key_revoke, check_signed_by
from keepclear.mechanism.admission_settlement import check_answer, check_propose
from keepclear.mechanism.bodies import AckBody, AmendBody, LifeBody, NoticeBody
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.statement import ANNOUNCES, BODIES, Statement, StatementType
from keepclear.mechanism.states import Grade, NoticeMove, graded, moved
from keepclear.mechanism.words import MEDIATOR_DESK

MOST_SERIAL = 2**53 - 1


def admit(ledger: Ledger, statement: Statement, at_ms: int) -> None:
    """Returns when the statement may be heard; else InvalidInput or Refused, with the field and what would be right."""
    agreement = ledger.agreement
    if statement.mechanism != agreement.name:
        raise InvalidInput("mechanism", f"given «{statement.mechanism}»", f"this one is «{agreement.name}»")
    check_desk(ledger, statement.sender, "from")
    known = {*agreement.party_by_id, *agreement.desk_by_id}
    for row, name in enumerate(statement.to):
        if name not in known:
            raise InvalidInput(f"to[{row}]", f"given «{name}»", f"one of {', '.join(sorted(known))}")
    if statement.id in ledger.heard or statement.id in ledger.alerts:
        raise IdInUse("id", f"«{statement.id}» was heard before", "a new statement needs an id of its own")
    _check_serial(ledger, statement)
    if not isinstance(statement.body, BODIES[statement.type]):
        given = f"this is no body of a {statement.type}"
        raise InvalidInput("body", given, f"a {BODIES[statement.type].__name__}")
    check_signed_by(ledger, statement)
    line.check_suspension(ledger, statement)
    check = _BY_TYPE.get(statement.type)
    if check is not None:
        check(ledger, statement, at_ms)


def check_notice_body(ledger: Ledger, sender: str, body: NoticeBody) -> None:
    """A notice comes from a party, and its place is in the gazetteer."""
    if ledger.agreement.party_of(sender) is None:
        raise Refused("from", "the mediator is no party", "a notice comes from a party's desk")
    if body.place is not None:
        check_place(ledger, body.place)


def _check_serial(ledger: Ledger, statement: Statement) -> None:
    if not 1 <= statement.serial <= MOST_SERIAL:
        raise InvalidInput("serial", f"given {statement.serial}", "a whole number from 1")
    held = ledger.serials.get(statement.sender)
    if held is not None and held.has(statement.serial):
        next_one = f"its next is {held.highest + 1}"
        raise Refused("serial", f"{statement.sender} has used {statement.serial} for another statement", next_one)


def _check_notice(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    assert isinstance(statement.body, NoticeBody)  # noqa: S101  # admit has compared body and type
    check_notice_body(ledger, statement.sender, statement.body)


def _check_amend(ledger: Ledger, statement: Statement, at_ms: int) -> None:
    assert isinstance(statement.body, AmendBody)  # noqa: S101  # admit has compared body and type
    notice = _check_move(ledger, statement, statement.body.notice, NoticeMove.AMEND, at_ms)
    if not statement.body.changes:
        raise InvalidInput("body", "no field that changes", "the fields of the notice that are new")
    check_notice_body(ledger, statement.sender, statement.body.applied_to(notice.body))


def _check_life(ledger: Ledger, statement: Statement, at_ms: int) -> None:
    assert isinstance(statement.body, LifeBody)  # noqa: S101  # admit has compared body and type
    _check_move(ledger, statement, statement.body.notice, NoticeMove(statement.type), at_ms)


def _check_move(ledger: Ledger, statement: Statement, notice_id: str, move: NoticeMove, at_ms: int) -> Notice:
    notice = own_notice(ledger, statement.sender, notice_id, "body.notice")
    if notice.mode is not statement.mode:
        raise Refused("mode", f"the notice is {notice.mode}", f"say {move} with mode «{notice.mode}»")
    moved(state_at(notice, at_ms), move)
    return notice


def _check_ack(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    assert isinstance(statement.body, AckBody)  # noqa: S101  # admit has compared body and type
    body, desk = statement.body, statement.sender
    alert = ledger.alerts.get(body.about)
    if alert is not None and (desk in alert.to or desk == MEDIATOR_DESK):
        same_mode(statement, alert.mode)
        return
    ref = ledger.heard.get(body.about)
    if ref is None or not was_sent_to(ledger, ref, desk):
        raise Refused("body.about", f"nothing with the id «{body.about}» was sent to {desk}", "name what you were sent")
    same_mode(statement, ref.mode)
    if ref.type in ANNOUNCES:
        _check_grade(ledger, ref, body, desk)


def _check_grade(ledger: Ledger, ref: HeardRef, body: AckBody, desk: str) -> None:
    """The grade may follow the one that this desk is at, of the version that counts now."""
    announced = ledger.announced(ref.notice or body.about)
    if announced is None or announced.statement != body.about:
        return
    row = announced.recipient(desk)
    graded(row.grade if row is not None else Grade.UNDELIVERED, Grade(body.level))


_BY_TYPE: dict[StatementType, Callable[[Ledger, Statement, int], None]] = {
    StatementType.NOTICE: _check_notice,
    StatementType.AMEND: _check_amend,
    StatementType.CANCEL: _check_life,
    StatementType.ACTIVATE: _check_life,
    StatementType.COMPLETE: _check_life,
    StatementType.ACK: _check_ack,
    StatementType.MESSAGE: line.check_message,
    StatementType.CALL: line.check_call,
    StatementType.PROPOSE: check_propose,
    StatementType.ACCEPT: check_answer,
    StatementType.DECLINE: check_answer,
    StatementType.STOP: line.check_stop,
    StatementType.STOP_REPLY: line.check_stop_move,
    StatementType.UNITS_INFORMED: line.check_stop_move,
    StatementType.CEASED: line.check_stop_move,
    StatementType.CLAIM: line.check_claim,
    StatementType.DISCLAIM: line.check_claim,
    StatementType.LINE_TEST: line.check_line_test,
    StatementType.LINE_TEST_REPLY: line.check_line_test_reply,
    StatementType.ACCIDENT: line.check_accident,
    StatementType.SUSPEND: line.check_suspend,
    StatementType.RESUME: line.check_resume,
    StatementType.SIGN_OFF: line.check_sign_off,
    StatementType.KEY_ENROL: check_key_enrol,
    StatementType.KEY_REVOKE: check_key_revoke,
}
