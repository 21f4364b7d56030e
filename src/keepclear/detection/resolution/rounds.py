"""Clusters solved at their best in rounds, with only the pairs that have mattered so far.

The first round knows the pairs that conflict as they stand; each cluster of them is solved by itself. What then meets
anew is added, and the clusters it touches are solved again. A round leaves pairs out and never adds any, so its least
total is under any resolution's; when nothing meets anew, it is one, and the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keepclear.detection.resolution.exact import Cluster, Place, Solved, solve
from keepclear.detection.resolution.forbidden import Forbidden, Told
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.insertion import nearest_free
from keepclear.detection.resolution.pairs import part
from keepclear.detection.resolution.rows import Bools, Ints

Pair = tuple[int, int]
_SHARE = 0.25
"""Of the time that is left, the most that one cluster may take."""
_FIT_S = 5.0


@dataclass(slots=True)
class Standing:
    """Where the rounds have come to."""

    shift_s: Ints
    layer: Ints
    least_total: int = 0
    proven: bool = False
    """True when every cluster is at its best and nothing is in conflict."""
    in_conflict: bool = True


def solve_in_rounds(
    forbidden: Forbidden, freedom: Freedom, left_s: Callable[[], float], seed: int, told: Told
) -> Standing:  # fmt: skip
    """Solves until nothing meets anew or the time is over."""
    count = len(forbidden.before_s)
    standing = Standing(np.zeros(count, np.int64), np.full(count, forbidden.own, np.int64))
    rows_of_pair = _Rows(forbidden)
    active: set[Pair] = set()
    solved: dict[tuple[tuple[int, ...], int], Solved] = {}
    movable = can_change(forbidden)
    for round_ in range(1, 10_000):
        broken = set(rows_of_pair.pairs_of(forbidden.broken(standing.shift_s, standing.layer)))
        fresh = {pair for pair in broken - active if movable[pair[0]] or movable[pair[1]]}
        standing.in_conflict = bool(broken)
        if not fresh or left_s() <= 0:
            return standing
        active |= fresh
        clusters = clusters_of(active, movable)
        bound, all_proven = 0, True
        for number, (members, pairs) in enumerate(clusters):
            key = members, len(pairs)
            if key not in solved:
                told(f"round {round_}: {len(active):,} pairs", number, len(clusters))
                found = _solved(forbidden, freedom, members, pairs, rows_of_pair, standing, left_s, seed)
                if found is None:
                    standing.proven = False
                    return standing
                solved[key] = found
            answer = solved[key]
            bound += answer.least_total
            all_proven &= answer.proven
            _put(standing, answer.places)
        standing.least_total, standing.proven = max(standing.least_total, bound), all_proven
        for members, pairs in clusters:
            if left_s() > 0 and _in_conflict(forbidden, standing, members, rows_of_pair):
                answer = solved[members, len(pairs)]
                places = _fitted(forbidden, freedom, members, answer, rows_of_pair, standing, left_s, seed)
                _put(standing, places)
    return standing


def _put(standing: Standing, places: Mapping[int, Place]) -> None:
    for plan, place in places.items():
        standing.shift_s[plan], standing.layer[plan] = place.shift_s, place.layer


def _in_conflict(forbidden: Forbidden, standing: Standing, members: Sequence[int], rows: _Rows) -> bool:
    """True when a plan of the cluster is in conflict with anybody, as all stand now."""
    some = rows.windows_of(members)
    return bool(forbidden.only(some).broken(standing.shift_s, standing.layer).any())


def _fitted(
    forbidden: Forbidden, freedom: Freedom, members: tuple[int, ...], answer: Solved, rows: _Rows,
    standing: Standing, left_s: Callable[[], float], seed: int,
) -> dict[int, Place]:  # fmt: skip
    """The cluster at the same least total in a way that suits all others as they stand, if there is one.

    That keeps clusters small: only where there is none must it be solved together with whom it meets.
    """
    pairs = rows.pairs_touching(members)
    free = set(members)
    others = {
        plan: Place(int(standing.shift_s[plan]), int(standing.layer[plan]))
        for pair in pairs
        for plan in pair
        if plan not in free
    }
    cluster = Cluster(members, {pair: rows[pair] for pair in pairs}, others, answer.places)
    found = solve(forbidden, freedom, cluster, min(left_s(), _FIT_S), seed, leaving=False)
    return found.places if found is not None and found.total == answer.least_total else answer.places


class _Rows:
    """The windows of each pair of plans."""

    def __init__(self, forbidden: Forbidden) -> None:
        self._key = forbidden.a * len(forbidden.before_s) + forbidden.b
        self._order = np.argsort(self._key, kind="stable")
        self._sorted = self._key[self._order]
        self._plans = len(forbidden.before_s)
        plan = np.concatenate([forbidden.a, forbidden.b])
        self._by_plan = np.argsort(plan, kind="stable")
        self._first = np.searchsorted(plan[self._by_plan], np.arange(self._plans + 1))

    def windows_of(self, plans: Sequence[int]) -> Ints:
        """The windows that some plans have."""
        parts = [self._by_plan[self._first[plan] : self._first[plan + 1]] for plan in plans]
        return np.unique(np.concatenate(parts) % max(len(self._key), 1))

    def pairs_touching(self, plans: Sequence[int]) -> list[Pair]:
        """The pairs that some plans are in, sorted."""
        which = np.zeros(len(self._key), bool)
        which[self.windows_of(plans)] = True
        return self.pairs_of(which)

    def pairs_of(self, which: Bools) -> list[Pair]:
        """The pairs of some windows, sorted."""
        return [(int(key // self._plans), int(key % self._plans)) for key in np.unique(self._key[which])]

    def __getitem__(self, pair: Pair) -> list[int]:
        key = pair[0] * self._plans + pair[1]
        first, last = np.searchsorted(self._sorted, [key, key + 1])
        return [int(row) for row in self._order[first:last]]


def pairs_in_conflict(forbidden: Forbidden, shift_s: Ints, layer: Ints) -> dict[Pair, list[int]]:
    """The pairs that are in some window, with all windows that they have."""
    rows = _Rows(forbidden)
    return {pair: rows[pair] for pair in rows.pairs_of(forbidden.broken(shift_s, layer))}


def can_change(forbidden: Forbidden) -> Bools:
    """Which plans can be changed at all."""
    several = np.array([len(layers) > 1 for layers in forbidden.layers], bool)
    return np.asarray((forbidden.before_s > 0) | (forbidden.after_s > 0) | several)


def clusters_of(pairs: Iterable[Pair], movable: Bools) -> list[tuple[tuple[int, ...], tuple[Pair, ...]]]:
    """Plans that hang together by pairs, with those pairs; a plan that cannot move ties nobody together."""
    leader: dict[int, int] = {}

    def find(plan: int) -> int:
        while leader.setdefault(plan, plan) != plan:
            leader[plan] = leader[leader[plan]]
            plan = leader[plan]
        return plan

    everyone = sorted(pairs)
    for a, b in everyone:
        if movable[a] and movable[b]:
            one, other = sorted((find(a), find(b)))
            leader[other] = one
    members: dict[int, set[int]] = {}
    ties: dict[int, list[Pair]] = {}
    for a, b in everyone:
        head = find(a if movable[a] else b)
        members.setdefault(head, set()).update(plan for plan in (a, b) if movable[plan])
        ties.setdefault(head, []).append((a, b))
    return sorted(((tuple(sorted(members[head])), tuple(ties[head])) for head in members), key=lambda one: len(one[1]))


def _solved(
    forbidden: Forbidden, freedom: Freedom, members: tuple[int, ...], pairs: tuple[Pair, ...], rows: _Rows,
    standing: Standing, left_s: Callable[[], float], seed: int,
) -> Solved | None:  # fmt: skip
    if len(pairs) == 1 and len(members) == 2:
        a, b = pairs[0]
        parted = part(forbidden, freedom, a, b, rows[a, b])
        if parted is not None:
            places = {plan: Place(parted.shift_s[i], parted.layer[i]) for i, plan in enumerate((a, b))}
            return Solved(places, parted.rank[0], parted.rank[0], True)
    if len(members) == 1:
        alone = _alone(forbidden, freedom, members[0], pairs, rows)
        if alone is not None:
            return alone
    free = set(members)
    still = Place(0, forbidden.own)
    cluster = Cluster(
        members,
        {pair: rows[pair] for pair in pairs},
        {plan: still for pair in pairs for plan in pair if plan not in free},
        {plan: Place(int(standing.shift_s[plan]), int(standing.layer[plan])) for plan in members},
    )
    left = left_s()
    return solve(forbidden, freedom, cluster, max(left * _SHARE, min(left, 1.0)), seed)


def _alone(forbidden: Forbidden, freedom: Freedom, plan: int, pairs: tuple[Pair, ...], rows: _Rows) -> Solved | None:
    """One plan among some that cannot move."""
    best: tuple[int, Place] | None = None
    windows = [row for pair in pairs for row in rows[pair]]
    first = forbidden.a[windows] == plan
    least = np.where(first, -forbidden.most[windows], forbidden.least[windows])
    most = np.where(first, -forbidden.least[windows], forbidden.most[windows])
    for layer in forbidden.layers[plan]:
        bit = np.where(first, layer * forbidden.width + forbidden.own, forbidden.own * forbidden.width + layer)
        hit = (forbidden.mask[windows] >> bit) & 1 == 1
        shift = nearest_free(least[hit], most[hit], int(forbidden.before_s[plan]), int(forbidden.after_s[plan]))
        price = freedom.layer_cost_s * abs(layer - forbidden.own)
        if shift is not None and (best is None or price + abs(shift) < best[0]):
            best = price + abs(shift), Place(shift, layer)
    return None if best is None else Solved({plan: best[1]}, best[0], best[0], True)
