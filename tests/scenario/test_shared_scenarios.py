"""The acceptance scenarios beside the repository, and the examples in the docs: all of each is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepclear.formats.scenario_toml import scenario_from_toml
from keepclear.scenario.judge import Judgement, judge
from keepclear.scenario.player import play
from tests.needs import require

SCENARIOS = Path(__file__).parents[2].parent / "shared" / "scenarios"
EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("stop-*.toml"))
FILES = sorted(path for path in SCENARIOS.glob("*.toml") if "[[step]]" in path.read_text("utf-8"))
THERE = {
    "broker",
    "s01-late-and-misplaced",
    "s02-wrong-box",
    "s08-whole-belt",
    "s10-a-day-at-the-base",
    "stop-ladder",
}


def judged(path: Path) -> list[Judgement]:
    scenario = scenario_from_toml(path.read_bytes(), lambda name: (path.parent / name).read_bytes())
    return judge(scenario, play(scenario))


def test_the_scenarios_and_their_good_twins_are_there() -> None:
    require(bool(FILES), f"{SCENARIOS}: the scenarios that are kept beside the code")
    assert {path.stem for path in FILES} >= THERE | {f"{name}-good" for name in THERE}


def test_there_are_an_example_and_its_quiet_twin() -> None:
    assert [path.stem for path in EXAMPLES] == ["stop-answered", "stop-climbs"]


@pytest.mark.parametrize("path", [*EXAMPLES, *FILES], ids=lambda path: path.stem)
def test_every_scenario_is_met(path: Path) -> None:
    judgements = judged(path)
    assert [judgement.line() for judgement in judgements if not judgement.met] == []
    assert judgements
