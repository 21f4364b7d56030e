"""Advice on a conflict that stands: what it keeps clear of, whom it is for, and what it gives away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keepclear.detection.advice.limits import COARSE, FINE
from keepclear.detection.advice.option import applied
from keepclear.mechanism.agreement import Agreement, Zone
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Activity, Disclosure
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.envelope import envelope_from_json
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.volume import Volume
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

EARLY = NOON - 3 * HOUR


def high(start: int = NOON) -> Volume:
    return volume(start=start, floor="FL100", ceiling="FL150")


def in_conflict(agreed: Agreement, other: Volume | None = None) -> tuple[Line, str, str, str]:
    """A line on which Alpha's and Bravo's notices conflict, and the ids of the two and of the alert."""
    line = Line(agreed)
    a = line.notice("alpha.air", body(high()), EARLY, "bravo")
    theirs = high(NOON + 30 * MINUTE) if other is None else other
    b = line.notice("bravo.air", body(theirs, activity=Activity.UAS), EARLY, "alpha")
    (alert,) = line.open("CONFLICT_4D")
    return line, a, b, alert.id


def told(line: Line, desk: str, alert: str, at: int = EARLY) -> dict[str, Any] | None:
    found = line.mechanism.ways_out(alert, desk, at)
    return None if found is None else view(line.mechanism, desk, found)


def options(line: Line, desk: str, alert: str, side: int = 0) -> dict[str, dict[str, Any]]:
    answer = told(line, desk, alert)
    assert answer is not None
    return {option["kind"]: option for option in answer["sides"][side]["options"]}


@pytest.mark.parametrize("disclosure", [Disclosure.BOARD, Disclosure.BROKER])
def test_a_party_is_told_its_own_side_and_the_mediator_both(disclosure: Disclosure) -> None:
    line, a, b, alert = in_conflict(agreement(disclosure))
    for desk, own in (("alpha.air", [a]), ("bravo.ground", [b]), ("mediator.duty", [a, b])):
        answer = told(line, desk, alert)
        assert answer is not None
        assert [side["notice"] for side in answer["sides"]] == own
        for side in answer["sides"]:
            assert {option["change"]["notice"] for option in side["options"]} == {side["notice"]}
    assert told(line, "charlie.duty", alert) is None
    assert told(line, "alpha.air", "no such alert") is None


def test_every_option_clears_the_conflict_when_it_is_said_as_an_amendment() -> None:
    zone = Zone(
        "z", "Above", box(35, 33, 37, 35), parse_altitude("FL150", ""), parse_altitude("UNL", ""), forbids=("*",)
    )
    for kind in ("later", "earlier", "down", "aside"):
        line, a, _, alert = in_conflict(agreement(zones=(zone,)))
        found = line.mechanism.ways_out(alert, "alpha.air", EARLY)
        assert found is not None
        kept = {option.kind: option for option in found.sides[0].options}
        assert "up" not in kept, "a standing zone forbids it"
        notice = line.mechanism.notice(a)
        assert notice is not None
        plan = plan_of(notice)
        assert plan is not None
        line.amend("alpha.air", a, EARLY, "bravo", envelope=applied(plan, kept[kind]).envelope)
        assert line.open("CONFLICT_4D") == []
        assert line.open("RULE_ZONE") == []


def test_nothing_is_proposed_that_leaves_the_area() -> None:
    narrow = box(35.99, 33.99, 36.11, 34.11)
    line, _, _, alert = in_conflict(agreement(area=narrow))
    assert "aside" in options(*_wide())
    assert "aside" not in options(line, "alpha.air", alert)


def _wide() -> tuple[Line, str, str]:
    line, _, _, alert = in_conflict(agreement())
    return line, "alpha.air", alert


def test_a_conflict_that_is_over_needs_no_advice_and_other_alerts_have_none() -> None:
    line, a, _, alert = in_conflict(agreement())
    line.life("alpha.air", StatementType.CANCEL, a, EARLY + MINUTE)
    answer = told(line, "alpha.air", alert)
    assert answer is not None
    assert answer["sides"][0]["options"] == []
    late = line.notice("alpha.air", body(volume(box(38, 34, 38.1, 34.1))), NOON - 20 * MINUTE, "bravo")
    (other,) = (each for each in line.open("LATE_NOTICE") if each.about == (late,))
    assert told(line, "alpha.air", other.id) is None


def test_advice_is_no_part_of_the_record() -> None:
    line, _, _, alert = in_conflict(agreement())
    before = line.mechanism.snapshot()
    told(line, "alpha.air", alert)
    told(line, "mediator.duty", alert)
    assert line.mechanism.snapshot() == before


def moved(minutes: int = 0, feet: int = 0, degrees: float = 0.0) -> Volume:
    """Bravo's volume, a little off."""
    where: Footprint = box(36.05 + degrees, 34.03 + degrees, 36.17 + degrees, 34.12 + degrees)
    start = NOON + (31 + minutes) * MINUTE
    return volume(
        where,
        start=start,
        end=start + 59 * MINUTE,
        floor=f"{9300 + feet} ft AMSL",
        ceiling=f"{14300 + feet} ft AMSL",
    )


OWN = volume(floor="10000 ft AMSL", ceiling="15000 ft AMSL")


def broker_answer(other: Volume) -> str:
    line = Line(agreement(Disclosure.BROKER))
    line.notice("alpha.air", body(OWN), EARLY)
    line.notice("bravo.air", body(other, activity=Activity.UAS), EARLY)
    (alert,) = line.open("CONFLICT_4D")
    return json.dumps(told(line, "alpha.air", alert.id))


def test_under_broker_advice_depends_on_the_other_only_through_coarse_steps() -> None:
    """Where the other's bounds move within one step, the answer stays the same to the letter."""
    first = broker_answer(moved())
    for change in ({"minutes": 3}, {"minutes": -1}, {"feet": 200}, {"feet": -150}, {"degrees": 0.002}):
        assert broker_answer(moved(**change)) == first, change
    assert broker_answer(moved(minutes=20)) != first


def test_under_broker_all_figures_are_steps_from_ones_own() -> None:
    answer = json.loads(broker_answer(moved()))
    assert answer["step_min"] == 15
    kinds = set()
    for option in answer["sides"][0]["options"]:
        kinds.add(option["kind"])
        assert option["shift_min"] is None or option["shift_min"] % COARSE.step_min == 0
        assert option["aside_m"] is None or option["aside_m"] % COARSE.step_m == 0
        for key, own_ft in (("floor", 10_000), ("ceiling", 15_000)):
            assert option[key] is None or (parse_altitude(option[key], key).value - own_ft) % COARSE.step_ft == 0
        envelope = option["change"].get("envelope")
        if envelope is not None:
            assert isinstance(envelope_from_json(envelope, "envelope", None), tuple)
    assert {"later", "earlier", "up", "down", "aside"} <= kinds


def test_under_broker_nothing_of_the_others_stands_in_the_answer() -> None:
    answer = broker_answer(moved())
    start = NOON + 31 * MINUTE
    for word in ("bravo", "Bravo", "notice-2", "uas", "9300", "14300", "36.17", "34.12", "36.05,", "34.03"):
        assert word not in answer
    for instant in (start, start + 59 * MINUTE):
        assert format_instant(instant) not in answer


def test_under_broker_a_party_never_sees_finer_steps_whatever_was_worked_out() -> None:
    line, _, _, alert = in_conflict(agreement(Disclosure.BROKER))
    for_mediator = line.mechanism.ways_out(alert, "mediator.duty", EARLY)
    assert for_mediator is not None
    assert for_mediator.limits == FINE
    assert view(line.mechanism, "alpha.air", for_mediator) is None
    assert view(line.mechanism, "mediator.duty", for_mediator) is not None
