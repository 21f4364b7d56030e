"""The facts in the order of time, on the first pages: what was said that changed anything, what was found, how long it took.

No word here says whose fault anything was: who said what, when it was heard, what the rules made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepclear.report.changes import OWED
from keepclear.report.document import Column, Row, Table, row
from keepclear.report.marks import Mark, Trail, of_kind
from keepclear.report.receipts import Version, first_person, start_ms, versions_of
from keepclear.report.sentences import ms_of, statement_words
from keepclear.report.subject import Subject
from keepclear.report.walk import Walk
from keepclear.report.writing import Clock, harmless, span

FACTS = (Column("Time", 13, "number"), Column("No.", 6, "number"), Column("What", 81))
INTERVALS = (Column("From, to", 60), Column("No.", 16, "number"), Column("How long", 24, "number"))
LEFT_OUT = ("message", "line_test", "line_test_reply", "sign_on", "sign_off")
"""Types of statements that the summary leaves to the table minute by minute."""


def facts_table(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Table:
    """What happened within the period, in order."""
    rows = sorted(_facts(walk, subject, found, clock), key=lambda fact: fact[:3])
    inside = [fact for fact in rows if walk.from_ms <= fact[0] < walk.to_ms]
    shown = tuple(row(clock.time(at_ms), str(index), words) for at_ms, index, _, words in inside)
    return Table("The facts in the order of time", FACTS, shown)


Fact = tuple[int, int, int, str]


def _facts(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Iterator[Fact]:
    for trail in found.values():
        first = trail.marks[0]
        if trail.kind == "statement" and trail.last["type"] not in LEFT_OUT:
            words = f"{harmless(trail.last['from'])}: {statement_words(trail.last, subject, clock)}"
            yield first.told_ms, first.index, 0, words
        elif trail.kind == "alert" and trail.last["severity"] != "advisory" or _is_contradiction(trail):
            yield from _alert(trail, subject, clock)
        elif trail.kind == "obligation":
            yield from _missed(walk, trail, subject)


def _is_contradiction(trail: Trail) -> bool:
    return trail.kind == "alert" and trail.last["code"] == "CONTRADICTION"


def _alert(trail: Trail, subject: Subject, clock: Clock) -> Iterator[Fact]:
    first, last = trail.marks[0], trail.last
    about = ", ".join(subject.name(name) for name in last["about"])
    due = f" (due at {clock.time(first.told.at_ms)})" if first.told_ms - first.told.at_ms >= 1000 else ""
    head = f"{first.told.shown['severity']} {last['code']}" + (f" ({about})" if about else "")
    yield first.told_ms, first.index, 1, f"Keepclear raised {head}{due}: {harmless(first.told.shown['why'])}"
    for mark in trail.marks[1:]:
        if mark.told.what == "risen":
            yield mark.told_ms, mark.index, 1, f"{last['code']} ({about}) rose to {mark.told.shown['severity']}."
    over = trail.at("cleared")
    if over is not None and last["code"] in ("CONFLICT_4D", "STOP_OPEN", "CONTRADICTION"):
        why = harmless(over.told.shown["cleared_why"])
        yield over.told_ms, over.index, 1, f"{last['code']} ({about}) cleared: {why}"


def _missed(walk: Walk, trail: Trail, subject: Subject) -> Iterator[Fact]:
    """What was owed and met after it was due."""
    met = trail.at("met")
    late_ms = 0 if met is None else met.told.at_ms - ms_of(trail.last["due_at"])
    if met is not None and late_ms > 0:
        owed = f"{OWED[trail.last['kind']]} {subject.name(trail.last['about'])}"
        who = harmless(trail.last["desk_or_party"])
        yield met.told_ms, met.index, 2, f"{who} met {owed}, {span(late_ms)} after it was due."


def intervals_table(walk: Walk, subject: Subject, found: Mapping[str, Trail]) -> Table:
    """How long things took: from the record's own times alone."""
    rows = [*_leads(walk, subject), *_seen(walk, subject), *_stops(walk, subject, found)]
    return Table("How long it took", INTERVALS, tuple(rows))


def _leads(walk: Walk, subject: Subject) -> Iterator[Row]:
    for version in versions_of(walk, subject):
        start = start_ms(version) if version.kind == "notice" else None
        if start is None:
            continue
        lead_ms = start - version.at_ms
        name = _called(version, subject)
        if lead_ms >= 0:
            yield row(f"{name} heard, until its start", f"{version.index}", span(lead_ms))
        else:
            yield row(f"start of {name}, until it was heard", f"{version.index}", span(-lead_ms))


def _seen(walk: Walk, subject: Subject) -> Iterator[Row]:
    """From a version's being heard to the first person of each addressed side."""
    for version in versions_of(walk, subject):
        for side, desks in _sides(version, walk).items():
            seen = first_person(version, desks)
            name = f"{_called(version, subject)} heard, until a person of {harmless(side)} had seen it"
            if seen is None:
                yield row(name, f"{version.index}", "none by the end of the period")
            else:
                yield row(name, f"{version.index}, {seen[0]}", span(seen[1] - version.at_ms))


def _sides(version: Version, walk: Walk) -> dict[str, list[str]]:
    sides: dict[str, list[str]] = {}
    for desk in version.desks:
        sides.setdefault(walk.agreement.party_of(desk) or desk, []).append(desk)
    return sides


def _called(version: Version, subject: Subject) -> str:
    name = subject.name(version.thing)
    return f"{name}, version {version.number}," if version.number > 1 else name


def _stops(walk: Walk, subject: Subject, found: Mapping[str, Trail]) -> Iterator[Row]:
    for trail in of_kind(dict(found), "stop"):
        name = subject.name(trail.last["id"])
        first = trail.marks[0]
        for side in (held["side"] for held in trail.last["sides"]):
            for states, words in ((_ANSWERED, "first answer"), (("ceased",), "«ceased»")):
                mark = _reached(trail, side, states)
                term = f"{name} heard, until the {words} of {harmless(side)}"
                if mark is None:
                    yield row(term, f"{first.index}", f"none by the end of the period ({span(walk.to_ms - first.told_ms)})")
                else:
                    yield row(term, f"{first.index}, {mark.index}", span(mark.told_ms - first.told_ms))


_ANSWERED = ("complying", "cannot_comply", "standby", "units_informed", "ceased")


def _reached(trail: Trail, side: str, states: tuple[str, ...]) -> Mark | None:
    for mark in trail.marks:
        if any(row["side"] == side and row["state"] in states for row in mark.told.shown["sides"]):
            return mark
    return None
