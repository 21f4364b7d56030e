"""Real recorded flights, from the samples of the ``traffic`` package, as trajectory envelopes.

The recordings come from OpenSky's receivers and are read where they are installed; nothing of them is kept here.
Heights are recorded pressure or GNSS heights in feet; they are taken as heights above the ellipsoid, which changes
where the aircraft were by tens of metres but nothing of what is tested: that the verdicts on these tracks are right.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOOT_M = 0.3048
GAP_MS = 300_000
"""A recording with a longer hole is taken as two flights: nobody knows where the aircraft was meanwhile."""

MOST_POINTS = 5000
"""A notice takes 10,000 points at most."""

SETS = {
    "border surveillance": "surveillance/border_control.json.gz",
    "air-to-air refuelling": "military/inflight_refuelling.json.gz",
    "firefighting": "firefighting/calfire.json.gz",
    "dense Swiss traffic": "collections/switzerland.json.gz",
}


@dataclass(frozen=True, slots=True)
class Flight:
    """One unbroken recorded track: times in ms, degrees, metres."""

    source: str
    craft: str
    times_ms: tuple[int, ...]
    lon: tuple[float, ...]
    lat: tuple[float, ...]
    height_m: tuple[float, ...]


def samples() -> Path | None:
    """Where the installed package has its samples, or None."""
    spec = importlib.util.find_spec("traffic")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data" / "samples"


def recorded(name: str) -> Iterator[Flight]:
    """The flights of one set, in the order of their first instants."""
    folder = samples()
    if folder is None:
        return
    columns = _columns(folder / SETS[name])
    tracks: dict[str, list[tuple[int, float, float, float]]] = {}
    for row, stamp in columns["timestamp"].items():
        height = columns.get("geoaltitude", {}).get(row) or columns["altitude"].get(row)
        lon, lat = columns["longitude"].get(row), columns["latitude"].get(row)
        if lon is None or lat is None or height is None:
            continue
        craft = columns.get("flight_id", columns["icao24"])[row]
        tracks.setdefault(str(craft), []).append((int(stamp), lon, lat, height * FOOT_M))
    flights = [flight for craft, points in tracks.items() for flight in _unbroken(name, craft, sorted(points))]
    yield from sorted(flights, key=lambda flight: (flight.times_ms[0], flight.craft))


def _columns(path: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as opened:
        table = json.load(opened)
    if isinstance(table, list):
        names = {name for row in table for name in row}
        table = {name: {str(i): row.get(name) for i, row in enumerate(table)} for name in names}
    columns: dict[str, dict[str, Any]] = table
    return columns


def _unbroken(name: str, craft: str, points: list[tuple[int, float, float, float]]) -> Iterator[Flight]:
    run: list[tuple[int, float, float, float]] = []
    for point in points:
        if run and point[0] <= run[-1][0]:
            continue
        if run and (point[0] - run[-1][0] > GAP_MS or len(run) == MOST_POINTS):
            yield from _flight(name, craft, run)
            run = []
        run.append(point)
    yield from _flight(name, craft, run)


def _flight(name: str, craft: str, run: list[tuple[int, float, float, float]]) -> Iterator[Flight]:
    if len(run) >= 5 and run[-1][0] - run[0][0] >= 60_000:
        times, lon, lat, height = zip(*run, strict=True)
        yield Flight(name, craft, times, lon, lat, height)
