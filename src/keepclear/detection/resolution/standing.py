"""What is in conflict among plans as they stand: a filter by boxes, then the detector's verdict on each pair left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.resolution.beside import maybe_overlapping
from keepclear.detection.resolution.forbidden import Task, Told, keeping_of, untold
from keepclear.detection.resolution.nearby import Range, near_pairs
from keepclear.detection.resolution.rows import Rows, rows_of
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.trajectory import Trajectory


def conflicts_among(task: Task, told: Told = untold) -> list[Meeting]:
    """Every pair that is in conflict, sorted by its two ids; what is marginal is none."""
    rows = rows_of(task.plans)
    activity, keeping = keeping_of(task)
    none = np.zeros(len(task.plans), np.int64)
    everyone = np.ones(len(task.plans), bool)
    met: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for one, two in near_pairs(rows, everyone, activity, keeping, Range(none, none, none.astype(float))):
        lateral_m = keeping.lateral_m[activity[rows.plan[one]], activity[rows.plan[two]]]
        maybe = maybe_overlapping(rows, one, two, lateral_m)
        swap = rows.plan[one] > rows.plan[two]
        first, second = np.where(swap, two, one)[maybe], np.where(swap, one, two)[maybe]
        for i, j in zip(first.tolist(), second.tolist(), strict=True):
            ours, theirs = met.setdefault((int(rows.plan[i]), int(rows.plan[j])), (set(), set()))
            ours.add(i)
            theirs.add(j)
    found: list[Meeting] = []
    for count, ((a, b), (ours, theirs)) in enumerate(sorted(met.items())):
        if count % 256 == 0:
            told(f"judging pairs, {len(found):,} in conflict", count, len(met))
        one_plan, other = _only(task.plans[a], rows, ours), _only(task.plans[b], rows, theirs)
        if one_plan.party == other.party and not task.same_party:
            continue
        separation = separation_between(task.rules, one_plan.activity, other.activity)
        meeting = judge(one_plan, other, separation, task.heights, overlap=False)
        if meeting.verdict is Verdict.CONFLICT:
            found.append(meeting)
    return sorted(found, key=lambda meeting: (meeting.a, meeting.b))


def _only(plan: Plan, rows: Rows, which: set[int]) -> Plan:
    """The plan with only the volumes that come near the other: what is clear of it cannot make a conflict."""
    if isinstance(plan.envelope, Trajectory):
        return plan
    return replace(plan, envelope=tuple(rows.volumes[row] for row in sorted(which)))
