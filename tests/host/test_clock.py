"""The time of hearing never goes back, whatever the machine's clock does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.host.clock import HearingClock, fast_clock, wall_clock_ms
from keepclear.host.exercise import check_speed, clock_of_speed


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_hearing_times_never_decrease_and_never_lag(readings: list[int]) -> None:
    source = iter(readings)
    hearing = HearingClock(lambda: next(source))
    heard = [hearing.now() for _ in readings]
    assert heard == sorted(heard)
    assert all(at >= reading for at, reading in zip(heard, readings, strict=True))
    assert heard[-1] == max(readings)


def test_nothing_is_heard_before_what_the_record_already_holds() -> None:
    hearing = HearingClock(lambda: 100)
    hearing.note(500)
    assert hearing.now() == 500


def test_the_machines_clock_is_in_milliseconds() -> None:
    assert wall_clock_ms() > 1_750_000_000_000


@given(st.integers(1, 10_000), st.lists(st.integers(0, 10**12), max_size=5))
def test_a_fast_clock_runs_so_many_times_as_fast_from_where_it_began(speed: int, passed_ns: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.monotonic_ns", lambda: 7)
        fast = fast_clock(speed, 1_000)
        assert fast.speed == speed
        assert fast.now() == 1_000
        for after_ns in sorted(passed_ns):
            patch.setattr("time.monotonic_ns", lambda at_ns=after_ns: 7 + at_ns)
            assert fast.now() == 1_000 + after_ns * speed // 1_000_000


def test_a_fast_clock_goes_on_where_the_record_ended() -> None:
    ahead = wall_clock_ms() + 3_600_000
    assert clock_of_speed(60, ahead).now() >= ahead
    assert clock_of_speed(60, 0).now() >= wall_clock_ms() - 60_000
    assert clock_of_speed(1, ahead).now() <= wall_clock_ms()


def test_a_record_of_real_work_is_never_sped_up_and_an_exercise_never_becomes_real(tmp_path: Path) -> None:
    real, exercise = tmp_path / "real", tmp_path / "exercise"
    real.mkdir()
    exercise.mkdir()
    check_speed(1, real, is_new=True)
    check_speed(1, real, is_new=False)
    with pytest.raises(InvalidInput, match="begun at the machine's own speed"):
        check_speed(60, real, is_new=False)
    check_speed(60, exercise, is_new=True)
    check_speed(10, exercise, is_new=False)
    with pytest.raises(InvalidInput, match="the clock of this record has run fast"):
        check_speed(1, exercise, is_new=False)
    check_speed(1, exercise, is_new=True)  # the start at a fast clock came to nothing: there is no record
    with pytest.raises(InvalidInput, match="begun at the machine's own speed"):
        check_speed(60, exercise, is_new=False)
    for wrong in (0.0, -1.0, 0.5, float("nan"), float("inf")):
        with pytest.raises(InvalidInput, match="--speed"):
            check_speed(wrong, exercise, is_new=False)
