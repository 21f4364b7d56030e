"""The record's tree: statements kept and signed, from the store to a checkpoint on the disk, and proofs at a million.

* kept and signed: batches of 256 statements (their entries, made beforehand) are appended to the SQLite store, each
  batch a transaction that is synced; beside it a thread reads the batch back, puts its leaves into the tree and
  releases a checkpoint over them: tiles synced, read back, hashed again, signed twice. A statement counts when it is
  under a checkpoint. How long the disk itself takes to sync is printed beside.
* how soon: 300 statements a second, each appended as it comes; from its being durable to the checkpoint that covers it.
* proofs: a tree of 1,000,000 leaves on the disk, inclusion and consistency asked at random, with what a host has in
  memory by then and with nothing in memory.

pymerkle does its own work of the same kind in an environment of its own: entries into its SQLite tree with a root after
each batch, nothing signed and no tiles; and inclusion proofs from its tree of 1,000,000.
"""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rfc8785

from bench.figures import Goals, machine, percentile, spread, timed
from keepclear.client.ids import new_id
from keepclear.host.record_tree import RecordTree, open_tree
from keepclear.host.recording import Recording
from keepclear.record.consistency import verify_consistency
from keepclear.record.keys import LogKeys
from keepclear.record.tile_log import TileLog
from keepclear.record.tree import HashReader
from keepclear.record.verify.leaf import Leaf
from keepclear.record.verify.tree import leaf_hash, verify_inclusion
from keepclear.store import SqliteStore

LOG = "bench"
BATCH = 256
BATCHES = 60
RATE = 300
RATE_S = 10
PROOF_SIZE = 1_000_000
PROOFS = 2_000
AT_ONCE = 65_536
PEER = "pymerkle==7.0.0"
PEER_BATCHES = 10


def entries(count: int, start: int = 0) -> list[bytes]:
    """Entries of statements of about a thousand bytes, as the host keeps them."""
    return [_entry(start + number) for number in range(count)]


def _entry(number: int) -> bytes:
    ring = [[37.0 + n / 100, 34.0 + number % 100 / 100] for n in range(12)]
    body: dict[str, Any] = {
        "activity": "fixed_wing",
        "envelope": [{"footprint": {"type": "Polygon", "coordinates": [ring]}}] * 2,
    }
    said = {"id": new_id(), "mechanism": LOG, "type": "notice", "from": "alpha.air", "serial": number, "body": body}
    entry: dict[str, Any] = {
        "v": 1,
        "rules": "1",
        "at": 1_775_742_000_000 + number,
        "kind": "statement",
        "statement": said,
    }
    return rfc8785.dumps(entry)


@contextmanager
def _kept() -> Iterator[tuple[SqliteStore, RecordTree]]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder))
        try:
            store.append(LOG, 0, entries(BATCH))
            yield store, open_tree(Path(folder), store, LOG)
        finally:
            store.close()


def sync_ms(folder: Path) -> float:
    """What the disk takes to sync 4 KiB, in the middle of 50 times."""
    took = []
    with (folder / "sync").open("wb") as file:
        for _ in range(50):
            file.write(bytes(4_096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return percentile(took, 0.5)


def kept_and_signed(goals: Goals) -> None:
    """Batches of 256 through the store and under a checkpoint each, the two beside each other."""
    batches = [entries(BATCH, BATCH * (1 + number)) for number in range(BATCHES)]
    store_ms, tree_ms = [], []
    with _kept() as (store, tree):
        waiting: queue.Queue[int | None] = queue.Queue()

        def sign() -> None:
            while (length := waiting.get()) is not None:
                began, size = time.perf_counter(), tree.tiles.size
                kept = store.read(LOG, size, length - size)
                tree.tiles.append([tree.leaf(index, entry) for index, entry in enumerate(kept, size)])
                tree.tiles.publish(int(time.time()))
                tree_ms.append((time.perf_counter() - began) * 1000)

        signing = threading.Thread(target=sign)
        computed, began = time.process_time(), time.perf_counter()
        signing.start()
        waiting.put(BATCH)
        for number, batch in enumerate(batches):
            appending = time.perf_counter()
            store.append(LOG, BATCH * (1 + number), batch)
            store_ms.append((time.perf_counter() - appending) * 1000)
            waiting.put(BATCH * (2 + number))
        waiting.put(None)
        signing.join()
        took_s, computed_s = time.perf_counter() - began, time.process_time() - computed
        assert tree.tiles.size == BATCH * (1 + BATCHES)
        disk_ms = sync_ms(store.directory)
    size = sum(map(len, batches[0])) / BATCH
    print(f"  {BATCHES} batches of {BATCH} statements of {size:.0f} bytes; a sync of the disk takes {disk_ms:.2f} ms")
    print(f"  a batch into the store: {spread(store_ms)}; into the tree and under a checkpoint: {spread(tree_ms)}")
    print(f"  computed: {computed_s / (BATCH * (1 + BATCHES)) * 1e6:.0f} µs a statement, store and tree together")
    goals.least("kept, synced and under a checkpoint", BATCH * (1 + BATCHES) / took_s, 3_000, "statements/s")


def how_soon(goals: Goals) -> None:
    """From durable to signed, at a steady rate."""
    came = entries(RATE * RATE_S, BATCH)
    durable: list[float] = []
    signed: dict[int, float] = {}
    with _kept() as (store, tree):
        recording = Recording(tree)
        recording.subscribe(lambda checkpoint, _: signed.update({checkpoint.size: time.perf_counter()}))
        recording.start()
        recording.wait_for(BATCH, 60)
        began = time.perf_counter()
        for number, entry in enumerate(came):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            store.append(LOG, BATCH + number, [entry])
            durable.append(time.perf_counter())
            recording.tell(BATCH + number + 1)
        recording.stop()
    releases = sorted(signed.items())
    lag_ms, at = [], 0
    for number, since in enumerate(durable):
        while releases[at][0] <= BATCH + number:
            at += 1
        lag_ms.append((releases[at][1] - since) * 1000)
    rate = len(durable) / (durable[-1] - durable[0])
    print(f"  at {rate:.0f} statements/s, {len(releases)} checkpoints: from durable to signed {spread(lag_ms)}")
    goals.most(f"from durable to signed, p99 at {RATE} statements/s", percentile(lag_ms, 0.99), 300, "ms")


def proofs(goals: Goals) -> None:
    """Inclusion and consistency in a tree of a million leaves on the disk."""
    keys = LogKeys(b"e" * 32, b"m" * 32, b"s" * 32)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        log = TileLog(Path(folder) / "log", "bench.example/log", keys.signers("bench.example/log"))
        for start in range(0, PROOF_SIZE, AT_ONCE):
            log.append(_leaf(index) for index in range(start, min(start + AT_ONCE, PROOF_SIZE)))
            log.publish()
        took_s = time.perf_counter() - began
        print(f"  a tree of {PROOF_SIZE:,} leaves on the disk, in batches of {AT_ONCE:,}: {took_s:.1f} s")
        began = time.perf_counter()
        log = TileLog(log.directory, log.origin, keys.signers(log.origin))
        print(f"  opened and its end checked: {(time.perf_counter() - began) * 1000:.1f} ms")
        draw = random.Random(1)
        asked = [draw.randrange(PROOF_SIZE) for _ in range(PROOFS)]
        found = timed(log.inclusion_proof, asked)
        cold = timed(lambda index: _fresh(log).inclusion_proof(index, PROOF_SIZE), asked)
        older = timed(log.consistency_proof, asked)
        root = log.checkpoint.root
        checked = timed(
            lambda n: verify_inclusion(leaf_hash(_leaf(asked[n])), asked[n], PROOF_SIZE, found.answers[n], root),
            range(PROOFS),
        )
        for old, proof in zip(asked[:50], older.answers, strict=False):
            verify_consistency(old, log.root(old), PROOF_SIZE, root, proof)
        for what, took in (
            ("inclusion proof", found),
            ("the same with nothing in memory", cold),
            ("consistency proof", older),
            ("checking an inclusion proof", checked),
        ):
            print(f"  {what}: {spread(took.wall_ms)}; computed {spread(took.processor_ms)}")
        goals.most("inclusion proof at 1,000,000, p99 computed", percentile(found.processor_ms, 0.99), 1, "ms")


def _fresh(log: TileLog) -> HashReader:
    return HashReader(lambda tile: (log.directory / tile.path).read_bytes())


def _leaf(index: int) -> bytes:
    return Leaf(1_775_742_000_000 + index, index.to_bytes(32, "big")).to_bytes()


def peer() -> None:
    """Pymerkle's figures, or a line that says why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        try:
            venv.create(place / "env", with_pip=True)
            python = place / "env" / "bin" / "python"
            subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=True, capture_output=True, timeout=180)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  {PEER} could not be had, so nothing stands beside: {error}")
            return
        script = Path(__file__).with_name("pymerkle_tree.py")
        numbers = map(str, (PEER_BATCHES, BATCH, PROOF_SIZE, 200))
        out = subprocess.run([python, script, folder, *numbers], check=True, capture_output=True, text=True).stdout
        figures: dict[str, Any] = json.loads(out)
    print(f"  {PEER}: {figures['appended_per_s']:.0f} entries/s into its SQLite tree with a root a batch, none signed")
    print(f"  {PEER}: inclusion proof {spread(figures['took_ms'])}, the first {figures['first_ms']:.0f} ms")


def main() -> int:
    """0 when all goals were reached."""
    goals = Goals()
    print(f"record · {machine()}", flush=True)
    kept_and_signed(goals)
    how_soon(goals)
    proofs(goals)
    peer()
    return goals.status


if __name__ == "__main__":
    sys.exit(main())
