"""Something that was seen where it should not be, and whose it is said to be. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.bodies import ObserveBody
from keepclear.mechanism.words import Mode


@dataclass(frozen=True, slots=True)
class Answer:
    """What a party says of an object: its own or not, which desk said so, and when."""

    party: str
    is_ours: bool
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Observation:
    """``id`` is the id of the statement; ``seen_at_ms`` when it was seen; ``zones`` those that the object is in."""

    id: str
    sender: str
    party: str | None
    mode: Mode
    body: ObserveBody
    heard_at_ms: int
    seen_at_ms: int
    reached: tuple[str, ...]
    zones: tuple[str, ...]
    answers: tuple[Answer, ...] = ()

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return f"«{self.body.object}», seen by {self.sender}"

    @property
    def claimed_by(self) -> tuple[str, ...]:
        """The parties that say it is theirs."""
        return tuple(row.party for row in self.answers if row.is_ours)

    def of(self, party: str) -> Answer | None:
        """What a party said last; None when it has said nothing."""
        return next((row for row in self.answers if row.party == party), None)
