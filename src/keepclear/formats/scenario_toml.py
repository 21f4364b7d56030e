"""The scenario file (model §6): a mechanism, what its desks do, and what is expected to come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.json_ready import json_ready
from keepclear.formats.mechanism_toml import agreement_from_table, agreement_from_toml
from keepclear.formats.reader import LONGEST_TEXT, Table, shown
from keepclear.formats.scenario_clock import instant_of
from keepclear.formats.toml_text import toml_table
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import Severity
from keepclear.spacetime.instants import format_instant, parse_instant

ANY_ALERT = "*"

ALERT_CODES = frozenset(str(code) for code in AlertCode)
"""Every code that an expectation may name."""


@dataclass(frozen=True, slots=True)
class Say:
    """A desk says something; ``given`` are the fields of the statement that the step sets itself."""

    place: str
    at_ms: int
    desk: str
    type: StatementType
    handle: str | None
    said_at: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A desk's connection goes down or comes up."""

    place: str
    at_ms: int
    desk: str
    is_up: bool


Step = Say | Link


@dataclass(frozen=True, slots=True)
class ExpectAlert:
    """An alert that must be raised, and how; what is ``None`` or empty may be anything."""

    place: str
    code: str
    about: str | None
    to: tuple[str, ...]
    from_ms: int | None
    by_ms: int | None
    severity: Severity | None
    count: int | None
    cleared_by_ms: int | None


@dataclass(frozen=True, slots=True)
class ExpectState:
    """A notice that must be in a state at a time."""

    place: str
    about: str
    state: NoticeState
    at_ms: int


@dataclass(frozen=True, slots=True)
class Never:
    """Alerts that must not be raised at all. ``codes`` empty means any; ``spared`` are excepted."""

    place: str
    codes: tuple[str, ...]
    spared: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most cautions and warnings that a desk may get in the whole replay."""

    place: str
    desk: str
    at_most: int


Expectation = ExpectAlert | ExpectState | Never | Limit


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and what is expected of it. ``until_ms`` is the last time that the file names."""

    title: str
    note: str
    start_ms: int
    agreement: Agreement
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]
    until_ms: int


_TOP = ("title", "note", "start", "mechanism", "step", "expect", "never", "limit")
_SAY = ("at", "desk", "say", "as", "precedence", "to", "refs", "body", "serial", "said_at", "mode")
_LINK = ("at", "desk", "link")
_EXPECT = ("alert", "state", "about", "to", "from", "by", "severity", "count", "cleared_by", "at")
_STATE = ("state", "about", "at")


def scenario_from_toml(data: bytes, beside: Callable[[str], bytes]) -> Scenario:
    """The scenario in a file; ``beside`` reads a file that it names, relative to its own place."""
    return scenario_from_table(toml_table(data), beside)


def scenario_from_table(value: object, beside: Callable[[str], bytes]) -> Scenario:
    """The scenario in a table that TOML gave."""
    top = Table(value, "", _TOP)
    start_ms = parse_instant(top.required("start", "when it begins, 2026-04-09T06:00:00Z"), "start")
    agreement = _agreement(top, beside)
    reader = _Reader(start_ms, agreement)
    steps = tuple(reader.step(path, row) for path, row in top.items("step", "rows of [[step]]", most=100_000))
    _refuse_disorder(steps, start_ms)
    reader.handles = {step.handle for step in steps if isinstance(step, Say) and step.handle is not None}
    expectations = (
        *(reader.expect(path, row) for path, row in top.items("expect", "rows of [[expect]]")),
        *(reader.never(path, row) for path, row in top.items("never", "rows of [[never]]")),
        *(reader.limit(path, row) for path, row in top.items("limit", "rows of [[limit]]")),
    )
    return Scenario(
        top.text("title"),
        top.optional_text("note", most=LONGEST_TEXT) or "",
        start_ms,
        agreement,
        steps,
        expectations,
        reader.last_ms,
    )


def _agreement(top: Table, beside: Callable[[str], bytes]) -> Agreement:
    table = top.required("mechanism", 'a mechanism, or file = "…"')
    if not isinstance(table, Mapping) or "file" not in table:
        return agreement_from_table(table, "mechanism")
    name = top.table("mechanism", ("file",)).text("file", "the name of a mechanism file beside this one")
    if PurePath(name).is_absolute():
        raise InvalidInput("mechanism.file", shown(name), "a name relative to the scenario")
    return agreement_from_toml(beside(name), name)


def _refuse_disorder(steps: tuple[Step, ...], start_ms: int) -> None:
    before = start_ms
    handles: set[str] = set()
    for step in steps:
        if step.at_ms < before:
            raise InvalidInput(
                f"{step.place}.at", "earlier than what stands before it", "steps in time order, from start on"
            )
        before = step.at_ms
        if isinstance(step, Say) and step.handle is not None:
            if step.handle in handles:
                raise InvalidInput(f"{step.place}.as", shown(step.handle), "a handle of its own")
            handles.add(step.handle)


class _Reader:
    """Reads the rows of one scenario: it knows its day, its desks, and the last time that any row names."""

    def __init__(self, start_ms: int, agreement: Agreement) -> None:
        self.start_ms = start_ms
        self.last_ms = start_ms
        self.agreement = agreement
        self.handles: set[str] = set()

    def step(self, path: str, row: object) -> Step:
        is_link = isinstance(row, Mapping) and "link" in row
        table = Table(row, path, _LINK if is_link else _SAY)
        at_ms = self._time(table, "at")
        desk = self._desk(table.text("desk", "a desk's id"), table.path("desk"))
        if is_link:
            return Link(path, at_ms, desk, table.choice("link", ("up", "down")) == "up")
        kind = StatementType(table.choice("say", list(StatementType)))
        given = {key: json_ready(table.value(key), table.path(key)) for key in _GIVEN if key in table}
        return Say(path, at_ms, desk, kind, table.optional_text("as"), self._said_at(table, at_ms), given)

    def _said_at(self, table: Table, at_ms: int) -> str:
        """``said_at`` as the statement has it: what the step gives (a clock or a time), or the time of the step."""
        given = table.value("said_at")
        if given is None:
            return format_instant(at_ms)
        if isinstance(given, str) and "T" not in given.upper():
            return format_instant(instant_of(given, table.path("said_at"), self.start_ms))
        return format_instant(parse_instant(given, table.path("said_at")))

    def expect(self, path: str, row: object) -> Expectation:
        if isinstance(row, Mapping) and "state" in row:
            table = Table(row, path, _STATE)
            state = NoticeState(table.choice("state", list(NoticeState)))
            return ExpectState(path, self._handle(table), state, self._time(table, "at"))
        table = Table(row, path, tuple(key for key in _EXPECT if key not in ("state", "at")))
        code = table.choice("alert", sorted(ALERT_CODES))
        count = table.integer("count") if "count" in table else None
        if count is not None and count < 0:
            raise table.refuse("count", "0 or more")
        times = {key: self._time(table, key) for key in ("from", "by", "cleared_by") if key in table}
        return ExpectAlert(
            place=path,
            code=code,
            about=self._handle(table) if "about" in table else None,
            to=self._desks(table),
            from_ms=times.get("from"),
            by_ms=times.get("by"),
            severity=Severity(table.choice("severity", list(Severity))) if "severity" in table else None,
            count=count,
            cleared_by_ms=times.get("cleared_by"),
        )

    def never(self, path: str, row: object) -> Never:
        table = Table(row, path, ("alert", "except", "to"))
        table.required("alert", "a code, a list of codes, or '*'")
        codes = _codes(table, "alert")
        return Never(path, () if ANY_ALERT in codes else codes, _codes(table, "except"), self._desks(table))

    def limit(self, path: str, row: object) -> Limit:
        table = Table(row, path, ("to", "at_most"))
        desk = self._desk(table.text("to", "a desk's id"), table.path("to"))
        return Limit(path, desk, table.integer("at_most", "a whole number"))

    def _time(self, table: Table, key: str) -> int:
        expected = "the clock of the scenario's day, '12:24:00'"
        at_ms = instant_of(table.required(key, expected), table.path(key), self.start_ms)
        self.last_ms = max(self.last_ms, at_ms)
        return at_ms

    def _desks(self, table: Table) -> tuple[str, ...]:
        if isinstance(table.value("to"), str):
            return (self._desk(table.text("to"), table.path("to")),)
        return tuple(self._desk(desk, path) for path, desk in table.texts_with_paths("to", "a desk, or a list of them"))

    def _desk(self, desk: str, path: str) -> str:
        if desk not in self.agreement.desk_by_id:
            raise InvalidInput(
                path, f"unknown: {shown(desk)}", f"a desk: {', '.join(sorted(self.agreement.desk_by_id))}"
            )
        return desk

    def _handle(self, table: Table) -> str:
        about = table.text("about", "the handle of a step").removeprefix("$")
        if about not in self.handles:
            raise table.refuse("about", f"the handle of a step: {', '.join(sorted(self.handles))}")
        return about


_GIVEN = ("precedence", "to", "refs", "body", "serial", "mode")


def _codes(table: Table, key: str) -> tuple[str, ...]:
    """One code or a list of codes."""
    if isinstance(table.value(key), str):
        return (table.choice(key, [ANY_ALERT, *sorted(ALERT_CODES)]),)
    codes = []
    for path, code in table.texts_with_paths(key, "a code, a list of codes, or '*'"):
        if code not in ALERT_CODES and code != ANY_ALERT:
            raise InvalidInput(path, shown(code), f"one of {', '.join(sorted(ALERT_CODES))}")
        codes.append(code)
    return tuple(codes)
