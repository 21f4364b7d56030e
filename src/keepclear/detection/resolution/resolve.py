"""All conflicts among many plans cleared with the least total change, and of those the least greatest (issue's goal).

A start by first come, first served; then clusters at their best (with OR-Tools), or a large-neighbourhood search
(without, or where the time was too short); and whatever comes out is held against the detector before it is given out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keepclear.detection.plan import Plan
from keepclear.detection.resolution import exact
from keepclear.detection.resolution.bound import least_total_s
from keepclear.detection.resolution.forbidden import Forbidden, Task, Told, forbidden_of, party_numbers, surely, untold
from keepclear.detection.resolution.freedom import Change, changed
from keepclear.detection.resolution.insertion import Board
from keepclear.detection.resolution.kernels_board import LEFT_OVER_S
from keepclear.detection.resolution.rounds import Standing, can_change, clusters_of, pairs_in_conflict, solve_in_rounds
from keepclear.detection.resolution.rows import Ints
from keepclear.detection.resolution.standing import Names, conflicts_among
from keepclear.spacetime.envelope import span_ms

SEARCH_ROUNDS = 200_000
MOST_TOGETHER = 1500
"""Plans in one cluster beyond which no solver is asked: the search is better at those."""
_FEW_TOGETHER = 30
"""The same where windows are not exact, so that nothing but the bound could tell that a result is the best."""
_FOR_THE_BOUND, _FOR_FAIRNESS = 0.15, 0.4
_KEPT_BACK = 0.4
"""Of the time, what the rounds must leave to the search."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What comes of it: a change for each plan, the plans as they then are, and how good that is."""

    changes: tuple[Change, ...]
    plans: tuple[Plan, ...]
    before: tuple[Names, ...]
    """The pairs that were in conflict, by their ids, sorted."""
    after: tuple[Names, ...]
    """What is still, by the detector; empty where all is well."""
    total_s: int
    """All changes together: seconds of shift, and layers at their cost."""
    least_total_s: int
    """No resolution can be under it."""
    optimal: bool
    exact: bool
    """True when OR-Tools was there to solve."""


def resolve(
    task: Task, *, fair: bool = False, seed: int = 0, left_s: Callable[[], float] = lambda: 60.0, told: Told = untold
) -> Resolution:
    """Clears all conflicts that can be cleared. The same each time for a seed, unless ``left_s`` runs out."""
    before = tuple(conflicts_among(task, told))
    forbidden = forbidden_of(task, told, before)
    still = np.zeros(len(task.plans), np.int64)
    told("working out the least that is needed", 0, None)
    certain = surely(forbidden, task, pairs_in_conflict(forbidden, still, still + forbidden.own))
    bound = least_total_s(certain, task.freedom, pairs_in_conflict(certain, still, still + forbidden.own))
    with_solver = exact.is_installed()
    if with_solver and not forbidden.is_exact and _hang_together(certain) <= MOST_TOGETHER:
        until_s = left_s() * (1 - _FOR_THE_BOUND)
        bound = max(bound, solve_in_rounds(certain, task.freedom, lambda: left_s() - until_s, seed, told).least_total)
    later_s = left_s() * _FOR_FAIRNESS if fair else 0.0
    board, bound = _solved(forbidden, task, bound, seed, lambda: left_s() - later_s, told, with_solver=with_solver)
    if fair and board.total_s:
        board.make_fair(party_numbers(task))
        _searched(board, left_s, seed, told)
    changes, plans, after = _checked(task, forbidden, board.shift_s, board.layer, told)
    total = sum(change.cost_s(task.freedom) for change in changes)
    bound = min(bound, total)
    optimal = not after and total == bound
    return Resolution(changes, plans, before, after, total, bound, optimal, with_solver)


def _solved(
    forbidden: Forbidden, task: Task, bound: int, seed: int, left_s: Callable[[], float], told: Told, *,
    with_solver: bool,
) -> tuple[Board, int]:  # fmt: skip
    """The best board found, and a total that none can be under."""
    best = _first_come(forbidden, task, told)
    many = MOST_TOGETHER if forbidden.is_exact else _FEW_TOGETHER
    if with_solver and _hang_together(forbidden) <= many:
        later_s = left_s() * _KEPT_BACK
        standing = solve_in_rounds(forbidden, task.freedom, lambda: left_s() - later_s, seed, told)
        if forbidden.is_exact:
            bound = max(bound, standing.least_total)
        found = _repaired(forbidden, task, standing)
        best = found if found.total_s <= best.total_s else best
        if not standing.in_conflict and standing.proven:
            return best, bound
    if best.total_s > bound:
        _searched(best, left_s, seed, told)
    return best, bound


def _hang_together(forbidden: Forbidden) -> int:
    """How many plans the largest cluster has of those that conflict as they stand."""
    still = np.zeros(len(forbidden.before_s), np.int64)
    clusters = clusters_of(pairs_in_conflict(forbidden, still, still + forbidden.own), can_change(forbidden))
    return max((len(members) for members, _ in clusters), default=0)


def _searched(board: Board, left_s: Callable[[], float], seed: int, told: Told) -> None:
    """More rounds the more plans there are that are changed."""
    rounds = SEARCH_ROUNDS * max(1, int((board.cost_s > 0).sum()) // 1000)
    board.search(seed, left_s, rounds, lambda: told(_left(board.total_s), 0, None))


def _left(total_s: int) -> str:
    over, change = divmod(total_s, LEFT_OVER_S)
    return f"searching: {change:,} s of change" + (f", {over:,} plans without a place" if over else "")


def _first_come(forbidden: Forbidden, task: Task, told: Told) -> Board:
    """First come, first served; what cannot move is there before all."""
    board = Board(forbidden, task.freedom)
    movable = can_change(forbidden)
    starts = np.array([span_ms(plan.envelope)[0] for plan in task.plans], np.int64)
    order = np.lexsort((np.arange(len(starts)), starts))
    board.placed[~movable] = True
    told("first come, first served", 0, None)
    board.put_all(order[movable[order]].tolist())
    return board


def _repaired(forbidden: Forbidden, task: Task, standing: Standing) -> Board:
    """What the rounds came to, with the plans that are still in conflict put in anew, the latest to start last."""
    board = Board(forbidden, task.freedom)
    board.stand(standing.shift_s, standing.layer)
    if standing.in_conflict:
        movable = can_change(forbidden)
        wrong = {plan for pair in pairs_in_conflict(forbidden, board.shift_s, board.layer) for plan in pair}
        again = sorted((plan for plan in wrong if movable[plan]), key=lambda plan: span_ms(task.plans[plan].envelope))
        board.put_better(again)
    return board


def _checked(
    task: Task, forbidden: Forbidden, shift_s: Ints, layer: Ints, told: Told
) -> tuple[tuple[Change, ...], tuple[Plan, ...], tuple[Names, ...]]:
    changes = tuple(Change(int(shift), int(at) - forbidden.own) for shift, at in zip(shift_s, layer, strict=True))
    plans = tuple(changed(plan, change, task.freedom) for plan, change in zip(task.plans, changes, strict=True))
    return changes, plans, tuple(conflicts_among(_with(task, plans), told))


def _with(task: Task, plans: Sequence[Plan]) -> Task:
    return Task(plans, task.rules, task.heights, task.freedom, task.movable, task.same_party)
