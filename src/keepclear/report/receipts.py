"""Who had what: how far each desk had got with each version of a notice, STOP or accident, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from keepclear.report.changes import SIDES
from keepclear.report.document import Cell, Column, Row, Table, cell
from keepclear.report.marks import Trail, of_kind
from keepclear.report.sentences import LEVELS, ms_of
from keepclear.report.subject import Subject
from keepclear.report.walk import View, Walk
from keepclear.report.writing import Clock, harmless, named, quoted, span

COLUMNS = (
    Column("Desk", 18),
    Column("On its machine", 20),
    Column("Seen by a person", 22),
    Column("Understood, passed on, answered", 24),
    Column("Read back", 16),
)
NOTHING = "–"
GOT = ("delivered", "person", "understood", "not_understood", "disseminated")


@dataclass(slots=True)
class Version:
    """One version of something announced: where it was heard, and each desk's steps with where they were heard."""

    thing: str
    kind: str
    number: int
    index: int
    at_ms: int
    view: View
    desks: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    """Desk → (step, place, time), in order."""


def versions_of(walk: Walk, subject: Subject) -> list[Version]:
    """Every version of what was announced and belongs here, in the order heard."""
    found: dict[tuple[str, int], Version] = {}
    for step in walk.steps:
        for told in step.seen:
            if told.kind in ("notice", "stop", "accident") and (told.shown["id"] in subject.things or subject.whole):
                shown = told.shown
                number = shown.get("version", 1)
                version = found.setdefault(
                    (shown["id"], number), Version(shown["id"], told.kind, number, step.index, step.at_ms, shown)
                )
                _steps(version, shown, step.index, step.at_ms)
    return list(found.values())


def _steps(version: Version, shown: View, index: int, at_ms: int) -> None:
    for row in shown["recipients"]:
        held = version.desks.setdefault(row["desk"], [])
        steps = {name for name, _, _ in held}
        if row["grade"] in GOT and row["grade"] not in steps:
            held.append((row["grade"], index, at_ms))
        for unit in row["reached"]:
            name = f"reached {unit['name']}"
            if name not in steps:
                held.append((name, index, at_ms))
    for side in shown.get("sides", ()):
        if side["by"] and f"answer {side['state']}" not in {name for name, _, _ in version.desks.get(side["by"], [])}:
            version.desks.setdefault(side["by"], []).append((f"answer {side['state']}", index, at_ms))
    for row in shown["recipients"]:
        held = version.desks[row["desk"]]
        if row["read_back"] and [name for name, _, _ in held if name in READ_BACK][-1:] != [row["read_back"]]:
            held.append((row["read_back"], index, at_ms))


READ_BACK = {"matched": "as said", "mismatched": "otherwise than said"}


def receipt_tables(walk: Walk, subject: Subject, clock: Clock) -> Iterator[Table]:
    """A table for each version that anybody was to acknowledge."""
    for version in versions_of(walk, subject):
        if version.desks:
            yield Table(_caption(version, subject, clock), COLUMNS, tuple(_rows(version, clock)))


def _caption(version: Version, subject: Subject, clock: Clock) -> str:
    name = subject.name(version.thing)
    name = f"{name[0].upper()}{name[1:]}"
    title = f" {quoted(version.view['title'])}" if version.view.get("title") else ""
    number = f", version {version.number}" if version.kind == "notice" else ""
    heard = f"heard {clock.time(version.at_ms)} (no. {version.index})"
    return f"{name}{title}{number}, {heard}, from {harmless(version.view['from'])}"


def _rows(version: Version, clock: Clock) -> Iterator[Row]:
    """Desks that have got nothing yet are on one row."""
    silent = [desk for desk, steps in version.desks.items() if not steps]
    for desk, steps in version.desks.items():
        if steps:
            yield Row((cell(harmless(desk)), *(Cell(_cell(version, steps, clock, part)) for part in PARTS)))
    if silent:
        words = f"{', '.join(harmless(desk) for desk in silent)}: no report of any kind by the end of the period"
        yield Row((cell(words),), "gap")


PARTS = (
    ("delivered",),
    ("person",),
    ("understood", "not_understood", "disseminated", "reached ", "answer "),
    tuple(READ_BACK),
)


def _cell(
    version: Version, steps: Iterable[tuple[str, int, int]], clock: Clock, part: tuple[str, ...]
) -> tuple[str, ...]:
    lines = []
    for name, index, at_ms in steps:
        if name in part or any(key.endswith(" ") and name.startswith(key) for key in part):
            after = f", {span(at_ms - version.at_ms)} after" if part == ("person",) else ""
            lines.append(f"{_words(name)}{clock.time(at_ms)} (no. {index}{after})")
    return tuple(lines) or (NOTHING,)


def _words(name: str) -> str:
    if name in ("delivered", "person"):
        return ""
    if name.startswith("reached "):
        return f"{named(name.partition(' ')[2])} "
    if name.startswith("answer "):
        return f"{SIDES[name.partition(' ')[2]]} "
    return f"{READ_BACK.get(name) or LEVELS[name]} "


READ_BACKS = (
    Column("Notice, desk", 22),
    Column("Field", 18),
    Column("As said", 22),
    Column("As read back", 22),
    Column("Apart", 16, "number"),
)


def read_back_table(subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Table:
    """What was read back otherwise than it was said, side by side."""
    rows = []
    for trail in of_kind(found, "alert"):
        for mark in trail.marks:
            shown = mark.told.shown
            if shown["code"] == "READBACK_MISMATCH" and mark.told.what != "cleared" and shown["about"]:
                who = (f"{subject.name(shown['about'][0])}, {harmless(shown['detail']['desk'])}",
                       f"{clock.time(mark.told_ms)} (no. {mark.index})")  # fmt: skip
                rows += [_mismatch(who, each) for each in shown["detail"]["mismatches"]]
    return Table("Read back otherwise than said", READ_BACKS, tuple(dict.fromkeys(rows)))


def _mismatch(who: tuple[str, ...], row: View) -> Row:
    apart = "–" if row["difference"] is None else f"{row['difference']:.4g} {row['unit']}"
    return Row(
        (Cell(who), cell(harmless(row["field"])), cell(named(row["said"])), cell(named(row["heard"])), cell(apart))
    )


def first_person(version: Version, desks: Iterable[str]) -> tuple[int, int] | None:
    """Where and when a person at any of these desks had first seen it."""
    seen = [
        (index, at_ms)
        for desk in desks
        for name, index, at_ms in version.desks.get(desk, ())
        if name in ("person", "understood", "not_understood", "disseminated") or name.startswith("answer ")
    ]
    return min(seen, default=None)


def start_ms(version: Version) -> int | None:
    """When what a notice announces begins."""
    start = version.view.get("start")
    return None if start is None else ms_of(start)
