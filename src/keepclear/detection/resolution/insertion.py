"""Plans put in one after another, each with the least change that what is there already allows.

In order of their starts this is first come, first served; with some taken out and put in anew in another order, again
and again, it is a large-neighbourhood search (P. Shaw, 1998) that needs nothing but itself. Putting in never makes a
conflict where there is a free place, so all is clear in the end wherever everyone finds one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keepclear.detection.resolution import kernels_board
from keepclear.detection.resolution.forbidden import Forbidden
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.kernels_board import LEFT_OVER_S, MOST_MEMBERS
from keepclear.detection.resolution.rows import Bools, Ints

WORTH_COMPILING = 300_000
"""Windows from which a compiler pays; a search that goes on for a while is compiled whatever it is about."""
_AT_ONCE = 1000
_WORTH_ROUNDS = 20_000
_WORTH_WAITING_S = 20.0


class Board:
    """The changes of all plans as they are now, and who is in. Changed in place."""

    def __init__(self, forbidden: Forbidden, freedom: Freedom) -> None:
        self.forbidden = forbidden
        self.freedom = freedom
        count = len(forbidden.before_s)
        self.shift_s: Ints = np.zeros(count, np.int64)
        self.layer: Ints = np.full(count, forbidden.own, np.int64)
        self.cost_s: Ints = np.zeros(count, np.int64)
        self.placed: Bools = np.zeros(count, bool)
        self._party: Ints = np.zeros(count, np.int64)
        self._share: Ints = np.zeros(1, np.int64)
        self._plans: Ints = np.ones(1, np.int64)
        self._limit: Ints = np.array([0, -1], np.int64)
        self.compiled = len(forbidden) >= WORTH_COMPILING
        self._index()

    @property
    def arrays(self) -> tuple[Any, ...]:
        """All of it, in the order in which the kernels take it."""
        changed = self.shift_s, self.layer, self.cost_s, self.placed
        return *self._fixed, *changed, self._party, self._share, self._plans, self._limit

    def _index(self) -> None:
        """The windows by plan: of each its other plan, and when it may not be relative to that."""
        found, count = self.forbidden, len(self.shift_s)
        plan = np.concatenate([found.b, found.a])
        other = np.concatenate([found.a, found.b])
        order = np.argsort(plan * count + other, kind="stable")
        self.first: Ints = np.searchsorted(plan[order], np.arange(count + 1))
        self.other = other[order].astype(np.int32)
        least = np.concatenate([found.least, -found.most])[order].astype(np.int32)
        most = np.concatenate([found.most, -found.least])[order].astype(np.int32)
        mask = np.concatenate([_turned(found.mask, found.width), found.mask])[order]
        layers = np.full((count, found.width), -1, np.int64)
        for number, own in enumerate(found.layers):
            layers[number, : len(own)] = own
        self.free: Bools = (found.after_s > 0) | (found.before_s > 0) | (layers[:, 1:] >= 0).any(axis=1)
        price = self.freedom.layer_cost_s * np.abs(np.arange(found.width) - found.own)
        self._fixed = self.first, self.other, least, most, mask, layers, found.before_s, found.after_s, price
        self._room: Ints = np.empty((2, int(np.diff(self.first).max(initial=0)) + 1), np.int64)

    @property
    def kernels(self) -> Any:
        """What does the work: machine code or the same as Python, with the same answers."""
        if not self.compiled:
            return kernels_board
        from keepclear.detection.resolution import machine

        return machine

    def put_all(self, order: Sequence[int]) -> None:
        """Puts plans in, each with the least change that is free; where none is, one that conflicts with few."""
        self.kernels.put_all(self.arrays, np.array(order, np.int64), self._room)

    def put_better(self, order: Sequence[int]) -> bool:
        """Takes some plans out and puts them in anew in that order; undone, and False, where nothing is gained."""
        kept = np.empty((3, len(order)), np.int64)
        return bool(
            self.kernels.put_better(self.arrays, np.array(order, np.int64), len(order), -1, 0, self._room, kept)
        )

    def stand(self, shift_s: Ints, layer: Ints) -> None:
        """Puts everybody where these say, whatever that leaves in conflict."""
        found = self.forbidden
        self.shift_s[:], self.layer[:], self.placed[:] = shift_s, layer, True
        layers = np.abs(layer - found.own)
        self.cost_s[:] = np.abs(shift_s) + self.freedom.layer_cost_s * layers
        broken = np.flatnonzero(found.broken(shift_s, layer))
        pairs = np.unique(found.a[broken] * len(shift_s) + found.b[broken])
        np.add.at(self.cost_s, pairs % len(shift_s), LEFT_OVER_S)

    def make_fair(self, party: Ints) -> None:
        """From now on the search makes the parties' shares more alike, by number of party for each plan, as long as all
        together is at most half as much again as now.
        """
        self._party = party
        self._plans = np.maximum(np.bincount(party), 1)
        self._share = np.bincount(party, self.cost_s, len(self._plans)).astype(np.int64)
        total = int(self.cost_s.sum())
        self._limit = np.array([total, total + total // 2], np.int64)

    @property
    def total_s(self) -> int:
        """All changes together; what is left over counts ``LEFT_OVER_S`` each."""
        return int(self.cost_s.sum())

    def search(self, seed: int, left_s: Callable[[], float], rounds: int, told: Callable[[], None]) -> None:
        """Large-neighbourhood search: a costly plan and some that it could meet are put in anew, again and again.

        The same for a seed and a number of rounds, unless ``left_s`` runs out first.
        """
        state = np.array([seed % 2147483000 + 1, seed % 2147482000 + 2], np.int64)
        kept, members = np.empty((3, MOST_MEMBERS), np.int64), np.empty(MOST_MEMBERS, np.int64)
        done = 0
        while done < rounds:
            costly = np.flatnonzero((self.cost_s > 0) & self.free)
            if left_s() <= 0 or not len(costly):
                return
            told()
            some = min(_AT_ONCE, rounds - done)
            self.kernels.search(self.arrays, self.free, costly, state, some, self._room, kept, members)
            done += some
            self.compiled |= left_s() > _WORTH_WAITING_S and rounds - done > _WORTH_ROUNDS


def _turned(mask: Ints, width: int) -> Ints:
    """The same masks with the two plans' layers in the other order."""
    turned = np.zeros_like(mask)
    for one in range(width):
        for other in range(width):
            turned |= ((mask >> (one * width + other)) & 1) << (other * width + one)
    return turned


def nearest_free(least: Ints, most: Ints, before: int, after: int) -> int | None:
    """The whole number nearest 0 from ``-before`` to ``after`` that is in none of the windows; the later of two."""
    found = int(kernels_board.nearest_gap(least.tolist(), most.tolist(), len(least), before, after))
    return found if found <= after else None
