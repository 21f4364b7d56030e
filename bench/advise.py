"""Advice on conflicts among 1,000,000 live volumes: how long it takes to say what would clear one, by kind of plan.

The conflicts are the load's own: of each kind so many plans are chosen evenly, and each is advised on its conflict with
the first plan that it meets, as one side of it is in a host. Every option is held against the index again, once the
clock has stopped: what is offered is clear of everything.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np

from bench.figures import Goals, Timed, compile_first, machine, memory_mb, percentile, plan_index, sizes, spread, timed
from bench.load import ACTIVITIES, BEGIN_MS, Load, draw
from keepclear.detection.advice.advise import Found, advise
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.limits import FINE
from keepclear.detection.advice.option import applied
from keepclear.detection.grid import GridIndex
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan

GOAL_AT = 1_000_000
P99_MS = 50.0
CHOSEN = 150
"""Plans of each kind that are looked at; those that are in no conflict are passed over."""


def conflicts(load: Load, index: GridIndex, plan_of: Callable[[str], Plan], kind: int) -> list[tuple[Plan, Plan]]:
    """Plans of one kind, each with the first that it is in conflict with."""
    numbers = np.flatnonzero(load.kind == kind)
    chosen = numbers[np.unique(np.linspace(0, len(numbers) - 1, CHOSEN).astype(np.int64))]
    found = []
    for number in chosen.tolist():
        plan = plan_of(load.name(number))
        met = (name for name, verdict in index.touching(plan) if verdict is Verdict.CONFLICT)
        if (other := next(met, None)) is not None:
            found.append((plan, plan_of(other)))
    return found


def plans_by_name(load: Load) -> Callable[[str], Plan]:
    """The plans of the load by their ids, as a host has them; made when they are first asked for."""

    @cache
    def plan_of(name: str) -> Plan:
        number = int(name.removeprefix(load.prefix))
        return next(load.plans(number, number + 1))

    return plan_of


def measure(volumes: int, goals: Goals) -> None:
    """One size: fill the index, then advise one side of conflicts of each kind of plan."""
    print(f"advice, {volumes:,} volumes ({machine()})", flush=True)
    compile_first()
    load, index, began, before = draw(volumes), plan_index(), time.perf_counter(), memory_mb()
    index.put_many(load.plans())
    print(f"  index filled in {time.perf_counter() - began:.1f} s, {memory_mb() - before:.0f} MB more", flush=True)
    plan_of = plans_by_name(load)
    around = Surroundings(index, plan_of)
    wall_ms: list[float] = []
    processor_ms: list[float] = []
    for kind, activity in enumerate(ACTIVITIES):
        pairs = conflicts(load, index, plan_of, kind)
        if pairs:
            took = advise_all(activity, pairs, around, goals)
            wall_ms, processor_ms = wall_ms + took.wall_ms, processor_ms + took.processor_ms
    print(f"  all kinds: {spread(wall_ms)}, greatest {max(wall_ms):.4g} ms ({machine()})")
    print(f"  of the processor: {spread(processor_ms)}, greatest {max(processor_ms):.4g} ms")
    if volumes >= GOAL_AT:
        goals.most("p99 of all kinds", percentile(wall_ms, 0.99), P99_MS, "ms")


def advise_all(activity: str, pairs: list[tuple[Plan, Plan]], around: Surroundings, goals: Goals) -> Timed:
    """Advises each plan, prints how long it took and what came of it, and holds every option against the index."""

    def ask(pair: tuple[Plan, Plan]) -> Found:
        return advise(*pair, around, at_ms=BEGIN_MS)

    timed(ask, pairs[:3])  # whatever is made at first use
    took = timed(ask, pairs)  # plans are made when first asked for: 30 µs each, which a host has behind it
    kinds = Counter(option.kind for found in took.answers for option in found.options)
    none, cut = (sum(1 for found in took.answers if test(found)) for test in (lambda f: not f.options, lambda f: f.cut))
    print(f"  {activity}, {len(pairs)} conflicts: {spread(took.wall_ms)} (processor: {spread(took.processor_ms)})")
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    print(f"    options: {told}; without any {none}, searches cut {cut}", flush=True)
    held = timed(lambda pair: around.frozen(pair[0], FINE), pairs)
    print(f"    of which a host's writer copies what is near: {spread(held.processor_ms)} of the processor")
    wrong = sum(
        not around.index.clears(applied(plan, option))
        for (plan, _), found in zip(pairs, took.answers, strict=True)
        for option in found.options
    )
    goals.most(f"options of {activity} that do not clear", wrong, 0)
    return took


def main() -> int:
    """All sizes; 0 when the goals that were asked about are reached (sizes under 1,000,000 have none but exactness)."""
    goals = Goals()
    for volumes in sizes(1_000_000):
        measure(volumes, goals)
    return goals.status
