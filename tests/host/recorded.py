"""A scenario as a host would have heard it: its record's entries, by the host's own worker on the day's clock.

It serves the tests of what is proved afterwards, and ``bench/verify_bundle.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from keepclear.errors import KeepclearError
from keepclear.formats.entry import agreement_entry
from keepclear.formats.scenario_toml import Scenario, scenario_from_toml
from keepclear.formats.statement_json import statement_from_json
from keepclear.host.live_index import live_index
from keepclear.host.work import Answer, Delivered, Input, Said, Worker
from keepclear.host.working import Working
from keepclear.mechanism.core import Mechanism
from keepclear.scenario.history import History
from keepclear.scenario.player import play_on
from keepclear.scenario.script import ids_of

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


class Recorded:
    """A stage on which everything goes through the host's worker; ``entries`` is the record."""

    def __init__(self, scenario: Scenario) -> None:
        self.working = Working(Mechanism(scenario.agreement, live_index), 1)
        self.entries = [agreement_entry(scenario.start_ms, scenario.agreement)]
        self._up = dict.fromkeys(scenario.agreement.desk_by_id)

    def wait(self, until_ms: int) -> None:
        """See ``Stage``."""
        self._put([], until_ms)

    def hear(self, value: dict[str, Any], at_ms: int, *, held: bool) -> None:
        """See ``Stage``."""
        statement = statement_from_json(value, self.working.agreement)
        (answer,) = self._put([Said(statement, held, at_ms)], at_ms)
        if isinstance(answer, KeepclearError):
            raise answer
        through = self.working.length - 1
        self._put([Delivered(desk, through, at_ms) for desk in self._up], at_ms)

    def cut(self, desk: str) -> None:
        """See ``Stage``."""
        self._up.pop(desk, None)

    def join(self, desk: str, at_ms: int) -> None:
        """See ``Stage``."""
        self._up[desk] = None
        self._put([Delivered(desk, self.working.length - 1, at_ms)], at_ms)

    def finish(self, until_ms: int) -> History:
        """See ``Stage``."""
        self.wait(until_ms)
        return History()

    def _put(self, inputs: list[Input], at_ms: int) -> list[Answer | KeepclearError]:
        answers: list[Answer | KeepclearError] = []
        while True:  # a batch may end early, by its time
            worker = Worker(self.working, (), lambda index: self.entries[index])
            worked = worker.hear_all(inputs[len(answers) :], at_ms)
            assert worked.broken is None, worked.broken
            self.entries += worked.entries
            answers += worked.answers
            if len(answers) == len(inputs):
                return answers


def recorded(text: bytes | str) -> Recorded:
    """The record of a scenario file that needs nothing beside it but what is in ``docs/examples``."""
    data = text.encode() if isinstance(text, str) else text
    scenario = scenario_from_toml(data, lambda name: (EXAMPLES / name).read_bytes())
    stage = Recorded(scenario)
    play_on(stage, scenario, ids_of(scenario))
    return stage
