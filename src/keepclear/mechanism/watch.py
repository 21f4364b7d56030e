"""Who sits at a desk. Frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnWatch:
    """One person at a desk, since when."""

    name: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A desk's watch: who is there now, since when it is as it is, and the last note that was handed over."""

    desk: str
    on: tuple[OnWatch, ...] = ()
    since_ms: int = 0
    note: str | None = None
    note_by: str | None = None

    @property
    def is_attended(self) -> bool:
        """True while somebody is signed on."""
        return bool(self.on)
