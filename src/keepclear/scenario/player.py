"""Plays a scenario: on a clock of its own, as fast as the machine can, or wherever else a stage is.

Each desk whose link is up has every statement at the moment it is heard. While a link is down nothing reaches the desk,
and what it says it keeps; when the link is back it has what it missed, and then what it kept is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

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


class Stage(Protocol):
    """Where a scenario plays. All instants are the scenario's own, in ms."""

    def wait(self, until_ms: int) -> None:
        """It is ``until_ms``."""

    def hear(self, value: dict[str, Any], at_ms: int, *, held: bool) -> None:
        """The desk that a statement is from says it. Raises ``Refused`` or ``InvalidInput`` as a host would."""

    def cut(self, desk: str) -> None:
        """The desk's link is down: nothing reaches it."""

    def join(self, desk: str, at_ms: int) -> None:
        """The desk's link is up again, and what it missed has reached it."""

    def finish(self, until_ms: int) -> History:
        """It is ``until_ms``, and this is all that came of the scenario until then."""


def play(scenario: Scenario) -> Played:
    """Play a scenario up to the last time that it names, on a simulated clock.

    Raises ``InvalidInput`` when a step says something that is no statement, with the place of the step.
    """
    return play_on(Simulated(scenario), scenario, ids_of(scenario))


def play_on(stage: Stage, scenario: Scenario, ids: Mapping[str, str]) -> Played:
    """Play a scenario on a stage; ``ids`` are of the statements, by the places of their steps. See :func:`play`."""
    return _Player(stage, scenario, ids).play()


class Simulated:
    """A stage in this very process: a mechanism, and a clock that is wherever it should be."""

    def __init__(self, scenario: Scenario, history: History | None = None) -> None:
        self._mechanism = Mechanism(scenario.agreement)
        self._up = dict.fromkeys(scenario.agreement.desk_by_id)
        self._history = history or History()

    def wait(self, until_ms: int) -> None:
        """See :class:`Stage`."""
        self._take(ClockEntry(until_ms))

    def hear(self, value: dict[str, Any], at_ms: int, *, held: bool) -> None:
        """See :class:`Stage`."""
        self._take(StatementEntry(at_ms, statement_from_json(value, self._mechanism.agreement), held))
        for desk in self._up:
            self._take(DeliveryEntry(at_ms, desk, self._mechanism.index))

    def cut(self, desk: str) -> None:
        """See :class:`Stage`."""
        self._up.pop(desk, None)

    def join(self, desk: str, at_ms: int) -> None:
        """See :class:`Stage`."""
        self._up[desk] = None
        self._take(DeliveryEntry(at_ms, desk, self._mechanism.index))

    def finish(self, until_ms: int) -> History:
        """See :class:`Stage`."""
        self.wait(until_ms)
        return self._history

    def _take(self, entry: Entry) -> None:
        self._history.note(play_step(self._mechanism, entry).changes)


class _Player:
    def __init__(self, stage: Stage, scenario: Scenario, ids: Mapping[str, str]) -> None:
        self._stage = stage
        self._scenario = scenario
        self._ids = ids
        self._serials: dict[str, int] = {}
        self._kept: dict[str, list[tuple[Say, dict[str, Any]]]] = {}
        self._played = Played()

    def play(self) -> Played:
        for step in self._scenario.steps:
            self._stage.wait(step.at_ms)
            if isinstance(step, Link):
                self._link(step)
            else:
                self._say(step)
        self._played.history = self._stage.finish(self._scenario.until_ms)
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
            self._stage.hear(value, at_ms, held=held)
        except Refused as error:
            why = f"refused at {clock_of(at_ms, self._scenario.start_ms)}: {error}"
            self._played.unplayed.append(Unplayed(step.place, step.type, why))
        except InvalidInput as error:
            raise error.under(step.place) from None

    def _link(self, step: Link) -> None:
        if not step.is_up:
            self._kept.setdefault(step.desk, [])
            self._stage.cut(step.desk)
            return
        kept = self._kept.pop(step.desk, [])
        self._stage.join(step.desk, step.at_ms)
        for said, value in kept:
            self._hear(said, value, step.at_ms, held=True)
