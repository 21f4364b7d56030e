"""Real records: scenario files played into the entries that a host would have kept, on a store of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from keepclear.formats.entry import agreement_entry, clock_entry, delivery_entry, statement_entry
from keepclear.formats.findings import worked_out
from keepclear.formats.scenario_toml import Scenario, scenario_from_toml
from keepclear.mechanism.outcome import Outcome
from keepclear.mechanism.play import ClockEntry, DeliveryEntry, Entry, StatementEntry
from keepclear.mechanism.play import step as play_step
from keepclear.scenario.player import Played, Simulated, play_on
from keepclear.scenario.script import ids_of
from keepclear.store import SqliteStore

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "scenarios"


class Recording(Simulated):
    """A simulated clock that keeps each input which has a place in the record, as a host does."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.kept = [agreement_entry(scenario.start_ms, scenario.agreement)]

    def wait(self, until_ms: int) -> None:
        """Each deadline is an entry of its own, at its own time, as on a host whose clock is told in time."""
        while (due := self._mechanism.next_due()) is not None and due <= until_ms:
            self._take(ClockEntry(due))
        super().wait(until_ms)

    def _take(self, entry: Entry) -> None:
        outcome = play_step(self._mechanism, entry)
        self._history.note(outcome.changes)
        if outcome.is_entry:
            assert outcome.index == len(self.kept)
            self.kept.append(_bytes(entry, outcome))


def _bytes(entry: Entry, outcome: Outcome) -> bytes:
    at_ms, followed = outcome.at_ms, worked_out(outcome)
    match entry:
        case StatementEntry(_, statement, held):
            return statement_entry(at_ms, statement, held=held, worked_out=followed)
        case DeliveryEntry(_, desk, through):
            return delivery_entry(at_ms, desk, through, worked_out=followed)
        case ClockEntry():
            return clock_entry(at_ms, worked_out=followed)
        case _:
            raise AssertionError(entry)


def recorded(text: str | Path, folder: Path = SHARED) -> tuple[Scenario, Played, list[bytes]]:
    """A scenario (its text, or its file), what came of it, and its record."""
    data = text.read_bytes() if isinstance(text, Path) else text.encode()
    scenario = scenario_from_toml(data, lambda beside: (folder / beside).read_bytes())
    stage = Recording(scenario)
    played = play_on(stage, scenario, ids_of(scenario))
    assert [step.why for step in played.unplayed] == []
    return scenario, played, stage.kept


def on_disk(directory: Path, name: str, entries: list[bytes]) -> Path:
    """A data directory that holds this record."""
    store = SqliteStore(directory)
    store.append(name, 0, entries)
    store.close()
    return directory


def ids(played: Played) -> dict[str, Any]:
    """The ids behind the handles of a scenario."""
    return played.handles
