"""How soon a receipt is there, while the host has 300 signed statements a second to hear.

The host runs as its own process with SQLite on disk and its tree beside it, as live hosts do: it hears nothing that is
not signed. This load runs beside it on the same cores; all statements (messages of four desks) are made and signed
before the clock starts. They are posted at a fixed rate on an open schedule, and for each the receipt is asked for as
soon as its answer is there. The time of a receipt runs from the answer «heard» to the last byte of the receipt; the
other figure, from the writing of the statement's POST. Receipts are parsed, and every fiftieth is verified, after the
clock has stopped.

``KEEPCLEAR_BENCH_SECONDS`` and ``KEEPCLEAR_BENCH_RATE`` change the length (60) and the rate (300);
``KEEPCLEAR_BENCH_UNSIGNED=1`` has a host that hears what is not signed, and signs nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.host_load import Desk, percentile, statement
from bench.wire import Wire
from keepclear.record.proof import parse_proof, verify_proof
from keepclear.record.verify.note import parse_verifier_key
from keepclear.record.verify.policy import LogLine, Policy
from tests.host.running import RunningHost, agreement
from tests.host.signing import Key

GOAL_P99_MS = 300.0
SPEAKING = ("alpha.air", "alpha.ground", "bravo.air", "charlie.air")
CONNECTIONS = 24
"""Kept-alive connections of each desk: a receipt is waited for on one of them."""

SIGNING_S = 0.001
"""What the making of one statement is given before the clock starts, in seconds."""


@dataclass(slots=True)
class Measured:
    """Times in seconds, receipts by index, refusals."""

    heard: list[float] = field(default_factory=list)
    from_heard: list[float] = field(default_factory=list)
    from_post: list[float] = field(default_factory=list)
    receipts: dict[int, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Speaking:
    """A desk of the load: its key if it signs, and the connections on which it waits for receipts."""

    desk: Desk
    key: Key | None
    idle: asyncio.Queue[Wire]

    @property
    def media_type(self) -> str:
        """Of what it says."""
        return "application/json" if self.key is None else "application/jose"

    def words(self, other: Desk, kind: str, body: dict[str, Any], at_s: float) -> bytes:
        """Its next statement as it is posted, said at an instant (seconds since 1970)."""
        said = statement(self.desk, other, kind, body)
        instant = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
        said["said_at"] = instant.replace("+00:00", "Z")
        if self.key is None:
            return json.dumps(said, separators=(",", ":")).encode()
        return self.key.signs(said).encode()


async def one(speaking: Speaking, words: bytes, measured: Measured) -> None:
    """One statement and its receipt. Statements of a desk go one after another, so that its serials stay in order."""
    began = time.perf_counter()
    status, answer = await speaking.desk.wire.send("POST", "/v1/statements", words, speaking.media_type)
    heard = time.perf_counter()
    if status != 201:
        measured.refused.append(f"statement: {status} {answer!r}")
        return
    measured.heard.append(heard - began)
    index = json.loads(answer)["index"]
    wire = await speaking.idle.get()
    status, data = await wire.text("GET", f"/v1/record/{index}/receipt")
    done = time.perf_counter()
    speaking.idle.put_nowait(wire)
    if status != 200:
        measured.refused.append(f"receipt: {status} {data[:200]!r}")
        return
    measured.from_heard.append(done - heard)
    measured.from_post.append(done - began)
    measured.receipts[index] = data


def address(host: RunningHost) -> tuple[str, int]:
    """Where the host listens."""
    where = urlsplit(host.url)
    return str(where.hostname), int(where.port or 80)


async def enrolled(host: RunningHost, *, signed: bool) -> list[Speaking]:
    """The desks; the first key of each is in the record."""
    found = []
    for name in SPEAKING:
        desk = Desk(name, name.partition(".")[0], await Wire(*address(host), host.tokens[name]).open())
        one_desk = Speaking(desk, Key() if signed else None, asyncio.Queue())
        if one_desk.key is not None:
            enrols = one_desk.words(desk, "key_enrol", one_desk.key.body(name, mechanism="bench"), time.time())
            status, answer = await desk.wire.send("POST", "/v1/statements", enrols, one_desk.media_type)
            assert status == 201, answer
        found.append(one_desk)
    return found


async def connect(host: RunningHost, desks: list[Speaking]) -> None:
    """Gives the desks their connections: just before they are used, for the host ends those that idle."""
    for one_desk in desks:
        token = host.tokens[one_desk.desk.name]
        one_desk.desk.wire = await Wire(*address(host), token).open()
        for _ in range(CONNECTIONS):
            one_desk.idle.put_nowait(await Wire(*address(host), token).open())


async def load(host: RunningHost, seconds: float, rate: float, *, signed: bool) -> tuple[Measured, float, float]:
    """What was measured, how long the posting took, and the host's share of a processor meanwhile."""
    desks = await enrolled(host, signed=signed)
    many = int(seconds * rate)
    starts_at = time.time() + many * SIGNING_S
    words = []
    for count in range(many):
        speaks, hears = desks[count % len(desks)], desks[(count + 2) % len(desks)]
        text = {"text": f"Routine report {speaks.desk.serial}"}
        words.append((speaks, speaks.words(hears.desk, "message", text, starts_at + count / rate)))
    measured, waiting = Measured(), []
    await asyncio.sleep(max(0.0, starts_at - time.time()))
    await connect(host, desks)
    process = psutil.Process(host.pid)
    cpu, start = process.cpu_times(), time.perf_counter()
    for count, (speaks, said) in enumerate(words):
        await asyncio.sleep(max(0.0, start + count / rate - time.perf_counter()))
        waiting.append(asyncio.create_task(one(speaks, said, measured)))
    await asyncio.gather(*waiting)
    took, after = time.perf_counter() - start, process.cpu_times()
    return measured, took, (after.user + after.system - cpu.user - cpu.system) / took


def verified(measured: Measured, log_keys: list[str]) -> int:
    """How many receipts were verified: every fiftieth. Raises for one that does not hold."""
    policy = Policy(tuple(LogLine(parse_verifier_key(text)) for text in log_keys), (), (), None)
    checked = sorted(measured.receipts)[::50]
    for index in checked:
        assert verify_proof(parse_proof(measured.receipts[index]), policy).index == index
    return len(checked)


def main() -> int:
    """Run the load and print its figures; 0 when the goal is reached."""
    seconds = float(os.environ.get("KEEPCLEAR_BENCH_SECONDS", "60"))
    rate = float(os.environ.get("KEEPCLEAR_BENCH_RATE", "300"))
    signed = os.environ.get("KEEPCLEAR_BENCH_UNSIGNED") != "1"
    before, mechanism = psutil.getloadavg()[0], agreement(name="bench")
    with tempfile.TemporaryDirectory() as folder, RunningHost(Path(folder), mechanism, unsigned=not signed) as host:
        measured, took, cpu = asyncio.run(load(host, seconds, rate, signed=signed))
        with host.client("mediator.duty") as client:
            checked = verified(measured, client.record_status()["log_keys"])
    sent, kind = len(measured.heard), "signed" if signed else "unsigned"
    print(f"receipts under load: {sent} {kind} statements in {took:.1f} s = {sent / took:.1f}/s")
    for name, values in (
        ("from POST to «heard»", measured.heard),
        ("from «heard» to the receipt", measured.from_heard),
        ("from POST to the receipt", measured.from_post),
    ):
        shown = [1000 * value for value in values]
        median, p99 = statistics.median(shown), percentile(shown, 0.99)
        print(f"  {name}: p50 {median:.1f} ms, p99 {p99:.1f} ms, most {max(shown):.1f} ms")
    each_ms = 1000 * cpu * took / max(sent, 1)
    print(f"  host at {100 * cpu:.0f} % of a processor: {each_ms:.2f} ms a statement with its receipt")
    print(f"  {checked} receipts verified; refused {len(measured.refused)}; load average before {before:.1f}")
    for line in measured.refused[:3]:
        print(f"  refused: {line}")
    p99_ms = 1000 * percentile(measured.from_heard, 0.99)
    reached = p99_ms <= GOAL_P99_MS and not measured.refused and sent / took > 0.97 * rate
    print(f"  goal: a receipt within {GOAL_P99_MS:.0f} ms at p99: {'reached' if reached else 'not reached'}")
    return 0 if reached else 1
