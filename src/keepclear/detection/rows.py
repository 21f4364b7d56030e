"""The rows of many plans: packed tables that grow, whose numbers are used again, and the plans made again from them.

This is all that an index keeps for good; buckets, separations and whatever else speeds up a question follow from it.
``tables`` with ``ids``, ``kept``, ``parties`` and ``activities`` are the whole of it, and ``restore`` takes them back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.aligned import aligned
from keepclear.detection.kernels_lateral import OPAQUE
from keepclear.detection.kernels_rows import CODES, COUNT, KIND_SHIFT, OWNER, VERTEX, WHOSE, lay_down
from keepclear.detection.names import Names
from keepclear.detection.packed import Said, volume_of
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.geodesic import Floats

_FEWEST = 64
_REMEMBERED = 4_096
MOST_ACTIVITIES = 256
"""An activity is kept in eight bits beside its party."""

Rows = tuple[Any, Any, Any]
"""Heads, exact numbers, and the vertices that they refer to."""


class GridRows:
    """The plans of an index as rows. A plan has a slot, and its rows and its places follow each other."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        """Of each slot the plan's id, empty where the slot is free."""
        self.names = Names(_FEWEST)
        """The same, for kernels."""
        self.slots: dict[str, int] = {}
        self.kept: dict[int, Plan] = {}
        """By slot, the plans that rows do not say in full: trajectories, holes, and what is large or lies oddly."""
        self.parties: dict[str, int] = {}
        self.activities: dict[str, int] = {}
        self.used_rows = self.used_places = 0
        self.owned: npt.NDArray[np.int32] = np.zeros((_FEWEST, 4), np.int32)
        """Of each slot: first row, rows, first place, places; zeros where it is free."""
        self.heads: npt.NDArray[np.int32] = np.full((_FEWEST, 16), -1, np.int32)
        """Of each row: its box as 32-bit floats, then the columns of ``kernels_rows``; owner −1 where it is free."""
        self.singles = self.heads.view(np.float32)
        self.exact: Floats = np.zeros((_FEWEST, 8))
        self.xyz: Floats = np.zeros((_FEWEST, 3))
        """Of each place where it is through the earth, metres."""
        self.places: Floats = np.zeros((_FEWEST, 2))
        """Longitude and latitude, as they were said."""
        self._free_slots: list[int] = []
        self._free_rows: dict[int, list[int]] = {}
        self._free_places: dict[int, list[int]] = {}
        self._made: OrderedDict[int, Plan] = OrderedDict()

    def tables(self) -> dict[str, npt.NDArray[Any]]:
        """Every table by its name, as far as it is used: views, good until the next change."""
        return {
            "owned": self.owned[: len(self.ids)],
            "heads": self.heads[: self.used_rows],
            "exact": self.exact[: self.used_rows],
            "xyz": self.xyz[: self.used_places],
            "places": self.places[: self.used_places],
        }

    def restore(
        self,
        tables: Mapping[str, npt.NDArray[Any]],
        ids: Sequence[str],
        kept: Mapping[int, Plan],
        parties: Iterable[str],
        activities: Iterable[str],
    ) -> None:
        """Takes the place of all there is by what ``tables`` and the other four gave; the tables are copied.

        Parties and activities come in the order of their numbers. Gaps stay until rows are put in order.
        """
        self.ids, self.kept = list(ids), dict(kept)
        self.slots = {name: slot for slot, name in enumerate(self.ids) if name}
        self.parties = {name: number for number, name in enumerate(parties)}
        self.activities = {name: number for number, name in enumerate(activities)}
        self.used_rows, self.used_places = len(tables["heads"]), len(tables["xyz"])
        self.owned, self.heads = _roomy(tables["owned"]), _roomy(tables["heads"])
        self.names.restore(self.ids, len(self.owned))
        self.exact, self.xyz, self.places = _roomy(tables["exact"]), _roomy(tables["xyz"]), _roomy(tables["places"])
        self.singles = self.heads.view(np.float32)
        self._free_slots = [slot for slot, name in enumerate(self.ids) if not name]
        self._free_rows, self._free_places = {}, {}
        self._made.clear()

    def copy_into(self, other: GridRows, ids: Sequence[str]) -> None:
        """Puts copies of some plans, numbered in this order, in the place of all that another has."""
        slots = np.array([self.slots[name] for name in ids], np.int64)
        rows, first = _moved(self.owned, slots, 0)
        places, first_place = _moved(self.owned, slots, 2)
        owned = self.owned[slots]
        heads = self.heads[rows]
        heads[:, OWNER] = np.repeat(np.arange(len(slots)), owned[:, 1])
        heads[:, VERTEX] += np.repeat(first_place - owned[:, 2], owned[:, 1]).astype(np.int32)
        owned[:, 0], owned[:, 2] = first, first_place
        tables = {
            "owned": owned, "heads": heads, "exact": self.exact[rows], "xyz": self.xyz[places],
            "places": self.places[places],
        }  # fmt: skip
        kept = {number: self.kept[slot] for number, slot in enumerate(slots.tolist()) if slot in self.kept}
        other.restore(tables, ids, kept, self.parties, self.activities)

    def whose(self, plan: Plan) -> int:
        """The party and the activity of a plan in one number, as rows have it. Raises InvalidInput for too many."""
        activity = self.activities.get(plan.activity)
        if activity is None:
            if len(self.activities) == MOST_ACTIVITIES:
                expected = f"no more than {MOST_ACTIVITIES} activities in all"
                raise InvalidInput("activity", repr(plan.activity), expected)
            activity = self.activities[plan.activity] = len(self.activities)
        return (self.parties.setdefault(plan.party, len(self.parties)) << 8) | activity

    def keep(self, plans: Sequence[Plan], said: Said, made: Rows) -> npt.NDArray[np.int64]:
        """Takes in plans of different ids by the rows made of what they say; their slots. No row is in a leaf yet.

        One whose id is there already gets a slot of its own, and the earlier one stays until it is removed.
        """
        heads, _, xyz = made
        counts = np.concatenate([[0], np.cumsum(said.numbers[:, 1])]).astype(np.int64)
        rows = np.array(said.rows, np.int64)
        many, places = np.diff(rows), np.diff(counts[rows])
        self._make_room(len(plans), len(heads), len(xyz))
        if self._free_slots or self._free_rows or self._free_places:
            slots = self._allotted(plans, many.tolist(), places.tolist())
        else:
            slots = self._allotted_at_the_end(plans, many, places)
        lay_down(slots, rows, self.owned, made, said.places, (self.heads, self.exact, self.xyz), self.places)
        opaque = np.flatnonzero(heads[:, CODES] >> KIND_SHIFT == OPAQUE)
        for number in np.unique(np.searchsorted(rows, opaque, side="right") - 1).tolist() if len(opaque) else ():
            self.kept[int(slots[number])] = plans[number]
        return slots

    def rows_of(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """From and to which row each plan has its own, (n, 2)."""
        owned = self.owned[slots, :2].astype(np.int64)
        owned[:, 1] += owned[:, 0]
        return owned

    def all_rows_of(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Every row of some plans, one after another; a free slot has none."""
        rows: npt.NDArray[np.int64] = _moved(self.owned, slots, 0)[0]
        return rows

    def remove(self, slot: int) -> None:
        """Gives back all that a plan has; its rows must be in no bucket any more."""
        first, count, place, places = self.owned[slot].tolist()
        if self.slots.get(self.ids[slot]) == slot:
            del self.slots[self.ids[slot]]
        self.heads[first : first + count, OWNER] = -1
        self._free_rows.setdefault(count, []).append(first)
        self._free_places.setdefault(places, []).append(place)
        self._free_slots.append(slot)
        self.ids[slot], self.names[slot] = "", None
        self.owned[slot] = 0
        self.kept.pop(slot, None)
        self._made.pop(slot, None)

    def _make_room(self, plans: int, rows: int, places: int) -> None:
        """Makes the tables so large that so many more of each can be kept."""
        if len(self.ids) + plans > len(self.owned):
            self.owned = _grown(self.owned, len(self.ids) + plans)
            self.names.make_room(len(self.owned))
        if self.used_rows + rows > len(self.heads):
            self.heads = _grown(self.heads, self.used_rows + rows)
            self.singles = self.heads.view(np.float32)
            self.exact = _grown(self.exact, self.used_rows + rows)
        if self.used_places + places > len(self.xyz):
            self.xyz = _grown(self.xyz, self.used_places + places)
            self.places = _grown(self.places, self.used_places + places)

    def put_in_order(self, slots: npt.NDArray[np.int64]) -> None:
        """Lays the rows of all plans end to end in the order of these slots, which are all there are."""
        rows, moved_rows = _moved(self.owned, slots, 0)
        places, moved_places = _moved(self.owned, slots, 2)
        shifts = np.repeat(moved_places - self.owned[slots, 2], self.owned[slots, 1])
        self.owned[slots, 0], self.owned[slots, 2] = moved_rows, moved_places
        self.heads = _roomy(self.heads, rows)
        self.heads[: len(rows), VERTEX] += shifts.astype(np.int32)
        self.singles = self.heads.view(np.float32)
        self.exact = _roomy(self.exact, rows)
        self.xyz, self.places = _roomy(self.xyz, places), _roomy(self.places, places)
        self.used_rows, self.used_places = len(rows), len(places)
        self._free_rows.clear()
        self._free_places.clear()

    def plan(self, slot: int) -> Plan:
        """A plan: as it was kept, or made again from its rows, equal in all it says."""
        plan = self.kept.get(slot) or self._made.get(slot)
        if plan is not None:
            return plan
        first, count, _, _ = self.owned[slot].tolist()
        heads = self.heads[first : first + count].tolist()
        exact = self.exact[first : first + count].tolist()
        envelope = tuple(
            volume_of(
                head[CODES] >> KIND_SHIFT,
                own,
                head[CODES],
                self.places[head[VERTEX] : head[VERTEX] + head[COUNT]].tolist(),
            )
            for head, own in zip(heads, exact, strict=True)
        )
        whose = heads[0][WHOSE]
        plan = Plan(self.ids[slot], _key(self.parties, whose >> 8), _key(self.activities, whose & 255), envelope)
        self._made[slot] = plan
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)
        return plan

    def _allotted(self, plans: Sequence[Plan], many: list[int], places: list[int]) -> npt.NDArray[np.int64]:
        """Slots for plans with so many rows and places each, and room for those: what is free is used first."""
        slots = np.empty(len(plans), np.int64)
        for number, plan in enumerate(plans):
            slot = slots[number] = self._new_slot(plan.id)
            self.owned[slot] = (
                self._rows_for(many[number]),
                many[number],
                self._places_for(places[number]),
                places[number],
            )
        return slots

    def _allotted_at_the_end(self, plans: Sequence[Plan], many: Any, places: Any) -> npt.NDArray[np.int64]:
        """The same where nothing is free: all that is new lies end to end."""
        first, ids = len(self.ids), [plan.id for plan in plans]
        end = first + len(plans)
        owned = self.owned[first:end]
        owned[:, 0], owned[:, 1] = self.used_rows + np.cumsum(many) - many, many
        owned[:, 2], owned[:, 3] = self.used_places + np.cumsum(places) - places, places
        self.used_rows, self.used_places = self.used_rows + int(many.sum()), self.used_places + int(places.sum())
        self.ids += ids
        self.names.keep(first, ids)
        self.slots.update(zip(ids, range(first, end), strict=True))
        return np.arange(first, end)

    def _new_slot(self, name: str) -> int:
        if self._free_slots:
            slot = self._free_slots.pop()
            self.ids[slot] = name
        else:
            slot = len(self.ids)
            self.ids.append(name)
        self.slots[name], self.names[slot] = slot, name
        return slot

    def _rows_for(self, count: int) -> int:
        if free := self._free_rows.get(count):
            return free.pop()
        self.used_rows += count
        return self.used_rows - count

    def _places_for(self, count: int) -> int:
        if free := self._free_places.get(count):
            return free.pop()
        self.used_places += count
        return self.used_places - count


def _moved(owned: Any, slots: Any, column: int) -> tuple[Any, Any]:
    """Where all that plans own comes from when it is laid end to end, and where each plan's own then begins."""
    first, count = owned[slots, column].astype(np.int64), owned[slots, column + 1].astype(np.int64)
    begins = np.cumsum(count) - count
    return np.repeat(first - begins, count) + np.arange(int(count.sum())), begins


def _key(table: dict[str, int], number: int) -> str:
    return next(name for name, known in table.items() if known == number)


def _roomy(table: Any, chosen: Any = None) -> Any:
    """A copy of a table, or of chosen rows of it, with room for some more."""
    many = len(table if chosen is None else chosen)
    more = _empty(many + many // 16 + _FEWEST, table)
    if chosen is None:
        more[:many] = table
    else:
        np.take(table, chosen, axis=0, out=more[:many])
    return more


def _grown(table: Any, least: int) -> Any:
    """The table with room for so many rows, and half as many more."""
    more = _empty(max(least, len(table) * 3 // 2), table)
    more[: len(table)] = table
    return more


def _empty(rows: int, like: Any) -> Any:
    """A table for so many rows, none of which belongs to a plan."""
    table = aligned((rows, like.shape[1]), like.dtype)
    if like.shape[1] == 16:
        table[:, OWNER] = -1
    return table
