"""A notice's life: announced, amended, activated, complete, cancelled, expired. What is legal is ``admission``."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import notice_addressees, parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.bodies import AmendBody, LifeBody, NoticeBody
from keepclear.mechanism.evaluation import Evaluation, evaluate
from keepclear.mechanism.grading import forget_grades
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.observing import explain
from keepclear.mechanism.proposals import lapse_proposals
from keepclear.mechanism.receipts import (
    await_delivery,
    fresh_recipients,
    lapse_about,
    owe_acks,
    owe_dissemination,
    stop_awaiting,
)
from keepclear.mechanism.standing import put_into_force, take_out_of_force
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.states import NoticeMove, NoticeState, moved
from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.spacetime.envelope import Envelope, span_ms

STILL_OWED_WHEN_CANCELLED = (AlertCode.NO_ACK, AlertCode.NO_DELIVERY)
"""Alerts that a cancellation does not end: that one reached and seen too."""


def first_version(ledger: Ledger, statement: Statement, body: NoticeBody) -> Notice:
    """The notice that a ``notice`` statement makes."""
    agreement = ledger.agreement
    start_ms, end_ms = _span(body.envelope)
    addressed = notice_addressees(agreement, statement.sender, statement.to)
    return Notice(
        id=statement.id,
        sender=statement.sender,
        party=agreement.party_of(statement.sender) or "",
        to=statement.to,
        precedence=statement.precedence,
        mode=statement.mode,
        body=body,
        heard_at_ms=ledger.now,
        version_at_ms=ledger.now,
        statement=statement.id,
        said_by=statement.sender,
        version=1,
        state=NoticeState.HEARD,
        start_ms=start_ms,
        end_ms=end_ms,
        addressees=addressed,
        shown_to=_shown(ledger, addressed, ()),
        recipients=fresh_recipients(ledger, addressed, None),
    )


def next_version(ledger: Ledger, before: Notice, statement: Statement, body: NoticeBody) -> Notice:
    """The notice after an ``amend``, as yet in force nowhere."""
    start_ms, end_ms = _span(body.envelope)
    return replace(
        _said_anew(ledger, before, statement),
        body=body,
        version_at_ms=ledger.now,
        version=before.version + 1,
        state=moved(before.state, NoticeMove.AMEND),
        start_ms=start_ms,
        end_ms=end_ms,
    )


def hear_notice(ledger: Ledger, statement: Statement) -> Apply:
    """A notice is announced."""
    assert isinstance(statement.body, NoticeBody)  # noqa: S101  # admission has compared body and type
    notice = first_version(ledger, statement, statement.body)
    evaluation = evaluate(ledger, notice, None, ledger.now)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=notice.party, notice=notice.id, version=1)
        ledger.put_notice(notice)
        owe_acks(ledger, notice)
        owe_dissemination(ledger, notice)
        await_delivery(ledger, notice)
        put_into_force(ledger, evaluation)
        explain(ledger, notice)

    return apply


def hear_amend(ledger: Ledger, statement: Statement) -> Apply:
    """A notice has a new version: re-checked, delivered and acknowledged anew."""
    assert isinstance(statement.body, AmendBody)  # noqa: S101  # admission has compared body and type
    before = ledger.notices[statement.body.notice]
    notice = next_version(ledger, before, statement, statement.body.applied_to(before.body))
    evaluation = evaluate(ledger, notice, before, ledger.now)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=notice.party, notice=notice.id, version=notice.version)
        enter_version(ledger, notice, evaluation)

    return apply


def enter_version(ledger: Ledger, notice: Notice, evaluation: Evaluation) -> None:
    """A newer version is in force: delivered, acknowledged, read back and passed on anew; old proposals lapse."""
    ledger.put_notice(notice)
    forget_grades(ledger, notice)
    owe_acks(ledger, notice)
    owe_dissemination(ledger, notice)
    await_delivery(ledger, notice)
    put_into_force(ledger, evaluation)
    lapse_proposals(ledger, notice.id, f"{notice.called} was amended.")
    explain(ledger, notice)


def agreed_version(ledger: Ledger, before: Notice, statement: Statement, body: NoticeBody) -> Notice:
    """The notice after a proposal about it was accepted: addressed and as urgent as before, to be acknowledged anew."""
    start_ms, end_ms = _span(body.envelope)
    return replace(
        before,
        body=body,
        statement=statement.id,
        version=before.version + 1,
        version_at_ms=ledger.now,
        state=moved(before.state, NoticeMove.AMEND),
        start_ms=start_ms,
        end_ms=end_ms,
        recipients=fresh_recipients(ledger, before.addressees, before),
    )


def hear_cancel(ledger: Ledger, statement: Statement) -> Apply:
    """A notice is cancelled: its alerts clear; the cancellation is itself delivered and acknowledged."""
    before = _notice(ledger, statement)
    state = moved(before.state, NoticeMove.CANCEL)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=before.party, notice=before.id, version=before.version)
        notice = replace(_said_anew(ledger, before, statement), state=state)
        ledger.put_notice(notice)
        take_out_of_force(ledger, notice, f"{notice.called} was cancelled.", but=STILL_OWED_WHEN_CANCELLED)
        lapse_proposals(ledger, notice.id, f"{notice.called} was cancelled.")
        owe_acks(ledger, notice)
        await_delivery(ledger, notice)

    return apply


def hear_activate(ledger: Ledger, statement: Statement) -> Apply:
    """A notice's activity takes place."""
    return _step(ledger, statement, NoticeMove.ACTIVATE)


def hear_complete(ledger: Ledger, statement: Statement) -> Apply:
    """A notice's activity is over, and so is all that was owed about it."""
    return _step(ledger, statement, NoticeMove.COMPLETE)


def end_of_window(ledger: Ledger, notice: Notice) -> None:
    """The notice's end has come. Not activated, it expires; either way nothing is checked, owed or awaited any more."""
    if notice.is_live:
        state = moved(notice.state, NoticeMove.END)
        if state is not notice.state:
            notice = replace(notice, state=state)
            ledger.put_notice(notice)
    _wind_up(ledger, notice, f"The time of {notice.called} is over.")


def _step(ledger: Ledger, statement: Statement, move: NoticeMove) -> Apply:
    before = _notice(ledger, statement)
    notice = replace(before, state=moved(before.state, move))

    def apply() -> None:
        place_in_record(ledger, statement, about_party=notice.party, notice=notice.id, version=notice.version)
        ledger.put_notice(notice)
        if not notice.is_live:
            _wind_up(ledger, notice, f"{notice.called} is complete.")

    return apply


def _wind_up(ledger: Ledger, notice: Notice, why: str) -> None:
    lapse_about(ledger, notice.id)
    stop_awaiting(ledger, notice)
    take_out_of_force(ledger, notice, why)
    lapse_proposals(ledger, notice.id, why)


def _said_anew(ledger: Ledger, before: Notice, statement: Statement) -> Notice:
    """The notice with a new statement to be delivered and acknowledged, addressed as that one says."""
    addressed = notice_addressees(ledger.agreement, statement.sender, statement.to)
    return replace(
        before,
        to=statement.to,
        precedence=statement.precedence,
        statement=statement.id,
        said_by=statement.sender,
        addressees=addressed,
        shown_to=_shown(ledger, addressed, before.shown_to),
        recipients=fresh_recipients(ledger, addressed, before),
    )


def _shown(ledger: Ledger, addressed: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """The parties that may see the notice: all that any version was addressed to."""
    sides = (*before, *parties_of(ledger.agreement, addressed))
    return tuple(dict.fromkeys(side for side in sides if side != MEDIATOR_DESK))


def _notice(ledger: Ledger, statement: Statement) -> Notice:
    assert isinstance(statement.body, LifeBody)  # noqa: S101  # admission has compared body and type
    return ledger.notices[statement.body.notice]


def _span(envelope: Envelope | None) -> tuple[int | None, int | None]:
    return (None, None) if envelope is None else span_ms(envelope)
