"""Something that somebody owes by a time: an acknowledgement, a read-back, an answer to a STOP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keepclear.mechanism.words import Mode, Precedence


class ObligationKind(StrEnum):
    """What is owed."""

    ACK = "ack"
    READ_BACK = "read_back"
    DISSEMINATION = "dissemination"
    STOP_REPLY = "stop_reply"
    CLAIM = "claim"
    LINE_TEST = "line_test"
    LINE_TEST_REPLY = "line_test_reply"
    PROPOSAL_ANSWER = "proposal_answer"


class ObligationState(StrEnum):
    """``lapsed``: owed no more, because a newer version took its place or what it was about is over."""

    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Owed by ``owing`` (a party, or ``mediator.duty``) to ``to_party`` (None: the mediator), about a statement.

    ``about`` is the id that the answer has to name; ``subject`` the notice, STOP, accident, observation, line test or
    proposal that it belongs to. It stays open past ``due_at_ms``: late is still owed.
    """

    id: str
    kind: ObligationKind
    owing: str
    to_party: str | None
    subject: str
    about: str
    precedence: Precedence
    mode: Mode
    owed_at_ms: int
    due_at_ms: int
    state: ObligationState = ObligationState.OPEN
    met_at_ms: int | None = None
