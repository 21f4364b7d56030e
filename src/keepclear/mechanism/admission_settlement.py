"""What is legal in settling a conflict: who may propose, who may answer, and while what still stands."""

from __future__ import annotations

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.admission_common import same_mode
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.bodies import AnswerBody, ProposeBody
from keepclear.mechanism.changing import changed_body, check_change
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.proposals import conflict_named
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import ProposalMove, ProposalState, proposal_moved
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure


def check_propose(ledger: Ledger, statement: Statement, at_ms: int) -> None:
    """A proposal is about a conflict that stands, by one of its parties or the mediator, and can be carried out."""
    assert isinstance(statement.body, ProposeBody)  # noqa: S101  # admit has compared body and type
    body = statement.body
    side = ledger.side_of(statement.sender)
    broker = ledger.agreement.disclosure is Disclosure.BROKER
    if broker and side != MEDIATOR_DESK:
        allowed = "amend your own notice, or ask the mediator, who sees both"
        raise Refused("from", "under broker disclosure parties do not propose to each other", allowed)
    alert = _standing_conflict(ledger, statement, at_ms)
    same_mode(statement, alert.mode)
    if broker and body.about != alert.id:
        raise Refused("body.about", "under broker disclosure its two notices would name the other's", f"say {alert.id}")
    if body.change.notice not in alert.key:
        allowed = "name one of the conflict's notices"
        raise Refused("body.change.notice", f"«{body.change.notice}» is not in this conflict", allowed)
    notice = ledger.notices[body.change.notice]
    changed = changed_body(notice.body, body.change, "body.change")
    check_change(changed, ledger.agreement.heights, "body.change")
    if changed == notice.body:
        raise InvalidInput("body.change", "it changes nothing", "shift_min, floor, ceiling or envelope as it would be")
    for name in ledger.open_proposals.get(alert.key[0], ()):
        held = ledger.proposals[name]
        if held.notices == alert.key and ledger.side_of(held.sender) == side:
            why = f"a proposal of your side is open: {held.id}"
            raise Refused("body.about", why, "wait for the answer to it, or for a counter-proposal")


def check_answer(ledger: Ledger, statement: Statement, at_ms: int) -> None:
    """A proposal is answered once, by the party it was put to, while what it would change is as it was."""
    assert isinstance(statement.body, AnswerBody)  # noqa: S101  # admit has compared body and type
    proposal = ledger.proposals.get(statement.body.about)
    side = ledger.side_of(statement.sender)
    if proposal is None or not _takes_part(ledger, side, proposal):
        why = f"no proposal «{statement.body.about}» was sent to {statement.sender}"
        raise Refused("body.about", why, "name a proposal that you were sent")
    same_mode(statement, proposal.mode)
    move = ProposalMove(statement.type)
    proposal_moved(_state_at(ledger, proposal, at_ms), move)
    if side != proposal.answerer:
        mine = side == ledger.side_of(proposal.sender)
        why = "the proposal is your own side's" if mine else f"the proposal was put to {proposal.answerer}"
        raise Refused("body.about", why, f"{proposal.answerer}'s desks may accept, decline, or propose otherwise")
    if statement.type is StatementType.ACCEPT:
        changed = ledger.notices[proposal.body.change.notice]
        changed_body(changed.body, proposal.body.change, "body.about")


def _standing_conflict(ledger: Ledger, statement: Statement, at_ms: int) -> Alert:
    assert isinstance(statement.body, ProposeBody)  # noqa: S101  # admit has compared body and type
    about = statement.body.about
    alert = conflict_named(ledger, about)
    side = ledger.side_of(statement.sender)
    if alert is None or not (side == MEDIATOR_DESK or side in _parties(ledger, alert)):
        why = f"no conflict «{about}» that concerns {statement.sender} stands"
        raise Refused("body.about", why, "name a conflict by its two notices, a~b, or by its alert's id")
    past = alert.window_ms is not None and alert.window_ms[1] <= at_ms
    if not alert.is_open or past or any(ledger.notices[name].is_over_at(at_ms) for name in alert.key):
        raise Refused("body.about", f"the conflict «{about}» is over", "nothing is to be settled any more")
    return alert


def _parties(ledger: Ledger, alert: Alert) -> tuple[str, ...]:
    return tuple(ledger.notices[name].party for name in alert.key)


def _takes_part(ledger: Ledger, side: str, proposal: Proposal) -> bool:
    if side in (MEDIATOR_DESK, proposal.answerer, proposal.party):
        return True
    if ledger.agreement.disclosure is Disclosure.BROKER:
        return False
    return side in [ledger.notices[name].party for name in proposal.notices]


def _state_at(ledger: Ledger, proposal: Proposal, at_ms: int) -> ProposalState:
    """A proposal lapses when one of its notices is over, though the clock may not have been told of it yet."""
    over = any(ledger.notices[name].is_over_at(at_ms) for name in proposal.notices)
    return ProposalState.LAPSED if over and proposal.state is ProposalState.OPEN else proposal.state
