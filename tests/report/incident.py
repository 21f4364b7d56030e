"""An incident as a scenario: a conflict, a read-back that differs, a STOP that waits, accounts that contradict.

Bravo reads Alpha's notice back otherwise than it was said; a link is down for a while; a STOP climbs its ladder; Alpha
amends; both give accounts afterwards, and differ. Names are long, words run from the right, and other matters go on.
"""

from __future__ import annotations

import json
from typing import Any

LONG = "A-title-without-a-single-space-that-goes-on-for-much-longer-than-any-column-of-any-table-is-wide"
RTL = "עצרו מיד, אנשים שם (people!)"
ARABIC = "لدينا أناس هناك"
DAY = "2026-04-09"


def agreement(disclosure: str = "board", more_desks: int = 0) -> str:
    """Three parties and their desks; ``more_desks`` of Charlie besides."""
    desks = "".join(
        f'[[mechanism.desk]]\nid = "charlie.post{number:02d}"\nrole = "ground"\nparty = "charlie"\n'
        for number in range(more_desks)
    )
    return f"""
title = "An incident"
start = {DAY}T08:00:00Z
[mechanism]
name = "trial"
disclosure = "{disclosure}"
[mechanism.area]
footprint = {{ type = "Polygon", coordinates = [[[34, 32], [43, 32], [43, 38], [34, 38], [34, 32]]] }}
[mechanism.terrain]
lowest_m = 200
highest_m = 900
[mechanism.qnh]
lowest_hpa = 990
highest_hpa = 1035
[[mechanism.separation]]
between = ["fixed_wing", "*"]
lateral_m = 5000
vertical_ft = 1000
time_s = 300
[[mechanism.party]]
id = "alpha"
name = "Alpha"
[[mechanism.party]]
id = "bravo"
name = "Bravo"
[[mechanism.party]]
id = "charlie"
name = "Charlie"
[[mechanism.desk]]
id = "alpha.air"
role = "air"
party = "alpha"
alternates = ["alpha.ground"]
commander = "alpha.ground"
[[mechanism.desk]]
id = "alpha.ground"
role = "ground"
party = "alpha"
[[mechanism.desk]]
id = "bravo.air"
role = "air"
party = "bravo"
[[mechanism.desk]]
id = "bravo.ground"
role = "ground"
party = "bravo"
[[mechanism.desk]]
id = "charlie.air"
role = "air"
party = "charlie"
[[mechanism.place]]
name = "Airfield"
lon = 40.176
lat = 35.285
[[mechanism.place]]
name = "A gazetteer name that is rather long, at the bend of the river"
lon = 40.33
lat = 35.34
{desks}
"""


def step(at: str, desk: str, say: str, body: dict[str, Any], **more: Any) -> str:
    """One step as TOML (every value is JSON's and TOML's alike, but for tables, which are written inline)."""
    rows = {"at": at, "desk": desk, "say": say, **more, "body": body}
    return "[[step]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in rows.items())


def link(at: str, desk: str, state: str) -> str:
    """A desk's link goes down or comes up."""
    return f'[[step]]\nat = "{at}"\ndesk = "{desk}"\nlink = "{state}"\n'


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def box(west: float, south: float, east: float, north: float, floor: str, ceiling: str, start: str, end: str) -> Any:
    """A volume over a box of positions."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "footprint": {"type": "Polygon", "coordinates": [ring]},
        "floor": floor, "ceiling": ceiling, "start": f"{DAY}T{start}Z", "end": f"{DAY}T{end}Z",
    }  # fmt: skip


SURVEY = box(40.10, 35.20, 40.40, 35.40, "SFC", "1500 ft AGL", "10:00:00", "13:00:00")
FLIGHT = box(40.30, 35.30, 40.70, 35.55, "3000 ft AMSL", "FL090", "10:30:00", "11:30:00")
HEARD = box(40.30, 35.30, 40.70, 35.55, "3000 ft AMSL", "FL190", "10:30:00", "11:50:00")
LATER = box(40.35, 35.30, 40.70, 35.55, "3000 ft AMSL", "FL090", "10:45:00", "11:30:00")

STEPS = (
    step("08:05:00", "bravo.ground", "sign_on", {"name": "Sgt. Moran", "note": "line two is noisy"}),
    step("08:10:00", "bravo.ground", "notice", {
        "activity": "ground", "title": LONG, "place": {"name": "Airfield", "within_km": 40}, "envelope": [SURVEY],
    }, **{"as": "survey"}, to=["alpha", "charlie"]),
    step("08:12:00", "alpha.ground", "ack", {"about": "$survey", "level": "person"}, to=["bravo"]),
    step("08:20:00", "charlie.air", "notice", {
        "activity": "uas", "title": "Elsewhere",
        "envelope": [box(36, 33, 36.1, 33.1, "SFC", "400 ft AGL", "12:00:00", "12:30:00")],
    }, **{"as": "elsewhere"}, to=["alpha"]),
    link("09:00:00", "alpha.ground", "down"),
    step("09:15:00.250", "alpha.air", "notice", {
        "activity": "fixed_wing", "title": "Transit", "envelope": [FLIGHT], "read_back": True,
        "must_reach": ["battalion"],
    }, **{"as": "transit"}, to=["bravo"], precedence="IMMEDIATE"),
    step("09:17:00", "bravo.air", "ack", {
        "about": "$transit", "level": "understood", "read_back": {"envelope": [HEARD]},
    }, to=["alpha"]),
    step("09:20:00", "alpha.air", "message", {"text": "Read it back again, please", "about": "$transit"}, to=["bravo"]),
    step("09:21:00", "bravo.air", "message", {"text": ARABIC}, to=["alpha"]),
    step("09:40:00", "alpha.air", "amend", {"notice": "$transit", "envelope": [LATER]},
         **{"as": "later"}, to=["bravo"]),
    step("09:45:00", "bravo.air", "ack", {"about": "$later", "level": "person"}, to=["alpha"]),
    step("10:44:00", "alpha.air", "activate", {"notice": "$transit"}, to=["bravo"]),
    step("10:50:00", "bravo.ground", "stop", {"about": "$transit", "reason": RTL}, **{"as": "stop"}, to=["alpha"]),
    step("10:50:40", "bravo.ground", "call", {"to": "alpha.air", "result": "unanswered", "about": "$stop"},
         to=["alpha"]),
    step("10:57:30", "alpha.air", "stop_reply", {"stop": "$stop", "answer": "complying"}, to=["bravo"]),
    step("10:58:00", "alpha.air", "units_informed", {"stop": "$stop"}, to=["bravo"]),
    link("10:59:00", "alpha.ground", "up"),
    step("11:02:00", "alpha.air", "ceased", {"stop": "$stop"}, to=["bravo"]),
    step("11:03:00", "alpha.air", "complete", {"notice": "$transit", "reason": "STOP"}, to=["bravo"]),
    step("12:00:00", "bravo.ground", "account", {"incident": "the transit", "facts": {
        "seen_at": f"{DAY}T10:49:00Z", "position": {"lon": 40.36, "lat": 35.33}, "height": "FL090",
    }}, **{"as": "bravo_says"}, to=["alpha"], refs=["$transit"]),
    step("12:20:00", "alpha.air", "account", {"incident": "the transit", "facts": {
        "seen_at": f"{DAY}T10:49:20Z", "position": {"lon": 40.40, "lat": 35.33}, "height": "FL080", "crew": 2,
    }}, **{"as": "alpha_says"}, to=["bravo"], refs=["$transit"]),
    step("12:40:00", "alpha.air", "account", {"incident": "the transit", "facts": {"height": "FL090"}},
         to=["bravo"], refs=["$transit"]),
)  # fmt: skip


BROKER_STEPS = tuple(
    step.replace('"about" = "$transit", ', "").replace('refs = ["$transit"]\n', "")
    for step in STEPS
    if 'say = "ack"' not in step and 'say = "message"' not in step and "\nlink" not in step
)
"""Under ``broker`` nobody but the mediator has another's notice, so nobody acknowledges it, or names it."""


def incident(disclosure: str = "board", more_desks: int = 0) -> str:
    """The scenario file."""
    steps = BROKER_STEPS if disclosure == "broker" else STEPS
    return agreement(disclosure, more_desks) + "".join(steps)
