"""Plays a scenario against a running host, at real time."""

from __future__ import annotations

from collections.abc import Mapping

from keepclear.client.ids import new_id
from keepclear.client.stage import HostStage
from keepclear.formats.scenario_toml import Say, Scenario
from keepclear.scenario.player import Played, play_on


def play_against(scenario: Scenario, url: str, tokens: Mapping[str, str], speed: float = 1.0) -> Played:
    """Play a scenario at the host, from its present on, up to the last time that the scenario names.

    ``tokens`` are by desk; ``speed`` is that of the host's clock. Ids are new ones, and serials go on from the desks'
    last, so the host may have heard other scenarios before. Errors are those of ``play`` and of :class:`HostStage`.
    """
    ids = {step.place: new_id() for step in scenario.steps if isinstance(step, Say)}
    with HostStage(scenario, url, tokens, speed) as stage:
        return play_on(stage, scenario, ids)
