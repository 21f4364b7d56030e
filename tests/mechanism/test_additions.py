"""The first instant at which an amendment adds anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.mechanism.additions import first_addition_ms
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume
from tests.oracles.said import HOUR, MINUTE, NOON, box, volume


def flight(*times: int, lateral_m: float = 500, east: tuple[float, ...] = (36.0, 36.1, 36.2)) -> Trajectory:
    rows = len(times)
    return Trajectory(times, east[:rows], (34.0,) * rows, (3000.0,) * rows, lateral_m, 100.0, 30.0)


TIMES = (NOON, NOON + 10 * MINUTE, NOON + 20 * MINUTE)

CASES: list[tuple[str, Envelope | None, Envelope | None, int | None]] = [
    ("words made an envelope", None, (volume(),), NOON),
    ("an envelope made words", (volume(),), None, None),
    ("the same", (volume(),), (volume(),), None),
    ("a second volume", (volume(),), (volume(), volume(box(38, 34, 38.1, 34.1), NOON + MINUTE)), NOON + MINUTE),
    ("split in time", (volume(),), (volume(end=NOON + MINUTE), volume(start=NOON + MINUTE)), None),
    ("earlier", (volume(),), (volume(start=NOON - MINUTE),), NOON - MINUTE),
    ("put off beyond its end", (volume(),), (volume(start=NOON + HOUR, end=NOON + 2 * HOUR),), NOON + HOUR),
    ("the ceiling in another datum", (volume(),), (volume(ceiling="1500 m HAE"),), NOON),
    ("the same flight", flight(*TIMES), flight(*TIMES), None),
    ("another way from the second point on", flight(*TIMES), flight(*TIMES, east=(36.0, 36.1, 36.3)), TIMES[1]),
    ("another way from the start", flight(*TIMES), flight(*TIMES, east=(36.01, 36.1, 36.3)), NOON),
    ("wider about its line", flight(*TIMES), flight(*TIMES, lateral_m=600), NOON),
    ("a flight for a volume", (volume(),), flight(*TIMES), NOON),
]


@pytest.mark.parametrize(("what", "old", "new", "expected"), CASES, ids=[row[0] for row in CASES])
def test_the_first_instant_that_is_new(
    what: str, old: Envelope | None, new: Envelope | None, expected: int | None
) -> None:
    assert first_addition_ms(old, new) == expected


def test_a_flight_that_ends_earlier_adds_nothing() -> None:
    assert first_addition_ms(flight(*TIMES), flight(*TIMES[:2])) is None


SLOTS = 6
WHERE = (box(36.0, 34.0, 36.1, 34.1), box(38.0, 34.0, 38.1, 34.1), box(40.0, 34.0, 40.1, 34.1))
"""Places apart, so that what is held where can be counted slot by slot."""


def slotted() -> st.SearchStrategy[Volume]:
    spans = st.tuples(st.integers(0, SLOTS - 1), st.integers(1, SLOTS)).filter(lambda span: span[0] < span[1])
    made = st.builds(lambda row, span: (row, span), st.sampled_from(range(3)), spans)
    return made.map(lambda one: volume(WHERE[one[0]], NOON + one[1][0] * HOUR, NOON + one[1][1] * HOUR))


def held(envelope: tuple[Volume, ...], slot: int) -> set[int]:
    at = NOON + slot * HOUR
    return {WHERE.index(v.footprint) for v in envelope if v.start_ms <= at < v.end_ms}


@settings(max_examples=150, deadline=None)
@given(st.lists(slotted(), min_size=1, max_size=4).map(tuple), st.lists(slotted(), min_size=1, max_size=4).map(tuple))
def test_it_agrees_with_counting_slot_by_slot(old: tuple[Volume, ...], new: tuple[Volume, ...]) -> None:
    added = [slot for slot in range(SLOTS) if held(new, slot) - held(old, slot)]
    assert first_addition_ms(old, new) == (NOON + added[0] * HOUR if added else None)
