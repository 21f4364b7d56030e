"""Windows between trajectories: in continuous time, of the flights themselves and not of boxes round them.

Each leg is cut into pieces of at most 60 km, and each piece stands for itself by its chord through the earth. A window
is some metres wider than need be (or, where that is asked for, narrower): what a chord can hide, under 10 m.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.plan import Plan
from keepclear.detection.resolution import kernels_flown
from keepclear.detection.resolution.nearby import Keeping, Range, near_pairs
from keepclear.detection.resolution.rows import Bools, Ints
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, Floats, earth_centred, forward, inverse
from keepclear.spacetime.heights import LEAST_OVERLAP_M
from keepclear.spacetime.trajectory import Trajectory

LONGEST_M = 60_000.0
WORTH_COMPILING = 50_000
"""Pairs of pieces from which a compiler pays."""
_AT_ONCE, _PAIRS_AT_ONCE = 400_000, 500
_MARGIN_M = 1e-4
_ROUNDING_M = 0.05
Spans = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Pieces:
    """n pieces of trajectories. ``line`` (n, 10): x, y, z, height (m), moment (s after ``origin_ms``), then by how much
    each of them grows; ``low`` and ``high`` (n, 3) box them, with all that they may be off, through the earth.
    """

    plan: Ints
    line: Floats
    ground_m: Floats
    low: Floats
    high: Floats
    floor_m: Floats
    ceiling_m: Floats
    start_ms: Ints
    end_ms: Ints
    floor_datum: Ints
    ceiling_datum: Ints
    by_plan: Floats
    """(plans, 3): ``lateral_m``, ``vertical_m``, ``time_s``; of what is no trajectory 0."""

    def __len__(self) -> int:
        return len(self.plan)


@dataclass(frozen=True, slots=True)
class Windows:
    """Of pairs of plans: ``a`` under ``b`` by number, ``up`` a number of height (as asked), whole seconds."""

    a: Ints
    b: Ints
    up: Ints
    least: Ints
    most: Ints


def pieces_of(plans: Sequence[Plan]) -> Pieces:
    """The pieces of those plans that are trajectories."""
    flights = [(number, plan.envelope) for number, plan in enumerate(plans) if isinstance(plan.envelope, Trajectory)]
    by_plan = np.zeros((len(plans), 3))
    for number, flight in flights:
        by_plan[number] = flight.lateral_m, flight.vertical_m, flight.time_s
    points = np.array(
        [at for _, each in flights for at in zip(each.lon, each.lat, each.height_m, strict=True)], float
    ).reshape(-1, 3)
    time_ms = np.array([at for _, each in flights for at in each.times_ms], np.int64)
    owner = np.repeat([number for number, _ in flights], [len(each.lon) for _, each in flights]).astype(np.int64)
    first = np.flatnonzero(owner[:-1] == owner[1:])
    origin_ms = int(time_ms.min()) if len(time_ms) else 0
    azimuth, length_m = inverse(points[first, 0], points[first, 1], points[first + 1, 0], points[first + 1, 1])
    count = np.maximum(np.ceil(length_m / LONGEST_M).astype(np.int64), 1)
    leg = np.repeat(np.arange(len(first)), count)
    step = np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count)
    start, end = step / count[leg], (step + 1) / count[leg]
    from_, to = first[leg], first[leg] + 1
    begin, finish = (
        _at(share, leg, points, from_, to, azimuth, length_m, time_ms, origin_ms) for share in (start, end)
    )
    line = np.hstack([begin, finish - begin])
    return _boxed(owner[from_], line, length_m[leg] / count[leg], by_plan, origin_ms)


def _at(
    share: Floats, leg: Ints, points: Floats, from_: Ints, to: Ints, azimuth: Floats, length_m: Floats,
    time_ms: Ints, origin_ms: int,
) -> Floats:  # fmt: skip
    """x, y, z, height and seconds at shares of legs."""
    lon, lat, _ = forward(points[from_, 0], points[from_, 1], azimuth[leg], length_m[leg] * share)
    seconds = (time_ms - origin_ms) / 1000
    grown = [
        low + (high - low) * share for low, high in ((points[from_, 2], points[to, 2]), (seconds[from_], seconds[to]))
    ]
    return np.column_stack([earth_centred(lon, lat), *grown])


def _boxed(owner: Ints, line: Floats, ground_m: Floats, by_plan: Floats, origin_ms: int) -> Pieces:
    begin, finish = line[:, :5], line[:, :5] + line[:, 5:]
    low, high = np.minimum(begin, finish), np.maximum(begin, finish)
    across = by_plan[owner, 0] + ground_m**2 / (8 * LEAST_CURVATURE_RADIUS_M) + _ROUNDING_M
    doubt_s = by_plan[owner, 2]
    same = np.zeros(len(owner), np.int64)
    return Pieces(
        owner,
        line,
        ground_m,
        low[:, :3] - across[:, None],
        high[:, :3] + across[:, None],
        low[:, 3] - by_plan[owner, 1],
        high[:, 3] + by_plan[owner, 1],
        np.floor((low[:, 4] - doubt_s) * 1000).astype(np.int64) + origin_ms - 1,
        np.ceil((high[:, 4] + doubt_s) * 1000).astype(np.int64) + origin_ms + 1,
        same,
        same,
        by_plan,
    )


def windows_between(
    pieces: Pieces, pairs: Iterator[tuple[Ints, Ints]], activity: Ints, keeping: Keeping, range_: Range, up_m: Floats,
    *, inner: bool = False,
) -> Windows:  # fmt: skip
    """The windows of pairs of pieces, those of one pair of plans and one height joined and in order.

    ``up_m`` are the heights by which the first plan may be above where it was, less the same of the second.
    """
    keys: list[Ints] = []
    spans: list[Spans] = []
    for one, two in _in_batches(pairs):
        swap = pieces.plan[one] > pieces.plan[two]
        one, two = np.where(swap, two, one), np.where(swap, one, two)
        key, span = _spans(pieces, one, two, activity, keeping, range_, up_m, inner=inner)
        keys.append(key)
        spans.append(span)
    key = np.concatenate([*keys, np.empty(0, np.int64)])
    span = np.concatenate([*spans, np.empty((0, 2), np.int32)])
    key, least, most = joined(key, span[:, 0], span[:, 1])
    pair, up = np.divmod(key, len(up_m))
    a, b = np.divmod(pair, len(pieces.by_plan))
    return Windows(a, b, up, least.astype(np.int64), most.astype(np.int64))


def _spans(
    pieces: Pieces, one: Ints, two: Ints, activity: Ints, keeping: Keeping, range_: Range, up_m: Floats, *, inner: bool
) -> tuple[Ints, Spans]:
    a, b = pieces.plan[one], pieces.plan[two]
    mine, theirs = activity[a], activity[b]
    both = pieces.by_plan[a] + pieces.by_plan[b]
    thinner = 2 * np.minimum(pieces.by_plan[a], pieces.by_plan[b])[:, :2]
    apart = np.column_stack([keeping.lateral_m[mine, theirs], keeping.vertical_m[mine, theirs]])
    keep = np.column_stack([both[:, :2] + apart - LEAST_OVERLAP_M, both[:, 2] + keeping.time_ms[mine, theirs] / 1000])
    margin_m = -_MARGIN_M if inner else _MARGIN_M
    keep[:, :2] += margin_m
    before, after = range_.before_ms / 1000, range_.after_ms / 1000
    most_s = np.column_stack([before[b] + after[a], after[b] + before[a]])
    room = len(one) * len(up_m)
    found, at = np.empty((room, 2), np.int32), np.empty((room, 2), np.int32)
    thick = np.flatnonzero(((thinner + apart) >= LEAST_OVERLAP_M - margin_m).all(axis=1) & (keep >= 0).all(axis=1))
    one, two, keep, most_s = one[thick], two[thick], keep[thick], most_s[thick]
    kernel: Any = _kernel(len(one))
    count = kernel(pieces.line, pieces.ground_m, one, two, keep, up_m, most_s, inner, found, at)
    pair = at[:count, 0]
    key = (pieces.plan[one[pair]] * len(pieces.by_plan) + pieces.plan[two[pair]]) * len(up_m) + at[:count, 1]
    key, least, most = joined(key, found[:count, 0], found[:count, 1])
    return key, np.column_stack([least, most])


def pieces_of_pairs(pieces: Pieces, pairs: Sequence[tuple[int, int]], within_m: float) -> Iterator[tuple[Ints, Ints]]:
    """The pieces of the one with those of the other that they come near, whenever that is, for pairs of plans."""
    first = np.searchsorted(pieces.plan, np.arange(len(pieces.by_plan) + 1))
    count = np.diff(first)
    for begin in range(0, len(pairs), _PAIRS_AT_ONCE):
        a, b = np.array(pairs[begin : begin + _PAIRS_AT_ONCE], np.int64).T
        sizes = count[a] * count[b]
        pair = np.repeat(np.arange(len(a)), sizes)
        step = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        one, two = first[a][pair] + step // count[b][pair], first[b][pair] + step % count[b][pair]
        for axis in range(3):
            near = pieces.low[one, axis] - within_m <= pieces.high[two, axis]
            near &= pieces.low[two, axis] - within_m <= pieces.high[one, axis]
            one, two = one[near], two[near]
        yield one, two


def _in_batches(pairs: Iterator[tuple[Ints, Ints]]) -> Iterator[tuple[Ints, Ints]]:
    """The same pairs, many at a time."""
    held: list[tuple[Ints, Ints]] = []
    for some in pairs:
        held.append(some)
        if sum(len(one) for one, _ in held) >= _AT_ONCE:
            yield np.concatenate([one for one, _ in held]), np.concatenate([two for _, two in held])
            held = []
    if held:
        yield np.concatenate([one for one, _ in held]), np.concatenate([two for _, two in held])


def _kernel(pairs: int) -> Any:
    if pairs < WORTH_COMPILING:
        return kernels_flown.spans_of_pairs
    from keepclear.detection.resolution import machine

    return machine.spans_of_pairs


def joined(key: Ints, least: Any, most: Any) -> tuple[Ints, Any, Any]:
    """Spans of whole numbers, those of one key that overlap or follow on each other made one; sorted."""
    if not len(key):
        return key, least, most
    order = np.lexsort((least, key))
    key, least, most = key[order], least[order], most[order]
    # A running maximum within each key: keys are set further apart than any span is long.
    wide = int(most.max()) - int(least.min()) + 2
    group = np.cumsum(np.concatenate([[0], key[1:] != key[:-1]])).astype(np.int64) * wide
    reached = np.maximum.accumulate(most + group)
    fresh = np.concatenate([[True], (least + group)[1:] > reached[:-1] + 1])
    begin = np.flatnonzero(fresh)
    end = np.concatenate([begin[1:], [len(key)]]) - 1
    return key[begin], least[begin], (reached[end] - group[end]).astype(most.dtype)


def flown_pairs(
    pieces: Pieces, wanted: Bools, activity: Ints, keeping: Keeping, range_: Range, apart: Ints | None
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of pieces that could meet; ``apart`` tells parties whose own pairs are left out."""
    for one, two in near_pairs(pieces, wanted, activity, keeping, range_):
        if apart is not None:
            other = apart[pieces.plan[one]] != apart[pieces.plan[two]]
            one, two = one[other], two[other]
        yield one, two
