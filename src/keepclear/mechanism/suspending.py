"""Suspending and resuming. A side suspends for itself, and ends its own; the mediator may end them all."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.bodies import SuspendBody
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.outcome import ChangeKind, What
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.words import MEDIATOR_DESK


def hear_suspend(ledger: Ledger, statement: Statement) -> Apply:
    """A side suspends the mechanism: what protects life still passes, nothing else."""
    assert isinstance(statement.body, SuspendBody)  # noqa: S101  # admission has compared body and type
    side = ledger.side_of(statement.sender)
    begun = Suspension(side, statement.sender, statement.mode, statement.body.reason, ledger.now)

    def apply() -> None:
        place_in_record(ledger, statement)
        ledger.suspensions.append(begun)
        ledger.note(ChangeKind.SUSPENSION, What.CHANGED, begun)

    return apply


def hear_resume(ledger: Ledger, statement: Statement) -> Apply:
    """A suspension ends."""
    assert isinstance(statement.body, SuspendBody)  # noqa: S101  # admission has compared body and type
    reason = statement.body.reason

    def apply() -> None:
        place_in_record(ledger, statement)
        for row in standing_for(ledger, statement):
            ended = replace(row, ended_at_ms=ledger.now, ended_by=statement.sender, ended_reason=reason)
            ledger.suspensions[ledger.suspensions.index(row)] = ended
            ledger.note(ChangeKind.SUSPENSION, What.CHANGED, ended)

    return apply


def standing_for(ledger: Ledger, statement: Statement) -> list[Suspension]:
    """The suspensions of the statement's mode that its desk may end."""
    side = ledger.side_of(statement.sender)
    return [
        row
        for row in ledger.suspensions
        if row.ended_at_ms is None and row.mode is statement.mode and side in (row.side, MEDIATOR_DESK)
    ]
