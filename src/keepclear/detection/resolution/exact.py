"""A cluster of plans at its best, by OR-Tools CP-SAT: the one module that knows of it, and only while it solves."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keepclear.detection.resolution.forbidden import Forbidden
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.pairs import Spans, part, spans_by_layers

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

HOW_TO_INSTALL = "OR-Tools is not installed: pip install 'keepclear[resolve]'"
_LEFT_S = 10**6
_FEW = 200
"""Up to so many plans one worker solves alone, and so finds the same each time."""


@dataclass(frozen=True, slots=True)
class Place:
    """The change of a plan as the solver has it: seconds later, and a layer counted from the lowest."""

    shift_s: int
    layer: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Plans to be changed together, the windows that count (by pair, either plan free), and where the others are."""

    free: tuple[int, ...]
    pairs: Mapping[tuple[int, int], Sequence[int]]
    others: Mapping[int, Place]
    hint: Mapping[int, Place]


@dataclass(frozen=True, slots=True)
class Solved:
    """The best found: a place for each free plan; no solution's total is under ``least_total``."""

    places: dict[int, Place]
    total: int
    least_total: int
    proven: bool


STEPS = 20.0
"""The most work for one cluster, in the solver's own measure (about a second each): this ends it at the same place each
time, where the clock would not.
"""


def is_installed() -> bool:
    """True when CP-SAT can be had."""
    try:
        return importlib.util.find_spec("ortools.sat.python.cp_model") is not None
    except (ImportError, ValueError):
        return False


def best_shares(pairs: Sequence[tuple[int, int]], worth: Sequence[float], limited: Collection[int]) -> list[float]:
    """A share for each pair, 0 or more, so that their worth together is greatest while the shares of each limited plan
    are 1 at most together: a linear program.
    """
    from ortools.linear_solver import pywraplp

    solver: Any = pywraplp.Solver.CreateSolver("GLOP")
    shares = [solver.NumVar(0.0, solver.infinity(), "") for _ in pairs]
    limits = {plan: solver.Constraint(-solver.infinity(), 1.0) for plan in sorted(limited)}
    for pair, share, value in zip(pairs, shares, worth, strict=True):
        solver.Objective().SetCoefficient(share, value)
        for plan in pair:
            if plan in limits:
                limits[plan].SetCoefficient(share, 1.0)
    solver.Objective().SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return [0.0] * len(pairs)
    return [max(share.solution_value(), 0.0) for share in shares]


def solve(
    forbidden: Forbidden, freedom: Freedom, cluster: Cluster, seconds: float, seed: int, *, leaving: bool = True
) -> Solved | None:
    """The least total, then the least greatest change of a cluster; None where the time was too short for any.

    Where the pairs cannot all be parted, as few as can be are left in conflict, and nothing is proven; with ``leaving``
    false there is none then.
    """
    for giving_up in (False, True)[: 1 + leaving]:
        model = _Model(forbidden, freedom, cluster, leaving=giving_up)
        status, solved = model.solved(seconds, seed)
        if status != "INFEASIBLE":
            return solved
    return None


class _Model:
    """The cluster in the solver's words."""

    def __init__(self, forbidden: Forbidden, freedom: Freedom, cluster: Cluster, *, leaving: bool) -> None:
        from ortools.sat.python import cp_model

        self._cp = cp_model
        self._forbidden, self._freedom, self._cluster, self._leaving = forbidden, freedom, cluster, leaving
        self.model: CpModel = cp_model.CpModel()
        self._shift: dict[int, Any] = {}
        self._on: dict[int, dict[int, Any]] = {}
        self._cost: dict[int, Any] = {}
        self._left: list[Any] = []
        self._least_greatest = 1
        for plan in cluster.free:
            self._add_plan(plan)
        for (a, b), rows in cluster.pairs.items():
            self._add_pair(a, b, rows)
        self._total = sum(self._cost[plan] for plan in cluster.free) + _LEFT_S * sum(self._left)
        self.model.minimize(self._total)

    def _add_plan(self, plan: int) -> None:
        model, found, freedom = self.model, self._forbidden, self._freedom
        before, after = int(found.before_s[plan]), int(found.after_s[plan])
        shift = model.new_int_var(-before, after, "")
        layers = found.layers[plan]
        on: dict[int, Any] = dict.fromkeys(layers, 1)
        if len(layers) > 1:
            on = {layer: model.new_bool_var("") for layer in layers}
            model.add_exactly_one(on.values())
        price = sum(freedom.layer_cost_s * abs(layer - found.own) * at for layer, at in on.items())
        size: Any = shift
        if before:
            size = model.new_int_var(0, max(before, after), "")
            model.add_abs_equality(size, shift)
        cost = model.new_int_var(0, max(before, after) + freedom.layer_cost_s * freedom.layers, "")
        model.add(cost == size + price)
        self._shift[plan], self._on[plan], self._cost[plan] = shift, on, cost
        hint = self._cluster.hint.get(plan)
        if hint is not None:
            model.add_hint(shift, hint.shift_s)
            if len(layers) > 1:
                for layer, at in on.items():
                    model.add_hint(at, layer == hint.layer)

    def _add_pair(self, a: int, b: int, rows: Sequence[int]) -> None:
        others = self._cluster.others
        layers_a, layers_b = (
            (others[plan].layer,) if plan in others else self._forbidden.layers[plan] for plan in (a, b)
        )
        groups: dict[Spans, list[tuple[int, int]]] = {}
        for layers, spans in spans_by_layers(self._forbidden, rows, layers_a, layers_b).items():
            if spans:
                groups.setdefault(spans, []).append(layers)
        if not groups:
            return
        left = []
        if self._leaving:
            left = [self.model.new_bool_var("")]
            self._left += left
        elif a in self._cost and b in self._cost:
            parted = part(self._forbidden, self._freedom, a, b, rows)
            if parted is not None:  # follows from the rest, but the solver's bound would not see it
                self.model.add(self._cost[a] + self._cost[b] >= parted.rank[0])
                self._least_greatest = max(self._least_greatest, parted.least_greatest_s)
        apart = self._shift_of(b) - self._shift_of(a)
        for spans, layers_of in groups.items():
            self._forbid(a, b, apart, spans, layers_of, left)

    def _shift_of(self, plan: int) -> Any:
        return self._cluster.others[plan].shift_s if plan in self._cluster.others else self._shift[plan]

    def _forbid(
        self, a: int, b: int, apart: Any, spans: Spans, layers_of: Sequence[tuple[int, int]], left: list[Any]
    ) -> None:
        """The two are not within the spans while they are on any of these layers."""
        model = self.model
        both = [self._literals(a, layer_a) + self._literals(b, layer_b) for layer_a, layer_b in layers_of]
        allowed = self._cp.Domain.from_flat_intervals(_between(spans))
        if len(both) == 1:
            model.add_linear_expression_in_domain(apart, allowed).only_enforce_if([*both[0], *(~at for at in left)])
            return
        together = model.new_bool_var("")
        for literals in both:
            model.add_bool_or([together, *left, *(~at for at in literals)])
        model.add_linear_expression_in_domain(apart, allowed).only_enforce_if(together)

    def _literals(self, plan: int, layer: int) -> list[Any]:
        if plan in self._cluster.others or len(self._on[plan]) == 1:
            return []
        return [self._on[plan][layer]]

    def solved(self, seconds: float, seed: int) -> tuple[str, Solved | None]:
        """What the solver says, and its answer if it has one. The same each time, unless the time runs out."""
        cp_model = self._cp
        solver = self._run(seconds, seed)
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return "INFEASIBLE", None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return "UNKNOWN", None
        places = self._places(solver)
        least = 0 if self._leaving else max(0, -int(-solver.best_objective_bound // 1))
        proven = status == cp_model.OPTIMAL and not self._leaving
        if proven:
            places = self._evened(places, round(solver.objective_value), seconds - solver.wall_time, seed)
        return "SOLVED", Solved(places, round(solver.objective_value), least, proven)

    def _run(self, seconds: float, seed: int) -> CpSolver:
        solver = self._cp.CpSolver()
        solver.parameters.max_time_in_seconds = max(seconds, 0.01)
        solver.parameters.max_deterministic_time = STEPS
        solver.parameters.random_seed = seed
        solver.parameters.num_workers = 1 if len(self._cluster.free) <= _FEW else 2
        return solver

    def _places(self, solver: CpSolver) -> dict[int, Place]:
        return {
            plan: Place(
                int(solver.value(self._shift[plan])),
                next(layer for layer, at in on.items() if len(on) == 1 or solver.value(at)),
            )
            for plan, on in self._on.items()
        }

    def _evened(self, places: dict[int, Place], total: int, seconds: float, seed: int) -> dict[int, Place]:
        """Of all ways with this least total, the one whose greatest change is least, as far as the time allows."""
        model, freedom = self.model, self._freedom
        costs = [abs(at.shift_s) + freedom.layer_cost_s * abs(at.layer - self._forbidden.own) for at in places.values()]
        if max(costs) <= self._least_greatest or seconds <= 0:
            return places
        greatest = model.new_int_var(0, max(costs), "")
        for cost in self._cost.values():
            model.add(cost <= greatest)
        model.add(self._total == total)
        model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools gives it no types
        for plan, place in places.items():
            model.add_hint(self._shift[plan], place.shift_s)
            if len(self._on[plan]) > 1:
                for layer, at in self._on[plan].items():
                    model.add_hint(at, layer == place.layer)
        model.minimize(greatest)
        solver = self._run(seconds, seed)
        found = solver.solve(model) in (self._cp.OPTIMAL, self._cp.FEASIBLE)
        return self._places(solver) if found else places


def _between(spans: Spans) -> list[int]:
    """What is outside the spans, as the solver takes it: least and most by turns."""
    edge = 10**9
    bounds = [-edge]
    for least, most in spans:
        bounds += [least - 1, most + 1]
    return [*bounds, edge]
