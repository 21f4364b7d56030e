"""Plans that are kept: checked against everything live, taken into the index, and synced to disk before anyone is told.

A record of so many volumes is written to the SQLite store first: notices as statements, in the entries' own form. Then
a process of its own begins with that record and nothing else. It reads every entry (each against its hash), two helpers
make plans and rows of them (``bench.record_build``), and their rows are joined: that is the build, and its memory is
read when it is done. Beside it stands how long the index takes from its own snapshot. Then new plans come, each as a
typed plan and as the bytes of its entry:

* one client: check all volumes, put, append, and only then the next;
* grouped: 64 plans wait; each is checked against all before it and put, then one append makes all of them durable, and
  all are answered. While one group is being synced, the next is checked.

How long the disk itself takes to sync is printed beside the figures. PostGIS does the same work, one statement a plan
(find for all its volumes, and insert): each a transaction of its own, and 64 to a transaction, with
``synchronous_commit`` on. Only the build reads JSON; what comes over a wire is measured elsewhere.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha512
from pathlib import Path
from typing import Any

import psycopg

from bench import postgres
from bench.figures import Goals, compile_first, machine, memory_mb, percentile, sizes, spread
from bench.load import BEGIN_MS, SEED, Load, draw
from bench.planar import PlanarRows, planar_rows
from bench.record_build import PAGE, index_of_record
from keepclear.detection.grid import GridIndex
from keepclear.detection.plan import Plan
from keepclear.detection.snapshot import index_from, parts_of, sealed
from keepclear.formats.entry import ENTRY_VERSION, entry_as_kept
from keepclear.formats.findings import NOTHING
from keepclear.host.index_file import mapped, write_whole
from keepclear.mechanism.ledger import RULES_VERSION
from keepclear.record.verify.base64url import encoded
from keepclear.spacetime.as_kept import envelope_as_kept
from keepclear.spacetime.envelope import envelope_to_json
from keepclear.spacetime.heights import HeightRules
from keepclear.store import SqliteStore

LOG = "bench"
ONE_BY_ONE = 2_000
GROUP = 64
GROUPED = 100 * GROUP
GOAL_AT = 1_000_000
_HEADER = b'{"alg":"Ed25519","kid":"HuLRQu8FGV5jHqEbOZkjVGEZpKPyIh5FqPGcuVvgiH4","typ":"keepclear-statement"}'


def entry_of(plan: Plan, number: int) -> bytes:
    """The record's entry of the notice that announces a plan, as a host writes it: the token of a signed statement.

    What stands for the signature is none, for only clients and ``verify`` look at it. Keys are in the order that
    canonical JSON has them in.
    """
    body = {"activity": plan.activity, "envelope": envelope_to_json(plan.envelope)}
    statement = {
        "id": plan.id, "mechanism": LOG, "type": "notice", "from": f"{plan.party}.air", "serial": number,
        "said_at": "2026-12-31T20:00:00Z", "precedence": "ROUTINE", "to": [], "refs": [], "mode": "live", "body": body,
    }  # fmt: skip
    payload = _canonical(statement)
    token = ".".join(encoded(part) for part in (_HEADER, payload, sha512(payload).digest()))
    at = BEGIN_MS - 14_400_000 + number
    return _canonical({
        "v": ENTRY_VERSION, "rules": RULES_VERSION, "at": at, "kind": "statement", "jws": token, "worked_out": NOTHING,
    })  # fmt: skip


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def plan_of(data: bytes) -> Plan:
    """The plan that an entry of our own record announces."""
    statement = entry_as_kept(data).statement
    assert statement is not None
    body = statement["body"]
    return Plan(
        statement["id"], statement["from"].partition(".")[0], body["activity"], envelope_as_kept(body["envelope"])
    )


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


def build(folder: Path, volumes: int, goals: Goals) -> GridIndex:
    """The index as the record has it."""
    compile_first()
    began, before = time.perf_counter(), time.process_time()
    index = index_of_record(folder, LOG, plan_of)
    took = time.perf_counter() - began
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = time.process_time() - before + helpers.ru_utime + helpers.ru_stime
    print(f"  built from the record in {took:.1f} s ({computed:.1f} s of processors): {len(index):,} plans")
    print(f"  the larger of two helpers had {helpers.ru_maxrss / 1000:.0f} MB while it worked; {machine()}")
    judged = volumes >= GOAL_AT
    if judged:
        goals.most("build", took, 20, "s")
        goals.most("memory when built", memory_mb(), 700, "MB")
    else:
        print(f"  memory when built: {memory_mb():.0f} MB")
    return index


def again(folder: Path, index: GridIndex) -> None:
    """How long the index takes to its own snapshot and back."""
    heights, path = HeightRules(), folder / "index"
    began = time.perf_counter()
    write_whole(path, sealed(parts_of(index, (), heights, {})))
    written = time.perf_counter()
    index_from(mapped(path), (), heights, {})
    loaded = time.perf_counter() - written
    print(
        f"  snapshot: {path.stat().st_size / 1e6:,.0f} MB written in {written - began:.1f} s, loaded in {loaded:.1f} s"
    )


def disk(folder: Path) -> None:
    """What a sync of the disk takes by itself: 8 kB over what is there, as the store's log is written."""
    many, took = 1_000, []
    with (folder / "probe").open("w+b", buffering=0) as file:
        file.write(bytes(8192 * many))
        os.fsync(file.fileno())
        for number in range(many):
            os.pwrite(file.fileno(), b"x" * 8192, 8192 * number)
            turn = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(1000 * (time.perf_counter() - turn))
    (folder / "probe").unlink()
    print(f"  the disk's own sync of 8 kB: {spread(took)}, longest {max(took):.3g} ms")


def ours(folder: Path, volumes: int) -> int:
    """In a process of its own: build, then one client, then groups."""
    goals = Goals()
    index = build(folder, volumes, goals)
    again(folder, index)
    disk(folder)
    store = SqliteStore(folder)
    new = [(plan, entry_of(plan, number)) for number, plan in enumerate(_new_plans().plans(0, ONE_BY_ONE + GROUPED))]
    gc.collect()
    gc.freeze()
    at, took, kept_ms, computed = store.length(LOG), [], [], time.thread_time()
    began = time.perf_counter()
    for plan, entry in new[:ONE_BY_ONE]:
        turn = time.perf_counter()
        index.touching(plan)
        index.put(plan)
        asked = time.perf_counter()
        store.append(LOG, at, [entry])
        at += 1
        took.append(1000 * (time.perf_counter() - turn))
        kept_ms.append(1000 * (time.perf_counter() - asked))
    print(f"  ours, one client: {ONE_BY_ONE / (time.perf_counter() - began):,.0f} plans/s, {spread(took)}")
    computed_ms = 1000 * (time.thread_time() - computed) / ONE_BY_ONE
    print(f"  of which keeping it: {spread(kept_ms)}; computed in all {computed_ms:.3g} ms a plan")
    rate = grouped(index, store, new[ONE_BY_ONE:])
    store.close()
    if volumes >= GOAL_AT:
        goals.most("p99 of one client", percentile(took, 0.99), 5, "ms")
        goals.least("grouped", rate, 5_000, "plans/s")
    return goals.status


def grouped(index: GridIndex, store: SqliteStore, new: Sequence[tuple[Plan, bytes]]) -> float:
    """Groups, each answered when it is durable; the next is checked meanwhile. Plans a second."""
    at, answered, began = store.length(LOG), [], time.perf_counter()

    def keep(position: int, entries: list[bytes], turn: float) -> None:
        store.append(LOG, position, entries)
        answered.append(1000 * (time.perf_counter() - turn))

    computed = time.thread_time()
    with ThreadPoolExecutor(1) as keeper:
        waiting: Future[None] | None = None
        for first in range(0, len(new), GROUP):
            turn, group = time.perf_counter(), new[first : first + GROUP]
            index.admit_many([plan for plan, _ in group])
            if waiting is not None:
                waiting.result()
            waiting = keeper.submit(keep, at, [entry for _, entry in group], turn)
            at += len(group)
    rate = len(new) / (time.perf_counter() - began)
    checked_ms = 1000 * (time.thread_time() - computed) / len(new)
    print(f"  ours, grouped by {GROUP}: {rate:,.0f} plans/s, a group {spread(answered)}; {machine()}")
    print(f"  of which checking and taking in computed {checked_ms:.3g} ms a plan")
    return rate


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


if __name__ == "__main__":
    raise SystemExit(ours(Path(sys.argv[1]), int(sys.argv[2])))
