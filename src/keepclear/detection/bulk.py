"""Which of many plans may meet, asked once about all of them: a filter that lets through too much and loses nothing.

Who asks once needs no index that plans can be put in and taken out of, and nothing compiled: the bounds of all plans
are worked out in arrays, and one tree over the two dimensions that tell these plans apart best finds the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from keepclear.detection.extent import GEOID_SLOPE, HEIGHT_DOUBT_M, ROUNDING_M, extent_of
from keepclear.detection.judge import Case, NearCase, meetings_near
from keepclear.detection.meeting import Meeting
from keepclear.detection.plan import Plan
from keepclear.detection.volume_pairs import Near
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position
from keepclear.spacetime.gathered import Ints, gather, starts
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import EGM96_DOUBT_M, HeightLimit, HeightRules, height_band
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

GEOID_M = (-108.0, 87.0)
"""All undulations of EGM96 lie between."""
_GATHERED = 50_000
_MOST_AT_ONCE = 100_000_000
"""Rows asked about at first, times rows there are: no answer of the tree is longer."""
_USUAL_AT_ONCE = 2_000_000
"""Pairs in an answer of the tree, where the rows asked about before are a guide to those asked about next."""
_MOST_TIMES = 4
"""How many times as many rows are asked about as at first, at most."""
MOST_PORTIONS = 1_024
_PORTION = 1_000
"""Rows: of what most files have, about as many pairs as are judged at once."""
_BEYOND = 1e15
_SEEN = (256, 2048)
"""Of how many rows it is seen which dimensions tell them apart."""
X, Y, Z, HEIGHT, TIME = range(5)
_Asked = Callable[[Ints, Ints], npt.NDArray[np.bool_]]
"""Which pairs of rows are asked about at all."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A row for every volume or stretch of a trajectory, plan after plan: x y z, height above the ellipsoid, time."""

    low: Floats
    """(n, 5), metres and milliseconds"""
    high: Floats
    owner: Ints
    """(n,): the number of the row's plan"""
    first: Ints
    """(plans + 1,): the first row of each"""


def cases_among(
    plans: Sequence[Plan], rules: Sequence[SeparationRule], heights: HeightRules, *, include_same_party: bool
) -> Iterator[Case]:
    """The pairs of these plans that may not clear each other, each once, by their two ids; no two have one id."""
    for a, b, separation, _ in Search.among(plans, rules, heights, include_same_party=include_same_party).cases():
        yield a, b, separation


def cases_between(
    plans: Sequence[Plan],
    others: Sequence[Plan],
    rules: Sequence[SeparationRule],
    heights: HeightRules,
    *,
    include_same_party: bool,
) -> Iterator[Case]:
    """The pairs of one of the plans and one of the others that may not clear each other; no two have one id."""
    search = Search(plans, others, rules, heights, include_same_party=include_same_party)
    for a, b, separation, _ in search.cases():
        yield a, b, separation


def rows_of(plans: Sequence[Plan], heights: HeightRules) -> Rows:
    """The bounds of the plans. Raises InvalidInput for heights that no rules allow, as ``height_band`` does."""
    envelopes = [plan.envelope for plan in plans]
    volumes = [volume for each in envelopes if isinstance(each, tuple) for volume in each]
    flown = {
        number: extent_of(plan, heights) for number, plan in enumerate(plans) if not isinstance(plan.envelope, tuple)
    }
    counts = [len(each) if isinstance(each, tuple) else len(flown[n].space) for n, each in enumerate(envelopes)]
    first, owner = starts(counts), np.repeat(np.arange(len(plans)), counts)
    low, high = np.empty((len(owner), 5)), np.empty((len(owner), 5))
    of_volume = np.ones(len(owner), bool)
    for number, extent in flown.items():
        own = slice(int(first[number]), int(first[number + 1]))
        of_volume[own] = False
        low[own], high[own] = (
            np.column_stack([extent.space[:, 4 * end : 4 * end + 4], extent.time_ms[:, end]]) for end in (0, 1)
        )
    if volumes:
        low[of_volume], high[of_volume] = _of_volumes(volumes, heights)
    return Rows(low, high, owner, first)


def _of_volumes(volumes: Sequence[Volume], heights: HeightRules) -> tuple[Floats, Floats]:
    low, high = np.empty((len(volumes), 5)), np.empty((len(volumes), 5))
    for begin in range(0, len(volumes), _GATHERED):
        part = slice(begin, begin + _GATHERED)
        them = gather([volume.footprint for volume in volumes[part]])
        margin = them.radius_m[:, None] + ROUNDING_M
        low[part, :HEIGHT], high[part, :HEIGHT] = them.low - margin, them.high + margin
    limits = _all_limits(volumes, heights)
    at = np.array([_place(volume.footprint) for volume in volumes])
    sea_m = _sea_level_m(at, np.sqrt(((high[:, :HEIGHT] - low[:, :HEIGHT]) ** 2).sum(axis=1)))
    low[:, HEIGHT] = limits[:, 0] + limits[:, 2] * (sea_m[0] - EGM96_DOUBT_M)
    high[:, HEIGHT] = limits[:, 1] + limits[:, 3] * (sea_m[1] + EGM96_DOUBT_M)
    low[:, TIME] = [volume.start_ms for volume in volumes]
    high[:, TIME] = [volume.end_ms for volume in volumes]
    return low, high


def _all_limits(volumes: Sequence[Volume], heights: HeightRules) -> Floats:
    """What ``_limits`` says of each volume, (n, 4). Few heights are said, and most of them are one object each."""
    said = [(id(volume.floor), id(volume.ceiling)) for volume in volumes]
    first: dict[tuple[int, int], Volume] = {}
    for both, volume in zip(said, volumes, strict=True):
        first.setdefault(both, volume)
    table = np.array([_limits(volume, heights) for volume in first.values()])
    number = dict(zip(first, range(len(first)), strict=True))
    return np.asarray(table[list(map(number.__getitem__, said))])


def _limits(volume: Volume, heights: HeightRules) -> tuple[float, float, float, float]:
    """The lowest of the floor and the highest of the ceiling, and for each whether sea level is to be added."""
    band = height_band(volume.footprint, volume.floor, volume.ceiling, heights)
    return band.floor.lowest_m, band.ceiling.highest_m, _above_sea(band.floor), _above_sea(band.ceiling)


def _above_sea(limit: HeightLimit) -> float:
    return 1.0 if limit.above_sea else 0.0


def _place(footprint: Footprint) -> Position:
    """The first position of it."""
    match footprint:
        case Corridor():
            return footprint.line[0]
        case Disc():
            return footprint.lon, footprint.lat
        case Polygonal():
            return footprint.parts[0][0][0]


def _sea_level_m(at: Floats, across_m: Floats) -> tuple[Floats, Floats]:
    """Between what the undulation is wherever a footprint reaches that is no farther across; one place of each given.

    A way over the ground is at most π/2 times its chord, and the interpolated grid no steeper than sea level itself.
    """
    there = undulation_m(at[:, 0], at[:, 1])
    doubt = 2 * GEOID_SLOPE * across_m
    return np.maximum(there - doubt, GEOID_M[0]), np.minimum(there + doubt, GEOID_M[1])


class _Apart:
    """What every two activities keep apart, as a growth of each dimension; activities by number."""

    def __init__(self, sides: tuple[Sequence[Plan], Sequence[Plan]], rules: Sequence[SeparationRule]) -> None:
        number = {
            name: number for number, name in enumerate(sorted({plan.activity for side in sides for plan in side}))
        }
        self.activities = [np.array([number[plan.activity] for plan in side], np.int64) for side in sides]
        """Of both sides, the number of each plan's activity."""
        self.grow: Floats = np.zeros((len(number), len(number), 5))
        for one, i in number.items():
            for other, j in number.items():
                kept = separation_between(rules, one, other)
                self.grow[i, j, :HEIGHT] = kept.lateral_m + 0.02
                self.grow[i, j, HEIGHT] = kept.vertical_m + HEIGHT_DOUBT_M + GEOID_SLOPE * kept.lateral_m
                self.grow[i, j, TIME] = kept.time_ms


class Search:
    """Which pairs of plans may not clear each other, looked for in portions: each by itself, in any order."""

    def __init__(
        self,
        plans: Sequence[Plan],
        others: Sequence[Plan] | None,
        rules: Sequence[SeparationRule],
        heights: HeightRules,
        *,
        include_same_party: bool,
    ) -> None:
        """``others`` of None are the plans themselves: then it is about each two of them, once, in their order."""
        self._plans, self._others = plans, plans if others is None else others
        self._rules, self._heights = rules, heights
        self._same_party, self._once = include_same_party, others is None
        self._kept: dict[tuple[str, str], Separation] = {}
        self.portions: list[tuple[int, int]] = []
        """The first of the plans of each portion, and the one after its last."""
        if not self._plans or not self._others:
            return
        ours = rows_of(plans, heights)
        self._rows = ours, ours if others is None else rows_of(others, heights)
        self._nearby = _Nearby(*self._rows, _Apart((self._plans, self._others), rules))
        party = {name: number for number, name in enumerate({p.party for p in (*plans, *self._others)})}
        self._party = [np.array([party[p.party] for p in side], np.int64) for side in (plans, self._others)]
        self.portions = _portions(ours.first)

    @classmethod
    def among(
        cls, plans: Sequence[Plan], rules: Sequence[SeparationRule], heights: HeightRules, *, include_same_party: bool
    ) -> Search:
        """The pairs of these plans, each once, by their two ids; no two have one id."""
        them = sorted(plans, key=lambda plan: plan.id)
        return cls(them, None, rules, heights, include_same_party=include_same_party)

    def meetings(self, portion: int, *, overlap: bool = True) -> Iterator[Meeting]:
        """The rows of those of one portion that do not clear each other."""
        return meetings_near(self._cases(*self.portions[portion]), self._heights, overlap=overlap)

    def cases(self) -> Iterator[NearCase]:
        """The pairs of all portions, and which of their volumes come near each other."""
        return self._cases(0, len(self._plans)) if self.portions else iter(())

    def _cases(self, begin: int, end: int) -> Iterator[NearCase]:
        for one, other in self._nearby.of_plans(begin, end, self._asked):
            for a, b, near in _by_pair(*self._rows, one, other):
                ours, theirs = self._plans[a], self._others[b]
                flown = isinstance(ours.envelope, Trajectory) or isinstance(theirs.envelope, Trajectory)
                yield ours, theirs, self._separation(ours.activity, theirs.activity), None if flown else near

    def _separation(self, one: str, other: str) -> Separation:
        both = one, other
        if both not in self._kept:
            self._kept[both] = separation_between(self._rules, one, other)
        return self._kept[both]

    def _asked(self, one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
        """Which pairs of rows are asked about at all."""
        a, b = self._rows[0].owner[one], self._rows[1].owner[other]
        wanted = a < b if self._once else np.ones(len(a), bool)
        return wanted if self._same_party else wanted & (self._party[0][a] != self._party[1][b])


def _portions(first: Ints) -> list[tuple[int, int]]:
    """Runs of plans with about as many rows each; ``first`` (plans + 1,) is the first row of each plan."""
    most = max(_PORTION, -(-int(first[-1]) // MOST_PORTIONS))
    bounds = np.append(np.searchsorted(first, np.arange(0, first[-1], most)), len(first) - 1)
    return list(pairwise(np.unique(bounds).tolist()))


def _by_pair(ours: Rows, theirs: Rows, one: Ints, other: Ints) -> Iterator[tuple[int, int, Near]]:
    """Pairs of rows by the pairs of plans that they are of: both plans, and the numbers of the rows in their plans."""
    pair = ours.owner[one] * (len(theirs.first) - 1) + theirs.owner[other]
    order = np.lexsort((other, one, pair))
    one, other, pair = one[order], other[order], pair[order]
    a, b = ours.owner[one], theirs.owner[other]
    near = list(zip((one - ours.first[a]).tolist(), (other - theirs.first[b]).tolist(), strict=True))
    begin = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]])) if len(pair) else pair
    bounds = [*begin.tolist(), len(pair)]
    for number, (our_plan, their_plan) in enumerate(zip(a[begin].tolist(), b[begin].tolist(), strict=True)):
        yield our_plan, their_plan, near[bounds[number] : bounds[number + 1]]


def _where(true: npt.NDArray[np.bool_], one: Ints, other: Ints) -> tuple[Ints, Ints]:
    return one[true], other[true]


class _Nearby:
    """Finds the rows of plans that come near each other: one tree for all of theirs, asked about some of ours."""

    def __init__(self, ours: Rows, theirs: Rows, apart: _Apart) -> None:
        self._ours, self._theirs, self._grow = ours, theirs, apart.grow
        self._activity = apart.activities[0][ours.owner], apart.activities[1][theirs.owner]
        self._telling = _telling(ours, theirs, apart.grow.max(axis=(0, 1)))
        self._tree = shapely.STRtree(self._boxes(theirs.low, theirs.high))

    def _boxes(self, low: Floats, high: Floats) -> npt.NDArray[Any]:
        first, second = self._telling
        flat = [np.clip(side[:, at], -_BEYOND, _BEYOND) for side in (low, high) for at in (first, second)]
        boxes: npt.NDArray[Any] = shapely.box(*flat)
        return boxes

    def of_plans(self, begin: int, end: int, asked: _Asked) -> Iterator[tuple[Ints, Ints]]:
        """The rows asked about that come near each other, by number, for the plans of ours from ``begin`` to ``end``;
        those of one of our plans come together.
        """
        first = self._ours.first
        fewest = max(_MOST_AT_ONCE // len(self._theirs.owner), 1)
        done, many = begin, fewest
        while done < end:
            until = int(np.searchsorted(first, first[done] + many, side="right")) - 1
            until = min(max(until, done + 1), end)
            own = slice(int(first[done]), int(first[until]))
            widest = self._grow.max(axis=1)[self._activity[0][own]]
            one, other = self._tree.query(self._boxes(self._ours.low[own] - widest, self._ours.high[own] + widest))
            rows = own.stop - own.start
            many = min(max(_USUAL_AT_ONCE * rows // max(len(one), 1), fewest), _MOST_TIMES * fewest)
            yield self._meeting(*_where(asked(one + own.start, other), one + own.start, other))
            done = until

    def _meeting(self, one: Ints, other: Ints) -> tuple[Ints, Ints]:
        """Those of the pairs of rows that come together in all dimensions."""
        for dimension in (HEIGHT, TIME, X, Y, Z):
            by = self._grow[self._activity[0][one], self._activity[1][other], dimension]
            one, other = _where(_meet(self._ours, self._theirs, one, other, dimension, by), one, other)
        return one, other


def _meet(ours: Rows, theirs: Rows, one: Ints, other: Ints, dimension: int, by: Floats) -> npt.NDArray[np.bool_]:
    """Which of the pairs of rows come together in one dimension; windows are half-open, the rest is closed."""
    before = ours.low[one, dimension] - by, theirs.low[other, dimension]
    after = theirs.high[other, dimension], ours.high[one, dimension] + by
    if dimension == TIME:
        return np.asarray((before[0] < after[0]) & (before[1] < after[1]))
    return np.asarray((before[0] <= after[0]) & (before[1] <= after[1]))


def _telling(ours: Rows, theirs: Rows, grow: Floats) -> tuple[int, int]:
    """The two dimensions in which the fewest rows come together, as far as some rows can tell."""
    one, other = (
        np.unique(np.linspace(0, len(rows.owner) - 1, most).astype(np.int64))
        for rows, most in zip((ours, theirs), _SEEN, strict=True)
    )
    pairs = np.repeat(one, len(other)), np.tile(other, len(one))
    met = [_meet(ours, theirs, *pairs, dimension, grow[dimension]) for dimension in range(5)]
    return min(combinations(range(5), 2), key=lambda two: int((met[two[0]] & met[two[1]]).sum()))
