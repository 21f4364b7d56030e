"""``NO_DELIVERY``: a statement has not reached the machine of an addressed desk in time.

Where ``to`` names a desk, that desk's machine must have it. Where it names a party, or is left out, one desk of the
party is enough, as for an acknowledgement: a party of a dozen desks would else ring for every seat not manned.
"""

from __future__ import annotations

from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.announced import Announced
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Severity


def no_delivery(agreement: Agreement, announced: Announced, addressee: str, within_s: float) -> Finding:
    """The finding for an addressee (a desk, or a party by any of its desks) that has nothing yet; to the sender.

    ``within_s`` is what was agreed when the statement went out.
    """
    within = f"within {within_s:g} s"
    party = agreement.party_by_id.get(addressee)
    where = addressee if party is None else f"any desk of {party.name}"
    return Finding(
        AlertCode.NO_DELIVERY,
        (announced.id, addressee),
        Severity.WARNING,
        (announced.id,),
        f"{announced.called} was not delivered to {where} {within}.",
        announced.senders,
        announced.party,
        {"addressee": addressee},
        shared=not isinstance(announced, Notice),
    )
