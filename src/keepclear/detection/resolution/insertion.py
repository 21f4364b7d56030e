"""Plans put in one after another, each with the least change that what is there already allows.

In order of their starts this is first come, first served; with some taken out and put in anew in another order, again
and again, it is a large-neighbourhood search (P. Shaw, 1998) that needs nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from keepclear.detection.resolution.forbidden import Forbidden
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.rows import Bools, Ints

LEFT_OVER_S = 10**7
"""What a plan that finds no place counts as much as: more than any change."""


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
        self._index()

    def _index(self) -> None:
        """The windows by plan: of each its other plan, and when it may not be relative to that."""
        found = self.forbidden
        plan = np.concatenate([found.b, found.a])
        order = np.argsort(plan, kind="stable")
        self.first: Ints = np.searchsorted(plan[order], np.arange(len(self.shift_s) + 1))
        self.other: Ints = np.concatenate([found.a, found.b])[order]
        self.least: Ints = np.concatenate([found.least, -found.most])[order]
        self.most: Ints = np.concatenate([found.most, -found.least])[order]
        self.mask: Ints = np.concatenate([found.mask, found.mask])[order]
        self.is_b: Bools = np.concatenate([np.ones(len(found), bool), np.zeros(len(found), bool)])[order]

    def neighbours(self, plan: int) -> Ints:
        """The plans that this one could meet."""
        return np.unique(self.other[self.first[plan] : self.first[plan + 1]])

    def put(self, plan: int) -> bool:
        """Gives a plan the least change that is free; where none is, one that conflicts with few, and it is False."""
        found = self._least_change(plan)
        self.placed[plan] = True
        self.cost_s[plan], self.shift_s[plan], self.layer[plan] = found or self._least_conflict(plan)
        return found is not None

    def take(self, plan: int) -> None:
        """Takes a plan out."""
        self.placed[plan] = False

    def stand(self, shift_s: Ints, layer: Ints) -> None:
        """Puts everybody where these say, whatever that leaves in conflict."""
        found = self.forbidden
        self.shift_s[:], self.layer[:], self.placed[:] = shift_s, layer, True
        self.cost_s[:] = np.abs(shift_s) + self.freedom.layer_cost_s * np.abs(layer - found.own)
        broken = np.flatnonzero(found.broken(shift_s, layer))
        pairs = np.unique(found.a[broken] * len(shift_s) + found.b[broken])
        np.add.at(self.cost_s, pairs % len(shift_s), LEFT_OVER_S)

    def _least_conflict(self, plan: int) -> tuple[int, int, int]:
        """Of every layer, unshifted or shifted as far as can be, the one in conflict with fewest."""
        found = self.forbidden
        ways = []
        for layer in found.layers[plan]:
            price = self.freedom.layer_cost_s * abs(layer - found.own)
            least, most, other = self._windows(plan, layer)
            for shift in {0, int(found.after_s[plan]), -int(found.before_s[plan])}:
                met = len(np.unique(other[(least <= shift) & (shift <= most)]))
                ways.append((met * LEFT_OVER_S + price + abs(shift), shift, layer))
        return min(ways)

    def _windows(self, plan: int, layer: int) -> tuple[Ints, Ints, Ints]:
        """Which shifts of a plan are forbidden on a layer by those that are in, and by whom."""
        found = self.forbidden
        here = slice(self.first[plan], self.first[plan + 1])
        other, mask, is_b = self.other[here], self.mask[here], self.is_b[here]
        beside = self.layer[other]
        bit = np.where(is_b, beside * found.width + layer, layer * found.width + beside)
        hit = self.placed[other] & ((mask >> bit) & 1 == 1)
        other = other[hit]
        return self.least[here][hit] + self.shift_s[other], self.most[here][hit] + self.shift_s[other], other

    def _least_change(self, plan: int) -> tuple[int, int, int] | None:
        found = self.forbidden
        best: tuple[int, int, int] | None = None
        for layer in found.layers[plan]:
            price = self.freedom.layer_cost_s * abs(layer - found.own)
            if best is not None and price >= best[0]:
                break
            least, most, _ = self._windows(plan, layer)
            shift = nearest_free(least, most, int(found.before_s[plan]), int(found.after_s[plan]))
            if shift is not None and (best is None or price + abs(shift) < best[0]):
                best = price + abs(shift), shift, layer
        return best

    @property
    def total_s(self) -> int:
        """All changes together; what is left over counts ``LEFT_OVER_S`` each."""
        return int(self.cost_s.sum())


def nearest_free(least: Ints, most: Ints, before: int, after: int) -> int | None:
    """The whole number nearest 0 from ``-before`` to ``after`` that is in none of the windows; the later of two."""
    if not ((least <= 0) & (most >= 0)).any():
        return 0
    later = 0
    for index in np.argsort(least, kind="stable"):
        if least[index] <= later <= most[index]:
            later = int(most[index]) + 1
    earlier = 0
    for index in np.argsort(-most, kind="stable"):
        if least[index] <= earlier <= most[index]:
            earlier = int(least[index]) - 1
    fits = [shift for shift in (later, earlier) if -before <= shift <= after]
    return min(fits, key=abs) if fits else None


def first_come(board: Board, order: Iterable[int], told: Callable[[int], None] | None = None) -> None:
    """Puts plans in one after another."""
    for count, plan in enumerate(order):
        board.put(plan)
        if told is not None and count % 1000 == 0:
            told(count)


def put_better(board: Board, members: Sequence[int], order: Sequence[int]) -> bool:
    """Takes some plans out and puts them in anew in that order; undone, and False, where nothing is gained."""
    chosen = np.array(members, np.int64)
    before = board.shift_s[chosen], board.layer[chosen], board.cost_s[chosen]
    board.placed[chosen] = False
    total = 0
    old = _worth(before[2])
    for plan in order:
        board.put(plan)
        total += int(board.cost_s[plan])
        if total > old[0]:
            break
    new = _worth(board.cost_s[chosen])
    if total <= old[0] and new < old:
        return True
    equal = total <= old[0] and new == old
    if not equal:
        board.shift_s[chosen], board.layer[chosen], board.cost_s[chosen] = before
    board.placed[chosen] = True
    return False


def search(
    board: Board, random: np.random.Generator, left_s: Callable[[], float], rounds: int, told: Callable[[int], None]
) -> None:
    """Large-neighbourhood search: a costly plan and some of its neighbours are put in anew, again and again."""
    for round_ in range(rounds):
        if round_ % 16 == 0:
            if left_s() <= 0:
                return
            told(board.total_s)
            costly = np.flatnonzero(
                (board.cost_s > 0) & ((board.forbidden.after_s > 0) | (board.forbidden.before_s > 0))
            )
            if not len(costly):
                return
        plan = int(costly[random.integers(len(costly))])
        members = _around(board, plan, random, int(random.integers(2, 12)))
        put_better(board, members, [members[i] for i in random.permutation(len(members))])


def _around(board: Board, plan: int, random: np.random.Generator, most: int) -> list[int]:
    """A plan and some that it could meet, the costly ones sooner."""
    near = [int(other) for other in board.neighbours(plan) if _free(board, int(other))]
    if not near:
        return [plan]
    weight = 1.0 + 9.0 * (board.cost_s[near] > 0)
    count = min(most, len(near))
    return [plan, *(near[i] for i in random.choice(len(near), count, replace=False, p=weight / weight.sum()))]


def _free(board: Board, plan: int) -> bool:
    found = board.forbidden
    return bool(found.after_s[plan] or found.before_s[plan] or len(found.layers[plan]) > 1)


def _worth(cost_s: Ints) -> tuple[int, int]:
    return int(cost_s.sum()), int((cost_s * cost_s).sum())
