"""Whether the footprints of pairs of rows overlap, many at once, and exactly.

Chords through the earth bound the geodesic between two lines from below and above (as in ``spacetime.nearness``), which
decides all pairs but a sliver; that sliver, and polygons, are judged one by one by ``lateral_gap``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keepclear.detection.resolution.rows import Bools, Chords, Ints, Rows
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, MOST_CURVATURE_RADIUS_M, Floats, arc_of_chord
from keepclear.spacetime.heights import LEAST_OVERLAP_M, Contact
from keepclear.spacetime.lateral import lateral_gap

_PAIRS_AT_ONCE = 500_000
_MARGIN = 2e-6


def overlapping(
    rows: Rows, one: Ints, two: Ints, separation_m: Floats, told: Callable[[int, int], None] | None = None
) -> Bools:
    """Which pairs overlap by 1 cm or more on the ground, each widened by its separation."""
    found, unsure = told_by_chords(rows, one, two, separation_m)
    for count, pair in enumerate(unsure.tolist()):
        a, b = rows.volumes[one[pair]].footprint, rows.volumes[two[pair]].footprint
        found[pair] = lateral_gap(a, b, float(separation_m[pair])).contact is Contact.OVERLAP
        if told is not None:
            told(count + 1, len(unsure))
    return found


def told_by_chords(rows: Rows, one: Ints, two: Ints, separation_m: Floats) -> tuple[Bools, Ints]:
    """Which pairs surely overlap, and the numbers of those that may or may not."""
    found = np.zeros(len(one), bool)
    open_ = np.ones(len(one), bool)
    wide = rows.lined & (rows.radius_m >= LEAST_OVERLAP_M)
    for chords in (rows.coarse, rows.fine):
        lined = np.flatnonzero(open_ & wide[one] & wide[two])
        if len(lined):
            low, high = _bounds(chords, one[lined], two[lined])
            keep = rows.radius_m[one[lined]] + rows.radius_m[two[lined]] + separation_m[lined]
            apart, meet = low - keep >= LEAST_OVERLAP_M, high - keep <= -LEAST_OVERLAP_M
            found[lined[meet]] = True
            open_[lined[apart | meet]] = False
    return found, np.flatnonzero(open_)


def _bounds(chords: Chords, one: Ints, two: Ints) -> tuple[Floats, Floats]:
    """The least and the most that the geodesic distance of each pair's cores can be."""
    first = chords.first
    size_a, size_b = first[one + 1] - first[one], first[two + 1] - first[two]
    sizes = size_a * size_b
    low, high = np.empty(len(one)), np.empty(len(one))
    cuts = np.searchsorted(np.cumsum(sizes), np.arange(_PAIRS_AT_ONCE, int(sizes.sum()) + 1, _PAIRS_AT_ONCE), "right")
    for begin, until in zip([0, *cuts.tolist()], [*cuts.tolist(), len(one)], strict=True):
        if begin == until:
            continue
        some = slice(begin, until)
        starts = np.concatenate([[0], np.cumsum(sizes[some])[:-1]])
        pair = np.repeat(np.arange(until - begin), sizes[some])
        within = np.arange(len(pair)) - starts[pair]
        i = first[one[some]][pair] + within // size_b[some][pair]
        j = first[two[some]][pair] + within % size_b[some][pair]
        apart = segment_distance(chords.start[i], chords.end[i], chords.start[j], chords.end[j])
        depth = chords.depth_m[i] + chords.depth_m[j]
        low[some] = np.minimum.reduceat(np.maximum(apart - depth, 0.0), starts)
        high[some] = np.minimum.reduceat(apart + depth, starts)
    return (
        arc_of_chord(low, MOST_CURVATURE_RADIUS_M) * (1 - _MARGIN) - 1e-4,
        arc_of_chord(high, LEAST_CURVATURE_RADIUS_M) * (1 + _MARGIN) + 1e-4,
    )


def segment_distance(a: Floats, a_end: Floats, b: Floats, b_end: Floats) -> Floats:
    """The least straight distance of pairs of segments, (n, 3) each (Ericson, Real-Time Collision Detection §5.1)."""
    d, e, r = a_end - a, b_end - b, a - b
    dd, ee, de = (np.einsum("ij,ij->i", x, y) for x, y in ((d, d), (e, e), (d, e)))
    dr, er = np.einsum("ij,ij->i", d, r), np.einsum("ij,ij->i", e, r)
    best = np.full(len(a), np.inf)
    cross = dd * ee - de * de
    with np.errstate(divide="ignore", invalid="ignore"):
        inner_s = np.nan_to_num(np.clip((de * er - dr * ee) / cross, 0, 1))
        inner_t = np.nan_to_num(np.clip((de * inner_s + er) / ee, 0, 1))
        # Clamping one may move the other: the ends of each against the other's line are looked at besides.
        ways = [(np.nan_to_num(np.clip((de * inner_t - dr) / dd, 0, 1)), inner_t)]
        for end in (0.0, 1.0):
            fixed = np.full(len(a), end)
            ways.append((fixed, np.nan_to_num(np.clip((de * end + er) / ee, 0, 1))))
            ways.append((np.nan_to_num(np.clip((de * end - dr) / dd, 0, 1)), fixed))
    for s, t in ways:
        gap = r + s[:, None] * d - t[:, None] * e
        best = np.minimum(best, np.einsum("ij,ij->i", gap, gap))
    return np.asarray(np.sqrt(best))
