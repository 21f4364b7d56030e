"""Accounts of an incident: each side's version is kept as it was given, and where two differ both are shown it."""

from __future__ import annotations

from keepclear.mechanism.account import Account
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import AccountBody
from keepclear.mechanism.checks.contradiction import contradiction, differ
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import Statement


def hear_account(ledger: Ledger, statement: Statement) -> Apply:
    """A side gives its version; what it says of a fact takes the place of what it said of that fact before."""
    assert isinstance(statement.body, AccountBody)  # noqa: S101  # admission has compared body and type
    body, side = statement.body, ledger.side_of(statement.sender)
    incident = f"{statement.mode}:{body.incident}"

    def apply() -> None:
        place_in_record(ledger, statement)
        held = ledger.accounts.setdefault(incident, {})
        before = held.get(side)
        facts = {**(before.facts if before is not None else {}), **body.facts}
        said_in = {**(before.said_in if before is not None else {}), **dict.fromkeys(body.facts, statement.id)}
        held[side] = Account(body.incident, statement.mode, side, statement.sender, facts, said_in)
        for other in held.values():
            if other.side != side:
                _compare(ledger, held[side], other, tuple(sorted(body.facts, key=_as_kept)))

    return apply


def _as_kept(fact: str) -> bytes:
    """Facts are compared in the order in which the record keeps them (RFC 8785 §3.2.3), not as they came: an alert's id
    depends on how many were raised before, and must be the same when the record is played again.
    """
    return fact.encode("utf-16-be", "surrogatepass")


def _compare(ledger: Ledger, mine: Account, other: Account, facts: tuple[str, ...]) -> None:
    a, b = sorted((mine, other), key=lambda account: account.side)
    for fact in facts:
        if fact not in other.facts:
            continue
        found = contradiction(ledger.agreement, a, b, fact)
        cause = (found.code, *found.key)
        if cause in ledger.open_alerts and set(ledger.alerts[ledger.open_alerts[cause]].about) != set(found.about):
            clear(ledger, cause, f"{mine.desk} has given another account of it.")
        if differ(a.facts[fact], b.facts[fact]):
            raise_or_keep(ledger, found, mine.mode)
        else:
            clear(ledger, (AlertCode.CONTRADICTION, *found.key), "The accounts agree now.")
