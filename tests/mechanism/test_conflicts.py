"""CONFLICT_4D: one alert a pair, that rises, follows amendments and clears."""

from __future__ import annotations

import pytest

from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import What
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Activity, Mode, Severity
from tests.oracles.said import HOUR, MINUTE, NOON, Line, body, box, volume

EARLY = NOON - 5 * HOUR
APART = box(38.0, 34.0, 38.1, 34.1)


def two_in_conflict(line: Line, at: int = EARLY) -> tuple[str, str]:
    a = line.notice("alpha.air", body(), at, "bravo.air")
    b = line.notice("bravo.air", body(activity=Activity.UAS), at, "alpha.air")
    return a, b


def test_a_conflict_is_about_both_and_for_every_desk_of_both_parties() -> None:
    line = Line()
    a, b = two_in_conflict(line)
    (alert,) = line.open("CONFLICT_4D")
    assert alert.about == tuple(sorted((a, b)))
    assert set(alert.to) == {"alpha.air", "alpha.ground", "bravo.air", "bravo.ground"}
    assert alert.severity is Severity.CAUTION
    assert alert.detail["start"] == "2026-04-09T12:00:00Z"


def test_the_same_alert_rises_an_hour_before_and_then_reaches_the_mediator() -> None:
    line = Line()
    two_in_conflict(line)
    (before,) = line.open("CONFLICT_4D")
    line.advance(NOON - HOUR - 1)
    assert line.open("CONFLICT_4D") == [before]
    line.advance(NOON + MINUTE)
    (after,) = line.open("CONFLICT_4D")
    assert after.id == before.id
    assert (after.severity, after.risen_at_ms) == (Severity.WARNING, NOON - HOUR)
    assert "mediator.duty" in after.to
    assert len(line.raised("CONFLICT_4D")) == 1


def test_a_conflict_within_the_hour_is_a_warning_at_once() -> None:
    line = Line()
    two_in_conflict(line, NOON - HOUR)
    assert [alert.severity for alert in line.raised("CONFLICT_4D")] == [Severity.WARNING]


@pytest.mark.parametrize("how", ["cancel", "complete", "expire", "amend"])
def test_it_clears_when_either_notice_is_over_or_out_of_the_way(how: str) -> None:
    line = Line()
    a, b = two_in_conflict(line)
    at = EARLY + MINUTE
    if how == "cancel":
        line.life("bravo.air", StatementType.CANCEL, b, at)
    elif how == "complete":
        line.life("alpha.air", StatementType.ACTIVATE, a, at)
        line.life("alpha.air", StatementType.COMPLETE, a, at)
    elif how == "amend":
        line.amend("alpha.ground", a, at, "bravo", envelope=(volume(APART),))
    else:
        at = NOON + HOUR
        line.advance(at)
    assert line.open("CONFLICT_4D") == []
    (cleared,) = (alert for what, alert in line.told() if what is What.CLEARED and alert.code == "CONFLICT_4D")
    assert (cleared.cleared_at_ms, bool(cleared.cleared_why)) == (at, True)


def test_an_amendment_that_does_not_cure_keeps_the_alert_with_the_new_figures() -> None:
    line = Line()
    a, _ = two_in_conflict(line)
    line.amend(
        "alpha.air", a, EARLY + MINUTE, "bravo", envelope=(volume(start=NOON + 30 * MINUTE, end=NOON + 2 * HOUR),)
    )
    assert len(line.raised("CONFLICT_4D")) == 1
    (alert,) = line.open("CONFLICT_4D")
    assert alert.detail["start"] == "2026-04-09T12:30:00Z"
    line.advance(NOON - HOUR)
    assert line.open("CONFLICT_4D")[0].severity is Severity.CAUTION
    line.advance(NOON - HOUR + 30 * MINUTE)
    assert line.open("CONFLICT_4D")[0].severity is Severity.WARNING


def test_an_amendment_that_moves_nothing_says_nothing_new_even_after_a_restart() -> None:
    line = Line()
    a, _ = two_in_conflict(line)
    line.deliver_all(EARLY)
    before = line.open("CONFLICT_4D")
    line.mechanism = Mechanism.restore(line.mechanism.agreement, line.mechanism.snapshot())
    line.outcomes.clear()
    line.amend("alpha.air", a, EARLY + MINUTE, "bravo", remarks="as before")
    assert line.open("CONFLICT_4D") == before
    assert line.told() == []


def test_a_conflict_that_went_and_came_back_is_a_new_alert() -> None:
    line = Line()
    a, _ = two_in_conflict(line)
    line.amend("alpha.air", a, EARLY + MINUTE, "bravo", envelope=(volume(APART),))
    line.amend("alpha.air", a, EARLY + 2 * MINUTE, "bravo", envelope=(volume(),))
    first, second = line.raised("CONFLICT_4D")
    assert first.id != second.id
    assert first.key == second.key


def test_it_is_past_when_the_volumes_that_meet_are_though_the_notices_go_on() -> None:
    line = Line()
    both = (volume(), volume(APART, start=NOON + HOUR, end=NOON + 5 * HOUR))
    line.notice("alpha.air", body(*both), EARLY, "bravo")
    b = line.notice("bravo.air", body(volume(end=NOON + 5 * HOUR), activity=Activity.UAS), EARLY, "alpha")
    line.advance(NOON + HOUR - 1)
    assert len(line.open("CONFLICT_4D")) == 1
    line.advance(NOON + HOUR)
    assert line.open("CONFLICT_4D") == []
    line.amend("bravo.air", b, NOON + 2 * HOUR, "alpha", remarks="nothing new")
    assert len(line.raised("CONFLICT_4D")) == 1


@pytest.mark.parametrize(
    ("desk", "mode", "activity", "count"),
    [
        ("bravo.air", Mode.LIVE, Activity.UAS, 1),
        ("bravo.air", Mode.EXERCISE, Activity.UAS, 0),
        ("alpha.ground", Mode.LIVE, Activity.UAS, 0),
    ],
)
def test_one_party_and_two_modes_do_not_conflict(desk: str, mode: Mode, activity: Activity, count: int) -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo")
    line.notice(desk, body(activity=activity), EARLY, "charlie", mode=mode)
    assert len(line.raised("CONFLICT_4D")) == count


def test_exercises_conflict_among_themselves_and_say_what_they_are() -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo", mode=Mode.EXERCISE)
    line.notice("bravo.air", body(), EARLY, "alpha", mode=Mode.EXERCISE)
    assert [alert.mode for alert in line.raised("CONFLICT_4D")] == [Mode.EXERCISE]


@pytest.mark.parametrize(("gap", "count"), [(300_000, 0), (299_999, 1)])
def test_time_separation_counts_and_touching_is_clear(gap: int, count: int) -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo")
    later = volume(start=NOON + HOUR + gap, end=NOON + 2 * HOUR)
    line.notice("bravo.air", body(later, activity=Activity.UAS), EARLY, "alpha")
    assert len(line.raised("CONFLICT_4D")) == count


def test_a_preview_shows_what_would_stand_and_changes_nothing() -> None:
    line = Line()
    a, _ = two_in_conflict(line)
    before = line.mechanism.snapshot()
    draft = line.mechanism.preview("charlie.duty", body(), EARLY)
    assert [alert.code for alert in draft] == ["CONFLICT_4D", "CONFLICT_4D"]
    clear = line.mechanism.preview("alpha.air", body(volume(APART)), EARLY, a)
    assert "CONFLICT_4D" not in [alert.code for alert in clear]
    late = line.mechanism.preview("alpha.air", body(volume(APART)), NOON - MINUTE)
    assert "LATE_NOTICE" in [alert.code for alert in late]
    assert line.mechanism.snapshot() == before
