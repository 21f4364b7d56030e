"""The time of hearing: the machine's clock, except that it never goes back."""

from __future__ import annotations

import time
from collections.abc import Callable


def wall_clock_ms() -> int:
    """Milliseconds since 1970 UTC by the machine's clock."""
    return time.time_ns() // 1_000_000


class HearingClock:
    """Hearing times in the order of hearing: where the machine's clock was set back, time stands till it caught up.

    A record whose times ran backwards would make a deadline fire twice, or a statement be heard before the one that
    it answers.
    """

    def __init__(self, now: Callable[[], int] = wall_clock_ms, speed: float = 1.0) -> None:
        self._now = now
        self.speed = speed
        """How many times as fast as the machine's clock it runs: other than 1 in exercises only."""
        self._last = 0

    def now(self) -> int:
        """The present instant (ms), never before one that was given or noted already."""
        self._last = max(self._last, self._now())
        return self._last

    def note(self, at: int) -> None:
        """Nothing is heard before ``at`` any more: the record already holds it."""
        self._last = max(self._last, at)


def fast_clock(speed: float, from_ms: int) -> HearingClock:
    """A clock for exercises: it is ``from_ms`` now and runs ``speed`` times as fast as the machine's."""
    begun_ns = time.monotonic_ns()
    return HearingClock(lambda: from_ms + int((time.monotonic_ns() - begun_ns) * speed) // 1_000_000, speed)
