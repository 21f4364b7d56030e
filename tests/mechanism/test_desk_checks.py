"""SERIAL_GAP and CLOCK_SKEW: what a desk's numbering and clock say, whatever the statement."""

from __future__ import annotations

import pytest

from keepclear.mechanism.checks.serials import Serials
from keepclear.mechanism.outcome import What
from tests.oracles.said import NOON, Line


def test_a_jump_rings_once_and_clears_when_all_that_was_missing_is_there() -> None:
    line = Line()
    line.message("alpha.air", NOON)
    line.message("alpha.air", NOON, serial=4)
    (gap,) = line.open("SERIAL_GAP")
    assert (gap.to, gap.detail["missing"]) == (("alpha.air",), [[2, 3]])
    line.message("alpha.air", NOON, serial=3)
    line.message("alpha.air", NOON, serial=5)
    assert len(line.open("SERIAL_GAP")) == 1
    line.message("alpha.air", NOON, serial=2)
    assert line.open("SERIAL_GAP") == []
    assert len(line.raised("SERIAL_GAP")) == 1
    assert line.mechanism.next_serial("alpha.air") == 6


def test_the_first_serial_is_one() -> None:
    line = Line()
    line.message("alpha.air", NOON, serial=2)
    assert [alert.detail["missing"] for alert in line.raised("SERIAL_GAP")] == [[[1, 1]]]


def test_desks_count_apart() -> None:
    line = Line()
    for desk in ("alpha.air", "alpha.ground", "bravo.air", "mediator.duty"):
        line.message(desk, NOON)
    assert line.raised() == []


@pytest.mark.parametrize("order", [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]])
def test_serials_in_any_order_leave_nothing_missing(order: list[int]) -> None:
    serials = Serials()
    for row, serial in enumerate(order):
        assert not serials.has(serial)
        serials = serials.having(serial)
        assert all(serials.has(used) for used in order[: row + 1])
    assert serials == Serials(4)


@pytest.mark.parametrize(
    ("said", "held", "rings"),
    [
        (NOON, False, 0),
        (NOON - 5000, False, 0),
        (NOON - 5001, False, 1),
        (NOON + 5001, False, 1),
        (NOON - 3_600_000, True, 0),
    ],
)
def test_clock_skew_is_of_live_links(said: int, held: bool, rings: int) -> None:
    line = Line()
    line.message("alpha.air", NOON, said_at_ms=said, held=held)
    assert len(line.raised("CLOCK_SKEW")) == rings


def test_a_skew_rings_once_while_it_lasts() -> None:
    line = Line()
    for row in range(3):
        line.message("alpha.air", NOON + row, said_at_ms=NOON - 60_000)
    line.message("alpha.air", NOON + 3)
    assert [what for what, alert in line.told() if alert.code == "CLOCK_SKEW"] == [What.RAISED, What.CLEARED]
