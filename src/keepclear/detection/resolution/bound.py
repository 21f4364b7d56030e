"""How little change could do at the very least, said without solving anything.

Two plans that conflict as they stand need at least the change that parts those two alone, and pairs (or cliques)
without a plan in common add up; so do shares of pairs, none under 0, of which no plan is in more than one altogether.
In a clique each plan is in all but one of its pairs, so the sum over its pairs by its
size less one is a bound too. Where plans can only be put off, a clique in one place is a machine with release times,
and serving in order of release is the best that there is for jobs of equal length (M. Pinedo, Scheduling, §4.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepclear.detection.resolution.exact import best_shares, is_installed
from keepclear.detection.resolution.forbidden import Forbidden
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.pairs import part

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Need:
    """What a conflicting pair needs: the least change, and its widest window."""

    cost_s: float
    least: int
    most: int


def least_total_s(forbidden: Forbidden, freedom: Freedom, conflicts: Mapping[Pair, Sequence[int]]) -> int:
    """A number of seconds that no resolution can be under, from the pairs that conflict as they stand."""
    needs: dict[Pair, _Need] = {}
    near: dict[int, set[int]] = {}
    for (a, b), rows in conflicts.items():
        parted = part(forbidden, freedom, a, b, rows)
        if parted is None or not parted.rank[0]:
            continue
        span = max(
            ((int(forbidden.least[row]), int(forbidden.most[row])) for row in rows), key=lambda at: at[1] - at[0]
        )
        needs[a, b] = _Need(parted.rank[0], *span)
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    only_later = freedom.layers == 1 and freedom.earliest_s == 0
    return max(_matched(needs), _cliqued(needs, near, forbidden, only_later=only_later), _shared_out(needs, forbidden))


def _shared_out(needs: Mapping[Pair, _Need], forbidden: Forbidden) -> int:
    """The needs of pairs, each counted by a share, no plan that can change in shares of more than one together."""
    if not needs or not is_installed():
        return 0
    pairs, worth = list(needs), [need.cost_s for need in needs.values()]
    movable = {plan for pair in pairs for plan in pair if can_change(forbidden, plan)}
    shares = best_shares(pairs, worth, movable)
    used: dict[int, float] = {}
    for pair, share in zip(pairs, shares, strict=True):
        for plan in pair:
            used[plan] = used.get(plan, 0.0) + share
    # The shares are held to what they must be here, so that the bound needs no trust in who worked them out.
    total = 0.0
    for pair, share, cost_s in zip(pairs, shares, worth, strict=True):
        over = max(1.0, *(used[plan] for plan in pair if plan in movable))
        total += cost_s * share / over
    return max(int(total - 1e-6), 0)


def can_change(forbidden: Forbidden, plan: int) -> bool:
    """True when a plan can be changed at all."""
    return bool(forbidden.before_s[plan] or forbidden.after_s[plan] or len(forbidden.layers[plan]) > 1)


def _matched(needs: Mapping[Pair, _Need]) -> int:
    used: set[int] = set()
    total = 0.0
    for (a, b), need in sorted(needs.items(), key=lambda item: (-item[1].cost_s, item[0])):
        if a not in used and b not in used:
            used |= {a, b}
            total += need.cost_s
    return int(total)


def _cliqued(
    needs: Mapping[Pair, _Need], near: Mapping[int, set[int]], forbidden: Forbidden, *, only_later: bool
) -> int:
    """The bounds of cliques without a plan in common, added up; the largest are taken first."""
    free = set(near)
    total = 0.0
    for plan in sorted(near, key=lambda each: (-len(near[each]), each)):
        if plan not in free:
            continue
        clique = [plan]
        for other in sorted(near[plan] & free, key=lambda each: (-len(near[each] & near[plan]), each)):
            if all(other in near[member] for member in clique):
                clique.append(other)
        best = _of_clique(clique, needs)
        if only_later and all(forbidden.after_s[member] for member in clique):
            best = max(best, _one_machine(clique, needs))
        total += best
        if best:
            free -= set(clique)
    return int(total)


def _of_clique(clique: Sequence[int], needs: Mapping[Pair, _Need]) -> float:
    if len(clique) < 2:
        return 0.0
    costs = (
        [need.cost_s for pair, need in needs.items() if pair[0] in clique and pair[1] in clique]
        if (len(clique) > 200)
        else [needs[_key(a, b)].cost_s for i, a in enumerate(clique) for b in clique[:i]]
    )
    return -(-sum(costs) // (len(clique) - 1))


def _one_machine(clique: Sequence[int], needs: Mapping[Pair, _Need]) -> float:
    """Plans through one place one after another: release times by the first of them, one length for all."""
    release = {clique[0]: 0.0}
    for plan in clique[1:]:
        first, last = _window(clique[0], plan, needs)
        release[plan] = -(first + last) / 2
    length = min(
        min(release[a] - release[b] - first, last - (release[a] - release[b]))
        for i, a in enumerate(clique)
        for b in clique[:i]
        for first, last in [_window(a, b, needs)]
    ) if len(clique) > 1 else 0.0  # fmt: skip
    if length <= 0:
        return 0.0
    total, free_at = 0.0, -float("inf")
    for at in sorted(release.values()):
        begin = max(at, free_at)
        total += begin - at
        free_at = begin + length
    return float(int(total))


def _window(a: int, b: int, needs: Mapping[Pair, _Need]) -> tuple[float, float]:
    """Between what (open) differences ``b`` less ``a`` the two conflict."""
    need = needs[_key(a, b)]
    return (need.least - 1, need.most + 1) if a < b else (-need.most - 1, -need.least + 1)


def _key(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
