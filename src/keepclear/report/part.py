"""A dossier of what a bundle shows that keeps entries back: what was said, and where something is missing.

What was worked out (alerts, what was owed, what a desk was shown, how a notice stood) follows from every entry before.
With some of them there as hashes alone it cannot be worked out again, and none of it is on these pages: a conflict that
is not shown here may well have been there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keepclear.errors import InvalidInput, KeepclearError, RecordDamaged
from keepclear.formats.entry import Entry
from keepclear.formats.entry_input import as_input
from keepclear.record.verify.jws import taken_apart
from keepclear.report.document import Block, Column, Contents, Document, Facts, Heading, Para, Row, Table, cell, row
from keepclear.report.dossier import check_period
from keepclear.report.front import Question, how_to_check
from keepclear.report.minutes import numbers
from keepclear.report.sentences import statement_words
from keepclear.report.source import Part, PartEntry
from keepclear.report.subject import Subject, subject_of_said
from keepclear.report.walk import Told, View
from keepclear.report.writing import Clock, harmless, named, quoted, span
from keepclear.spacetime.instants import format_instant

TITLE = "Dossier of a part"
MARK = (
    "PART OF A RECORD. What this bundle keeps back is not in these pages, and neither is anything that would follow "
    "from it. That a conflict, an alert or an answer is not here does not say that there was none."
)
WHAT_IT_IS = (
    "This is what the bundle shows of the record that the mediator of the mechanism keeps: what desks said, in the "
    "order and at the times at which it was heard. Nothing else went into it, and nothing was worked out. It states "
    "what was said; it judges nobody."
)
HOW_TO_CHECK = (
    "Check the bundle with keepclear verify: that says whether each statement that it opens was signed by its desk, "
    "and whether every entry, those that are kept back too, is in the tree under the checkpoint on the first page. "
    "Then make this dossier again from the same bundle and compare the two files: they are the same, byte for byte, "
    "with the same version of Keepclear (and, as PDF, of typst). What is kept back the mediator has, and may open to "
    "an inquiry."
)
NOT_HERE = (
    ("Alerts, conflicts, STOP clocks", "they follow from all that was said, and not all of it is here"),
    ("What was owed", "for the same reason"),
    ("What a desk was shown, and when", "the bundle says what a party may see today, and not what it was shown then"),
    ("Which version of a notice stood", "an amendment may be among what is kept back"),
)
COLUMNS = (Column("Time", 12, "number"), Column("No.", 8, "number"), Column("Desk", 16), Column("What it said", 64))


@dataclass(frozen=True, slots=True)
class MadeOfPart:
    """A dossier of a part, how many lines it holds, and what its pages call things."""

    document: Document
    lines: int
    labels: dict[str, str]


def make_part_dossier(part: Part, question: Question) -> MadeOfPart:
    """The pages that a part of a record gives for a question; ``InvalidInput`` for one that it cannot answer."""
    clock = Clock.of(question.zone).through(question.from_ms, question.to_ms)
    check_period(question, clock, part.entries[0].at_ms, part.entries[-1].at_ms)
    if question.party not in (None, part.made_for):
        given = f"{question.party!r}, and the bundle was made for {part.made_for or 'nobody'}"
        raise InvalidInput("--for", given, "the party that it was made for; another's part is in another bundle")
    said = _said(part, question.to_ms)
    subject = subject_of_said(list(said.values()), question.about, whole=question.whole)
    inside = [one for one in part.entries if question.from_ms <= one.at_ms < question.to_ms]
    table = _Rows(inside, said, subject, clock).table()
    period = f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)}"
    blocks = (
        Para(MARK, "mark"),
        _front(part, question, inside, clock),
        Para(WHAT_IT_IS, "lead"),
        Contents(),
        Heading(2, "What is not here"),
        *_not_here(part, inside, question),
        Heading(2, "What was said"),
        table,
        Heading(2, "How to check this dossier"),
        *how_to_check(question, HOW_TO_CHECK),
    )
    about = subject.labels.get(next(iter(subject.core), ""), quoted(question.about))
    running = f"{TITLE} · {part.name} · {period}"
    document = Document(TITLE, f"{part.name}: {about}", running, question.to_ms, blocks)
    return MadeOfPart(document, sum(each.look in ("said", "delivery") for each in table.rows), subject.labels)


def _front(part: Part, question: Question, inside: list[PartEntry], clock: Clock) -> Facts:
    shown = sum(one.entry is not None for one in part.entries)
    shown_inside = sum(one.entry is not None for one in inside)
    tree = part.tree
    checkpoint = f"checkpoint of {harmless(tree.origin)}: size {tree.size}, root {tree.root}" if tree else "none"
    length = span(question.to_ms - question.from_ms)
    return Facts(
        (
            ("Mechanism", (named(part.name),)),
            ("About", (harmless(question.about),)),
            ("Period", (f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)} ({length})",)),
            ("Shows", (f"what the bundle made for {_whom(part)} opens",)),
            (
                "Not in it",
                (
                    f"of the record's {len(part.entries):,} entries {len(part.entries) - shown:,} are hashes alone",
                    f"of the {len(inside):,} that were heard in the period, {len(inside) - shown_inside:,}",
                ),
            ),
            ("Asked for by", (named(question.asked_by) if question.asked_by else "not stated",)),
            ("Record", (harmless(checkpoint),)),
            ("Times", (f"in {clock.name}",)),
        )
    )


def _whom(part: Part) -> str:
    return harmless(part.made_for) if part.made_for else "the mediator, cut short,"


def _not_here(part: Part, inside: list[PartEntry], question: Question) -> Iterator[Block]:
    hidden = [one.index for one in inside if one.entry is None]
    where = f"Of the period: {numbers(hidden)}." if hidden else "Of the period nothing; something before it."
    yield Para(
        f"The bundle made for {_whom(part)} keeps entries back. {where} Each has its row below, with the time at which "
        "it was heard: that much the record shows of it. So these are not here either:"
    )
    yield Table("What cannot be worked out from this bundle", (Column("What", 36), Column("Why", 64)), tuple(
        row(what, why) for what, why in NOT_HERE
    ))  # fmt: skip
    if not question.whole:
        yield Para(
            "Kept in: what was asked for, every statement that names it or names one that does, and messages, calls "
            "and accounts that name nothing. Other matters are counted where they fell; --whole keeps them too.",
            "note",
        )


def _said(part: Part, to_ms: int) -> dict[int, Told]:
    """Each statement up to then by its place, as disclosure shows one. ``RecordDamaged`` for one that is none."""
    agreement, said = None, {}
    for one in part.entries:
        entry = one.entry
        if one.at_ms >= to_ms or entry is None:
            continue
        agreement = entry.agreement or agreement
        if entry.statement is not None and agreement is not None:
            try:
                as_input(entry, agreement)
            except KeepclearError as error:
                message = f"record of «{part.name}», entry {one.index}: it cannot be read ({error})"
                raise RecordDamaged(message) from error
            kid = None if entry.jws is None else taken_apart(entry.jws).kid
            heard_at = format_instant(one.at_ms)
            shown: View = {**entry.statement, "index": one.index, "heard_at": heard_at, "signed_by": kid}
            said[one.index] = Told("statement", "new", one.at_ms, shown, None)
    return said


class _Rows:
    """The table, entry by entry; what is hidden, and what concerns other matters, is told where it was."""

    def __init__(self, inside: list[PartEntry], said: dict[int, Told], subject: Subject, clock: Clock) -> None:
        self._clock, self._subject = clock, subject
        self._hidden: list[PartEntry] = []
        self._aside: list[int] = []
        self._rows: list[Row] = []
        for one in inside:
            self._take(one, said.get(one.index))
        self._hidden_told()
        self._aside_told()

    def table(self) -> Table:
        """All rows."""
        rows = tuple(self._rows) or (Row((cell("Nothing was heard in the period."),), "gap"),)
        return Table("What was said, and where something is kept back", COLUMNS, rows)

    def _take(self, one: PartEntry, told: Told | None) -> None:
        if one.entry is None:
            self._aside_told()
            self._hidden.append(one)
            return
        is_aside = told is not None and not self._subject.concerns(told)
        words, desk, look = (None, "", "") if is_aside else self._words(one.entry, told)
        self._hidden_told()
        if words is None:
            self._aside.append(one.index)
            return
        self._aside_told()
        cells = cell(self._clock.time(one.at_ms)), cell(str(one.index)), cell(harmless(desk)), cell(words)
        self._rows.append(Row(cells, look))

    def _words(self, entry: Entry, told: Told | None) -> tuple[str | None, str, str]:
        if told is not None:
            signed = "" if told.shown["signed_by"] else " NOT SIGNED."
            return statement_words(told.shown, self._subject, self._clock) + signed, told.shown["from"], "said"
        if entry.agreement is not None:
            return "The agreement is in force from here on.", "", "said"
        if entry.reason is not None:
            return f"The host's operator retired the mediator's keys: {quoted(entry.reason)}.", "", "said"
        if entry.desk is not None and self._subject.whole:
            return f"Its machine has everything up to no. {entry.through}.", entry.desk, "delivery"
        return None, "", ""

    def _hidden_told(self) -> None:
        if self._hidden:
            first, last = (self._clock.time(one.at_ms) for one in (self._hidden[0], self._hidden[-1]))
            when = f"heard at {first}" if first == last else f"heard from {first} to {last}"
            where = numbers([one.index for one in self._hidden])
            self._rows.append(Row((cell(f"Kept back: {where}, {when}."),), "gap"))
        self._hidden = []

    def _aside_told(self) -> None:
        if self._aside:
            self._rows.append(Row((cell(f"Other matters: {numbers(self._aside)}."),), "gap"))
        self._aside = []
