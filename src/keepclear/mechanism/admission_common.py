"""What more than one check before hearing needs: that a desk, a place, a mode is one that can be meant."""

from __future__ import annotations

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.addressing import addressees, parties_of
from keepclear.mechanism.bodies import CallBody
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.place import COMPASS_DEG, InRegion, Offset, PlaceText
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure, Mode


def check_desk(ledger: Ledger, desk: str, field: str) -> None:
    """InvalidInput when there is no such desk."""
    desks = ledger.agreement.desk_by_id
    if desk not in desks:
        raise InvalidInput(field, f"given «{desk}»", f"one of {', '.join(sorted(desks))}")


def check_place(ledger: Ledger, place: PlaceText) -> None:
    """InvalidInput when the gazetteer does not have it."""
    if isinstance(place, InRegion):
        _check_name("body.place.region", place.region, ledger.agreement.region_by_name)
        return
    _check_name("body.place.name", place.name, ledger.agreement.place_by_name)
    if isinstance(place, Offset) and place.bearing not in COMPASS_DEG:
        raise InvalidInput("body.place.bearing", f"given «{place.bearing}»", f"one of {', '.join(COMPASS_DEG)}")


def state_at(notice: Notice, at_ms: int) -> NoticeState:
    """The state of a notice at an instant that the clock may not have been told of yet."""
    return NoticeState.EXPIRED if notice.state is NoticeState.HEARD and notice.is_over_at(at_ms) else notice.state


def own_notice(ledger: Ledger, desk: str, notice_id: str, field: str) -> Notice:
    """The notice that a desk may change: one of its own party. To others it might as well not be there."""
    notice = ledger.notices.get(notice_id)
    if notice is None or notice.party != ledger.agreement.party_of(desk):
        raise Refused(field, f"{desk}'s party has no notice «{notice_id}»", "name a notice of your own by its first id")
    return notice


def may_see_notice(ledger: Ledger, desk: str, notice_id: str) -> bool:
    """True for a notice that a desk has been shown: its own party's, one addressed to it, any for the mediator."""
    notice = ledger.notices.get(notice_id)
    side = ledger.side_of(desk)
    if notice is None:
        return False
    if side in (MEDIATOR_DESK, notice.party):
        return True
    return ledger.agreement.disclosure is Disclosure.BOARD and side in notice.shown_to


def was_sent_to(ledger: Ledger, ref: HeardRef, desk: str) -> bool:
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


def same_mode(statement: Statement, mode: Mode) -> None:
    """Refused when it is about something of the other mode: exercise and live never mix."""
    if statement.mode is not mode:
        raise Refused("mode", f"what it is about is {mode}", f"say it with mode «{mode}»")


def reached_by(ledger: Ledger, statement: Statement) -> tuple[str, ...]:
    """The parties (or the mediator's desk) that a statement is addressed to; a call, the one that was called too."""
    named = addressees(ledger.agreement, statement.sender, statement.to)
    if isinstance(statement.body, CallBody):
        named = (*named, statement.body.to)
    return parties_of(ledger.agreement, named)


def other_sides(ledger: Ledger, statement: Statement) -> tuple[str, ...]:
    """The sides that a statement addresses, its own left out."""
    own = ledger.side_of(statement.sender)
    return tuple(side for side in reached_by(ledger, statement) if side != own)


def _check_name(field: str, name: str, names: dict[str, object] | object) -> None:
    known = sorted(names) if isinstance(names, dict) else []
    if name not in known:
        shown = f"one of the gazetteer: {', '.join(known)}" if known else "this mechanism's gazetteer is empty"
        raise InvalidInput(field, f"given «{name}»", shown)
