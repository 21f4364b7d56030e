"""A test of the line, and what the line's tests add up to between two sides. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.words import Mode


@dataclass(frozen=True, slots=True)
class Reply:
    """One side that answered a test: by which desk, and when."""

    side: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LineTest:
    """``id`` is the id of the statement; ``sides`` the parties (or the mediator's desk) whose line it tests."""

    id: str
    sender: str
    party: str | None
    mode: Mode
    heard_at_ms: int
    addressees: tuple[str, ...]
    sides: tuple[str, ...]
    replies: tuple[Reply, ...] = ()

    def of(self, side: str) -> Reply | None:
        """The reply of a side; None when it has not answered."""
        return next((row for row in self.replies if row.side == side), None)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The tests from one side to another: sent, answered in time, answered late, missed, and the slowest answer."""

    tester: str
    tested: str
    sent: int = 0
    answered: int = 0
    late: int = 0
    missed: int = 0
    slowest_ms: int = 0
    last_answered_ms: int | None = None
    last_sent_ms: int | None = None
