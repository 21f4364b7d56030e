"""An index that is plain while it is small and a grid once it is large: the same answers, and nobody waits.

The plain one needs nothing compiled; the grid's code takes a while to load, and a long while to make where it has not
been made yet. So below ``LARGE`` rows nothing of the grid is even imported, and who must not be held up says when the
grid may take over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from keepclear.detection.columns import Columns
from keepclear.detection.index import SimpleIndex
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import SeparationRule

if TYPE_CHECKING:
    from keepclear.detection.grid import GridIndex

LARGE = 4_000
"""Volumes from which on the grid is worth its loading."""


class GrowingIndex:
    """A ``PlanIndex`` for any number of plans. ``may_grow`` is asked before the grid is loaded."""

    def __init__(
        self, rules: Sequence[SeparationRule], heights: HeightRules, *, may_grow: Callable[[], bool] = lambda: True
    ) -> None:
        self._rules, self._heights, self._may_grow = tuple(rules), heights, may_grow
        self._index: SimpleIndex | GridIndex = SimpleIndex(rules, heights)

    @property
    def is_grid(self) -> bool:
        """True once the grid has taken over."""
        return not isinstance(self._index, SimpleIndex)

    @property
    def grid(self) -> GridIndex | None:
        """The grid, once it has taken over."""
        return None if isinstance(self._index, SimpleIndex) else self._index

    def take(self, grid: GridIndex) -> None:
        """What was here gives way to a grid that holds all the plans there are."""
        self._index = grid

    def put(self, plan: Plan) -> None:
        """Takes a plan in, in place of the one with its id, if any."""
        if self._index.volumes >= LARGE:
            self._grow()
        self._index.put(plan)

    def put_many(self, plans: Iterable[Plan]) -> None:
        """``put`` for many plans at once; of two with one id the later one stays."""
        many = plans if isinstance(plans, Sequence) else list(plans)
        if self._index.volumes + sum(_volumes(plan) for plan in many) >= LARGE:
            self._grow()
        if isinstance(self._index, SimpleIndex):
            for plan in many:
                self._index.put(plan)
        else:
            self._index.put_many(many)

    def admit_many(self, plans: Sequence[Plan], *, include_same_party: bool = False) -> list[list[tuple[str, Verdict]]]:
        """``touching`` and then ``put`` for one plan after another: each meets those put before it."""
        if not isinstance(self._index, SimpleIndex):
            return self._index.admit_many(plans, include_same_party=include_same_party)
        answers = []
        for plan in plans:
            answers.append(self.touching(plan, include_same_party=include_same_party))
            self.put(plan)
        return answers

    def withdraw(self, plan_id: str) -> None:
        """Takes a plan out; one that is not there is none the less gone."""
        self._index.withdraw(plan_id)

    def against(self, plan: Plan, *, include_same_party: bool = False) -> list[Meeting]:
        """What a plan meets, itself apart, whether or not it is in the index."""
        return self._index.against(plan, include_same_party=include_same_party)

    def against_many(self, plans: Sequence[Plan]) -> list[list[Meeting]]:
        """``against`` for each of several plans."""
        return self._index.against_many(plans)

    def touching(self, plan: Plan, *, include_same_party: bool = False) -> list[tuple[str, Verdict]]:
        """The quick question: which plans it does not clear, by id, and how they stand; no overlap is drawn."""
        return self._index.touching(plan, include_same_party=include_same_party)

    def clears(self, plan: Plan, *, include_same_party: bool = False, but: frozenset[str] = frozenset()) -> bool:
        """True when it conflicts with none, those in ``but`` apart."""
        return self._index.clears(plan, include_same_party=include_same_party, but=but)

    def likely(self, plan: Plan) -> list[tuple[str, bool]]:
        """Other parties' plans that it may not clear, by id, and some more; and whether a conflict is sure already."""
        return self._index.likely(plan)

    def near(self, plan: Plan, most: int | None = None) -> set[str] | None:
        """The ids of other parties' plans that it may not clear, and some more; None of more than ``most``."""
        return self._index.near(plan, most)

    def excerpt(self, ids: Collection[str]) -> SimpleIndex | GridIndex:
        """An index of its own of some of the plans; what later becomes of this one it knows not."""
        return self._index.excerpt(ids)

    def columns(self, plan_of: Callable[[str], Plan]) -> Columns:
        """The volumes of all plans in columns; ``plan_of`` gives a plan that is kept elsewhere."""
        return self._index.columns(plan_of)

    def all_pairs(self, *, include_same_party: bool = False) -> Iterator[Meeting]:
        """Every meeting among the plans of the index, sorted."""
        return self._index.all_pairs(include_same_party=include_same_party)

    def __len__(self) -> int:
        """How many plans there are."""
        return len(self._index)

    def _grow(self) -> None:
        """The grid takes over from the plain index, if it may."""
        if not isinstance(self._index, SimpleIndex) or not self._may_grow():
            return
        from keepclear.detection.grid import GridIndex

        grid = GridIndex(self._rules, self._heights)
        grid.put_many(self._index.plans())
        self._index = grid


def _volumes(plan: Plan) -> int:
    return len(plan.envelope) if isinstance(plan.envelope, tuple) else 1
