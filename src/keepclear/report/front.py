"""The first page of a dossier, what its pages call things, and how to check it: what frames the facts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keepclear import __version__
from keepclear.mechanism.agreement import Agreement
from keepclear.report.document import Block, Column, Contents, Facts, Para, Row, Table, cell, row
from keepclear.report.subject import THINGS, Subject
from keepclear.report.walk import View, Walk
from keepclear.report.writing import Clock, harmless, named, quoted, span
from keepclear.spacetime.instants import format_instant

WHAT_IT_IS = (
    "This dossier is worked out from the record that the mediator of the mechanism keeps: what its desks said, in the "
    "order and at the times at which it was heard. Nothing else went into it. What each desk was shown was worked out "
    "again from those entries by the rules that were in force, through the same function that decided then what a desk "
    "may see. It states what was said, shown and owed; it judges nobody."
)
HOW_TO_CHECK = (
    "Ask the mediator for a bundle of the record (keepclear export) and check it with keepclear verify: that says "
    "whether each statement was signed by its desk, whether every entry is in the tree under the checkpoint on the "
    "first page, and, with --recompute, whether every alert follows from what was said. Then make this dossier again "
    "from the bundle and compare the two files: the same record gives the same file, byte for byte, with the same "
    "version of Keepclear (and, as PDF, of typst)."
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a record."""

    about: str
    from_ms: int
    to_ms: int
    party: str | None = None
    """Whose view; None: the whole."""
    zone: str = "UTC"
    asked_by: str | None = None
    whole: bool = False
    """Also what does not concern ``about``."""


def front_page(question: Question, played: Walk, subject: Subject, clock: Clock) -> Iterator[Block]:
    """What this is: of which mechanism, about what, when, for whom, from which record, by which rules."""
    if any(thing["mode"] == "exercise" for thing in things_of(subject)):
        yield Para("EXERCISE: what is marked so was said for exercise and is not meant.", "mark")
    length = span(question.to_ms - question.from_ms)
    zone = f"in {clock.name}" + (", the zone of every time here" if clock.name != "UTC" else "")
    yield Facts(
        (
            ("Mechanism", (named(played.record.name),)),
            ("About", (harmless(question.about), *_about(question, subject))),
            (
                "Period",
                (
                    f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)} ({length})",
                    *_outside(question, played, clock),
                ),
            ),
            ("Shows", (_view(played), f"disclosure rule of the mechanism: {played.agreement.disclosure}")),
            ("Asked for by", (named(question.asked_by) if question.asked_by else "not stated",)),
            ("Record", tuple(_record(played, clock))),
            ("Worked out by", (f"rules version {played.rules}, Keepclear {__version__}",)),
            ("To check it", ("the last section says how",)),
            ("Times", (zone,)),
        )
    )
    yield Para(WHAT_IT_IS, "lead")
    yield Contents()


def _view(played: Walk) -> str:
    if played.party is None:
        return "everything, as the mediator's desk sees it"
    names = {party.id: party.name for party in (*played.first.parties, *played.agreement.parties)}
    who = f"{named(names[played.party])} ({harmless(played.party)})"
    return f"what {who} may see; what it may not see is neither shown nor counted"


def things_of(subject: Subject) -> list[View]:
    """Every thing that has a name of its own here."""
    return [view for kind in THINGS for view in subject.of(kind)]


def about_words(question: Question, subject: Subject) -> str:
    """What it is about, as its pages call it."""
    called = [subject.name(name) for name in subject.kinds if name in subject.core]
    return ", ".join(called) or quoted(question.about)


def _about(question: Question, subject: Subject) -> Iterator[str]:
    for name, label in subject.labels.items():
        if name in subject.core:
            yield label if name == question.about else f"{label}: {harmless(name)}"


def _outside(question: Question, played: Walk, clock: Clock) -> Iterator[str]:
    if question.from_ms < played.began_ms:
        yield f"the record begins within it, at {clock.full(played.began_ms)}"


def _record(played: Walk, clock: Clock) -> Iterator[str]:
    if played.party is None:
        yield f"entries 0 to {played.played - 1} were played, from {clock.full(played.began_ms)} on"
        if played.compared == played.played:
            yield "each says what alerts were worked out then, and the same were worked out now"
        yield "SHA-256 over the SHA-256 of each:"
        yield played.record.digest(played.played)
    tree = played.record.tree
    if tree is None:
        yield "no checkpoint beside it: the record has no tree here, and this dossier does not prove its entries"
    else:
        yield f"checkpoint of {harmless(tree.origin)}: size {tree.size}, root {harmless(tree.root)}"


def called_table(subject: Subject) -> Table:
    """What each thing is called here, and its id."""
    columns = (Column("Called here", 18), Column("What", 46), Column("Id", 36, "number"))
    rows = []
    for view in things_of(subject):
        label = subject.labels[view["id"]]
        rows.append(row(f"{label[0].upper()}{label[1:]}", _what(view), harmless(view["id"])))
    return Table("What is called what", columns, tuple(rows))


def _what(view: Mapping[str, object]) -> str:
    parts = ["EXERCISE:"] if view["mode"] == "exercise" else []
    if view.get("activity"):
        parts.append(str(view["activity"]).replace("_", " "))
    parts += [quoted(view[key]) for key in ("title", "reason", "object") if view.get(key)]
    return f"{' '.join(parts)} of {harmless(str(view['from']))}".strip()


def desks_table(agreement: Agreement, party: str | None) -> Table:
    """Who sat where, at the end of the period; of a party's dossier, its own desks."""
    rows = []
    for side in agreement.parties:
        if party in (None, side.id):
            desks = ", ".join(harmless(desk) for desk in agreement.desks_of[side.id])
            rows.append(row(f"{named(side.name)} ({harmless(side.id)})", desks))
    if party is None:
        rows.append(row("The mediator", ", ".join(desk.id for desk in agreement.desks if desk.party is None)))
    return Table("The desks", (Column("Side", 30), Column("Desks", 70)), tuple(rows))


def how_to_check(question: Question, words: str = HOW_TO_CHECK) -> Iterator[Block]:
    """How anybody can see that these pages follow from the record."""
    options = {
        "--about": question.about,
        "--from": format_instant(question.from_ms),
        "--to": format_instant(question.to_ms),
        "--for": question.party,
        "--tz": question.zone if question.zone != "UTC" else None,
        "--asked-by": question.asked_by,
    }
    parts = [f"{name} {shlex.quote(harmless(value))}" for name, value in options.items() if value is not None]
    command = " ".join(["keepclear dossier BUNDLE.zip", *parts, *(["--whole"] if question.whole else []), "--out FILE"])
    yield Para(words)
    yield Table("The command that made it", (Column("Command", 100, "number"),), (Row((cell(command),)),))
