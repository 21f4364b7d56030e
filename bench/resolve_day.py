"""A whole day at once: 5,000 plans to a proof, and 30,000 flights over an area as large as Europe to no conflict.

Both loads are the same each time. **Walks** (5,000, as in the prototype that the goal comes from): drones at one and
the same height, 300 to 400 ft AMSL, each on a walk of 4 to 8 legs of 1 km on a grid of 49 by 49 km, never straight
back, two minutes a leg; a leg is a corridor of 100 m either side for its two minutes. Take-offs are evenly spread over
8 hours. **Flights** (30,000): trajectories between airports, through gates, on the levels of their direction, as
``european_day`` describes.

Six parties take turns, and plans of one party must keep clear too. Plans may be put off by up to 30 minutes or moved by
one level up or down (100 ft for walks; for flights 2,000 ft, the next level of their direction), which counts as a
minute. Printed: what came of it, and the seconds that each stage took.

``python -m bench.resolve_day 3000`` takes so many flights instead, and no walks.
"""

from __future__ import annotations

import re
import resource
import sys
import time

import numpy as np

from bench.european_day import MIDNIGHT_MS, PARTIES, airborne_at_most, european_day
from keepclear.detection.plan import Plan
from keepclear.detection.resolution.forbidden import Task
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.resolve import Resolution, resolve
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Corridor
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.volume import Volume

WALK_HOURS, LEG_MS, SIDE_KM = 8, 120_000, 49

PROOF_GOAL_S, DAY_GOAL_S, MEAN_GOAL_S = 15.0, 300.0, 2.7 * 60
SEARCH_S = 240.0
"""Of the five minutes, when the search must end: the rest is for the last check."""


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


class Stages:
    """The seconds from each stage's first word to the next one's."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._now, self._since = "", time.perf_counter()

    def told(self, stage: str, *_: int | None) -> None:
        """A stage tells how far it is."""
        name = re.split(r"[,:\d]", stage)[0].strip()
        now = time.perf_counter()
        if self._now:
            self.seconds[self._now] = self.seconds.get(self._now, 0.0) + now - self._since
        self._now, self._since = name, now


def run(what: str, plans: list[Plan], layer_ft: float, limit_s: float) -> tuple[Resolution, float]:
    """Resolve some plans, and print what came of it and how long it took."""
    count, stages = len(plans), Stages()
    task = Task(plans, (), HeightRules(), Freedom(layer_ft=layer_ft), np.ones(count, bool), same_party=True)
    began, worked = time.perf_counter(), time.process_time()
    found = resolve(task, left_s=lambda: limit_s - (time.perf_counter() - began), told=stages.told)
    took_s, worked_s = time.perf_counter() - began, time.process_time() - worked
    stages.told("", 0, None)
    shifts = [change.shift_s for change in found.changes]
    print(
        f"resolve {count:,} {what}, {len(found.before):,} conflicts: {took_s:.1f} s ({worked_s:.1f} s of processor), "
        f"{len(found.after)} left, {'proven the least' if found.optimal else 'not proven'}; "
        f"change {found.total_s:,} s, at least {found.least_total_s:,} s; "
        f"mean delay {sum(shifts) / count:.2f} s, greatest {max(shifts)} s, "
        f"{sum(change.layer != 0 for change in found.changes):,} on another level; "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"
    )
    print("  " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.seconds.items()))
    return found, took_s


def main() -> int:
    """Print both figures; 0 when both goals are reached."""
    proof, proof_s = run("walks", walks(5_000, SIDE_KM, 1), 100.0, PROOF_GOAL_S * 4)
    flights = european_day(30_000, 1)
    print(f"{len(flights):,} flights, {airborne_at_most(flights):,} in the air at the busiest moment")
    day, day_s = run("flights", flights, 2000.0, SEARCH_S)
    mean_s = sum(change.shift_s for change in day.changes) / len(day.changes)
    short = not proof.optimal or proof_s > PROOF_GOAL_S
    short |= bool(day.after) or day_s > DAY_GOAL_S or mean_s >= MEAN_GOAL_S
    return 1 if short else 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        run("flights", european_day(int(sys.argv[1]), 1), 2000.0, SEARCH_S)
    else:
        sys.exit(main())
