"""Entries of the record as the inputs that they were: for a restart, and for whoever works a record out again."""

from __future__ import annotations

from dataclasses import replace

from keepclear.formats.entry import Entry
from keepclear.formats.statement_json import statement_from_json
from keepclear.mechanism import play
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.ledger import RULES_VERSION
from keepclear.record.verify.jws import taken_apart


def as_input(entry: Entry, agreement: Agreement) -> play.Entry:
    """An entry of our own record as the input that it was, under the agreement in force then.

    An envelope that these rules took is not judged again.
    """
    if entry.statement is not None:
        accepted = entry.rules == RULES_VERSION
        statement = statement_from_json(entry.statement, agreement, as_kept=accepted)
        if entry.jws is not None:
            statement = replace(statement, signed_by=taken_apart(entry.jws).kid, jws=entry.jws)
        return play.StatementEntry(entry.at, statement, entry.held)
    if entry.desk is not None and entry.through is not None:
        return play.DeliveryEntry(entry.at, entry.desk, entry.through)
    if entry.agreement is not None:
        return play.AgreementEntry(entry.at, entry.agreement)
    if entry.reason is not None:
        return play.RecoveryEntry(entry.at, entry.reason)
    return play.ClockEntry(entry.at)
