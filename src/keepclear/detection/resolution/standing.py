"""What is in conflict among plans as they stand: a filter by boxes, then the detector's verdict on each pair left."""

from __future__ import annotations

import numpy as np

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.resolution.forbidden import Task, Told, keeping_of, untold
from keepclear.detection.resolution.nearby import Range, near_pairs
from keepclear.detection.resolution.rows import rows_of
from keepclear.spacetime.separation import separation_between


def conflicts_among(task: Task, told: Told = untold) -> list[Meeting]:
    """Every pair that is in conflict, sorted by its two ids; what is marginal is none."""
    rows = rows_of(task.plans)
    activity, keeping = keeping_of(task)
    none = np.zeros(len(task.plans), np.int64)
    everyone = np.ones(len(task.plans), bool)
    pairs: set[int] = set()
    for one, two in near_pairs(rows, everyone, activity, keeping, Range(none, none, none.astype(float))):
        a, b = rows.plan[one], rows.plan[two]
        pairs.update(np.unique(np.minimum(a, b) * len(task.plans) + np.maximum(a, b)).tolist())
    found: list[Meeting] = []
    for count, key in enumerate(sorted(pairs)):
        if count % 256 == 0:
            told(f"judging pairs, {len(found):,} in conflict", count, len(pairs))
        a_plan, b_plan = task.plans[key // len(task.plans)], task.plans[key % len(task.plans)]
        if a_plan.party == b_plan.party and not task.same_party:
            continue
        separation = separation_between(task.rules, a_plan.activity, b_plan.activity)
        meeting = judge(a_plan, b_plan, separation, task.heights, overlap=False)
        if meeting.verdict is Verdict.CONFLICT:
            found.append(meeting)
    return sorted(found, key=lambda meeting: (meeting.a, meeting.b))
