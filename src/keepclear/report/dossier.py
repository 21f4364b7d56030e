"""An incident dossier, put together from a record: what it is, the facts, who had what, conflicts, accounts, the rest.

The same record, period and question give the same dossier, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keepclear.errors import InvalidInput
from keepclear.report.accounts import account_tables
from keepclear.report.conflicts import conflict_blocks
from keepclear.report.document import Block, Document, Heading, Para, Table
from keepclear.report.facts import facts_table, intervals_table
from keepclear.report.front import Question, about_words, called_table, desks_table, front_page, how_to_check
from keepclear.report.marks import Trail, of_kind, trails
from keepclear.report.minutes import minutes_table
from keepclear.report.receipts import read_back_table, receipt_tables
from keepclear.report.source import Record
from keepclear.report.standing import alerts_table, ladders, obligations_table
from keepclear.report.subject import RULE, RULE_WHOLE, Subject, subject_of
from keepclear.report.walk import Walk, walk
from keepclear.report.writing import Clock

TITLE = "Incident dossier"
NUMBERS = (
    "No. is the place in the record; every line can be checked there. Times are those at which the host heard or "
    "raised something. «Shown» is what the host had for a desk from then on; whether its machine had it, and by when, "
    "is in the last column; what a person there looked at is not in the record, only what they said. «On its machine "
    "by» is the first report in the record that a desk's machine had everything up to there; the record keeps such a "
    "report only where somebody waited for it, so a machine may have had it earlier."
)


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
    period = f"{clock.full(question.from_ms)} until {clock.full(question.to_ms)}"
    document = Document(
        TITLE,
        f"{record.name}: {about_words(question, subject)}",
        f"{TITLE} · {record.name} · {period}" + (f" · as {question.party} may see it" if question.party else ""),
        question.to_ms,
        tuple(blocks),
    )
    lines = sum(each.look != "gap" for each in minutes.rows)
    conflicts = sum(trail.last["code"] == "CONFLICT_4D" for trail in of_kind(found, "alert"))
    return Made(document, subject, played, lines, conflicts)


def _check(record: Record, question: Question, clock: Clock) -> None:
    first, last = record.entry(0), record.entry(len(record.kept) - 1)
    check_period(question, clock, first.at, last.at)
    agreements = [entry for entry in (first, last) if entry.agreement is not None]
    parties = [party.id for entry in agreements if entry.agreement for party in entry.agreement.parties]
    if question.party is not None and question.party not in parties:
        raise InvalidInput("--for", f"given {question.party!r}", f"one of {', '.join(dict.fromkeys(parties))}")


def check_period(question: Question, clock: Clock, first_ms: int, last_ms: int) -> None:
    """``InvalidInput`` for a period that is none, or lies outside what was heard."""
    if question.to_ms <= question.from_ms:
        given = f"{clock.full(question.to_ms)} is not after --from, {clock.full(question.from_ms)}"
        raise InvalidInput("--to", given, "an instant after --from; the period ends right before it")
    if question.to_ms <= first_ms or question.from_ms > last_ms:
        right = f"a period within {clock.full(first_ms)} and {clock.full(last_ms)}"
        raise InvalidInput("--from", "the period lies outside the record", right)


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
        """All of it, in order."""
        yield from front_page(self._question, self._walk, self._subject, self._clock)
        yield from self._section("The facts", self._facts())
        yield from self._section("Who had what", self._receipts())
        yield from self._section("Conflicts", self._conflicts())
        yield from self._section("STOPs", self._stops())
        yield from self._section("Accounts", self._accounts())
        yield from self._section("Alerts", self._table(self._alerts(), "No alert of it was open in the period."))
        yield from self._section("What was owed", self._table(self._obligations(), "Nothing was owed in the period."))
        yield from self._section("Minute by minute", self._minutes(minutes))
        yield from self._section("How to check this dossier", how_to_check(self._question))

    @staticmethod
    def _section(title: str, blocks: Iterator[Block]) -> Iterator[Block]:
        yield Heading(2, title)
        yield from blocks

    @staticmethod
    def _table(table: Table, otherwise: str) -> Iterator[Block]:
        yield table if table.rows else Para(otherwise, "note")

    def _facts(self) -> Iterator[Block]:
        yield called_table(self._subject)
        yield from self._table(
            facts_table(self._walk, self._subject, self._found, self._clock),
            "Nothing of this is in the record in this period.",
        )
        yield Para(
            "Messages, line tests and the watch are in the table minute by minute, with all that is here.", "note"
        )
        intervals = intervals_table(self._walk, self._subject, self._found)
        if intervals.rows:
            yield intervals

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
            "What each side said of each fact. Neither is taken for the right one. Two accounts contradict each other "
            "when positions are over 100 m apart, times over a minute, or anything else differs at all.",
            "note",
        )
        yield from tables

    def _alerts(self) -> Table:
        return alerts_table(self._walk, self._subject, self._found, self._clock)

    def _obligations(self) -> Table:
        return obligations_table(self._walk, self._subject, self._found, self._clock)

    def _minutes(self, minutes: Table) -> Iterator[Block]:
        yield desks_table(self._walk.agreement, self._walk.party)
        yield Para(NUMBERS, "note")
        yield Para(RULE_WHOLE if self._subject.whole else RULE, "note")
        if all(each.look == "gap" for each in minutes.rows):
            yield Para("Nothing of this is in the record in this period.", "note")
        yield minutes
