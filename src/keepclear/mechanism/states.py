"""Lives as tables: of a notice, a recipient's grades, a STOP, a proposal.

The code runs them, the docs render them, the tests walk them.
"""

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


class StopState(StrEnum):
    """How far one addressed party has got with a STOP."""

    RAISED = "raised"
    STANDBY = "standby"
    CANNOT_COMPLY = "cannot_comply"
    COMPLYING = "complying"
    UNITS_INFORMED = "units_informed"
    CEASED = "ceased"


class StopMove(StrEnum):
    """What moves it: an answer, or a step that is reported."""

    STANDBY = "standby"
    CANNOT_COMPLY = "cannot_comply"
    COMPLYING = "complying"
    UNITS_INFORMED = "units_informed"
    CEASED = "ceased"


_ANY_STOP_MOVE = tuple(StopMove)

STOP_MOVES: dict[StopState, tuple[StopMove, ...]] = {
    StopState.RAISED: _ANY_STOP_MOVE,
    StopState.STANDBY: _ANY_STOP_MOVE,
    StopState.CANNOT_COMPLY: (StopMove.STANDBY, StopMove.COMPLYING, StopMove.UNITS_INFORMED, StopMove.CEASED),
    StopState.COMPLYING: (StopMove.CANNOT_COMPLY, StopMove.UNITS_INFORMED, StopMove.CEASED),
    StopState.UNITS_INFORMED: (StopMove.CANNOT_COMPLY, StopMove.CEASED),
    StopState.CEASED: (),
}
"""The moves from each state; the state after a move bears its name. A report that comes before any answer is one."""


class ProposalState(StrEnum):
    """Where a proposal is. ``lapsed``: the conflict is over, or one of its notices is another by now."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    LAPSED = "lapsed"


class ProposalMove(StrEnum):
    """What moves a proposal: an answer, the other side's own proposal, or the conflict's end."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    LAPSE = "lapse"


PROPOSAL_MOVES: dict[tuple[ProposalState, ProposalMove], ProposalState] = {
    (ProposalState.OPEN, ProposalMove.ACCEPT): ProposalState.ACCEPTED,
    (ProposalState.OPEN, ProposalMove.DECLINE): ProposalState.DECLINED,
    (ProposalState.OPEN, ProposalMove.COUNTER): ProposalState.COUNTERED,
    (ProposalState.OPEN, ProposalMove.LAPSE): ProposalState.LAPSED,
}
"""Every legal move: what is answered is answered."""


def stop_moved(state: StopState, move: StopMove, field: str = "type") -> StopState:
    """The state that a move of an addressed party leads to; Refused with the state and what would be allowed."""
    if move not in STOP_MOVES[state]:
        allowed = ", ".join(STOP_MOVES[state])
        raise Refused(
            field,
            f"your answer to this STOP is at {state}, and {move} is no move from there",
            f"allowed: {allowed}" if allowed else "it is closed; raise a new STOP if there is need",
        )
    return StopState(move)


def proposal_moved(state: ProposalState, move: ProposalMove, field: str = "body.about") -> ProposalState:
    """The state that a move leads to; Refused with the state the proposal is in."""
    after = PROPOSAL_MOVES.get((state, move))
    if after is None:
        raise Refused(field, f"the proposal is {state}, and {move} is no move from there", "propose anew")
    return after


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
