"""A day of flights over an area as large as Europe, the same each time for a seed: what ``resolve_day`` clears.

**Airports.** 150, at least 100 km apart, over 10° W to 30° E, 36° to 60° N (about 3,100 by 2,700 km). The r-th busiest
(from 0) has traffic in proportion to 1 / (r + 20): the busiest has about 1,400 movements of 30,000 flights, as the
busiest of Europe have.

**Flights.** From one airport to another at least 500 km away, on a geodesic bent at its middle by up to 5 % of its
length to a side. A flight is a trajectory from where the one terminal area hands it over to where the next takes it,
both at FL100 and 40 km from the airport: it leaves by the one of four gates (north, east, south, west) that is nearest
its way, and comes in by the one of four between those, as terminal areas with four corner posts have it. Runways and
what is within the 40 km have other rules (3 NM, wake, sequences) and are no part of this. It climbs at 2,000 ft/min and
190 m/s, flies at 230 m/s on one of FL290 to FL410 (odd levels eastbound, even ones westbound), and descends the same.

**Times.** Departures follow a day's profile: few from 22 to 5 hours, most from 6 to 20; over 3,000 are in the air
at the busiest moment.

**Kept apart.** Each holds 2.5 NM and 152 m (499 ft) about its line, so two are clear when they are 5 NM or 1,000 ft
apart. The lines are taken at their word in time: what departs a minute late is what the next notice says.
"""

from __future__ import annotations

import numpy as np

from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import FOOT_M
from keepclear.spacetime.geodesic import WGS84
from keepclear.spacetime.trajectory import Trajectory

MIDNIGHT_MS = 1_775_692_800_000  # 2026-04-09T00:00:00Z
PARTIES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")
AIRPORTS, APART_M = 150, 100_000.0
WEST, EAST, SOUTH, NORTH = -10.0, 30.0, 36.0, 60.0
LEAST_FLIGHT_M, GATE_M, BEND = 500_000.0, 40_000.0, 0.05
GATE_FL, LOWEST_FL, HIGHEST_FL = 100, 290, 410
CLIMB_FT_S, CLIMB_MPS, CRUISE_MPS = 2000 / 60, 190.0, 230.0
HALF_LATERAL_M, HALF_VERTICAL_M = 4630.0, 152.0
BY_HOUR = (1, 1, 1, 1, 2, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 4, 2, 1)

Place = tuple[float, float]


def european_day(count: int, seed: int) -> list[Plan]:
    """So many flights."""
    random = np.random.default_rng(seed)
    airports = _airports(random)
    traffic = 1 / (np.arange(AIRPORTS) + 20)
    traffic /= traffic.sum()
    by_hour = np.array(BY_HOUR) / sum(BY_HOUR)
    plans: list[Plan] = []
    while len(plans) < count:
        one, other = random.choice(AIRPORTS, 2, replace=False, p=traffic)
        departs_s = int(random.choice(24, p=by_hour)) * 3600 + int(random.integers(0, 3600))
        bend, level = random.uniform(-BEND, BEND), random.random()
        if _apart_m(airports[one], airports[other]) < LEAST_FLIGHT_M:
            continue
        number = len(plans)
        flight = _flight(airports[one], airports[other], bend, level, MIDNIGHT_MS + departs_s * 1000)
        plans.append(Plan(f"f{number:05d}", PARTIES[number % len(PARTIES)], "fixed_wing", flight))
    return plans


def airborne_at_most(plans: list[Plan]) -> int:
    """How many are in the air at the busiest moment."""
    flights = [plan.envelope for plan in plans if isinstance(plan.envelope, Trajectory)]
    edges = sorted([(flight.start_ms, 1) for flight in flights] + [(flight.end_ms, -1) for flight in flights])
    return int(np.cumsum([step for _, step in edges]).max())


def _airports(random: np.random.Generator) -> list[Place]:
    found: list[Place] = []
    while len(found) < AIRPORTS:
        at = float(random.uniform(WEST, EAST)), float(random.uniform(SOUTH, NORTH))
        if all(_apart_m(at, other) >= APART_M for other in found):
            found.append(at)
    return found


def _apart_m(one: Place, other: Place) -> float:
    return float(WGS84.inv(*one, *other)[2])


def _flight(one: Place, other: Place, bend: float, level: float, departs_ms: int) -> Trajectory:
    """Gate, top of climb, the bend, top of descent, gate."""
    out, back, _ = WGS84.inv(*one, *other)
    leave = _from(one, 90.0 * round(out / 90.0), GATE_M)
    enter = _from(other, 90.0 * round((back - 45.0) / 90.0) + 45.0, GATE_M)
    azimuth, _, length_m = WGS84.inv(*leave, *enter)
    via = _from(leave, azimuth + float(np.degrees(2 * bend)), length_m / 2)
    parity = 0 if azimuth % 360 < 180 else 10
    levels = range(LOWEST_FL + parity, HIGHEST_FL + 1, 20)
    top_fl = levels[int(level * len(levels))]
    climb_s = (top_fl - GATE_FL) * 100 / CLIMB_FT_S
    climb_m = climb_s * CLIMB_MPS
    first_azimuth, _, first_m = WGS84.inv(*leave, *via)
    _, last_back, last_m = WGS84.inv(*via, *enter)
    places = [leave, _from(leave, first_azimuth, climb_m), via, _from(enter, last_back, climb_m), enter]
    lasts = [climb_s, (first_m - climb_m) / CRUISE_MPS, (last_m - climb_m) / CRUISE_MPS, climb_s]
    times = departs_ms + np.round(np.cumsum([0.0, *lasts]) * 1000).astype(int)
    low, high = GATE_FL * 100 * FOOT_M, top_fl * 100 * FOOT_M
    lon, lat = zip(*places, strict=True)
    heights = (low, high, high, high, low)
    return Trajectory(tuple(times.tolist()), lon, lat, heights, HALF_LATERAL_M, HALF_VERTICAL_M)


def _from(place: Place, azimuth: float, metres: float) -> Place:
    lon, lat, _ = WGS84.fwd(*place, azimuth, metres)
    return float(lon), float(lat)
