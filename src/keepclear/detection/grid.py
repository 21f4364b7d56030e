"""An index of a million volumes: packed rows, their boxes on shelves, and kernels that decide most pairs for sure.

It gives the rows of ``SimpleIndex``: what the kernels are not sure of goes to ``judge``, and rows with gaps and
overlaps are always the judge's own. Plans are kept packed, not as they were given, and made again when one is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.columns import Columns
from keepclear.detection.filling import Filling
from keepclear.detection.handed import Handed, agreed_on
from keepclear.detection.judge import judge, meetings
from keepclear.detection.kernels_ask import ask_handed, ask_in_turn
from keepclear.detection.kernels_height import OVERLAP
from keepclear.detection.kernels_rows import (
    LEAF,
    OWNER,
    WHOSE,
)
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.packed import Said, say
from keepclear.detection.plan import Plan
from keepclear.detection.row_columns import columns_of_rows
from keepclear.detection.rows import Copied, GridRows, Rows
from keepclear.detection.scratch import Scratch
from keepclear.detection.shelves import GridShelves
from keepclear.spacetime.envelope import span_ms
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between

_AT_ONCE = 512
"""Plans whose rows are made together: of more, what is only needed for it lives long enough to be searched for garbage
again and again."""

Near = tuple[list[int], list[int]]
"""Of the plans that one may not clear the slots, and whether each conflicts for sure (``kernels_height.OVERLAP``)."""


class GridIndex:
    """A ``PlanIndex`` for thousands to millions of volumes."""

    def __init__(self, rules: Sequence[SeparationRule], heights: HeightRules) -> None:
        self._rules, self._heights = tuple(rules), heights
        self._rows, self._shelves = GridRows(), GridShelves()
        self._filling = Filling(self._rows, heights)
        self._agree_on_separations()
        self._scratch, self._handed = Scratch(), Handed()

    @property
    def rows(self) -> GridRows:
        """What is kept of the plans; whoever restores them calls ``relink``."""
        return self._rows

    def relink(self) -> None:
        """Makes all that follows from the rows anew."""
        self._handed.let_go()
        self._agree_on_separations()
        self._shelves.anew(self._rows)

    def __len__(self) -> int:
        """How many plans there are."""
        return len(self._rows.slots)

    @property
    def volumes(self) -> int:
        """How many rows there are: volumes, and stretches of trajectories."""
        return self._shelves.rows

    def put(self, plan: Plan) -> None:
        """Takes a plan in, in place of the one with its id, if any."""
        said = self._said([plan])
        made = self._filling.made([plan], said)
        self.withdraw(plan.id)
        ((first, end),) = self._rows.rows_of(self._rows.keep([plan], said, made)).tolist()
        self._shelves.link(self._rows, range(first, end))

    def put_many(self, plans: Iterable[Plan]) -> None:
        """``put`` for many plans at once, a good deal faster; of two with one id the later one stays."""
        self._handed.let_go()
        several = iter(plans)
        fresh = [np.empty(0, np.int64)]
        try:
            while part := list({plan.id: plan for plan in islice(several, _AT_ONCE)}.values()):
                said = self._said(part)
                made = self._filling.made(part, said)
                for plan in part:
                    self.withdraw(plan.id)
                fresh.append(self._rows.keep(part, said, made))
        finally:
            rows = self._rows.all_rows_of(np.concatenate(fresh))
            if len(rows) > self._shelves.rows:
                self.settle()
            else:
                self._shelves.link(self._rows, rows)

    def admit_many(self, plans: Sequence[Plan], *, include_same_party: bool = False) -> list[list[tuple[str, Verdict]]]:
        """``touching`` and then ``put`` for one plan after another, in one go: each meets those put before it."""
        answers: list[list[tuple[str, Verdict]]] = []
        while len(answers) < len(plans):
            group: dict[str, Plan] = {}
            for plan in plans[len(answers) :]:
                if plan.id in group:
                    break
                group[plan.id] = plan
            answers += self._admitted(list(group.values()), include_same_party)
        return answers

    def _admitted(self, plans: Sequence[Plan], include_same_party: bool) -> list[list[tuple[str, Verdict]]]:
        """``admit_many`` for plans of different ids."""
        self._handed.let_go()
        rows, said = self._rows, self._said(plans)
        made = self._filling.made(plans, said)
        olds = [rows.slots.get(plan.id, -1) for plan in plans]
        spans = rows.rows_of(rows.keep(plans, said, made))
        self._shelves.make_room(len(said.numbers) + 1)
        near = self._near_in_turn(plans, spans, olds, None, include_same_party)
        answers = [self._stand(plan, found) for plan, found in zip(plans, near, strict=True)]
        for old in olds:
            if old >= 0:
                rows.remove(old)
        return answers

    def settle(self) -> None:
        """Lays all out anew and puts rows in that order, without gaps: neighbours are then near in memory too."""
        rows = self._rows
        slots = np.array(sorted(rows.slots.values()), np.int64)
        if not len(slots):
            return
        self._shelves.anew(rows)
        rows.put_in_order(slots[np.argsort(rows.heads[rows.owned[slots, 0], LEAF], kind="stable")])
        self._shelves.anew(rows)

    def withdraw(self, plan_id: str) -> None:
        """Takes a plan out; one that is not there is none the less gone."""
        slot = self._rows.slots.get(plan_id)
        if slot is not None:
            first, count, _, _ = self._rows.owned[slot].tolist()
            self._shelves.unlink(self._rows, first, first + count)
            self._rows.remove(slot)

    def expire(self, before_ms: int) -> list[str]:
        """Takes out every plan that has ended by then; their ids, sorted."""
        rows = self._rows
        heads = rows.heads[: rows.used_rows]
        ends = np.full(len(rows.ids), np.iinfo(np.int64).min)
        live = heads[:, OWNER] >= 0
        np.maximum.at(ends, heads[live, OWNER], rows.exact[: rows.used_rows][live, 1].astype(np.int64))
        over = [slot for slot in np.flatnonzero(ends <= before_ms).tolist() if rows.owned[slot, 1]]
        gone = sorted(rows.ids[slot] for slot in over if span_ms(rows.plan(slot).envelope)[1] <= before_ms)
        for name in gone:
            self.withdraw(name)
        return gone

    def plans(self) -> list[Plan]:
        """The plans, sorted by id."""
        return [self._rows.plan(self._rows.slots[name]) for name in sorted(self._rows.slots)]

    def near_pairs(self, *, include_same_party: bool = False) -> Iterator[tuple[Plan, Plan, int]]:
        """The pairs that may not clear each other, and whether the kernels are sure (``kernels_height.OVERLAP``)."""
        for a, b, state in self._all_near(include_same_party=include_same_party):
            yield self._rows.plan(a), self._rows.plan(b), state

    def against(self, plan: Plan, *, include_same_party: bool = False) -> list[Meeting]:
        """What a plan meets, itself apart, whether or not it is in the index."""
        near = self._near(plan, include_same_party=include_same_party)
        return self._met(plan, (self._rows.plan(slot) for slot in near[:, 0].tolist()))

    def against_many(self, plans: Sequence[Plan]) -> list[list[Meeting]]:
        """``against`` for each of several plans."""
        near = self._near_many(plans, include_same_party=False)
        return [
            self._met(plan, (self._rows.plan(slot) for slot in slots))
            for plan, (slots, _) in zip(plans, near, strict=True)
        ]

    def touching(self, plan: Plan, *, include_same_party: bool = False) -> list[tuple[str, Verdict]]:
        """The quick question: which plans it does not clear, by id, and how they stand; no overlap is drawn."""
        count, unsure, in_order = self._ask(plan, include_same_party, False)
        if unsure or count < 0:
            slots, states = self._found(plan, count, include_same_party).T.tolist()
            return self._stand(plan, (slots, states))
        if in_order:
            return self._rows.names.answers(self._scratch.order[0, :count])
        return sorted(self._rows.names.answers(self._scratch.found[:count, 0]), key=itemgetter(0))

    def touching_many(
        self, plans: Sequence[Plan], *, include_same_party: bool = False
    ) -> list[list[tuple[str, Verdict]]]:
        """``touching`` for each of several plans."""
        near = self._near_many(plans, include_same_party=include_same_party)
        return [self._stand(plan, found) for plan, found in zip(plans, near, strict=True)]

    def clears(self, plan: Plan, *, include_same_party: bool = False, but: frozenset[str] = frozenset()) -> bool:
        """True when it conflicts with none, those in ``but`` apart; the first one found ends the search."""
        found = self._near(plan, include_same_party=include_same_party, stop=not but)
        near = [(slot, state) for slot, state in found.tolist() if self._rows.ids[slot] not in but]
        if any(state == OVERLAP for _, state in near):
            return False
        return not any(self._verdict(plan, slot) is Verdict.CONFLICT for slot, _ in near)

    def likely(self, plan: Plan) -> list[tuple[str, bool]]:
        """Other parties' plans that it may not clear, by id, and some more; and whether a conflict is sure already."""
        near = self._near(plan, include_same_party=False)
        return sorted((self._rows.ids[slot], state == OVERLAP) for slot, state in near.tolist())

    def near(self, plan: Plan, most: int | None = None) -> set[str] | None:
        """The ids of other parties' plans that it may not clear, and some more; None of more than ``most``."""
        found = self._near(plan, include_same_party=False)
        if most is not None and len(found) > most:
            return None
        return {name for name, _ in self._rows.names.answers(found[:, 0])}

    def excerpt(self, ids: Collection[str]) -> GridIndex:
        """An index of its own of some of the plans; what later becomes of this one it knows not."""
        return _Excerpt(self._rules, self._heights, self._rows.copied(sorted(ids)))

    def columns(self, plan_of: Callable[[str], Plan]) -> Columns:
        """The volumes of all plans in columns; ``plan_of`` gives those that the rows do not say in full."""
        return columns_of_rows(self._rows, plan_of)

    def all_pairs(self, *, include_same_party: bool = False) -> Iterator[Meeting]:
        """Every meeting among the plans of the index, sorted."""
        pairs = []
        for a, b, _ in self._all_near(include_same_party=include_same_party):
            one, other = self._rows.ids[a], self._rows.ids[b]
            pairs.append((one, other) if one < other else (other, one))
        slots, plan = self._rows.slots, self._rows.plan
        named = ((plan(slots[one]), plan(slots[other])) for one, other in sorted(pairs))
        yield from meetings(((one, other, self._apart(one, other)) for one, other in named), self._heights)

    def all_touching(self, *, include_same_party: bool = False) -> list[tuple[str, str, Verdict]]:
        """Every pair of plans that do not clear each other, by their ids, sorted; no overlap is drawn."""
        found = []
        for a, b, state in self._all_near(include_same_party=include_same_party):
            verdict = Verdict.CONFLICT if state == OVERLAP else self._verdict(self._rows.plan(a), b)
            if verdict is not Verdict.CLEAR:
                one, other = sorted((self._rows.ids[a], self._rows.ids[b]))
                found.append((one, other, verdict))
        return sorted(found)

    def _stand(self, plan: Plan, near: Near) -> list[tuple[str, Verdict]]:
        """How a plan stands to those that it may not clear, by id; those it does clear are left out."""
        ids, conflict, (slots, states) = self._rows.ids, Verdict.CONFLICT, near
        if states.count(OVERLAP) == len(states):
            return [(name, conflict) for name in sorted([ids[slot] for slot in slots])]
        rows = [
            (ids[slot], conflict if state == OVERLAP else self._verdict(plan, slot))
            for slot, state in zip(slots, states, strict=True)
        ]
        return sorted([row for row in rows if row[1] is not Verdict.CLEAR])

    def _met(self, plan: Plan, others: Iterable[Plan]) -> list[Meeting]:
        found = meetings(((plan, other, self._apart(plan, other)) for other in others), self._heights)
        return sorted(found, key=lambda row: (row.a, row.b))

    def _apart(self, plan: Plan, other: Plan) -> Separation:
        return separation_between(self._rules, plan.activity, other.activity)

    def _verdict(self, plan: Plan, slot: int) -> Verdict:
        other = self._rows.plan(slot)
        return judge(plan, other, self._apart(plan, other), self._heights, overlap=False).verdict

    def _near(self, plan: Plan, *, include_same_party: bool, stop: bool = False) -> npt.NDArray[np.int32]:
        """The plans that one may not clear (n, 2), as in ``Near``, until the next question."""
        return self._found(plan, self._ask(plan, include_same_party, stop)[0], include_same_party)

    def _found(self, plan: Plan, count: int, include_same_party: bool) -> npt.NDArray[np.int32]:
        """What ``_ask`` has found, or what is found when its rows are given another look."""
        if count >= 0:
            return self._scratch.found[:count]
        (near,) = self._near_many([plan], include_same_party=include_same_party)
        return np.array(near, np.int32).T.copy()

    def _ask(self, plan: Plan, include_same_party: bool, stop: bool) -> tuple[int, int, bool]:
        """``ask_handed``; the first is not under 0 where ``_found`` need not ask anew."""
        numbers, places = list[tuple[float, ...]](), list[tuple[float, float]]()
        rows, scratch = self._rows, self._scratch
        say(plan, self._whose(plan), self._heights, numbers, places)
        party = -1 if include_same_party else rows.parties.get(plan.party, -1)
        scratch.say(numbers, places)
        self._handed.hold(rows, self._shelves, self._agreed, scratch)
        scratch.next_mark(1)
        own = rows.slots.get(plan.id, -1)
        return ask_handed(self._handed.addresses, len(numbers), own, party, stop, scratch.mark)

    def _near_many(self, plans: Sequence[Plan], *, include_same_party: bool) -> list[Near]:
        """``_near`` for each of several plans."""
        if not plans:
            return []
        said, olds = self._said(plans), [self._rows.slots.get(plan.id, -1) for plan in plans]
        spans = np.array([said.rows[:-1], said.rows[1:]], np.int64).T.copy()
        return self._near_in_turn(plans, spans, olds, self._filling.made(plans, said), include_same_party)

    def _near_in_turn(
        self, plans: Sequence[Plan], spans: npt.NDArray[np.int64], olds: list[int], asked: Rows | None, same_party: bool
    ) -> list[Near]:
        """What ``ask_in_turn`` finds for each plan; without rows that are asked about, those of the index are put."""
        parties = np.array([-1 if same_party else self._rows.parties.get(plan.party, -1) for plan in plans], np.int64)
        near = list[Near]()
        for found, ends in self._turns(spans, np.array(olds, np.int64), parties, asked, later=False):
            (slots, states), begun = found.T.tolist(), 0
            for end in ends.tolist():
                near.append((slots[begun:end], states[begun:end]))
                begun = end
        return near

    def _turns(
        self, spans: npt.NDArray[np.int64], olds: npt.NDArray[np.int64], parties: npt.NDArray[np.int64],
        asked: Rows | None, *, later: bool,
    ) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]]:  # fmt: skip
        """Part after part of what ``ask_in_turn`` finds, and where in it the answers to each plan end."""
        ends, at = np.zeros(len(spans), np.int64), 0
        while at < len(spans):
            self._next_mark(len(spans))
            rows, laid, agreed, scratch = self._tables()
            until, count = ask_in_turn(
                spans, at, olds, parties, asked is None and not later, later, asked or rows, self._rows.owned, rows,
                laid, agreed, scratch, self._scratch.mark - len(spans) + 1, ends,
            )  # fmt: skip
            yield self._scratch.found[:count], ends[at:until]
            at = until

    def _tables(self) -> tuple[Any, Any, Any, Any]:
        """All that a question needs of the index, as the kernels take it."""
        rows = self._rows
        return (
            (rows.heads, rows.exact, rows.xyz),
            self._shelves.tables,
            self._agreed,
            (*self._scratch.tables, rows.names.addresses, rows.names.keys),
        )

    def _all_near(self, *, include_same_party: bool) -> Iterator[tuple[int, int, int]]:
        """Every pair of plans that may not clear each other, the lower slot first, and if they conflict for sure."""
        slots = np.array(sorted(self._rows.slots.values()), np.int64)
        spans, done = self._rows.rows_of(slots), 0
        parties = self._rows.heads[spans[:, 0], WHOSE].astype(np.int64) >> 8
        if include_same_party:
            parties[:] = -1
        for found, ends in self._turns(spans, slots, parties, None, later=True):
            pairs = found.T.tolist()
            owners = np.repeat(slots[done : done + len(ends)], np.diff(ends, prepend=0))
            done += len(ends)
            yield from zip(owners.tolist(), *pairs, strict=True)

    def _said(self, plans: Sequence[Plan]) -> Said:
        said = self._filling.said(plans)
        self._agree_on_new_activities()
        return said

    def _whose(self, plan: Plan) -> int:
        number = self._rows.whose(plan)
        self._agree_on_new_activities()
        return number

    def _agree_on_new_activities(self) -> None:
        if len(self._rows.activities) != self._agreed_on:
            self._agree_on_separations()

    def _agree_on_separations(self) -> None:
        names = list(self._rows.activities)
        self._agreed_on = len(names)
        self._agreed = agreed_on(self._rules, names, self._filling.height_rules)

    def _next_mark(self, count: int) -> None:
        """Marks for so many questions, and room for whatever there is."""
        rows = self._rows
        self._scratch.make_room(slots=len(rows.owned), rows=len(rows.heads), leaves=self._shelves.most_leaves)
        self._scratch.next_mark(count)


class _Excerpt(GridIndex):
    """Some plans of a larger index: copied when it was asked for, and laid out by whoever first asks it something."""

    def __init__(self, rules: Sequence[SeparationRule], heights: HeightRules, copied: Copied) -> None:
        self._given = rules, heights, copied

    def __getattr__(self, name: str) -> Any:
        """Whatever is not there yet: all of it is made then."""
        if "_given" not in self.__dict__:
            raise AttributeError(name)
        rules, heights, copied = self._given
        del self._given
        super().__init__(rules, heights)
        self._rows.restore(*copied)
        self.relink()
        return getattr(self, name)
