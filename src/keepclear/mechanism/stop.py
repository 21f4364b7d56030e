"""A STOP as it stands: who was addressed, what each of them has said to it, and whether all has ceased. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.bodies import StopBody
from keepclear.mechanism.notice import Recipient
from keepclear.mechanism.states import StopState
from keepclear.mechanism.words import Mode, Precedence


@dataclass(frozen=True, slots=True)
class StopSide:
    """One addressed party (or the mediator's desk) and how far it has got: since when, by which desk."""

    side: str
    state: StopState = StopState.RAISED
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Cease now: life is at risk. ``id`` is the id of the statement; ``party`` is None where the mediator raised it.

    ``addressees`` are as said; every desk of their parties is alerted and may answer.
    """

    id: str
    sender: str
    party: str | None
    to: tuple[str, ...]
    precedence: Precedence
    mode: Mode
    body: StopBody
    heard_at_ms: int
    addressees: tuple[str, ...]
    sides: tuple[StopSide, ...]
    recipients: tuple[Recipient, ...] = ()
    closed_at_ms: int | None = None

    @property
    def statement(self) -> str:
        """The statement to acknowledge."""
        return self.id

    @property
    def version(self) -> int:
        """A STOP has one version."""
        return 1

    @property
    def senders(self) -> tuple[str, ...]:
        """The desk that raised it."""
        return (self.sender,)

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return f"STOP of {self.sender}"

    @property
    def is_open(self) -> bool:
        """True until all that were addressed have ceased."""
        return self.closed_at_ms is None

    def of(self, side: str) -> StopSide | None:
        """The row of an addressed party; None for one that was not addressed."""
        return next((row for row in self.sides if row.side == side), None)

    def recipient(self, desk: str) -> Recipient | None:
        """The row of a desk, if it is among the recipients."""
        return next((row for row in self.recipients if row.desk == desk), None)
