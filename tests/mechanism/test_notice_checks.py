"""Each check of a notice by itself, at and around its boundary."""

from __future__ import annotations

import pytest

from keepclear.mechanism.agreement import ThirdForce, Zone
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.outcome import What
from keepclear.mechanism.place import InRegion, Offset, PlaceText, Within
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.words import Activity, Mode, Severity
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Disc
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

LEADS = [
    (NOON - 60 * MINUTE, None, None),
    (NOON - 60 * MINUTE + 1, "LATE_NOTICE", Severity.CAUTION),
    (NOON - 30 * MINUTE, "LATE_NOTICE", Severity.CAUTION),
    (NOON - 30 * MINUTE + 1, "LATE_NOTICE", Severity.WARNING),
    (NOON, "LATE_NOTICE", Severity.WARNING),
    (NOON + 1, "AFTER_START", Severity.WARNING),
    (NOON + 2 * HOUR, "AFTER_START", Severity.WARNING),
]


@pytest.mark.parametrize(("heard", "code", "severity"), LEADS)
def test_lead_is_judged_to_the_millisecond(heard: int, code: str | None, severity: Severity | None) -> None:
    line = Line()
    line.notice("alpha.air", body(), heard, "bravo.air")
    late = [(alert.code, alert.severity) for alert in line.raised() if alert.code in ("LATE_NOTICE", "AFTER_START")]
    assert late == ([] if code is None else [(code, severity)])


@pytest.mark.parametrize(
    ("activity", "late", "after"),
    [
        (Activity.MEDEVAC, 0, 1),
        (Activity.SAR, 0, 1),
        (Activity.FIREFIGHT, 0, 1),
        (Activity.HUMANITARIAN, 1, 1),
        (Activity.UAS, 1, 1),
    ],
)
def test_life_saving_is_spared_from_late_notice_alone(activity: Activity, late: int, after: int) -> None:
    line = Line()
    line.notice("alpha.air", body(activity=activity), NOON - MINUTE, "bravo.air")
    line.notice("alpha.air", body(activity=activity), NOON + MINUTE, "bravo.air")
    assert (len(line.raised("LATE_NOTICE")), len(line.raised("AFTER_START"))) == (late, after)


def test_a_late_notice_says_its_figures_and_goes_to_sender_addressees_and_mediator() -> None:
    line = Line()
    line.notice("alpha.air", body(), NOON - 15 * MINUTE, "bravo", "charlie.duty")
    (alert,) = line.raised("LATE_NOTICE")
    assert alert.why == "Heard 15 min before the start; the agreement asks for 60."
    assert alert.to == ("alpha.air", "bravo.air", "bravo.ground", "charlie.duty", "mediator.duty")


def test_the_lead_is_a_rule_of_the_mechanism() -> None:
    line = Line(agreement(rules=Rules(late_notice_min=10, late_warning_min=5)))
    line.notice("alpha.air", body(), NOON - 10 * MINUTE, "bravo.air")
    assert line.raised("LATE_NOTICE") == []
    line.notice("alpha.air", body(), NOON - 9 * MINUTE, "bravo.air")
    assert [alert.severity for alert in line.raised("LATE_NOTICE")] == [Severity.CAUTION]


EARLY = NOON - 5 * HOUR

AMENDMENTS = [
    ("nothing new", {"remarks": "as before"}, NOON - MINUTE, None),
    ("shorter", {"envelope": (volume(end=NOON + HOUR // 2),)}, NOON - MINUTE, None),
    ("higher floor", {"envelope": (volume(floor="2000 ft AMSL"),)}, NOON - MINUTE, None),
    ("smaller", {"envelope": (volume(box(36.02, 34.02, 36.08, 34.08)),)}, NOON - MINUTE, None),
    ("longer, an hour ahead", {"envelope": (volume(end=NOON + 2 * HOUR),)}, NOON, None),
    ("longer, less than an hour ahead", {"envelope": (volume(end=NOON + 2 * HOUR),)}, NOON + 1, "LATE_NOTICE"),
    (
        "longer, when it was over but for a minute",
        {"envelope": (volume(end=NOON + 2 * HOUR),)},
        NOON + 59 * MINUTE,
        "LATE_NOTICE",
    ),
    ("lower floor", {"envelope": (volume(floor="500 ft AMSL"),)}, NOON - MINUTE, "LATE_NOTICE"),
    ("larger, while it runs", {"envelope": (volume(box(36.0, 34.0, 36.2, 34.1)),)}, NOON + MINUTE, "AFTER_START"),
    ("another activity", {"activity": Activity.UAS}, NOON - MINUTE, "LATE_NOTICE"),
    ("put off", {"envelope": (volume(start=NOON + 2 * HOUR, end=NOON + 3 * HOUR),)}, NOON - MINUTE, None),
]


@pytest.mark.parametrize(("what", "changes", "heard", "code"), AMENDMENTS, ids=[row[0] for row in AMENDMENTS])
def test_an_amendment_is_judged_by_what_it_adds(
    what: str, changes: dict[str, object], heard: int, code: str | None
) -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.amend("alpha.air", notice, heard, "bravo.air", **changes)
    late = [alert.code for alert in line.raised() if alert.code in ("LATE_NOTICE", "AFTER_START")]
    assert late == ([] if code is None else [code])


def test_an_amendment_that_does_not_cure_raises_nothing_anew_and_one_that_cures_clears() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), NOON - 20 * MINUTE, "bravo.air")
    line.amend("alpha.air", notice, NOON - 15 * MINUTE, "bravo.air", remarks="still late")
    line.amend("alpha.air", notice, NOON - 10 * MINUTE, "bravo.air", envelope=(volume(floor="500 ft AMSL"),))
    assert len(line.raised("LATE_NOTICE")) == 1
    assert len(line.open("LATE_NOTICE")) == 1
    later = (volume(start=NOON + 2 * HOUR, end=NOON + 3 * HOUR),)
    line.amend("alpha.air", notice, NOON - 5 * MINUTE, "bravo.air", envelope=later)
    assert line.open("LATE_NOTICE") == []
    (alert,) = (alert for alert in line.mechanism.alerts() if alert.code == "LATE_NOTICE")
    assert alert.cleared_at_ms == NOON - 5 * MINUTE
    assert alert.cleared_why


# Here a degree by a degree is about 10 200 km²: 0.69 by 0.69 is 4 860, 0.9 by 0.7 is 6 430.
VAGUE = [
    (NoticeBody(Activity.GROUND), True),
    (body(volume(box(36, 34, 36.69, 34.69))), False),
    (body(volume(box(36, 34, 36.9, 34.7))), True),
    (body(volume(box(36, 34, 36.45, 34.7)), volume(box(36.45, 34, 36.9, 34.7))), True),
    (
        body(
            volume(box(36, 34, 36.69, 34.69)), volume(box(36, 34, 36.69, 34.69), start=NOON + HOUR, end=NOON + 2 * HOUR)
        ),
        False,
    ),
]


@pytest.mark.parametrize(("given", "is_vague"), VAGUE)
def test_vague_area_is_of_the_union(given: NoticeBody, is_vague: bool) -> None:
    line = Line()
    line.notice("alpha.air", given, EARLY, "bravo.air")
    assert [alert.severity for alert in line.raised("VAGUE_AREA")] == ([Severity.CAUTION] if is_vague else [])


@pytest.mark.parametrize(("hours_ms", "is_vague"), [(12 * HOUR, False), (12 * HOUR + 1, True)])
def test_vague_time_is_of_one_window(hours_ms: int, is_vague: bool) -> None:
    line = Line()
    line.notice("alpha.air", body(volume(end=NOON + hours_ms)), EARLY, "bravo.air")
    two = (volume(end=NOON + 7 * HOUR), volume(start=NOON + 7 * HOUR, end=NOON + 14 * HOUR))
    line.notice("alpha.air", body(*two), EARLY, "bravo.air")
    assert len(line.raised("VAGUE_TIME")) == is_vague


# Base is at 36.05 E 34.05 N; a degree of latitude there is 110.9 km.
PLACES: list[tuple[PlaceText, Disc, bool]] = [
    (Within("Base", 2), Disc(36.05, 34.05 + 4.4 / 110.9, 1000), False),  # nearest 3.4 ≤ 2 · 1.25 + 1
    (Within("Base", 2), Disc(36.05, 34.05 + 4.6 / 110.9, 1000), True),  # nearest 3.6
    (Within("Base", 0), Disc(36.05, 34.05, 1000), False),
    (Offset("Base", "N", 3, 6), Disc(36.05, 34.05 + 7.4 / 110.9, 500), False),  # tolerance 25 % of 6
    (Offset("Base", "N", 3, 6), Disc(36.05, 34.05 + 7.6 / 110.9, 500), True),
    (Offset("Base", "N", 3, 6), Disc(36.05, 34.05 + 1.6 / 110.9, 500), False),
    (Offset("Base", "N", 3, 6), Disc(36.05, 34.05 + 1.4 / 110.9, 500), True),
    (Offset("Base", "NE", 3, 6), Disc(36.05 + 0.001, 34.05 + 4.5 / 110.9, 500), False),  # 44 ° off
    (Offset("Base", "NE", 3, 6), Disc(36.05 - 0.001, 34.05 + 4.5 / 110.9, 500), True),  # 46 ° off
    (Offset("Base", "NNW", 3, 6), Disc(36.05 + 0.001, 34.05 + 4.5 / 110.9, 500), False),  # across north
    (InRegion("the coast"), Disc(35.25, 34.5, 500), False),
    (InRegion("the coast"), Disc(35.505, 34.5, 1000), False),
    (InRegion("the coast"), Disc(35.6, 34.5, 1000), True),
]


@pytest.mark.parametrize(("place", "disc", "is_mismatch"), PLACES)
def test_words_and_figures_of_a_place(place: PlaceText, disc: Disc, is_mismatch: bool) -> None:
    line = Line()
    line.notice("alpha.air", body(volume(disc), place=place), EARLY, "bravo.air")
    assert [alert.severity for alert in line.raised("AREA_TEXT_MISMATCH")] == [Severity.WARNING] * is_mismatch


def test_words_alone_are_no_mismatch() -> None:
    line = Line()
    line.notice("alpha.air", NoticeBody(Activity.GROUND, place=InRegion("the coast")), EARLY, "bravo.air")
    assert line.raised("AREA_TEXT_MISMATCH") == []


def test_outside_the_area_is_suspect_and_a_swap_is_hinted_at() -> None:
    line = Line()
    line.notice("alpha.air", body(volume(box(34.0, 36.0, 34.1, 36.1))), EARLY, "bravo.air")
    assert line.raised("SUSPECT_COORD") == []
    line.notice("alpha.air", body(volume(box(33.0, 35.9, 33.1, 36.0))), EARLY, "bravo.air")
    line.notice("alpha.air", body(volume(box(10.0, 50.0, 10.1, 50.1))), EARLY, "bravo.air")
    swapped, elsewhere = line.raised("SUSPECT_COORD")
    assert "swapped" in swapped.why
    assert "swapped" not in elsewhere.why
    assert swapped.to == ("alpha.air", "mediator.duty")


def test_a_jump_is_suspect_until_the_centre_is_near_its_old_place_again() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.amend("alpha.air", notice, EARLY, "bravo.air", envelope=(volume(box(36.5, 34, 36.6, 34.1)),))
    assert line.raised("SUSPECT_COORD") == []  # 46 km
    line.amend("alpha.air", notice, EARLY, "bravo.air", envelope=(volume(box(37.1, 34, 37.2, 34.1)),))
    assert len(line.open("SUSPECT_COORD")) == 1  # 55 km more
    line.amend("alpha.air", notice, EARLY, "bravo.air", remarks="it is meant")
    assert len(line.open("SUSPECT_COORD")) == 1
    line.amend("alpha.air", notice, EARLY, "bravo.air", envelope=(volume(box(36.6, 34, 36.7, 34.1)),))
    assert line.open("SUSPECT_COORD") == []
    assert len(line.raised("SUSPECT_COORD")) == 1


def zone(**more: object) -> Zone:
    given: dict[str, object] = {
        "id": "z1",
        "name": "The quiet zone",
        "footprint": box(36.0, 34.0, 36.5, 34.5),
        "floor": parse_altitude("SFC", "floor"),
        "ceiling": parse_altitude("10000 ft AMSL", "ceiling"),
        "forbids": ("uas", "live_fire"),
        **more,
    }
    return Zone(**given)  # type: ignore[arg-type]  # a table of differences


ZONES = [
    (zone(), Activity.UAS, None, True),
    (zone(), Activity.FIXED_WING, None, False),
    (zone(forbids=("*",)), Activity.FIXED_WING, None, True),
    (zone(excepted=("medevac",)), Activity.UAS, "medevac", False),
    (zone(excepted=("medevac",)), Activity.UAS, "survey", True),
    (zone(parties=("bravo",)), Activity.UAS, None, False),
    (zone(parties=("alpha", "bravo")), Activity.UAS, None, True),
    (zone(footprint=box(36.1, 34.0, 36.5, 34.5)), Activity.UAS, None, False),
    (zone(ceiling=parse_altitude("1000 ft AMSL", "ceiling")), Activity.UAS, None, False),
    (zone(start_ms=NOON + HOUR), Activity.UAS, None, False),
    (zone(start_ms=NOON + HOUR - 1), Activity.UAS, None, True),
    (zone(end_ms=NOON), Activity.UAS, None, False),
]


@pytest.mark.parametrize(("standing", "activity", "purpose", "enters"), ZONES)
def test_a_zone_forbids(standing: Zone, activity: Activity, purpose: str | None, enters: bool) -> None:
    line = Line(agreement(zones=(standing,)))
    line.notice("alpha.air", body(activity=activity, purpose=purpose), EARLY, "bravo.air")
    assert [alert.severity for alert in line.raised("RULE_ZONE")] == [Severity.WARNING] * enters


def test_a_zone_tells_the_sender_and_the_other_parties_of_the_zone() -> None:
    line = Line(agreement(zones=(zone(parties=("alpha", "charlie")), zone(id="z2", name="All"))))
    line.notice("alpha.air", body(activity=Activity.UAS), EARLY, "bravo.air")
    bound, all_parties = line.raised("RULE_ZONE")
    assert bound.to == ("alpha.air", "charlie.duty", "mediator.duty")
    assert all_parties.to == ("alpha.air", "bravo.air", "bravo.ground", "charlie.duty", "mediator.duty")


FORCE = ThirdForce("Hill force", box(36.05, 34.05, 36.3, 34.3))


def test_a_gap_closes_while_any_live_notice_covers_the_force_and_opens_again() -> None:
    line = Line(agreement(third_forces=(FORCE,)))
    line.notice("alpha.air", body(), EARLY, "bravo.air")
    (gap,) = line.open("THIRD_PARTY_GAP")
    assert (gap.severity, gap.to) == (Severity.ADVISORY, ("alpha.air", "bravo.air"))
    far = (volume(box(40, 34, 40.1, 34.1), start=NOON - 2 * HOUR, end=NOON - HOUR),)
    line.notice("bravo.ground", body(*far, activity=Activity.GROUND, covers=("Hill force",)), EARLY, "alpha.air")
    assert line.open("THIRD_PARTY_GAP") == []
    line.advance(NOON - HOUR)
    assert len(line.open("THIRD_PARTY_GAP")) == 1
    assert len(line.raised("THIRD_PARTY_GAP")) == 2
    line.advance(NOON + HOUR)
    assert line.open("THIRD_PARTY_GAP") == []


def test_a_notice_that_covers_a_force_itself_or_meets_none_has_no_gap() -> None:
    line = Line(agreement(third_forces=(FORCE,)))
    line.notice("alpha.air", body(covers=("Hill force",)), EARLY, "bravo.air")
    line.notice("bravo.air", body(volume(box(40, 34, 40.1, 34.1))), EARLY, "alpha.air")
    assert line.raised("THIRD_PARTY_GAP") == []


def test_an_exercise_covers_nobody_live() -> None:
    line = Line(agreement(third_forces=(FORCE,)))
    line.notice("bravo.air", body(covers=("Hill force",)), EARLY, "alpha.air", mode=Mode.EXERCISE)
    line.notice("alpha.air", body(), EARLY, "bravo.air")
    assert [alert.mode for alert in line.raised("THIRD_PARTY_GAP")] == [Mode.LIVE]


def test_every_alert_clears_when_the_notice_is_over_and_says_why() -> None:
    line = Line(agreement(zones=(zone(),), third_forces=(FORCE,)))
    line.notice("alpha.air", body(volume(end=NOON + 13 * HOUR), activity=Activity.UAS), NOON - MINUTE, "bravo.air")
    assert {alert.code for alert in line.open()} >= {"LATE_NOTICE", "VAGUE_TIME", "RULE_ZONE", "THIRD_PARTY_GAP"}
    line.advance(NOON + 13 * HOUR)
    assert line.open() == []
    cleared = [alert for what, alert in line.told() if what is What.CLEARED]
    assert all(alert.cleared_why and alert.cleared_at_ms is not None for alert in cleared)
