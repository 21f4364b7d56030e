"""What a record adds up to: the mechanism, how many entries made it so, and what the host remembers beside it."""

from __future__ import annotations

import json
from pathlib import Path

import rfc8785

from keepclear.detection.growing import GrowingIndex
from keepclear.formats.entry import entry_from_bytes
from keepclear.host.live_index import about_index, live_index, load_index
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.core import RULES_VERSION, Mechanism
from keepclear.mechanism.outcome import Outcome, What
from keepclear.mechanism.statement import Statement

_SEPARATOR = b"\n"


class Working:
    """The state after ``length`` entries. Used by one thread at a time: the writer's, or a reader's between batches."""

    def __init__(self, agreement: Agreement, mechanism: Mechanism, length: int, index: GrowingIndex) -> None:
        self.agreement = agreement
        self.index = index
        """That of the live notices, which ``mechanism`` keeps."""
        self.mechanism = mechanism
        self.length = length
        self._raised: dict[str, list[str]] = {}

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
        """Whether a kept entry holds this very statement, to the last field."""
        before = entry_from_bytes(kept).statement
        return before is not None and rfc8785.dumps(before) == rfc8785.dumps(statement.source)

    def snapshot(self) -> bytes:
        """Everything here as bytes: a line about it, then the mechanism's own."""
        head = {"v": 1, "rules": RULES_VERSION, "raised": self._raised}
        return json.dumps(head, separators=(",", ":")).encode("utf-8") + _SEPARATOR + self.mechanism.snapshot()

    @classmethod
    def restore(cls, agreement: Agreement, length: int, data: bytes, kept_index: Path | None = None) -> Working:
        """The state that ``snapshot`` gave. Raises ``ValueError`` when other rules made it.

        The index is read from ``kept_index`` if that can be used, else built from the notices.
        """
        head, _, rest = data.partition(_SEPARATOR)
        told = json.loads(head)
        if told["v"] != 1 or told["rules"] != RULES_VERSION:
            message = f"made by version {told['v']}, rules {told['rules']}"
            raise ValueError(message)
        index = live_index(agreement)
        filled = kept_index is not None and load_index(index, agreement, kept_index, about_index(length, data))
        working = cls(agreement, Mechanism.restore(agreement, rest, index, filled=filled), length, index)
        working._raised = {str(name): list(raised) for name, raised in told["raised"].items()}
        return working
