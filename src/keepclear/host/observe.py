"""What the host tells of its own work to whoever counts it; nothing of what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch that became durable: types of its statements, seconds of the commit, and from arrival to departure."""

    types: Sequence[str]
    commit_s: float
    lags_s: Sequence[float]


class Observer(Protocol):
    """Somebody who counts. Called on the event loop; must be quick."""

    def refused(self, code: str) -> None:
        """A statement was not recorded, with the code of its error."""

    def batch(self, done: Batch) -> None:
        """A batch is durable and published."""


class Nobody:
    """The observer that counts nothing."""

    def refused(self, code: str) -> None:
        """See ``Observer.refused``."""

    def batch(self, done: Batch) -> None:
        """See ``Observer.batch``."""
