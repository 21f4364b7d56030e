"""Which agreement may follow another, what becomes of those that leave and join, and of deadlines that run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.agreement import Agreement, Desk, Party, Place, ThirdForce
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import event, view
from keepclear.mechanism.outcome import Thing
from keepclear.mechanism.place import InRegion, Within
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Activity, Disclosure, Precedence
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import Separation, SeparationRule
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

THEN = NOON - 2 * HOUR
WIDE = (SeparationRule("*", "*", Separation(20_000.0, 304.8, 0)),)


def without(agreed: Agreement, *names: str) -> Agreement:
    """The agreement without some desks and parties; a party takes its desks along."""
    desks = tuple(one for one in agreed.desks if one.id not in names and one.party not in names)
    return replace(agreed, parties=tuple(one for one in agreed.parties if one.id not in names), desks=desks)


def with_desks(agreed: Agreement, *desks: Desk) -> Agreement:
    return replace(agreed, desks=(*agreed.desks, *desks))


def line_with(**more: Any) -> Line:
    line = Line()
    line.notice("alpha.air", body(**more), THEN, "bravo")
    return line


REFUSED: list[tuple[str, Callable[[], Line], Callable[[Agreement], Agreement], str]] = [
    ("name", Line, lambda a: replace(a, name="other"), "name: .*keep the name"),
    ("disclosure", Line, lambda a: replace(a, disclosure=Disclosure.BROKER), "disclosure: .*keep board"),
    ("nothing", Line, lambda a: a, "in force already"),
    ("announcing desk", line_with, lambda a: without(a, "alpha.air"), "desk: «alpha.air» is left out, and fixed_wing"),
    ("announcing party", line_with, lambda a: without(a, "alpha"), "desk: «alpha.air» is left out"),
    ("party in debt", line_with, lambda a: without(a, "bravo"), "party: nobody is left to speak for «bravo»"),
    (
        "all desks of a party in debt", line_with, lambda a: without(a, "bravo.air", "bravo.ground"),
        "party: nobody is left to speak for «bravo»",
    ),
    (
        "desk of another party", Line,
        lambda a: with_desks(without(a, "bravo.air"), Desk("bravo.air", "air", "charlie")),
        "desk: «bravo.air» has spoken for bravo",
    ),
    (
        "place in use", lambda: line_with(place=Within("Base", 5)), lambda a: replace(a, places=()),
        "place: «Base» is left out",
    ),
    (
        "region in use", lambda: line_with(place=InRegion("the coast")), lambda a: replace(a, regions=()),
        "place: «the coast» is left out",
    ),
    (
        "ground in use", lambda: _heard(volume(floor="100 ft AGL")), lambda a: replace(a, heights=HeightRules()),
        "terrain: under the new rules .* has no floor",
    ),
]  # fmt: skip


def _heard(one: Any) -> Line:
    line = Line()
    line.notice("alpha.air", body(one), THEN, "bravo")
    return line


@pytest.mark.parametrize(("make", "change", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_change_that_leaves_something_in_the_air_is_refused_whole(
    make: Callable[[], Line], change: Callable[[Agreement], Agreement], why: str
) -> None:
    line = make()
    before = line.mechanism.snapshot()
    with pytest.raises(Refused, match=why):
        line.mechanism.amend_agreement(change(agreement()), NOON - HOUR)
    assert line.mechanism.snapshot() == before
    assert line.mechanism.agreement == agreement()


@pytest.mark.parametrize(("make", "change", "why"), [row[1:] for row in REFUSED[3:7]], ids=[r[0] for r in REFUSED[3:7]])
def test_once_the_notice_is_over_all_may_leave(
    make: Callable[[], Line], change: Callable[[Agreement], Agreement], why: str
) -> None:
    line = make()
    outcome = line.mechanism.amend_agreement(change(agreement()), NOON + HOUR)
    assert outcome.is_entry
    assert [notice.state for notice in line.mechanism.notices()] == ["expired"], "what fell due came first"
    assert why
    things: list[Thing] = [
        *line.mechanism.notices(), *line.mechanism.alerts(), *line.mechanism.obligations(),
    ]  # fmt: skip
    assert [view(line.mechanism, "mediator.duty", thing) is None for thing in things] == [False] * len(things)


def test_a_desk_that_left_keeps_what_it_said_and_can_say_no_more() -> None:
    line = Line()
    said = line.message("bravo.air", THEN, "alpha", serial=5)
    assert [alert.code for alert in line.open()] == ["SERIAL_GAP"]
    line.mechanism.amend_agreement(without(agreement(), "bravo.air"), THEN + 1)
    assert line.open() == [], "nobody waits for what it did not send"
    line.mechanism = Mechanism.restore(without(agreement(), "bravo.air"), line.mechanism.snapshot())
    heard = line.mechanism.heard(said, {"id": said})
    assert heard is not None
    seen = {desk: view(line.mechanism, desk, heard) for desk in ("bravo.ground", "alpha.air", "charlie.duty")}
    assert [desk for desk, shown in seen.items() if shown is not None] == ["bravo.ground", "alpha.air"]
    with pytest.raises(InvalidInput, match=r"from: given «bravo\.air»"):
        line.message("bravo.air", THEN + 2, "alpha")
    back = with_desks(without(agreement(), "bravo.air"), Desk("bravo.air", "air", "alpha"))
    with pytest.raises(Refused, match="has spoken for bravo"):
        line.mechanism.amend_agreement(back, THEN + 3)
    line.mechanism.amend_agreement(agreement(), THEN + 4)
    line.serials["bravo.air"] = 5
    line.message("bravo.air", THEN + 5, "alpha")
    assert line.mechanism.agreement.former == ()
    assert [alert.code for alert in line.open()] == ["SERIAL_GAP"], "back, and what it said before is still missing"


def test_a_party_that_settled_leaves_and_nobody_waits_for_it() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), THEN, "bravo.air", "charlie")
    line.ack("bravo.ground", notice, THEN + 1000)
    line.ack("charlie.duty", notice, THEN + 1000)
    line.advance(THEN + MINUTE)
    assert [alert.key for alert in line.open("NO_DELIVERY")] == [(notice, "bravo.air")], "its colleague answered"
    line.mechanism.amend_agreement(without(agreement(), "bravo.air", "charlie"), THEN + 2 * MINUTE)
    held = line.mechanism.notice(notice)
    assert held is not None
    assert (held.addressees, held.shown_to) == ((), ("bravo",))
    assert line.open("NO_DELIVERY") == []
    line.amend("alpha.air", notice, THEN + 3 * MINUTE, "bravo", title="still there")
    line.life("alpha.air", StatementType.CANCEL, notice, THEN + 4 * MINUTE, "bravo")
    assert [row.owing for row in line.mechanism.obligations(open_only=True)] == ["bravo"]


def test_a_new_desk_can_be_the_one_that_its_party_reads_at() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), THEN, "charlie")
    now = with_desks(without(agreement(), "charlie.duty"), Desk("charlie.ops", "duty", "charlie"))
    line.mechanism.amend_agreement(now, THEN + 1000)
    line.deliver("charlie.ops", THEN + 2000)
    line.ack("charlie.ops", notice, THEN + 3000)
    line.advance(NOON - 1)
    assert line.open() == []


def test_a_party_that_joins_is_in_conflict_with_what_was_said_before() -> None:
    line = line_with()
    more = replace(agreement(), parties=(*agreement().parties, Party("delta", "Delta")))
    line.mechanism.amend_agreement(with_desks(more, Desk("delta.air", "air", "delta")), THEN + 1)
    line.notice("delta.air", body(), THEN + 2)
    assert [set(alert.to) >= {"delta.air", "alpha.air"} for alert in line.open("CONFLICT_4D")] == [True]


def test_deadlines_that_run_keep_the_time_they_were_given() -> None:
    line = Line()
    line.notice("alpha.air", body(), THEN, "bravo", precedence=Precedence.IMMEDIATE)
    rules = Rules(ack_immediate_min=50, delivery_s=600, late_notice_min=600)
    line.mechanism.amend_agreement(agreement(rules=rules), THEN + 1000)
    line.advance(THEN + 10 * MINUTE)
    assert [(alert.code, alert.raised_at_ms - THEN) for alert in line.open()] == [
        ("NO_DELIVERY", 30_000), ("NO_ACK", 5 * MINUTE),
    ]  # fmt: skip
    assert ["within 30 s" in line.open()[0].why, "within 5 min" in line.open()[1].why] == [True, True]
    line.notice("bravo.air", body(volume(box(40, 34, 40.1, 34.1))), THEN + 10 * MINUTE, "alpha")
    assert [alert.code for alert in line.open()][2:] == ["LATE_NOTICE"], "what is said now is late by the new rule"


def test_a_conflict_becomes_a_warning_when_the_new_rule_says() -> None:
    line = line_with()
    line.notice("bravo.air", body(activity=Activity.UAS), THEN, "alpha")
    line.mechanism.amend_agreement(agreement(rules=Rules(conflict_warning_min=30)), THEN + 1)
    line.advance(NOON - 31 * MINUTE)
    assert [alert.severity for alert in line.open("CONFLICT_4D")] == ["caution"]
    line.advance(NOON - 29 * MINUTE)
    assert [(alert.severity, alert.risen_at_ms) for alert in line.open("CONFLICT_4D")] == [
        ("warning", NOON - 30 * MINUTE)
    ]
    line.mechanism.amend_agreement(agreement(rules=Rules(conflict_warning_min=5)), NOON - 28 * MINUTE)
    assert [alert.severity for alert in line.open("CONFLICT_4D")] == ["warning"], "a warning given does not fall"


def test_a_place_that_moves_is_looked_at_again() -> None:
    line = line_with(place=Within("Base", 5))
    assert line.open() == []
    line.mechanism.amend_agreement(agreement(places=(Place("Base", 38.0, 34.05),)), THEN + 1)
    assert [alert.code for alert in line.open()] == ["AREA_TEXT_MISMATCH"]
    line.mechanism.amend_agreement(agreement(), THEN + 2)
    assert line.open() == []


@pytest.mark.parametrize("disclosure", list(Disclosure))
def test_every_desk_is_told_of_the_change_and_both_sides_of_the_new_conflict(disclosure: Disclosure) -> None:
    line = Line(agreement(disclosure))
    line.notice("alpha.air", body(), THEN)
    line.notice("bravo.air", body(volume(box(36.2, 34.0, 36.3, 34.1))), THEN)
    assert line.open("CONFLICT_4D") == []
    outcome = line.mechanism.amend_agreement(agreement(disclosure, separations=WIDE), THEN + 1)
    assert (outcome.index, outcome.is_entry) == (3, True)
    told = {"number": 2, "index": 3, "since": "2026-04-09T10:00:00.001Z", "changed": ["separations"]}
    for desk, conflicts in (("alpha.air", 1), ("bravo.ground", 1), ("charlie.duty", 0), ("mediator.duty", 1)):
        shown = event(line.mechanism, desk, outcome)
        assert shown is not None
        first = {"kind": "agreement", "what": "changed", "at": told["since"], "agreement": told}
        assert shown["changes"][0] == first
        codes = [change["alert"]["code"] for change in shown["changes"] if change["kind"] == "alert"]
        assert codes == ["CONFLICT_4D"] * conflicts
    assert [one.index for one in line.mechanism.agreements] == [0, 3]


def test_a_force_that_is_new_is_covered_and_uncovered_like_any_other() -> None:
    line = line_with()
    hill = (ThirdForce("Hill force", box(36.05, 34.05, 36.3, 34.3)),)
    line.mechanism.amend_agreement(agreement(third_forces=hill), THEN + 1)
    assert [alert.code for alert in line.open()] == ["THIRD_PARTY_GAP"]
    far = volume(box(40, 34, 40.1, 34.1))
    cover = line.notice("charlie.duty", body(far, covers=("Hill force",)), THEN + 2, "alpha")
    assert line.open() == [], "somebody covers it now"
    line.life("charlie.duty", StatementType.CANCEL, cover, THEN + 3, "alpha")
    assert [alert.code for alert in line.open()] == ["THIRD_PARTY_GAP"]
    line.mechanism.amend_agreement(agreement(), THEN + 4)
    assert line.open() == []
