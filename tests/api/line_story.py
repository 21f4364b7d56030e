"""A day on the line at a real host: everything that can be said there is said, in few lines."""

from __future__ import annotations

from typing import Any

from keepclear.client import Client
from tests.host.running import RunningHost, notice_body

HERE = {"lon": 37.1, "lat": 34.1, "altitude": "1200 ft AMSL"}


def conflict(alpha: Client, bravo: Client, lon: float = 39.0) -> tuple[str, str, str]:
    """Two notices that meet, Alpha's and Bravo's, and the alert's id."""
    own = alpha.say("notice", notice_body(lon=lon), to=["bravo"])["id"]
    other = bravo.say("notice", notice_body(lon=lon, activity="uas"), to=["alpha"])
    met = next(alert for alert in other["alerts"] if alert["code"] == "CONFLICT_4D")
    return own, other["id"], met["id"]


def play(host: RunningHost) -> dict[str, Any]:
    """Alpha and Bravo speak; Charlie is there. The ids of what came of it, by name."""
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        said: dict[str, Any] = {}
        alpha.sign_on("Ada", "two teams out", to=["bravo"])
        bravo.sign_on("Bo", to=["alpha"])
        said["own"], said["other"], said["met"] = conflict(alpha, bravo)
        said["stop"] = alpha.stop("people of ours are there", said["other"], to=["bravo"])["id"]
        bravo.stop_reply(said["stop"], "complying", to=["alpha"])
        bravo.units_informed(said["stop"], to=["alpha"])
        said["open_stop"] = bravo.stop("a boat adrift", place={"name": "Airfield", "within_km": 2}, to=["alpha"])["id"]
        first = {"notice": said["own"], "shift_min": 30}
        said["countered"] = bravo.propose(f"{said['other']}~{said['own']}", first, "a team", to=["alpha"])["id"]
        second = {"notice": said["other"], "shift_min": 400}
        said["proposal"] = alpha.propose(said["met"], second, to=["bravo"])["id"]
        bravo.accept(said["proposal"], "agreed", to=["alpha"])
        alpha.call("bravo.air", "answered", said["stop"], to=["bravo"])
        said["observation"] = bravo.observe("a light aircraft", HERE, "fixed_wing", to=["alpha"])["id"]
        alpha.disclaim(said["observation"], to=["bravo"])
        said["test"] = alpha.line_test(to=["bravo"])["id"]
        bravo.line_test_reply(to=["alpha"])
        said["open_test"] = bravo.line_test(to=["alpha"])["id"]
        alpha.account("incident 7", {"at": "2026-04-09T13:40:00Z", "where": {"lon": 37.0, "lat": 34.0}}, to=["bravo"])
        said["accident"] = alpha.accident("uas", position=HERE, heading=270, to=["bravo"])["id"]
        alpha.ack(said["open_stop"], "disseminated", reached=["1st battery"], to=["bravo"])
        bravo.suspend("talks in the capital", to=["alpha"])
        bravo.resume("agreed", to=["alpha"])
        bravo.sign_off("Bo", "all quiet", to=["alpha"])
        return said
