"""A dossier says what the record says: each line at its place and time, each desk what disclosure gave it, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from keepclear.errors import InvalidInput, RecordDamaged
from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.entry_input import as_input
from keepclear.mechanism import play
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import event
from keepclear.report.changes import told_words
from keepclear.report.document import Document, Figure, Heading, Row, Table
from keepclear.report.dossier import Made, make_dossier
from keepclear.report.front import Question
from keepclear.report.html_page import html_of
from keepclear.report.minutes import Aside, Line, lines_of
from keepclear.report.source import Record
from keepclear.report.walk import Walk, walk
from keepclear.report.writing import Clock
from keepclear.spacetime.instants import format_instant, parse_instant
from tests.needs import require
from tests.report.incident import ARABIC, LONG, incident
from tests.report.recorded import SHARED, recorded

SECTIONS = [
    "The facts",
    "Who had what",
    "Conflicts",
    "STOPs",
    "Accounts",
    "Alerts",
    "What was owed",
    "Minute by minute",
    "How to check this dossier",
]
DAY = "2026-04-09"


class Case:
    """A record, the ids behind its handles, and its whole period."""

    def __init__(self, text: str | Path) -> None:
        scenario, played, kept = recorded(text)
        self.record = Record(scenario.agreement.name, kept)
        self.ids = played.handles
        self.from_ms, self.to_ms = scenario.start_ms, scenario.until_ms + 600_000

    def made(self, about: str, party: str | None = None, **more: Any) -> Made:
        question = {"from_ms": self.from_ms, "to_ms": self.to_ms, **more}
        return make_dossier(self.record, Question(self.ids.get(about, about), party=party, **question))

    def walk(self, party: str | None = None) -> Walk:
        return walk(self.record, self.from_ms, self.to_ms, party)


@pytest.fixture(scope="module")
def board() -> Case:
    return Case(incident())


@pytest.fixture(scope="module")
def broker() -> Case:
    return Case(incident("broker"))


def at(clock: str) -> int:
    return parse_instant(f"{DAY}T{clock}Z", "at")


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


def captioned(made: Made, start: str) -> Table:
    return next(table for table in tables(made.document) if table.caption.startswith(start))


def words(rows: tuple[Row, ...]) -> list[str]:
    return [" | ".join(" ".join(cell.lines) for cell in row.cells) for row in rows]


def all_lines(made: Made) -> list[Line | Aside]:
    return list(lines_of(made.walk, made.subject, Clock.of("UTC")))


@pytest.mark.parametrize("party", [None, "alpha", "bravo", "charlie"])
@pytest.mark.parametrize("disclosure", ["board", "broker"])
def test_every_line_is_at_its_place_and_time_in_the_record(disclosure: str, party: str | None) -> None:
    case = Case(incident(disclosure))
    made = case.made({"bravo": "survey", "charlie": "elsewhere"}.get(party or "", "transit"), party)
    lines = all_lines(made)
    assert any(isinstance(line, Line) for line in lines)
    for line in lines:
        assert entry_from_bytes(case.record.kept[line.index]).at == line.at_ms
        if isinstance(line, Line) and line.look == "said":
            statement = entry_from_bytes(case.record.kept[line.index]).statement
            assert statement is not None
            assert (statement["from"],) == line.desks
    assert [line.index for line in lines] == sorted(line.index for line in lines)


@pytest.mark.parametrize("about", ["transit", "survey", "elsewhere", "stop"])
def test_whatever_the_viewer_saw_in_the_period_has_a_line_or_is_counted(board: Case, about: str) -> None:
    made = board.made(about)
    assert {line.index for line in all_lines(made)} == {step.index for step in made.walk.in_period()}
    assert {line.index for line in all_lines(board.made(about, whole=True)) if isinstance(line, Line)} == {
        step.index for step in made.walk.in_period()
    }, "--whole keeps all of it"


def shown_by_playing(record: Record, index: int, desks: Iterable[str]) -> dict[str, list[Any]]:
    """What a host that comes up from the record before ``index`` tells each desk of that entry: slow, and simple."""
    first = entry_from_bytes(record.kept[0])
    assert first.agreement is not None
    mechanism = Mechanism(first.agreement, rules=first.rules)
    for kept in record.kept[1:index]:
        play.step(mechanism, as_input(entry_from_bytes(kept), mechanism.agreement))
    outcome = play.step(mechanism, as_input(entry_from_bytes(record.kept[index]), mechanism.agreement))
    told = {desk: event(mechanism, desk, outcome) for desk in desks}
    return {desk: [] if given is None else list(given["changes"]) for desk, given in told.items()}


@pytest.mark.parametrize("party", [None, "alpha", "bravo", "charlie"])
@pytest.mark.parametrize("disclosure", ["board", "broker"])
def test_what_each_desk_was_shown_is_what_disclosure_gives_it(disclosure: str, party: str | None) -> None:
    case = Case(incident(disclosure))
    played = case.walk(party)
    desks = sorted(played.agreement.desk_by_id) if party is None else played.agreement.desks_of[party]
    steps = {step.index: step for step in played.in_period()}
    for index in range(1, len(case.record.kept)):
        given = steps[index].by_desk if index in steps else {}
        assert set(given) <= set(desks)
        slow = shown_by_playing(case.record, index, desks)
        for desk in desks:
            told = [
                {"kind": each.kind, "what": each.what, "at": format_instant(each.at_ms), each.kind: each.shown}
                for each in given.get(desk, ())
            ]
            assert told == slow[desk], (index, desk)


def test_each_desk_is_on_one_line_of_what_it_was_shown_and_the_line_says_all_of_it(board: Case) -> None:
    made = board.made("transit")
    lines = [line for line in all_lines(made) if isinstance(line, Line) and line.look == "shown"]
    for step in made.walk.in_period():
        for desk, told in step.by_desk.items():
            kept = [each for each in told if each.kind != "statement" and made.subject.concerns(each)]
            said = {told_words(each, made.subject, Clock.of("UTC"), step.at_ms) for each in kept} - {None}
            own = [line for line in lines if line.index == step.index and desk in line.desks]
            assert {re.sub(r" \(\d+ times\)$", "", text) for line in own for text in line.words} == said
            assert len(own) == (1 if said else 0)


def test_the_sections_come_in_their_order_with_figures_of_the_conflict(board: Case) -> None:
    made = board.made("transit")
    sections = [block.text for block in made.document.blocks if isinstance(block, Heading) and block.level == 2]
    assert sections == SECTIONS
    figures = [block.caption for block in made.document.blocks if isinstance(block, Figure)]
    assert [caption.partition(",")[0] for caption in figures] == ["Map 1.1", "Profile 1.1", "Map 1.2", "Profile 1.2"]
    assert "as of no. 11" in figures[0], "as it was found"
    assert "as of no. 19" in figures[2], "as it was after the amendment"


def test_the_facts_tell_the_incident_in_order(board: Case) -> None:
    facts = words(captioned(board.made("transit"), "The facts").rows)
    told = "\n".join(facts)
    order = [
        "Announces notice B: fixed wing, «\u2068Transit\u2069»",
        "raised caution CONFLICT_4D (notice A, notice B)",
        "raised warning READBACK_MISMATCH (notice B)",
        "CONFLICT_4D (notice A, notice B) rose to warning",
        "Amends notice B",
        "STOP 1 about notice B",
        "Telephone call to alpha.air about STOP 1: unanswered",
        "raised warning STOP_OVERDUE (STOP 1)",
        "Answers STOP 1: complying",
        "Ceased, on STOP 1",
        "raised advisory CONTRADICTION",
    ]
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert not re.search(r"\b(fault|blame|guilty|failed|negligen\w*|violat\w*|should have)\b", told, re.IGNORECASE)


def test_who_had_what_is_by_version_and_desk(board: Case) -> None:
    made = board.made("transit")
    first = words(captioned(made, "Notice B «\u2068Transit\u2069», version 1").rows)
    assert first[0].startswith("bravo.air | 09:15:00.250 (no. 12) | –")
    assert "understood 09:17:00 (no. 14)" in first[0]
    assert "otherwise than said 09:17:00 (no. 14)" in first[0]
    stop = words(captioned(made, "STOP 1, heard").rows)
    assert any("alpha.ground | 10:59:00 (no. 37)" in line for line in stop), "its link was down until then"
    differ = words(captioned(made, "Read back otherwise").rows)
    assert any("2026-04-09T11:50:00Z" in line and "20 min" in line for line in differ)


def test_how_long_it_took_is_from_the_records_own_times(board: Case) -> None:
    took = words(captioned(board.made("transit"), "How long").rows)
    assert "STOP 1 heard, until the first answer of alpha | 25, 35 | 7 min 30 s" in took
    assert "STOP 1 heard, until the «ceased» of alpha | 25, 38 | 12 min 00 s" in took


def test_accounts_stand_side_by_side_and_what_differs_is_marked(board: Case) -> None:
    accounts = captioned(board.made("transit"), "Accounts of")
    rows = {row.cells[0].lines[0]: row for row in accounts.rows}
    assert [column.head for column in accounts.columns] == ["Fact", "Bravo", "Alpha", "Do they agree?"]
    assert rows["position"].look == "marked"
    assert rows["position"].cells[3].lines[0].startswith("CONTRADICTION, found 12:20:00 (no. 41)")
    assert rows["height"].look == "", "Alpha has given another account since"
    assert "before that: «\u2068FL080\u2069»" in rows["height"].cells[2].lines[1]
    assert rows["seen_at"].cells[3].lines == ("no contradiction was found",), "20 s are no minute"
    assert rows["crew"].cells[3].lines == ("one account alone",)


def test_a_ladder_counts_from_the_stop(board: Case) -> None:
    rungs = words(captioned(board.made("stop"), "STOP 1, raised").rows)
    assert any("+ 1 min 00 s | no answer for 60 s; rung «desk»" in line for line in rungs)
    assert any("+ 7 min 30 s | alpha: complying" in line for line in rungs)
    again = next(line for line in rungs if "again" in line)
    assert "2 times, the last after 420 s (no. 33–34)" in again


def test_a_stop_on_what_was_in_its_way_is_told_with_all_that_followed(board: Case) -> None:
    made = board.made("survey")
    assert made.subject.labels[board.ids["stop"]] == "STOP 1"
    assert any("raised warning STOP_OVERDUE (STOP 1)" in line for line in words(captioned(made, "The facts").rows))
    assert board.ids["elsewhere"] not in made.subject.things


def test_what_was_owed_tells_what_was_late(board: Case) -> None:
    owed = captioned(board.made("transit"), "What was owed")
    answer = next(row for row in owed.rows if row.cells[2].lines == ("alpha: an answer to STOP 1",))
    assert answer.cells[4].lines == ("met 10:57:30 (no. 35), 6 min 30 s after it was due",)
    assert answer.cells[4].look == "late"


def test_minutes_without_anything_are_told_as_one_and_other_matters_counted(board: Case) -> None:
    minutes = captioned(board.made("transit"), "What each desk")
    gaps = [row.cells[0].lines[0] for row in minutes.rows if row.look == "gap"]
    assert gaps[0] == "08:00 to 08:05: nothing for 5 min 00 s."
    assert any(gap.startswith("08:13 to 09:10: nothing") and "Other matters meanwhile: no. 7–9." in gap for gap in gaps)
    times = [
        int(clock[:2]) * 60 + int(clock[3:5])
        for row in minutes.rows
        if row.look != "gap"
        for clock in row.cells[0].lines
    ]
    covered = {minute for gap in gaps if " to " in gap for minute in _minutes(gap)} | set(times)
    assert covered >= set(range(8 * 60, 12 * 60 + 50)), "every minute of the period is accounted for"


def _minutes(gap: str) -> range:
    start, end = (
        int(part[:2]) * 60 + int(part[3:5]) for part in gap.split(":  ")[0].split(": nothing")[0].split(" to ")
    )
    return range(start, end)


def test_a_period_in_which_nothing_happened_says_so(board: Case) -> None:
    made = board.made("transit", from_ms=at("10:00:00"), to_ms=at("10:20:00"))
    assert (made.lines, words(captioned(made, "What each desk").rows)) == (
        0, ["10:00 to 10:20: nothing for 20 min 00 s."],
    )  # fmt: skip
    text = html_of(made.document)
    assert text.count("Nothing of this is in the record in this period.") == 2
    assert "Conflict 1" in text, "it was open all the while"


def test_what_was_told_before_the_period_is_in_who_had_what(board: Case) -> None:
    made = board.made("transit", from_ms=at("10:00:00"), to_ms=at("10:20:00"))
    assert any("09:45:00" in line for line in words(captioned(made, "Notice B «\u2068Transit\u2069», version 2").rows))


@pytest.mark.parametrize("about", ["Transit", "the transit", "transit", "survey~transit", "transit~survey", "…"])
def test_what_it_is_about_can_be_named_in_several_ways(board: Case, about: str) -> None:
    transit = board.ids["transit"]
    asked = {
        "Transit": transit[-8:],
        "survey~transit": f"{board.ids['survey']}~{transit}",
        "transit~survey": f"{transit[-8:]}~{board.ids['survey'][-8:]}",
        "…": next(alert["id"] for alert in _alerts(board) if alert["code"] == "CONFLICT_4D"),
    }.get(about, about)
    made = board.made(asked)
    assert made.subject.labels[transit] == "notice B"
    assert transit in made.subject.core


def _alerts(case: Case) -> list[dict[str, Any]]:
    return [told.shown for step in case.walk().steps for told in step.seen if told.kind == "alert"]


@pytest.mark.parametrize(
    ("about", "party", "more", "field"),
    [
        ("nosuch", None, {}, "--about"),
        ("", None, {}, "--about"),
        ("transit", "charlie", {}, "--about"),
        ("transit", "nobody", {}, "--for"),
        ("transit", None, {"to_ms": at("08:00:00")}, "--to"),
        ("transit", None, {"from_ms": at("13:00:00"), "to_ms": at("14:00:00")}, "--from"),
        ("transit", None, {"from_ms": at("06:00:00"), "to_ms": at("08:00:00")}, "--from"),
        ("transit", None, {"to_ms": at("09:00:00")}, "--about"),
        ("transit", None, {"zone": "Mars/Olympus"}, "--tz"),
    ],
)
def test_a_question_that_the_record_cannot_answer_is_refused(
    board: Case, about: str, party: str | None, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        board.made(about, party, **more)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)


def test_a_record_of_which_something_else_follows_makes_no_dossier(board: Case) -> None:
    wrong = [kept.replace(b'"worked_out":"', b'"worked_out":"A', 1) if n == 11 else kept for n, kept in
             enumerate(board.record.kept)]  # fmt: skip
    damaged = Record(board.record.name, wrong)
    with pytest.raises(RecordDamaged, match="entry 11"):
        make_dossier(damaged, Question(board.ids["transit"], board.from_ms, board.to_ms))


def test_times_are_in_the_zone_that_was_asked_for(board: Case) -> None:
    facts = words(captioned(board.made("transit", zone="Asia/Beirut"), "The facts").rows)
    assert any(line.startswith("12:15:00.250 | 11 |") for line in facts)
    assert "2026-04-09 11:00:00 UTC+03:00" in html_of(board.made("transit", zone="Asia/Beirut").document)


def test_words_of_others_are_isolated_and_cannot_steer_the_page() -> None:
    trick = "abc\u202edef\u0007 <b>&\"'</b> {$#]"
    text = incident().replace(ARABIC, trick.replace('"', '\\"').replace("\u0007", "\\u0007"))
    page = html_of(Case(text).made("transit").document)
    assert "\u202e" not in page
    assert "abc\\u202edef\\x07 &lt;b&gt;&amp;&quot;&#x27;&lt;/b&gt; {$#]" in page
    assert page.count("\u2068") == page.count("\u2069")
    assert f"«\u2068{LONG}\u2069»" in page


@pytest.mark.parametrize("name", ["s01-late-and-misplaced", "s02-wrong-box", "s08-whole-belt", "stop-ladder", "broker"])
def test_the_shared_scenarios_make_dossiers_of_each_of_their_notices(name: str) -> None:
    require((SHARED / f"{name}.toml").exists(), f"{SHARED}: the scenarios that are kept beside the code")
    case = Case(SHARED / f"{name}.toml")
    for about in case.ids:
        made = case.made(about)
        assert made.lines > 0
        for line in all_lines(made):
            assert entry_from_bytes(case.record.kept[line.index]).at == line.at_ms
