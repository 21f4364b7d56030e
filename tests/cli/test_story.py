"""The demo's story against a host with the demo's agreement: every line is heard, and leads where it says."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import resources
from pathlib import Path

from keepclear.cli.demo.actors import Actors
from keepclear.cli.demo.story import STORY
from keepclear.host import tokens
from tests.host.running import RunningHost

DESKS = ("alpha.air", "alpha.ground", "bravo.air", "bravo.ground", "mediator.duty")


def test_the_story_is_heard_and_leaves_two_notices_to_acknowledge(tmp_path: Path) -> None:
    text = resources.files("keepclear.cli.demo").joinpath("agreement.toml").read_text()
    host = RunningHost(tmp_path, text)
    book, host.tokens = tokens.issue(DESKS)
    (host.data / "tokens.json").unlink()
    book.save(host.data / "tokens.json")
    told: list[str] = []
    with host, ExitStack() as leaving:
        actors = Actors(host.url, {desk: host.tokens[desk] for desk in DESKS}, told.append)
        for client in actors._clients.values():
            leaving.enter_context(client)
        with host.client("mediator.duty") as duty:
            for line in STORY:
                actors.say(line)
                codes = {alert["code"] for alert in duty.alerts()}
                if line.name == "transit":
                    assert "CONFLICT_4D" in codes
                if line.say == "accept":
                    assert "CONFLICT_4D" not in codes
                if line.name == "stop":
                    assert "STOP_OPEN" in codes
            assert all(stop["closed_at"] for stop in duty.stops())
            assert [row["state"] for stop in duty.stops() for row in stop["sides"]] == ["ceased"]
            assert [one["state"] for one in duty.proposals()] == ["accepted"]
            assert [row["answered"] for row in duty.line()["figures"]] == [1]
            assert {alert["code"] for alert in duty.alerts()} == {"LATE_NOTICE", "RULE_ZONE"}
        with host.client("alpha.air") as alpha:
            owed = [one["about"] for one in alpha.obligations() if one["desk_or_party"] == "alpha"]
            left = [one["title"] for one in alpha.notices() if one["id"] in owed]
            assert left == ["Mapping flight", "Lake survey"]
    assert told == [line.told for line in STORY]
    assert all(told)
    assert [line.after_s for line in STORY] == sorted(line.after_s for line in STORY)
