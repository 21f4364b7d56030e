"""``LINE_UNATTENDED``: a test of the line went without reply. ``DESK_UNATTENDED``: nobody has taken over a desk."""

from __future__ import annotations

from keepclear.mechanism.addressing import desks_of, party_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.line_test import LineTest
from keepclear.mechanism.words import MEDIATOR_DESK, Severity


def line_unattended(agreement: Agreement, test: LineTest, side: str) -> Finding:
    """The finding for a side that has not answered; to the tester and the desks that were tested."""
    who = agreement.party_name(None if side == MEDIATOR_DESK else side)
    tested = [name for name in test.addressees if (party_of(agreement, name) or MEDIATOR_DESK) == side]
    return Finding(
        AlertCode.LINE_UNATTENDED,
        (test.id, side),
        Severity.WARNING,
        (test.id,),
        f"Nobody of {who} has answered the line test of {test.sender} within {agreement.rules.line_test_min:g} min.",
        tuple(dict.fromkeys((test.sender, *desks_of(agreement, tested)))),
        test.party,
        {"owing": side},
        shared=True,
    )


def desk_unattended(agreement: Agreement, desk: str, statement: str) -> Finding:
    """The finding for a desk that was signed off and that nobody has signed on to since; to its party's other desks,
    its alternates and commander, and the mediator.
    """
    row = agreement.desk_by_id[desk]
    of_party = agreement.desks_of[row.party] if row.party is not None else ()
    commander = () if row.commander is None else (row.commander,)
    others = dict.fromkeys((*row.alternates, *commander, *of_party, MEDIATOR_DESK))
    return Finding(
        AlertCode.DESK_UNATTENDED,
        (desk,),
        Severity.CAUTION,
        (statement,),
        f"Nobody has taken over {desk} within {agreement.rules.unattended_min:g} min of its last sign-off.",
        tuple(others),
        row.party,
        {"desk": desk},
        shared=True,
    )
