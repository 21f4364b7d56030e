"""What came of a replay, kept so that expectations can be judged afterwards: alerts and notices through time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from keepclear.mechanism.alert import Alert
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.outcome import Change, What
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import Severity


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

    def note(self, alert: Alert, at_ms: int) -> None:
        """The alert as it is from ``at_ms`` on."""
        if not self.severities or self.severities[-1][1] != alert.severity:
            self.severities.append((at_ms, alert.severity))
        for desk in alert.to:
            self.alerted_at_ms.setdefault(desk, at_ms)
        self.cleared_at_ms = alert.cleared_at_ms

    def severities_within(self, until_ms: int | None) -> set[Severity]:
        """Every severity that it had when it was raised or rose to by ``until_ms`` (``None``: whenever)."""
        return {severity for at_ms, severity in self.severities if until_ms is None or at_ms <= until_ms}

    @property
    def highest(self) -> Severity:
        """The highest severity that it ever had."""
        return max((severity for _, severity in self.severities), key=lambda severity: severity.rank)


class History:
    """Every alert and every state of a notice, from the changes that the mechanism told."""

    def __init__(self) -> None:
        self.alerts: list[AlertHistory] = []
        """Each time that an alert was raised, in that order."""
        self._latest: dict[str, AlertHistory] = {}
        self._states: dict[str, list[tuple[int, NoticeState]]] = {}

    def note(self, changes: Iterable[Change]) -> None:
        """Take in what one input changed."""
        for change in changes:
            if isinstance(change.thing, Alert):
                self._note_alert(change.thing, change.at_ms, anew=change.what is What.RAISED)
            elif isinstance(change.thing, Notice):
                self._states.setdefault(change.thing.id, []).append((change.at_ms, change.thing.state))

    def _note_alert(self, alert: Alert, at_ms: int, *, anew: bool) -> None:
        if anew:
            self._latest[alert.id] = AlertHistory(alert.id, str(alert.code), alert.about, alert.raised_at_ms)
            self.alerts.append(self._latest[alert.id])
        self._latest[alert.id].note(alert, at_ms)

    def state_at(self, notice: str, at_ms: int) -> NoticeState | None:
        """The state of a notice at an instant; ``None`` before it was heard."""
        state = None
        for since_ms, became in self._states.get(notice, ()):
            if since_ms > at_ms:
                break
            state = became
        return state
