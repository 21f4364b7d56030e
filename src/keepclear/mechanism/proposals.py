"""Open proposals: which conflict one is about, and how it ends when what it was about does."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.alert_book import clear
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.owing import lapse, meet
from keepclear.mechanism.proposal import Moved, Proposal
from keepclear.mechanism.states import ProposalMove, proposal_moved
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure


def conflict_named(ledger: Ledger, about: str) -> Alert | None:
    """The conflict alert that is meant: by its two notices ``a~b`` in either order (the open one), or by its own id."""
    alert = ledger.alerts.get(about)
    if alert is None:
        a, _, b = about.partition("~")
        held = ledger.open_alerts.get((AlertCode.CONFLICT_4D, *sorted((a, b))))
        alert = None if held is None else ledger.alerts[held]
    return alert if alert is not None and alert.code is AlertCode.CONFLICT_4D else None


def conflict_named_by(ledger: Ledger, desk: str, about: str) -> Alert | None:
    """The conflict that a desk means. Under ``broker`` a party names it by its alert alone.

    Were ``a~b`` understood, the answer would tell whether there is a notice of that id.
    """
    broker = ledger.agreement.disclosure is Disclosure.BROKER
    if broker and ledger.side_of(desk) != MEDIATOR_DESK and about not in ledger.alerts:
        return None
    return conflict_named(ledger, about)


def end_proposal(
    ledger: Ledger, proposal: Proposal, move: ProposalMove, *, by: str | None, why: str, moved: Moved | None = None
) -> None:
    """A proposal is answered, countered or lapses: nothing is owed for it any more, and its alert clears."""
    state = proposal_moved(proposal.state, move)
    ended = replace(proposal, state=state, answered_at_ms=ledger.now, answered_by=by, moved=moved)
    if move is ProposalMove.LAPSE:
        lapse(ledger, ObligationKind.PROPOSAL_ANSWER, proposal.id, proposal.answerer)
    else:
        meet(ledger, ObligationKind.PROPOSAL_ANSWER, proposal.id, proposal.answerer)
    ledger.put_proposal(ended)
    clear(ledger, (AlertCode.PROPOSAL_UNANSWERED, proposal.id), why)


def lapse_proposals(ledger: Ledger, notice: str, why: str, *, but: str | None = None) -> None:
    """The open proposals about a notice's conflicts lapse, for what they would change is another now, or over."""
    for name in tuple(ledger.open_proposals.get(notice, ())):
        if name != but:
            end_proposal(ledger, ledger.proposals[name], ProposalMove.LAPSE, by=None, why=why)
