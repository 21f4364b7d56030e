"""All that a search could meet, copied: the live plans near one's own, so that nothing waits for the search.

What is near is asked for in two ways: whatever a change of times and heights could meet, within a ring; and what the
plan could meet at its own times and heights, within a wider ring. Each ring is the widest of ``COPIED_M`` that holds no
more than ``MOST_PLANS``, so that the copy is quick wherever it is; a search says that it was cut where it would have
to look farther.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from keepclear.detection.advice.limits import MINUTE_MS, Limits
from keepclear.detection.extent import STRETCH
from keepclear.detection.index import PlanIndex
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED, Altitude, Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, positions_of
from keepclear.spacetime.geodesic import inverse
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

RINGS_M = (4_000, 14_000, 28_000)
COPIED_M = (5_000, 14_000, 28_000)
"""How far out what is near is taken in, ring after ring, before the farthest that a move may go; and copied."""
MOST_PLANS = 600
"""How many may be copied for what lies beyond the plan's own place, by each of the two ways of asking."""
_MARGIN, _MORE_M = 1.001, 20.0
"""Drawn places and those on the earth differ; what is copied reaches a little wider."""
_HIGHER_M = 10.0


Keep = Callable[[Collection[str]], Callable[[str], Plan]]
"""Told ids of plans, it gives what says each of them by its id, then and later, as it is now."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A copy of what is live near ``own``. ``at_own_m`` and ``at_any_m``: how far out it is complete, for a plan at its
    own times and heights and at others.
    """

    own: Plan
    index: PlanIndex
    plan_of: Callable[[str], Plan]
    at_own_m: int
    at_any_m: int

    def known_m(self, plan: Plan) -> int:
        """How far one's own plan, in these times and heights, may be moved for all that it meets to be known."""
        return self.at_own_m if _upright(plan) == _upright(self.own) else self.at_any_m


def frozen(own: Plan, index: PlanIndex, keep: Keep, limits: Limits) -> Frozen:
    """What is live near a plan now."""
    rings = [0, *(ring for ring in COPIED_M if ring < limits.most_m), limits.most_m]
    if limits.plain:  # a coarse answer hangs on nothing but what is clear
        near = index.near(_wide(own, limits.most_m, limits, anywhen=True)) or set()
        return Frozen(own, index.excerpt(near), keep(near), limits.most_m, limits.most_m)
    at_any_m, near = _widest(own, index, rings, limits, anywhen=True)
    at_own_m = at_any_m
    if at_any_m < limits.most_m:
        at_own_m, others = _widest(own, index, [ring for ring in rings if ring >= at_any_m], limits, anywhen=False)
        near |= others
    return Frozen(own, index.excerpt(near), keep(near), at_own_m, at_any_m)


def _widest(own: Plan, index: PlanIndex, rings: list[int], limits: Limits, *, anywhen: bool) -> tuple[int, set[str]]:
    """The widest of the rings that does not hold too many, or the first, and the plans within.

    The middle one is asked about first: what lies within a wide ring takes long to name.
    """
    at, step, known = len(rings) // 2, 0, set[str]()
    while True:
        most = MOST_PLANS if at else None
        found = index.near(_wide(own, rings[at], limits, anywhen=anywhen), most)
        if found is None:
            if step > 0:
                return rings[at - 1], known
            at, step = at - 1, -1
        elif step < 0 or at == len(rings) - 1:
            return rings[at], found
        else:
            at, step, known = at + 1, 1, found


def _upright(plan: Plan) -> tuple[object, ...]:
    """The times and heights of a plan."""
    if isinstance(plan.envelope, Trajectory):
        return plan.envelope.times_ms, plan.envelope.height_m
    return tuple((each.start_ms, each.end_ms, each.floor, each.ceiling) for each in plan.envelope)


def _wide(own: Plan, ring_m: int, limits: Limits, *, anywhen: bool) -> Plan:
    """A plan that holds one's own wherever within the ring it is; ``anywhen``: at any times and heights as well."""
    by_m = _MARGIN * ring_m + _MORE_M if ring_m else 0.0
    by_ms = limits.most_min * MINUTE_MS if anywhen else 0
    volumes = _stretches(own.envelope) if isinstance(own.envelope, Trajectory) else own.envelope
    wide = tuple(
        Volume(
            _grown(each.footprint, by_m) if by_m else each.footprint,
            SURFACE if anywhen else each.floor,
            UNLIMITED if anywhen else each.ceiling,
            max(each.start_ms - by_ms, FIRST_MS),
            min(each.end_ms + by_ms, LAST_MS),
        )
        for each in volumes
    )
    return replace(own, envelope=wide)


def _stretches(flight: Trajectory) -> Iterator[Volume]:
    """Volumes that hold all of a flight, with its doubts."""
    doubt_ms, last = int(np.ceil(flight.time_s * 1000)) + 1, len(flight.times_ms) - 1
    for first in range(0, last, STRETCH):
        until = min(first + STRETCH, last)
        places = list(zip(flight.lon[first : until + 1], flight.lat[first : until + 1], strict=True))
        line = tuple(place for number, place in enumerate(places) if number == 0 or place != places[number - 1])
        width_m = flight.lateral_m + 1.0
        low, high = (end(flight.height_m[first : until + 1]) for end in (min, max))
        yield Volume(
            Corridor(line, width_m) if len(line) > 1 else Disc(*line[0], width_m),
            Altitude(Datum.HAE, low - flight.vertical_m - _HIGHER_M, "m"),
            Altitude(Datum.HAE, high + flight.vertical_m + _HIGHER_M, "m"),
            max(flight.times_ms[first] - doubt_ms, FIRST_MS),
            min(flight.times_ms[until] + doubt_ms, LAST_MS),
        )


def _grown(footprint: Footprint, by_m: float) -> Footprint:
    """A footprint that holds another and all within so far of it."""
    match footprint:
        case Disc():
            return replace(footprint, radius_m=footprint.radius_m + by_m)
        case Corridor():
            return replace(footprint, half_width_m=footprint.half_width_m + by_m)
        case Polygonal():
            places = np.array(list(positions_of(footprint)))
            lon, lat = places[0]
            _, away_m = inverse(lon, lat, places[:, 0], places[:, 1])
            return Disc(float(lon), float(lat), float(away_m.max()) + by_m)
