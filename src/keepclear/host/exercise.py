"""A record whose clock ran fast is for exercises, for good: it is marked so in its folder.

Its times are ahead of the machine's. Served at the machine's speed, its clock would stand until the machine caught up,
and no deadline would fire meanwhile; and a record of real work must never be sped up.
"""

from __future__ import annotations

from pathlib import Path

from keepclear.errors import InvalidInput
from keepclear.host.clock import HearingClock, fast_clock, wall_clock_ms

MARK = "exercise-clock"
FASTEST = 10_000.0


def check_speed(speed: float, data_dir: Path, *, is_new: bool) -> None:
    """The record in this folder may be served at this speed. Raises ``InvalidInput``; a new record is marked."""
    if not 1 <= speed <= FASTEST:
        raise InvalidInput("--speed", f"{speed:g}", f"1 (the machine's own clock) to {FASTEST:g}")
    mark = data_dir / MARK
    if is_new:
        mark.unlink(missing_ok=True)  # of a start that came to nothing
    if speed == 1:
        if mark.exists():
            expected = "go on with --speed over 1, or begin another record for real work"
            raise InvalidInput("--speed", "left out, and the clock of this record has run fast", expected)
    elif is_new:
        mark.write_text("The clock of this record ran faster than the machine's: it is for exercises only.\n")
    elif not mark.exists():
        expected = "a folder of its own (--data) for an exercise"
        raise InvalidInput("--speed", f"{speed:g}, for a record that was begun at the machine's own speed", expected)


def clock_of_speed(speed: float, last_ms: int) -> HearingClock:
    """The clock of hearing: the machine's, or one that is ``speed`` times as fast from now on, or from ``last_ms``.

    ``last_ms`` is the last time in the record, which a fast clock may have left in the future.
    """
    return HearingClock() if speed == 1 else fast_clock(speed, max(wall_clock_ms(), last_ms))
