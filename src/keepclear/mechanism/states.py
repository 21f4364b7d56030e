"""Lives as tables: a notice's, and a recipient's grades. The code runs them, docs render them, tests walk them."""

from __future__ import annotations

from enum import StrEnum

from keepclear.errors import Refused


class NoticeState(StrEnum):
    """Where a notice is in its life."""

    HEARD = "heard"
    ACTIVE = "active"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class NoticeMove(StrEnum):
    """What moves a notice: a statement about it, or (``end``) the clock at its end."""

    AMEND = "amend"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    CANCEL = "cancel"
    END = "end"


NOTICE_MOVES: dict[tuple[NoticeState, NoticeMove], NoticeState] = {
    (NoticeState.HEARD, NoticeMove.AMEND): NoticeState.HEARD,
    (NoticeState.HEARD, NoticeMove.ACTIVATE): NoticeState.ACTIVE,
    (NoticeState.HEARD, NoticeMove.CANCEL): NoticeState.CANCELLED,
    (NoticeState.HEARD, NoticeMove.END): NoticeState.EXPIRED,
    (NoticeState.ACTIVE, NoticeMove.AMEND): NoticeState.ACTIVE,
    (NoticeState.ACTIVE, NoticeMove.COMPLETE): NoticeState.COMPLETE,
    (NoticeState.ACTIVE, NoticeMove.CANCEL): NoticeState.CANCELLED,
    (NoticeState.ACTIVE, NoticeMove.END): NoticeState.ACTIVE,
}
"""Every legal move. An active notice does not expire: it is over when its party says so (contract §3, ``activate``)."""


class Grade(StrEnum):
    """How far a recipient has got with the current version of a notice."""

    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    PERSON = "person"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "not_understood"
    DISSEMINATED = "disseminated"


_ACKS = (Grade.PERSON, Grade.UNDERSTOOD, Grade.NOT_UNDERSTOOD, Grade.DISSEMINATED)
_ABOVE_PERSON = (Grade.UNDERSTOOD, Grade.NOT_UNDERSTOOD, Grade.DISSEMINATED)

GRADE_MOVES: dict[Grade, tuple[Grade, ...]] = {
    Grade.UNDELIVERED: (Grade.DELIVERED, *_ACKS),
    Grade.DELIVERED: _ACKS,
    Grade.PERSON: (Grade.PERSON, *_ABOVE_PERSON),
    Grade.UNDERSTOOD: _ABOVE_PERSON,
    Grade.NOT_UNDERSTOOD: _ABOVE_PERSON,
    Grade.DISSEMINATED: (Grade.DISSEMINATED,),
}
"""The grades that may follow each. An acknowledgement proves delivery; saying it twice is no harm."""


def moved(state: NoticeState, move: NoticeMove, field: str = "type") -> NoticeState:
    """The state that a move leads to; Refused with the state it is in and what would be allowed."""
    after = NOTICE_MOVES.get((state, move))
    if after is None:
        raise Refused(field, f"the notice is {state}, and {move} is no move from there", _allowed(state))
    return after


def graded(grade: Grade, to: Grade, field: str = "body.level") -> Grade:
    """The grade after an acknowledgement; Refused with the grade it is in and what would be allowed."""
    if to not in GRADE_MOVES[grade]:
        allowed = ", ".join(GRADE_MOVES[grade])
        raise Refused(
            field, f"this desk's acknowledgement is at {grade}, and {to} is no move from there", f"allowed: {allowed}"
        )
    return to


def _allowed(state: NoticeState) -> str:
    moves = [str(move) for (before, move) in NOTICE_MOVES if before is state and move is not NoticeMove.END]
    return f"allowed: {', '.join(moves)}" if moves else "nothing moves it any more; send a new notice"
