"""Random sequences of what desks say: the same alerts at the same times whatever the polling, and after any restart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import KeepclearError
from keepclear.mechanism.agreement import Agreement, ThirdForce, Zone
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.bodies import (
    AccidentBody,
    AccountBody,
    AckBody,
    AmendBody,
    AnswerBody,
    Body,
    CallBody,
    ClaimBody,
    LifeBody,
    LineTestBody,
    MessageBody,
    NoticeChange,
    ObserveBody,
    Position,
    ProposeBody,
    StopBody,
    StopReplyBody,
    StopStepBody,
    SuspendBody,
    WatchBody,
)
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import Change, Heard
from keepclear.mechanism.play import ClockEntry, DeliveryEntry, Entry, StatementEntry, play, step
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import AckLevel, Activity, CallResult, Disclosure, Mode, Precedence, StopAnswer
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.volume import Volume
from tests.oracles.said import HOUR, MINUTE, NOON, agreement, body, box, volume

BEGIN = NOON - 3 * HOUR
DESKS = ("alpha.air", "alpha.ground", "bravo.air", "charlie.duty", "mediator.duty")
FORCES = (ThirdForce("Hill force", box(36.05, 34.05, 36.3, 34.3)),)
BOXES = tuple(box(36.0 + east, 34.0, 36.1 + east, 34.1) for east in (0.0, 0.05, 0.12, 1.0))


def windows() -> st.SearchStrategy[tuple[int, int]]:
    starts = st.sampled_from([NOON - HOUR, NOON, NOON + 20 * MINUTE])
    return st.tuples(starts, st.sampled_from([MINUTE, HOUR])).map(lambda pair: (pair[0], pair[0] + pair[1]))


def volumes() -> st.SearchStrategy[Volume]:
    return st.builds(lambda where, window: volume(where, *window), st.sampled_from(BOXES), windows())


STEPS = ("units_informed", "ceased")
MOVES = st.one_of(
    st.tuples(st.just("notice"), volumes(), st.booleans()),
    st.tuples(st.just("amend"), st.integers(0, 5), volumes()),
    st.tuples(st.sampled_from(["cancel", "activate", "complete"]), st.integers(0, 5)),
    st.tuples(st.just("ack"), st.integers(0, 12), st.sampled_from(AckLevel), st.booleans()),
    st.tuples(st.just("message"), st.integers(-10, 10)),
    st.tuples(st.just("deliver"), st.integers(0, 30)),
    st.tuples(st.just("stop"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("stop_reply"), st.integers(0, 3), st.sampled_from(StopAnswer)),
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3)),
    st.tuples(st.just("call"), st.integers(0, 12), st.sampled_from(CallResult), st.sampled_from(DESKS)),
    st.tuples(st.just("propose"), st.integers(0, 5), st.sampled_from([-30, 15, 90])),
    st.tuples(st.sampled_from(["accept", "decline"]), st.integers(0, 3)),
    st.tuples(st.just("observe"), st.sampled_from([36.05, 36.15, 40.0])),
    st.tuples(st.sampled_from(["claim", "disclaim"]), st.integers(0, 3)),
    st.tuples(st.just("line_test")),
    st.tuples(st.just("line_test_reply"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("account"), st.sampled_from(["12:00", "12:05"])),
    st.tuples(st.just("accident"), st.integers(0, 1)),
    st.tuples(st.sampled_from(["suspend", "resume"])),
    st.tuples(st.sampled_from(["sign_on", "sign_off"]), st.sampled_from(["Ash", "Oak"])),
)
"""What may happen; numbers choose among what was said before."""

ANSWERS = st.one_of(
    st.tuples(st.just("ack"), st.integers(0, 12), st.sampled_from(AckLevel), st.booleans()),
    st.tuples(st.just("stop_reply"), st.integers(0, 3), st.sampled_from(StopAnswer)),
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3)),
    st.tuples(st.just("propose"), st.integers(0, 5), st.sampled_from([-30, 15, 90])),
    st.tuples(st.sampled_from(["accept", "accept", "decline"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["claim", "disclaim"]), st.integers(0, 3)),
    st.tuples(st.just("line_test_reply"), st.integers(0, 3), st.just(True)),
    st.tuples(st.just("amend"), st.integers(0, 5), volumes()),
)
"""What follows on something: the likelier half of a script."""


def rows(moves: st.SearchStrategy[Any], modes: list[Mode]) -> st.SearchStrategy[Any]:
    return st.tuples(
        st.integers(0, 20 * MINUTE),
        st.sampled_from(DESKS),
        st.sampled_from([(), (), ("bravo",), ("alpha.air", "bravo.air")]),
        st.sampled_from(Precedence),
        st.sampled_from(modes),
        st.sampled_from([0, 0, 0, 1]),
        moves,
    )


BEGINNINGS = (
    (0, "alpha.air", (), Precedence.PRIORITY, Mode.LIVE, 0, ("notice", volume(BOXES[0]), False)),
    (MINUTE, "bravo.air", (), Precedence.ROUTINE, Mode.LIVE, 0, ("notice", volume(BOXES[1]), True)),
    (MINUTE, "charlie.duty", ("bravo",), Precedence.FLASH, Mode.LIVE, 0, ("stop", 0, False)),
    (0, "mediator.duty", (), Precedence.ROUTINE, Mode.LIVE, 0, ("observe", 36.15)),
    (0, "alpha.air", ("bravo",), Precedence.ROUTINE, Mode.LIVE, 0, ("line_test",)),
    (0, "bravo.air", (), Precedence.PRIORITY, Mode.LIVE, 0, ("propose", 0, 90)),
)
"""Something to follow on: two notices that conflict, a STOP, an observation, a test, a proposal."""

SCRIPTS = st.tuples(
    st.sampled_from([BEGINNINGS, BEGINNINGS[:2], ()]),
    st.lists(rows(MOVES, [Mode.LIVE, Mode.LIVE, Mode.EXERCISE]) | rows(ANSWERS, [Mode.LIVE]), max_size=25),
).map(lambda parts: [*parts[0], *parts[1]])


def entries_of(script: Iterable[tuple[Any, ...]], agreed: Agreement) -> list[Entry]:
    """The script as inputs that are accepted: what is refused is left out, as a host would."""
    mechanism, at, serials = Mechanism(agreed), BEGIN, dict.fromkeys(DESKS, 0)
    said: list[str] = []
    entries: list[Entry] = []
    for wait, desk, to, precedence, mode, skipped, move in script:
        at += wait
        if move[0] == "deliver":
            entry: Entry = DeliveryEntry(at, desk, min(move[1], mechanism.index))
        else:
            given = body_of(move, said, mechanism)
            serial, said_at = serials[desk] + 1 + skipped, at + (move[1] * 1000 if move[0] == "message" else 0)
            kind = StatementType(move[0])
            name = f"{kind}-{len(entries)}"
            entry = StatementEntry(
                at, Statement(name, "test", kind, desk, serial, said_at, given, precedence, to, (), mode, {})
            )
        try:
            step(mechanism, entry)
        except KeepclearError:
            continue
        entries.append(entry)
        if isinstance(entry, StatementEntry):
            serials[desk] = entry.statement.serial
            said.append(entry.statement.id)
    return [*entries, ClockEntry(NOON + 5 * HOUR)]


def body_of(move: tuple[Any, ...], said: list[str], mechanism: Mechanism) -> Body:  # one a type
    def chosen(kind: str = "") -> str:
        names = [name for name in said if name.startswith(kind)]
        return names[move[1] % len(names)] if names else "nothing"

    match move[0]:
        case "notice":
            where = {"covers": ("Hill force",)} if move[2] else {"must_reach": ("wing",)}
            return body(move[1], activity=Activity.UAS, **where)
        case "amend":
            return AmendBody(chosen("notice"), {"envelope": (move[2],)})
        case "ack":
            return AckBody(chosen(), move[2], ("wing",) if move[3] and move[2] is AckLevel.DISSEMINATED else ())
        case "message":
            return MessageBody(text="x")
        case "stop":
            return StopBody("people of ours", chosen("notice") if move[2] else None)
        case "stop_reply":
            return StopReplyBody(chosen("stop-"), move[2])
        case "units_informed" | "ceased":
            return StopStepBody(chosen("stop-"))
        case "call":
            return CallBody(move[3], move[2], chosen("stop-") if move[1] % 2 else None)
        case "propose":
            conflicts = [alert for alert in mechanism.alerts(open_only=True) if alert.code == "CONFLICT_4D"]
            alert = conflicts[move[1] % len(conflicts)] if conflicts else None
            change = NoticeChange(alert.key[move[1] % 2] if alert else "nothing", shift_min=move[2])
            return ProposeBody(alert.id if alert else "nothing", change)
        case "accept" | "decline":
            return AnswerBody(chosen("propose-"))
        case "observe":
            return ObserveBody("a drone", Position(move[1], 34.05), Activity.UAS)
        case "claim" | "disclaim":
            return ClaimBody(chosen("observe-"))
        case "line_test" | "line_test_reply":
            return LineTestBody(chosen("line_test-") if len(move) > 1 and move[2] else None)
        case "account":
            return AccountBody("fall", {"at": f"2026-04-09T{move[1]}:00Z"})
        case "accident":
            return AccidentBody(Activity.UAS, position=Position(36.0, 34.0))
        case "suspend" | "resume":
            return SuspendBody("talks")
        case "sign_on" | "sign_off":
            return WatchBody(move[1])
        case _:
            return LifeBody(chosen("notice"))


def changes(mechanism: Mechanism, entries: Iterable[Entry], polls: Iterable[int] = ()) -> list[Change]:
    """Everything that changed, the clock being told at ``polls`` besides."""
    found: list[Change] = []
    waiting = sorted(polls)
    for entry in entries:
        while waiting and waiting[0] <= entry.at_ms:
            found.extend(mechanism.advance(waiting.pop(0)).changes)
        found.extend(step(mechanism, entry).changes)
    return found


def without_places(found: Iterable[Change]) -> list[object]:
    """Changes without the places in the record, which each telling of the clock moves on."""
    return [(c.kind, c.what, c.at_ms, c.thing.id if isinstance(c.thing, Heard) else c.thing) for c in found]


ZONES = (
    Zone(
        "z1",
        "The quiet zone",
        box(36.1, 34.0, 36.3, 34.1),
        parse_altitude("SFC", "floor"),
        parse_altitude("UNL", "ceiling"),
        forbids=("uas",),
        parties=("alpha",),
    ),
)
AGREEMENTS = st.sampled_from(
    [
        agreement(third_forces=FORCES, zones=ZONES),
        agreement(Disclosure.BROKER, third_forces=FORCES, zones=ZONES),
        agreement(rules=Rules(line_test_every_h=1, unattended_min=2, ack_routine_min=20)),
    ]
)


@settings(max_examples=60, deadline=None)
@given(SCRIPTS, AGREEMENTS, st.lists(st.integers(BEGIN, NOON + 5 * HOUR), max_size=20))
def test_the_polling_makes_no_difference(script: list[Any], agreed: Agreement, polls: list[int]) -> None:
    entries = [entry for entry in entries_of(script, agreed) if not isinstance(entry, DeliveryEntry)]
    quiet = changes(Mechanism(agreed), entries)
    assert without_places(changes(Mechanism(agreed), entries, polls)) == without_places(quiet)


@settings(max_examples=60, deadline=None)
@given(SCRIPTS, AGREEMENTS, st.integers(0, 26))
def test_a_restart_anywhere_makes_no_difference(script: list[Any], agreed: Agreement, cut: int) -> None:
    entries = entries_of(script, agreed)
    straight = Mechanism(agreed)
    before = changes(straight, entries[:cut])
    restored = Mechanism.restore(agreed, straight.snapshot())
    assert restored.snapshot() == straight.snapshot()
    after = changes(restored, entries[cut:])
    whole = Mechanism(agreed)
    assert changes(whole, entries) == before + after
    assert restored.snapshot() == whole.snapshot() == play(agreed, entries).snapshot()


@settings(max_examples=40, deadline=None)
@given(SCRIPTS)
def test_what_is_open_stands_to_reason(script: list[Any]) -> None:
    agreed = agreement(third_forces=FORCES)
    mechanism = Mechanism(agreed)
    for entry in entries_of(script, agreed):
        step(mechanism, entry)
        open_alerts = mechanism.alerts(open_only=True)
        assert len({(alert.code, alert.key) for alert in open_alerts}) == len(open_alerts)
        for alert in open_alerts:
            assert ("mediator.duty" in alert.to) or alert.severity != "warning"
            if alert.code == "CONFLICT_4D":
                pair = [notice for name in alert.about if (notice := mechanism.notice(name)) is not None]
                assert all(notice.is_live for notice in pair)
                assert len({notice.party for notice in pair}) == 2
                assert len({notice.mode for notice in pair}) == 1
        for row in mechanism.obligations(open_only=True):
            held = mechanism.notice(row.subject)
            assert held is None or held.statement == row.about
            if row.kind in ("ack", "read_back", "dissemination") and row.subject.startswith("notice"):
                assert held is not None


def test_time_never_runs_backwards() -> None:
    mechanism = Mechanism(agreement())
    mechanism.advance(NOON)
    said = Statement(
        "m", "test", StatementType.MESSAGE, "alpha.air", 1, NOON, MessageBody("x"), to=("bravo",), source={}
    )
    outcome = mechanism.hear(said, NOON - HOUR)
    assert (outcome.at_ms, mechanism.now, mechanism.heard_at("m")) == (NOON, NOON, (1, NOON))
    assert mechanism.advance(NOON - HOUR).at_ms == NOON


def test_deadlines_missed_while_nobody_looked_bear_their_own_time() -> None:
    mechanism = Mechanism(agreement())
    said = Statement("n", "test", StatementType.NOTICE, "alpha.air", 1, BEGIN, body(), to=("bravo",), source={})
    mechanism.hear(said, BEGIN)
    outcome = mechanism.advance(NOON + 24 * HOUR)
    raised = [
        (str(c.thing.code), c.at_ms) for c in outcome.changes if isinstance(c.thing, Alert) and c.what == "raised"
    ]
    assert raised == [("NO_DELIVERY", BEGIN + 30_000), ("NO_ACK", BEGIN + HOUR)]
    assert outcome.is_entry
    assert mechanism.next_due() is None
