"""Many pairs of footprints at once, each on a plane of its own: what is certain there, and what they have in common.

The plane is the chart (``spacetime.chart``) round where the two can be near each other. Both are drawn with straight
edges and round boundaries, and GEOS says how far apart they are and what they share. That is true but for three errors,
each with a bound: an edge of up to 20 km bends by centimetres, lengths are stretched by (h / R)² at ``h`` from the
plane's centre, and round boundaries are drawn as chords. What those errors cannot change is certain; whatever they
could change is left to ``spacetime.lateral``, and so is what is vast, far from any one plane, or of several parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from keepclear.spacetime.gathered import CORRIDOR, DISC, LONGEST_PIECE_M, PARTS, POLYGON, Gathered, Ints, spans, starts
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M
from keepclear.spacetime.outlines import Drawings, lines_of, polygons_of
from keepclear.spacetime.planes import BEND, Planes
from keepclear.spacetime.round_outlines import drawn_round

Bools = npt.NDArray[np.bool_]

UNSURE, CLEAR, CLOSE, COMMON = range(4)
"""Not certain; clear; an overlap, for what is declared is apart by less than must be kept; an overlap without a gap."""

MOST_REACH_M = 500_000.0
"""Of a plane on which edges alone are drawn: there one of 20 km bends by 4 cm."""
_MOST_REACH_ROUND_M = 150_000.0
"""Of one on which something round is drawn: there lengths are stretched by 0.06 %, and so are radii."""
_MOST_SHOWN_M = 2_000_000.0
_STRETCH = 1.2
"""Of (h / R)²: how much longer a length may be drawn, with a fifth for the ellipsoid."""
_ROUNDING_M = 2e-3
_LONGEST_UP_M = 6_400_000.0
"""Over the distance of any place from the earth's centre."""
_MOST_COMPARED = 250_000


class Pairs(NamedTuple):
    """Pairs of gathered footprints by their numbers, and what each must keep apart (m)."""

    a: Ints
    b: Ints
    separation_m: Floats

    def some(self, chosen: Any) -> Pairs:
        """Those chosen."""
        return Pairs(self.a[chosen], self.b[chosen], self.separation_m[chosen])


@dataclass(frozen=True, slots=True)
class Together:
    """How pairs stand. ``common`` has what those that are ``COMMON`` share, drawn on the planes ``on``."""

    certain: Ints
    """(n,): ``UNSURE``, ``CLEAR``, ``CLOSE`` or ``COMMON``."""
    common: Drawings
    """(n,): for what is ``COMMON`` where a drawing was asked for; else None."""
    planes: Planes
    on: Ints
    """(n,): the number of each pair's plane; −1 where it has none."""


def stand(them: Gathered, pairs: Pairs, *, drawing: bool = True) -> Together:
    """How each pair stands, where that is certain; certain answers are those of ``lateral.lateral_gap``.

    With ``drawing``, what pairs have in common is drawn too; without, no more is drawn than is needed to be certain.
    """
    certain = np.full(len(pairs.a), UNSURE, np.int64)
    common = np.full(len(pairs.a), None, object)
    on = np.full(len(pairs.a), -1, np.int64)
    near = _near(them, pairs)
    certain[near.apart] = CLEAR
    chosen = np.flatnonzero(near.fit)
    on[chosen] = np.arange(len(chosen))
    planes = Planes.around(near.middle[chosen])
    if len(chosen):
        found = _on_planes(them, pairs.some(chosen), planes, near.reach_m[chosen], drawing=drawing)
        certain[chosen], common[chosen] = found
    return Together(certain, common, planes, on)


class _Near(NamedTuple):
    """By boxes: who is apart for certain; else where two can be near, how far round, and whether a plane will do."""

    apart: Bools
    fit: Bools
    middle: Floats
    reach_m: Floats


def _near(them: Gathered, pairs: Pairs) -> _Near:
    a, b = pairs.a, pairs.b
    most_m = them.radius_m[a] + them.radius_m[b] + pairs.separation_m + 2 * LEAST_OVERLAP_M
    low, high = np.maximum(them.low[a], them.low[b]), np.minimum(them.high[a], them.high[b])
    apart = np.asarray((low - high > most_m[:, None]).any(axis=1))
    middle = (low + high) / 2
    side = np.maximum(high - low, 0.0) / 2 + most_m[:, None]
    up_m = np.sqrt((middle**2).sum(axis=1))  # brought up to the surface, the middle is farther from what is beside it
    reach_m = np.sqrt((side**2).sum(axis=1)) * np.maximum(_LONGEST_UP_M / np.maximum(up_m, 1.0), 1.0)
    most_reach = np.where(np.maximum(them.radius_m[a], them.radius_m[b]) > 0, _MOST_REACH_ROUND_M, MOST_REACH_M)
    whole = (them.kind[a] != PARTS) & (them.kind[b] != PARTS)
    fit = ~apart & whole & (reach_m <= most_reach) & (up_m > 0.9 * MEAN_RADIUS_M)
    return _Near(apart, fit, middle, reach_m)


def _on_planes(
    them: Gathered, pairs: Pairs, planes: Planes, reach_m: Floats, *, drawing: bool
) -> tuple[Ints, Drawings]:
    one, other = _both_drawn(them, pairs, planes)
    a_radius, b_radius = them.radius_m[pairs.a], them.radius_m[pairs.b]
    radii, kept_m = a_radius + b_radius, pairs.separation_m
    longer = _STRETCH * (reach_m / MEAN_RADIUS_M) ** 2
    stray_m = 2 * (_ROUNDING_M + BEND * (reach_m + LONGEST_PIECE_M) * LONGEST_PIECE_M**2 / (8 * MEAN_RADIUS_M**2))
    between = _distance(one, other)
    least, most = between / (1 + longer) - stray_m, between * (1 + longer) + stray_m
    certain = np.full(len(pairs.a), UNSURE, np.int64)
    certain[least >= radii + kept_m + LEAST_OVERLAP_M] = CLEAR
    certain[(least > radii) & (most <= radii + kept_m - LEAST_OVERLAP_M)] = CLOSE
    certain[(most <= radii - LEAST_OVERLAP_M) & (np.minimum(a_radius, b_radius) >= LEAST_OVERLAP_M)] = COMMON
    common = np.full(len(pairs.a), None, object)
    near = np.flatnonzero(least <= radii if drawing else (certain == UNSURE) & (least <= radii))
    if len(near):
        whole = drawn_round(
            np.concatenate([one.core[near], other.core[near]]),
            np.concatenate([a_radius[near], b_radius[near]]),
            np.concatenate([one.straight[near], other.straight[near]]),
        )
        common[near] = shapely.intersection(whole[: len(near)], whole[len(near) :])
        astray_m = stray_m + longer * np.maximum(a_radius, b_radius)
        solid = holds_disc(common[near], LEAST_OVERLAP_M + astray_m[near])
        certain[near] = np.where(solid, COMMON, UNSURE)
    common[certain != COMMON] = None
    return certain, common


def _distance(one: _Cores, other: _Cores) -> Floats:
    """How far apart drawn cores are; NaN where one does not show, or both have so many places that it takes long."""
    many = shapely.get_num_coordinates(one.core) * shapely.get_num_coordinates(other.core)
    shown = one.sound & other.sound & (many <= _MOST_COMPARED)
    between = np.full(len(shown), np.nan)
    between[shown] = shapely.distance(one.core[shown], other.core[shown])
    return between


def holds_disc(drawn: Drawings, radius_m: Floats) -> Bools:
    """True only where a disc of the radius fits into what is drawn.

    If none does, every point of it is within the radius of its outline, and what is within ``r`` of lines that are
    ``l`` long has an area of at most ``2 r l`` and ``π r²`` for each line there is, which are fewer than their places.
    """
    lines = shapely.get_num_coordinates(drawn)
    within: Floats = 2 * radius_m * shapely.length(drawn) + np.pi * radius_m**2 * lines
    return np.asarray(shapely.area(drawn) > within)


class _Cores(NamedTuple):
    """Cores drawn on planes: points, lines, polygons."""

    core: Drawings
    sound: Bools
    """False for what does not show on its plane, or crosses itself there."""
    straight: Floats
    """(n, 4): both ends of what is a point or one straight line; NaN of all else."""

    def some(self, chosen: slice) -> _Cores:
        """Those chosen."""
        return _Cores(self.core[chosen], self.sound[chosen], self.straight[chosen])


def _both_drawn(them: Gathered, pairs: Pairs, planes: Planes) -> tuple[_Cores, _Cores]:
    """Both sides of each pair on the pair's plane."""
    count = len(pairs.a)
    drawn = _drawn(them, np.concatenate([pairs.a, pairs.b]), planes, np.tile(np.arange(count), 2))
    return drawn.some(slice(count)), drawn.some(slice(count, None))


def _drawn(them: Gathered, which: Ints, planes: Planes, on: Ints) -> _Cores:
    """Each of the footprints on the plane whose number stands beside it."""
    rings = them.ring[which + 1] - them.ring[which]
    ring = spans(them.ring[which], rings)
    count = them.place[ring + 1] - them.place[ring]
    at = planes.draw(them.xyz[spans(them.place[ring], count)], np.repeat(np.repeat(on, rings), count))
    begin = starts(count)
    first = starts(rings)[:-1]
    far = np.maximum.reduceat((at**2).sum(axis=1), begin[first])
    sound = far <= _MOST_SHOWN_M**2  # false of NaN too
    kind = np.where(sound, them.kind[which], -1)
    core, straight = np.full(len(which), None, object), np.full((len(which), 4), np.nan)
    discs, lines, areas = (np.flatnonzero(kind == each) for each in (DISC, CORRIDOR, POLYGON))
    if len(discs):
        core[discs] = shapely.points(at[begin[first[discs]]])
        straight[discs] = np.tile(at[begin[first[discs]]], (1, 2))
    if len(lines):
        core[lines] = lines_of(at, begin, first[lines])
        plain = lines[count[first[lines]] == 2]
        straight[plain] = np.concatenate([at[begin[first[plain]]], at[begin[first[plain]] + 1]], axis=1)
    if len(areas):
        core[areas] = polygons_of(at, begin, first[areas], rings[areas])
        sound[areas] &= shapely.is_valid(core[areas])
    return _Cores(core, sound, straight)
