"""The same scenario against a running host, over HTTP, gives the same judgements as on the simulated clock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepclear.client.live import play_against
from keepclear.errors import InvalidInput
from keepclear.formats.scenario_toml import Scenario, scenario_from_toml
from keepclear.scenario.judge import Judgement, judge
from keepclear.scenario.player import play
from tests.host.running import DESKS, RunningHost, agreement

SPEED = 60
DESK_TABLES = '[[desk]]\nid = "alpha.air"\nrole = "air"\nparty = "alpha"\n'
LADDER = DESK_TABLES + 'alternates = ["alpha.ground"]\ncommander = "alpha.command"\n'
COMMAND = '[[desk]]\nid = "alpha.command"\nrole = "command"\nparty = "alpha"\n'
MECHANISM = agreement().replace(DESK_TABLES, LADDER + COMMAND)

SCENARIO = """
title = "Five minutes of the line"
start = 2026-04-09T09:00:00Z
[mechanism]
file = "agreement.toml"

[[step]]
at = "09:00:00"
desk = "alpha.air"
say = "notice"
as = "n1"
precedence = "FLASH"
to = ["bravo.air", "charlie.air"]
[step.body]
activity = "live_fire"
envelope = [
  { footprint = { type = "Point", coordinates = [38.0, 35.0] }, radius_m = 4000, FLIGHT },
]

[[step]]
at = "09:00:10"
desk = "charlie.air"
link = "down"

[[step]]
at = "09:00:20"
desk = "bravo.air"
say = "ack"
body = { about = "$n1", level = "understood" }

# Not before the link is up again is it heard: until then no acknowledgement of charlie's is there.
[[step]]
at = "09:00:30"
desk = "charlie.air"
say = "ack"
body = { about = "$n1", level = "person" }

[[step]]
at = "09:00:40"
desk = "bravo.air"
say = "stop"
as = "s1"
to = ["alpha.air"]
body = { about = "$n1", reason = "our people are there" }

[[step]]
at = "09:01:10"
desk = "alpha.air"
say = "message"
as = "m1"
to = ["charlie.air"]
body = { text = "are you there?" }

[[step]]
at = "09:01:30"
desk = "alpha.ground"
say = "notice"
as = "n2"
to = ["charlie.air"]
[step.body]
activity = "works"
envelope = [
  { footprint = { type = "Point", coordinates = [39.5, 36.5] }, radius_m = 500, FLIGHT },
]

[[step]]
at = "09:02:20"
desk = "charlie.air"
link = "up"

[[step]]
at = "09:04:50"
desk = "alpha.command"
say = "stop_reply"
body = { stop = "$s1", answer = "complying" }

[[step]]
at = "09:05:00"
desk = "alpha.command"
say = "ceased"
body = { stop = "$s1" }

[[step]]
at = "09:05:10"
desk = "alpha.air"
say = "cancel"
body = { notice = "$n1" }

# Its own clock is wrong by twenty minutes.
[[step]]
at = "09:05:15"
desk = "bravo.air"
say = "message"
as = "m2"
said_at = "08:45:15"
serial = 7
body = { text = "what time is it?" }

[[expect]]
alert = "STOP_OVERDUE"
about = "s1"
to = "alpha.air"
from = "09:01:40"
by = "09:02:10"
[[expect]]
alert = "STOP_OVERDUE"
about = "s1"
to = "alpha.ground"
from = "09:02:40"
by = "09:03:10"
[[expect]]
alert = "STOP_OVERDUE"
about = "s1"
to = "alpha.command"
from = "09:04:40"
by = "09:04:49"
[[expect]]
alert = "STOP_OVERDUE"
count = 4
[[expect]]
alert = "STOP_OPEN"
about = "s1"
to = ["alpha.air", "alpha.ground", "alpha.command", "bravo.air", "mediator.duty"]
count = 1
cleared_by = "09:05:30"
# charlie keeps its acknowledgement while its link is down ...
[[expect]]
alert = "NO_ACK"
about = "n1"
to = "charlie.air"
from = "09:01:00"
by = "09:01:30"
cleared_by = "09:02:50"
# ... and n2 does not arrive in time, but when the link is back.
[[expect]]
alert = "NO_DELIVERY"
about = "n2"
to = "alpha.ground"
from = "09:02:00"
by = "09:02:19"
cleared_by = "09:02:50"
[[expect]]
alert = "NO_DELIVERY"
count = 1
[[expect]]
alert = "CLOCK_SKEW"
about = "m2"
count = 1
# What was kept is late, but its desk's clock is right.
[[expect]]
alert = "CLOCK_SKEW"
count = 1
[[expect]]
alert = "SERIAL_GAP"
about = "m2"
[[expect]]
state = "heard"
about = "n1"
at = "09:05:00"
[[expect]]
state = "cancelled"
about = "n1"
at = "09:06:00"
[[never]]
alert = "*"
except = ["STOP_OVERDUE", "STOP_OPEN", "NO_ACK", "NO_DELIVERY", "CLOCK_SKEW", "SERIAL_GAP"]
# What is not so is not so there either.
[[expect]]
alert = "LATE_NOTICE"
[[expect]]
state = "complete"
about = "n1"
at = "09:05:30"
[[limit]]
to = "mediator.duty"
at_most = 3
"""
FLIGHT = 'floor = "SFC", ceiling = "9000 ft AMSL", start = 2026-04-09T12:00:00Z, end = "2026-04-09T14:00:00Z"'
SCENARIO = SCENARIO.replace("FLIGHT", FLIGHT)
UNMET = {"expect[13]", "expect[14]", "limit[0]"}


def read(text: str, mechanism: str = MECHANISM) -> Scenario:
    return scenario_from_toml(text.encode(), lambda _: mechanism.encode())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    folder = tmp_path_factory.mktemp("exercise")
    with RunningHost(folder, MECHANISM, desks=(*DESKS, "alpha.command"), speed=SPEED) as running:
        yield running


def outline(judgements: list[Judgement]) -> list[tuple[str, str, bool]]:
    return [(one.place, one.expected, one.met) for one in judgements]


def test_a_host_gives_the_judgements_of_the_simulated_clock(host: RunningHost) -> None:
    scenario = read(SCENARIO)
    simulated = judge(scenario, play(scenario))
    assert {one.place for one in simulated if not one.met} == UNMET
    with host.client("bravo.air") as before:  # the host has heard others: serials and alerts are not the first
        before.say("message", {"text": "before"})
        before.say("stop", {"reason": "another one"}, to=["alpha.air"])
    lived = judge(scenario, play_against(scenario, host.url, host.tokens, SPEED))
    assert outline(lived) == outline(simulated), [one.line() for one in lived]
    limit = next(one for one in lived if one.place == "limit[0]")
    seen = {one.place: one.seen for one in simulated}
    assert limit.seen.split(":")[0] == seen["limit[0]"].split(":")[0], "what others said does not count"
    assert "09:0" in limit.seen, "times are the scenario's own"


def test_the_host_must_keep_the_agreement_and_the_speed_of_the_replay(host: RunningHost) -> None:
    scenario = read(SCENARIO)
    with pytest.raises(InvalidInput, match="clock runs at 60"):
        play_against(scenario, host.url, host.tokens, 1.0)
    with pytest.raises(InvalidInput, match="the scenario is of «other»"):
        play_against(read(SCENARIO, MECHANISM.replace("trial", "other")), host.url, host.tokens, SPEED)
    with pytest.raises(InvalidInput, match="rule by rule"):
        play_against(read(SCENARIO, MECHANISM.replace("2814", "2815")), host.url, host.tokens, SPEED)
    fewer = {desk: token for desk, token in host.tokens.items() if desk != "alpha.command"}
    with pytest.raises(InvalidInput, match=r"no token for alpha\.command"):
        play_against(scenario, host.url, fewer, SPEED)


def test_a_host_that_needs_signatures_is_told_before_anything_is_said(tmp_path: Path) -> None:
    with RunningHost(tmp_path, MECHANISM, desks=(*DESKS, "alpha.command"), unsigned=False) as strict:
        with pytest.raises(InvalidInput, match="signed statements only"):
            play_against(read(SCENARIO), strict.url, strict.tokens, 1.0)
        with strict.client("alpha.air") as alpha:
            assert alpha.me()["next_serial"] == 1


def test_the_command_refuses_half_of_what_a_host_needs(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "keepclear", "replay", "any.toml", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        return done.stderr

    assert "--speed: given without --host" in run("--speed", "2")
    assert "--tokens: missing" in run("--host", "http://127.0.0.1:1")
