"""One batch's work, in the writer's thread: each input is heard, and what came of it is rendered for each desk.

Rendering comes right after hearing, so that an event shows what was true at its own place in the record, not what the
rest of the batch made of it. Nothing of it leaves this thread before the batch is durable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import HearingFailed, IdInUse, KeepclearError
from keepclear.formats.entry import clock_entry, delivery_entry, statement_entry
from keepclear.formats.findings import worked_out
from keepclear.host.render import event_data, receipt
from keepclear.host.working import Working
from keepclear.mechanism.outcome import Outcome
from keepclear.mechanism.statement import Statement

HEARING_S = 0.05
"""A batch is closed when hearing has taken so long: readers wait for its end."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that waits to be heard; ``arrived_ms`` is when it came."""

    statement: Statement
    held: bool
    arrived_ms: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """A desk's machine says that it has everything up to ``through``."""

    desk: str
    through: int
    arrived_ms: int


Input = Said | Delivered


@dataclass(frozen=True, slots=True)
class Answer:
    """What the one who gave an input is told: whether it is new in the record, and (of a statement) its receipt."""

    new: bool
    body: dict[str, Any]


@dataclass(slots=True)
class Worked:
    """A batch after hearing: entries to make durable, and what to tell whom once they are.

    ``answers`` has one for each input taken, in order; inputs beyond them were not reached. ``broken`` says that an
    input failed in a way that nobody foresaw, so that the state can no longer be trusted.
    """

    entries: list[bytes] = field(default_factory=list)
    answers: list[Answer | KeepclearError] = field(default_factory=list)
    events: list[tuple[int, dict[str, bytes]]] = field(default_factory=list)
    broken: Exception | None = None


class Worker:
    """Hears one batch on ``working`` for the desks in ``listening``. ``kept`` reads an entry of the record by index."""

    def __init__(self, working: Working, listening: Sequence[str], kept: Callable[[int], bytes]) -> None:
        self._working = working
        self._mechanism = working.mechanism
        self._listening = listening
        self._kept = kept
        self._first = working.length
        self.worked = Worked()

    def hear_all(self, inputs: Sequence[Input], now_ms: int) -> Worked:
        """The inputs in order, then the clock up to ``now_ms``, as far as time allows."""
        began = time.perf_counter()
        for given in inputs:
            try:
                self.worked.answers.append(self._take(given))
            except KeepclearError as error:
                self.worked.answers.append(error)
            except Exception as error:  # whatever it is, the state may be half changed
                self.worked.answers.append(HearingFailed())
                self.worked.broken = error
                return self.worked
            if time.perf_counter() - began > HEARING_S:
                break
        if len(self.worked.answers) == len(inputs):
            try:
                self._advance(now_ms)
            except Exception as error:  # as above
                self.worked.broken = error
        return self.worked

    def _take(self, given: Input) -> Answer:
        at = max(self._mechanism.now, given.arrived_ms)
        self._advance(at)
        if isinstance(given, Said):
            return self._hear(given, at)
        outcome = self._mechanism.deliver(given.desk, given.through, at)
        if outcome.is_entry:
            self._note(outcome, delivery_entry(at, given.desk, given.through, worked_out=worked_out(outcome)))
        return Answer(outcome.is_entry, {})

    def _hear(self, said: Said, at: int) -> Answer:
        statement = said.statement
        before = self._mechanism.heard_at(statement.id)
        if before is not None:
            return self._say_again(statement, before[0])
        outcome = self._mechanism.hear(statement, at, held=said.held)
        self._working.note_raised(statement.id, outcome)
        self._note(outcome, statement_entry(at, statement, held=said.held, worked_out=worked_out(outcome)))
        return Answer(new=True, body=receipt(self._working, statement.sender, statement.id))

    def _say_again(self, statement: Statement, index: int) -> Answer:
        here = index - self._first
        kept = self.worked.entries[here] if here >= 0 else self._kept(index)
        if not self._working.says_the_same(kept, statement):
            raise IdInUse(
                "id",
                f"«{statement.id}» was heard before and says something else",
                "give this statement an id of its own",
            )
        return Answer(new=False, body=receipt(self._working, statement.sender, statement.id))

    def _advance(self, now_ms: int) -> None:
        """What is due comes first, as an entry of its own: a statement's receipt names what the statement raised."""
        due = self._mechanism.next_due()
        if due is None or due > now_ms:
            return
        outcome = self._mechanism.advance(max(now_ms, self._mechanism.now))
        if outcome.is_entry:
            self._note(outcome, clock_entry(outcome.at_ms, worked_out=worked_out(outcome)))

    def _note(self, outcome: Outcome, entry: bytes) -> None:
        assert outcome.index == self._working.length, "the mechanism counts as the record does"  # noqa: S101
        self._working.length += 1
        self.worked.entries.append(entry)
        views: dict[str, bytes] = {}
        same: dict[bytes, bytes] = {}
        for desk in self._listening:
            data = event_data(self._mechanism, desk, outcome)
            if data is not None:
                views[desk] = same.setdefault(data, data)
        self.worked.events.append((outcome.index, views))
