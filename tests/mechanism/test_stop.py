"""STOP: any desk raises it, any desk of the addressee takes it, and nobody who is silent is left alone."""

from __future__ import annotations

import pytest

from keepclear.errors import Refused
from keepclear.mechanism.agreement import Desk
from keepclear.mechanism.bodies import AckBody, CallBody, StopBody, StopReplyBody, StopStepBody, SuspendBody
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.states import STOP_MOVES, StopMove, StopState
from keepclear.mechanism.words import AckLevel, CallResult, Mode, Precedence, Severity, StopAnswer
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body

SECOND = 1_000
LADDER = (
    Desk("alpha.air", "air", "alpha"),
    Desk("alpha.ground", "ground", "alpha"),
    Desk("bravo.air", "air", "bravo", alternates=("bravo.ground",), commander="bravo.command"),
    Desk("bravo.ground", "ground", "bravo"),
    Desk("bravo.command", "commander", "bravo"),
    Desk("charlie.duty", "duty", "charlie"),
)
EVERY_ANSWER = [
    *((StatementType.STOP_REPLY, answer) for answer in StopAnswer),
    (StatementType.UNITS_INFORMED, None),
    (StatementType.CEASED, None),
]


def raised(*to: str, mode: Mode = Mode.LIVE, rules: Rules | None = None) -> tuple[Line, str]:
    line = Line(agreement(desks=LADDER, rules=rules))
    given = StopBody("people of ours are there")
    stop = line.say(
        "alpha.ground", StatementType.STOP, given, NOON, *(to or ("bravo.air",)), mode=mode, precedence=Precedence.FLASH
    )
    line.deliver_all(NOON)
    return line, stop


def answered(line: Line, stop: str, kind: StatementType, answer: StopAnswer | None, at: int, desk: str = "") -> None:
    given = StopStepBody(stop) if answer is None else StopReplyBody(stop, answer)
    line.say(desk or "bravo.command", kind, given, at, "alpha")


def state(line: Line, side: str = "bravo") -> StopState:
    row = line.mechanism.stops()[0].of(side)
    assert row is not None
    return row.state


def test_a_stop_is_alerted_at_once_to_every_desk_of_the_addressee_and_to_nobody_else() -> None:
    line, stop = raised()
    (alert,) = line.raised("STOP_OPEN")
    assert set(alert.to) == {"bravo.air", "bravo.ground", "bravo.command", "alpha.ground", "mediator.duty"}
    assert (alert.raised_at_ms, alert.severity, alert.about) == (NOON, Severity.WARNING, (stop,))
    assert "people of ours are there" in alert.why


def test_the_ladder_climbs_a_rung_a_minute_and_then_rings_everybody_each_minute() -> None:
    line, _ = raised()
    line.advance(NOON + 6 * MINUTE + 59 * SECOND)
    rungs = [(alert.raised_at_ms - NOON, set(alert.to)) for alert in line.raised("STOP_OVERDUE")]
    everybody = {"bravo.air", "bravo.ground", "bravo.command", "mediator.duty"}
    assert rungs == [
        (MINUTE, {"bravo.air", "mediator.duty"}),
        (2 * MINUTE, {"bravo.ground", "mediator.duty"}),
        (3 * MINUTE, {"mediator.duty"}),
        (4 * MINUTE, {"bravo.command", "mediator.duty"}),
        (5 * MINUTE, everybody),
        (6 * MINUTE, everybody),
    ]


def test_the_rules_set_the_answer_clock_and_the_rungs() -> None:
    line, _ = raised(rules=Rules(stop_reply_s=10, stop_rung_s=7))
    line.advance(NOON + 25 * SECOND)
    assert [alert.raised_at_ms - NOON for alert in line.raised("STOP_OVERDUE")] == [10_000, 17_000, 24_000]


@pytest.mark.parametrize(("kind", "answer"), EVERY_ANSWER)
@pytest.mark.parametrize("desk", ["bravo.air", "bravo.ground", "bravo.command"])
def test_any_answer_of_any_desk_ends_the_ladder_and_is_an_acknowledgement(
    kind: StatementType, answer: StopAnswer | None, desk: str
) -> None:
    line, stop = raised()
    line.advance(NOON + 130 * SECOND)
    assert len(line.open("STOP_OVERDUE")) == 2
    answered(line, stop, kind, answer, NOON + 131 * SECOND, desk)
    assert line.open("STOP_OVERDUE") == line.open("NO_ACK") == []
    line.advance(NOON + HOUR)
    assert len(line.raised("STOP_OVERDUE")) == 2
    owed = {row.kind: row.state for row in line.mechanism.obligations()}
    assert owed == {ObligationKind.ACK: ObligationState.MET, ObligationKind.STOP_REPLY: ObligationState.MET}
    assert bool(line.open("STOP_OPEN")) is (kind is not StatementType.CEASED)


def test_an_acknowledgement_is_no_answer() -> None:
    line, stop = raised()
    line.say("bravo.air", StatementType.ACK, AckBody(stop, AckLevel.UNDERSTOOD), NOON + SECOND)
    line.advance(NOON + 61 * SECOND)
    assert len(line.raised("STOP_OVERDUE")) == 1
    assert line.raised("NO_ACK") == []


def test_it_is_open_until_every_addressed_party_has_ceased() -> None:
    line, stop = raised("bravo", "charlie")
    answered(line, stop, StatementType.CEASED, None, NOON + SECOND)
    assert line.open("STOP_OPEN")
    line.advance(NOON + MINUTE)
    assert [alert.detail["owing"] for alert in line.open("STOP_OVERDUE")] == ["charlie"]
    answered(line, stop, StatementType.CEASED, None, NOON + 90 * SECOND, "charlie.duty")
    assert line.open() == []
    assert line.mechanism.stops()[0].closed_at_ms == NOON + 90 * SECOND


def test_who_raised_it_may_say_that_it_has_ceased_and_nothing_else() -> None:
    line, stop = raised("bravo", "charlie")
    with pytest.raises(Refused, match="allowed: ceased"):
        answered(line, stop, StatementType.STOP_REPLY, StopAnswer.COMPLYING, NOON, "alpha.air")
    answered(line, stop, StatementType.CEASED, None, NOON + SECOND, "alpha.air")
    assert line.open() == []
    assert all(row.state is not ObligationState.OPEN for row in line.mechanism.obligations())


@pytest.mark.parametrize("before", list(StopState))
@pytest.mark.parametrize("move", list(StopMove))
def test_the_table_of_moves_is_what_happens(before: StopState, move: StopMove) -> None:
    line, stop = raised("bravo", "charlie")
    if before is not StopState.RAISED:
        to_it = StopAnswer(before) if before in list(StopAnswer) else None
        kind = StatementType.STOP_REPLY if to_it else StatementType(before)
        answered(line, stop, kind, to_it, NOON)
    answer = StopAnswer(move) if move in list(StopAnswer) else None
    kind = StatementType.STOP_REPLY if answer else StatementType(move)
    if move in STOP_MOVES[before]:
        answered(line, stop, kind, answer, NOON + SECOND)
        assert state(line) == move
    else:
        snapshot = line.mechanism.snapshot()
        with pytest.raises(Refused) as refusal:
            answered(line, stop, kind, answer, NOON + SECOND)
        assert str(before) in str(refusal.value)
        assert all(allowed in str(refusal.value) for allowed in STOP_MOVES[before])
        assert line.mechanism.snapshot() == snapshot


def test_a_closed_stop_takes_no_reply_and_a_stop_of_others_is_none_of_ours() -> None:
    line, stop = raised()
    with pytest.raises(Refused, match=r"no STOP .* was sent to charlie.duty"):
        answered(line, stop, StatementType.STOP_REPLY, StopAnswer.COMPLYING, NOON, "charlie.duty")
    answered(line, stop, StatementType.CEASED, None, NOON)
    with pytest.raises(Refused, match="closed since 2026-04-09T12:00:00Z; raise a new STOP"):
        answered(line, stop, StatementType.STOP_REPLY, StopAnswer.COMPLYING, NOON)


def test_exercise_and_live_do_not_mix() -> None:
    line, stop = raised(mode=Mode.EXERCISE)
    assert line.raised("STOP_OPEN")[0].mode is Mode.EXERCISE
    with pytest.raises(Refused, match="mode: what it is about is exercise"):
        answered(line, stop, StatementType.CEASED, None, NOON)


def test_it_works_while_the_mechanism_is_suspended() -> None:
    line = Line(agreement(desks=LADDER))
    line.say("bravo.air", StatementType.SUSPEND, SuspendBody("talks broken off"), NOON)
    stop = line.say("alpha.air", StatementType.STOP, StopBody("now"), NOON, "bravo")
    line.advance(NOON + MINUTE)
    assert line.raised("STOP_OVERDUE")
    answered(line, stop, StatementType.CEASED, None, NOON + 2 * MINUTE)
    assert line.open("STOP_OPEN") == []


def test_one_missed_call_about_a_stop_is_enough_and_its_answer_clears_it() -> None:
    line, stop = raised()
    missed = CallBody("bravo.air", CallResult.UNANSWERED, stop)
    line.say("alpha.ground", StatementType.CALL, missed, NOON + SECOND)
    (alert,) = line.raised("CONTACT_UNREACHABLE")
    assert set(alert.to) == {"alpha.ground", "bravo.air", "mediator.duty"}
    answered(line, stop, StatementType.STOP_REPLY, StopAnswer.STANDBY, NOON + 2 * SECOND)
    assert line.open("CONTACT_UNREACHABLE") == []


def test_a_stop_to_nobody_else_is_refused_and_so_is_one_about_what_was_never_sent() -> None:
    line = Line(agreement(desks=LADDER))
    notice = line.notice("charlie.duty", body(), NOON - 5 * HOUR, "alpha")
    with pytest.raises(Refused, match="to: nobody but your own side"):
        line.say("alpha.air", StatementType.STOP, StopBody("now"), NOON, "alpha.ground")
    with pytest.raises(Refused, match=r"body.about: nothing with the id"):
        line.say("bravo.air", StatementType.STOP, StopBody("now", notice), NOON, "charlie")
    assert line.mechanism.stops() == []
