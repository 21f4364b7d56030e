"""The facts in the order of time: what was said that changed anything, what was found, how long it took.

No word here says whose fault anything was: who said what, when it was heard, what the rules made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepclear.report.changes import owed_words
from keepclear.report.document import Column, Table, row
from keepclear.report.marks import Mark, Trail, of_kind, repeated
from keepclear.report.minutes import numbers
from keepclear.report.receipts import Version, first_person, start_ms, versions_of
from keepclear.report.sentences import ms_of, statement_words
from keepclear.report.subject import Subject
from keepclear.report.walk import Walk
from keepclear.report.writing import Clock, harmless, named, span

FACTS = (Column("Time", 13, "number"), Column("No.", 6, "number"), Column("What", 81))
INTERVALS = (Column("From, to", 60), Column("No.", 16, "number"), Column("How long", 24, "number"))
LEFT_OUT = ("message", "line_test", "line_test_reply", "sign_on", "sign_off")
"""Types of statements that the summary leaves to the table minute by minute."""


def facts_table(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Table:
    """What happened within the period, in order."""
    rows = sorted(_facts(subject, found, clock), key=lambda fact: fact[:3])
    inside = [fact for fact in rows if walk.from_ms <= fact[0] < walk.to_ms]
    shown = tuple(row(clock.time(at_ms), str(index), words) for at_ms, index, _, words in inside)
    return Table("The facts in the order of time", FACTS, shown)


Fact = tuple[int, int, int, str]


def _facts(subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Iterator[Fact]:
    again = repeated(found)
    yield from _again(again, subject, clock)
    for trail in found.values():
        first = trail.marks[0]
        if any(trail is other for others in again.values() for other in others[1:]):
            continue
        if trail.kind == "statement" and trail.last["type"] not in LEFT_OUT:
            words = f"{harmless(trail.last['from'])}: {statement_words(trail.last, subject, clock)}"
            yield first.told_ms, first.index, 0, words
        elif trail.kind == "alert" and (trail.last["severity"] != "advisory" or trail.last["code"] == "CONTRADICTION"):
            yield from _alert(trail, subject, clock)
        elif trail.kind == "obligation":
            yield from _missed(trail, subject)


def _again(again: Mapping[tuple[str, ...], list[Trail]], subject: Subject, clock: Clock) -> Iterator[Fact]:
    """The last rung of a ladder comes each minute: the first time is told as it is, the others in one line."""
    for others in again.values():
        if len(others) > 1:
            first, last = others[1].marks[0], others[-1].marks[0]
            about = ", ".join(subject.name(name) for name in others[0].last["about"])
            until = f", the last time at {clock.time(last.told_ms)}" if len(others) > 2 else ""
            where = numbers([trail.marks[0].index for trail in others[1:]])
            words = (
                f"Keepclear raised {others[0].last['code']} ({about}) again, {len(others) - 1} times{until} ({where})."
            )
            yield first.told_ms, first.index, 1, words


def _alert(trail: Trail, subject: Subject, clock: Clock) -> Iterator[Fact]:
    first, last = trail.marks[0], trail.last
    about = ", ".join(subject.name(name) for name in last["about"])
    due = f" (due at {clock.time(first.told.at_ms)})" if first.told_ms - first.told.at_ms >= 1000 else ""
    head = f"{first.told.shown['severity']} {last['code']}" + (f" ({about})" if about else "")
    yield first.told_ms, first.index, 1, f"Keepclear raised {head}{due}: {named(first.told.shown['why'])}"
    for mark in trail.marks[1:]:
        if mark.told.what == "risen":
            yield mark.told_ms, mark.index, 1, f"{last['code']} ({about}) rose to {mark.told.shown['severity']}."
    over = trail.at("cleared")
    if over is not None and last["code"] in ("CONFLICT_4D", "STOP_OPEN", "CONTRADICTION"):
        why = harmless(over.told.shown["cleared_why"])
        yield over.told_ms, over.index, 1, f"{last['code']} ({about}) cleared: {why}"


def _missed(trail: Trail, subject: Subject) -> Iterator[Fact]:
    """What was owed and met after it was due."""
    met = trail.at("met")
    late_ms = 0 if met is None else met.told.at_ms - ms_of(trail.last["due_at"])
    if met is not None and late_ms > 0:
        owed = owed_words(trail.last, subject)
        who = harmless(trail.last["desk_or_party"])
        yield met.told_ms, met.index, 2, f"What {who} owed, {owed}, was met {span(late_ms)} after it was due."


def intervals_table(walk: Walk, subject: Subject, found: Mapping[str, Trail]) -> Table:
    """How long things took: from the record's own times alone."""
    rows = [*_leads(walk, subject), *_seen(walk, subject), *_stops(walk, subject, found)]
    shown = tuple(row(f"{words[0].upper()}{words[1:]}", *more) for words, *more in rows)
    return Table("How long it took", INTERVALS, shown)


def _leads(walk: Walk, subject: Subject) -> Iterator[tuple[str, str, str]]:
    for version in versions_of(walk, subject):
        start = start_ms(version) if version.kind == "notice" else None
        if start is None:
            continue
        lead_ms = start - version.at_ms
        name = _called(version, subject)
        if lead_ms >= 0:
            yield (f"{name} heard, until its start", f"{version.index}", span(lead_ms))
        else:
            yield (f"start of {name}, until it was heard", f"{version.index}", span(-lead_ms))


def _seen(walk: Walk, subject: Subject) -> Iterator[tuple[str, str, str]]:
    """From a version's being heard to the first person of each addressed side."""
    for version in versions_of(walk, subject):
        if version.kind == "stop":
            continue
        for side, desks in _sides(version, walk).items():
            seen = first_person(version, desks)
            name = f"{_called(version, subject)} heard, until a person of {harmless(side)} had seen it"
            if seen is None:
                yield (name, f"{version.index}", "none by the end of the period")
            else:
                yield (name, f"{version.index}, {seen[0]}", span(seen[1] - version.at_ms))


def _sides(version: Version, walk: Walk) -> dict[str, list[str]]:
    sides: dict[str, list[str]] = {}
    for desk in version.desks:
        sides.setdefault(walk.agreement.party_of(desk) or desk, []).append(desk)
    return sides


def _called(version: Version, subject: Subject) -> str:
    name = subject.name(version.thing)
    return f"{name}, version {version.number}," if version.number > 1 else name


def _stops(walk: Walk, subject: Subject, found: Mapping[str, Trail]) -> Iterator[tuple[str, str, str]]:
    for trail in of_kind(found, "stop"):
        name = subject.name(trail.last["id"])
        first = trail.marks[0]
        for side in (held["side"] for held in trail.last["sides"]):
            for states, words in ((_ANSWERED, "first answer"), (("ceased",), "«ceased»")):
                mark = _reached(trail, side, states)
                term = f"{name} heard, until the {words} of {harmless(side)}"
                if mark is None:
                    yield (
                        term,
                        f"{first.index}",
                        f"none by the end of the period ({span(walk.to_ms - first.told_ms)})",
                    )
                else:
                    yield (term, f"{first.index}, {mark.index}", span(mark.told_ms - first.told_ms))


_ANSWERED = ("complying", "cannot_comply", "standby", "units_informed", "ceased")


def _reached(trail: Trail, side: str, states: tuple[str, ...]) -> Mark | None:
    for mark in trail.marks:
        if any(row["side"] == side and row["state"] in states for row in mark.told.shown["sides"]):
            return mark
    return None
