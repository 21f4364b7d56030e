"""What came of a replay, kept so that expectations can be judged afterwards: alerts and notices through time.

It is fed either from what a mechanism changed, or from what a host told the mediator's desk of it, who sees everything:
the same alerts and states come of both, and one judge judges them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keepclear.mechanism.alert import Alert
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.outcome import Change, What
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import Severity
from keepclear.spacetime.instants import parse_instant


@dataclass(slots=True)
class AlertHistory:
    """One alert through the replay: who was alerted when, how severe it was when, and when it cleared."""

    id: str
    code: str
    about: tuple[str, ...]
    raised_at_ms: int
    severities: list[tuple[int, Severity]] = field(default_factory=list)
    alerted_at_ms: dict[str, int] = field(default_factory=dict)
    cleared_at_ms: int | None = None

    def note(self, severity: Severity, to: Iterable[str], cleared_at_ms: int | None, at_ms: int) -> None:
        """The alert as it is from ``at_ms`` on."""
        if not self.severities or self.severities[-1][1] != severity:
            self.severities.append((at_ms, severity))
        for desk in to:
            self.alerted_at_ms.setdefault(desk, at_ms)
        self.cleared_at_ms = cleared_at_ms

    def severities_within(self, until_ms: int | None) -> set[Severity]:
        """Every severity that it had when it was raised or rose to by ``until_ms`` (``None``: whenever)."""
        return {severity for at_ms, severity in self.severities if until_ms is None or at_ms <= until_ms}

    @property
    def highest(self) -> Severity:
        """The highest severity that it ever had."""
        return max((severity for _, severity in self.severities), key=lambda severity: severity.rank)


class History:
    """Every alert and every state of a notice, from the changes that were told."""

    def __init__(self) -> None:
        self.alerts: list[AlertHistory] = []
        """Each time that an alert was raised, in that order."""
        self._latest: dict[str, AlertHistory] = {}
        self._states: dict[str, list[tuple[int, NoticeState]]] = {}

    def note(self, changes: Iterable[Change]) -> None:
        """Take in what one input changed."""
        for change in changes:
            if isinstance(change.thing, Alert):
                alert = change.thing
                if change.what is What.RAISED:
                    self._raised(alert.id, str(alert.code), alert.about, alert.raised_at_ms)
                self._latest[alert.id].note(alert.severity, alert.to, alert.cleared_at_ms, change.at_ms)
            elif isinstance(change.thing, Notice):
                self._states.setdefault(change.thing.id, []).append((change.at_ms, change.thing.state))

    def note_views(self, changes: Iterable[Mapping[str, Any]], clock: Callable[[str], int]) -> None:
        """Take in changes as a host shows them to ``mediator.duty``; ``clock`` gives the ms of an instant there.

        What becomes of an alert that was raised before the first of them is no part of the replay.
        """
        for change in changes:
            at_ms = clock(change["at"])
            if change["kind"] == "alert":
                view = change["alert"]
                if change["what"] == What.RAISED:
                    self._raised(view["id"], view["code"], tuple(view["about"]), clock(view["raised_at"]))
                if view["id"] in self._latest:
                    cleared_ms = None if view["cleared_at"] is None else clock(view["cleared_at"])
                    self._latest[view["id"]].note(Severity(view["severity"]), view["to"], cleared_ms, at_ms)
            elif change["kind"] == "notice":
                view = change["notice"]
                self._states.setdefault(view["id"], []).append((at_ms, NoticeState(view["state"])))

    def _raised(self, alert: str, code: str, about: tuple[str, ...], at_ms: int) -> None:
        self._latest[alert] = AlertHistory(alert, code, about, at_ms)
        self.alerts.append(self._latest[alert])

    def state_at(self, notice: str, at_ms: int) -> NoticeState | None:
        """The state of a notice at an instant; ``None`` before it was heard."""
        state = None
        for since_ms, became in self._states.get(notice, ()):
            if since_ms > at_ms:
                break
            state = became
        return state


def shifted_clock(shift_s: int) -> Callable[[str], int]:
    """Reads instants (RFC 3339) of a host at which a scenario plays ``shift_s`` later, as the scenario's own ms."""
    return lambda instant: parse_instant(instant, "at") - shift_s * 1000
