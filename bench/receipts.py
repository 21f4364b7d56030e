"""How soon a receipt is there, while the host has 300 statements a second to hear.

The host runs as its own process with SQLite on disk and its tree beside it; this load beside it on the same cores. For
the whole time statements (messages of four desks) are posted at a fixed rate on an open schedule, and for each the
receipt is asked for as soon as its answer is there. The time of a receipt runs from the answer «heard» to the last byte
of the receipt; the other figure, from the writing of the statement's POST. Receipts are parsed, and every fiftieth is
verified, after the clock has stopped.

``KEEPCLEAR_BENCH_SECONDS`` and ``KEEPCLEAR_BENCH_RATE`` change the length (60) and the rate (300).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.host_load import Desk, percentile, statement
from bench.wire import Wire
from keepclear.record.proof import parse_proof, verify_proof
from keepclear.record.verify.note import parse_verifier_key
from keepclear.record.verify.policy import LogLine, Policy
from tests.host.running import RunningHost, agreement

GOAL_P99_MS = 300.0
SPEAKING = ("alpha.air", "alpha.ground", "bravo.air", "charlie.air")
CONNECTIONS = 24
"""Kept-alive connections of each desk: a receipt is waited for on one of them."""


@dataclass(slots=True)
class Measured:
    """Times in seconds, receipts by index, refusals."""

    heard: list[float] = field(default_factory=list)
    from_heard: list[float] = field(default_factory=list)
    from_post: list[float] = field(default_factory=list)
    receipts: dict[int, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


async def one(desk: Desk, other: Desk, idle: asyncio.Queue[Wire], measured: Measured) -> None:
    """One statement and its receipt. Statements of a desk go one after another, so that its serials stay in order."""
    said = statement(desk, other, "message", {"text": f"Routine report {desk.serial}"})
    began = time.perf_counter()
    status, answer = await desk.wire.call("POST", "/v1/statements", said)
    heard = time.perf_counter()
    if status != 201:
        measured.refused.append(f"statement: {status} {answer}")
        return
    measured.heard.append(heard - began)
    wire = await idle.get()
    status, data = await wire.text("GET", f"/v1/record/{answer['index']}/receipt")
    done = time.perf_counter()
    idle.put_nowait(wire)
    if status != 200:
        measured.refused.append(f"receipt: {status} {data[:200]!r}")
        return
    measured.from_heard.append(done - heard)
    measured.from_post.append(done - began)
    measured.receipts[answer["index"]] = data


async def load(host: RunningHost, seconds: float, rate: float) -> tuple[Measured, float, float]:
    """What was measured, how long the posting took, and the host's share of a processor meanwhile."""
    where = urlsplit(host.url)
    address = (str(where.hostname), int(where.port or 80))
    desks = []
    queues: list[asyncio.Queue[Wire]] = []
    for name in SPEAKING:
        desks.append(Desk(name, name.partition(".")[0], await Wire(*address, host.tokens[name]).open()))
        queues.append(asyncio.Queue())
        for _ in range(CONNECTIONS):
            queues[-1].put_nowait(await Wire(*address, host.tokens[name]).open())
    measured, waiting = Measured(), []
    process = psutil.Process(host.pid)
    cpu, start = process.cpu_times(), time.perf_counter()
    for count in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, start + count / rate - time.perf_counter()))
        turn, other = count % len(desks), (count + 2) % len(desks)
        waiting.append(asyncio.create_task(one(desks[turn], desks[other], queues[turn], measured)))
    await asyncio.gather(*waiting)
    took, after = time.perf_counter() - start, process.cpu_times()
    return measured, took, (after.user + after.system - cpu.user - cpu.system) / took


def main() -> int:
    """Run the load and print its figures; 0 when the goal is reached."""
    seconds = float(os.environ.get("KEEPCLEAR_BENCH_SECONDS", "60"))
    rate = float(os.environ.get("KEEPCLEAR_BENCH_RATE", "300"))
    before = psutil.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, RunningHost(Path(folder), agreement(name="bench")) as host:
        measured, took, cpu = asyncio.run(load(host, seconds, rate))
        with host.client("mediator.duty") as client:
            keys = [parse_verifier_key(text) for text in client.record_status()["log_keys"]]
    policy = Policy(tuple(LogLine(key) for key in keys), (), (), None)
    checked = sorted(measured.receipts)[::50]
    for index in checked:
        assert verify_proof(parse_proof(measured.receipts[index]), policy).index == index
    sent = len(measured.heard)
    print(f"receipts under load: {sent} statements in {took:.1f} s = {sent / took:.1f}/s; load {before:.1f} before")
    for name, values in (
        ("from POST to «heard»", measured.heard),
        ("from «heard» to the receipt", measured.from_heard),
        ("from POST to the receipt", measured.from_post),
    ):
        shown = [1000 * value for value in values]
        median, p99 = statistics.median(shown), percentile(shown, 0.99)
        print(f"  {name}: p50 {median:.1f} ms, p99 {p99:.1f} ms, most {max(shown):.1f} ms")
    print(
        f"  {len(checked)} receipts verified; refused {len(measured.refused)}; host at {100 * cpu:.0f} % of a processor"
    )
    for line in measured.refused[:3]:
        print(f"  refused: {line}")
    p99_ms = 1000 * percentile(measured.from_heard, 0.99)
    reached = p99_ms <= GOAL_P99_MS and not measured.refused and sent / took > 0.97 * rate
    print(f"  goal: a receipt within {GOAL_P99_MS:.0f} ms at p99: {'reached' if reached else 'not reached'}")
    return 0 if reached else 1
