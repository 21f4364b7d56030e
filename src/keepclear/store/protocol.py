"""What a store is: ordered logs of byte strings that are appended to at an expected position, and read from a position.

Small on purpose: a table, a file and a replicated log can all do this. One writer a log is the rule; a second one is
found by its expected position and told so, never merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Store(Protocol):
    """Logs by name, each a list of entries that only ever grows, with snapshots beside it.

    Every method may be called from any thread. Anything that the medium refuses (full disk, failing disk, damaged
    row) is ``StoreFailed`` or one of its kinds; then nothing of the call is kept as far as the store can know.
    """

    def append(self, log: str, expected: int, entries: Sequence[bytes]) -> None:
        """The entries stand at ``expected``, ``expected + 1``, … and are durable on return: all of them, or none.

        Raises ``PositionTaken`` when ``expected`` is not the length of the log.
        """

    def read(self, log: str, start: int, limit: int) -> list[bytes]:
        """At most ``limit`` entries from position ``start`` on, in order; fewer only at the end of the log.

        Each is checked against the hash it was stored with; ``RecordDamaged`` names the first that fails.
        """

    def length(self, log: str) -> int:
        """How many entries the log holds; 0 for one that was never written."""

    def logs(self) -> list[str]:
        """The names of all logs that hold at least one entry, sorted."""

    def save_snapshot(self, log: str, position: int, data: bytes) -> None:
        """``data`` is kept as what the first ``position`` entries add up to. Older ones but the last may go.

        Raises ``PositionTaken`` when the log is shorter than ``position``.
        """

    def latest_snapshot(self, log: str) -> tuple[int, bytes] | None:
        """The newest undamaged snapshot and its position, or None: a snapshot is never the only copy of anything."""

    def close(self) -> None:
        """Everything is let go; a second call does nothing."""
