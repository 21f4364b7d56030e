"""What is said on the line that makes no notice: acknowledgements and messages."""

from __future__ import annotations

from keepclear.mechanism.alert_book import acknowledged
from keepclear.mechanism.bodies import AckBody
from keepclear.mechanism.grading import acknowledge
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.keys import compared
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import ANNOUNCES, Statement


def hear_ack(ledger: Ledger, statement: Statement) -> Apply:
    """A receipt: it moves the desk's grade and meets what its party owes, or is kept beside an alert."""
    body = statement.body
    assert isinstance(body, AckBody)  # noqa: S101  # admission has compared body and type
    desk = statement.sender
    alert = ledger.alerts.get(body.about)
    if alert is not None:

        def apply_to_alert() -> None:
            place_in_record(ledger, statement, about_party=ledger.agreement.party_of(desk))
            acknowledged(ledger, alert, desk, body.level)
            compared(ledger, ledger.alerts[alert.id])

        return apply_to_alert
    ref = ledger.heard[body.about]
    about_party = ref.about_party if ref.notice else ledger.agreement.party_of(ref.sender)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=about_party)
        announced = ledger.announced(ref.notice or body.about) if ref.type in ANNOUNCES else None
        if announced is not None:
            acknowledge(ledger, announced, desk, body)

    return apply


def hear_message(ledger: Ledger, statement: Statement) -> Apply:
    """Something said; it changes nothing."""

    def apply() -> None:
        place_in_record(ledger, statement)

    return apply
