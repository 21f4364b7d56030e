"""Plans that are kept: checked against everything live, taken into the index, and synced to disk before anyone is told.

A record of so many volumes is written to the SQLite store first: notices as statements, in the entries' own form. Then
a process of its own begins with that record, as a host would: it reads every entry (each against its hash), turns it
into a plan and fills the index; that is the build, and its memory is read when it is done. Then new plans come, each as
a typed plan and as the bytes of its entry:

* one client: check all volumes, put, append, and only then the next;
* grouped: 64 plans wait; each is checked against all before it and put, then one append makes all of them durable, and
  all are answered.

PostGIS does the same work beside it, one statement a plan (find for all its volumes, and insert): each a transaction of
its own, and 64 to a transaction, with ``synchronous_commit`` on. Only the build reads JSON; what comes over a wire is
measured elsewhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench import postgres
from bench.figures import Goals, compile_first, machine, memory_mb, percentile, plan_index, sizes, spread
from bench.load import BEGIN_MS, SEED, Load, draw
from bench.planar import PlanarRows, planar_rows
from keepclear.detection.grid import GridIndex
from keepclear.detection.plan import Plan
from keepclear.formats.entry import entry_from_bytes
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json
from keepclear.spacetime.heights import HeightRules
from keepclear.store import SqliteStore

LOG = "bench"
ONE_BY_ONE = 2_000
GROUP = 64
GROUPED = 100 * GROUP
PAGE = 1_000
GOAL_AT = 1_000_000


def entry_of(plan: Plan, number: int) -> bytes:
    """The record's entry of the notice that announces a plan, keys in order as canonical JSON has them."""
    body = {"activity": plan.activity, "envelope": envelope_to_json(plan.envelope)}
    statement = {
        "id": plan.id, "mechanism": LOG, "type": "notice", "from": f"{plan.party}.air", "serial": number,
        "said_at": "2026-12-31T20:00:00Z", "precedence": "ROUTINE", "to": [], "refs": [], "mode": "live", "body": body,
    }  # fmt: skip
    entry = {"v": 1, "rules": "1", "at": BEGIN_MS - 14_400_000 + number, "kind": "statement", "statement": statement}
    return json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()


def plan_of(data: bytes, heights: HeightRules) -> Plan:
    """The plan that an entry announces, read as anything that was heard is read."""
    statement = entry_from_bytes(data).statement
    assert statement is not None
    body = statement["body"]
    envelope = envelope_from_json(body["envelope"], "body.envelope", heights)
    return Plan(statement["id"], statement["from"].partition(".")[0], body["activity"], envelope)


def write_record(folder: Path, load: Load) -> None:
    """The notices of the whole load in a store of their own."""
    store = SqliteStore(folder)
    page: list[bytes] = []
    at = 0
    for number, plan in enumerate(load.plans()):
        page.append(entry_of(plan, number))
        if len(page) == 20 * PAGE or number == len(load) - 1:
            store.append(LOG, at, page)
            at += len(page)
            page = []
    store.close()


def build(store: SqliteStore, volumes: int, goals: Goals) -> GridIndex:
    """The index as the record has it."""
    compile_first()
    heights, index = HeightRules(), plan_index()
    began, decoding = time.perf_counter(), 0.0
    for entries in _pages(store):
        turn = time.perf_counter()
        plans = [plan_of(entry, heights) for entry in entries]
        decoding += time.perf_counter() - turn
        index.put_many(plans)
    took = time.perf_counter() - began
    print(f"  built from the record in {took:.1f} s, of which {decoding:.1f} s reading entries into plans")
    judged = volumes >= GOAL_AT
    if judged:
        goals.most("build", took, 20, "s")
        goals.most("memory when built", memory_mb(), 700, "MB")
    else:
        print(f"  memory when built: {memory_mb():.0f} MB")
    return index


def ours(folder: Path, volumes: int) -> int:
    """In a process of its own: build, then one client, then groups."""
    goals = Goals()
    store = SqliteStore(folder)
    index = build(store, volumes, goals)
    new = [(plan, entry_of(plan, number)) for number, plan in enumerate(_new_plans().plans(0, ONE_BY_ONE + GROUPED))]
    at = store.length(LOG)
    took, began = [], time.perf_counter()
    for plan, entry in new[:ONE_BY_ONE]:
        turn = time.perf_counter()
        index.touching(plan)
        index.put(plan)
        store.append(LOG, at, [entry])
        at += 1
        took.append(1000 * (time.perf_counter() - turn))
    print(f"  ours, one client: {ONE_BY_ONE / (time.perf_counter() - began):,.0f} plans/s, {spread(took)}")
    groups, began = [], time.perf_counter()
    for first in range(ONE_BY_ONE, len(new), GROUP):
        turn, group = time.perf_counter(), new[first : first + GROUP]
        for plan, _ in group:
            index.touching(plan)
            index.put(plan)
        store.append(LOG, at, [entry for _, entry in group])
        at += len(group)
        groups.append(1000 * (time.perf_counter() - turn))
    rate = (len(new) - ONE_BY_ONE) / (time.perf_counter() - began)
    print(f"  ours, grouped by {GROUP}: {rate:,.0f} plans/s, a group {spread(groups)}; {machine()}")
    store.close()
    if volumes >= GOAL_AT:
        goals.most("p99 of one client", percentile(took, 0.99), 5, "ms")
        goals.least("grouped", rate, 5_000, "plans/s")
    return goals.status


def postgis(link: psycopg.Connection[Any], rows: PlanarRows) -> None:
    """The same transactions in PostGIS."""
    postgres.fill(link, rows)
    new = _new_plans()
    new_rows = planar_rows(new)
    asks = postgres.asked(new_rows, range(int(new.first[ONE_BY_ONE + GROUPED])))
    of_plan = [asks[new.first[number] : new.first[number + 1]] for number in range(ONE_BY_ONE + GROUPED)]
    took, began = [], time.perf_counter()
    with link.cursor() as cursor:
        for number in range(ONE_BY_ONE):
            turn = time.perf_counter()
            postgres.declare(cursor, 10_000_000 + number, of_plan[number])
            took.append(1000 * (time.perf_counter() - turn))
        print(f"  PostGIS, one client: {ONE_BY_ONE / (time.perf_counter() - began):,.0f} plans/s, {spread(took)}")
        began, numbers = time.perf_counter(), range(ONE_BY_ONE, ONE_BY_ONE + GROUPED // 4)
        for first in numbers[::GROUP]:
            with link.transaction():
                for number in range(first, min(first + GROUP, numbers.stop)):
                    postgres.declare(cursor, 10_000_000 + number, of_plan[number])
        print(f"  PostGIS, grouped by {GROUP}: {len(numbers) / (time.perf_counter() - began):,.0f} plans/s")


def main() -> int:
    """The record, ours in its own process, PostGIS; 0 when the goals that were asked about are reached."""
    status, absent = 0, postgres.reason_absent()
    for volumes in sizes(GOAL_AT):
        load = draw(volumes)
        with tempfile.TemporaryDirectory(prefix="keepclear-record-") as folder:
            print(f"durable plans, {volumes:,} volumes ({machine()})", flush=True)
            write_record(Path(folder), load)
            mine = [sys.executable, "-m", "bench.plans_durable", folder, str(volumes)]
            status |= subprocess.run(mine, check=False).returncode
        if absent:
            print(f"  PostGIS: {absent}")
            continue
        with postgres.running() as link:
            postgis(link, planar_rows(load))
    return status


def _new_plans() -> Load:
    return draw(5 * (ONE_BY_ONE + GROUPED), seed=SEED + 7, prefix="n")


def _pages(store: SqliteStore) -> Iterator[list[bytes]]:
    at = 0
    while entries := store.read(LOG, at, PAGE):
        yield entries
        at += len(entries)


if __name__ == "__main__":
    raise SystemExit(ours(Path(sys.argv[1]), int(sys.argv[2])))
