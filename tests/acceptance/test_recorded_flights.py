"""Real recorded flights, filed through the running host over HTTP: every verdict is the slow oracle's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.flights import Flight, recorded, samples
from tests.host.running import RunningHost
from tests.needs import require
from tests.oracles.recorded_tracks import Apart, least_gap_m

pytestmark = pytest.mark.endurance

LATERAL_M, VERTICAL_M = 100.0, 30.0
"""The uncertainty that each trajectory declares."""

BETWEEN = {"fixed_wing": Apart(5000 + 2 * LATERAL_M, 304.8 + 2 * VERTICAL_M)}
SURE_M = 1.0
"""The oracle is sure of a verdict when its gap is so far from zero."""

AGREEMENT = """
name = "trial"
disclosure = "board"
[area]
footprint = { type = "MultiPolygon", coordinates = [
  [[[-130, 25], [-110, 25], [-110, 55], [-130, 55], [-130, 25]]],
  [[[-5, 40], [15, 40], [15, 55], [-5, 55], [-5, 40]]],
] }
[rules]
vague_area_km2 = 1000000
[[separation]]
between = ["fixed_wing", "fixed_wing"]
lateral_m = 5000
vertical_ft = 1000
time_s = 0
[[party]]
id = "alpha"
name = "Alpha"
[[party]]
id = "bravo"
name = "Bravo"
[[desk]]
id = "alpha.air"
role = "air"
party = "alpha"
[[desk]]
id = "bravo.air"
role = "air"
party = "bravo"
"""


@dataclass(frozen=True, slots=True)
class Filed:
    """A flight as it was filed: by whom, and under which id."""

    notice: str
    party: str
    flight: Flight


def shifted(flight: Flight, by_ms: int, east_m: float = 0.0) -> Flight:
    """The same track at another time, and moved east by about so much at its middle latitude."""
    times = tuple(at + by_ms for at in flight.times_ms)
    by_deg = east_m / (111_320 * math.cos(math.radians(flight.lat[len(flight.lat) // 2])))
    return replace(flight, times_ms=times, lon=tuple(lon + by_deg for lon in flight.lon))


def beginning(flight: Flight, points: int) -> Flight:
    """Its first so many points: the slow oracle looks at every half second of tracks that stay close."""
    return replace(
        flight,
        times_ms=flight.times_ms[:points],
        lon=flight.lon[:points],
        lat=flight.lat[:points],
        height_m=flight.height_m[:points],
    )


def ahead(flights: Sequence[Flight]) -> list[Flight]:
    """The set as it was flown, but beginning two days from now: what is over is in nobody's way."""
    start = min(flight.times_ms[0] for flight in flights)
    by = int((datetime.now(UTC) + timedelta(days=2)).timestamp()) * 1000 - start
    return [shifted(flight, by) for flight in flights]


def busiest(flights: list[Flight], count: int) -> list[Flight]:
    """So many flights of the set around its busiest time."""
    starts = sorted(flight.times_ms[0] for flight in flights)
    spans = [(starts[i + count - 1] - starts[i], i) for i in range(len(starts) - count + 1)]
    middle = min(spans)[1] if spans else 0
    return [flight for flight in flights if flight.times_ms[0] >= starts[middle]][:count]


def followed(flights: list[Flight]) -> list[tuple[str, Flight]]:
    """Each flight by Alpha, and by Bravo the same track a little later or aside: near misses of every kind."""
    pairs: list[tuple[str, Flight]] = []
    for flight in flights:
        pairs.append(("alpha", flight))
        for minutes, east_m in ((1, 0), (20, 0), (0, 4000), (0, 5100), (0, 5400), (3, 9000)):
            pairs.append(("bravo", shifted(flight, minutes * 60_000, east_m)))
    return pairs


def by_turns(flights: list[Flight]) -> list[tuple[str, Flight]]:
    """The flights, one by Alpha and one by Bravo."""
    return [(("alpha", "bravo")[i % 2], flight) for i, flight in enumerate(flights)]


CASES: dict[str, Any] = {
    "border surveillance": lambda flights: followed([beginning(flights[0], 500)]),
    "air-to-air refuelling": lambda flights: followed([beginning(flight, 2000) for flight in flights[:2]]),
    "firefighting": lambda flights: by_turns(busiest(flights, 120)),
    "dense Swiss traffic": lambda flights: by_turns(busiest(flights, 220)),
}


def body(flight: Flight) -> dict[str, Any]:
    """The notice of a flight."""
    stamps = [datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z") for at in flight.times_ms]
    points = [list(point) for point in zip(flight.lon, flight.lat, flight.height_m, strict=True)]
    track = {"type": "MovingPoint", "datetimes": stamps, "coordinates": points}
    sizes = {"lateral_m": LATERAL_M, "vertical_m": VERTICAL_M, "time_s": 0}
    return {"activity": "fixed_wing", "title": flight.craft, "envelope": {**track, **sizes}}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    require(samples() is not None, "the package traffic, whose samples are the recorded flights, is not installed")
    with RunningHost(tmp_path, AGREEMENT) as running:
        yield running


def file_all(host: RunningHost, flights: Sequence[tuple[str, Flight]]) -> list[Filed]:
    """Every flight is a notice of its party, acknowledged by the host."""
    filed = []
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        for party, flight in flights:
            receipt = (alpha if party == "alpha" else bravo).say("notice", body(flight))
            filed.append(Filed(receipt["id"], party, flight))
    return filed


def alerted(host: RunningHost) -> dict[frozenset[str], str]:
    """The pairs of notices that the host alerts of, as the mediator sees them."""
    with host.client("mediator.duty") as mediator:
        alerts = mediator.alerts()
    return {frozenset(alert["about"]): alert["why"] for alert in alerts if alert["code"] == "CONFLICT_4D"}


@pytest.mark.parametrize("name", CASES)
def test_every_verdict_on_recorded_flights_is_the_oracles(host: RunningHost, name: str) -> None:
    filed = file_all(host, CASES[name](ahead(list(recorded(name)))))
    told = alerted(host)
    pairs = [(a, b) for i, a in enumerate(filed) for b in filed[i + 1 :] if a.party != b.party]
    unsure, meeting = [], 0
    for a, b in pairs:
        gap = least_gap_m(a.flight, b.flight, BETWEEN["fixed_wing"])
        if abs(gap) < SURE_M:
            unsure.append((a.flight.craft, b.flight.craft, gap))
            continue
        meeting += gap < 0
        known = frozenset({a.notice, b.notice}) in told
        assert known == (gap < 0), f"{a.flight.craft} and {b.flight.craft}: least gap {gap:.2f} m, alerted: {known}"
    seen = f"{len(filed)} flights, {len(pairs)} pairs, {meeting} meet, {len(unsure)} within {SURE_M} m of it"
    print(f"{name}: {seen}")  # noqa: T201 - the figures, shown with -rP
    assert meeting > 0, seen
    assert len(unsure) <= len(pairs) // 100, seen
