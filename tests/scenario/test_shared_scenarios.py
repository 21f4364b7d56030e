"""The acceptance scenarios that lie beside the repository: what must pass does, and the rest awaits what is to come."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepclear.formats.scenario_toml import ALERT_CODES, scenario_from_toml
from keepclear.mechanism.statement import BODIES, StatementType
from keepclear.scenario.judge import BUILT_CODES, Judgement, judge
from keepclear.scenario.player import play
from tests.needs import require

SCENARIOS = Path(__file__).parents[2].parent / "shared" / "scenarios"
MUST_PASS = {
    "broker",
    "broker-good",
    "s01-late-and-misplaced-good",
    "s08-whole-belt-good",
    "s10-a-day-at-the-base",
    "s10-a-day-at-the-base-good",
}
FILES = sorted(path for path in SCENARIOS.glob("*.toml") if "[[step]]" in path.read_text("utf-8"))
TO_COME = {str(kind) for kind in StatementType if kind not in BODIES} | (ALERT_CODES - BUILT_CODES)


def test_the_scenarios_that_must_pass_are_there() -> None:
    require(bool(FILES), f"{SCENARIOS}: the scenarios that are kept beside the code")
    assert {path.stem for path in FILES} >= MUST_PASS


def judged(path: Path) -> list[Judgement]:
    scenario = scenario_from_toml(path.read_bytes(), lambda name: (path.parent / name).read_bytes())
    return judge(scenario, play(scenario))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_built_is_met_and_only_what_is_to_come_is_not(path: Path) -> None:
    unmet = [judgement for judgement in judged(path) if not judgement.met]
    assert [judgement.line() for judgement in unmet if judgement.awaits not in TO_COME] == []
    if path.stem in MUST_PASS:
        assert unmet == []


def test_every_scenario_that_must_pass_is_there() -> None:
    assert {path.stem for path in FILES} >= MUST_PASS
