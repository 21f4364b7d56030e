"""Coarse search: which pieces may be near each other, by chords and boxes through the earth; never misses one.

Small sets are compared all with all. Large ones go in blocks of neighbours with a box each, so that two boundaries of
10,000 edges cost some hundred thousand box comparisons and then only the blocks that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.pieces import Pieces

Ints = npt.NDArray[np.int64]
Box = tuple[Floats, Floats]

_BLOCK = 32
_SMALL = 65_536  # pairs that are cheaper to compare than to sort into blocks
_AT_ONCE = 1024  # block pairs refined in one go


def boxes_within(a: Box, b: Box, reach_m: float) -> bool:
    """True when something in the one box may be within reach of something in the other."""
    return bool(np.all(a[0] - reach_m <= b[1]) and np.all(b[0] - reach_m <= a[1]))


def overlapping_pieces(a: Pieces, b: Pieces, reach_m: float) -> Iterator[tuple[Ints, Ints]]:
    """The pairs of pieces whose boxes come within reach of each other, some at a time."""
    a_low, a_high = np.minimum(a.start, a.end) - reach_m, np.maximum(a.start, a.end) + reach_m
    b_low, b_high = np.minimum(b.start, b.end), np.maximum(b.start, b.end)
    in_b = np.flatnonzero(np.all((a_low <= b_high.max(axis=0)) & (a_high >= b_low.min(axis=0)), axis=1))
    in_a = np.flatnonzero(np.all((b_low <= a_high.max(axis=0)) & (b_high >= a_low.min(axis=0)), axis=1))
    if not len(in_a) or not len(in_b):
        return
    a_low, a_high, b_low, b_high = a_low[in_b], a_high[in_b], b_low[in_a], b_high[in_a]
    pairs = _meeting_in_blocks if len(in_a) * len(in_b) > _SMALL else _meeting_directly
    for i, j in pairs(a_low, a_high, b_low, b_high):
        yield in_b[i], in_a[j]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of a point and a piece that may be the nearest, and between what their true distance lies (m)."""

    point: Ints
    piece: Ints
    low_m: Floats
    high_m: Floats

    def under(self, most_m: float) -> Candidates:
        """Those that may be so near."""
        kept = self.low_m <= most_m
        return Candidates(self.point[kept], self.piece[kept], self.low_m[kept], self.high_m[kept])


def point_to_piece(points: Floats, pieces: Pieces, bound: Callable[[Floats], tuple[Floats, Floats]]) -> Candidates:
    """The pairs of a point and a piece that may be the nearest of all.

    ``bound`` gives the least and most true distance for a chord; a pair stays unless another is nearer for certain.
    """
    if len(points) * len(pieces) > _SMALL:
        found = _nearest_blocks(points, pieces, bound)
    else:
        chord = chord_distance(points[:, None], pieces.start[None], pieces.end[None])
        low, high = bound(chord)
        i, j = np.nonzero(low <= high.min())
        found = Candidates(i, j, low[i, j], high[i, j])
    return found.under(float(found.high_m.min()))


def chord_distance(points: Floats, start: Floats, end: Floats) -> Floats:
    """The straight distance (m) of points from chords; shapes (…, 3), broadcast against each other."""
    edge, arm = end - start, points - start
    square = np.einsum("...i,...i", edge, edge)
    share = np.einsum("...i,...i", arm, edge) / np.where(square > 0, square, 1.0)
    gap = arm - np.minimum(np.maximum(share, 0.0), 1.0)[..., None] * edge
    distance: Floats = np.sqrt(np.einsum("...i,...i", gap, gap))
    return distance


def _boxes_meeting(a_low: Floats, a_high: Floats, b_low: Floats, b_high: Floats) -> tuple[Ints, Ints]:
    meet = np.ones((len(a_low), len(b_low)), bool)
    for axis in range(3):
        meet &= a_low[:, None, axis] <= b_high[None, :, axis]
        meet &= a_high[:, None, axis] >= b_low[None, :, axis]
    i, j = np.nonzero(meet)
    return i, j


def _meeting_directly(a_low: Floats, a_high: Floats, b_low: Floats, b_high: Floats) -> Iterator[tuple[Ints, Ints]]:
    yield _boxes_meeting(a_low, a_high, b_low, b_high)


def _meeting_in_blocks(a_low: Floats, a_high: Floats, b_low: Floats, b_high: Floats) -> Iterator[tuple[Ints, Ints]]:
    a_edge, b_edge = _edges(len(a_low)), _edges(len(b_low))
    block_a, block_b = _boxes_meeting(
        np.minimum.reduceat(a_low, a_edge),
        np.maximum.reduceat(a_high, a_edge),
        np.minimum.reduceat(b_low, b_edge),
        np.maximum.reduceat(b_high, b_edge),
    )
    for first in range(0, len(block_a), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        i, j = _spread(block_a[some], block_b[some], len(a_low), len(b_low))
        kept = np.all((a_low[i] <= b_high[j]) & (a_high[i] >= b_low[j]), axis=1)
        yield i[kept], j[kept]


def _nearest_blocks(points: Floats, pieces: Pieces, bound: Callable[[Floats], tuple[Floats, Floats]]) -> Candidates:
    """Pairs that may be nearest, block by block: from the nearest pair of blocks on to whatever else may matter."""
    p_edge, q_edge = _edges(len(points)), _edges(len(pieces))
    low, high = np.minimum(pieces.start, pieces.end), np.maximum(pieces.start, pieces.end)
    apart = _box_distance(
        np.minimum.reduceat(points, p_edge), np.maximum.reduceat(points, p_edge),
        np.minimum.reduceat(low, q_edge), np.maximum.reduceat(high, q_edge),
    )  # fmt: skip
    found = list[tuple[Ints, Ints, Floats, Floats]]()
    most = np.inf
    todo: Ints = np.array([apart.argmin()])
    while len(todo):
        block_p, block_q = np.unravel_index(todo, apart.shape)
        i, j = _spread(block_p, block_q, len(points), len(pieces))
        near, far = bound(chord_distance(points[i], pieces.start[j], pieces.end[j]))
        most = min(most, float(far.min()))
        kept = near <= most
        found.append((i[kept], j[kept], near[kept], far[kept]))
        apart.ravel()[todo] = np.inf
        todo = np.flatnonzero(apart <= most)[:_AT_ONCE]  # no arc is shorter than its chord
    return Candidates(*(np.concatenate(side) for side in zip(*found, strict=True)))


def _edges(count: int) -> Ints:
    return np.arange(0, count, _BLOCK)


def _spread(block_i: Ints, block_j: Ints, count_i: int, count_j: int) -> tuple[Ints, Ints]:
    """Every pair of members of the pairs of blocks."""
    inner_i, inner_j = (side.ravel() for side in np.indices((_BLOCK, _BLOCK)))
    i = (block_i[:, None] * _BLOCK + inner_i).ravel()
    j = (block_j[:, None] * _BLOCK + inner_j).ravel()
    real = (i < count_i) & (j < count_j)
    return i[real], j[real]


def _box_distance(a_low: Floats, a_high: Floats, b_low: Floats, b_high: Floats) -> Floats:
    square = np.zeros((len(a_low), len(b_low)))
    for axis in range(3):
        below = b_low[None, :, axis] - a_high[:, None, axis]
        above = a_low[:, None, axis] - b_high[None, :, axis]
        square += np.maximum(np.maximum(below, above), 0) ** 2
    distance: Floats = np.sqrt(square)
    return distance
