"""Acknowledgements owed, deliveries awaited, grades of recipients."""

from __future__ import annotations

import pytest

from keepclear.errors import Refused
from keepclear.mechanism.obligation import ObligationState
from keepclear.mechanism.outcome import What
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.states import Grade
from keepclear.mechanism.words import AckLevel, Disclosure, Precedence, Severity
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

EARLY = NOON - 10 * HOUR

CLOCKS = [
    (Precedence.FLASH, 1, Severity.WARNING),
    (Precedence.IMMEDIATE, 5, Severity.WARNING),
    (Precedence.PRIORITY, 15, Severity.CAUTION),
    (Precedence.ROUTINE, 60, Severity.CAUTION),
]


@pytest.mark.parametrize(("precedence", "minutes", "severity"), CLOCKS)
def test_no_ack_comes_at_its_own_time_by_precedence(precedence: Precedence, minutes: int, severity: Severity) -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo.air", precedence=precedence)
    line.deliver_all(EARLY)
    line.advance(EARLY + minutes * MINUTE - 1)
    assert line.raised("NO_ACK") == []
    line.advance(EARLY + 9 * HOUR)
    (alert,) = line.raised("NO_ACK")
    assert (alert.raised_at_ms, alert.severity) == (EARLY + minutes * MINUTE, severity)
    mediator = ("mediator.duty",) if severity is Severity.WARNING else ()
    assert alert.to == ("alpha.air", "bravo.air", *mediator)


@pytest.mark.parametrize("desk", ["bravo.air", "bravo.ground"])
@pytest.mark.parametrize("to", [("bravo",), ("bravo.air",), ()])
def test_any_desk_acknowledges_for_its_party(desk: str, to: tuple[str, ...]) -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, *to)
    line.deliver_all(EARLY)
    line.ack(desk, notice, EARLY + MINUTE)
    states = {row.owing: row.state for row in line.mechanism.obligations()}
    assert states["bravo"] is ObligationState.MET
    line.advance(EARLY + HOUR)
    assert [alert.detail["owing"] for alert in line.raised("NO_ACK")] == ([] if to else ["charlie"])


def test_an_acknowledgement_at_the_deadline_is_late_and_clears_the_alert() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.ack("bravo.air", notice, EARLY + HOUR)
    assert [what for what, alert in line.told() if alert.code == "NO_ACK"] == [What.RAISED, What.CLEARED]


def test_an_amendment_is_acknowledged_anew_and_does_not_ring_twice() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.deliver_all(EARLY)
    line.advance(EARLY + HOUR)
    amend = line.amend("alpha.air", notice, EARLY + 2 * HOUR, "bravo", remarks="new")
    line.deliver_all(EARLY + 2 * HOUR)
    assert [row.state for row in line.mechanism.obligations()] == [ObligationState.LAPSED, ObligationState.OPEN]
    line.advance(EARLY + 4 * HOUR)
    assert len(line.raised("NO_ACK")) == 1
    assert len(line.open("NO_ACK")) == 1
    line.ack("bravo.air", amend, EARLY + 4 * HOUR)
    assert line.open() == []


def test_an_amendment_after_the_start_does_not_ring_again_for_what_was_not_passed_on() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(must_reach=("wing",)), EARLY, "bravo")
    line.advance(NOON)
    rung = line.open("NOT_DISSEMINATED")[0].id
    line.amend("alpha.air", notice, NOON + MINUTE, "bravo", remarks="new")
    assert [alert.id for alert in line.open("NOT_DISSEMINATED")] == [rung]
    assert len(line.raised("NOT_DISSEMINATED")) == 1
    line.amend("alpha.air", notice, NOON + 2 * MINUTE, "bravo", must_reach=())
    assert line.open("NOT_DISSEMINATED") == [], "it need reach nobody any more"


def test_an_acknowledgement_of_an_old_version_does_not_meet_the_new_one() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.amend("alpha.air", notice, EARLY + MINUTE, "bravo", remarks="new")
    line.ack("bravo.air", notice, EARLY + 2 * MINUTE)
    line.deliver_all(EARLY + 2 * MINUTE)
    held = line.mechanism.notice(notice)
    assert held is not None
    assert [(row.grade, row.seen_version) for row in held.recipients if row.desk == "bravo.air"] == [
        (Grade.DELIVERED, 1)
    ]
    line.advance(EARLY + HOUR + MINUTE)
    assert len(line.raised("NO_ACK")) == 1


def test_a_cancellation_is_owed_an_acknowledgement_of_its_own() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.deliver_all(EARLY)
    line.ack("bravo.air", notice, EARLY)
    cancel = line.life("alpha.air", StatementType.CANCEL, notice, EARLY + MINUTE, "bravo")
    line.deliver_all(EARLY + MINUTE)
    line.advance(EARLY + 2 * HOUR)
    assert [alert.about for alert in line.open("NO_ACK")] == [(notice,)]
    line.ack("bravo.ground", cancel, EARLY + 2 * HOUR)
    assert line.open() == []


def test_nothing_is_owed_once_the_notice_is_over() -> None:
    line = Line()
    line.notice("alpha.air", body(), NOON, "bravo", precedence=Precedence.FLASH)
    line.advance(NOON + HOUR)
    assert [row.state for row in line.mechanism.obligations()] == [ObligationState.LAPSED]
    assert line.open() == []


def test_activate_complete_and_messages_owe_nothing() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.ack("bravo.air", notice, EARLY)
    line.life("alpha.air", StatementType.ACTIVATE, notice, EARLY, "bravo")
    line.life("alpha.air", StatementType.COMPLETE, notice, EARLY, "bravo")
    line.message("alpha.air", EARLY, "bravo")
    assert len(line.mechanism.obligations()) == 1


def test_under_broker_the_mediator_alone_owes_and_may_acknowledge() -> None:
    line = Line(agreement(Disclosure.BROKER))
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    assert [row.owing for row in line.mechanism.obligations()] == ["mediator.duty"]
    with pytest.raises(Refused, match="nothing with the id"):
        line.ack("bravo.air", notice, EARLY)
    line.ack("mediator.duty", notice, EARLY)
    assert [row.state for row in line.mechanism.obligations()] == [ObligationState.MET]


@pytest.mark.parametrize(
    ("to", "reached", "missing"),
    [
        (("bravo.air",), "bravo.air", ()),
        (("bravo.air",), "bravo.ground", ("bravo.air",)),
        (("bravo",), "bravo.ground", ()),
        (("bravo",), "charlie.duty", ("bravo",)),
        (("bravo.air", "bravo.ground"), "bravo.ground", ("bravo.air",)),
        ((), "charlie.duty", ("bravo",)),
    ],
)
def test_no_delivery_is_of_the_desk_named_or_any_desk_of_the_party(
    to: tuple[str, ...], reached: str, missing: tuple[str, ...]
) -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, *to)
    line.deliver(reached, EARLY + 29_999)
    line.advance(EARLY + 29_999)
    assert line.raised("NO_DELIVERY") == []
    line.advance(EARLY + MINUTE)
    alerts = line.raised("NO_DELIVERY")
    assert tuple(alert.detail["addressee"] for alert in alerts) == missing
    for alert in alerts:
        assert (alert.raised_at_ms, alert.to, alert.about) == (
            EARLY + 30_000,
            ("alpha.air", "mediator.duty"),
            (notice,),
        )
    line.deliver_all(EARLY + 2 * MINUTE)
    assert line.open() == []


def test_a_delivery_tells_nothing_of_what_came_after_it() -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo.air")
    through = line.mechanism.index
    line.notice("alpha.air", body(volume(box(38, 34, 38.1, 34.1))), EARLY, "bravo.air")
    line.mechanism.deliver("bravo.air", through, EARLY)
    line.advance(EARLY + MINUTE)
    assert [alert.about for alert in line.raised("NO_DELIVERY")] == [("notice-2",)]


def test_a_delivery_that_changes_nothing_takes_no_place_in_the_record() -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo.air")
    first, again = line.deliver("bravo.air", EARLY), line.deliver("bravo.air", EARLY)
    assert (first.index, first.is_entry) == (2, True)
    assert (again.index, again.is_entry) == (2, False)


def test_an_acknowledgement_proves_delivery() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.ack("bravo.air", notice, EARLY)
    line.advance(EARLY + MINUTE)
    assert line.raised("NO_DELIVERY") == []


def test_grades_climb_desk_by_desk() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo")
    line.deliver("bravo.air", EARLY)
    line.ack("bravo.ground", notice, EARLY, AckLevel.UNDERSTOOD)
    line.ack("bravo.ground", notice, EARLY, AckLevel.DISSEMINATED)
    held = line.mechanism.notice(notice)
    assert held is not None
    assert [(row.desk, row.grade) for row in held.recipients] == [
        ("bravo.air", Grade.DELIVERED),
        ("bravo.ground", Grade.DISSEMINATED),
    ]
    with pytest.raises(Refused, match="is at disseminated, and person is no move"):
        line.ack("bravo.ground", notice, EARLY)
