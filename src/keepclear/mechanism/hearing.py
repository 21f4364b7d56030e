"""A statement gets its place in the record, and its desk's serial and clock are looked at."""

from __future__ import annotations

from collections.abc import Callable

from keepclear.mechanism.admission_common import reached_by
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.checks.clock import clock_skew
from keepclear.mechanism.checks.serials import Serials, serial_gap
from keepclear.mechanism.conversation import subjects_of
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.outcome import ChangeKind, What
from keepclear.mechanism.statement import Statement

Apply = Callable[[], None]
"""What is left to do once everything that can fail has been worked out."""


def place_in_record(
    ledger: Ledger,
    statement: Statement,
    *,
    about_party: str | None = None,
    notice: str | None = None,
    version: int = 0,
) -> None:
    """The statement is heard: it takes the next place, and is the first of the changes it makes."""
    ledger.index += 1
    ref = HeardRef(
        index=ledger.index,
        at_ms=ledger.now,
        type=statement.type,
        sender=statement.sender,
        reached=reached_by(ledger, statement),
        mode=statement.mode,
        about_party=about_party,
        notice=notice,
        version=version,
        about=subjects_of(ledger, statement),
        signed_by=statement.signed_by,
    )
    ledger.heard[statement.id] = ref
    for subject in ref.about:
        ledger.said_about.setdefault(subject, []).append(statement.id)
    ledger.note(ChangeKind.STATEMENT, What.HEARD, ref.with_source(statement.id, statement.source or {}))


def look_at_desk(ledger: Ledger, statement: Statement, *, held: bool) -> None:
    """Serials without gaps, clocks that agree: of the desk, whatever the statement is about."""
    desk = statement.sender
    party = ledger.agreement.party_of(desk)
    about = ledger.heard[statement.id].notice or statement.id
    serials = ledger.serials.get(desk, Serials()).having(statement.serial)
    ledger.serials[desk] = serials
    gap = serial_gap(desk, party, about, serials)
    _settle(ledger, statement, AlertCode.SERIAL_GAP, gap, "What was missing has been heard.")
    if not held:
        rules = ledger.agreement.rules
        skew = clock_skew(rules, desk, party, about, statement.said_at_ms, ledger.now)
        _settle(ledger, statement, AlertCode.CLOCK_SKEW, skew, "The clocks agree again.")


def _settle(ledger: Ledger, statement: Statement, code: AlertCode, found: Finding | None, gone: str) -> None:
    """A skew that goes on keeps the figures it was raised with, or each statement would change it; a gap does not."""
    cause = (code, statement.sender)
    if found is None:
        clear(ledger, cause, gone)
    elif code is AlertCode.SERIAL_GAP or cause not in ledger.open_alerts:
        raise_or_keep(ledger, found, statement.mode)
