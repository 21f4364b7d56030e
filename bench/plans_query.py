"""One volume against all that are live: our index beside PostGIS and SQLite's R*Tree, same load, same questions.

Each question is a volume of the same kind as the load, of a plan that is in nobody's index, asked once and never seen
before. The answers are the plans whose volumes overlap it in footprint, height and time. Ours is asked with a typed
plan and answers by the definitions of the contract (geodesic edges, discs that are discs); the peers are asked with
polygons that were buffered in advance in a plane (``bench.planar``), so that they differ in slivers: the number of
pairs that only one side finds is printed. No separation applies. Whole plans are asked too, per volume.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import postgres
from bench.figures import Goals, compile_first, machine, memory_mb, percentile, plan_index, sizes, spread, timed
from bench.load import SEED, Load, draw
from bench.planar import PlanarRows, planar_rows
from bench.sqlite_tree import SqliteTree
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan

QUESTIONS = 2_000
HOT = 100_000
DRAWN = 200
P50_MS = 0.04
P99_MS = 0.1
GOAL_AT = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions in both forms."""

    load: Load
    rows: PlanarRows
    numbers: list[int]
    plans: list[Plan]


@dataclass(frozen=True, slots=True)
class Answered:
    """How long each answer took, and the numbers of the plans that each found."""

    took_ms: list[float]
    found: list[set[int]]


def questions(hot: bool) -> Asked:
    """Volumes of other plans than those of the load, drawn from the same distribution."""
    load = draw(4 * QUESTIONS, seed=SEED + 1, hot=hot, prefix="q")
    chosen = load.single_volumes(QUESTIONS)
    return Asked(load, planar_rows(load), [number for number, _ in chosen], [plan for _, plan in chosen])


def ours(load: Load, asked: Asked) -> Answered:
    """Our index: filled with typed plans, then asked a volume at a time and a plan at a time."""
    compile_first()
    index, began, before = plan_index(), time.perf_counter(), memory_mb()
    index.put_many(load.plans())
    took = time.perf_counter() - began
    print(f"  ours: filled in {took:.1f} s, {load.volumes / took:,.0f} volumes/s, {memory_mb() - before:.0f} MB more")

    def ask(plan: Plan) -> list[tuple[str, Verdict]]:
        return index.touching(plan, include_same_party=True)

    again = draw(4 * QUESTIONS, seed=SEED + 2, prefix="w")
    timed(ask, [plan for _, plan in again.single_volumes(50)])  # whatever else is made at first use
    mine = timed(ask, asked.plans)
    print(f"  ours, a volume at a time: {spread(mine.wall_ms)} (processor: {spread(mine.processor_ms)})")
    whole = list(asked.load.plans(0, min(len(asked.load), QUESTIONS)))
    by_plan = zip(timed(ask, whole).wall_ms, whole, strict=True)
    each = [ms / len(plan.envelope) for ms, plan in by_plan if isinstance(plan.envelope, tuple)]
    print(f"  ours, a plan at a time, per volume: {spread(each)}")
    several = list(draw(DRAWN, seed=SEED + 3, prefix="m").plans())
    began = time.perf_counter()
    index.against_many(several)
    took = (time.perf_counter() - began) / DRAWN
    print(f"  ours, {len(several)} plans in one call, gaps and overlaps drawn, per volume: {1e3 * took:.3g} ms")
    found = [
        {int(name.removeprefix(load.prefix)) for name, verdict in answer if verdict is Verdict.CONFLICT}
        for answer in mine.answers
    ]
    return Answered(mine.wall_ms, found)


def postgis(rows: PlanarRows, asked: Asked, link: psycopg.Connection[Any]) -> Answered:
    """PostGIS's GiST over polygon, time range and height range, one connection over a unix socket, prepared."""
    began = time.perf_counter()
    postgres.fill(link, rows)
    print(f"  PostGIS: filled and indexed in {time.perf_counter() - began:.1f} s")
    asks = postgres.asked(asked.rows, asked.numbers)
    with link.cursor() as cursor:
        for row in asks[:50]:
            postgres.find(cursor, row)
        theirs = timed(lambda row: postgres.find(cursor, row), asks)
    print(f"  PostGIS, GiST(polygon, time, height): {spread(theirs.wall_ms)}")
    return Answered(theirs.wall_ms, theirs.answers)


def sqlite(rows: PlanarRows, asked: Asked) -> Answered:
    """SQLite's four-dimensional R*Tree with Shapely behind it."""
    began = time.perf_counter()
    tree = SqliteTree(rows)
    print(f"  SQLite: filled in {time.perf_counter() - began:.1f} s")
    asks = [tree.ask(asked.rows, number) for number in asked.numbers]
    theirs = timed(tree.find, asks)
    tree.close()
    print(f"  SQLite, R*Tree and Shapely: {spread(theirs.wall_ms)} (processor: {spread(theirs.processor_ms)})")
    return Answered(theirs.wall_ms, theirs.answers)


def compare(mine: Answered, peer: Answered, name: str, ratio: float, goals: Goals, judged: bool) -> None:
    """How far ahead on p50 and p99, and how many of the pairs only one of the two found."""
    p50, p99 = (percentile(peer.took_ms, at) / percentile(mine.took_ms, at) for at in (0.5, 0.99))
    both = sum(len(a & b) for a, b in zip(mine.found, peer.found, strict=True))
    only_ours = sum(len(a - b) for a, b in zip(mine.found, peer.found, strict=True))
    only_theirs = sum(len(b - a) for a, b in zip(mine.found, peer.found, strict=True))
    print(f"  {name} is {p50:.1f} times as long on p50, {p99:.1f} times on p99")
    print(f"  pairs found by both {both:,}, by ours alone {only_ours}, by {name} alone {only_theirs}")
    if judged:
        goals.least(f"p99 ahead of {name}", p99, ratio, "times")


def measure(volumes: int, hot: bool, link: psycopg.Connection[Any] | None, goals: Goals) -> None:
    """One size: fill each, ask each, compare."""
    print(f"volume query, {volumes:,} volumes{' around one city' if hot else ''} ({machine()})", flush=True)
    load, asked = draw(volumes, hot=hot), questions(hot)
    judged = volumes >= GOAL_AT or hot
    mine = ours(load, asked)
    if judged and not hot:
        goals.most("p50", percentile(mine.took_ms, 0.5), P50_MS, "ms")
    if judged:
        goals.most("p99 hot" if hot else "p99", percentile(mine.took_ms, 0.99), P99_MS * (1 + hot), "ms")
    rows = planar_rows(load)
    if link is not None:
        compare(mine, postgis(rows, asked, link), "PostGIS", 7, goals, judged and not hot)
    compare(mine, sqlite(rows, asked), "SQLite", 5, goals, judged and not hot)


def main() -> int:
    """All sizes, then ``hot``; 0 when the goals that were asked about are reached (sizes under 1,000,000 have none)."""
    goals = Goals()
    absent = postgres.reason_absent()
    asked_for = sizes(10_000, 100_000, 1_000_000)
    with ExitStack() as stack:
        if absent:
            print(f"PostGIS: {absent}")
        link = None if absent else stack.enter_context(postgres.running())
        for volumes in asked_for:
            measure(volumes, False, link, goals)
        measure(min(HOT, max(asked_for)), True, link, goals)
    return goals.status
