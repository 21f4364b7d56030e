"""Which of many plans may meet, asked once about all of them: a filter that lets through too much and loses nothing.

Who asks once needs no index that plans can be put in and taken out of, and nothing compiled: the bounds of all plans
are worked out in arrays, and one tree over the two dimensions that tell these plans apart best finds the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

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
from keepclear.spacetime.separation import SeparationRule, separation_between
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
    them = sorted(plans, key=lambda plan: plan.id)
    for a, b, separation, _ in _cases(them, None, rules, heights, include_same_party=include_same_party):
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
    for a, b, separation, _ in _cases(plans, others, rules, heights, include_same_party=include_same_party):
        yield a, b, separation


def meetings_among(
    plans: Sequence[Plan], rules: Sequence[SeparationRule], heights: HeightRules, *, include_same_party: bool
) -> Iterator[Meeting]:
    """The rows of those of ``cases_among`` that do not clear each other."""
    them = sorted(plans, key=lambda plan: plan.id)
    return meetings_near(_cases(them, None, rules, heights, include_same_party=include_same_party), heights)


def meetings_between(
    plans: Sequence[Plan],
    others: Sequence[Plan],
    rules: Sequence[SeparationRule],
    heights: HeightRules,
    *,
    include_same_party: bool,
) -> Iterator[Meeting]:
    """The rows of those of ``cases_between`` that do not clear each other."""
    return meetings_near(_cases(plans, others, rules, heights, include_same_party=include_same_party), heights)


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
    known: dict[tuple[int, int], int] = {}
    table: list[tuple[float, float, float, float]] = []
    numbers = []
    for volume in volumes:
        said = id(volume.floor), id(volume.ceiling)
        if said not in known:
            known[said] = len(table)
            table.append(_limits(volume, heights))
        numbers.append(known[said])
    return np.array(table)[numbers]


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

    def __init__(self, plans: Sequence[Plan], rules: Sequence[SeparationRule]) -> None:
        self._number = {name: number for number, name in enumerate(sorted({plan.activity for plan in plans}))}
        self.grow: Floats = np.zeros((len(self._number), len(self._number), 5))
        for one, i in self._number.items():
            for other, j in self._number.items():
                kept = separation_between(rules, one, other)
                self.grow[i, j, :HEIGHT] = kept.lateral_m + 0.02
                self.grow[i, j, HEIGHT] = kept.vertical_m + HEIGHT_DOUBT_M + GEOID_SLOPE * kept.lateral_m
                self.grow[i, j, TIME] = kept.time_ms

    def activity(self, plans: Sequence[Plan]) -> Ints:
        """The number of each plan's activity."""
        return np.array([self._number[plan.activity] for plan in plans], np.int64)


def _cases(
    plans: Sequence[Plan],
    others: Sequence[Plan] | None,
    rules: Sequence[SeparationRule],
    heights: HeightRules,
    *,
    include_same_party: bool,
) -> Iterator[NearCase]:
    theirs = plans if others is None else others
    if not plans or not theirs:
        return
    ours = rows_of(plans, heights)
    rows = ours if others is None else rows_of(theirs, heights)
    apart = _Apart([*plans, *theirs], rules)
    party = {name: number for number, name in enumerate({plan.party for plan in (*plans, *theirs)})}
    side = [np.array([party[plan.party] for plan in each], np.int64) for each in (plans, theirs)]
    kept = {}

    def asked(one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
        a, b = ours.owner[one], rows.owner[other]
        wanted = np.ones(len(a), bool) if others is not None else a < b
        return wanted if include_same_party else wanted & (side[0][a] != side[1][b])

    for one, other in _near(ours, rows, apart.activity(plans), apart.activity(theirs), apart.grow, asked):
        for a, b, near in _by_pair(ours, rows, one, other):
            both = plans[a].activity, theirs[b].activity
            if both not in kept:
                kept[both] = separation_between(rules, *both)
            flown = isinstance(plans[a].envelope, Trajectory) or isinstance(theirs[b].envelope, Trajectory)
            yield plans[a], theirs[b], kept[both], None if flown else near


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


def _near(
    ours: Rows, theirs: Rows, our_activity: Ints, their_activity: Ints, grow: Floats, asked: _Asked
) -> Iterator[tuple[Ints, Ints]]:
    """The rows asked about that come near each other, by number; those of one of our plans come together."""
    first, second = _telling(ours, theirs, grow.max(axis=(0, 1)))
    flat = [np.clip(side, -_BEYOND, _BEYOND) for side in (theirs.low, theirs.high)]
    tree = shapely.STRtree(shapely.box(flat[0][:, first], flat[0][:, second], flat[1][:, first], flat[1][:, second]))
    widest = grow.max(axis=1)[our_activity][ours.owner]
    low, high = np.clip(ours.low - widest, -_BEYOND, _BEYOND), np.clip(ours.high + widest, -_BEYOND, _BEYOND)
    fewest = max(_MOST_AT_ONCE // len(theirs.owner), 1)
    done, many = 0, fewest
    while done < len(ours.first) - 1:
        until = max(int(np.searchsorted(ours.first, ours.first[done] + many, side="right")) - 1, done + 1)
        own = slice(int(ours.first[done]), int(ours.first[until]))
        boxes = shapely.box(low[own, first], low[own, second], high[own, first], high[own, second])
        one, other = tree.query(boxes)
        many = min(max(_USUAL_AT_ONCE * len(boxes) // max(len(one), 1), fewest), _MOST_TIMES * fewest)
        one = one + own.start
        one, other = _where(asked(one, other), one, other)
        for dimension in (HEIGHT, TIME, X, Y, Z):
            by = grow[our_activity[ours.owner[one]], their_activity[theirs.owner[other]], dimension]
            one, other = _where(_meet(ours, theirs, one, other, dimension, by), one, other)
        yield one, other
        done = until


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
