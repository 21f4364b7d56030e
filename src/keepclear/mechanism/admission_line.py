"""What is legal on the line: STOP and its answers, calls, observations, tests, accounts, suspension, the watch."""

from __future__ import annotations

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.addressing import party_of
from keepclear.mechanism.admission_common import (
    check_place,
    may_see_notice,
    other_sides,
    same_mode,
    was_sent_to,
)
from keepclear.mechanism.bodies import (
    AccidentBody,
    AmendBody,
    CallBody,
    ClaimBody,
    LifeBody,
    LineTestBody,
    MessageBody,
    NoticeBody,
    StopBody,
    StopReplyBody,
    StopStepBody,
    WatchBody,
)
from keepclear.mechanism.ledger import FIRST_RULES, Ledger
from keepclear.mechanism.line_tests import test_answered
from keepclear.mechanism.phrase_book import check_phrase
from keepclear.mechanism.proposals import conflict_named_by
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import StopMove, stop_moved
from keepclear.mechanism.suspending import standing_for
from keepclear.mechanism.suspension import PASSES
from keepclear.mechanism.words import MEDIATOR_DESK, PROTECTED
from keepclear.spacetime.instants import format_instant


def check_suspension(ledger: Ledger, statement: Statement) -> None:
    """Refused when the mechanism is suspended and this is not among what protects life."""
    standing = ledger.suspended(statement.mode)
    if standing is None or statement.type in PASSES or _is_protected(ledger, statement):
        return
    passing = ", ".join(kind for kind in StatementType if kind in PASSES)
    raise Refused(
        "type",
        f"the mechanism is suspended since {format_instant(standing.since_ms)} by {standing.by}: {standing.reason}",
        f"what passes: {passing}, and notices of {', '.join(sorted(PROTECTED))}",
    )


def check_stop(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A STOP is for somebody else, and about a notice that its desk has been shown, if about one at all."""
    assert isinstance(statement.body, StopBody)  # noqa: S101  # admit has compared body and type
    body = statement.body
    check_somebody_else(ledger, statement)
    if body.place is not None:
        check_place(ledger, body.place)
    if body.about is None:
        return
    if not may_see_notice(ledger, statement.sender, body.about):
        expected = "a notice that you have, by its first id; or leave it out and say where"
        raise Refused("body.about", f"nothing with the id «{body.about}» was sent to {statement.sender}", expected)
    same_mode(statement, ledger.notices[body.about].mode)


def check_stop_move(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """An answer comes from an addressed party; ``ceased`` may come from the side that raised it too."""
    body = statement.body
    assert isinstance(body, StopReplyBody | StopStepBody)  # noqa: S101  # admit has compared body and type
    stop, side = ledger.stops.get(body.stop), ledger.side_of(statement.sender)
    raised_it = stop is not None and side == ledger.side_of(stop.sender)
    row = None if stop is None else stop.of(side)
    if stop is None or (row is None and not raised_it):
        raise Refused(
            "body.stop", f"no STOP «{body.stop}» was sent to {statement.sender}", "name one that you were sent"
        )
    same_mode(statement, stop.mode)
    if stop.closed_at_ms is not None:
        closed = format_instant(stop.closed_at_ms)
        raise Refused("body.stop", f"the STOP is closed since {closed}", "raise a new STOP if there is need")
    move = StopMove(body.answer) if isinstance(body, StopReplyBody) else _step_of(statement.type)
    if row is not None:
        stop_moved(row.state, move)
    elif move is not StopMove.CEASED:
        raise Refused("type", f"{statement.sender} raised this STOP itself", "allowed: ceased")


def check_call(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A call is to another side; what it was about is something that its desk knows."""
    assert isinstance(statement.body, CallBody)  # noqa: S101  # admit has compared body and type
    body, agreement = statement.body, ledger.agreement
    if body.to not in agreement.party_by_id and body.to not in agreement.desk_by_id:
        known = sorted({*agreement.party_by_id, *agreement.desk_by_id})
        raise InvalidInput("body.to", f"given «{body.to}»", f"one of {', '.join(known)}")
    if (party_of(agreement, body.to) or MEDIATOR_DESK) == ledger.side_of(statement.sender):
        raise Refused("body.to", f"{body.to} is of your own side", "log calls to others")
    check_about(ledger, statement, body.about)


def check_message(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A message is about something that its desk knows, if about anything; its phrase is in the book."""
    assert isinstance(statement.body, MessageBody)  # noqa: S101  # admit has compared body and type
    if ledger.rules_version != FIRST_RULES:
        check_phrase(statement.body.phrase, "body.phrase")
    check_about(ledger, statement, statement.body.about)


def check_about(ledger: Ledger, statement: Statement, about: str | None) -> None:
    """What is talked about is of the same mode, and was said by this desk's side or sent to it, or alerted to it."""
    if about is None:
        return
    desk = statement.sender
    alert = conflict_named_by(ledger, desk, about) or ledger.alerts.get(about)
    if alert is not None and (desk in alert.to or desk == MEDIATOR_DESK or _concerns(ledger, desk, alert.about)):
        same_mode(statement, alert.mode)
        return
    ref = ledger.heard.get(about)
    if ref is None or (ledger.side_of(ref.sender) != ledger.side_of(desk) and not was_sent_to(ledger, ref, desk)):
        expected = "the id of a statement or an alert that you have, or nothing"
        raise Refused("body.about", f"nothing with the id «{about}» was sent to {desk}", expected)
    same_mode(statement, ref.mode)


def check_claim(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A party says whose something is that it was asked about, or that it saw itself."""
    assert isinstance(statement.body, ClaimBody)  # noqa: S101  # admit has compared body and type
    observation = ledger.observations.get(statement.body.observation)
    side = ledger.side_of(statement.sender)
    known = observation is not None and side in (*observation.reached, ledger.side_of(observation.sender))
    if side == MEDIATOR_DESK:
        raise Refused("from", "the mediator is no party", "whose it is, a party's desk says")
    if observation is None or not known:
        why = f"no observation «{statement.body.observation}» was sent to {statement.sender}"
        raise Refused("body.observation", why, "name one that you were sent")
    same_mode(statement, observation.mode)
    before = observation.of(side)
    if before is not None and before.is_ours == (statement.type is StatementType.CLAIM):
        said = "claimed" if before.is_ours else "disclaimed"
        other = StatementType.DISCLAIM if before.is_ours else StatementType.CLAIM
        raise Refused("type", f"your party has {said} it already", f"allowed: {other}")


def check_line_test(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A test is of somebody else's line, and names no test."""
    assert isinstance(statement.body, LineTestBody)  # noqa: S101  # admit has compared body and type
    check_somebody_else(ledger, statement)
    if statement.body.test is not None:
        raise InvalidInput("body.test", f"given «{statement.body.test}»", "left out: a reply names the test")


def check_line_test_reply(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A reply is to a test of one's own line that has not been answered."""
    assert isinstance(statement.body, LineTestBody)  # noqa: S101  # admit has compared body and type
    test = test_answered(ledger, statement)
    if test is None:
        named = statement.body.test
        why = f"no line test waits for {statement.sender}" if named is None else f"no test «{named}» was sent to you"
        raise Refused("body.test", why, "name a test that you were sent")
    same_mode(statement, test.mode)
    reply = test.of(ledger.side_of(statement.sender))
    if reply is not None:
        raise Refused("body.test", f"{reply.by} answered it at {format_instant(reply.at_ms)}", "one reply is enough")


def check_accident(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """An accident is declared to somebody else, at a place of the gazetteer or a position."""
    assert isinstance(statement.body, AccidentBody)  # noqa: S101  # admit has compared body and type
    check_somebody_else(ledger, statement)
    if statement.body.place is not None:
        check_place(ledger, statement.body.place)


def check_suspend(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A side suspends once."""
    side = ledger.side_of(statement.sender)
    for row in ledger.suspensions:
        if row.side == side and row.mode is statement.mode and row.ended_at_ms is None:
            since = format_instant(row.since_ms)
            raise Refused("type", f"{row.by} has suspended it since {since}", "allowed: resume, and what still passes")


def check_resume(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A side ends its own suspension; the mediator any."""
    if standing_for(ledger, statement):
        return
    standing = ledger.suspended(statement.mode)
    if standing is None:
        raise Refused("type", "the mechanism is not suspended", "nothing is to be resumed")
    raise Refused("type", f"it is {standing.by} that has suspended it", f"{standing.by}'s side or the mediator resumes")


def check_sign_off(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """Who signs off is signed on."""
    assert isinstance(statement.body, WatchBody)  # noqa: S101  # admit has compared body and type
    watch = ledger.watches.get(statement.sender)
    on = [row.name for row in watch.on] if watch is not None else []
    if statement.body.name not in on:
        there = f"on watch there: {', '.join(on)}" if on else "nobody is on watch there"
        raise Refused("body.name", f"«{statement.body.name}» is not on watch at {statement.sender}", there)


def check_somebody_else(ledger: Ledger, statement: Statement) -> None:
    """Refused when nobody but one's own side is addressed."""
    if not other_sides(ledger, statement):
        raise Refused("to", "nobody but your own side is addressed", "name another party or desk, or leave it out")


def _concerns(ledger: Ledger, desk: str, about: tuple[str, ...]) -> bool:
    side = ledger.side_of(desk)
    return any(ledger.notices[name].party == side for name in about if name in ledger.notices)


def _step_of(kind: StatementType) -> StopMove:
    return StopMove.CEASED if kind is StatementType.CEASED else StopMove.UNITS_INFORMED


def _is_protected(ledger: Ledger, statement: Statement) -> bool:
    """A notice of a protected activity, and what carries such a notice on."""
    match statement.body:
        case NoticeBody(activity=activity):
            return activity in PROTECTED
        case AmendBody(notice=name) as body:
            held = ledger.notices.get(name)
            return (
                held is not None
                and body.applied_to(held.body).activity in PROTECTED
                and held.body.activity in PROTECTED
            )
        case LifeBody(notice=name):
            held = ledger.notices.get(name)
            return held is not None and held.body.activity in PROTECTED
    return False
