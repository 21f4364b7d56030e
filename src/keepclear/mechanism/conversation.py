"""What a statement is about, so that all that was said of one thing can be read in order: a conversation."""

from __future__ import annotations

from keepclear.mechanism.bodies import (
    AckBody,
    AmendBody,
    AnswerBody,
    CallBody,
    ClaimBody,
    LifeBody,
    LineTestBody,
    MessageBody,
    ProposeBody,
    StopBody,
    StopReplyBody,
    StopStepBody,
)
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.proposals import conflict_named
from keepclear.mechanism.statement import Statement


def subjects_of(ledger: Ledger, statement: Statement) -> tuple[str, ...]:
    """The ids that a statement is about, each once; what follows from them (a proposal's conflict) included."""
    match statement.body:
        case AmendBody(notice=name) | LifeBody(notice=name):
            return (name,)
        case AckBody(about=name):
            return _with_notice(ledger, name)
        case MessageBody(about=about) | CallBody(about=about) | StopBody(about=about):
            return () if about is None else _with_notice(ledger, about)
        case ProposeBody(about=about):
            alert = conflict_named(ledger, about)
            return () if alert is None else (alert.id, *alert.key)
        case AnswerBody(about=name):
            proposal = ledger.proposals[name]
            return (name, proposal.alert, *proposal.notices)
        case StopReplyBody(stop=name) | StopStepBody(stop=name):
            return (name,)
        case ClaimBody(observation=name):
            return (name,)
        case LineTestBody(test=test):
            return () if test is None else (test,)
    return ()


def _with_notice(ledger: Ledger, name: str) -> tuple[str, ...]:
    """The id as said; for a statement about a notice, the notice's own too."""
    ref = ledger.heard.get(name)
    notice = None if ref is None else ref.notice
    return tuple(dict.fromkeys((name,) if notice is None else (name, notice)))
