"""``PROPOSAL_UNANSWERED``: a proposal waits longer than its precedence allows; it climbs like a STOP, more slowly."""

from __future__ import annotations

from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.acknowledgement import ack_within_min
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.words import MEDIATOR_DESK, Precedence, Severity


def proposal_unanswered(agreement: Agreement, proposal: Proposal, rung: int) -> Finding:
    """The finding at a rung: to the proposer and the answering party's desks; a warning from the second on (the
    mediator has it then), or at once where it is FLASH or IMMEDIATE; from the third on to the commanders too.
    """
    urgent = proposal.precedence in (Precedence.FLASH, Precedence.IMMEDIATE)
    desks = agreement.desks_of[proposal.answerer]
    commanders = {agreement.desk_by_id[desk].commander for desk in desks} - {None}
    first = [desk for desk in desks if desk not in commanders]
    last = [desk for desk in desks if desk in commanders] if rung > 2 or not first else []
    minutes = rung * ack_within_min(agreement.rules, proposal.precedence)
    sender = () if proposal.sender == MEDIATOR_DESK else (proposal.sender,)
    return Finding(
        AlertCode.PROPOSAL_UNANSWERED,
        (proposal.id,),
        Severity.WARNING if urgent or rung > 1 else Severity.CAUTION,
        proposal.notices,
        f"{agreement.party_name(proposal.answerer)} has not answered a proposal of {proposal.sender} for "
        f"{minutes:g} min ({proposal.precedence}).",
        (*sender, *first, *last),
        proposal.party,
        {"proposal": proposal.id, "owing": proposal.answerer, "minutes": minutes},
    )
