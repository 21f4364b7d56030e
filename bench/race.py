"""Eight clients that file overlapping plans in one city at once, through a real host; who was told of what.

The host runs as a process of its own with SQLite on disk. Eight desks of eight parties each post one notice after
another for half a minute, drawn from the load around one city, as fast as each is answered, without pause or turns. A
desk is told of a conflict in the answer to its statement. Afterwards every pair among the notices that the host
acknowledged is judged anew, by boxes and then the judge itself, and each pair in conflict is looked for in all that the
desks were told and, if it is not there, among the host's alerts. A pair that is in neither is one that nobody was told
of: the goal is none.

``KEEPCLEAR_BENCH_SECONDS`` changes the length (30).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.figures import Goals, machine, spread
from bench.load import SEED, draw
from bench.wire import Wire
from keepclear.client import new_id
from keepclear.detection.index import SimpleIndex
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.host import tokens
from keepclear.spacetime.envelope import envelope_to_json
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import format_instant
from tests.host.running import RunningHost

CLIENTS = 8
CITY = (37.2, 36.2)
CITY_KM = 60.0
LEAD_MS = 6 * 3_600_000
EACH = 20_000
PARTIES = [f"party-{number}" for number in range(CLIENTS)]
DESKS = [f"{party}.air" for party in PARTIES]


def agreement() -> str:
    """Eight parties with a desk each, nothing that would refuse or delay a plan, no separation."""
    parties = "".join(f'[[party]]\nid = "{party}"\nname = "{party}"\n' for party in PARTIES)
    desks = "".join(f'[[desk]]\nid = "{party}.air"\nrole = "air"\nparty = "{party}"\n' for party in PARTIES)
    ring = "[[30, 30], [45, 30], [45, 42], [30, 42], [30, 30]]"
    area = f'[area]\nfootprint = {{ type = "Polygon", coordinates = [{ring}] }}\n'
    return f'name = "race"\ndisclosure = "board"\n{area}{parties}{desks}'


@dataclass(slots=True)
class Client:
    """One desk of the race: what it filed and what it was told."""

    desk: str
    wire: Wire
    plans: Iterator[Plan]
    filed: dict[str, Plan] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    took_ms: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def run(self, until: float) -> None:
        """File one plan after another."""
        serial = 0
        while time.perf_counter() < until:
            serial += 1
            plan = next(self.plans)
            said = self._statement(plan, serial)
            before = time.perf_counter()
            status, answer = await self.wire.call("POST", "/v1/statements", said)
            self.took_ms.append(1000 * (time.perf_counter() - before))
            if status != 201:
                self.refused.append(f"{status} {answer and answer.get('detail')}")
                serial -= 1
                continue
            self.filed[said["id"]] = Plan(said["id"], self.desk.partition(".")[0], plan.activity, plan.envelope)
            self.told.update(pairs_of(answer["alerts"]))

    def _statement(self, plan: Plan, serial: int) -> dict[str, Any]:
        now_ms = int(time.time() * 1000)
        return {
            "id": new_id(), "mechanism": "race", "type": "notice", "from": self.desk, "serial": serial,
            "said_at": format_instant(now_ms), "precedence": "ROUTINE", "refs": [], "mode": "live",
            "body": {"activity": plan.activity, "envelope": envelope_to_json(plan.envelope)},
        }  # fmt: skip


def pairs_of(alerts: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The conflicting pairs that alerts are about."""
    for alert in alerts:
        if alert["code"] == "CONFLICT_4D":
            a, b = sorted(alert["about"])
            yield a, b


async def listed(wire: Wire) -> set[tuple[str, str]]:
    """Every conflict among the host's alerts, page after page."""
    found: set[tuple[str, str]] = set()
    cursor = ""
    while True:
        _, page = await wire.call("GET", f"/v1/alerts?limit=500{cursor}")
        found.update(pairs_of(page["items"]))
        if page["next"] is None:
            return found
        cursor = f"&after={page['next']}"


async def race(host: RunningHost, seconds: float) -> tuple[list[Client], float, set[tuple[str, str]]]:
    """The race itself: the clients, how long it took, and what the host lists afterwards."""
    where = urlsplit(host.url)
    address = str(where.hostname), int(where.port or 80)
    begin_ms = (int(time.time()) * 1000) + LEAD_MS
    clients = [
        Client(
            desk, await Wire(*address, host.tokens[desk]).open(),
            draw(EACH, seed=SEED + number, hot=True, centre=CITY, city_km=CITY_KM, begin_ms=begin_ms).plans(),
        )
        for number, desk in enumerate(DESKS)
    ]  # fmt: skip
    began = time.perf_counter()
    await asyncio.gather(*(client.run(began + seconds) for client in clients))
    took = time.perf_counter() - began
    mediator = await Wire(*address, host.tokens["mediator.duty"]).open()
    return clients, took, await listed(mediator)


def conflicts(filed: dict[str, Plan]) -> set[tuple[str, str]]:
    """Every conflicting pair among what was acknowledged, worked out anew in plain arrays."""
    plain = SimpleIndex((), HeightRules())
    found = set()
    for plan in filed.values():
        for other, verdict in plain.touching(plan):
            if verdict is Verdict.CONFLICT:
                found.add((min(plan.id, other), max(plan.id, other)))
        plain.put(plan)
    return found


def main() -> int:
    """Run the race and look for what nobody was told of; 0 when there is nothing."""
    seconds = float(os.environ.get("KEEPCLEAR_BENCH_SECONDS", "30"))
    print(f"race, {CLIENTS} clients for {seconds:.0f} s ({machine()})", flush=True)
    with tempfile.TemporaryDirectory(prefix="keepclear-race-") as folder:
        host = RunningHost(Path(folder), agreement())
        book, host.tokens = tokens.issue((*DESKS, "mediator.duty"))
        (host.data / "tokens.json").unlink()
        book.save(host.data / "tokens.json")
        with host:
            clients, took, alerts = asyncio.run(race(host, seconds))
    filed = {name: plan for client in clients for name, plan in client.filed.items()}
    volumes = sum(len(plan.envelope) for plan in filed.values() if isinstance(plan.envelope, tuple))
    print(f"  {len(filed):,} notices ({volumes:,} volumes) acknowledged in {took:.1f} s: {len(filed) / took:.0f}/s")
    print(f"  POST to its answer: {spread([ms for client in clients for ms in client.took_ms])}; {machine()}")
    for line in [each for client in clients for each in client.refused][:3]:
        print(f"  refused: {line}")
    pairs, told = conflicts(filed), {pair for client in clients for pair in client.told}
    print(f"  {len(pairs):,} pairs conflict; told in answers {len(told & pairs):,}, listed {len(alerts & pairs):,}")
    print(f"  alerts about pairs that do not conflict: {len((told | alerts) - pairs)}")
    goals = Goals()
    goals.most("conflicting pairs that nobody was told of", len(pairs - told - alerts), 0)
    goals.most("refused", sum(len(client.refused) for client in clients), 0)
    return goals.status
