"""Observations, line tests, calls, accounts, accidents, suspension, the watch: what each raises, owes and clears."""

from __future__ import annotations

from typing import Any

import pytest

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.agreement import Zone
from keepclear.mechanism.bodies import (
    AccidentBody,
    AccountBody,
    AckBody,
    CallBody,
    ClaimBody,
    LifeBody,
    LineTestBody,
    MessageBody,
    ObserveBody,
    Position,
    SuspendBody,
    WatchBody,
)
from keepclear.mechanism.handover import handover
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import PROTECTED, AckLevel, Activity, CallResult, Mode, Precedence
from keepclear.spacetime.altitude import parse_altitude
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

EARLY = NOON - 10 * HOUR
ZONE = Zone(
    "z1",
    "The quiet zone",
    box(36.0, 34.0, 36.3, 34.3),
    parse_altitude("SFC", "floor"),
    parse_altitude("20000 ft AMSL", "ceiling"),
    forbids=("uas",),
    parties=("bravo",),
)


def watched(**more: Any) -> Line:
    return Line(agreement(zones=(ZONE,), **more))


def observe(line: Line, lon: float, at: int, altitude: str | None = None, desk: str = "alpha.air", **more: Any) -> str:
    height = None if altitude is None else parse_altitude(altitude, "altitude")
    given = ObserveBody("small drone", Position(lon, 34.05, height), Activity.UAS)
    return line.say(desk, StatementType.OBSERVE, given, at, **more)


def test_an_object_in_a_zone_is_told_to_all_at_once_and_one_outside_is_not() -> None:
    line = watched()
    observe(line, 40.0, NOON)
    assert line.raised("UNNOTIFIED_ENTRY") == []
    inside = observe(line, 36.05, NOON)
    (alert,) = line.raised("UNNOTIFIED_ENTRY")
    everybody = {"alpha.air", "alpha.ground", "bravo.air", "bravo.ground", "charlie.duty", "mediator.duty"}
    assert (set(alert.to), alert.to[0], alert.about) == (everybody, "bravo.air", (inside,))


def test_one_above_the_zone_is_outside_it() -> None:
    line = watched()
    observe(line, 36.05, NOON, "30000 ft AMSL")
    observe(line, 36.05, NOON, "100 ft AGL")
    assert [alert.about for alert in line.raised("UNNOTIFIED_ENTRY")] == [(line.mechanism.observations()[1].id,)]


@pytest.mark.parametrize(
    ("announced", "explains"),
    [
        ({}, True),
        ({"activity": Activity.ROTARY}, False),
        ({"start": NOON + MINUTE}, False),
        ({"end": NOON}, False),
        ({"ceiling": "900 ft AMSL", "floor": "SFC"}, False),
        ({"west": 36.2}, False),
    ],
)
def test_a_live_notice_of_the_kind_that_holds_it_there_and_then_explains_it(
    announced: dict[str, Any], explains: bool
) -> None:
    line = watched()
    given = dict(announced)
    activity, west = given.pop("activity", Activity.UAS), given.pop("west", 36.0)
    where = volume(box(west, 34.0, west + 0.1, 34.1), **{"start": NOON - HOUR, "end": NOON + HOUR, **given})
    line.notice("bravo.air", body(where, activity=activity), EARLY, "alpha")
    observe(line, 36.05, NOON, "2000 ft AMSL")
    assert (line.raised("UNNOTIFIED_ENTRY") == []) is explains


def test_what_was_kept_while_the_link_was_down_is_held_against_the_time_it_was_seen() -> None:
    line = watched()
    there = volume(start=NOON - HOUR, end=NOON)
    line.notice("bravo.air", body(there, activity=Activity.UAS), EARLY, "alpha")
    line.say("bravo.air", StatementType.ACTIVATE, LifeBody(line.mechanism.notices()[0].id), NOON - HOUR, "alpha")
    observe(line, 36.05, NOON - MINUTE, "2000 ft AMSL", said_at_ms=NOON - 30 * MINUTE)
    observe(line, 36.05, NOON - MINUTE, "2000 ft AMSL", said_at_ms=NOON - 2 * HOUR)
    assert [alert.about for alert in line.raised("UNNOTIFIED_ENTRY")] == [(line.mechanism.observations()[1].id,)]


def test_a_notice_that_comes_later_or_a_claim_clears_it() -> None:
    line = watched()
    observe(line, 36.05, NOON, "2000 ft AMSL")
    late = body(volume(start=NOON - MINUTE), activity=Activity.UAS)
    line.notice("bravo.air", late, NOON + MINUTE, "alpha")
    assert line.open("UNNOTIFIED_ENTRY") == []
    other = observe(line, 36.25, NOON + MINUTE)
    line.say("bravo.air", StatementType.CLAIM, ClaimBody(other), NOON + MINUTE)
    assert line.open("UNNOTIFIED_ENTRY") == []


def test_what_nobody_claims_in_five_minutes_is_unclaimed_until_somebody_does() -> None:
    line = watched()
    seen = observe(line, 40.0, NOON)
    line.say("bravo.air", StatementType.DISCLAIM, ClaimBody(seen), NOON + MINUTE)
    line.advance(NOON + 5 * MINUTE - 1)
    assert line.raised("UNCLAIMED_OBJECT") == []
    line.advance(NOON + HOUR)
    (alert,) = line.raised("UNCLAIMED_OBJECT")
    assert alert.raised_at_ms == NOON + 5 * MINUTE
    owed = {row.owing: row.state for row in line.mechanism.obligations()}
    assert owed == {"bravo": ObligationState.MET, "charlie": ObligationState.OPEN}
    line.say("charlie.duty", StatementType.CLAIM, ClaimBody(seen), NOON + HOUR)
    assert line.open("UNCLAIMED_OBJECT") == []
    line.say("charlie.duty", StatementType.DISCLAIM, ClaimBody(seen), NOON + 2 * HOUR)
    assert len(line.raised("UNCLAIMED_OBJECT")) == 2
    with pytest.raises(Refused, match="disclaimed it already; allowed: claim"):
        line.say("charlie.duty", StatementType.DISCLAIM, ClaimBody(seen), NOON + 2 * HOUR)
    with pytest.raises(Refused, match="mediator is no party"):
        line.say("mediator.duty", StatementType.CLAIM, ClaimBody(seen), NOON + 2 * HOUR)


def test_a_line_test_is_answered_missed_or_answered_late_and_counted() -> None:
    line = Line()
    for minute, answered in ((0, 1), (20, None), (40, 8)):
        at = NOON + minute * MINUTE
        test = line.say("alpha.air", StatementType.LINE_TEST, LineTestBody(), at, "bravo.air")
        if answered is not None:
            line.say("bravo.ground", StatementType.LINE_TEST_REPLY, LineTestBody(test), at + answered * MINUTE)
    line.advance(NOON + 2 * HOUR)
    raised = [alert.raised_at_ms - NOON for alert in line.raised("LINE_UNATTENDED")]
    assert raised == [25 * MINUTE, 45 * MINUTE]
    assert len(line.open("LINE_UNATTENDED")) == 1
    (figures,) = line.mechanism.line_figures()
    assert (figures.sent, figures.answered, figures.missed, figures.late) == (3, 1, 2, 1)
    assert figures.slowest_ms == 8 * MINUTE
    with pytest.raises(Refused, match="answered it at"):
        line.say("bravo.air", StatementType.LINE_TEST_REPLY, LineTestBody(test), NOON + 2 * HOUR)


def test_a_reply_that_names_no_test_answers_the_oldest() -> None:
    line = Line()
    first = line.say("alpha.air", StatementType.LINE_TEST, LineTestBody(), NOON, "bravo")
    line.say("charlie.duty", StatementType.LINE_TEST, LineTestBody(), NOON, "bravo")
    line.say("bravo.air", StatementType.LINE_TEST_REPLY, LineTestBody(), NOON + MINUTE)
    replies = {test.id: bool(test.replies) for test in line.mechanism.line_tests()}
    assert replies[first]
    assert list(replies.values()) == [True, False]
    line.say("bravo.air", StatementType.LINE_TEST_REPLY, LineTestBody(), NOON + MINUTE)
    with pytest.raises(Refused, match="no line test waits"):
        line.say("bravo.air", StatementType.LINE_TEST_REPLY, LineTestBody(), NOON + MINUTE)


def test_a_schedule_owes_a_test_each_way_in_each_round() -> None:
    line = Line(agreement(rules=Rules(line_test_every_h=4)))
    line.message("alpha.air", NOON, "bravo")
    owed = [row for row in line.mechanism.obligations(open_only=True) if row.kind is ObligationKind.LINE_TEST]
    assert len(owed) == 6
    assert {row.due_at_ms for row in owed} == {NOON + 4 * HOUR}
    test = line.say("alpha.air", StatementType.LINE_TEST, LineTestBody(), NOON, "bravo")
    line.say("bravo.air", StatementType.LINE_TEST_REPLY, LineTestBody(test), NOON)
    line.advance(NOON + 9 * HOUR)
    rounds = [row.state for row in line.mechanism.obligations() if row.kind is ObligationKind.LINE_TEST]
    assert rounds.count(ObligationState.MET) == 1
    assert rounds.count(ObligationState.LAPSED) == 11
    assert rounds.count(ObligationState.OPEN) == 6


def test_three_missed_calls_within_half_an_hour_are_enough_and_an_answered_one_begins_anew() -> None:
    line = Line()

    def call(at: int, result: CallResult, desk: str = "bravo.air") -> None:
        line.say("alpha.air", StatementType.CALL, CallBody(desk, result), at, "bravo")

    for minute in (0, 20, 31):
        call(NOON + minute * MINUTE, CallResult.UNANSWERED)
    assert line.raised("CONTACT_UNREACHABLE") == []
    call(NOON + 50 * MINUTE, CallResult.UNANSWERED, "bravo.ground")
    (alert,) = line.raised("CONTACT_UNREACHABLE")
    assert set(alert.to) == {"alpha.air", "bravo.ground", "mediator.duty"}
    call(NOON + 51 * MINUTE, CallResult.REFUSED)
    assert line.open("CONTACT_UNREACHABLE")
    line.say("bravo.air", StatementType.CALL, CallBody("alpha", CallResult.ANSWERED), NOON + 52 * MINUTE, "alpha")
    assert line.open("CONTACT_UNREACHABLE") == []
    for minute in (53, 54):
        call(NOON + minute * MINUTE, CallResult.UNANSWERED)
    assert line.open("CONTACT_UNREACHABLE") == []


HERE, NEAR, FAR = {"lon": 36.0, "lat": 34.0}, {"lon": 36.001, "lat": 34.0}, {"lon": 36.0012, "lat": 34.0}
FACTS = [
    ("2026-04-09T12:00:00Z", "2026-04-09T15:01:00+03:00", False),
    ("2026-04-09T12:00:00Z", "2026-04-09T12:01:00.001Z", True),
    (HERE, NEAR, False),
    (HERE, FAR, True),
    ("two", "two", False),
    ("two", "three", True),
    (2, 2.0, False),
    (True, "true", True),
    (HERE, "here", True),
]


@pytest.mark.parametrize(("one", "other", "contradict"), FACTS)
def test_accounts_contradict_by_what_the_rules_say(one: Any, other: Any, contradict: bool) -> None:
    line = Line()
    line.say("alpha.air", StatementType.ACCOUNT, AccountBody("fall", {"fact": one, "mine": 1}), NOON)
    line.say("bravo.ground", StatementType.ACCOUNT, AccountBody("fall", {"fact": other}), NOON)
    line.say("charlie.duty", StatementType.ACCOUNT, AccountBody("another", {"fact": "unlike"}), NOON)
    assert bool(line.raised("CONTRADICTION")) is contradict
    if contradict:
        (alert,) = line.open("CONTRADICTION")
        assert alert.to == ("alpha.air", "bravo.ground")
        line.say("alpha.ground", StatementType.ACCOUNT, AccountBody("fall", {"fact": other}), NOON)
        assert line.open("CONTRADICTION") == []


def test_an_accident_is_acknowledged_within_a_minute_or_rings() -> None:
    line = Line()
    given = AccidentBody(Activity.UAS, position=Position(36.0, 34.0), heading_deg=270)
    accident = line.say(
        "alpha.air", StatementType.ACCIDENT, given, NOON, "bravo", "charlie", precedence=Precedence.FLASH
    )
    line.deliver_all(NOON)
    line.say("charlie.duty", StatementType.ACK, AckBody(accident, AckLevel.PERSON), NOON + MINUTE // 2)
    line.advance(NOON + HOUR)
    (alert,) = line.raised("NO_ACK")
    assert (alert.about, alert.raised_at_ms, alert.detail["owing"]) == ((accident,), NOON + MINUTE, "bravo")
    line.say("bravo.ground", StatementType.ACK, AckBody(accident, AckLevel.UNDERSTOOD), NOON + HOUR)
    assert line.open() == []


def test_suspended_it_lets_pass_what_protects_life_and_nothing_else() -> None:
    line = Line()
    held = line.notice("alpha.air", body(), EARLY, "bravo")
    line.say("bravo.air", StatementType.SUSPEND, SuspendBody("talks broken off"), EARLY)
    for activity in Activity:
        given = body(volume(box(38.0, 34.0, 38.1, 34.1)), activity=activity)
        if activity in PROTECTED:
            line.notice("alpha.air", given, EARLY, "bravo")
        else:
            with pytest.raises(Refused, match=r"is suspended since .* by bravo.air: talks broken off; what passes: "):
                line.notice("alpha.air", given, EARLY, "bravo")
    with pytest.raises(Refused, match="suspended"):
        line.say("alpha.air", StatementType.ACTIVATE, LifeBody(held), EARLY)
    line.say("alpha.air", StatementType.MESSAGE, MessageBody("still here"), EARLY)
    line.say("alpha.air", StatementType.CANCEL, LifeBody(held), EARLY, "bravo")
    line.notice("alpha.air", body(), EARLY, "bravo", mode=Mode.EXERCISE)


def test_who_suspended_resumes_or_the_mediator_does() -> None:
    line = Line()
    reason = SuspendBody("for now")
    with pytest.raises(Refused, match="not suspended"):
        line.say("alpha.air", StatementType.RESUME, reason, NOON)
    line.say("bravo.air", StatementType.SUSPEND, reason, NOON)
    line.say("charlie.duty", StatementType.SUSPEND, reason, NOON)
    with pytest.raises(Refused, match="has suspended it since"):
        line.say("bravo.ground", StatementType.SUSPEND, reason, NOON)
    with pytest.raises(Refused, match=r"it is bravo\.air that has suspended it"):
        line.say("alpha.air", StatementType.RESUME, reason, NOON)
    line.say("bravo.ground", StatementType.RESUME, reason, NOON)
    assert [row.ended_at_ms is None for row in line.mechanism.suspensions()] == [False, True]
    line.say("mediator.duty", StatementType.RESUME, reason, NOON)
    line.notice("alpha.air", body(volume(start=NOON + HOUR, end=NOON + 2 * HOUR)), NOON, "bravo")


def test_a_desk_that_is_left_empty_is_told_of_until_somebody_comes() -> None:
    line = Line()
    line.advance(NOON)
    assert line.raised("DESK_UNATTENDED") == []
    for kind, name, minute in (("on", "Ash", 0), ("on", "Oak", 1), ("off", "Ash", 2), ("off", "Oak", 3)):
        line.say("alpha.air", StatementType(f"sign_{kind}"), WatchBody(name), NOON + minute * MINUTE)
    with pytest.raises(Refused, match="nobody is on watch there"):
        line.say("alpha.air", StatementType.SIGN_OFF, WatchBody("Oak"), NOON + 3 * MINUTE)
    line.advance(NOON + HOUR)
    (alert,) = line.raised("DESK_UNATTENDED")
    assert alert.raised_at_ms == NOON + 8 * MINUTE
    assert set(alert.to) == {"alpha.air", "alpha.ground", "mediator.duty"}
    line.say("alpha.air", StatementType.SIGN_ON, WatchBody("Elm"), NOON + HOUR)
    assert line.open() == []


def test_who_came_back_in_time_begins_the_clock_anew() -> None:
    line = Line()
    for kind, minute in (("on", 0), ("off", 1), ("on", 2), ("off", 4)):
        line.say("alpha.air", StatementType(f"sign_{kind}"), WatchBody("Ash"), NOON + minute * MINUTE)
    line.advance(NOON + HOUR)
    assert [alert.raised_at_ms for alert in line.raised("DESK_UNATTENDED")] == [NOON + 9 * MINUTE]


def test_the_hand_over_sheet_has_what_is_open_at_the_desk_and_nothing_of_others() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air", "charlie")
    line.say("bravo.air", StatementType.SIGN_ON, WatchBody("Ash", "the left screen flickers"), EARLY)
    line.advance(EARLY + HOUR)
    sheet = handover(line.mechanism, "bravo.air")
    assert [row["code"] for row in sheet["alerts"]] == ["NO_ACK"]
    assert [row["about"] for row in sheet["owed"]] == [notice]
    assert sheet["waiting_for"] == sheet["notices"] == []
    assert sheet["watch"]["note"] == "the left screen flickers"
    sender = handover(line.mechanism, "alpha.air")
    assert {row["desk_or_party"] for row in sender["waiting_for"]} == {"bravo", "charlie"}
    assert sender["notices"][0]["missing"] == [
        {"side": "bravo", "lacks": ["person"]},
        {"side": "charlie", "lacks": ["person"]},
    ]


def test_a_phrase_that_is_not_in_the_book_is_refused() -> None:
    line = Line()
    line.say("alpha.air", StatementType.MESSAGE, MessageBody(phrase="ZL1"), NOON, "bravo")
    with pytest.raises(InvalidInput, match=r"body\.phrase"):
        line.say("alpha.air", StatementType.MESSAGE, MessageBody(phrase="ZL9"), NOON, "bravo")
