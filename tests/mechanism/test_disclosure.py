"""Who may see what: every thing that a mechanism ever tells of, at every desk, under both kinds of disclosure."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from keepclear.mechanism.agreement import Zone
from keepclear.mechanism.disclosure import event, view
from keepclear.mechanism.outcome import ChangeKind, Thing
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Activity, Disclosure
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.volume import Volume
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

EARLY = NOON - 5 * HOUR
DESKS = ("alpha.air", "alpha.ground", "bravo.air", "bravo.ground", "charlie.duty", "mediator.duty")
NOTICE_KEYS = (
    "id statement version from party to activity title place envelope covers not_covering purpose must_reach "
    "read_back remarks precedence mode state heard_at start end recipients ready missing seen_versions"
)
ALERT_KEYS = "id code severity about why may_do raised_at risen_at cleared_at cleared_why to acknowledged detail mode"


def things(line: Line, kind: ChangeKind) -> list[Thing]:
    return [change.thing for outcome in line.outcomes for change in outcome.changes if change.kind is kind]


def seers(line: Line, thing: Thing) -> set[str]:
    return {desk for desk in DESKS if view(line.mechanism, desk, thing) is not None}


@pytest.mark.parametrize(
    ("disclosure", "seen"),
    [
        (Disclosure.BOARD, {"alpha.air", "alpha.ground", "bravo.air", "bravo.ground", "mediator.duty"}),
        (Disclosure.BROKER, {"alpha.air", "alpha.ground", "mediator.duty"}),
    ],
)
def test_a_notice_and_what_becomes_of_it_is_seen_by_those_it_is_for(disclosure: Disclosure, seen: set[str]) -> None:
    line = Line(agreement(disclosure))
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.amend("alpha.air", notice, EARLY, "bravo.air", remarks="new")
    line.life("alpha.air", StatementType.ACTIVATE, notice, EARLY, "bravo.air")
    line.life("alpha.air", StatementType.CANCEL, notice, EARLY, "bravo.air")
    for kind in (ChangeKind.NOTICE, ChangeKind.STATEMENT):
        assert things(line, kind)
        for thing in things(line, kind):
            assert seers(line, thing) == seen


def test_who_saw_a_version_sees_what_became_of_it() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.amend("alpha.air", notice, EARLY, "charlie", remarks="new")
    held = line.mechanism.notice(notice)
    assert held is not None
    assert seers(line, held) == set(DESKS)


def test_left_out_to_means_every_other_party_on_a_board() -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY)
    assert seers(line, line.mechanism.notices()[0]) == set(DESKS)


def test_obligations_are_between_two() -> None:
    line = Line()
    line.notice("alpha.air", body(), EARLY, "bravo.air")
    (owed,) = line.mechanism.obligations()
    assert seers(line, owed) == {"alpha.air", "alpha.ground", "bravo.air", "bravo.ground", "mediator.duty"}


def test_alerts_are_for_the_desks_they_name_and_the_mediator_sees_all() -> None:
    line = Line()
    line.notice("alpha.air", body(), NOON - 45 * MINUTE, "bravo.air")
    (late,) = line.raised("LATE_NOTICE")
    assert seers(line, late) == {"alpha.air", "bravo.air", "mediator.duty"}


def test_views_have_the_agreed_keys() -> None:
    line = Line()
    line.notice("alpha.air", body(), NOON - 45 * MINUTE, "bravo.air")
    shown = view(line.mechanism, "bravo.air", line.mechanism.notices()[0])
    assert shown is not None
    assert " ".join(shown) == NOTICE_KEYS
    told = view(line.mechanism, "bravo.air", line.mechanism.alerts()[0])
    assert told is not None
    assert " ".join(told) == ALERT_KEYS
    whole = event(line.mechanism, "bravo.air", line.outcomes[0])
    assert whole is not None
    assert [change["kind"] for change in whole["changes"]] == ["statement", "notice", "obligation", "alert"]
    assert json.loads(json.dumps(whole)) == whole
    assert event(line.mechanism, "charlie.duty", line.outcomes[0]) is None


def test_seen_versions_tell_each_side_where_it_stands() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo", "charlie")
    line.ack("bravo.air", notice, EARLY)
    amend = line.amend("alpha.air", notice, EARLY, "bravo", "charlie", remarks="new")
    line.ack("charlie.duty", amend, EARLY)
    shown = {desk: view(line.mechanism, desk, line.mechanism.notices()[0]) for desk in DESKS}
    seen = {desk: row["seen_versions"] for desk, row in shown.items() if row is not None}
    assert (seen["bravo.ground"], seen["charlie.duty"], seen["alpha.air"], seen["mediator.duty"]) == (1, 2, 1, 1)


SECRET = Disc(36.2371, 34.0713, 9137.0)
OWN = box(35.9, 33.9, 36.2, 34.2)


def brokered(own: Any = OWN, activity: Activity = Activity.UAS) -> Line:
    """Alpha's secret notice, Bravo's own that it meets, an amendment and a cancellation of the secret one."""
    line = Line(agreement(Disclosure.BROKER, zones=(quiet_zone(),)))
    hidden = body(
        volume(SECRET, NOON - 7 * MINUTE, NOON + 77 * MINUTE, "1234 ft AMSL", "4321 ft AMSL"),
        title="Zirconium",
        remarks="Yttrium",
    )
    secret = line.notice("alpha.air", hidden, EARLY, "bravo", id="0secret")
    line.ack("mediator.duty", secret, EARLY)
    line.notice("bravo.air", body(volume(own, end=NOON + HOUR), activity=activity), EARLY, "mediator.duty", id="own")
    line.deliver_all(EARLY)
    moved = (
        volume(Disc(36.2371, 34.0714, 9137.0), NOON - 7 * MINUTE, NOON + 77 * MINUTE, "1234 ft AMSL", "4321 ft AMSL"),
    )
    line.amend("alpha.air", secret, NOON - 2 * HOUR, "bravo", envelope=moved)
    line.advance(NOON - 30 * MINUTE)
    line.life("alpha.air", StatementType.CANCEL, secret, NOON - 20 * MINUTE, "bravo")
    line.advance(NOON + 3 * HOUR)
    return line


def secret_volume(where: Disc) -> Volume:
    return volume(where, NOON - 7 * MINUTE, NOON + 77 * MINUTE, "1234 ft AMSL", "4321 ft AMSL")


def quiet_zone() -> Zone:
    sfc, high = parse_altitude("SFC", "floor"), parse_altitude("UNL", "ceiling")
    return Zone("z1", "The quiet zone", box(36.2, 34.0, 36.3, 34.1), sfc, high, forbids=("fixed_wing",))


WORDS = (
    "Zirconium",
    "Yttrium",
    "36.2371",
    "34.071",
    "9137",
    "1234",
    "4321",
    "T11:53",
    "T13:17",
    "0secret",
    "alpha",
    "Alpha",
)


@pytest.mark.parametrize("desk", ["bravo.air", "bravo.ground", "charlie.duty"])
def test_under_broker_nothing_of_anothers_notice_is_told(desk: str) -> None:
    line = brokered()
    told = [event(line.mechanism, desk, outcome) for outcome in line.outcomes]
    text = json.dumps(told)
    for word in WORDS:
        assert word not in text, word
    if desk == "charlie.duty":
        assert "CONFLICT_4D" not in text


def test_under_broker_a_party_is_told_its_own_side_of_a_conflict() -> None:
    line = brokered()
    raised = line.raised("CONFLICT_4D")
    assert len(raised) == 1
    told = view(line.mechanism, "bravo.ground", raised[0])
    assert told is not None
    assert told["about"] == ["own"]
    assert told["to"] == ["bravo.air", "bravo.ground"]
    assert told["detail"]["start"] == "2026-04-09T12:00:00Z"
    assert told["detail"]["lateral_gap_m"] is told["detail"]["widened"] is None
    part = shapely.geometry.shape(told["detail"]["overlap"])
    assert 0 < part.area < 0.3 * 0.3
    assert shapely.box(35.9, 33.9, 36.2, 34.2).buffer(1e-9).contains(part)
    assert part.buffer(1e-9).contains(shapely.box(36.14, 34.01, 36.2, 34.12))  # where the two do meet


def test_the_shifts_that_are_offered_do_clear() -> None:
    line = brokered()
    (alert,) = line.raised("CONFLICT_4D")
    side = next(row for row in alert.sides if row.party == "bravo")
    assert side.shifts_min
    for shift in side.shifts_min:
        other = Line(agreement(Disclosure.BROKER))
        other.notice("alpha.air", body(volume(SECRET, NOON - 7 * MINUTE, NOON + 77 * MINUTE)), EARLY)
        start = NOON + shift * MINUTE
        other.notice("bravo.air", body(volume(OWN, start, start + HOUR), activity=Activity.UAS), EARLY)
        assert other.raised("CONFLICT_4D") == []


def test_the_whole_is_told_to_the_mediator_under_broker_and_to_both_on_a_board() -> None:
    line = brokered()
    shown = view(line.mechanism, "mediator.duty", line.raised("CONFLICT_4D")[0])
    assert shown is not None
    assert shown["about"] == ["0secret", "own"]


def test_a_zone_of_others_is_told_without_whose_notice_it_is_under_broker() -> None:
    line = brokered()
    (zone,) = line.raised("RULE_ZONE")
    told = view(line.mechanism, "charlie.duty", zone)
    assert told is not None
    assert (told["about"], told["why"]) == ([], "A notice of another party enters The quiet zone.")


def test_under_broker_a_preview_does_not_tell_of_others() -> None:
    line = Line(agreement(Disclosure.BROKER))
    line.notice("alpha.air", body(), EARLY)
    assert [a.code for a in line.mechanism.preview("bravo.air", body(), EARLY)] == []
    line.notice("bravo.air", body(), EARLY)
    assert len(line.raised("CONFLICT_4D")) == 1


def test_under_broker_an_acknowledgement_is_between_the_mediator_and_the_party_alone() -> None:
    line = Line(agreement(Disclosure.BROKER))
    notice = line.notice("alpha.air", body(), EARLY)
    line.ack("mediator.duty", notice, EARLY)
    heard = things(line, ChangeKind.STATEMENT)[-1]
    assert seers(line, heard) == {"alpha.air", "alpha.ground", "mediator.duty"}


@pytest.mark.parametrize("own", [Disc(36.0, 34.1, 30_000.0), Disc(36.2, 34.07, 500.0), box(36.1, 34.0, 36.12, 34.02)])
def test_the_affected_part_lies_in_ones_own_footprint_whatever_its_form(own: Any) -> None:
    line = brokered(own)
    (alert,) = line.raised("CONFLICT_4D")
    side = next(row for row in alert.sides if row.party == "bravo")
    assert side.affected is not None
    part = shapely.geometry.shape(side.affected)
    assert part.is_valid
    assert part.area > 0
    if isinstance(own, Disc):
        reach = own.radius_m / 90_000  # a degree of longitude here is 92 km
        assert shapely.Point(own.lon, own.lat).buffer(reach).contains(part)
