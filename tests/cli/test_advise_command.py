"""``keepclear advise``: options for either side, exit status, and no start in the past."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from keepclear.cli.main import app
from tests.formats.samples import collection, feature

HIGH = {"floor": "FL100", "ceiling": "FL150"}


@pytest.fixture
def meeting(tmp_path: Path) -> str:
    """Two notices that meet for half an hour."""
    file = tmp_path / "meet.geojson"
    later = {"start": "2026-04-09T09:30:00Z", "end": "2026-04-09T10:30:00Z"}
    file.write_text(json.dumps(collection(feature("n1", "alpha", **HIGH), feature("n2", "bravo", **HIGH, **later))))
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["advise", *arguments])


def kinds(result: Result, side: int) -> dict[str, Any]:
    (conflict,) = json.loads(result.stdout)["conflicts"]
    return {option["kind"]: option for option in conflict["sides"][side]["options"]}


def test_either_side_is_told_its_options_cheapest_first(meeting: str) -> None:
    result = run(meeting, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    (conflict,) = answer["conflicts"]
    assert (answer["checked"], conflict["a"], conflict["b"], conflict["verdict"]) == (2, "n1", "n2", "CONFLICT")
    assert [(side["notice"], side["party"]) for side in conflict["sides"]] == [("n1", "alpha"), ("n2", "bravo")]
    for side in conflict["sides"]:
        costs = [option["cost"] for option in side["options"]]
        assert costs == sorted(costs)
        assert all(option["change"]["notice"] == side["notice"] for option in side["options"])
    assert kinds(result, 0)["earlier"]["change"] == {"notice": "n1", "shift_min": -30}
    assert kinds(result, 1)["up"]["change"] == {"notice": "n2", "floor": "FL150", "ceiling": "FL200"}


def test_people_read_plain_words(meeting: str) -> None:
    said = run(meeting).stdout
    assert "n1 and n2 conflict, 2026-04-09T09:30:00Z to 2026-04-09T10:00:00Z." in said
    for words in ("- 30 min earlier", "- 30 min later", "- up to FL150–FL200", "- 8 km north"):
        assert words in said


def test_nothing_begins_before_the_instant_given(meeting: str) -> None:
    result = run(meeting, "--json", "--at", "2026-04-09T08:45:00Z")
    assert "earlier" not in kinds(result, 0)
    assert "earlier" not in kinds(result, 1), "an hour and a half earlier would begin at 08:00"
    wrong = run(meeting, "--at", "this morning")
    assert wrong.exit_code != 0


def test_plans_against_which_it_is_checked_are_in_the_way_too(tmp_path: Path, meeting: str) -> None:
    later = {"start": "2026-04-09T10:30:00Z", "end": "2026-04-09T11:30:00Z"}
    third = tmp_path / "third.geojson"
    third.write_text(json.dumps(collection(feature("n3", "charlie", **HIGH, **later))))
    assert kinds(run(meeting, "--json"), 0)["later"]["shift_min"] == 90
    assert kinds(run(meeting, "--json", "--against", str(third)), 0)["later"]["shift_min"] == 150


def test_no_conflict_ends_with_0(tmp_path: Path) -> None:
    file = tmp_path / "one.geojson"
    file.write_text(json.dumps(collection(feature("n1", "alpha"))))
    result = run(str(file))
    assert (result.exit_code, result.stdout) == (0, "1 notice checked: no conflict.\n")
