"""Graded acknowledgement: understood or not, read back or not, passed on or not; ready only when all have it."""

from __future__ import annotations

from typing import Any

import pytest

from keepclear.formats.notation.read_back import read_back_from_json
from keepclear.mechanism.bodies import AckBody
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import AckLevel, Precedence, Severity
from keepclear.spacetime.footprint import Disc
from tests.oracles.said import HOUR, MINUTE, NOON, Line, body, volume

EARLY = NOON - 10 * HOUR
CIRCLE = volume(Disc(36.05, 34.05, 2000.0))
HEARD = {
    "footprint": {"type": "Point", "coordinates": "34.0500N 036.0500E"},
    "radius_m": 2000,
    "floor": "1000 feet AMSL",
    "ceiling": "5,000 ft AMSL",
    "start": "091200ZAPR26",
    "end": "091300Z",
}


def said(precedence: Precedence = Precedence.PRIORITY, **more: Any) -> tuple[Line, str]:
    line = Line()
    notice = line.notice("alpha.air", body(CIRCLE, **more), EARLY, "bravo.air", precedence=precedence)
    line.deliver_all(EARLY)
    return line, notice


def ack(line: Line, about: str, at: int, level: AckLevel = AckLevel.PERSON, heard: Any = None, **more: Any) -> str:
    desk = more.pop("desk", "bravo.air")
    back = None
    if heard is not None:
        given = {"envelope": [heard]}
        back = read_back_from_json(given, line.mechanism.agreement, "read_back", reference_ms=at)
    given_body = AckBody(about, level, more.pop("reached", ()), back)
    return line.say(desk, StatementType.ACK, given_body, at)


def lacks(line: Line, notice: str) -> dict[str, tuple[str, ...]]:
    held = line.mechanism.notice(notice)
    assert held is not None
    return dict(line.mechanism.missing_for(held))


def test_not_understood_is_told_to_the_sender_until_it_is_understood() -> None:
    line, notice = said()
    ack(line, notice, EARLY, AckLevel.NOT_UNDERSTOOD)
    (alert,) = line.open("NOT_UNDERSTOOD")
    assert (alert.to, alert.severity) == (("alpha.air", "mediator.duty"), Severity.WARNING)
    assert lacks(line, notice) == {"bravo": ("understood",)}
    ack(line, notice, EARLY, AckLevel.UNDERSTOOD, desk="bravo.ground")
    assert line.open("NOT_UNDERSTOOD") == []
    assert lacks(line, notice) == {}


@pytest.mark.parametrize(("precedence", "minutes"), [(Precedence.PRIORITY, 15), (Precedence.FLASH, 1)])
def test_a_read_back_that_was_asked_for_is_due_in_the_same_time_again(precedence: Precedence, minutes: int) -> None:
    line, notice = said(precedence, read_back=True)
    at = EARLY + MINUTE // 2
    ack(line, notice, at)
    line.advance(at + minutes * MINUTE - 1)
    assert line.raised("NO_READBACK") == []
    line.advance(at + 5 * HOUR)
    (alert,) = line.raised("NO_READBACK")
    assert (alert.raised_at_ms, set(alert.to)) == (at + minutes * MINUTE, {"alpha.air", "bravo.air"})
    ack(line, notice, at + 5 * HOUR, AckLevel.UNDERSTOOD, HEARD)
    assert line.open("NO_READBACK") == []
    assert lacks(line, notice) == {}


WRONG = [
    ({"footprint": {"type": "Point", "coordinates": "34.0520N 036.0500E"}}, "footprint"),
    ({"start": "091202ZAPR26"}, "start"),
    ({"ceiling": "FL050"}, "ceiling"),
    ({"floor": "1200 ft AMSL"}, "floor"),
    ({"radius_m": 2200}, "radius_m"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_what_was_heard_otherwise_is_shown_side_by_side_until_it_is_right(wrong: dict[str, Any], field: str) -> None:
    line, notice = said(read_back=True)
    ack(line, notice, EARLY, AckLevel.UNDERSTOOD, HEARD | wrong)
    (alert,) = line.open("READBACK_MISMATCH")
    assert set(alert.to) == {"alpha.air", "bravo.air", "mediator.duty"}
    (row,) = alert.detail["mismatches"]
    assert field in row["field"]
    assert row["said"] != row["heard"]
    assert lacks(line, notice) == {"bravo": ("read_back",)}
    ack(line, notice, EARLY, AckLevel.UNDERSTOOD, HEARD)
    assert line.open("READBACK_MISMATCH") == []
    line.advance(EARLY + 5 * HOUR)
    assert line.raised("NO_READBACK") == []


def test_levels_are_due_by_the_start_and_each_is_reported_by_name_and_time() -> None:
    line, notice = said(must_reach=("wing", "air defence"))
    ack(line, notice, EARLY)
    ack(line, notice, EARLY + MINUTE, AckLevel.DISSEMINATED, reached=("wing",))
    assert lacks(line, notice) == {"bravo": ("air defence",)}
    line.advance(NOON - 1)
    assert line.raised("NOT_DISSEMINATED") == []
    line.advance(NOON)
    (alert,) = line.raised("NOT_DISSEMINATED")
    assert (alert.raised_at_ms, alert.detail["missing"]) == (NOON, ["air defence"])
    ack(line, notice, NOON + MINUTE, AckLevel.DISSEMINATED, desk="bravo.ground", reached=("air defence",))
    assert line.open("NOT_DISSEMINATED") == []
    held = line.mechanism.notice(notice)
    assert held is not None
    reached = {unit.name: unit.at_ms for row in held.recipients for unit in row.reached}
    assert reached == {"wing": EARLY + MINUTE, "air defence": NOON + MINUTE}
    assert lacks(line, notice) == {}


def test_a_day_is_the_longest_that_levels_may_take() -> None:
    line = Line()
    far = volume(start=NOON + 50 * HOUR, end=NOON + 51 * HOUR)
    line.notice("alpha.air", body(far, must_reach=("wing",)), NOON, "bravo")
    line.advance(NOON + 24 * HOUR - 1)
    assert line.raised("NOT_DISSEMINATED") == []
    line.advance(NOON + 24 * HOUR)
    assert [alert.raised_at_ms for alert in line.raised("NOT_DISSEMINATED")] == [NOON + 24 * HOUR]


def test_a_new_version_is_to_be_read_back_and_passed_on_anew() -> None:
    line, notice = said(read_back=True, must_reach=("wing",))
    ack(line, notice, EARLY, AckLevel.NOT_UNDERSTOOD, HEARD | {"radius_m": 5000})
    ack(line, notice, EARLY, AckLevel.DISSEMINATED, reached=("wing",))
    line.amend("alpha.air", notice, EARLY + MINUTE, "bravo.air", remarks="plainer")
    assert line.open() == []
    assert lacks(line, notice) == {"bravo": ("person", "read_back", "wing")}
    owed = [row.kind for row in line.mechanism.obligations(open_only=True)]
    assert owed == [ObligationKind.ACK, ObligationKind.DISSEMINATION]


def test_when_the_notice_is_over_nothing_of_it_is_owed_or_open() -> None:
    line, notice = said(read_back=True, must_reach=("wing",))
    ack(line, notice, EARLY, AckLevel.NOT_UNDERSTOOD, HEARD | {"radius_m": 5000})
    line.advance(NOON + HOUR)
    assert line.open() == []
    assert all(row.state is not ObligationState.OPEN for row in line.mechanism.obligations())
