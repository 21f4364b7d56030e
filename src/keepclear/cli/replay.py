"""``keepclear replay``: plays scenarios, simulated or against a host, and judges what they expect (model §6)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.files import STANDARD_INPUT, read_bytes, shown_name
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, print_json, print_line, reading
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from keepclear.formats.scenario_toml import Scenario
    from keepclear.scenario.judge import Judgement
    from keepclear.scenario.player import Played


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one scenario file."""

    file: str
    title: str
    judgements: list[Judgement]

    @property
    def met(self) -> int:
        """Expectations that are met."""
        return sum(judgement.met for judgement in self.judgements)

    @property
    def unmet(self) -> int:
        """Expectations that are not, and steps that were not heard."""
        return len(self.judgements) - self.met

    def as_json(self) -> dict[str, Any]:
        """The report as ``--json`` gives it."""
        return {
            "file": self.file,
            "title": self.title,
            "met": self.met,
            "unmet": self.unmet,
            "expectations": [
                {
                    "place": judgement.place,
                    "expected": judgement.expected,
                    "met": judgement.met,
                    "seen": judgement.seen or None,
                }
                for judgement in self.judgements
            ],
        }


def replay(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO.toml...", help="Scenario files.")],
    host: Annotated[
        str | None, typer.Option("--host", metavar="URL", help="Play against this running host, at real time.")
    ] = None,
    tokens: Annotated[
        str | None,
        typer.Option("--tokens", metavar="FILE", help="With --host: every desk's token, as serve prints it."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="N", help="With --host: the speed at which it is served; 1.")
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Play scenarios and judge what they expect. Ends with 1 if anything is unmet."""
    play = _player(host, tokens, speed)
    reports = [_replayed(name, play) for name in scenarios]
    met, unmet = sum(report.met for report in reports), sum(report.unmet for report in reports)
    if as_json:
        print_json({"met": met, "unmet": unmet, "scenarios": [report.as_json() for report in reports]})
    else:
        for report in reports:
            for judgement in report.judgements:
                if not judgement.met:
                    print_line(f"{report.file}: {judgement.line()}")
        print_line(f"{met} met, {unmet} unmet")
    raise typer.Exit(BAD_NEWS if unmet else FINE)


def _player(host: str | None, tokens: str | None, speed: float | None) -> Callable[[Scenario], Played]:
    """What plays a scenario: the simulated clock, or the host that was named."""
    if host is None:
        if tokens is not None or speed is not None:
            given = "--tokens" if tokens is not None else "--speed"
            raise InvalidInput(given, "given without --host", "--host URL, or neither: then the clock is simulated")
        from keepclear.scenario.player import play

        return play
    from keepclear.cli.connection import address, tokens_in
    from keepclear.client.live import play_against

    if tokens is None:
        raise InvalidInput("--tokens", "missing", "with --host, a file with each desk's token")
    url, by_desk = address(host), tokens_in(tokens)
    return lambda scenario: play_against(scenario, url, by_desk, 1.0 if speed is None else speed)


def _replayed(name: str, play: Callable[[Scenario], Played]) -> Report:
    from keepclear.formats.scenario_toml import scenario_from_toml
    from keepclear.scenario.judge import judge

    data = read_bytes(name)
    folder = Path() if name == STANDARD_INPUT else Path(name).parent
    with reading(shown_name(name)):
        scenario = scenario_from_toml(data, lambda beside: read_bytes(str(folder / beside)))
        return Report(shown_name(name), scenario.title, judge(scenario, play(scenario)))
