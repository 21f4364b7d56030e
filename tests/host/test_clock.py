"""The time of hearing never goes back, whatever the machine's clock does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.host.clock import HearingClock, wall_clock_ms


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_hearing_times_never_decrease_and_never_lag(readings: list[int]) -> None:
    source = iter(readings)
    clock = HearingClock(lambda: next(source))
    heard = [clock.now() for _ in readings]
    assert heard == sorted(heard)
    assert all(at >= reading for at, reading in zip(heard, readings, strict=True))
    assert heard[-1] == max(readings)


def test_nothing_is_heard_before_what_the_record_already_holds() -> None:
    clock = HearingClock(lambda: 100)
    clock.note(500)
    assert clock.now() == 500


def test_the_machines_clock_is_in_milliseconds() -> None:
    assert wall_clock_ms() > 1_750_000_000_000
