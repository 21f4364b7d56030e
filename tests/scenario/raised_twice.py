"""Looks for a desk that was raised the same alert twice while its cause lasted.

What makes two alerts the same is worked out here from what they say, not from the keys that the mechanism keeps them
by: the code, what it is about, and who or what it names. An alert that clears and is raised again at one and the same
instant is the same one, still there: a desk that hears of it again has been told twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from keepclear.formats.scenario_toml import scenario_from_toml
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.outcome import Change, What
from keepclear.scenario.history import History
from keepclear.scenario.player import Played, Simulated, play_on
from keepclear.scenario.script import ids_of

NAMED = ("owing", "desk", "force", "zone", "called")
Cause = tuple[str, ...]


class Watched(History):
    """A history that also keeps count of the alerts to each desk, by cause."""

    def __init__(self) -> None:
        super().__init__()
        self.twice: list[str] = []
        self.raised: Counter[str] = Counter()
        self._told: dict[tuple[str, Cause], tuple[str, int | None]] = {}

    def note(self, changes: Iterable[Change]) -> None:
        """See ``History``."""
        changes = list(changes)
        super().note(changes)
        for change in changes:
            if isinstance(change.thing, Alert):
                self._note(change.thing, change.what)

    def _note(self, alert: Alert, what: What) -> None:
        if what is What.RAISED:
            self.raised[alert.code] += 1
        if alert.code is AlertCode.STOP_OVERDUE:
            return
        for desk in alert.to:
            before = self._told.get((desk, cause_of(alert)))
            if before is not None and before[0] != alert.id and (before[1] is None or before[1] >= alert.raised_at_ms):
                self.twice.append(f"{desk}: {alert.code} at {alert.raised_at_ms}: {alert.why}")
            self._told[desk, cause_of(alert)] = (alert.id, alert.cleared_at_ms)


def cause_of(alert: Alert) -> Cause:
    """The code, what it is about, and whom or what it names; missed calls are about a party, whatever the matter."""
    named = [str(alert.detail.get(key, "")) for key in NAMED]
    parties = [name.partition(".")[0] for name in named]
    about = [str(alert.party)] if alert.code is AlertCode.CONTACT_UNREACHABLE else sorted(alert.about)
    return (alert.code, *about, *parties)


def watched(text: str) -> tuple[Watched, Played]:
    """The scenario, played on the simulated clock."""
    scenario = scenario_from_toml(text.encode(), lambda name: name.encode())
    history = Watched()
    return history, play_on(Simulated(scenario, history), scenario, ids_of(scenario))
