"""The player and the judge: what comes of a scenario is what is judged, and each unmet line says what was seen."""

from __future__ import annotations

import contextlib
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.scenario_toml import scenario_from_table, scenario_from_toml
from keepclear.scenario.judge import Judgement, judge
from keepclear.scenario.player import Played, play

HEAD = """
title = "Small"
start = 2026-04-09T06:00:00Z
[mechanism]
name = "small"
[[mechanism.separation]]
between = ["fixed_wing", "uas"]
lateral_m = 5000
[[mechanism.party]]
id = "alpha"
name = "Alpha"
[[mechanism.party]]
id = "bravo"
name = "Bravo"
[[mechanism.desk]]
id = "alpha.air"
role = "air"
party = "alpha"
[[mechanism.desk]]
id = "alpha.ground"
role = "ground"
party = "alpha"
[[mechanism.desk]]
id = "bravo.air"
role = "air"
party = "bravo"
"""


def volume(lon: float, start: str = "12:00", end: str = "13:00") -> str:
    return (
        f'{{ footprint = {{ type = "Point", coordinates = [{lon}, 35.0] }}, radius_m = 4000, floor = "SFC", '
        f'ceiling = "10000 ft AMSL", start = "2026-04-09T{start}:00Z", end = "2026-04-09T{end}:00Z" }}'
    )


def step(at: str, desk: str, say: str, body: str, *more: str) -> str:
    extra = "\n".join(more)
    return f'\n[[step]]\nat = "{at}"\ndesk = "{desk}"\nsay = "{say}"\nbody = {{ {body} }}\n{extra}\n'


TWO = step(
    "06:00:00", "alpha.air", "notice", f'activity = "fixed_wing", envelope = [{volume(37.0)}]', 'as = "a"'
) + step("06:10:00", "bravo.air", "notice", f'activity = "uas", envelope = [{volume(37.05)}]', 'as = "b"')


def played(text: str) -> tuple[list[Judgement], Played]:
    scenario = scenario_from_toml((HEAD + text).encode(), lambda name: name.encode())
    result = play(scenario)
    return judge(scenario, result), result


def judged(text: str) -> list[Judgement]:
    return played(text)[0]


def expect(**keys: Any) -> str:
    rows = "\n".join(f"{key.rstrip('_')} = {value!r}".replace("'", '"') for key, value in keys.items())
    return f"\n[[expect]]\n{rows}\n"


CONFLICT = {"alert": "CONFLICT_4D", "about": "a", "from_": "06:10:00", "by": "06:10:05"}
MET = [
    expect(**CONFLICT, severity="caution", count=1),
    expect(alert="CONFLICT_4D", about="b"),
    expect(alert="CONFLICT_4D", to=["alpha.air", "alpha.ground", "bravo.air"]),
    expect(alert="CONFLICT_4D", to="bravo.air", count=1),
    expect(alert="LATE_NOTICE", count=0),
    expect(state="heard", about="a", at="07:00:00"),
]
UNMET = [
    (expect(**CONFLICT | {"by": "06:09:59", "from_": "06:00:00"}), "raised 06:10:00"),
    (expect(**CONFLICT, severity="warning"), "as caution"),
    (expect(**CONFLICT, count=2), "raised once"),
    (expect(**CONFLICT, to=["bravo.air", "mediator.duty"]), "to alpha.air, alpha.ground, bravo.air as"),
    (expect(**CONFLICT, cleared_by="06:30:00"), "as caution"),
    (expect(alert="LATE_NOTICE"), "nothing of the kind was raised"),
    (expect(alert="VAGUE_AREA", about="a"), "nothing of the kind was raised"),
    (expect(alert="STOP_OPEN"), "nothing of the kind was raised"),
    (expect(state="active", about="a", at="07:00:00"), "it is heard"),
    (expect(state="heard", about="b", at="06:09:00"), "no such notice was heard by then"),
    ('\n[[never]]\nalert = "*"\n', "CONFLICT_4D about a, b raised 06:10:00"),
    ('\n[[never]]\nalert = ["LATE_NOTICE", "CONFLICT_4D"]\nto = "bravo.air"\n', "CONFLICT_4D"),
    ('\n[[limit]]\nto = "bravo.air"\nat_most = 0\n', "it got 1: CONFLICT_4D"),
]
NEVER_MET = [
    '\n[[never]]\nalert = "*"\nexcept = ["CONFLICT_4D"]\n',
    '\n[[never]]\nalert = "*"\nto = "mediator.duty"\n',
    '\n[[never]]\nalert = ["LATE_NOTICE", "STOP_OPEN"]\n',
    '\n[[limit]]\nto = "bravo.air"\nat_most = 1\n',
]


@pytest.mark.parametrize("expectation", [*MET, *NEVER_MET])
def test_what_comes_true_is_met(expectation: str) -> None:
    assert [judgement.line() for judgement in judged(TWO + expectation) if not judgement.met] == []


@pytest.mark.parametrize(("expectation", "seen"), UNMET)
def test_what_does_not_is_unmet_and_says_what_was_seen(expectation: str, seen: str) -> None:
    (judgement,) = judged(TWO + expectation)
    assert not judgement.met
    assert seen in judgement.seen
    assert judgement.line().startswith(judgement.place)


def test_a_conflict_that_rises_is_met_as_what_it_was_by_then() -> None:
    later = step("11:30:00", "alpha.air", "message", 'text = "on time"')
    early = expect(alert="CONFLICT_4D", from_="06:10:00", by="06:10:05", severity="caution")
    risen = expect(alert="CONFLICT_4D", severity="warning")
    to_mediator = '\n[[never]]\nalert = "*"\nto = "mediator.duty"\n'
    met = [judgement.met for judgement in judged(TWO + later + early + risen + to_mediator)]
    assert met == [True, True, False]


def test_the_clock_runs_up_to_the_last_time_that_the_file_names() -> None:
    expired = expect(state="expired", about="a", at="+1 00:00:00")
    assert [judgement.met for judgement in judged(TWO + expired)] == [True]


DOWN = '\n[[step]]\nat = "06:20:00"\ndesk = "bravo.air"\nlink = "down"\n'
UP = '\n[[step]]\nat = "06:40:00"\ndesk = "bravo.air"\nlink = "up"\n'
KEPT = step("06:25:00", "bravo.air", "cancel", 'notice = "$b"') + step("06:26:00", "bravo.air", "message", 'text = "x"')


def test_what_a_desk_says_without_a_link_is_heard_when_it_is_back_and_in_order() -> None:
    waiting = expect(state="heard", about="b", at="06:39:59") + expect(state="cancelled", about="b", at="06:40:00")
    never = '\n[[never]]\nalert = ["SERIAL_GAP", "CLOCK_SKEW"]\n'
    lines = [judgement.line() for judgement in judged(TWO + DOWN + KEPT + UP + waiting + never) if not judgement.met]
    assert lines == []


def test_nothing_is_delivered_to_a_desk_without_a_link_until_it_is_back() -> None:
    said = step("06:30:00", "alpha.air", "cancel", 'notice = "$a"', 'to = ["bravo.air"]', 'as = "c"')
    missed = expect(alert="NO_DELIVERY", from_="06:30:30", by="06:30:30", cleared_by="06:40:00", to="alpha.air")
    assert [judgement.line() for judgement in judged(TWO + DOWN + said + UP + missed) if not judgement.met] == []
    with_link = '\n[[never]]\nalert = "NO_DELIVERY"\n'
    assert [judgement.met for judgement in judged(TWO + said + with_link)] == [True]


def test_serial_and_time_of_saying_may_be_given() -> None:
    gap = step("06:20:00", "alpha.air", "message", 'text = "x"', "serial = 7")
    skew = step("06:21:00", "alpha.air", "message", 'text = "x"', 'said_at = "06:00:00"')
    expected = expect(alert="SERIAL_GAP", from_="06:20:00", count=1) + expect(alert="CLOCK_SKEW", from_="06:21:00")
    assert [judgement.line() for judgement in judged(TWO + gap + skew + expected) if not judgement.met] == []


def test_handles_stand_for_ids_however_deep_and_in_pairs() -> None:
    _, result = played(TWO + step("06:20:00", "bravo.air", "message", 'text = "see", about = "$a"'))
    assert result.unplayed == []
    assert len(set(result.handles.values())) == 2


def test_a_step_that_is_refused_is_unmet_and_the_rest_is_played() -> None:
    complete = step("06:20:00", "alpha.air", "complete", 'notice = "$a"')
    refused, state = judged(TWO + complete + expect(state="heard", about="a", at="06:30:00"))
    assert not refused.met
    assert "refused at 06:20:00" in refused.seen
    assert state.met


def test_the_same_file_gives_the_same_ids_and_the_same_answers() -> None:
    first, second = (played(TWO + MET[0]) for _ in range(2))
    assert first[1].handles == second[1].handles
    assert first[0] == second[0]
    assert all(identity[14] == "7" for identity in first[1].handles.values())


REFUSED = [
    (TWO.replace('"06:10:00"', '"05:10:00"'), "step[1].at"),
    (TWO.replace('"06:10:00"', '"6:10"'), "step[1].at"),
    (TWO.replace('as = "b"', 'as = "a"'), "step[1].as"),
    (TWO.replace('say = "notice"', 'say = "notise"'), "step[0].say"),
    (TWO.replace('desk = "bravo.air"', 'desk = "bravo.sea"'), "step[1].desk"),
    (TWO.replace("radius_m = 4000", "radius_m = -1"), "step[0].body.envelope[0].radius_m"),
    (TWO.replace('as = "b"', "when = 1"), "step[1].when"),
    (TWO + step("06:20:00", "alpha.air", "cancel", 'notice = "$x"'), "step[2].body.notice"),
    (TWO + expect(alert="CONFLICT"), "expect[0].alert"),
    (TWO + expect(alert="CONFLICT_4D", about="c"), "expect[0].about"),
    (TWO + expect(alert="CONFLICT_4D", to=["bravo"]), "expect[0].to[0]"),
    (TWO + expect(alert="CONFLICT_4D", at="06:00:00"), "expect[0].at"),
    (TWO + expect(state="alive", about="a", at="06:00:00"), "expect[0].state"),
    (TWO + '\n[[never]]\nalert = ["LATE"]\n', "never[0].alert[0]"),
    (TWO + '\n[[limit]]\nto = "bravo.air"\n', "limit[0].at_most"),
]


@pytest.mark.parametrize(("text", "field"), REFUSED)
def test_a_scenario_that_cannot_be_played_is_refused_with_its_place(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        played(text)
    assert refusal.value.field == field


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
WHOLE = HEAD + TWO + DOWN + UP + MET[0] + MET[-1] + NEVER_MET[0] + NEVER_MET[-1]


@given(st.data())
@settings(max_examples=60)
def test_whatever_stands_anywhere_is_played_or_refused(data: st.DataObject) -> None:
    table = tomllib.loads(WHOLE)
    value: Any = table
    while True:
        key = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else list(range(len(value)))))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 3)) == 0:
            value[key] = data.draw(VALUES)
            break
        value = inner
    with contextlib.suppress(InvalidInput):
        scenario = scenario_from_table(table, lambda name: name.encode())
        judge(scenario, play(scenario))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_scenario_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        scenario_from_toml(data, lambda name: name.encode())
