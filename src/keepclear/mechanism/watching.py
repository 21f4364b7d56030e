"""The watch at a desk: signing on and off. A desk that was manned and is left empty is alerted after a while."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import WatchBody
from keepclear.mechanism.checks.line import desk_unattended
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.watch import OnWatch, Watch
from keepclear.mechanism.words import Mode

MINUTE_MS = 60_000


def hear_sign_on(ledger: Ledger, statement: Statement) -> Apply:
    """Somebody comes to the desk."""
    assert isinstance(statement.body, WatchBody)  # noqa: S101  # admission has compared body and type
    desk, name = statement.sender, statement.body.name
    watch = ledger.watches.get(desk, Watch(desk))

    def apply() -> None:
        place_in_record(ledger, statement)
        on = (*(row for row in watch.on if row.name != name), OnWatch(name, ledger.now))
        ledger.put_watch(_noted(replace(watch, on=on, since_ms=ledger.now), statement.body))
        clear(ledger, (AlertCode.DESK_UNATTENDED, desk), f"{name} has taken over {desk}.")

    return apply


def hear_sign_off(ledger: Ledger, statement: Statement) -> Apply:
    """Somebody leaves the desk, and may leave a note."""
    assert isinstance(statement.body, WatchBody)  # noqa: S101  # admission has compared body and type
    desk, name = statement.sender, statement.body.name
    watch = ledger.watches[desk]

    def apply() -> None:
        place_in_record(ledger, statement)
        on = tuple(row for row in watch.on if row.name != name)
        ledger.put_watch(_noted(replace(watch, on=on, since_ms=ledger.now), statement.body))
        if not on:
            due = ledger.now + round(ledger.agreement.rules.unattended_min * MINUTE_MS)
            ledger.dues.put(due, DueKind.UNATTENDED, desk, statement.id)

    return apply


def unattended_due(ledger: Ledger, desk: str, statement: str) -> None:
    """The time to take over is past: alerted if nobody has signed on since that sign-off."""
    watch = ledger.watches[desk]
    if not watch.is_attended and watch.since_ms == ledger.heard[statement].at_ms:
        raise_or_keep(ledger, desk_unattended(ledger.agreement, desk, statement), Mode.LIVE)


def _noted(watch: Watch, body: object) -> Watch:
    if isinstance(body, WatchBody) and body.note is not None:
        return replace(watch, note=body.note, note_by=body.name)
    return watch
