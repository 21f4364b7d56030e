"""Plays a scenario on a clock of its own, as fast as the machine can, straight through the mechanism.

Each desk whose link is up has every statement at the moment it is heard. While a link is down nothing reaches the desk,
and what it says it keeps; when the link is back it has what it missed, and then what it kept is heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import InvalidInput, Refused
from keepclear.formats.scenario_clock import clock_of
from keepclear.formats.scenario_toml import Link, Say, Scenario
from keepclear.formats.statement_json import statement_from_json
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.play import ClockEntry, DeliveryEntry, Entry, StatementEntry
from keepclear.mechanism.play import step as play_step
from keepclear.scenario.history import History
from keepclear.scenario.script import ids_of, statement_json


@dataclass(frozen=True, slots=True)
class Unplayed:
    """A step that was not heard, and why."""

    place: str
    type: str
    why: str


@dataclass(slots=True)
class Played:
    """What came of a scenario: the history to judge, the ids behind its handles, and the steps that were not heard."""

    history: History = field(default_factory=History)
    handles: dict[str, str] = field(default_factory=dict)
    unplayed: list[Unplayed] = field(default_factory=list)


def play(scenario: Scenario) -> Played:
    """Play a scenario up to the last time that it names.

    Raises ``InvalidInput`` when a step says something that is no statement, with the place of the step.
    """
    return _Player(scenario).play()


class _Player:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._mechanism = Mechanism(scenario.agreement)
        self._ids = ids_of(scenario)
        self._serials: dict[str, int] = {}
        self._kept: dict[str, list[tuple[Say, dict[str, Any]]]] = {}
        self._played = Played()

    def play(self) -> Played:
        for step in self._scenario.steps:
            self._take(ClockEntry(step.at_ms))
            if isinstance(step, Link):
                self._link(step)
            else:
                self._say(step)
        self._take(ClockEntry(self._scenario.until_ms))
        return self._played

    def _say(self, step: Say) -> None:
        """The desk says it now: the serial is counted now, though the link may be down."""
        identity = self._ids[step.place]
        given = step.given.get("serial")
        serial = given if isinstance(given, int) else self._serials.get(step.desk, 0) + 1
        value = statement_json(self._scenario, step, identity, serial, self._played.handles)
        if step.handle is not None:
            self._played.handles[step.handle] = identity
        self._serials[step.desk] = serial
        if step.desk in self._kept:
            self._kept[step.desk].append((step, value))
        else:
            self._hear(step, value, step.at_ms, held=False)

    def _hear(self, step: Say, value: dict[str, Any], at_ms: int, *, held: bool) -> None:
        try:
            statement = statement_from_json(value, self._scenario.agreement)
        except InvalidInput as error:
            raise error.under(step.place) from None
        try:
            self._take(StatementEntry(at_ms, statement, held))
        except Refused as error:
            why = f"refused at {clock_of(at_ms, self._scenario.start_ms)}: {error}"
            self._played.unplayed.append(Unplayed(step.place, step.type, why))
            return
        except InvalidInput as error:
            raise error.under(step.place) from None
        for desk in self._scenario.agreement.desk_by_id:
            if desk not in self._kept:
                self._take(DeliveryEntry(at_ms, desk, self._mechanism.index))

    def _link(self, step: Link) -> None:
        if not step.is_up:
            self._kept.setdefault(step.desk, [])
            return
        kept = self._kept.pop(step.desk, [])
        self._take(DeliveryEntry(step.at_ms, step.desk, self._mechanism.index))
        for said, value in kept:
            self._hear(said, value, step.at_ms, held=True)

    def _take(self, entry: Entry) -> None:
        self._played.history.note(play_step(self._mechanism, entry).changes)
