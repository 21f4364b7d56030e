"""Something that somebody owes by a time: in this version, an acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keepclear.mechanism.words import Mode, Precedence


class ObligationKind(StrEnum):
    """What is owed."""

    ACK = "ack"


class ObligationState(StrEnum):
    """``lapsed``: owed no more, because a newer version took its place or the notice is over."""

    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Owed by ``owing`` (a party, or ``mediator.duty``) to the party of ``notice``, for the statement ``about``.

    ``about`` is the id that the acknowledgement has to name. It stays open past ``due_at_ms``: late is still owed.
    """

    id: str
    kind: ObligationKind
    owing: str
    to_party: str
    notice: str
    about: str
    precedence: Precedence
    mode: Mode
    owed_at_ms: int
    due_at_ms: int
    state: ObligationState = ObligationState.OPEN
    met_at_ms: int | None = None
