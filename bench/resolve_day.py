"""A whole day at once: 5,000 plans to a proof, and 30,000 flights over an area as large as Europe to no conflict.

Both loads are the same each time. **Walks** (5,000, as in the prototype that the goal comes from): drones at one and
the same height, 300 to 400 ft AMSL, each on a walk of 4 to 8 legs of 1 km on a grid of 49 by 49 km, never straight
back, two minutes a leg; a leg is a corridor of 100 m either side for its two minutes. Take-offs are evenly spread over
8 hours.

**Flights** (30,000): 150 airports lie evenly over 10° W to 30° E, 36° to 60° N and are equally busy. A flight goes from
one to another at least 400 km away, on a geodesic bent at one point up to 5 % of its length to a side, at 230 m/s and
one level of FL290 to FL400 (odd eastbound, even westbound; 100 ft either side). Its plan is what lies more than 100 km
from both airports, where climb and descent are over: corridors of at most 75 km, 2.5 NM either side of the line, each
from half a minute before entry to half a minute after exit. Departures are evenly spread over the 24 hours.

Six parties take turns, and plans of one party must keep clear too. Plans may be put off by up to 30 minutes or moved by
one level up or down (100 ft for walks, 1,000 ft for flights), which counts as a minute.
"""

from __future__ import annotations

import resource
import sys
import time
from itertools import pairwise

import numpy as np

from keepclear.detection.plan import Plan
from keepclear.detection.resolution.forbidden import Task
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.resolve import Resolution, resolve
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Corridor
from keepclear.spacetime.geodesic import WGS84
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.volume import Volume

MIDNIGHT_MS = 1_775_692_800_000  # 2026-04-09T00:00:00Z
HOURS = 24
AIRPORTS = 150
SPEED_MPS = 230.0
WALK_HOURS, LEG_MS, SIDE_KM = 8, 120_000, 49
LONGEST_M, EITHER_END_M, LEAST_FLIGHT_M = 75_000.0, 100_000.0, 400_000.0
HALF_WIDTH_M = 4630.0
PARTIES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")

Area = tuple[float, float, float, float]
EUROPE: Area = (-10.0, 30.0, 36.0, 60.0)

PROOF_GOAL_S, DAY_GOAL_S, MEAN_GOAL_S = 15.0, 300.0, 2.7 * 60


def flights(count: int, area: Area, seed: int) -> list[Plan]:
    """So many plans of flights over an area (west, east, south, north in degrees)."""
    random = np.random.default_rng(seed)
    west, east, south, north = area
    lon, lat = random.uniform(west, east, AIRPORTS), random.uniform(south, north, AIRPORTS)
    plans: list[Plan] = []
    while len(plans) < count:
        one, other = random.choice(AIRPORTS, 2, replace=False)
        azimuth, _, distance_m = WGS84.inv(lon[one], lat[one], lon[other], lat[other])
        bend, level = random.uniform(-0.05, 0.05), int(random.integers(0, 6))
        departs_ms = MIDNIGHT_MS + int(random.integers(0, HOURS * 3600)) * 1000
        if distance_m < LEAST_FLIGHT_M:
            continue
        via = WGS84.fwd(lon[one], lat[one], azimuth + np.degrees(2 * bend), distance_m / 2)[:2]
        feet = 29_000 + 2000 * level + (0 if azimuth % 360 < 180 else 1000)
        places = _places([(lon[one], lat[one]), via, (lon[other], lat[other])])
        number = len(plans)
        name, party = f"f{number:05d}", PARTIES[number % len(PARTIES)]
        plans.append(Plan(name, party, "fixed_wing", _volumes(places, feet, departs_ms)))
    return plans


def walks(count: int, side_km: int, seed: int) -> list[Plan]:
    """So many drones walking about a grid."""
    random = np.random.default_rng(seed)
    floor, ceiling = Altitude(Datum.AMSL, 300.0, "ft"), Altitude(Datum.AMSL, 400.0, "ft")
    steps = ((1, 0), (0, 1), (-1, 0), (0, -1))
    plans: list[Plan] = []
    for number in range(count):
        x, y = (int(at) for at in random.integers(0, side_km, 2))
        heading = int(random.integers(0, 4))
        at_ms = MIDNIGHT_MS + int(random.integers(0, WALK_HOURS * 3600)) * 1000
        volumes = []
        for _ in range(int(random.integers(4, 9))):
            heading = (heading + int(random.integers(-1, 2))) % 4
            to_x, to_y = x + steps[heading][0], y + steps[heading][1]
            line = (_on_grid(x, y), _on_grid(to_x, to_y))
            volumes.append(Volume(Corridor(line, 100.0), floor, ceiling, at_ms, at_ms + LEG_MS))
            x, y, at_ms = to_x, to_y, at_ms + LEG_MS
        plans.append(Plan(f"w{number:05d}", PARTIES[number % len(PARTIES)], "uas", tuple(volumes)))
    return plans


def _on_grid(x: int, y: int) -> tuple[float, float]:
    """A place of the grid of 1 km round 7° E, 47° N, in degrees."""
    return 7.0 + x / 76.06, 47.0 + y / 111.17


def _places(line: list[tuple[float, float]]) -> list[tuple[float, float, float]]:
    """Places along a line at most 75 km apart, with metres flown, without what is near either end."""
    found: list[tuple[float, float, float]] = []
    flown = 0.0
    for (lon, lat), (to_lon, to_lat) in pairwise(line):
        azimuth, _, length_m = WGS84.inv(lon, lat, to_lon, to_lat)
        first = EITHER_END_M if not found else 0.0
        last = length_m - (EITHER_END_M if (to_lon, to_lat) == line[-1] else 0.0)
        parts = max(1, int(np.ceil((last - first) / LONGEST_M)))
        for share in np.linspace(first, last, parts + 1)[1 if found else 0 :]:
            at_lon, at_lat, _ = WGS84.fwd(lon, lat, azimuth, share)
            found.append((float(at_lon), float(at_lat), flown + float(share)))
        flown += length_m
    return found


def _volumes(places: list[tuple[float, float, float]], feet: int, departs_ms: int) -> tuple[Volume, ...]:
    floor, ceiling = (Altitude(Datum.FL, (feet + by) / 100, "FL") for by in (-100, 100))
    return tuple(
        Volume(
            Corridor(((lon, lat), (to_lon, to_lat)), HALF_WIDTH_M),
            floor,
            ceiling,
            departs_ms + int(flown / SPEED_MPS) * 1000 - 30_000,
            departs_ms + int(to_flown / SPEED_MPS) * 1000 + 30_000,
        )
        for (lon, lat, flown), (to_lon, to_lat, to_flown) in pairwise(places)
    )


def run(what: str, plans: list[Plan], layer_ft: float, limit_s: float) -> tuple[Resolution, float]:
    """Resolve some plans, and print what came of it and how long it took."""
    count = len(plans)
    task = Task(plans, (), HeightRules(), Freedom(layer_ft=layer_ft), np.ones(count, bool), same_party=True)
    began = time.perf_counter()
    found = resolve(task, left_s=lambda: limit_s - (time.perf_counter() - began))
    took_s = time.perf_counter() - began
    shifts = [change.shift_s for change in found.changes]
    volumes = sum(len(plan.envelope) for plan in plans if isinstance(plan.envelope, tuple))
    print(
        f"resolve {count:,} {what}, {volumes:,} volumes, {len(found.before):,} conflicts: {took_s:.1f} s, "
        f"{len(found.after)} left, {'proven the least' if found.optimal else 'not proven'}; "
        f"change {found.total_s:,} s, at least {found.least_total_s:,} s; "
        f"mean delay {sum(shifts) / count:.2f} s, greatest {max(shifts)} s, "
        f"{sum(change.layer != 0 for change in found.changes):,} on another level; "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"
    )
    return found, took_s


def main() -> int:
    """Print both figures; 0 when both goals are reached."""
    proof, proof_s = run("walks", walks(5_000, SIDE_KM, 1), 100.0, PROOF_GOAL_S * 4)
    day, day_s = run("flights", flights(30_000, EUROPE, 1), 1000.0, DAY_GOAL_S)
    mean_s = sum(change.shift_s for change in day.changes) / len(day.changes)
    short = not proof.optimal or proof_s > PROOF_GOAL_S
    short |= bool(day.after) or day_s > DAY_GOAL_S or mean_s >= MEAN_GOAL_S
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
