"""An incident dossier, put together from a record: what it is, the facts, who had what, conflicts, accounts, the rest.

The same record, period and question give the same dossier, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keepclear import __version__
from keepclear.errors import InvalidInput
from keepclear.mechanism.agreement import Agreement
from keepclear.report.accounts import account_tables
from keepclear.report.conflicts import conflict_blocks
from keepclear.report.document import Block, Column, Contents, Document, Facts, Heading, Para, Row, Table, cell, row
from keepclear.report.facts import facts_table, intervals_table
from keepclear.report.marks import Trail, of_kind, trails
from keepclear.report.minutes import minutes_table
from keepclear.report.receipts import read_back_table, receipt_tables
from keepclear.report.source import Record
from keepclear.report.standing import alerts_table, ladders, obligations_table
from keepclear.report.subject import RULE, RULE_WHOLE, THINGS, Subject, subject_of
from keepclear.report.walk import Walk, walk
from keepclear.report.writing import Clock, harmless, named, quoted, span

TITLE = "Incident dossier"
WHAT_IT_IS = (
    "This dossier is worked out from the record that the mediator of the mechanism keeps: what its desks said, in the "
    "order and at the times at which it was heard. Nothing else went into it. What each desk was shown was worked out "
    "again from those entries by the rules that were in force, through the same function that decided then what a desk "
    "may see. It states what was said, shown and owed; it judges nobody."
)
NUMBERS = (
    "No. is the place in the record; every line can be checked there. Times are those at which the host heard or raised "
    "something. «Shown» is what the host had for a desk from then on; whether its machine had it, and by when, is in the "
    "last column; what a person there looked at is not in the record, only what they said. «On its machine by» is the first report in the record that a desk's machine had everything up to there; "
    "the record keeps such a report only where somebody waited for it, so a machine may have had it earlier."
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


@dataclass(frozen=True, slots=True)
class Made:
    """A dossier, and how much it holds."""

    document: Document
    subject: Subject
    walk: Walk
    lines: int
    conflicts: int


def make_dossier(record: Record, question: Question) -> Made:
    """The dossier that answers a question. ``InvalidInput`` for a question that the record cannot answer."""
    clock = Clock.of(question.zone).through(question.from_ms, question.to_ms)
    _check(record, question, clock)
    played = walk(record, question.from_ms, question.to_ms, question.party)
    subject = subject_of(played, question.about, whole=question.whole)
    found = trails(played, subject)
    minutes = minutes_table(played, subject, clock)
    blocks = _Sections(question, played, subject, found, clock).blocks(minutes)
    about = ", ".join(subject.name(name) for name in sorted(subject.core, key=list(subject.kinds).index)
                      if name in subject.kinds) or quoted(question.about)  # fmt: skip
    period = f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)}"
    document = Document(
        TITLE,
        f"{record.name}: {about}",
        f"{TITLE} · {record.name} · {period}" + (f" · as {question.party} may see it" if question.party else ""),
        question.to_ms,
        tuple(blocks),
    )
    lines = sum(each.look != "gap" for each in minutes.rows)
    conflicts = sum(trail.last["code"] == "CONFLICT_4D" for trail in of_kind(found, "alert"))
    return Made(document, subject, played, lines, conflicts)


def _check(record: Record, question: Question, clock: Clock) -> None:
    if question.to_ms <= question.from_ms:
        given = f"{clock.full(question.to_ms)} is not after --from, {clock.full(question.from_ms)}"
        raise InvalidInput("--to", given, "an instant after --from; the period ends right before it")
    first, last = record.entry(0), record.entry(len(record.kept) - 1)
    if question.to_ms <= first.at or question.from_ms > last.at:
        given = "the period lies outside the record"
        right = f"a period within {clock.full(first.at)} and {clock.full(last.at)}"
        raise InvalidInput("--from", given, right)
    agreements = [entry for entry in (first, last) if entry.agreement is not None]
    parties = [party.id for entry in agreements if entry.agreement for party in entry.agreement.parties]
    if question.party is not None and question.party not in parties:
        raise InvalidInput("--for", f"given {question.party!r}", f"one of {', '.join(dict.fromkeys(parties))}")


class _Sections:
    """The blocks of a dossier, section by section."""

    def __init__(
        self, question: Question, played: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock
    ) -> None:
        self._question = question
        self._walk = played
        self._subject = subject
        self._found = found
        self._clock = clock

    def blocks(self, minutes: Table) -> Iterator[Block]:
        yield from self._front()
        yield from self._section("The facts", self._facts())
        yield from self._section("Who had what", self._receipts())
        yield from self._section("Conflicts", self._conflicts())
        yield from self._section("STOPs", self._stops())
        yield from self._section("Accounts", self._accounts())
        yield from self._section("Alerts", self._table(self._alerts(), "No alert of it was open in the period."))
        yield from self._section("What was owed", self._table(self._obligations(), "Nothing was owed in the period."))
        yield from self._section("Minute by minute", self._minutes(minutes))
        yield from self._section("How to check this dossier", self._check())

    @staticmethod
    def _section(title: str, blocks: Iterator[Block]) -> Iterator[Block]:
        yield Heading(2, title)
        yield from blocks

    @staticmethod
    def _table(table: Table, otherwise: str) -> Iterator[Block]:
        yield table if table.rows else Para(otherwise, "note")

    def _front(self) -> Iterator[Block]:
        question, played, clock = self._question, self._walk, self._clock
        if any(thing["mode"] == "exercise" for thing in self._things()):
            yield Para("EXERCISE: what is marked so was said for exercise and is not meant.", "mark")
        period = f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)} ({span(question.to_ms - question.from_ms)})"
        view = (
            f"what {played.first.party_name(question.party)} ({question.party}) may see; what it may not see is neither "
            "shown nor counted"
            if question.party in played.first.party_by_id and question.party
            else f"what {question.party} may see" if question.party
            else "everything, as the mediator's desk sees it"
        )
        rows = [
            ("Mechanism", (named(played.record.name),)),
            ("About", (harmless(question.about), *self._about())),
            ("Period", (period, *self._outside())),
            ("Shows", (view, f"disclosure rule of the mechanism: {played.agreement.disclosure}")),
            ("Asked for by", (named(question.asked_by) if question.asked_by else "not stated",)),
            ("Record", tuple(self._record())),
            ("Worked out by", (f"rules version {played.rules}, Keepclear {__version__}",)),
            ("To check it", ("the last section says how",)),
            ("Times", (f"in {clock.name}" + (", the zone of every time here" if clock.name != "UTC" else ""),)),
        ]
        yield Facts(tuple(rows))
        yield Para(WHAT_IT_IS, "lead")
        yield Contents()

    def _things(self) -> list[dict[str, object]]:
        return [view for kind in THINGS for view in self._subject.of(kind)]

    def _about(self) -> Iterator[str]:
        for name in self._subject.core:
            if name in self._subject.labels and name != self._question.about:
                yield f"{self._subject.labels[name]}: {harmless(name)}"

    def _outside(self) -> Iterator[str]:
        if self._question.from_ms < self._walk.began_ms:
            yield f"the record begins within it, at {self._clock.full(self._walk.began_ms)}"

    def _record(self) -> Iterator[str]:
        played = self._walk
        if played.party is None:
            yield f"entries 0 to {played.played - 1} were played, from {self._clock.full(played.began_ms)} on"
            yield "SHA-256 over the SHA-256 of each:"
            yield played.record.digest(played.played)
        tree = played.record.tree
        if tree is not None:
            yield f"checkpoint of {harmless(tree.origin)}: size {tree.size}, root {harmless(tree.root)}"
        else:
            yield "no checkpoint beside it: the record has no tree here, and this dossier does not prove its entries"

    def _facts(self) -> Iterator[Block]:
        yield self._called()
        yield from self._table(
            facts_table(self._walk, self._subject, self._found, self._clock),
            "Nothing of this is in the record in this period.",
        )
        yield Para("Messages, line tests and the watch are in the table minute by minute, with all that is here.", "note")
        intervals = intervals_table(self._walk, self._subject, self._found)
        if intervals.rows:
            yield intervals

    def _called(self) -> Table:
        """What each thing is called here, and its id."""
        columns = (Column("Called here", 18), Column("What", 46), Column("Id", 36, "number"))
        rows = []
        for view in self._things():
            label = self._subject.labels[str(view["id"])]
            rows.append(row(f"{label[0].upper()}{label[1:]}", self._what(view), harmless(str(view["id"]))))
        return Table("What is called what", columns, tuple(rows))

    def _what(self, view: Mapping[str, object]) -> str:
        sender = harmless(str(view["from"]))
        activity = f"{view['activity']} ".replace("_", " ") if view.get("activity") else ""
        title = f"{quoted(view['title'])} " if view.get("title") else ""
        reason = f"{quoted(view['reason'])} " if view.get("reason") else ""
        seen = f"{quoted(view['object'])} " if view.get("object") else ""
        exercise = "EXERCISE: " if view["mode"] == "exercise" else ""
        return f"{exercise}{activity}{title}{reason}{seen}of {sender}"

    def _receipts(self) -> Iterator[Block]:
        tables = list(receipt_tables(self._walk, self._subject, self._clock))
        yield Para(
            "How far each desk had got with what was announced, by the end of the period. A grade is what the record "
            "shows: that a machine had it, that a person said so, that it was understood or passed on.",
            "note",
        )
        if not tables:
            yield Para("Nothing that belongs here was announced to anybody by the end of the period.", "note")
        yield from tables
        differ = read_back_table(self._subject, self._found, self._clock)
        if differ.rows:
            yield differ

    def _conflicts(self) -> Iterator[Block]:
        yield from conflict_blocks(self._walk, self._subject, self._found, self._clock)

    def _stops(self) -> Iterator[Block]:
        tables = list(ladders(self._walk, self._subject, self._found, self._clock))
        if not tables:
            yield Para("No STOP about it was heard by the end of the period.", "note")
        yield from tables

    def _accounts(self) -> Iterator[Block]:
        tables = list(account_tables(self._walk, self._found, self._clock))
        if not tables:
            yield Para("No account of it was given by the end of the period.", "note")
            return
        yield Para(
            "What each side said of each fact. Neither is taken for the right one. Two accounts contradict each other when "
            "positions are over 100 m apart, times over a minute, or anything else differs at all.",
            "note",
        )
        yield from tables

    def _alerts(self) -> Table:
        return alerts_table(self._walk, self._subject, self._found, self._clock)

    def _obligations(self) -> Table:
        return obligations_table(self._walk, self._subject, self._found, self._clock)

    def _minutes(self, minutes: Table) -> Iterator[Block]:
        yield self._desks(self._walk.agreement)
        yield Para(NUMBERS, "note")
        yield Para(RULE_WHOLE if self._subject.whole else RULE, "note")
        if all(each.look == "gap" for each in minutes.rows):
            yield Para("Nothing of this is in the record in this period.", "note")
        yield minutes

    def _desks(self, agreement: Agreement) -> Table:
        columns = (Column("Side", 30), Column("Desks", 70))
        rows = []
        for party in agreement.parties:
            if self._question.party in (None, party.id):
                desks = ", ".join(harmless(desk) for desk in agreement.desks_of[party.id])
                rows.append(row(f"{harmless(party.name)} ({harmless(party.id)})", desks))
        if self._question.party is None:
            rows.append(row("The mediator", ", ".join(d.id for d in agreement.desks if d.party is None)))
        return Table("The desks", columns, tuple(rows))

    def _check(self) -> Iterator[Block]:
        question = self._question
        parts = [f"--about {question.about}", f"--from {_instant(question.from_ms)}", f"--to {_instant(question.to_ms)}"]
        if question.party:
            parts.append(f"--for {question.party}")
        if question.zone != "UTC":
            parts.append(f"--tz {question.zone}")
        if question.asked_by:
            parts.append(f"--asked-by '{harmless(question.asked_by)}'")
        if question.whole:
            parts.append("--whole")
        yield Para(
            "Ask the mediator for a bundle of the record (keepclear export) and check it with keepclear verify: that says "
            "whether each statement was signed by its desk, whether every entry is in the tree under the checkpoint on the "
            "first page, and, with --recompute, whether every alert follows from what was said. Then make this dossier "
            "again from the bundle and compare the two files: the same record gives the same file, byte for byte, with the "
            "same version of Keepclear (and, as PDF, of typst)."
        )
        yield Table(
            "The command that made it",
            (Column("Command", 100, "number"),),
            (Row((cell(f"keepclear dossier {' '.join(parts)} BUNDLE.zip --out FILE"),)),),
        )


def _instant(ms: int) -> str:
    from keepclear.spacetime.instants import format_instant

    return format_instant(ms)
