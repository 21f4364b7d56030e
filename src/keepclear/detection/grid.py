"""An index of a million volumes: packed rows in a four-dimensional grid, and kernels that decide most pairs for sure.

It gives the rows of ``SimpleIndex``: what the kernels are not sure of goes to ``judge``, and rows with gaps and
overlaps are always the judge's own. Plans are kept packed, not as they were given, and made again when one is needed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.extent import extent_of, reach_of
from keepclear.detection.judge import judge, meetings
from keepclear.detection.kernels_grid import (
    CODES,
    COUNT,
    KIND_SHIFT,
    MOST_VERTICES,
    OWNER,
    SPACE_LEVELS,
    TICK_MS,
    TIME_LEVELS,
    VERTEX,
    ask,
    ask_fresh,
    ask_stored,
    link,
    places_in_order,
    prepare,
    set_box,
    set_times,
    unlink,
)
from keepclear.detection.kernels_height import OVERLAP
from keepclear.detection.kernels_lateral import OPAQUE
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.packed import Said, height_rules, said_of, volume_of
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.envelope import span_ms
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory

_AT_ONCE = 8_192
_FEWEST = 64
_REMEMBERED = 4_096
_MOST_MARK = 2_000_000_000

MOST_ACTIVITIES = 256
"""An activity is kept in eight bits beside its party."""

Rows = tuple[Any, Any, Any, Any]
"""Heads, the same as 32-bit floats, exact numbers, and the vertices that they refer to."""
Store = tuple[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any]


class GridIndex:
    """A ``PlanIndex`` for thousands to millions of volumes."""

    def __init__(self, rules: Sequence[SeparationRule], heights: HeightRules) -> None:
        self._rules, self._heights = tuple(rules), heights
        self._height_rules = height_rules(heights)
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._kept: dict[int, Plan] = {}
        self._made: OrderedDict[int, Plan] = OrderedDict()
        self._parties: dict[str, int] = {}
        self._activities: dict[str, int] = {}
        self._agree_on_separations()
        self._free_slots: list[int] = []
        self._free_rows: dict[int, list[int]] = {}
        self._free_places: dict[int, list[int]] = {}
        self._used_rows = self._used_places = self._settled_rows = self._buckets = self._mark = 0
        self._owned: npt.NDArray[np.int32] = np.zeros((_FEWEST, 4), np.int32)
        """Of each plan: first row, rows, first place, places."""
        self._marks: npt.NDArray[np.int32] = np.zeros((_FEWEST, 2), np.int32)
        self._found: npt.NDArray[np.int32] = np.empty((_FEWEST, 2), np.int32)
        self._heads: npt.NDArray[np.int32] = np.full((_FEWEST, 16), -1, np.int32)
        self._singles = self._heads.view(np.float32)
        self._exact: Floats = np.zeros((_FEWEST, 8))
        self._places: Floats = np.zeros((_FEWEST, 2))
        self._xyz: Floats = np.zeros((_FEWEST, 3))
        self._keys: npt.NDArray[np.uint64] = np.zeros(_FEWEST, np.uint64)
        self._chains: npt.NDArray[np.int32] = np.full(_FEWEST, -1, np.int32)
        self._levels: Floats = np.zeros((SPACE_LEVELS * TIME_LEVELS, 3))
        self._drawing: Floats = np.empty((2, MOST_VERTICES + 1, 2))
        self._asked: Rows = ((), (), (), ())

    def __len__(self) -> int:
        """How many plans there are."""
        return len(self._slots)

    @property
    def volumes(self) -> int:
        """How many rows there are: volumes, and stretches of trajectories."""
        return int(self._levels[:, 2].sum())

    def put(self, plan: Plan) -> None:
        """Takes a plan in, in place of the one with its id, if any."""
        said = self._said([plan])
        rows, singles, exact, xyz = self._prepared([plan], said)
        self.withdraw(plan.id)
        self._keep([plan], said, (rows, singles, exact, xyz))

    def put_many(self, plans: Iterable[Plan]) -> None:
        """``put`` for many plans at once, a good deal faster; of two with one id the later one stays."""
        several = iter(plans)
        while part := list({plan.id: plan for plan in islice(several, _AT_ONCE)}.values()):
            said = self._said(part)
            prepared = self._prepared(part, said)
            for plan in part:
                self.withdraw(plan.id)
            self._keep(part, said, prepared)
        if self._used_rows > 2 * self._settled_rows:
            self.settle()

    def settle(self) -> None:
        """Puts rows in the order of their buckets, without gaps: neighbours are then near in memory too."""
        slots = np.array(sorted(self._slots.values()), np.int64)
        if not len(slots):
            return
        slots = slots[np.lexsort(places_in_order(self._owned[slots, 0].astype(np.int64), self._heads, self._singles))]
        rows, moved_rows = _moved(self._owned, slots, 0)
        places, moved_places = _moved(self._owned, slots, 2)
        shifts = np.repeat(moved_places - self._owned[slots, 2], self._owned[slots, 1])
        self._owned[slots, 0], self._owned[slots, 2] = moved_rows, moved_places
        self._heads = _gathered(self._heads, rows)
        self._heads[: len(rows), VERTEX] += shifts.astype(np.int32)
        self._singles = self._heads.view(np.float32)
        self._exact = _gathered(self._exact, rows)
        self._xyz, self._places = _gathered(self._xyz, places), _gathered(self._places, places)
        self._used_rows, self._used_places, self._settled_rows = len(rows), len(places), len(rows)
        self._free_rows.clear()
        self._free_places.clear()
        self._rehash()

    def withdraw(self, plan_id: str) -> None:
        """Takes a plan out; one that is not there is none the less gone."""
        slot = self._slots.pop(plan_id, None)
        if slot is None:
            return
        first, count, place, places = self._owned[slot].tolist()
        unlink(first, first + count, self._heads, self._singles, self._keys, self._chains, self._levels)
        self._free_rows.setdefault(count, []).append(first)
        self._free_places.setdefault(places, []).append(place)
        self._free_slots.append(slot)
        self._ids[slot] = ""
        self._owned[slot] = 0
        self._kept.pop(slot, None)
        self._made.pop(slot, None)

    def expire(self, before_ms: int) -> list[str]:
        """Takes out every plan that has ended by then; their ids, sorted."""
        heads = self._heads[: self._used_rows]
        ends = np.full(len(self._ids), np.iinfo(np.int64).min)
        live = heads[:, OWNER] >= 0
        np.maximum.at(ends, heads[live, OWNER], self._exact[: self._used_rows][live, 1].astype(np.int64))
        over = [slot for slot in np.flatnonzero(ends <= before_ms).tolist() if self._owned[slot, 1]]
        gone = sorted(self._ids[slot] for slot in over if span_ms(self._plan(slot).envelope)[1] <= before_ms)
        for name in gone:
            self.withdraw(name)
        return gone

    def plans(self) -> list[Plan]:
        """The plans, sorted by id."""
        return [self._plan(self._slots[name]) for name in sorted(self._slots)]

    def near_pairs(self, *, include_same_party: bool = False) -> Iterator[tuple[Plan, Plan, int]]:
        """The pairs that may not clear each other, and whether the kernels are sure (``kernels_height.OVERLAP``)."""
        for a, b, state in self._all_near(include_same_party=include_same_party):
            yield self._plan(a), self._plan(b), state

    def against(self, plan: Plan, *, include_same_party: bool = False) -> list[Meeting]:
        """What a plan meets, itself apart, whether or not it is in the index."""
        near = self._near(plan, include_same_party=include_same_party)
        return self._met(plan, (self._plan(slot) for slot in near[:, 0].tolist()))

    def against_many(self, plans: Sequence[Plan]) -> list[list[Meeting]]:
        """``against`` for each of several plans."""
        return [self.against(plan) for plan in plans]

    def touching(self, plan: Plan, *, include_same_party: bool = False) -> list[tuple[str, Verdict]]:
        """The quick question: which plans it does not clear, by id, and how they stand; no overlap is drawn."""
        near = self._near(plan, include_same_party=include_same_party).tolist()
        stands = ((slot, Verdict.CONFLICT if state == OVERLAP else self._verdict(plan, slot)) for slot, state in near)
        return sorted((self._ids[slot], verdict) for slot, verdict in stands if verdict is not Verdict.CLEAR)

    def clears(self, plan: Plan, *, include_same_party: bool = False, but: frozenset[str] = frozenset()) -> bool:
        """True when it conflicts with none, those in ``but`` apart; the first one found ends the search."""
        near = self._near(plan, include_same_party=include_same_party, stop=not but).tolist()
        near = [(slot, state) for slot, state in near if self._ids[slot] not in but]
        if any(state == OVERLAP for _, state in near):
            return False
        return not any(self._verdict(plan, slot) is Verdict.CONFLICT for slot, _ in near)

    def all_pairs(self, *, include_same_party: bool = False) -> Iterator[Meeting]:
        """Every meeting among the plans of the index, sorted."""
        pairs = []
        for a, b, _ in self._all_near(include_same_party=include_same_party):
            one, other = self._ids[a], self._ids[b]
            pairs.append((one, other) if one < other else (other, one))
        named = ((self._plan(self._slots[one]), self._plan(self._slots[other])) for one, other in sorted(pairs))
        yield from meetings(((one, other, self._apart(one, other)) for one, other in named), self._heights)

    def all_touching(self, *, include_same_party: bool = False) -> list[tuple[str, str, Verdict]]:
        """Every pair of plans that do not clear each other, by their ids, sorted; no overlap is drawn."""
        found = []
        for a, b, state in self._all_near(include_same_party=include_same_party):
            verdict = Verdict.CONFLICT if state == OVERLAP else self._verdict(self._plan(a), b)
            if verdict is not Verdict.CLEAR:
                one, other = sorted((self._ids[a], self._ids[b]))
                found.append((one, other, verdict))
        return sorted(found)

    def _met(self, plan: Plan, others: Iterable[Plan]) -> list[Meeting]:
        found = meetings(((plan, other, self._apart(plan, other)) for other in others), self._heights)
        return sorted(found, key=lambda row: (row.a, row.b))

    def _apart(self, plan: Plan, other: Plan) -> Separation:
        return separation_between(self._rules, plan.activity, other.activity)

    def _verdict(self, plan: Plan, slot: int) -> Verdict:
        other = self._plan(slot)
        return judge(plan, other, self._apart(plan, other), self._heights, overlap=False).verdict

    def _near(self, plan: Plan, *, include_same_party: bool, stop: bool = False) -> npt.NDArray[np.int32]:
        """The plans that one may not clear, (n, 2): slot, and whether they conflict for sure."""
        said = self._said([plan])
        party = -1 if include_same_party else self._parties.get(plan.party, -1)
        skip = self._slots.get(plan.id, -1)
        self._next_mark(1)
        room = self._room_to_ask(len(said.numbers), len(said.places))
        count = ask_fresh(
            said.numbers, said.places, skip, party, stop, *room, *self._store(), self._found, self._drawing
        )
        if count < 0:
            rows = self._prepared([plan], said)
            count = ask(
                0, len(said.numbers), skip, party, False, stop, *rows, *self._store(), self._found, 0, self._drawing
            )
        return self._found[:count]

    def _store(self) -> Store:
        """All that a question needs of the index, in the order in which the kernels take it."""
        return (
            self._heads, self._singles, self._exact, self._xyz, self._keys, self._chains, self._levels, self._used_rows,
            self._separations, self._widest, self._height_rules, self._marks, self._mark,
        )  # fmt: skip

    def _room_to_ask(self, rows: int, places: int) -> Rows:
        """Room for the rows of a plan that is asked about: used again for the next one."""
        if rows > len(self._asked[0]) or places > len(self._asked[3]):
            heads = np.empty((2 * rows, 16), np.int32)
            self._asked = heads, heads.view(np.float32), np.empty((2 * rows, 8)), np.empty((2 * places, 3))
        return self._asked

    def _all_near(self, *, include_same_party: bool) -> Iterator[tuple[int, int, int]]:
        """Every pair of plans that may not clear each other, the lower slot first, and if they conflict for sure."""
        plans = np.array(sorted(self._slots.values()), np.int64)
        found = np.empty((2 * len(self._ids) + 1_000_000, 2), np.int32)
        ends = np.zeros(len(plans), np.int64)
        done = 0
        while done < len(plans):
            self._next_mark(len(plans))
            until, count = ask_stored(
                plans, done, self._owned, include_same_party, *self._store()[:-1], self._mark - len(plans) + 1, found,
                ends, self._drawing,
            )  # fmt: skip
            many = np.diff(ends[done:until], prepend=0)
            owners = np.repeat(plans[done:until], many)
            yield from zip(owners.tolist(), *found[:count].T.tolist(), strict=True)
            done = until

    def _said(self, plans: Sequence[Plan]) -> Said:
        return said_of(plans, [self._whose(plan) for plan in plans], self._heights)

    def _whose(self, plan: Plan) -> int:
        activity = self._activities.get(plan.activity)
        if activity is None:
            if len(self._activities) == MOST_ACTIVITIES:
                expected = f"no more than {MOST_ACTIVITIES} activities in all"
                raise InvalidInput("activity", repr(plan.activity), expected)
            activity = self._activities[plan.activity] = len(self._activities)
            self._agree_on_separations()
        return (self._parties.setdefault(plan.party, len(self._parties)) << 8) | activity

    def _agree_on_separations(self) -> None:
        """What every two activities keep apart, and the most that each keeps from any."""
        names = list(self._activities)
        many = max(len(names), 1)
        self._separations: Floats = np.zeros((many, many, 3))
        self._widest: Floats = np.zeros((many, 5))
        for i, one in enumerate(names):
            for j, other in enumerate(names):
                apart = separation_between(self._rules, one, other)
                self._separations[i, j] = apart.lateral_m, apart.vertical_m, apart.time_ms
                reach, wait_ms = reach_of(apart)
                self._widest[i] = np.maximum(self._widest[i], [*reach, wait_ms / TICK_MS + 1])

    def _prepared(self, plans: Sequence[Plan], said: Said) -> Rows:
        """Rows made from what was said; those the kernels leave alone are made from the plan's own bounds."""
        heads = np.empty((len(said.numbers), 16), np.int32)
        singles = heads.view(np.float32)
        exact, xyz = np.empty((len(heads), 8)), np.empty((len(said.places), 3))
        odd = prepare(said.numbers, said.places, self._height_rules, heads, singles, exact, xyz, 0, 0)
        if len(odd):
            owners = np.unique(np.searchsorted(said.rows, odd, side="right") - 1)
            for number in owners.tolist():
                self._make_opaque(plans[number], slice(said.rows[number], said.rows[number + 1]), heads, singles)
        return heads, singles, exact, xyz

    def _make_opaque(self, plan: Plan, rows: slice, heads: Any, singles: Any) -> None:
        if not isinstance(plan.envelope, Trajectory):
            for volume in plan.envelope:
                height_band(volume.footprint, volume.floor, volume.ceiling, self._heights)
        extent = extent_of(plan, self._heights)
        for row, space, (start_ms, end_ms) in zip(
            range(rows.start, rows.stop), extent.space, extent.time_ms, strict=True
        ):
            set_box(singles[row], space[:4], space[4:])
            set_times(heads[row], float(start_ms), float(end_ms))
            heads[row, CODES] = (heads[row, CODES] & ((1 << KIND_SHIFT) - 1)) | (OPAQUE << KIND_SHIFT)

    def _keep(self, plans: Sequence[Plan], said: Said, prepared: Rows) -> None:
        heads, _, exact, xyz = prepared
        self._make_room(len(plans), len(heads), len(xyz))
        counts = np.concatenate([[0], np.cumsum(said.numbers[:, 1])]).astype(np.int64)
        opaque = heads[:, CODES] >> KIND_SHIFT == OPAQUE
        for number, plan in enumerate(plans):
            low, high = said.rows[number], said.rows[number + 1]
            place, until = int(counts[low]), int(counts[high])
            slot = self._new_slot(plan.id)
            row, at = self._rows_for(high - low), self._places_for(until - place)
            self._owned[slot] = row, high - low, at, until - place
            self._heads[row : row + high - low] = heads[low:high]
            self._heads[row : row + high - low, OWNER] = slot
            self._heads[row : row + high - low, VERTEX] += at - place
            self._exact[row : row + high - low] = exact[low:high]
            self._xyz[at : at + until - place] = xyz[place:until]
            self._places[at : at + until - place] = said.places[place:until]
            if opaque[low:high].any():
                self._kept[slot] = plan
            self._buckets += link(
                row, row + high - low, self._heads, self._singles, self._keys, self._chains, self._levels
            )
            if 2 * self._buckets > len(self._keys):
                self._rehash()

    def _new_slot(self, name: str) -> int:
        if self._free_slots:
            slot = self._free_slots.pop()
            self._ids[slot] = name
        else:
            slot = len(self._ids)
            self._ids.append(name)
        self._slots[name] = slot
        return slot

    def _rows_for(self, count: int) -> int:
        if free := self._free_rows.get(count):
            return free.pop()
        self._used_rows += count
        return self._used_rows - count

    def _places_for(self, count: int) -> int:
        if free := self._free_places.get(count):
            return free.pop()
        self._used_places += count
        return self._used_places - count

    def _make_room(self, plans: int, rows: int, places: int) -> None:
        if len(self._ids) + plans > len(self._marks):
            self._owned, self._marks, self._found = (
                _grown(table, len(self._ids) + plans) for table in (self._owned, self._marks, self._found)
            )
        if self._used_rows + rows > len(self._heads):
            self._heads = _grown(self._heads, self._used_rows + rows)
            self._singles = self._heads.view(np.float32)
            self._exact = _grown(self._exact, self._used_rows + rows)
        if self._used_places + places > len(self._xyz):
            self._xyz = _grown(self._xyz, self._used_places + places)
            self._places = _grown(self._places, self._used_places + places)

    def _rehash(self) -> None:
        """All rows into new buckets, four times as many as there are: those that have become empty are forgotten."""
        size = _FEWEST
        while size < 4 * min(self._buckets, self.volumes):
            size *= 2
        self._keys, self._chains = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
        self._levels[:] = 0
        self._buckets = link(0, self._used_rows, self._heads, self._singles, self._keys, self._chains, self._levels)

    def _next_mark(self, count: int) -> None:
        if self._mark + count > _MOST_MARK:
            self._marks[:] = 0
            self._mark = 0
        self._mark += count

    def _plan(self, slot: int) -> Plan:
        """A plan of the index: as it was kept, or made again from its rows."""
        plan = self._kept.get(slot) or self._made.get(slot)
        if plan is not None:
            return plan
        first, count, _, _ = self._owned[slot].tolist()
        heads = self._heads[first : first + count].tolist()
        exact = self._exact[first : first + count].tolist()
        envelope = tuple(
            volume_of(
                head[CODES] >> KIND_SHIFT,
                own,
                head[CODES],
                self._places[head[VERTEX] : head[VERTEX] + head[COUNT]].tolist(),
            )
            for head, own in zip(heads, exact, strict=True)
        )
        whose = heads[0][15]
        plan = Plan(self._ids[slot], _key(self._parties, whose >> 8), _key(self._activities, whose & 255), envelope)
        self._made[slot] = plan
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)
        return plan


def _moved(owned: Any, slots: Any, column: int) -> tuple[Any, Any]:
    """Where all that plans own comes from when it is laid end to end, and where each plan's own then begins."""
    first, count = owned[slots, column].astype(np.int64), owned[slots, column + 1].astype(np.int64)
    begins = np.cumsum(count) - count
    return np.repeat(first - begins, count) + np.arange(int(count.sum())), begins


def _gathered(table: Any, chosen: Any) -> Any:
    """Rows of a table, with room for some more."""
    more = np.zeros((len(chosen) + len(chosen) // 16 + _FEWEST, table.shape[1]), table.dtype)
    np.take(table, chosen, axis=0, out=more[: len(chosen)])
    if table.shape[1] == 16:
        more[len(chosen) :, OWNER] = -1
    return more


def _key(table: dict[str, int], number: int) -> str:
    return next(name for name, known in table.items() if known == number)


def _grown(table: Any, least: int) -> Any:
    """The table with room for so many rows, and half as many more."""
    more = np.empty((max(least, len(table) * 3 // 2), *table.shape[1:]), table.dtype)
    more[: len(table)] = table
    if table.shape[1] == 16:
        more[len(table) :, OWNER] = -1
    if table.shape[1] == 2 and table.dtype == np.int32:
        more[len(table) :] = 0
    return more
