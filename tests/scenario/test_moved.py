"""A scenario's instants move as a whole: nothing between them changes, and nothing else moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.scenario.moved import moved, refuse_immovable
from keepclear.spacetime.instants import format_instant, parse_instant
from tests.host.running import agreement

INSTANTS_MS = st.integers(946_684_800_000, 4_102_444_800_000)
SHIFTS_S = st.integers(-(10**8), 10**8)
ZONE = """
[[zone]]
id = "z1"
name = "Strip"
footprint = { type = "Point", coordinates = [38, 35] }
radius_m = 1000
floor = "SFC"
ceiling = "UNL"
forbids = ["uas"]
"""


@given(INSTANTS_MS, SHIFTS_S)
def test_every_instant_moves_by_the_shift_wherever_it_stands(instant_ms: int, shift_s: int) -> None:
    text = format_instant(instant_ms)
    value = {"envelope": [{"start": text, "deep": [[text]]}], "facts": {"seen": text}}
    after = format_instant(instant_ms + shift_s * 1000)
    assert moved(value, shift_s) == {"envelope": [{"start": after, "deep": [[after]]}], "facts": {"seen": after}}


@given(INSTANTS_MS, SHIFTS_S, st.integers(0, 10**9 - 1), st.integers(-23, 23))
def test_offsets_are_turned_into_utc_and_fractions_stay(ms: int, shift_s: int, nanoseconds: int, hours: int) -> None:
    second = ms // 1000
    local = datetime.fromtimestamp(second + hours * 3600, UTC)
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}{hours:+03d}:00"
    assert moved(text, shift_s) == f"{format_instant((second + shift_s) * 1000)[:19]}.{nanoseconds:09d}Z"


@pytest.mark.parametrize("other", ["12:00:00", "2026-04-09", "at 2026-04-09T12:00:00Z", "2026-04-09T12:00:00", 7, None])
def test_what_is_no_instant_stays(other: Any) -> None:
    assert moved({"text": other}, 86_400) == {"text": other}


def test_what_is_no_instant_though_it_looks_like_one_is_left_for_the_host_to_refuse() -> None:
    assert moved("2026-02-30T12:00:00Z", 10) == "2026-02-30T12:00:00Z"
    with pytest.raises(InvalidInput):
        parse_instant("2026-02-30T12:00:00Z", "start")


@pytest.mark.parametrize("bound", ['start = "2026-04-09T12:00:00Z"', 'end = "2026-04-09T12:00:00Z"'])
def test_an_agreement_that_is_bound_to_a_time_cannot_be_moved(bound: str) -> None:
    refuse_immovable(agreement_from_toml((agreement() + ZONE).encode()))
    with pytest.raises(InvalidInput, match="«z1» holds from or until a fixed time"):
        refuse_immovable(agreement_from_toml((agreement() + ZONE + bound).encode()))
