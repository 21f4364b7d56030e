"""What is true of footprints, found slowly and with nothing of Keepclear's.

Geodesics are GeographicLib's in pure Python. Distances are minima over sampled and then narrowed edges; inside is a sum
of bearings; the largest common disc is a branch and bound over squares of a plane of geodesic bearings and distances,
which cannot miss because a depth changes by at most as much as one moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from geographiclib.geodesic import Geodesic

Position = tuple[float, float]
Ring = Sequence[Position]
Floats = npt.NDArray[np.float64]
Depth = Callable[[Floats], Floats]

WGS84 = Geodesic.WGS84
_GOLDEN = (math.sqrt(5) - 1) / 2


def distance_m(a: Position, b: Position) -> float:
    return float(WGS84.Inverse(a[1], a[0], b[1], b[0], Geodesic.DISTANCE)["s12"])


def bearing_deg(a: Position, b: Position) -> float:
    return float(WGS84.Inverse(a[1], a[0], b[1], b[0], Geodesic.AZIMUTH)["azi1"])


def gone(a: Position, bearing: float, metres: float) -> Position:
    """The place reached from ``a``."""
    end = WGS84.Direct(a[1], a[0], bearing, metres)
    return float(end["lon2"]), float(end["lat2"])


def heading_on(a: Position, bearing: float, metres: float) -> tuple[Position, float]:
    """The place reached from ``a``, and the bearing of the way there."""
    end = WGS84.Direct(a[1], a[0], bearing, metres)
    return (float(end["lon2"]), float(end["lat2"])), float(end["azi2"])


def box_at(centre: Position, bearing: float, *, ahead: float, back: float, left: float, right: float) -> list[Position]:
    """A ring of four geodesics: corners straight ahead and back of ``centre``, then square to the left and right."""
    front, front_bearing = heading_on(centre, bearing, ahead)
    rear, rear_bearing = heading_on(centre, bearing, -back)
    ring = [
        gone(front, front_bearing - 90, left),
        gone(front, front_bearing + 90, right),
        gone(rear, rear_bearing + 90, right),
        gone(rear, rear_bearing - 90, left),
    ]
    return [*ring, ring[0]]


def along(a: Position, b: Position, count: int) -> list[Position]:
    """``count`` + 1 places on the geodesic, ends included."""
    line = WGS84.InverseLine(a[1], a[0], b[1], b[0])
    steps = [line.Position(line.s13 * i / count) for i in range(count + 1)]
    return [(float(step["lon2"]), float(step["lat2"])) for step in steps]


def distance_to_edge_m(place: Position, a: Position, b: Position, *, samples: int = 24) -> float:
    line = WGS84.InverseLine(a[1], a[0], b[1], b[0])

    def far(s: float) -> float:
        at = line.Position(s)
        return float(WGS84.Inverse(place[1], place[0], at["lat2"], at["lon2"], Geodesic.DISTANCE)["s12"])

    if line.s13 == 0:
        return far(0.0)
    sampled = [far(line.s13 * i / samples) for i in range(samples + 1)]
    best = min(range(samples + 1), key=sampled.__getitem__)
    low, high = line.s13 * max(best - 1, 0) / samples, line.s13 * min(best + 1, samples) / samples
    while high - low > 1e-4:
        one, two = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if far(one) < far(two):
            high = two
        else:
            low = one
    return min(far((low + high) / 2), sampled[best])


def distance_of_chains_m(a: Ring, b: Ring) -> float:
    """The least distance between two chains of edges that do not cross: from a vertex of either to an edge."""
    one = min(distance_to_edge_m(v, *edge) for v in a for edge in pairwise(b))
    two = min(distance_to_edge_m(v, *edge) for v in b for edge in pairwise(a))
    return min(one, two)


def turns_round(place: Position, ring: Ring, *, samples: int = 40) -> bool:
    """True when the ring runs round ``place`` but not round its antipode, or the other way about."""
    total = 0.0
    for a, b in pairwise(ring):
        bearings = [bearing_deg(place, at) for at in along(a, b, samples)]
        for one, two in pairwise(bearings):
            total += (two - one + 180) % 360 - 180
    return abs(total) > 180


def on_plane(centre: Position, places: Sequence[Position]) -> Floats:
    """Geodesic bearing and distance from ``centre`` as x and y: within a kilometre true to a few nanometres."""
    found = []
    for at in places:
        s = WGS84.Inverse(centre[1], centre[0], at[1], at[0])
        turn = math.radians(s["azi1"])
        found.append((s["s12"] * math.sin(turn), s["s12"] * math.cos(turn)))
    return np.array(found)


def depth_in_ring(ring: Floats) -> Depth:
    """How deep points of the plane lie in a ring (under 0: outside)."""
    start, run = ring[:-1], np.diff(ring, axis=0)

    def depth(points: Floats) -> Floats:
        arm = points[:, None] - start
        share = np.clip((arm * run).sum(-1) / (run * run).sum(-1), 0, 1)
        least = np.sqrt(((arm - share[..., None] * run) ** 2).sum(-1)).min(axis=1)
        above = ring[None, :, 1] > points[:, None, 1]
        rises = above[:, :-1] != above[:, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            x = start[:, 0] + (points[:, None, 1] - start[:, 1]) * run[:, 0] / run[:, 1]
        inside = ((rises & (points[:, None, 0] < x)).sum(axis=1) % 2).astype(bool)
        signed: Floats = np.where(inside, least, -least)
        return signed

    return depth


def depth_in_disc(centre: Floats, radius_m: float) -> Depth:
    return lambda points: radius_m - np.hypot(*(points - centre).T)


def depth_in_capsule(a: Floats, b: Floats, half_width_m: float) -> Depth:
    """A corridor of a single edge."""
    run = b - a

    def depth(points: Floats) -> Floats:
        share = np.clip((points - a) @ run / (run @ run), 0, 1)
        left: Floats = half_width_m - np.hypot(*(points - a - share[:, None] * run).T)
        return left

    return depth


def largest_common_disc_m(a: Depth, b: Depth, half_m: float, *, exact_m: float = 2e-4) -> float:
    """The diameter of the largest disc in both whose centre is within the square; 0 when they have none in common."""
    centres, half, best = np.zeros((1, 2)), half_m, 0.0
    while half > exact_m / 4:
        depth = np.minimum(a(centres), b(centres))
        best = max(best, float(depth.max(initial=0.0)))
        kept = centres[depth + half * math.sqrt(2) > best + exact_m / 4]
        half /= 2
        step = np.array([[-half, -half], [-half, half], [half, -half], [half, half]])
        centres = (kept[:, None] + step).reshape(-1, 2)
        if not len(centres):
            break
    return 2 * best
