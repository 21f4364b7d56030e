"""Minute by minute: what each desk said, was shown, and when its machine had it; empty stretches told as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keepclear.mechanism.agreement import Agreement
from keepclear.report.changes import told_words
from keepclear.report.document import Cell, Column, Row, Table, cell
from keepclear.report.sentences import statement_words
from keepclear.report.subject import Subject
from keepclear.report.walk import Step, Told, Walk
from keepclear.report.writing import MINUTE_MS, Clock, harmless, span

COLUMNS = (
    Column("Time", 10, "number"),
    Column("No.", 5, "number"),
    Column("Desk", 15),
    Column("What it said, or was shown", 50),
    Column("On its machine by", 21),
)
MOST_DESKS_NAMED = 4
_BEFORE = {"said": "Said: ", "shown": "Shown: ", "delivery": ""}
NOTHING = "–"
MANY_REPORTS = 4
"""Reports of machines at one time, from which on they are told on one row."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: at a place in the record, desks that said something, or were shown the same."""

    index: int
    at_ms: int
    desks: tuple[str, ...]
    look: str
    """``said``, ``shown`` or ``delivery``."""
    words: tuple[str, ...]
    told: tuple[Told, ...] = ()
    """What the words are of: of ``shown``, what disclosure gave these desks that belongs here."""
    audience: tuple[str, ...] = ()
    """Of ``said``: the desks that were shown the statement itself."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A place in the record at which the viewer's desks were shown something, but nothing that belongs here."""

    index: int
    at_ms: int


def lines_of(walk: Walk, subject: Subject, clock: Clock) -> Iterator[Line | Aside]:
    """Every line of the period, in the order of the record."""
    for step in walk.in_period():
        found = [*_said(step, subject, clock), *_shown(step, subject, clock)]
        if step.delivered is not None and (found or subject.whole):
            found.insert(0, _delivery(step, *step.delivered))
        yield from found
        if not found and (step.seen or step.by_desk):
            yield Aside(step.index, step.at_ms)


def _delivery(step: Step, desk: str, through: int) -> Line:
    words = f"Its machine has everything up to no. {min(through, step.index - 1)}."
    return Line(step.index, step.at_ms, (desk,), "delivery", (words,))


def _said(step: Step, subject: Subject, clock: Clock) -> Iterator[Line]:
    for told in step.seen:
        if told.kind == "statement" and subject.concerns(told):
            words = statement_words(told.shown, subject, clock)
            audience = tuple(desk for desk, given in step.by_desk.items() if any(x.kind == "statement" for x in given))
            yield Line(step.index, step.at_ms, (told.shown["from"],), "said", (words,), (told,), audience)


def _shown(step: Step, subject: Subject, clock: Clock) -> Iterator[Line]:
    """What follows from it. Desks that were shown the very same are on one line."""
    groups: dict[tuple[str, ...], list[str]] = {}
    told_to: dict[tuple[str, ...], tuple[Told, ...]] = {}
    for desk, all_told in step.by_desk.items():
        told = tuple(each for each in all_told if each.kind != "statement" and subject.concerns(each))
        words = _counted(filter(None, (told_words(each, subject, clock, step.at_ms) for each in told)))
        if words:
            groups.setdefault(words, []).append(desk)
            told_to.setdefault(words, told)
    for words, desks in groups.items():
        yield Line(step.index, step.at_ms, tuple(desks), "shown", words, told_to[words])


def _counted(words: Iterable[str]) -> tuple[str, ...]:
    """The same words more than once are told once, with how often."""
    times = Counter(words)
    return tuple(text if count == 1 else f"{text} ({count} times)" for text, count in times.items())


class Machines:
    """When each desk's machine had everything up to a place: the first report in the record that covers it."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._reports: dict[str, list[tuple[int, int, int]]] = {}
        for step in steps:
            if step.delivered is not None:
                desk, through = step.delivered
                self._reports.setdefault(desk, []).append((min(through, step.index - 1), step.index, step.at_ms))

    def had(self, desk: str, index: int) -> tuple[int, int] | None:
        """The place and time of the report, or None where the record has none."""
        return next(((at, ms) for through, at, ms in self._reports.get(desk, ()) if through >= index), None)


def minutes_table(walk: Walk, subject: Subject, clock: Clock) -> Table:
    """The table of the period."""
    machines = Machines(walk.steps)
    made = _Rows(walk, clock, machines)
    for line in lines_of(walk, subject, clock):
        made.take(line)
    made.until(walk.to_ms)
    caption = f"What each desk said and was shown, from {clock.full(walk.from_ms)} until {clock.full(walk.to_ms)}"
    return Table(caption, COLUMNS, tuple(made.rows))


class _Rows:
    """Rows as they come; ``next_ms`` is the first minute that nothing has been said of yet."""

    def __init__(self, walk: Walk, clock: Clock, machines: Machines) -> None:
        self._walk = walk
        self._clock = clock
        self._machines = machines
        self._shown = {step.index: tuple(step.by_desk) for step in walk.in_period() if step.delivered is None}
        self._next_ms = walk.from_ms - walk.from_ms % MINUTE_MS
        self._aside: list[int] = []
        self._reports: list[Line] = []
        self.rows: list[Row] = []

    def take(self, line: Line | Aside) -> None:
        """One more line, or what is only to be counted."""
        minute = line.at_ms - line.at_ms % MINUTE_MS
        if isinstance(line, Aside):
            self._reports_told()
            self._aside.append(line.index)
            return
        if self._is_report(line):
            self._reports.append(line)
            return
        self._reports_told()
        self._put(line, minute)

    def _is_report(self, line: Line) -> bool:
        """Whether it is a machine's report, or what desks were shown of one, right after the last and at its time."""
        held = self._reports
        if line.look == "delivery":
            return not held or held[-1].at_ms == line.at_ms
        return bool(held) and held[-1].index == line.index

    def _reports_told(self) -> None:
        """Reports of many machines at one time are one row; of few, each is its own."""
        held, self._reports = self._reports, []
        desks = tuple(line.desks[0] for line in held if line.look == "delivery")
        if len(desks) < MANY_REPORTS:
            for line in held:
                self._put(line, line.at_ms - line.at_ms % MINUTE_MS)
            return
        words = ("Their machines report, one after another, that each has everything up to the place before.",
                 "Shown each time to the desks concerned: who has it now.")  # fmt: skip
        at_ms, where = held[0].at_ms, numbers([line.index for line in held]).removeprefix("no. ")
        begins = self._begins(at_ms - at_ms % MINUTE_MS)
        cells = (cell(self._clock.time(at_ms)), cell(where), Cell(self._desks(desks)), Cell(words), cell(""))
        self.rows.append(Row(cells, " ".join(filter(None, ("delivery", "apart" if begins else "")))))

    def _put(self, line: Line, minute: int) -> None:
        self.rows.append(self._row(line, "apart" if self._begins(minute) else ""))

    def _begins(self, minute: int) -> bool:
        """Whether the minute is new; then what was empty before it has been told."""
        begins = minute >= self._next_ms
        if begins:
            self.until(minute)
            self._next_ms = minute + MINUTE_MS
        return begins

    def until(self, end_ms: int) -> None:
        """Up to there nothing more: how long, and what other matters were shown meanwhile."""
        self._reports_told()
        aside = self._aside
        self._aside = []
        others = f" Other matters meanwhile: {numbers(aside)}." if aside else ""
        empty_ms = end_ms - self._next_ms
        if empty_ms > 0:
            whole = f"{self._clock.minute(self._next_ms)} to {self._clock.minute(end_ms)}"
            text = (
                f"{whole}: nothing for {span(min(empty_ms, end_ms - max(self._next_ms, self._walk.from_ms)))}.{others}"
            )
            self.rows.append(Row((cell(text),), "gap"))
        elif others:
            self.rows.append(Row((cell(others.strip()),), "gap"))

    def _row(self, line: Line, look: str) -> Row:
        first, *rest = line.words
        if line.audience:
            to = tuple(desk for desk in line.audience if desk not in line.desks)
            rest.append(f"Shown to {', '.join(self._desks(to, line.desks)) if to else 'no other desk'}.")
        at = cell(self._clock.time(line.at_ms))
        cells = (
            at,
            cell(str(line.index)),
            Cell(self._desks(line.desks)),
            cell(_BEFORE[line.look] + first, *rest, look=line.look),
        )
        return Row((*cells, Cell(self._had(line))), " ".join(filter(None, (line.look, look))))

    def _desks(self, desks: tuple[str, ...], but: tuple[str, ...] = ()) -> tuple[str, ...]:
        return desk_names(self._walk.agreement, desks, self._walk.party, but)

    def _had(self, line: Line) -> tuple[str, ...]:
        """When it was on the machines of those that were shown anything of it; on the first line of a place alone."""
        desks = self._shown.pop(line.index, ())
        by: dict[int, dict[str, int]] = {}
        for desk in desks:
            found = self._machines.had(desk, line.index)
            if found is not None and not (line.look == "said" and desk in line.desks):
                by.setdefault(found[1], {})[desk] = found[0]
        lines = []
        for at_ms, had in sorted(by.items()):
            names = ", ".join(self._desks(tuple(had), line.desks))
            lines.append(f"{names} {self._clock.time(at_ms)} ({numbers(sorted(had.values()))})")
        return tuple(lines) or (NOTHING if desks else "",)


def desk_names(
    agreement: Agreement, desks: tuple[str, ...], party: str | None, but: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Desks one by one, or, where they are many, by the parties all of whose desks are among them.

    ``but`` are desks that are spoken of already: all the rest are «every other desk».
    """
    everyone = set(agreement.desk_by_id) if party is None else set(agreement.desks_of.get(party, ()))
    if len(desks) > 2 and everyone - set(but) == set(desks) - set(but):
        other = "other " if everyone & set(but) else ""
        return (f"every {other}desk{f' of {harmless(party)}' if party else ''} ({len(desks)})",)
    if len(desks) <= MOST_DESKS_NAMED:
        return tuple(harmless(desk) for desk in desks)
    left, names = set(desks), []
    for side, own in agreement.desks_of.items():
        rest = set(own) - set(but)
        if len(rest) > 1 and rest <= left:
            all_of_them = "both desks" if len(own) == 2 else f"all {len(own)} desks"
            words = all_of_them if len(rest) == len(own) else f"its other {len(rest)} desks"
            names.append(f"{harmless(side)}: {words}")
            left -= rest
    return (*names, *(harmless(desk) for desk in desks if desk in left))


def numbers(indexes: list[int]) -> str:
    """Record numbers, runs of them together: ``no. 3–5, 9``."""
    runs: list[list[int]] = []
    for index in dict.fromkeys(indexes):
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return "no. " + ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in runs)
