"""``keepclear notation``: whatever notation a place or a time comes in, it is shown in all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from keepclear.formats.notation.shown import says_a_time


def process(*arguments: str, zone: str = "UTC") -> tuple[int, str, str]:
    command = [sys.executable, "-m", "keepclear", "notation", *arguments]
    env = {**os.environ, "TZ": zone}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr


def test_a_position_is_shown_in_each_notation() -> None:
    # PROJ gives 481797.2 E 4112197.9 N in zone 37: figures of a reference are cut.
    shown = [
        "decimal  37.15600N 038.79500E",
        "DMS      37°09'21.6\"N 038°47'42.0\"E",
        "MGRS     37S DB 81797 12197",
        "within   71 m, by the figures that were given",
    ]
    assert process("37.156,", "38.795") == (0, "\n".join(shown) + "\n", "")


def test_a_position_that_begins_with_a_sign_is_no_option() -> None:
    status, out, _ = process("-34.6037,", "-58.3816", "--json")
    shown = json.loads(out)
    assert status == 0
    assert shown["time"] is None
    assert shown["position"]["decimal"] == "34.60370S 058.38160W"


@pytest.mark.parametrize(
    ("zone", "local"),
    [("Asia/Baku", "2026-04-09T17:40:00+04:00"), ("Asia/Kathmandu", "2026-04-09T19:25:00+05:45")],
)
def test_a_time_is_shown_on_the_machines_own_clock_too(zone: str, local: str) -> None:
    status, out, _ = process("091340Z", "APR", "26", "--json", zone=zone)
    when = json.loads(out)["time"]
    assert status == 0
    assert (when["utc"], when["local"], when["dtg"]) == ("2026-04-09T13:40:00Z", local, "091340Z APR 26")
    assert f"local    {local}" in process("2026-04-09T13:40Z", zone=zone)[1]


def test_the_last_hour_of_the_calendar_has_no_local_time_further_on() -> None:
    status, out, _ = process("9999-12-31T23:30:00Z", zone="Asia/Baku")
    assert status == 0
    assert "local" not in out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("somewhere", "or a time such as"),
        ("95.00N 036.00E", "95"),
        ("091340J APR 26", "J"),
        ("2026-04-09 13:40", "zone"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_the_reason(text: str, reason: str) -> None:
    status, out, err = process(text)
    assert (status, out) == (2, "")
    assert err.startswith("TEXT: ")
    assert reason in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["091340ZAPR26", "091340z apr 2026", "091340Z", " 2026-04-09 16:40+03:00", "091340J APR"]
)
def test_a_time_is_told_by_its_form(text: str) -> None:
    assert says_a_time(text)


@pytest.mark.parametrize(
    "text", ["351523N0400827E", "351523N 0400827E", "37S DB 81797 12197", "35.2563, 40.1409", "35-15-23N 040-08-27E"]
)
def test_a_position_is_not_taken_for_a_time(text: str) -> None:
    assert not says_a_time(text)
