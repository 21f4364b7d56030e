"""A notice that has not been said yet: what would stand if it were."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import notice_addressees
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.alert_book import alert_of
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.evaluation import evaluate, gaps
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import Disclosure, Mode, Precedence
from keepclear.spacetime.envelope import span_ms

DRAFT = "draft"
"""The id that a draft goes by in the alerts about it, unless it replaces a notice."""


def alerts_of_draft(
    ledger: Ledger, sender: str, body: NoticeBody, at_ms: int, before: Notice | None, mode: Mode
) -> tuple[Alert, ...]:
    """The alerts that would stand and that the sender would be told of.

    Under ``broker`` conflicts are left out: a question that leaves no trace must not be a way to feel out where the
    others are. They are answered when the notice is filed, which the mediator sees.
    """
    notice = _draft(ledger, sender, body, at_ms, before, mode)
    evaluation = evaluate(ledger, notice, before, at_ms)
    hidden = ledger.agreement.disclosure is Disclosure.BROKER
    findings: list[Finding] = [*evaluation.own, *(() if hidden else evaluation.conflicts), *gaps(ledger, evaluation)]
    alerts = (
        alert_of(finding, notice.mode, f"preview:{':'.join((finding.code, *finding.key))}", at_ms)
        for finding in findings
    )
    return tuple(alert for alert in alerts if sender in alert.to)


def _draft(ledger: Ledger, sender: str, body: NoticeBody, at_ms: int, before: Notice | None, mode: Mode) -> Notice:
    start_ms, end_ms = (None, None) if body.envelope is None else span_ms(body.envelope)
    if before is not None:
        return replace(before, body=body, said_by=sender, version=before.version + 1, start_ms=start_ms, end_ms=end_ms)
    return Notice(
        id=DRAFT,
        sender=sender,
        party=ledger.agreement.party_of(sender) or "",
        to=(),
        precedence=Precedence.ROUTINE,
        mode=mode,
        body=body,
        heard_at_ms=at_ms,
        version_at_ms=at_ms,
        statement=DRAFT,
        said_by=sender,
        version=1,
        state=NoticeState.HEARD,
        start_ms=start_ms,
        end_ms=end_ms,
        addressees=notice_addressees(ledger.agreement, sender, ()),
        shown_to=(),
    )
