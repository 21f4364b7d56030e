"""What is checked before a statement counts: that it is for this mechanism, in order, and a legal move now.

Nothing here changes anything: a statement that is refused leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable

from keepclear.errors import IdInUse, InvalidInput, Refused
from keepclear.mechanism.addressing import addressees, parties_of
from keepclear.mechanism.bodies import AckBody, AmendBody, LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.phrase_book import check_phrase
from keepclear.mechanism.place import COMPASS_DEG, InRegion, Offset, PlaceText
from keepclear.mechanism.statement import ABOUT_A_NOTICE, BODIES, Statement, StatementType
from keepclear.mechanism.states import Grade, NoticeMove, NoticeState, graded, moved
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure, Mode

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
    if statement.type not in BODIES or not isinstance(statement.body, BODIES[statement.type]):
        raise Refused("type", f"{statement.type} is not taken by this version", f"it takes {', '.join(BODIES)}")
    check = _BY_TYPE.get(statement.type)
    if check is not None:
        check(ledger, statement, at_ms)


def check_desk(ledger: Ledger, desk: str, field: str) -> None:
    """InvalidInput when there is no such desk."""
    desks = ledger.agreement.desk_by_id
    if desk not in desks:
        raise InvalidInput(field, f"given «{desk}»", f"one of {', '.join(sorted(desks))}")


def check_notice_body(ledger: Ledger, sender: str, body: NoticeBody) -> None:
    """A notice comes from a party, and its place is in the gazetteer."""
    if ledger.agreement.party_of(sender) is None:
        raise Refused("from", "the mediator is no party", "a notice comes from a party's desk")
    if body.place is not None:
        _check_place(ledger, body.place)


def state_at(notice: Notice, at_ms: int) -> NoticeState:
    """The state of a notice at an instant that the clock may not have been told of yet."""
    return NoticeState.EXPIRED if notice.state is NoticeState.HEARD and notice.is_over_at(at_ms) else notice.state


def own_notice(ledger: Ledger, desk: str, notice_id: str, field: str) -> Notice:
    """The notice that a desk may change: one of its own party. To others it might as well not be there."""
    notice = ledger.notices.get(notice_id)
    if notice is None or notice.party != ledger.agreement.party_of(desk):
        raise Refused(field, f"{desk}'s party has no notice «{notice_id}»", "name a notice of your own by its first id")
    return notice


def _check_serial(ledger: Ledger, statement: Statement) -> None:
    if not 1 <= statement.serial <= MOST_SERIAL:
        raise InvalidInput("serial", f"given {statement.serial}", "a whole number from 1")
    held = ledger.serials.get(statement.sender)
    if held is not None and held.has(statement.serial):
        next_one = f"its next is {held.highest + 1}"
        raise Refused("serial", f"{statement.sender} has used {statement.serial} for another statement", next_one)


def _check_place(ledger: Ledger, place: PlaceText) -> None:
    if isinstance(place, InRegion):
        _check_name("body.place.region", place.region, ledger.agreement.region_by_name)
        return
    _check_name("body.place.name", place.name, ledger.agreement.place_by_name)
    if isinstance(place, Offset) and place.bearing not in COMPASS_DEG:
        raise InvalidInput("body.place.bearing", f"given «{place.bearing}»", f"one of {', '.join(COMPASS_DEG)}")


def _check_name(field: str, name: str, names: dict[str, object] | object) -> None:
    known = sorted(names) if isinstance(names, dict) else []
    if name not in known:
        shown = f"one of the gazetteer: {', '.join(known)}" if known else "this mechanism's gazetteer is empty"
        raise InvalidInput(field, f"given «{name}»", shown)


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
        _same_mode(statement, alert.mode)
        return
    ref = ledger.heard.get(body.about)
    if ref is None or not _was_sent_to(ledger, ref, desk):
        raise Refused("body.about", f"nothing with the id «{body.about}» was sent to {desk}", "name what you were sent")
    _same_mode(statement, ref.mode)
    if ref.type in ABOUT_A_NOTICE:
        _check_grade(ledger, ref, body, desk)


def _was_sent_to(ledger: Ledger, ref: HeardRef, desk: str) -> bool:
    """True when a desk may acknowledge it: its party was addressed, or it is the mediator's. Never one's own."""
    side = ledger.side_of(desk)
    if side == ledger.side_of(ref.sender):
        return False
    if side == MEDIATOR_DESK:
        return True
    if ref.notice is None or ref.type is StatementType.ACK:
        return side in ref.reached
    if ledger.agreement.disclosure is Disclosure.BROKER:
        return False
    return side in ref.reached or side in ledger.notices[ref.notice].shown_to


def _check_grade(ledger: Ledger, ref: HeardRef, body: AckBody, desk: str) -> None:
    notice = ledger.notices[ref.notice or ""]
    if ledger.heard[notice.statement].index != ref.index:
        return
    row = notice.recipient(desk)
    graded(row.grade if row is not None else Grade.UNDELIVERED, Grade(body.level))


def _check_message(_ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    assert isinstance(statement.body, MessageBody)  # noqa: S101  # admit has compared body and type
    check_phrase(statement.body.phrase, "body.phrase")


def _same_mode(statement: Statement, mode: Mode) -> None:
    if statement.mode is not mode:
        raise Refused("mode", f"what it is about is {mode}", f"say it with mode «{mode}»")


def reached_by(ledger: Ledger, statement: Statement) -> tuple[str, ...]:
    """The parties (or the mediator's desk) that a statement is addressed to."""
    return parties_of(ledger.agreement, addressees(ledger.agreement, statement.sender, statement.to))


_BY_TYPE: dict[StatementType, Callable[[Ledger, Statement, int], None]] = {
    StatementType.NOTICE: _check_notice,
    StatementType.AMEND: _check_amend,
    StatementType.CANCEL: _check_life,
    StatementType.ACTIVATE: _check_life,
    StatementType.COMPLETE: _check_life,
    StatementType.ACK: _check_ack,
    StatementType.MESSAGE: _check_message,
}
