"""What a record adds up to: the mechanism, how many entries made it so, and what the host remembers beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import rfc8785

from keepclear.detection.growing import GrowingIndex
from keepclear.formats.entry import entry_from_bytes
from keepclear.host.live_index import about_index, await_grid_for, live_index, load_index
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import Outcome, What
from keepclear.mechanism.statement import Statement

_SEPARATOR = b"\n"


class Working:
    """The state after ``length`` entries. Used by one thread at a time: the writer's, or a reader's between batches."""

    def __init__(self, mechanism: Mechanism, length: int) -> None:
        self.mechanism = mechanism
        self.length = length
        self._raised: dict[str, list[str]] = {}

    @property
    def agreement(self) -> Agreement:
        """What is agreed now."""
        return self.mechanism.agreement

    @property
    def index(self) -> GrowingIndex:
        """That of the live notices, which the mechanism keeps: another one under each agreement."""
        index = self.mechanism.live_plans
        if not isinstance(index, GrowingIndex):
            message = (
                f"this host's mechanisms keep their notices in a GrowingIndex, and not in a {type(index).__name__}"
            )
            raise TypeError(message)
        return index

    def note_raised(self, statement_id: str, outcome: Outcome) -> None:
        """The alerts that this statement raised are remembered, for its receipt."""
        raised = [
            change.thing.id
            for change in outcome.changes
            if isinstance(change.thing, Alert) and change.what is What.RAISED
        ]
        if raised:
            self._raised[statement_id] = raised

    def raised_by(self, statement_id: str) -> list[str]:
        """The ids of the alerts that a statement raised, in the order in which they rose."""
        return self._raised.get(statement_id, [])

    @staticmethod
    def says_the_same(kept: bytes, statement: Statement) -> bool:
        """Whether a kept entry holds this very statement, to the last field; a signed one, to the last byte."""
        before = entry_from_bytes(kept)
        if before.jws is not None or statement.jws is not None:
            return before.jws == statement.jws
        return before.statement is not None and rfc8785.dumps(before.statement) == rfc8785.dumps(statement.source)

    def snapshot(self) -> bytes:
        """Everything here as bytes: a line about it, then the mechanism's own."""
        in_force = self.mechanism.agreements[-1].index
        head = {"v": 2, "rules": self.mechanism.rules, "agreement": in_force, "raised": self._raised}
        return json.dumps(head, separators=(",", ":")).encode("utf-8") + _SEPARATOR + self.mechanism.snapshot()

    @classmethod
    def restore(
        cls, agreement_at: Callable[[int], Agreement], length: int, data: bytes, kept_index: Path | None = None
    ) -> Working:
        """The state that ``snapshot`` gave; ``agreement_at`` reads the agreement at a place in the record.

        The index is read from ``kept_index`` if that can be used, else built from the notices. Raises ``ValueError``
        for a snapshot of another version.
        """
        head, _, rest = data.partition(_SEPARATOR)
        told = json.loads(head)
        if told["v"] != 2:
            message = f"made by version {told['v']}"
            raise ValueError(message)
        agreement = agreement_at(told["agreement"])
        index = live_index(agreement)
        filled = kept_index is not None and load_index(index, agreement, kept_index, about_index(length, data))
        if not filled:
            await_grid_for(rest)
        restored = Mechanism.restore(agreement, rest, live_index, filled=index if filled else None)
        working = cls(restored, length)
        working._raised = {str(name): list(raised) for name, raised in told["raised"].items()}
        return working
