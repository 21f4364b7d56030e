"""Settling a conflict on the line: proposed, countered, accepted, declined.

An accepted change becomes a new version of the notice, whoever of the two parties proposed it: each has said yes once.
It is checked against everything, as an amendment is, and both see the same version. Under ``broker`` neither party may
know the other's notice, so it is the mediator who proposes, to a party, a change of that party's own.
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.alert_book import raise_or_keep
from keepclear.mechanism.bodies import AnswerBody, ProposeBody
from keepclear.mechanism.burden import moved_by
from keepclear.mechanism.changing import changed_body
from keepclear.mechanism.checks.acknowledgement import ack_due_ms
from keepclear.mechanism.checks.proposal import proposal_unanswered
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.evaluation import evaluate, plan_of
from keepclear.mechanism.grading import acknowledged_by_person
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.life import agreed_version, enter_version
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.owing import owe
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.proposals import conflict_named, end_proposal
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import ProposalMove, ProposalState
from keepclear.spacetime.separation import separation_between

RUNGS = 3
"""An unanswered proposal is raised to the desks, then as a warning to the mediator too, then to the commanders."""


def hear_propose(ledger: Ledger, statement: Statement) -> Apply:
    """A change is proposed. An open proposal of the other side about the same conflict is countered by it."""
    body = statement.body
    assert isinstance(body, ProposeBody)  # noqa: S101  # admission has compared body and type
    alert = conflict_named(ledger, body.about)
    assert alert is not None  # noqa: S101  # admission has found it
    proposal = _proposal(ledger, statement, body, alert)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=proposal.answerer)
        for name in tuple(ledger.open_proposals.get(proposal.notices[0], ())):
            held = ledger.proposals[name]
            if held.notices == proposal.notices and held.answerer == ledger.side_of(statement.sender):
                end_proposal(
                    ledger,
                    replace(held, countered_by=proposal.id),
                    ProposalMove.COUNTER,
                    by=statement.sender,
                    why=f"{statement.sender} has made a proposal of its own.",
                )
        ledger.put_proposal(proposal)
        owe(
            ledger,
            ObligationKind.PROPOSAL_ANSWER,
            proposal.answerer,
            to_party=proposal.party,
            subject=proposal.id,
            about=proposal.id,
            precedence=proposal.precedence,
            mode=proposal.mode,
            due_at_ms=_rung_ms(ledger, proposal, 1),
        )
        ledger.dues.put(_rung_ms(ledger, proposal, 1), DueKind.PROPOSAL, proposal.id, "1")

    return apply


def hear_answer(ledger: Ledger, statement: Statement) -> Apply:
    """A proposal is accepted or declined."""
    assert isinstance(statement.body, AnswerBody)  # noqa: S101  # admission has compared body and type
    proposal = ledger.proposals[statement.body.about]
    if statement.type is StatementType.DECLINE:
        return _declined(ledger, statement, proposal)
    return _accepted(ledger, statement, proposal)


def unanswered(ledger: Ledger, proposal: Proposal, rung: int) -> None:
    """An answer is overdue, for the first time or still: one rung up, and the next one set."""
    if proposal.state is not ProposalState.OPEN:
        return
    found = proposal_unanswered(ledger.agreement, proposal, rung)
    raise_or_keep(ledger, found, proposal.mode)
    if rung < RUNGS:
        ledger.dues.put(_rung_ms(ledger, proposal, rung + 1), DueKind.PROPOSAL, proposal.id, str(rung + 1))


def changed_notice(ledger: Ledger, proposal: Proposal) -> Notice:
    """The notice that a proposal would change, as it stands."""
    return ledger.notices[proposal.body.change.notice]


def _rung_ms(ledger: Ledger, proposal: Proposal, rung: int) -> int:
    return proposal.heard_at_ms + rung * ack_due_ms(ledger.agreement.rules, proposal.precedence, 0)


def _proposal(ledger: Ledger, statement: Statement, body: ProposeBody, alert: Alert) -> Proposal:
    a, b = alert.key
    own = ledger.agreement.party_of(statement.sender)
    notice = ledger.notices[body.change.notice]
    other = ledger.notices[b if notice.id == a else a]
    answerer = notice.party if own is None or own == other.party else other.party
    clears, still_meets = _what_comes_of_it(ledger, notice, other, body)
    return Proposal(
        id=statement.id,
        sender=statement.sender,
        party=own,
        answerer=answerer,
        mode=statement.mode,
        precedence=statement.precedence,
        body=body,
        alert=alert.id,
        notices=(a, b),
        versions=(ledger.notices[a].version, ledger.notices[b].version),
        heard_at_ms=ledger.now,
        clears=clears,
        still_meets=still_meets,
    )


def _what_comes_of_it(ledger: Ledger, notice: Notice, other: Notice, body: ProposeBody) -> tuple[bool, int]:
    """Whether the change would end the conflict with ``other``, and how many others it would leave or make."""
    changed = plan_of(replace(notice, body=changed_body(notice.body, body.change, "body.change")))
    against = plan_of(other)
    if changed is None or against is None:
        return False, 0
    agreement = ledger.agreement
    separation = separation_between(agreement.separations, changed.activity, against.activity)
    meeting = judge(changed, against, separation, agreement.heights)
    clears = meeting is None or meeting.verdict is not Verdict.CONFLICT
    touched = ledger.plans[notice.mode].touching(changed)
    others = [name for name, verdict in touched if verdict is Verdict.CONFLICT and name not in (notice.id, other.id)]
    return clears, len(others)


def _declined(ledger: Ledger, statement: Statement, proposal: Proposal) -> Apply:
    def apply() -> None:
        place_in_record(ledger, statement, about_party=proposal.answerer)
        why = f"{statement.sender} declined."
        end_proposal(ledger, ledger.proposals[proposal.id], ProposalMove.DECLINE, by=statement.sender, why=why)

    return apply


def _accepted(ledger: Ledger, statement: Statement, proposal: Proposal) -> Apply:
    """The change is made: one version that both sides have agreed to, checked against everything."""
    before = changed_notice(ledger, proposal)
    body = changed_body(before.body, proposal.body.change, "body.change")
    notice = agreed_version(ledger, before, statement, body)
    evaluation = evaluate(ledger, notice, before, ledger.now)
    moved = moved_by(before, notice)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=notice.party, notice=notice.id, version=notice.version)
        why = f"{statement.sender} accepted."
        held = ledger.proposals[proposal.id]
        end_proposal(ledger, held, ProposalMove.ACCEPT, by=statement.sender, why=why, moved=moved)
        enter_version(ledger, notice, evaluation)
        for name in proposal.notices:
            _agreed_to(ledger, notice.id, ledger.notices[name].party)

    return apply


def _agreed_to(ledger: Ledger, notice_id: str, party: str) -> None:
    """A party that has agreed to the version need not acknowledge it as well."""
    notice = ledger.notices[notice_id]
    if party != notice.party:
        acknowledged_by_person(ledger, notice, f"{ledger.agreement.party_name(party)}", party)
