"""``keepclear verify``: a bundle of a million signed entries offline, and a surge day worked out again.

The large bundle is drawn from one seed: eight parties with five desks each, every desk with a key of its own, and what
they say (notices over boxes, acknowledgements, messages) signed as a desk signs it, with deliveries in between. It is
checked whole, by ``keepclear verify`` as a process: signatures, leaves, root, keys, serials, times, ids. It is *not*
played (no host could have heard a million statements in a bench), so its entries say that nothing was worked out.

The surge day (500 notices, some 3,400 statements) is heard by a host's worker, exported, and worked out again.
``KEEPCLEAR_BENCH_ENTRIES`` (1,000,000) says how many entries the large one has.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.formats.findings import NOTHING
from keepclear.record.bundle_file import Opened, line_of, write_bundle
from keepclear.record.verify.base64url import encoded
from keepclear.record.verify.bundle import Manifest
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.leaf import Leaf, commitment_of
from keepclear.record.verify.note import Note
from keepclear.record.verify.public_key import thumbprint
from keepclear.record.verify.tree import Frontier, leaf_hash
from tests.host.recorded import recorded
from tests.record.bundles import KEYS, ORIGIN, SIGNERS, parts
from tests.scenario.surge import surge_day

GOAL_S, RECOMPUTE_GOAL_S = 180.0, 30.0
PARTIES, DESKS_EACH = 8, 5
BEGIN_MS = 1_790_000_000_000
UTC = "2026-09-21T12:00:00Z"


@dataclass
class Desk:
    """A desk with its key, and the next serial that it will use."""

    name: str
    private: Ed25519PrivateKey
    serial: int = 0

    def __post_init__(self) -> None:
        self.x = encoded(self.private.public_key().public_bytes_raw())
        self.kid = thumbprint(self.x)
        self.header = {typ: self._header(typ) for typ in ("keepclear-statement", "keepclear-key-proof")}

    def _header(self, typ: str) -> str:
        return encoded(rfc8785.dumps({"alg": "Ed25519", "kid": self.kid, "typ": typ}))

    def signed(self, payload: bytes, typ: str = "keepclear-statement") -> str:
        """The token over these bytes."""
        given = f"{self.header[typ]}.{encoded(payload)}"
        return f"{given}.{encoded(self.private.sign(given.encode()))}"

    def says(self, kind: str, body: Any, draw: random.Random) -> str:
        """A statement, signed."""
        self.serial += 1
        value = {"body": body, "from": self.name, "id": _uuid7(draw), "mechanism": "bench", "precedence": "ROUTINE"}
        more = {"said_at": UTC, "serial": self.serial, "type": kind}
        return self.signed(json.dumps({**value, **more}, separators=(",", ":"), sort_keys=True).encode())


def _uuid7(draw: random.Random) -> str:
    text = f"{BEGIN_MS:012x}7{draw.getrandbits(12):03x}{0x8000 | draw.getrandbits(14):04x}{draw.getrandbits(48):012x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _body(draw: random.Random) -> tuple[str, dict[str, Any]]:
    """What a desk says: one in three a notice over a box, the others short."""
    kind = draw.randrange(3)
    if kind == 0:
        lon, lat = round(draw.uniform(30, 60), 4), round(draw.uniform(30, 60), 4)
        ring = [[lon, lat], [lon + 0.25, lat], [lon + 0.25, lat + 0.25], [lon, lat + 0.25], [lon, lat]]
        volume = {
            "footprint": {"type": "Polygon", "coordinates": [[[round(x, 4), round(y, 4)] for x, y in ring]]},
            "floor": "5000 ft AMSL", "ceiling": "FL150", "start": UTC, "end": "2026-09-21T14:00:00Z",
        }  # fmt: skip
        return "notice", {"activity": "fixed_wing", "envelope": [volume], "title": f"Block {draw.randrange(999)}"}
    if kind == 1:
        return "ack", {"about": _uuid7(draw), "level": "person"}
    return "message", {"text": "Runway inspection ends; normal working from now on."}


def _entry(at_ms: int, kind: str, **more: Any) -> bytes:
    value = {"at": at_ms, "kind": kind, "rules": "2", "v": 2, "worked_out": NOTHING, **more}
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def entries(count: int) -> Iterator[bytes]:
    """The large record: its agreement, a key for each desk, then what they say."""
    draw = random.Random(20261122)
    desks = [
        Desk(f"p{party}.d{desk}", Ed25519PrivateKey.from_private_bytes(draw.randbytes(32)))
        for party in range(PARTIES)
        for desk in range(DESKS_EACH)
    ]
    table = [{"id": desk.name, "party": desk.name.partition(".")[0], "role": "air"} for desk in desks]
    yield _entry(BEGIN_MS, "agreement", agreement={"name": "bench", "disclosure": "board", "desk": table})
    for number, desk in enumerate(desks):
        asked = rfc8785.dumps({"desk": desk.name, "kid": desk.kid, "mechanism": "bench"})
        key = {"crv": "Ed25519", "kty": "OKP", "x": desk.x}
        body = {"key": key, "proof": desk.signed(asked, "keepclear-key-proof")}
        yield _entry(BEGIN_MS + number, "statement", jws=desk.says("key_enrol", body, draw))
    for number in range(len(desks) + 1, count):
        at_ms, desk = BEGIN_MS + number, draw.choice(desks)
        if draw.random() < 0.1:
            yield _entry(at_ms, "delivery", desk=desk.name, through=number - 1)
        else:
            yield _entry(at_ms, "statement", jws=desk.says(*_body(draw), draw))


def make(path: Path, count: int) -> None:
    """The large bundle. The lines go to a file beside it first: the manifest says what they add up to."""
    tree = Frontier()

    def lines() -> Iterator[bytes]:
        for index, entry in enumerate(entries(count)):
            salt = sha256(index.to_bytes(8, "big")).digest()[:16]
            leaf = Leaf(BEGIN_MS + max(index - 1, 0), commitment_of(salt, entry))
            leaf = Leaf(json.loads(entry)["at"], leaf.commitment)
            data = leaf.to_bytes()
            tree.append(leaf_hash(data))
            yield line_of(data, Opened(entry, salt))

    beside = path.with_suffix(".lines")
    with beside.open("wb") as given:
        given.writelines(lines())
    checkpoint = Checkpoint(ORIGIN, tree.size, tree.root)
    note = Note(checkpoint.text, tuple(signer.sign(checkpoint, 0) for signer in SIGNERS)).to_bytes()
    with beside.open("rb") as file:
        write_bundle(path, Manifest(ORIGIN, KEYS, tree.size, None, None, UTC), note, file)
    beside.unlink()


def verified(path: Path, *options: str) -> tuple[float, float, float, str]:
    """Seconds of the wall clock and of the processors, memory in MB, and the last line of ``keepclear verify``."""
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "keepclear", "verify", str(path), *(f"--key={key.text}" for key in KEYS), *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    most = 0
    watched = psutil.Process(running.pid)
    while running.poll() is None:
        try:
            most = max(most, sum(one.memory_info().rss for one in (watched, *watched.children())))
        except psutil.NoSuchProcess:
            break
        time.sleep(0.5)
    said = (running.communicate()[0] or "").strip().splitlines()
    took, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return took, cpu, most / 1e6, said[-1] if said else "(nothing)"


def main() -> int:
    """Print the figures; 0 when both are verified in time."""
    count = int(os.environ.get("KEEPCLEAR_BENCH_ENTRIES", "1000000"))
    with tempfile.TemporaryDirectory() as folder:
        large, day = Path(folder) / "large.zip", Path(folder) / "day.zip"
        began = time.perf_counter()
        make(large, count)
        print(f"verify: a bundle of {count:,} entries, {large.stat().st_size / 1e6:,.0f} MB")
        print(f"  (made in {time.perf_counter() - began:.0f} s)")
        took_s, cpu_s, most_mb, verdict = verified(large)
        print(
            f"  keepclear verify: {took_s:.1f} s of the wall clock, {cpu_s:.1f} s of two processors, {most_mb:.0f} MB"
        )
        print(f"  {cpu_s / count * 1e6:.0f} µs an entry; {verdict}")
        goal_s = GOAL_S * max(count, 100_000) / 1_000_000
        print(f"  goal: {goal_s:.0f} s: {'reached' if took_s <= goal_s else 'not reached'}")
        record = recorded(surge_day())
        parts(record.entries).write(day)
        day_s, day_cpu_s, _, day_verdict = verified(day, "--recompute")
        print(f"verify --recompute: a surge day of {len(record.entries):,} entries")
        print(f"  {day_s:.1f} s of the wall clock, {day_cpu_s:.1f} s of the processor; {day_verdict}")
        print(f"  goal: {RECOMPUTE_GOAL_S:.0f} s: {'reached' if day_s <= RECOMPUTE_GOAL_S else 'not reached'}")
    print(f"load average {psutil.getloadavg()[0]:.1f}")
    fine = verdict.startswith("VERIFIED") and day_verdict.startswith("VERIFIED")
    return 0 if fine and took_s <= goal_s and day_s <= RECOMPUTE_GOAL_S else 1
