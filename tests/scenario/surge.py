"""A surge day as a scenario, drawn from one seed: forty desks of eight parties, hundreds of notices, and all that a day
brings beside them. It serves the tests and ``bench/surge_day.py``.

Of the notices about a fifth are amended, three in five activated, two in five completed, one in twenty cancelled. Their
addressees acknowledge at all four grades, late or not at all where they do not; some read back, some of these wrongly.
Calls, a handful of STOPs, observations, line tests and links that are down for a while come in between.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = datetime(2026, 4, 9, tzinfo=UTC)
PARTIES = tuple(f"p{number}" for number in range(8))
ROLES = ("air", "ground", "command", "fires", "movements")
SPEAKING = ("air", "ground", "fires")
"""Desks that announce: their links stay up, so that what others say about a notice comes after it."""

ACTIVITIES = ("fixed_wing", "rotary", "uas", "live_fire", "works", "medevac", "ground", "laser")
UNITS = ("brigade", "battalion")
MINUTE = 60.0

Row = dict[str, Any]


@dataclass(slots=True)
class Day:
    """The day as it is being drawn: steps with their second of the day, in no order yet."""

    draw: random.Random
    steps: list[tuple[float, Row]] = field(default_factory=list)

    def say(self, at_s: float, desk: str, kind: str, body: Row, **more: Any) -> None:
        """A desk says something, if the day still lasts."""
        if at_s < 86_000:
            self.steps.append((at_s, {"desk": desk, "say": kind, **more, "body": body}))

    def desk(self, party: str, *roles: str) -> str:
        """Any desk of a party that has one of these roles."""
        return f"{party}.{self.draw.choice(roles or ROLES)}"

    def others(self, party: str, most: int) -> list[str]:
        """Some other parties."""
        return self.draw.sample([name for name in PARTIES if name != party], self.draw.randint(1, most))


def surge_day(notices: int = 500, calls: int = 60, seed: int = 20261122) -> str:
    """The scenario file of such a day; the rest of it is in step with the number of notices."""
    day = Day(random.Random(seed))  # noqa: S311 - a load, no secret
    for number in range(notices):
        _notice(day, number)
    for number in range(calls):
        _call(day, number % notices)
    for number in range(max(1, notices // 80)):
        _stop(day, number)
        _link(day)
    for number in range(max(1, notices // 20)):
        _observation(day, number)
        _line_test(day, number)
    return _agreement() + "".join(_step(at_s, row) for at_s, row in sorted(day.steps, key=lambda step: step[0])) + _END


def _envelope(draw: random.Random, start_s: float, end_s: float) -> list[Row]:
    lon, lat = draw.uniform(36.0, 43.0), draw.uniform(33.0, 37.0)
    shape: Row
    kind = draw.random()
    if kind < 0.4:
        shape = {"footprint": {"type": "Point", "coordinates": [lon, lat]}, "radius_m": draw.randrange(1000, 12000)}
    elif kind < 0.7:
        line = [[lon, lat], [lon + draw.uniform(-0.4, 0.4), lat + 0.2], [lon + 0.5, lat + draw.uniform(-0.2, 0.2)]]
        shape = {"footprint": {"type": "LineString", "coordinates": line}, "half_width_m": draw.randrange(500, 4000)}
    else:
        wide, high = draw.uniform(0.1, 0.5), draw.uniform(0.1, 0.4)
        ring = [[lon, lat], [lon + wide, lat], [lon + wide, lat + high], [lon, lat + high], [lon, lat]]
        shape = {"footprint": {"type": "Polygon", "coordinates": [ring]}}
    low = draw.randrange(10, 250, 10)
    bands = {"floor": f"FL{low:03d}", "ceiling": f"FL{low + draw.randrange(10, 120, 10):03d}"}
    return [{**shape, **bands, "start": _instant(start_s), "end": _instant(end_s)}]


def _notice(day: Day, number: int) -> None:
    """A notice and its life; statements that are about one version stand between it and the next."""
    draw, party, name = day.draw, day.draw.choice(PARTIES), f"n{number}"
    heard_s = draw.uniform(60, 75_000)
    lead_s = draw.choice((-10, 20, 45, 90, 150, 240, 360)) * MINUTE
    start_s = heard_s + lead_s + draw.uniform(0, 600)
    end_s = max(start_s, heard_s) + draw.uniform(60, 240) * MINUTE
    sender, to = day.desk(party, *SPEAKING), day.others(party, 3)
    body: Row = {"activity": draw.choice(ACTIVITIES), "envelope": _envelope(draw, start_s, end_s)}
    if draw.random() < 0.2:
        body["must_reach"] = list(UNITS)
    if draw.random() < 0.15:
        body["read_back"] = True
    precedence = draw.choice(("IMMEDIATE", "PRIORITY", "ROUTINE", "ROUTINE", "ROUTINE"))
    day.say(heard_s, sender, "notice", body, **{"as": name, "to": to, "precedence": precedence})
    begin_s = max(start_s, heard_s + 300)
    amended_s = heard_s + 0.4 * (begin_s - heard_s) if draw.random() < 0.2 else None
    _acknowledge(day, name, to, body, heard_s, amended_s or begin_s)
    if amended_s is not None:
        after = _envelope(draw, start_s, end_s) if draw.random() < 0.5 else body["envelope"]
        day.say(amended_s, sender, "amend", {"notice": f"${name}", "envelope": after}, **{"as": f"{name}a"})
        _acknowledge(day, f"{name}a", to, {**body, "envelope": after}, amended_s, begin_s)
    fate = draw.random()
    if fate < 0.05:
        day.say(begin_s - 1, sender, "cancel", {"notice": f"${name}"})
    elif fate < 0.65:
        day.say(begin_s + 1, sender, "activate", {"notice": f"${name}"})
        if draw.random() < 0.66:
            day.say(begin_s + 0.8 * (end_s - begin_s), sender, "complete", {"notice": f"${name}"})


def _acknowledge(day: Day, about: str, to: list[str], body: Row, after_s: float, before_s: float) -> None:
    """Each addressed party acknowledges one version up to some grade, or does not."""
    draw = day.draw
    for party in to:
        desk, span_s = day.desk(party), before_s - after_s
        when = sorted(after_s + span_s * draw.uniform(0.02, 0.95) ** 2 for _ in range(3))
        if draw.random() < 0.1:
            continue
        said: Row = {"about": f"${about}", "level": "person"}
        if body.get("read_back") and draw.random() < 0.7:
            heard = [dict(volume) for volume in body["envelope"]]
            if draw.random() < 0.3:
                heard[0]["end"] = _instant(_seconds(heard[0]["end"]) + 600)
            said["read_back"] = {"envelope": heard}
        day.say(when[0], desk, "ack", said)
        if draw.random() < 0.6:
            level = "not_understood" if draw.random() < 0.05 else "understood"
            day.say(when[1], desk, "ack", {"about": f"${about}", "level": level})
        if draw.random() < 0.4:
            reached = list(UNITS) if draw.random() < 0.8 else [UNITS[0]]
            day.say(when[2], desk, "ack", {"about": f"${about}", "level": "disseminated", "reached": reached})


def _call(day: Day, number: int) -> None:
    """A desk calls a party about a notice of its own side, or about nothing; one in five calls three times."""
    draw, at_s = day.draw, day.draw.uniform(3600, 85_000)
    said_s, notice = next((at_s, row) for at_s, row in day.steps if row.get("as") == f"n{number}")
    party = str(notice["desk"]).partition(".")[0]
    about = {"about": f"$n{number}"} if said_s < at_s else {}
    to = day.desk(day.others(party, 1)[0])
    result = draw.choice(("answered", "answered", "unanswered", "unanswered", "unanswered", "refused"))
    for again in range(3 if draw.random() < 0.2 else 1):
        day.say(at_s + 120 * again, day.desk(party), "call", {"to": to, "result": result, **about})


def _stop(day: Day, number: int) -> None:
    draw, (party, other) = day.draw, day.draw.sample(PARTIES, 2)
    at_s, name = draw.uniform(7200, 80_000), f"s{number}"
    reason = {"reason": "our people are there", "place": {"name": "Crossing", "within_km": 2}}
    day.say(at_s, day.desk(party), "stop", reason, **{"as": name, "to": [other]})
    answered_s = at_s + draw.choice((20, 45, 100, 200, 290, 700))
    day.say(answered_s, day.desk(other, "air", "ground"), "stop_reply", {"stop": f"${name}", "answer": "complying"})
    day.say(answered_s + 60, day.desk(other, "air"), "units_informed", {"stop": f"${name}"})
    day.say(answered_s + 300, day.desk(other, "air"), "ceased", {"stop": f"${name}"})


def _link(day: Day) -> None:
    """A desk that announces nothing is cut off for a while; what it acknowledges meanwhile is heard later."""
    desk = day.desk(day.draw.choice(PARTIES), "command", "movements")
    down_s = day.draw.uniform(3600, 80_000)
    day.steps.append((down_s, {"desk": desk, "link": "down"}))
    day.steps.append((down_s + day.draw.uniform(5, 40) * MINUTE, {"desk": desk, "link": "up"}))


def _observation(day: Day, number: int) -> None:
    draw, party, name = day.draw, day.draw.choice(PARTIES), f"o{number}"
    at_s = draw.uniform(600, 85_000)
    position = {"lon": draw.uniform(39.0, 40.0), "lat": draw.uniform(34.5, 35.5), "altitude": "3000 ft AMSL"}
    seen = {"object": "a small drone", "position": position, "kind": "uas"}
    day.say(at_s, day.desk(party, *SPEAKING), "observe", seen, **{"as": name})
    for asked in day.others(party, 3):
        kind = "claim" if draw.random() < 0.2 else "disclaim"
        day.say(at_s + draw.uniform(30, 900), day.desk(asked), kind, {"observation": f"${name}"})


def _line_test(day: Day, number: int) -> None:
    draw, party, name = day.draw, day.draw.choice(PARTIES), f"t{number}"
    other, at_s = day.others(party, 1)[0], draw.uniform(600, 85_000)
    day.say(at_s, day.desk(party, *SPEAKING), "line_test", {}, **{"as": name, "to": [other]})
    if draw.random() < 0.85:
        day.say(at_s + draw.uniform(5, 250), day.desk(other), "line_test_reply", {"test": f"${name}"})


def _instant(seconds: float) -> str:
    return (DAY + timedelta(seconds=round(seconds))).isoformat().replace("+00:00", "Z")


def _seconds(instant: str) -> float:
    return (datetime.fromisoformat(instant) - DAY).total_seconds()


def _step(at_s: float, row: Row) -> str:
    clock = f"{int(at_s // 3600):02d}:{int(at_s // 60) % 60:02d}:{at_s % 60:06.3f}"
    return f'\n[[step]]\nat = "{clock}"\n' + "".join(f"{key} = {_toml(value)}\n" for key, value in row.items())


def _toml(value: Any) -> str:
    """A value on one line of TOML: as JSON has it, but for tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(member) for member in value) + "]"
    return json.dumps(value)


def _agreement() -> str:
    rows = ['title = "A surge day"\nstart = 2026-04-09T00:00:00Z\n[mechanism]\nname = "surge"\n']
    rows.append("[mechanism.terrain]\nlowest_m = -400\nhighest_m = 2800\n")
    rows.append('[[mechanism.separation]]\nbetween = ["*", "*"]\nlateral_m = 1000\nvertical_ft = 500\ntime_s = 60\n')
    rows += [f'[[mechanism.party]]\nid = "{party}"\nname = "{party.upper()}"\n' for party in PARTIES]
    for party in PARTIES:
        ladder = f'alternates = ["{party}.ground"]\ncommander = "{party}.command"\n'
        rows += [
            f'[[mechanism.desk]]\nid = "{party}.{role}"\nrole = "{role}"\nparty = "{party}"\n'
            + (ladder if role == "air" else "")
            for role in ROLES
        ]
    rows.append('[[mechanism.place]]\nname = "Crossing"\nlon = 39.5\nlat = 35.0\n')
    for number, (lon, lat) in enumerate(((39.2, 34.8), (39.5, 35.0), (39.8, 35.2))):
        zone = {"footprint": {"type": "Point", "coordinates": [lon, lat]}, "radius_m": 25_000}
        heights = {"floor": "SFC", "ceiling": "10000 ft AMSL", "forbids": ["uas", "live_fire"]}
        table = {"id": f"z{number}", "name": f"Zone {number}", **zone, **heights}
        rows.append("[[mechanism.zone]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items()))
    force = {"type": "Polygon", "coordinates": [[[41, 33], [43, 33], [43, 34], [41, 34], [41, 33]]]}
    rows.append(f'[[mechanism.third_force]]\nname = "Third"\nfootprint = {_toml(force)}\n')
    return "".join(rows)


_END = """
[[expect]]
alert = "NO_ACK"
[[expect]]
alert = "CONFLICT_4D"
severity = "warning"
[[expect]]
alert = "STOP_OPEN"
about = "s0"
count = 1
[[never]]
alert = ["SERIAL_GAP", "CLOCK_SKEW"]
"""
