"""How far something has to be moved along a line before it no longer overlaps: intervals of the way, all pairs at once.

Two rounded edges overlap while their difference, a parallelogram rounded by both radii, holds the place moved to: that
is convex, so one interval of the way. A polygon overlaps besides while it holds a vertex of the other's.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from keepclear.detection.advice.plane import Outlines
from keepclear.detection.columns import Bools, Ints
from keepclear.spacetime.geodesic import Floats

_AT_ONCE = 60_000
"""Pairs of edges in one go."""
MOST_EDGE_PAIRS = 4_000_000
"""Of pairs of edges beyond it nothing is said: what is in the way there is found by looking."""
WORTH_LOADING = 2_000
"""Pairs from which on it pays to load machine code."""
ASKED_AGAIN = 64
"""Of so many questions one looks again whether machine code, which a host has made beside its work, is there by now."""
_GROUP_M = 4_194_304.0
"""Ways of different groups are laid end to end so far apart; none goes so far."""


@dataclass(slots=True)
class _Machine:
    is_there: bool = False
    asked: int = 0


_machine = _Machine()


@dataclass(frozen=True, slots=True)
class Ways:
    """Stretches of the way, open intervals ``low`` to ``high`` (m), each of one group."""

    group: Ints
    low: Floats
    high: Floats

    def joined(self) -> Ways:
        """The same with stretches that touch made one, in order."""
        kept = np.flatnonzero(self.low < self.high)
        if not len(kept):
            return Ways(self.group[kept], self.low[kept], self.high[kept])
        group = self.group[kept]
        low, high = (np.clip(side[kept], -1e6, 1e6) for side in (self.low, self.high))
        order = np.lexsort((low, group))
        group, low, high = group[order], low[order], high[order]
        laid_low, laid_high = low + group * _GROUP_M, high + group * _GROUP_M
        farthest = np.maximum.accumulate(laid_high)
        begins = np.concatenate([[True], laid_low[1:] > farthest[:-1]])
        firsts = np.flatnonzero(begins)
        return Ways(group[firsts], low[firsts], np.maximum.reduceat(high, firsts))


def overlaps(a: Outlines, b: Outlines, i: Ints, j: Ints, apart_m: Floats, off_m: Floats, along: Floats) -> Ways:
    """While ``a[i]``, moved along the unit vectors ``along`` (n, 2), surely overlaps ``b[j]``: by number of the pair.

    ``apart_m`` is the separation of each pair, ``off_m`` what the drawing may be off, by which less is overlap.
    """
    reach_m = a.radius_m[i] + b.radius_m[j] + apart_m - off_m
    may = (reach_m > 0) | a.filled[i]
    reach_m = np.maximum(reach_m, 0.0)
    if is_fast(len(i)):
        return by_machine(a, b, np.array([i, j]), reach_m, may, np.ascontiguousarray(along)).joined()
    found = [_of_edges(a, b, i, j, reach_m, along, np.flatnonzero(may))]
    found.append(_anchored(a, b, i, j, along, np.flatnonzero(may & b.filled[j]), 1.0))
    found.append(_anchored(b, a, j, i, along, np.flatnonzero(may & a.filled[i]), -1.0))
    columns = zip(*((ways.group, ways.low, ways.high) for ways in found), strict=True)
    return Ways(*(np.concatenate(column) for column in columns)).joined()


def is_fast(pairs: int) -> bool:
    """True when machine code is there, and it is loaded already or so many pairs are worth its loading."""
    if "numba" not in sys.modules and pairs < WORTH_LOADING:
        return False
    if not _machine.is_there and _machine.asked % ASKED_AGAIN == 0:
        from keepclear.detection.compiled import is_complete

        _machine.is_there = is_complete()
    _machine.asked += 1
    return _machine.is_there


def by_machine(a: Outlines, b: Outlines, pairs: Ints, reach_m: Floats, may: Bools, along: Floats) -> Ways:
    """All of ``overlaps`` in machine code: while ``a[i]``, moved along, surely overlaps ``b[j]``, of pairs (2, n)."""
    from keepclear.detection.advice import kernels_ways, machine

    places = int(max(a.many.max(initial=0), b.many.max(initial=0))) + 1
    room = np.empty((kernels_ways.MOST_STRETCHES, 2)), np.empty(places)
    size = 2 * len(may) + kernels_ways.MOST_STRETCHES
    group, ends = np.empty(size, np.int64), np.empty((size, 2))
    found, at, left = [], 0, MOST_EDGE_PAIRS
    while at < len(may):
        at, many, left = machine.sweep(
            _columns(a), _columns(b), pairs, reach_m, may, along, at, left, room, (group, ends)
        )
        found.append((group[:many].copy(), ends[:many].copy()))
    group, ends = (np.concatenate(each) for each in zip(*found, strict=True)) if found else (group[:0], ends[:0])
    return Ways(group, ends[:, 0], ends[:, 1])


def _columns(outlines: Outlines) -> tuple[Any, ...]:
    """Outlines as kernels take them."""
    columns = (
        outlines.first, outlines.many, outlines.start, outlines.end, outlines.radius_m, outlines.filled,
        outlines.anchor_first, outlines.anchor_many, outlines.anchors,
    )  # fmt: skip
    return tuple(map(np.ascontiguousarray, columns))


def _of_edges(a: Outlines, b: Outlines, i: Ints, j: Ints, reach_m: Floats, along: Floats, some: Ints) -> Ways:
    """While any edges are within reach of each other."""
    many_a, many_b = a.many[i[some]], b.many[j[some]]
    sizes = many_a * many_b
    fits = np.cumsum(sizes) <= MOST_EDGE_PAIRS
    some, sizes, many_b = some[fits], sizes[fits], many_b[fits]
    pair = np.repeat(np.arange(len(some)), sizes)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    one = a.first[i[some]][pair] + within // many_b[pair]
    two = b.first[j[some]][pair] + within % many_b[pair]
    group = some[pair]
    low, high = np.empty(len(pair)), np.empty(len(pair))
    for begin in range(0, len(pair), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        low[part], high[part] = _rounded(
            a.start[one[part]], a.end[one[part]], b.start[two[part]], b.end[two[part]], reach_m[group[part]],
            along[group[part]],
        )  # fmt: skip
    return Ways(group, low, high)


def _rounded(
    a_start: Floats, a_end: Floats, b_start: Floats, b_end: Floats, reach_m: Floats, along: Floats
) -> tuple[Floats, Floats]:
    """While the first edge, moved along, is within reach of the second; (∞, −∞) where it never is.

    In the frame of the way (along and across it) the ends of the interval are where the way crosses the round of a
    corner of the difference, or one of its edges put out by the reach.
    """

    def turned(vector: Floats) -> tuple[Floats, Floats]:
        x, y, u, v = vector[:, 0], vector[:, 1], along[:, 0], along[:, 1]
        return x * u + y * v, y * u - x * v

    far, aside = turned(b_start - a_start)
    own, other = turned(a_end - a_start), turned(b_end - b_start)
    low, high = np.full(len(far), np.inf), np.full(len(far), -np.inf)
    for by_own in (0.0, 1.0):
        for by_other in (0.0, 1.0):
            corner = far - by_own * own[0] + by_other * other[0]
            across = aside - by_own * own[1] + by_other * other[1]
            square = reach_m**2 - across**2
            half = np.sqrt(np.maximum(square, 0.0))
            low = np.where(square >= 0, np.minimum(low, corner - half), low)
            high = np.where(square >= 0, np.maximum(high, corner + half), high)
    for (d_far, d_aside), (s_far, s_aside) in ((other, (-own[0], -own[1])), ((-own[0], -own[1]), other)):
        length = np.hypot(d_far, d_aside)
        steep = np.abs(d_aside) > 1e-9 * length
        per = np.where(steep, d_aside, 1.0)
        out_far, out_aside = -d_aside / np.where(length > 0, length, 1.0), d_far / np.where(length > 0, length, 1.0)
        for by in (0.0, 1.0):
            p_far, p_aside = far + by * s_far, aside + by * s_aside
            for reach in (reach_m, -reach_m):
                share = -(p_aside + reach * out_aside) / per
                good = steep & (share >= 0) & (share <= 1)
                place = p_far + share * d_far + reach * out_far
                low = np.where(good, np.minimum(low, place), low)
                high = np.where(good, np.maximum(high, place), high)
    return low, high


def _anchored(a: Outlines, b: Outlines, i: Ints, j: Ints, along: Floats, some: Ints, sign: float) -> Ways:
    """While ``b[j]`` holds an anchor of ``a[i]``; ``sign`` is −1 where it is ``b`` that is moved.

    A line through a polygon is inside between its first and second crossing, its third and fourth, and so on.
    """
    anchors, edges = a.anchor_many[i[some]], b.many[j[some]]
    sizes = anchors * edges
    fits = np.cumsum(sizes) <= MOST_EDGE_PAIRS
    some, sizes, edges = some[fits], sizes[fits], edges[fits]
    pair = np.repeat(np.arange(len(some)), sizes)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    anchor = a.anchor_first[i[some]][pair] + within // edges[pair]
    edge = b.first[j[some]][pair] + within % edges[pair]
    u, v = along[some[pair], 0], along[some[pair], 1]
    start, end = b.start[edge] - a.anchors[anchor], b.end[edge] - a.anchors[anchor]
    start_aside, end_aside = (place[:, 1] * u - place[:, 0] * v for place in (start, end))
    crossed = np.flatnonzero((start_aside > 0) != (end_aside > 0))
    start, end, start_aside, end_aside, u, v = (
        column[crossed] for column in (start, end, start_aside, end_aside, u, v)
    )
    place = start + (start_aside / (start_aside - end_aside))[:, None] * (end - start)
    far = sign * (place[:, 0] * u + place[:, 1] * v)
    # One line for each anchor of each pair: crossings come in twos on it.
    line = (np.cumsum(sizes) - sizes)[pair[crossed]] + within[crossed] // edges[pair[crossed]]
    order = np.lexsort((far, line))
    low, high = far[order].reshape(-1, 2).T
    return Ways(some[pair[crossed[order[::2]]]], low, high)


def surely_overlap(a: Outlines, b: Outlines, i: Ints, j: Ints, apart_m: Floats, off_m: Floats) -> Bools:
    """Which pairs overlap where they are, for sure."""
    along = np.broadcast_to(np.array([1.0, 0.0]), (len(i), 2))
    ways = overlaps(a, b, i, j, apart_m, off_m, along)
    found = np.zeros(len(i), bool)
    found[ways.group[(ways.low < 0) & (ways.high > 0)]] = True
    return found
