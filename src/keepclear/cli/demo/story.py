"""What the demo's desks say, and when: data that ``actors`` plays against the running host.

Times of activities are minutes from the start of the demo. ``after_s`` is when a line is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a desk says.

    ``name`` is the handle that later lines use, written ``$name``; a conflict is ``$one~$other``.
    """

    after_s: float
    desk: str
    say: str
    body: dict[str, Any]
    name: str = ""
    to: tuple[str, ...] = ()
    precedence: str = "ROUTINE"
    told: str = ""
    """One sentence for the terminal."""


def disc(lon: float, lat: float, radius_m: float, floor: str, ceiling: str, window: tuple[int, int]) -> dict[str, Any]:
    """A volume over a disc; ``window`` is in minutes from the start of the demo."""
    footprint = {"type": "Point", "coordinates": [lon, lat]}
    return {"footprint": footprint, "radius_m": radius_m, "floor": floor, "ceiling": ceiling, "window": window}


def box(
    west: float, south: float, east: float, north: float, floor: str, ceiling: str, window: tuple[int, int]
) -> dict[str, Any]:
    """A volume over a box in degrees; ``window`` is in minutes from the start of the demo."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    footprint = {"type": "Polygon", "coordinates": [ring]}
    return {"footprint": footprint, "floor": floor, "ceiling": ceiling, "window": window}


def corridor(
    line: list[list[float]], half_width_m: float, floor: str, ceiling: str, window: tuple[int, int]
) -> dict[str, Any]:
    """A volume along a line; ``window`` is in minutes from the start of the demo."""
    footprint = {"type": "LineString", "coordinates": line}
    return {
        "footprint": footprint,
        "half_width_m": half_width_m,
        "floor": floor,
        "ceiling": ceiling,
        "window": window,
    }


STORY: tuple[Line, ...] = (
    Line(0.0, "alpha.air", "sign_on", {"name": "Alpha's duty officer"}, told="Alpha's air desk is manned."),
    Line(0.0, "bravo.air", "sign_on", {"name": "Bravo's duty officer"}, told="Bravo's air desk is manned."),
    Line(
        0.0,
        "bravo.ground",
        "notice",
        {
            "activity": "site_visit",
            "title": "Survey team, 25 persons, 6 vehicles",
            "place": {"name": "Airfield", "within_km": 2},
            "envelope": [disc(37.63, 34.52, 1500, "SFC", "500 ft AGL", (120, 480))],
        },
        name="team",
        to=("alpha",),
        precedence="PRIORITY",
        told="Bravo announces a survey team at the Airfield.",
    ),
    Line(
        0.5,
        "bravo.air",
        "notice",
        {
            "activity": "uas",
            "title": "Mapping flight",
            "envelope": [corridor([[37.7, 34.6], [38.1, 34.8], [38.6, 34.9]], 2000, "SFC", "8000 ft AMSL", (90, 240))],
        },
        name="mapping",
        to=("alpha",),
        told="Bravo announces an unmanned mapping flight to the Ridge.",
    ),
    Line(
        1.0,
        "alpha.air",
        "notice",
        {
            "activity": "fixed_wing",
            "title": "Training, north",
            "envelope": [box(37.0, 35.3, 37.7, 35.7, "FL200", "FL290", (75, 165))],
        },
        name="training",
        to=("bravo",),
        told="Alpha announces training in the north.",
    ),
    Line(
        8.0,
        "alpha.ground",
        "ack",
        {"about": "$team", "level": "person"},
        told="Alpha has seen it.",
    ),
    Line(9.0, "alpha.air", "line_test", {}, name="test", to=("bravo",), told="Alpha tests the line."),
    Line(
        9.5,
        "bravo.air",
        "line_test_reply",
        {"test": "$test"},
        to=("alpha",),
        told="Bravo's desk answers: somebody is there.",
    ),
    Line(10.0, "bravo.ground", "ack", {"about": "$training", "level": "person"}, told="Bravo has seen the training."),
    Line(
        20.0,
        "alpha.air",
        "notice",
        {
            "activity": "fixed_wing",
            "title": "Low transit",
            "envelope": [corridor([[36.8, 34.3], [37.5, 34.45], [38.2, 34.45]], 3000, "SFC", "FL120", (150, 200))],
        },
        name="transit",
        to=("bravo",),
        told="Alpha announces a low transit. It meets the survey team: both sides are alerted.",
    ),
    Line(35.0, "bravo.ground", "ack", {"about": "$transit", "level": "person"}, told="Bravo has seen the transit."),
    Line(
        50.0,
        "alpha.air",
        "propose",
        {
            "about": "$team~$transit",
            "change": {
                "notice": "$transit",
                "envelope": [corridor([[36.8, 33.95], [37.5, 34.05], [38.2, 34.05]], 3000, "SFC", "FL120", (150, 200))],
            },
            "reason": "we can pass 50 km south of your team",
        },
        name="south",
        to=("bravo",),
        precedence="PRIORITY",
        told="Alpha proposes to fly the transit 40 km further south.",
    ),
    Line(
        60.0,
        "bravo.ground",
        "accept",
        {"about": "$south", "reason": "agreed"},
        to=("alpha",),
        told="Bravo accepts: the notice is changed for both, and the conflict clears.",
    ),
    Line(
        70.0,
        "bravo.ground",
        "stop",
        {
            "reason": "Our advance party is at the Airfield and hears a low aircraft coming nearer",
            "about": "$training",
            "place": {"name": "Airfield", "within_km": 2},
        },
        name="stop",
        to=("alpha",),
        precedence="FLASH",
        told="Bravo raises a STOP: life is at risk. Every desk of Alpha's is alerted; an answer is due in a minute.",
    ),
    Line(
        78.0,
        "alpha.ground",
        "stop_reply",
        {"stop": "$stop", "answer": "standby"},
        to=("bravo",),
        told="Alpha has it, and is asking.",
    ),
    Line(
        86.0,
        "alpha.air",
        "stop_reply",
        {"stop": "$stop", "answer": "complying"},
        to=("bravo",),
        told="Alpha complies.",
    ),
    Line(
        96.0,
        "alpha.air",
        "units_informed",
        {"stop": "$stop"},
        to=("bravo",),
        told="Alpha's crews have been told.",
    ),
    Line(
        106.0,
        "alpha.air",
        "ceased",
        {"stop": "$stop"},
        to=("bravo",),
        told="It has ceased: the STOP is closed, and its alerts with it.",
    ),
    Line(
        120.0,
        "bravo.air",
        "notice",
        {
            "activity": "uas",
            "title": "Lake survey",
            "place": {"name": "Lake", "within_km": 15},
            "envelope": [disc(38.3, 36.1, 6000, "SFC", "4000 ft AMSL", (30, 90))],
        },
        name="lake",
        to=("alpha",),
        told="Bravo announces a flight late, and inside the quiet zone. It is left for you to acknowledge as Alpha.",
    ),
)
