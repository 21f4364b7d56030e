"""Playing a record through the mechanism: the one function that a restart, a replica, a scenario and an inquiry use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import IndexFor, Mechanism
from keepclear.mechanism.outcome import Outcome
from keepclear.mechanism.statement import Statement


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """A statement and when it was heard."""

    at_ms: int
    statement: Statement
    held: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryEntry:
    """A desk's machine had everything up to ``through``."""

    at_ms: int
    desk: str
    through: int


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """Something fell due by then."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """The agreement was amended."""

    at_ms: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class RecoveryEntry:
    """The mediator's keys were lost: the host's operator retired them."""

    at_ms: int
    reason: str


Entry = StatementEntry | DeliveryEntry | ClockEntry | AgreementEntry | RecoveryEntry
"""The inputs of a mechanism after its first agreement, which is entry 0."""


def step(mechanism: Mechanism, entry: Entry) -> Outcome:
    """What one entry leads to."""
    match entry:
        case StatementEntry(at_ms, statement, held):
            return mechanism.hear(statement, at_ms, held=held)
        case DeliveryEntry(at_ms, desk, through):
            return mechanism.deliver(desk, through, at_ms)
        case ClockEntry(at_ms):
            return mechanism.advance(at_ms)
        case AgreementEntry(at_ms, agreement):
            return mechanism.amend_agreement(agreement, at_ms)
        case RecoveryEntry(at_ms, reason):
            return mechanism.retire_mediator_keys(reason, at_ms)


def steps(mechanism: Mechanism, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Outcome]]:
    """Each entry with what it leads to, one by one."""
    for entry in entries:
        yield entry, step(mechanism, entry)


def play(agreement: Agreement, entries: Iterable[Entry], plans: IndexFor | None = None) -> Mechanism:
    """The mechanism after these entries. The same entries give the same mechanism, on every machine and every time."""
    mechanism = Mechanism(agreement, plans)
    for entry in entries:
        step(mechanism, entry)
    return mechanism
