"""What is in conflict among plans as they stand: a filter by boxes, then the detector's verdict on each pair left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.resolution.beside import told_by_chords
from keepclear.detection.resolution.flown import Pieces, pieces_of
from keepclear.detection.resolution.forbidden import Task, Told, keeping_of, party_codes, untold
from keepclear.detection.resolution.nearby import Keeping, Range, near_pairs
from keepclear.detection.resolution.rows import Bools, Ints, Rows, rows_of
from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M, Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.trajectory import Trajectory

_ALONG_M, _SLACK_M = 0.2, 0.01
"""What a chord may be off along its geodesic, and roundings."""
_MOMENT_S = 1e-3
_THICK_M = 1.0
"""What is thinner in height or across is left to the detector."""
_Met = dict[tuple[int, int], tuple[set[int], set[int]]]
Names = tuple[str, str]


def conflicts_among(task: Task, told: Told = untold) -> list[Names]:
    """Every pair that is in conflict, by their ids in order, sorted; what is marginal is none."""
    told("looking at plans as they stand", 0, None)
    flown = np.array([isinstance(plan.envelope, Trajectory) for plan in task.plans], bool)
    rows = rows_of(task.plans if not flown.all() else ())
    unsure, certain = _near_by_footprints(rows, task, flown)
    found = {_names(task, a, b) for a, b in certain}
    for pair, sure in _near_in_flight(task):
        if sure:
            found.add(_names(task, *pair))
        else:
            unsure[pair] = set(), set()
    for count, ((a, b), (ours, theirs)) in enumerate(sorted(unsure.items())):
        if count % 256 == 0:
            told(f"judging pairs, {len(found):,} in conflict", count, len(unsure))
        names = _names(task, a, b)
        if names not in found and _in_conflict(
            task, _only(task.plans[a], rows, ours), _only(task.plans[b], rows, theirs)
        ):
            found.add(names)
    return sorted(found)


def _names(task: Task, a: int, b: int) -> Names:
    one, other = task.plans[a].id, task.plans[b].id
    return (one, other) if one < other else (other, one)


def _in_conflict(task: Task, one: Plan, other: Plan) -> bool:
    separation = separation_between(task.rules, one.activity, other.activity)
    return judge(one, other, separation, task.heights, overlap=False).verdict is Verdict.CONFLICT


def _near_by_footprints(rows: Rows, task: Task, flown: Bools) -> tuple[_Met, set[tuple[int, int]]]:
    """The pairs of plans, one of them of volumes at least, of which rows are near each other, and those rows; and the
    pairs that are in conflict for sure.
    """
    activity, keeping = keeping_of(task)
    party = party_codes(task)
    met: _Met = {}
    certain: set[tuple[int, int]] = set()
    for one, two in near_pairs(rows, np.ones(len(flown), bool), activity, keeping, _as_they_stand(len(flown))):
        a, b = rows.plan[one], rows.plan[two]
        counts = ~(flown[a] & flown[b])
        if party is not None:
            counts &= party[a] != party[b]
        swap = a > b
        one, two = np.where(swap, two, one)[counts], np.where(swap, one, two)[counts]
        a, b = rows.plan[one], rows.plan[two]
        overlap, unsure = told_by_chords(rows, one, two, keeping.lateral_m[activity[a], activity[b]])
        level, above = _levels(rows, one, two, keeping.vertical_m[activity[a], activity[b]])
        sure = overlap & level & ~(flown[a] | flown[b])
        certain |= set(zip(a[sure].tolist(), b[sure].tolist(), strict=True))
        maybe = overlap & ~sure
        maybe[unsure] = True
        maybe &= ~above
        for i, j, pair in zip(
            one[maybe].tolist(),
            two[maybe].tolist(),
            zip(a[maybe].tolist(), b[maybe].tolist(), strict=True),
            strict=True,
        ):
            ours, theirs = met.setdefault(pair, (set(), set()))
            ours.add(i)
            theirs.add(j)
    return {pair: found for pair, found in met.items() if pair not in certain}, certain


def _levels(rows: Rows, one: Ints, two: Ints, separation_m: Floats) -> tuple[Bools, Bools]:
    """Of pairs of rows whose heights are all in one datum: which surely overlap in height, and which surely do not."""
    datum = rows.floor_datum[one]
    alike = (datum == rows.ceiling_datum[one]) & (datum == rows.floor_datum[two]) & (datum == rows.ceiling_datum[two])
    gap = np.maximum(rows.floor_m[one] - rows.ceiling_m[two], rows.floor_m[two] - rows.ceiling_m[one]) - separation_m
    thin = np.minimum(rows.ceiling_m[one] - rows.floor_m[one], rows.ceiling_m[two] - rows.floor_m[two])
    level = alike & (gap < -LEAST_OVERLAP_M - _SLACK_M) & (thin > _THICK_M)
    return np.asarray(level), np.asarray(alike & (gap > -LEAST_OVERLAP_M / 2))


def _near_in_flight(task: Task) -> Iterator[tuple[tuple[int, int], bool]]:
    """The pairs of trajectories that may be in conflict, the lower number first, and which are for sure; some more than
    once.
    """
    activity, keeping = keeping_of(task)
    party = party_codes(task)
    pieces, count = pieces_of(task.plans), len(task.plans)
    for one, two in near_pairs(pieces, np.ones(count, bool), activity, keeping, _as_they_stand(count)):
        a, b = pieces.plan[one], pieces.plan[two]
        if party is not None:
            other = party[a] != party[b]
            one, two, a, b = one[other], two[other], a[other], b[other]
        sure, maybe = _at_one_time(pieces, one, two, activity, keeping)
        both = np.sort(np.column_stack([a, b]), axis=1)
        for which, is_sure in ((sure, True), (maybe & ~sure, False)):
            yield from ((pair, is_sure) for pair in zip(*np.unique(both[which], axis=0).T.tolist(), strict=True))


def _at_one_time(pieces: Pieces, one: Ints, two: Ints, activity: Ints, keeping: Keeping) -> tuple[Bools, Bools]:
    """Which pairs of pieces surely are, and which may be, too near each other on the ground and in height at once.

    Nothing here is shared with the windows that the changes were found by, so that it can tell of their faults. A
    geodesic departs from its chord nearly at right angles to all that is on the ground (``detection.closest``).
    """
    a, b, p, q = pieces.plan[one], pieces.plan[two], pieces.line[one], pieces.line[two]
    mine, theirs = activity[a], activity[b]
    lateral_m, vertical_m, doubt_s = (pieces.by_plan[a] + pieces.by_plan[b]).T
    lateral_m = lateral_m + keeping.lateral_m[mine, theirs]
    vertical_m = vertical_m + keeping.vertical_m[mine, theirs]
    doubt_s = doubt_s + keeping.time_ms[mine, theirs] / 1000
    ground_m = pieces.ground_m[one], pieces.ground_m[two]
    depart_m = (ground_m[0] ** 2 + ground_m[1] ** 2) / (8 * LEAST_CURVATURE_RADIUS_M)
    # Where times are in doubt, the second may be as far from where it should be as it flies meanwhile.
    astray_m = doubt_s * np.linalg.norm(q[:, 5:8] / q[:, 9:], axis=1)
    askew = np.minimum(1.02 * (lateral_m + astray_m + depart_m + sum(ground_m)) / LEAST_CURVATURE_RADIUS_M, 1.0)
    slack_m = depart_m * askew + _ALONG_M
    beyond_m = np.hypot(lateral_m + astray_m + slack_m, depart_m)
    within_m = lateral_m * (1 - (lateral_m / LEAST_CURVATURE_RADIUS_M) ** 2) - slack_m - 2 * _SLACK_M
    within_m = np.sqrt(np.maximum(within_m, 0.0) ** 2 - np.minimum(depart_m, np.maximum(within_m, 0.0)) ** 2)
    rising = doubt_s * np.abs(q[:, 8] / q[:, 9])
    maybe = _meet_s(p, q, doubt_s, beyond_m, vertical_m + rising + _SLACK_M) >= -_MOMENT_S
    thick = np.minimum(lateral_m, 2 * np.minimum(pieces.by_plan[a], pieces.by_plan[b])[:, :2].min(axis=1)) > _THICK_M
    sure = _meet_s(p, q, np.zeros(len(one)), within_m, vertical_m - 2 * _SLACK_M) >= _MOMENT_S
    return np.asarray(sure & thick & (within_m > 0)), np.asarray(maybe)


def _meet_s(p: Floats, q: Floats, doubt_s: Floats, lateral_m: Floats, vertical_m: Floats) -> Floats:
    """How long pairs are so near each other on the ground and in height at once (under 0: never), the second early or
    late by as much as is in doubt.
    """
    first = np.maximum(p[:, 4], q[:, 4] - doubt_s)
    last = np.minimum(p[:, 4] + p[:, 9], q[:, 4] + q[:, 9] + doubt_s)
    pace_p, pace_q = p[:, 5:9] / p[:, 9:], q[:, 5:9] / q[:, 9:]
    pace = pace_p - pace_q
    apart = p[:, :4] + (first - p[:, 4])[:, None] * pace_p - q[:, :4] - (first - q[:, 4])[:, None] * pace_q
    near = _while_within(apart[:, :3], pace[:, :3], lateral_m)
    level = _while_within(apart[:, 3:], pace[:, 3:], vertical_m)
    begin = np.maximum(np.maximum(near[0], level[0]), 0.0)
    end = np.minimum(np.minimum(near[1], level[1]), last - first)
    return np.asarray(end - begin)


def _while_within(apart: Floats, pace: Floats, most_m: Floats) -> tuple[Floats, Floats]:
    """From when to when ``apart + time * pace`` is no longer than ``most_m``; from ∞ to −∞: never."""
    square, half = np.einsum("ij,ij->i", pace, pace), np.einsum("ij,ij->i", apart, pace)
    over = np.einsum("ij,ij->i", apart, apart) - most_m * most_m
    root = half * half - square * over
    never = np.where(square > 0, root < 0, over > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = np.sqrt(np.maximum(root, 0.0))
        from_, to = (-half - wide) / square, (-half + wide) / square
    from_, to = np.where(square > 0, from_, -np.inf), np.where(square > 0, to, np.inf)
    return np.where(never, np.inf, from_), np.where(never, -np.inf, to)


def _as_they_stand(count: int) -> Range:
    none = np.zeros(count, np.int64)
    return Range(none, none, none.astype(float))


def _only(plan: Plan, rows: Rows, which: set[int]) -> Plan:
    """The plan with only the volumes that come near the other: what is clear of it cannot make a conflict."""
    if isinstance(plan.envelope, Trajectory):
        return plan
    return replace(plan, envelope=tuple(rows.volumes[row] for row in sorted(which)))
