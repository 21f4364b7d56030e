"""Judges what a scenario expects against what came of it; each that is unmet says in one line what was seen instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepclear.formats.scenario_clock import clock_of
from keepclear.formats.scenario_toml import ExpectAlert, Expectation, ExpectState, Limit, Never, Scenario
from keepclear.mechanism.words import Severity
from keepclear.scenario.history import AlertHistory
from keepclear.scenario.player import Played

MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """One expectation, or one step that could not be heard. ``seen`` is empty where it is met."""

    place: str
    expected: str
    met: bool
    seen: str = ""

    def line(self) -> str:
        """``expect[3] CONFLICT_4D by 12:24:05: nothing of the kind was raised``."""
        return f"{self.place} {self.expected}: {self.seen or 'met'}"


def judge(scenario: Scenario, played: Played) -> list[Judgement]:
    """A judgement for each expectation in file order, after those of the steps that were not heard."""
    unplayed = [Judgement(step.place, step.type, met=False, seen=step.why) for step in played.unplayed]
    judging = _Judge(scenario, played)
    return [*unplayed, *(judging.judged(expectation) for expectation in scenario.expectations)]


class _Judge:
    def __init__(self, scenario: Scenario, played: Played) -> None:
        self._start_ms = scenario.start_ms
        self._played = played
        self._alerts = list(played.history.alerts)
        self._names = {identity: handle for handle, identity in played.handles.items()}

    def judged(self, expectation: Expectation) -> Judgement:
        match expectation:
            case ExpectAlert():
                return self._alert(expectation)
            case ExpectState():
                return self._state(expectation)
            case Never():
                return self._never(expectation)
            case Limit():
                return self._limit(expectation)

    def _alert(self, expected: ExpectAlert) -> Judgement:
        words = self._in_words(expected)
        of_kind = [
            alert
            for alert in self._alerts
            if alert.code == expected.code
            and (expected.about is None or self._played.handles.get(expected.about) in alert.about)
        ]
        counted = [alert for alert in of_kind if all(desk in alert.alerted_at_ms for desk in expected.to)]
        if expected.count is not None and len(counted) != expected.count:
            seen = f"raised {_times(len(counted))}: {self._list(of_kind)}"
            return Judgement(expected.place, words, met=False, seen=seen)
        if expected.count == 0 or any(self._fits(alert, expected) for alert in of_kind):
            return Judgement(expected.place, words, met=True)
        return Judgement(expected.place, words, met=False, seen=self._list(of_kind))

    def _fits(self, alert: AlertHistory, expected: ExpectAlert) -> bool:
        """Whether one alert is all that is expected: raised in time, to all, so severe, and gone in time."""
        raised = alert.raised_at_ms
        if expected.from_ms is not None and raised < expected.from_ms:
            return False
        if expected.by_ms is not None and raised > expected.by_ms:
            return False
        for desk in expected.to:
            alerted_ms = alert.alerted_at_ms.get(desk)
            if alerted_ms is None or (expected.by_ms is not None and alerted_ms > expected.by_ms):
                return False
        if expected.severity is not None and expected.severity not in alert.severities_within(expected.by_ms):
            return False
        cleared = alert.cleared_at_ms
        return expected.cleared_by_ms is None or (cleared is not None and cleared <= expected.cleared_by_ms)

    def _state(self, expected: ExpectState) -> Judgement:
        words = f"{expected.about} is {expected.state} at {self._clock(expected.at_ms)}"
        state = self._played.history.state_at(self._played.handles.get(expected.about, ""), expected.at_ms)
        if state == expected.state:
            return Judgement(expected.place, words, met=True)
        seen = f"it is {state}" if state is not None else "no such notice was heard by then"
        return Judgement(expected.place, words, met=False, seen=seen)

    def _never(self, never: Never) -> Judgement:
        codes = " or ".join(never.codes) or "any alert"
        spared = f" but {', '.join(never.spared)}" if never.spared else ""
        words = f"never {codes}{spared}{_to(never.to)}"
        raised = [
            alert
            for alert in self._alerts
            if (not never.codes or alert.code in never.codes)
            and alert.code not in never.spared
            and (not never.to or any(desk in alert.alerted_at_ms for desk in never.to))
        ]
        return Judgement(never.place, words, met=not raised, seen=self._list(raised) if raised else "")

    def _limit(self, limit: Limit) -> Judgement:
        words = f"at most {limit.at_most} cautions and warnings to {limit.desk}"
        got = [
            alert
            for alert in self._alerts
            if limit.desk in alert.alerted_at_ms and alert.highest.rank >= Severity.CAUTION.rank
        ]
        if len(got) <= limit.at_most:
            return Judgement(limit.place, words, met=True)
        return Judgement(limit.place, words, met=False, seen=f"it got {len(got)}: {self._list(got)}")

    def _in_words(self, expected: ExpectAlert) -> str:
        words = expected.code
        words += f" about {expected.about}" if expected.about else ""
        words += _to(expected.to)
        words += f" as {expected.severity}" if expected.severity else ""
        words += f" from {self._clock(expected.from_ms)}" if expected.from_ms is not None else ""
        words += f" by {self._clock(expected.by_ms)}" if expected.by_ms is not None else ""
        words += f" {_times(expected.count)}" if expected.count is not None else ""
        words += f" cleared by {self._clock(expected.cleared_by_ms)}" if expected.cleared_by_ms is not None else ""
        return words

    def _list(self, alerts: list[AlertHistory]) -> str:
        if not alerts:
            return "nothing of the kind was raised"
        shown = "; ".join(self._seen(alert) for alert in alerts[:MOST_SHOWN])
        return f"{shown}; and {len(alerts) - MOST_SHOWN} more" if len(alerts) > MOST_SHOWN else shown

    def _seen(self, alert: AlertHistory) -> str:
        about = ", ".join(self._names.get(identity, identity) for identity in alert.about)
        severities = ", then ".join(
            str(severity) if number == 0 else f"{severity} at {self._clock(at_ms)}"
            for number, (at_ms, severity) in enumerate(alert.severities)
        )
        cleared = f", cleared {self._clock(alert.cleared_at_ms)}" if alert.cleared_at_ms is not None else ""
        raised = self._clock(alert.raised_at_ms)
        return f"{alert.code} about {about} raised {raised}{_to(alert.alerted_at_ms)} as {severities}{cleared}"

    def _clock(self, instant_ms: int) -> str:
        return clock_of(instant_ms, self._start_ms)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _to(desks: Iterable[str]) -> str:
    listed = ", ".join(desks)
    return f" to {listed}" if listed else ""
