"""On a busy day nobody is told twice: an alert is raised once to a desk while its cause lasts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepclear.formats.scenario_toml import scenario_from_toml
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.outcome import Change, ChangeKind, What
from keepclear.mechanism.words import Mode, Severity
from tests.scenario.raised_twice import Watched, watched
from tests.scenario.surge import surge_day

BUSY = {"NO_ACK", "LATE_NOTICE", "STOP_OPEN", "UNCLAIMED_OBJECT", "NOT_DISSEMINATED", "NO_READBACK"}
MISSED = Alert(
    id="a1",
    code=AlertCode.NO_ACK,
    key=("n1", "p1"),
    severity=Severity.CAUTION,
    about=("n1",),
    why="Nobody of P1 has acknowledged it.",
    may_do=(),
    raised_at_ms=5,
    to=("p0.air", "p1.air"),
    mode=Mode.LIVE,
    party="p0",
    detail={"owing": "p1"},
)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_desk_is_raised_the_same_alert_twice_while_its_cause_lasts(seed: int) -> None:
    history, played = watched(surge_day(80, 12, seed))
    assert [step.why for step in played.unplayed] == []
    assert history.twice == []
    assert set(history.raised) >= BUSY, "the day is a busy one"


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        ({}, ["p0.air", "p1.air"]),
        ({"to": ("p0.air",)}, ["p0.air"]),
        ({"to": ("p2.air",)}, []),
        ({"detail": {"owing": "p2"}}, []),
        ({"about": ("n2",)}, []),
    ],
)
@pytest.mark.parametrize("cleared_ms", [None, 9, 8])
def test_a_second_alert_of_one_cause_is_noticed(
    second: dict[str, object], twice: list[str], cleared_ms: int | None
) -> None:
    history = Watched()
    first = replace(MISSED, cleared_at_ms=cleared_ms)
    again = replace(MISSED, id="a2", raised_at_ms=9, **second)  # type: ignore[arg-type]
    for alert, what in ((MISSED, What.RAISED), (first, What.CLEARED), (again, What.RAISED)):
        history.note([Change(ChangeKind.ALERT, what, alert.raised_at_ms, alert)])
    told = [line.partition(":")[0] for line in history.twice]
    assert told == ([] if cleared_ms == 8 else twice), "it may be raised again once it has been gone"


def test_the_day_is_the_same_for_the_same_seed_and_reads_as_a_scenario() -> None:
    text = surge_day(20, 5, 7)
    assert text == surge_day(20, 5, 7) != surge_day(20, 5, 8)
    assert len(scenario_from_toml(text.encode(), lambda name: name.encode()).agreement.desks) >= 40
