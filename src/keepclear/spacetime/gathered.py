"""Many footprints in one set of arrays, so that thousands of pairs can be looked at together (``together``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, Floats, earth_centred, forward, inverse

DISC, CORRIDOR, POLYGON, PARTS = range(4)
"""What a footprint is; one of several parts is kept apart."""

LONGEST_PIECE_M = 20_000.0
"""A longer edge is cut into geodesics no longer than this; the most that a stretch of boundary then bends is known."""
_LARGE_M = 3_000_000.0

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """``n`` footprints, ``r`` rings or lines, ``m`` places; rings are closed. Earth-centred metres."""

    kind: Ints
    """(n,)"""
    radius_m: Floats
    """(n,): of a disc or the half-width of a corridor; 0 of a polygon."""
    ring: Ints
    """(n + 1,): the first ring or line of each footprint."""
    place: Ints
    """(r + 1,): the first place of each ring or line."""
    xyz: Floats
    """(m, 3)"""
    low: Floats
    """(n, 3): the least x, y and z of the core; what lies between places bulges, which is allowed for."""
    high: Floats


def gather(footprints: Sequence[Footprint]) -> Gathered:
    """The footprints, one after another, at least one; edges over ``LONGEST_PIECE_M`` are cut."""
    kinds, radii, rings, lines = _outlines(footprints)
    kind, radius_m = np.array(kinds, np.int64), np.array(radii, float)
    ring, place = starts(rings), starts(list(map(len, lines)))
    numbers = chain.from_iterable(chain.from_iterable(lines))
    at = np.fromiter(numbers, float, 2 * int(place[-1])).reshape(-1, 2)
    xyz = earth_centred(at[:, 0], at[:, 1])
    xyz, place = _cut(at, xyz, place)
    low = np.minimum.reduceat(xyz, place[ring[:-1]], axis=0)
    high = np.maximum.reduceat(xyz, place[ring[:-1]], axis=0)
    bulge = _bulge_m(kind, ((high - low) ** 2).sum(axis=1))[:, None]
    return Gathered(kind, radius_m, ring, place, xyz, low - bulge, high + bulge)


def _bulge_m(kind: Ints, square: Floats) -> Floats:
    """How far out of the box round its places a core may reach, by the square of the box's diagonal.

    Places of which no two are farther apart than ``d`` lie in a cap whose rim has a radius of at most d / √3 (Jung), as
    does what their geodesics enclose; there the cap rises d² / 6R, and more only where it is a good part of the globe.
    A line rises between two of its places only.
    """
    area = square / LEAST_CURVATURE_RADIUS_M / np.where(square > _LARGE_M**2, 1.0, 5.0)
    line = LONGEST_PIECE_M**2 / (7 * LEAST_CURVATURE_RADIUS_M)
    return np.asarray(np.select([kind == DISC, kind == CORRIDOR], [0.0, line], area))


def spans(first: Ints, count: Ints) -> Ints:
    """The numbers ``first[i]`` to ``first[i] + count[i]`` of every i, one after another."""
    ends = np.cumsum(count)
    return np.asarray(np.repeat(first - ends + count, count) + np.arange(ends[-1] if len(ends) else 0))


def starts(counts: Sequence[int] | Ints) -> Ints:
    """Where each of several begins, and the end, when so many of each are laid end to end."""
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins


def _cut(at: Floats, xyz: Floats, place: Ints) -> tuple[Floats, Ints]:
    """With places added on the edges that are too long."""
    edge_m = np.sqrt((np.diff(xyz, axis=0) ** 2).sum(axis=1))
    edge_m[place[1:-1] - 1] = 0.0
    long = np.flatnonzero(edge_m > 0.999 * LONGEST_PIECE_M)  # so short a geodesic is longer than its chord by 1 cm
    if not len(long):
        return xyz, place
    azimuth, length = inverse(at[long, 0], at[long, 1], at[long + 1, 0], at[long + 1, 1])
    more = np.ceil(length / LONGEST_PIECE_M).astype(np.int64) - 1
    many = np.ones(len(at), np.int64)
    many[long] += more
    before = starts(many)
    edge = np.repeat(np.arange(len(long)), more)
    step = spans(np.ones(len(long), np.int64), more)
    lon, lat, _ = forward(
        at[long[edge], 0], at[long[edge], 1], azimuth[edge], step * (length / (more + 1))[edge],
    )  # fmt: skip
    denser = np.repeat(xyz, many, axis=0)
    denser[before[long[edge]] + step] = earth_centred(lon, lat)
    return denser, before[place]


def _outlines(footprints: Sequence[Footprint]) -> tuple[list[int], list[float], list[int], list[Sequence[Position]]]:
    """Of each footprint its kind, its radius or half-width (m) and how many lines it has; and the lines of all."""
    kinds, radii, rings, lines = [], [], [], list[Sequence[Position]]()
    own: Sequence[Sequence[Position]]
    for each in footprints:
        match each:
            case Corridor():
                kind, radius_m, own = CORRIDOR, each.half_width_m, (each.line,)
            case Disc():
                kind, radius_m, own = DISC, each.radius_m, (((each.lon, each.lat),),)
            case Polygonal():
                kind, radius_m = POLYGON if len(each.parts) == 1 else PARTS, 0.0
                own = each.parts[0] if len(each.parts) == 1 else tuple(chain.from_iterable(each.parts))
        kinds.append(kind)
        radii.append(radius_m)
        rings.append(len(own))
        lines += own
    return kinds, radii, rings, lines
