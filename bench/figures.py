"""What the plan benches share: the sizes asked for, percentiles, lines of goals, and the index that is measured."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil

from bench.load import draw
from keepclear.detection.grid import GridIndex
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import SeparationRule

SIZES = "KEEPCLEAR_BENCH_VOLUMES"


def sizes(*usual: int) -> list[int]:
    """How many volumes to measure with: those of the environment (``10000,100000``), or the usual ones."""
    given = os.environ.get(SIZES)
    return [int(part) for part in given.split(",")] if given else list(usual)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    return float(np.quantile(np.asarray(values), share, method="higher"))


@dataclass(frozen=True, slots=True)
class Timed:
    """What came of asking many things, one after another."""

    wall_ms: list[float]
    processor_ms: list[float]
    """What this thread computed: free of what else the machine does, and of what another process does for it."""
    answers: list[Any]


def timed(work: Callable[[Any], Any], things: Sequence[Any]) -> Timed:
    """``work`` on each thing, timed one by one, while Python's collector leaves alone what was there before."""
    wall_ms, processor_ms, answers = [], [], []
    gc.collect()
    gc.freeze()
    try:
        for thing in things:
            computed, began = time.thread_time_ns(), time.perf_counter_ns()
            answer = work(thing)
            wall_ms.append((time.perf_counter_ns() - began) / 1e6)
            processor_ms.append((time.thread_time_ns() - computed) / 1e6)
            answers.append(answer)
    finally:
        gc.unfreeze()
    return Timed(wall_ms, processor_ms, answers)


def spread(took_ms: Sequence[float]) -> str:
    """``p50 …, p99 …`` in milliseconds."""
    return f"p50 {percentile(took_ms, 0.5):.4g} ms, p99 {percentile(took_ms, 0.99):.4g} ms"


def machine() -> str:
    """What else the machine was doing: figures from a busy one are no more than an upper bound."""
    return f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}"


def memory_mb() -> float:
    """What this process holds of the machine's memory."""
    return float(psutil.Process().memory_info().rss / 1e6)


def plan_index(rules: Sequence[SeparationRule] = (), heights: HeightRules | None = None) -> GridIndex:
    """The index that the host and ``check`` use for many plans."""
    return GridIndex(rules, heights or HeightRules())


def compile_first() -> None:
    """Everything of the index is compiled before it is timed, as it is by ``make`` for a host."""
    began, index, plans = time.perf_counter(), plan_index(), list(draw(400).plans())
    index.put_many(plans[:50])
    for plan in plans[50:]:
        index.touching(plan, include_same_party=True)
        index.put(plan)
    took = time.perf_counter() - began
    if took > 1:
        print(f"  ours: {took:.1f} s until all was compiled, once on a machine")


@dataclass(slots=True)
class Goals:
    """Lines of goals as they are printed, and whether all were reached."""

    missed: list[str] = field(default_factory=list)

    def most(self, what: str, value: float, goal: float, unit: str = "") -> None:
        """``value`` should not be over ``goal``."""
        self._say(what, value <= goal, f"{value:.4g}{unit and ' '}{unit}, goal ≤ {goal:g}{unit and ' '}{unit}")

    def least(self, what: str, value: float, goal: float, unit: str) -> None:
        """``value`` should not be under ``goal``."""
        self._say(what, value >= goal, f"{value:.4g} {unit}, goal ≥ {goal:g} {unit}")

    def _say(self, what: str, reached: bool, figure: str) -> None:
        print(f"  goal {'reached' if reached else 'MISSED '} · {what}: {figure}", flush=True)
        if not reached:
            self.missed.append(what)

    @property
    def status(self) -> int:
        """0 when every goal that was asked about is reached."""
        return 1 if self.missed else 0
