"""Many plans, and which of them a plan meets: a filter by bounds, then ``judge`` on what is left.

``PlanIndex`` is what the mechanism and the faces know; another index may take its place and must give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from keepclear.detection.columns import Columns, columns_of
from keepclear.detection.extent import Extent, Ints, extent_of, reach_of, rows_meeting
from keepclear.detection.judge import Case, judge, judge_many, meetings
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between

_FEWEST = 64


class PlanIndex(Protocol):
    """Plans by id, and the meetings among them; rows are sorted, those that are clear are left out."""

    def put(self, plan: Plan) -> None:
        """Takes a plan in, in place of the one with its id, if any."""

    def put_many(self, plans: Iterable[Plan]) -> None:
        """``put`` for many plans at once; of two with one id the later one stays."""

    def withdraw(self, plan_id: str) -> None:
        """Takes a plan out; one that is not there is none the less gone."""

    def against(self, plan: Plan, *, include_same_party: bool = False) -> list[Meeting]:
        """What a plan meets, itself apart, whether or not it is in the index."""

    def against_many(self, plans: Sequence[Plan]) -> list[list[Meeting]]:
        """``against`` for each of several plans."""

    def touching(self, plan: Plan, *, include_same_party: bool = False) -> list[tuple[str, Verdict]]:
        """The quick question: which plans it does not clear, by id, and how they stand; no overlap is drawn."""

    def clears(self, plan: Plan, *, include_same_party: bool = False, but: frozenset[str] = frozenset()) -> bool:
        """True when it conflicts with none, those in ``but`` apart; marginal neighbours are no conflict."""

    def likely(self, plan: Plan) -> list[tuple[str, bool]]:
        """Other parties' plans that it may not clear, by id, and some more; and whether a conflict is sure already."""

    def near(self, plan: Plan, most: int | None = None) -> set[str] | None:
        """The ids of other parties' plans that it may not clear, and some more; None of more than ``most``."""

    def excerpt(self, ids: Collection[str]) -> PlanIndex:
        """An index of its own of some of the plans; what later becomes of this one it knows not."""

    def columns(self, plan_of: Callable[[str], Plan]) -> Columns:
        """The volumes of all plans in columns; ``plan_of`` gives a plan that is kept elsewhere."""

    def all_pairs(self, *, include_same_party: bool = False) -> Iterator[Meeting]:
        """Every meeting among the plans of the index, sorted."""

    def __len__(self) -> int:
        """How many plans there are."""


class SimpleIndex:
    """A ``PlanIndex`` of plain arrays, searched from end to end: good for some thousands of plans."""

    def __init__(self, rules: Sequence[SeparationRule], heights: HeightRules) -> None:
        self._rules = tuple(rules)
        self._heights = heights
        self._widest = reach_of(
            Separation(
                max((rule.separation.lateral_m for rule in rules), default=0.0),
                max((rule.separation.vertical_m for rule in rules), default=0.0),
                max((rule.separation.time_ms for rule in rules), default=0),
            )
        )
        self._latest: tuple[Plan, Extent] | None = None
        self._plans: dict[str, Plan] = {}
        self._rows: dict[str, Ints] = {}
        self._free: list[int] = []
        self._owner: list[str] = []
        self._used = 0
        self._space: Floats = np.empty((_FEWEST, 8))
        self._time_ms: Ints = np.empty((_FEWEST, 2), np.int64)

    def put(self, plan: Plan) -> None:
        """Takes a plan in, in place of the one with its id, if any."""
        extent = self._extent(plan)
        self.withdraw(plan.id)
        rows = self._room_for(len(extent.space))
        self._space[rows], self._time_ms[rows] = extent.space, extent.time_ms
        for row in rows:
            self._owner[row] = plan.id
        self._plans[plan.id], self._rows[plan.id] = plan, rows

    def put_many(self, plans: Iterable[Plan]) -> None:
        """``put`` for many plans at once; of two with one id the later one stays."""
        for plan in plans:
            self.put(plan)

    def withdraw(self, plan_id: str) -> None:
        """Takes a plan out; one that is not there is none the less gone."""
        if self._plans.pop(plan_id, None) is None:
            return
        rows = self._rows.pop(plan_id)
        self._time_ms[rows] = (np.iinfo(np.int64).max, np.iinfo(np.int64).min)
        self._free.extend(int(row) for row in rows)

    def against(self, plan: Plan, *, include_same_party: bool = False) -> list[Meeting]:
        """What a plan meets, itself apart, whether or not it is in the index."""
        others = self._others(plan, self._extent(plan), include_same_party=include_same_party)
        return _by_pair(meetings((self._case(plan, other) for other in others), self._heights))

    def against_many(self, plans: Sequence[Plan]) -> list[list[Meeting]]:
        """``against`` for each of several plans."""
        return [self.against(plan) for plan in plans]

    def touching(self, plan: Plan, *, include_same_party: bool = False) -> list[tuple[str, Verdict]]:
        """The quick question: which plans it does not clear, by id, and how they stand; no overlap is drawn."""
        others = self._others(plan, self._extent(plan), include_same_party=include_same_party)
        cases = [self._case(plan, other) for other in others]
        stands = (meeting.verdict for meeting in judge_many(cases, self._heights, overlap=False))
        return [
            (other.id, verdict) for other, verdict in zip(others, stands, strict=True) if verdict is not Verdict.CLEAR
        ]

    def clears(self, plan: Plan, *, include_same_party: bool = False, but: frozenset[str] = frozenset()) -> bool:
        """True when it conflicts with none, those in ``but`` apart; the first one found ends the search."""
        others = self._others(plan, self._extent(plan), include_same_party=include_same_party)
        return not any(self._verdict(plan, other) is Verdict.CONFLICT for other in others if other.id not in but)

    def all_pairs(self, *, include_same_party: bool = False) -> Iterator[Meeting]:
        """Every meeting among the plans of the index, sorted."""
        return meetings(self._cases(include_same_party=include_same_party), self._heights)

    def likely(self, plan: Plan) -> list[tuple[str, bool]]:
        """Other parties' plans that it may not clear, by id, and some more; and whether a conflict is sure already."""
        return [(other.id, False) for other in self._others(plan, self._extent(plan), include_same_party=False)]

    def near(self, plan: Plan, most: int | None = None) -> set[str] | None:
        """The ids of other parties' plans that it may not clear, and some more; None of more than ``most``."""
        found = {other.id for other in self._others(plan, self._extent(plan), include_same_party=False)}
        return found if most is None or len(found) <= most else None

    def excerpt(self, ids: Collection[str]) -> SimpleIndex:
        """An index of its own of some of the plans; what later becomes of this one it knows not."""
        part = SimpleIndex(self._rules, self._heights)
        chosen = sorted(ids)
        counts = [len(self._rows[name]) for name in chosen]
        rows = np.concatenate([np.empty(0, np.int64), *(self._rows[name] for name in chosen)])
        part._space, part._time_ms, part._used = self._space[rows], self._time_ms[rows], len(rows)
        part._owner = [name for name, count in zip(chosen, counts, strict=True) for _ in range(count)]
        part._plans = {name: self._plans[name] for name in chosen}
        part._rows = dict(zip(chosen, np.split(np.arange(len(rows)), np.cumsum(counts, dtype=int))[:-1], strict=True))
        return part

    def columns(self, plan_of: Callable[[str], Plan]) -> Columns:
        """The volumes of all plans in columns."""
        return columns_of([plan_of(name) for name in sorted(self._plans)])

    @property
    def volumes(self) -> int:
        """How many rows there are: volumes, and stretches of trajectories."""
        return self._used - len(self._free)

    def plans(self) -> list[Plan]:
        """The plans, sorted by id."""
        return [self._plans[name] for name in sorted(self._plans)]

    def __len__(self) -> int:
        """How many plans there are."""
        return len(self._plans)

    def _others(self, plan: Plan, extent: Extent, *, include_same_party: bool) -> list[Plan]:
        """The plans that may meet one, by id: all that its bounds reach, but itself and, unless asked, its party's."""
        near = (self._plans[name] for name in self._near(extent) if name != plan.id)
        return [other for other in near if include_same_party or other.party != plan.party]

    def _cases(self, *, include_same_party: bool) -> Iterator[Case]:
        """Every pair of plans that may meet, by their ids, sorted."""
        for name in sorted(self._plans):
            plan, rows = self._plans[name], self._rows[name]
            extent = Extent(self._space[rows], self._time_ms[rows])
            for other in self._others(plan, extent, include_same_party=include_same_party):
                if other.id > name:
                    yield self._case(plan, other)

    def _case(self, plan: Plan, other: Plan) -> Case:
        return plan, other, separation_between(self._rules, plan.activity, other.activity)

    def _verdict(self, plan: Plan, other: Plan) -> Verdict:
        return judge(*self._case(plan, other), self._heights, overlap=False).verdict

    def _extent(self, plan: Plan) -> Extent:
        """The rows of a plan: worked out once where it is asked about and then put in."""
        if self._latest is None or self._latest[0] is not plan:
            self._latest = plan, extent_of(plan, self._heights)
        return self._latest[1]

    def _near(self, extent: Extent) -> list[str]:
        names: set[str] = set()
        space, time_ms = self._space[: self._used], self._time_ms[: self._used]
        for row in range(len(extent.space)):
            names.update(self._owner[found] for found in rows_meeting(extent, row, space, time_ms, self._widest))
        return sorted(names)

    def _room_for(self, count: int) -> Ints:
        """Rows that are free, after making more of them."""
        while len(self._free) + len(self._space) - self._used < count:
            self._space = np.concatenate([self._space, np.empty_like(self._space)])
            self._time_ms = np.concatenate([self._time_ms, np.empty_like(self._time_ms)])
        reused = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = range(self._used, self._used + count - len(reused))
        self._used += len(fresh)
        self._owner.extend([""] * len(fresh))
        return np.array([*reused, *fresh], np.int64)


def _by_pair(rows: Iterable[Meeting]) -> list[Meeting]:
    return sorted(rows, key=lambda meeting: (meeting.a, meeting.b))
