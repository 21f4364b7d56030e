"""Statements a second over HTTP, and how soon the other desk has them, with 1,000 notices live.

The host runs as its own process with SQLite on disk; this load beside it on the same cores. After 1,000 notices are
filed, statements are sent for a minute at a fixed rate on an open schedule (a late answer does not slow the next one
down): 4 of 10 are messages, 3 acknowledgements, 1 an amendment, 1 a new notice and 1 the cancellation of an old one, so
that about 1,000 stay live. Both desks' machines receive events and say that they did. The time of a statement runs from
the writing of its POST to the arrival of its event at the other desk.

``KEEPCLEAR_BENCH_SECONDS`` and ``KEEPCLEAR_BENCH_RATE`` change the length (60) and the rate (100).
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.wire import Wire
from keepclear.client import new_id
from tests.host.running import RunningHost, agreement

LIVE = 1000
GOAL_P99_MS = 100.0
GOAL_RSS_MB = 300.0


@dataclass(slots=True)
class Desk:
    """One desk of the load: its connections, its serial, its notices that are live."""

    name: str
    party: str
    wire: Wire
    serial: int = 0
    live: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Measured:
    """What was seen: when each statement was posted, when its event arrived, and refusals."""

    posted: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    alerts: int = 0


def when(minutes: float) -> str:
    """An RFC 3339 instant so many minutes from now."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds").replace("+00:00", "Z")


def envelope(draw: random.Random) -> list[dict[str, Any]]:
    """One volume somewhere in the agreement's area: a disc, a corridor or a polygon, hours ahead."""
    lon, lat = draw.uniform(34.5, 42.5), draw.uniform(32.5, 37.5)
    low = draw.randrange(20, 300, 10)
    start = draw.uniform(120, 1200)
    shape: dict[str, Any]
    kind = draw.random()
    if kind < 0.4:
        shape = {"footprint": {"type": "Point", "coordinates": [lon, lat]}, "radius_m": draw.uniform(500, 8000)}
    elif kind < 0.7:
        line = [[lon, lat], [lon + draw.uniform(-0.3, 0.3), lat + 0.2], [lon + 0.4, lat + draw.uniform(-0.2, 0.2)]]
        shape = {"footprint": {"type": "LineString", "coordinates": line}, "half_width_m": draw.uniform(300, 3000)}
    else:
        wide, high = draw.uniform(0.05, 0.4), draw.uniform(0.05, 0.3)
        ring = [[lon, lat], [lon + wide, lat], [lon + wide, lat + high], [lon, lat + high], [lon, lat]]
        shape = {"footprint": {"type": "Polygon", "coordinates": [ring]}}
    bands = {"floor": f"FL{low:03d}", "ceiling": f"FL{low + draw.randrange(10, 60, 10):03d}"}
    return [{**shape, **bands, "start": when(start), "end": when(start + draw.uniform(20, 90))}]


def statement(desk: Desk, other: Desk, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """A statement of ``desk`` to the other party, with the next serial."""
    desk.serial += 1
    return {
        "id": new_id(),
        "mechanism": "bench",
        "type": kind,
        "from": desk.name,
        "serial": desk.serial,
        "said_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "precedence": "ROUTINE",
        "to": [other.name],
        "refs": [],
        "mode": "live",
        "body": body,
    }


def next_statement(draw: random.Random, desk: Desk, other: Desk) -> dict[str, Any]:
    """The next one of the mix."""
    choice = draw.random()
    if choice < 0.4 or len(other.live) <= 50:
        return statement(desk, other, "message", {"text": f"Routine report {desk.serial}"})
    if choice < 0.7:
        return statement(desk, other, "ack", {"about": draw.choice(other.live[:-50]), "level": "person"})
    if choice < 0.8:
        return statement(desk, other, "amend", {"notice": draw.choice(desk.live), "envelope": envelope(draw)})
    if choice < 0.9 and len(desk.live) > LIVE // 2:
        gone = desk.live.pop(draw.randrange(len(desk.live)))
        return statement(desk, other, "cancel", {"notice": gone})
    return new_notice(draw, desk, other)


def new_notice(draw: random.Random, desk: Desk, other: Desk) -> dict[str, Any]:
    """A notice of ``desk``, counted among its live ones."""
    body = {"activity": draw.choice(["fixed_wing", "uas"]), "envelope": envelope(draw)}
    made = statement(desk, other, "notice", body)
    desk.live.append(made["id"])
    return made


async def listen(wire: Wire, receipts: Wire, measured: Measured) -> None:
    """Read a desk's events, note when each statement arrived, and say that the machine has them."""
    said = 0.0
    _, page = await receipts.call("GET", "/v1/notices?limit=1")
    async for event in wire.events(page["index"]):
        now = time.perf_counter()
        for change in event.get("changes", ()):
            if change["kind"] == "statement":
                measured.seen.setdefault(change["statement"]["id"], now)
            elif change["kind"] == "alert" and change["what"] == "raised":
                measured.alerts += 1
        if "index" in event and now - said > 0.25:
            said = now
            await receipts.call("POST", "/v1/deliveries", {"through": event["index"]})


async def post(desk: Desk, what: dict[str, Any], measured: Measured) -> None:
    """Say one statement; note its times."""
    before = time.perf_counter()
    measured.posted[what["id"]] = before
    status, answer = await desk.wire.call("POST", "/v1/statements", what)
    measured.answered.append(time.perf_counter() - before)
    if status not in {200, 201}:
        measured.refused.append(f"{what['type']}: {status} {answer and answer.get('detail')}")


async def load(host: RunningHost, seconds: float, rate: float) -> tuple[Measured, dict[str, float]]:
    """File the notices, run the load, and return what was seen with the host's memory in MB."""
    draw = random.Random(20261122)
    where = urlsplit(host.url)
    address = (str(where.hostname), int(where.port or 80))
    desks = [
        Desk("alpha.air", "alpha", await Wire(*address, host.tokens["alpha.air"]).open()),
        Desk("bravo.air", "bravo", await Wire(*address, host.tokens["bravo.air"]).open()),
    ]
    filed = Measured()
    began = time.perf_counter()
    for turn in range(LIVE):
        desk, other = desks[turn % 2], desks[1 - turn % 2]
        await post(desk, new_notice(draw, desk, other), filed)
    filing = time.perf_counter() - began
    if filed.refused:
        message = f"a notice of the set-up was refused: {filed.refused[0]}"
        raise RuntimeError(message)
    measured = Measured()
    listeners = []
    for desk in desks:
        token = host.tokens[desk.name]
        streams = await Wire(*address, token).open(), await Wire(*address, token).open()
        listeners.append(asyncio.create_task(listen(*streams, measured)))
    await asyncio.sleep(1.0)
    process = psutil.Process(host.pid)
    cpu = process.cpu_times()
    waiting: list[asyncio.Task[None]] = []
    start = time.perf_counter()
    for count in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, start + count / rate - time.perf_counter()))
        desk, other = desks[count % 2], desks[1 - count % 2]
        waiting.append(asyncio.create_task(post(desk, next_statement(draw, desk, other), measured)))
    await asyncio.gather(*waiting)
    took = time.perf_counter() - start
    await asyncio.sleep(1.0)
    after = process.cpu_times()
    for task in listeners:
        task.cancel()
    figures = {
        "filing_per_s": LIVE / filing,
        "took_s": took,
        "rss_mb": process.memory_info().rss / 1e6,
        "cpu": (after.user + after.system - cpu.user - cpu.system) / took,
    }
    return measured, figures


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of the sorted values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Run the load and print its figures; 0 when the goals are reached."""
    seconds = float(os.environ.get("KEEPCLEAR_BENCH_SECONDS", "60"))
    rate = float(os.environ.get("KEEPCLEAR_BENCH_RATE", "100"))
    with tempfile.TemporaryDirectory() as folder, RunningHost(Path(folder), agreement(name="bench")) as host:
        measured, figures = asyncio.run(load(host, seconds, rate))
    arrived = [measured.seen[name] - at for name, at in measured.posted.items() if name in measured.seen]
    missing = len(measured.posted) - len(arrived)
    sent = len(measured.posted)
    to_screen, to_answer = [1000 * value for value in arrived], [1000 * value for value in measured.answered]
    took = figures["took_s"]
    print(f"host under load: {sent} statements in {took:.1f} s = {sent / took:.1f}/s, {LIVE} notices live")
    for name, values in (("POST to the other desk's event", to_screen), ("POST to its answer", to_answer)):
        median = statistics.median(values)
        print(f"  {name}: p50 {median:.1f} ms, p99 {percentile(values, 0.99):.1f} ms, most {max(values):.1f} ms")
    print(f"  refused {len(measured.refused)}, events missing {missing}, alerts seen {measured.alerts}")
    print(f"  host memory {figures['rss_mb']:.0f} MB, processor {100 * figures['cpu']:.0f} % of a core")
    print(f"  filing one after another (set-up): {figures['filing_per_s']:.0f} notices/s")
    for line in measured.refused[:3]:
        print(f"  refused: {line}")
    reached = not measured.refused and not missing and percentile(to_screen, 0.99) < GOAL_P99_MS
    return 0 if reached and figures["rss_mb"] < GOAL_RSS_MB and sent / took > 0.99 * rate else 1
