"""Accidents: an unintended launch, entry or fall, declared in three fields so that it is said at once."""

from __future__ import annotations

from keepclear.mechanism.accident import Accident
from keepclear.mechanism.addressing import addressees, parties_of, party_of
from keepclear.mechanism.bodies import AccidentBody
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.receipts import await_delivery, fresh_recipients, owe_acks
from keepclear.mechanism.statement import Statement


def hear_accident(ledger: Ledger, statement: Statement) -> Apply:
    """An accident is declared: every desk of the addressed parties is told, and each party owes an acknowledgement."""
    assert isinstance(statement.body, AccidentBody)  # noqa: S101  # admission has compared body and type
    agreement, sender = ledger.agreement, statement.sender
    own = agreement.party_of(sender)
    addressed = tuple(
        name for name in addressees(agreement, sender, statement.to) if own is None or party_of(agreement, name) != own
    )
    accident = Accident(
        id=statement.id,
        sender=sender,
        party=own,
        to=statement.to,
        precedence=statement.precedence,
        mode=statement.mode,
        body=statement.body,
        heard_at_ms=ledger.now,
        addressees=addressed,
        recipients=fresh_recipients(ledger, parties_of(agreement, addressed), None),
    )

    def apply() -> None:
        place_in_record(ledger, statement, about_party=own)
        ledger.put_announced(accident)
        owe_acks(ledger, accident)
        await_delivery(ledger, accident)

    return apply
