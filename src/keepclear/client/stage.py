"""A running host as the stage of a scenario: each desk at its own connection, in step with the host's clock.

The scenario as a whole is moved to the host's present. What comes of it is read from what the host tells the mediator's
duty desk, who sees everything, over a stream of its own, and moved back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from keepclear.client.attending import Desk, HostTime, Observer
from keepclear.client.client import Client
from keepclear.errors import InvalidInput
from keepclear.formats.mechanism_table import agreement_digest
from keepclear.formats.scenario_toml import Say, Scenario
from keepclear.mechanism.words import MEDIATOR_DESK, Mode
from keepclear.scenario.history import History, shifted_clock
from keepclear.scenario.moved import moved, refuse_immovable
from keepclear.spacetime.instants import format_instant, parse_instant

LEAD_S = 0.5
"""Seconds of the machine between the last preparation and the first step."""

_STATEMENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class HostStage:
    """A host as a :class:`~keepclear.scenario.player.Stage`. Close it, or use it in a ``with`` block.

    ``tokens`` are by desk. Raises ``InvalidInput`` when the host runs at another speed, keeps another agreement, or a
    desk has no token; the host's own errors otherwise.
    """

    def __init__(self, scenario: Scenario, url: str, tokens: Mapping[str, str], speed: float) -> None:
        refuse_immovable(scenario.agreement)
        missing = [desk for desk in scenario.agreement.desk_by_id if desk not in tokens]
        if missing:
            raise InvalidInput("--tokens", f"no token for {', '.join(missing)}", "a token for every desk")
        self.late_ms = 0
        """How long after its time a statement was heard at most, by the host's clock."""
        self._said: set[str] = set()
        self._first_ms = min((step.at_ms for step in scenario.steps), default=scenario.start_ms)
        self._speed = speed
        self._desks: dict[str, Desk] = {}
        self._observer = Observer(url, tokens[MEDIATOR_DESK])
        try:
            _check_host(self._observer.asking, scenario, speed)
            for desk in scenario.agreement.desk_by_id:
                self._desks[desk] = Desk(url, tokens[desk])
                self._desks[desk].join()
            self._time = HostTime(self._observer.asking, speed)
        except BaseException:
            self.close()
            raise
        begin_ms = self._time.now_ms() + LEAD_S * 1000 * speed
        self._shift_s = math.ceil((begin_ms - self._first_ms) / 1000)

    def wait(self, until_ms: int) -> None:
        """See ``Stage``."""
        self._time.wait(until_ms + self._shift_s * 1000)
        for desk in self._desks.values():
            if desk.failure is not None:
                raise desk.failure

    def hear(self, value: dict[str, Any], at_ms: int, *, held: bool) -> None:
        """See ``Stage``. A clock that is wrong in the scenario is as wrong here; one that is right shows the time."""
        desk = self._desks[value["from"]]
        sent = moved(value, self._shift_s)
        sent["serial"] += desk.before
        if not held:
            ahead_ms = parse_instant(value["said_at"], "said_at") - at_ms
            sent["said_at"] = format_instant(self._time.now_ms() + ahead_ms)
        self._said.add(sent["id"])
        heard_ms = parse_instant(desk.client.send(sent, held=held)["heard_at"], "heard_at")
        self.late_ms = max(self.late_ms, heard_ms - self._shift_s * 1000 - at_ms)

    def cut(self, desk: str) -> None:
        """See ``Stage``."""
        self._desks[desk].cut()

    def join(self, desk: str, at_ms: int) -> None:  # noqa: ARG002 - it is that time now
        """See ``Stage``."""
        self._desks[desk].cut()
        self._desks[desk].join()

    def finish(self, until_ms: int) -> History:
        """See ``Stage``. Alerts about what others said here, before or meanwhile, are no part of it."""
        end_ms = until_ms + self.late_ms
        self.wait(end_ms)
        clock = shifted_clock(self._shift_s)
        history = History()
        history.note_views((one for one in self._observer.everything() if clock(one["at"]) <= end_ms), clock)
        history.alerts = [one for one in history.alerts if all(self._is_ours(about) for about in one.about)]
        return history

    def close(self) -> None:
        """Every desk leaves."""
        self._observer.close()
        for desk in self._desks.values():
            desk.close()

    def __enter__(self) -> HostStage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_ours(self, about: str) -> bool:
        """Whether this is a statement of the scenario, or no statement at all."""
        return about in self._said or not _STATEMENT.fullmatch(about)


def _check_host(asking: Client, scenario: Scenario, speed: float) -> None:
    agreed, wanted = asking.mechanism(), scenario.agreement
    if agreed["name"] != wanted.name:
        expected = "serve the mechanism of the scenario"
        raise InvalidInput("--host", f"it keeps «{agreed['name']}», the scenario is of «{wanted.name}»", expected)
    if agreed["in_force"]["digest"] != agreement_digest(wanted):
        expected = "serve the very mechanism of the scenario, in a folder of its own"
        raise InvalidInput("--host", f"its «{wanted.name}» is not the one of the scenario, rule by rule", expected)
    is_live = any(isinstance(step, Say) and step.given.get("mode") != Mode.EXERCISE for step in scenario.steps)
    if is_live and agreed["signatures"] == "required":
        expected = "a host in a folder of its own, with «keepclear serve --unsigned»: a scenario has no desk's key"
        raise InvalidInput("--host", "it takes signed statements only", expected)
    there = asking.me()["clock_speed"]
    if there != speed:
        expected = f"«keepclear serve --speed {speed:g}», or replay --speed {there:g}"
        raise InvalidInput("--speed", f"{speed:g}, but the host's clock runs at {there:g}", expected)
