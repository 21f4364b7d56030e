"""An accident that was declared: an unintended launch, entry or fall, in three fields. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.bodies import AccidentBody
from keepclear.mechanism.notice import Recipient
from keepclear.mechanism.words import Mode, Precedence


@dataclass(frozen=True, slots=True)
class Accident:
    """``id`` is the id of the statement; ``party`` is None where the mediator declared it."""

    id: str
    sender: str
    party: str | None
    to: tuple[str, ...]
    precedence: Precedence
    mode: Mode
    body: AccidentBody
    heard_at_ms: int
    addressees: tuple[str, ...]
    recipients: tuple[Recipient, ...] = ()

    @property
    def statement(self) -> str:
        """The statement to acknowledge."""
        return self.id

    @property
    def version(self) -> int:
        """An accident has one version."""
        return 1

    @property
    def senders(self) -> tuple[str, ...]:
        """The desk that declared it."""
        return (self.sender,)

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return f"accident declared by {self.sender}"

    def recipient(self, desk: str) -> Recipient | None:
        """The row of a desk, if it is among the recipients."""
        return next((row for row in self.recipients if row.desk == desk), None)
