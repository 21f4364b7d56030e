"""Alerts raised and cleared, what was owed and whether it was met, and how each STOP climbed its ladder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keepclear.report.changes import SIDES, owed_words
from keepclear.report.document import Cell, Column, Row, Table, cell
from keepclear.report.marks import Mark, Trail, of_kind, repeated, touches
from keepclear.report.minutes import desk_names, numbers
from keepclear.report.sentences import LEVELS, ms_of
from keepclear.report.subject import Subject
from keepclear.report.walk import Walk
from keepclear.report.writing import Clock, harmless, named, quoted, span

ALERTS = (
    Column("Raised", 12, "number"),
    Column("No.", 5, "number"),
    Column("Alert and why", 38),
    Column("To", 17),
    Column("What became of it", 28),
)
OBLIGATIONS = (
    Column("Owed since", 12, "number"),
    Column("No.", 5, "number"),
    Column("What, and by whom", 40),
    Column("Due", 12, "number"),
    Column("What became of it", 31),
)
LADDER = (
    Column("Time", 12, "number"),
    Column("No.", 5, "number"),
    Column("After the STOP", 16, "number"),
    Column("What", 45),
    Column("To, or by", 22),
)


def alerts_table(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Table:
    """Every alert that was open within the period, in the order raised."""
    again = {id(trail): others for others in repeated(found).values() for trail in others}
    rows = []
    for trail in of_kind(found, "alert"):
        others = again.get(id(trail), [trail])
        if touches(trail, walk) and trail is others[0]:
            rows.append(_alert(walk, subject, trail, clock, others))
    return Table("Alerts, in the order raised", ALERTS, tuple(rows))


def _alert(walk: Walk, subject: Subject, trail: Trail, clock: Clock, others: Sequence[Trail]) -> Row:
    first, last = trail.marks[0], trail.last
    about = ", ".join(subject.name(name) for name in last["about"])
    exercise = "EXERCISE " if last["mode"] == "exercise" else ""
    head = f"{exercise}{first.told.shown['severity'].upper()} {last['code']}" + (f" ({about})" if about else "")
    became = list(_became(trail, clock)) or ["open at the end of the period"]
    raised = cell(*_when(first, clock, first.told.at_ms))
    to = Cell(desk_names(walk.agreement, tuple(last["to"]), walk.party))
    look = first.told.shown["severity"]
    words = [head, named(last["why"])]
    if len(others) > 1:
        where = numbers([other.marks[0].index for other in others[1:]])
        words.append(f"And again {len(others) - 1} times, until {clock.time(others[-1].marks[0].told_ms)} ({where}).")
    return Row((raised, cell(str(first.index)), cell(*words, look=look), to, Cell(tuple(became))))


def _became(trail: Trail, clock: Clock) -> Iterator[str]:
    for mark in trail.marks[1:]:
        shown, before = mark.told.shown, mark.told.before
        where = f"{clock.time(mark.told_ms)} (no. {mark.index})"
        if mark.told.what == "risen":
            yield f"risen to {shown['severity']} {where}"
        elif mark.told.what == "cleared":
            yield f"cleared {where}: {harmless(shown['cleared_why'])}"
        elif mark.told.what == "changed":
            had = [] if before is None else before["acknowledged"]
            new = [row for row in shown["acknowledged"] if row not in had]
            for row in new:
                yield f"{harmless(row['desk'])}: {LEVELS[row['level']]} {where}"
            if not new:
                yield f"new figures {where}"
    if trail.last["cleared_at"] is None and len(trail.marks) > 1:
        yield "open at the end of the period"


def _when(mark: Mark, clock: Clock, due_ms: int) -> tuple[str, ...]:
    """When it was told, and when it fell due where that is another time."""
    told = clock.time(mark.told_ms)
    return (told,) if mark.told_ms - due_ms < 1000 else (told, f"due {clock.time(due_ms)}")


def obligations_table(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Table:
    """What was owed within the period, in the order owed."""
    trails = [trail for trail in of_kind(found, "obligation") if touches(trail, walk)]
    rows = [_obligation(walk, subject, trail, clock) for trail in trails]
    return Table("What was owed, in the order owed", OBLIGATIONS, tuple(rows))


def _obligation(walk: Walk, subject: Subject, trail: Trail, clock: Clock) -> Row:
    first, last = trail.marks[0], trail.last
    due_ms = ms_of(last["due_at"])
    what = owed_words(last, subject)
    became, is_late = _outcome(walk, trail, due_ms, clock)
    cells = (
        cell(clock.time(first.told_ms)),
        cell(str(first.index)),
        cell(f"{harmless(last['desk_or_party'])}: {what}"),
        cell(clock.time(due_ms)),
        cell(became, look="late" if is_late else ""),
    )
    return Row(cells)


def _outcome(walk: Walk, trail: Trail, due_ms: int, clock: Clock) -> tuple[str, bool]:
    """What became of an obligation, and whether that was after it was due."""
    met, lapsed = trail.at("met"), trail.at("lapsed")
    if met is not None:
        late_ms = met.told.at_ms - due_ms
        late = f", {span(late_ms)} after it was due" if late_ms > 0 else ", in time"
        return f"met {clock.time(met.told_ms)} (no. {met.index}){late}", late_ms > 0
    if lapsed is not None:
        late_ms = lapsed.told.at_ms - due_ms
        missed = f", not met by then ({span(late_ms)} after it was due)" if late_ms > 0 else ", before it was due"
        return f"owed no more {clock.time(lapsed.told_ms)} (no. {lapsed.index}){missed}", late_ms > 0
    late_ms = walk.to_ms - due_ms
    past = f", {span(late_ms)} after it was due" if late_ms > 0 else ", not yet due"
    return f"open at the end of the period{past}", late_ms > 0


def ladders(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Iterator[Table]:
    """For each STOP: its rungs, calls and answers, each with the time since the STOP was heard."""
    for trail in of_kind(found, "stop"):
        first = trail.marks[0]
        rows = sorted(_rungs(walk, trail, found), key=lambda each: each[:2])
        caption = (
            f"{subject.name(trail.last['id'])}, raised by {harmless(trail.last['from'])} at "
            f"{clock.full(first.told_ms)} (no. {first.index}): {quoted(trail.last['reason'])}"
        )
        body = tuple(
            Row((cell(clock.time(at)), cell(str(index)), cell(f"+ {span(at - first.told_ms)}"), cell(text), Cell(who)))
            for at, index, text, who in rows
        )
        yield Table(caption, LADDER, body)


Rung = tuple[int, int, str, tuple[str, ...]]


def _rungs(walk: Walk, trail: Trail, found: Mapping[str, Trail]) -> Iterator[Rung]:
    stop = trail.marks[0].told.shown
    to = tuple(row["side"] for row in stop["sides"])
    yield trail.marks[0].told_ms, trail.marks[0].index, "STOP heard", tuple(harmless(side) for side in to)
    for mark in trail.marks[1:]:
        yield from _moves(mark)
    again = repeated(found)
    for others in again.values():
        if len(others) > 1 and stop["id"] in others[0].last["about"]:
            yield _repeats(walk, others)
    later = {id(other) for others in again.values() for other in others[1:]}
    for other in of_kind(found, "alert"):
        shown = other.marks[0].told.shown
        if shown["code"] == "STOP_OVERDUE" and stop["id"] in shown["about"] and id(other) not in later:
            rung = shown["detail"].get("rung", "")
            text = f"no answer for {shown['detail']['seconds']:g} s; rung «{rung}»" if rung else harmless(shown["why"])
            yield (
                other.marks[0].told_ms,
                other.marks[0].index,
                text,
                desk_names(walk.agreement, tuple(shown["to"]), walk.party),
            )
    for said in of_kind(found, "statement"):
        shown = said.last
        if shown["type"] == "call" and shown["body"].get("about") == stop["id"]:
            text = f"telephone call to {harmless(shown['body']['to'])}: {shown['body']['result']}"
            yield said.marks[0].told_ms, said.marks[0].index, text, (harmless(shown["from"]),)


def _repeats(walk: Walk, others: Sequence[Trail]) -> Rung:
    """The last rung again and again, in one line."""
    first, last = others[1].marks[0], others[-1].marks[0]
    where = numbers([other.marks[0].index for other in others[1:]])
    seconds = last.told.shown["detail"]["seconds"]
    text = f"still no answer: rung «all» again, {len(others) - 1} times, the last after {seconds:g} s ({where})"
    return first.told_ms, first.index, text, desk_names(walk.agreement, tuple(last.told.shown["to"]), walk.party)


def _moves(mark: Mark) -> Iterator[Rung]:
    shown, before = mark.told.shown, mark.told.before or {"sides": [], "recipients": [], "closed_at": None}
    held = {row["side"]: row["state"] for row in before["sides"]}
    for row in shown["sides"]:
        if held.get(row["side"], "raised") != row["state"]:
            words = f"{harmless(row['side'])}: {SIDES[row['state']]}"
            yield mark.told_ms, mark.index, words, (harmless(row["by"] or ""),)
    had = {row["desk"]: row["grade"] for row in before["recipients"]}
    for grade, words in (("delivered", "on the machine of"), ("person", "seen by a person at")):
        desks = tuple(row["desk"] for row in shown["recipients"] if row["grade"] == grade != had.get(row["desk"]))
        if desks:
            yield mark.told_ms, mark.index, f"{words} {', '.join(map(harmless, desks))}", tuple(map(harmless, desks))
    if shown["closed_at"] and not before["closed_at"]:
        yield mark.told_ms, mark.index, "closed", ()
