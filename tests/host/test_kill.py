"""Killed at any moment, the host has lost nothing that it acknowledged, and works out the same alerts again.

Fifty times under load: three desks speak, the mediator reads, and at a random moment the process gets SIGKILL. Now and
then it is SIGTERM, so that later starts begin with a snapshot. What no answer came for is said again with its id. At
the end the record is played afresh, from its beginning and without snapshots, and every reading that the mediator was
ever given is compared with what the record says at that index; so is every checkpoint with the tree there is.
"""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.entry_input import as_input
from keepclear.host.boot import kept_agreement
from keepclear.host.record_tree import open_tree
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.play import step
from keepclear.record.consistency import verify_consistency
from keepclear.record.verify.checkpoint import parse_checkpoint
from keepclear.record.verify.note import parse_note, verify_note
from keepclear.store import SqliteStore
from tests.host.running import RunningHost, agreement, notice_body, statement, until

pytestmark = pytest.mark.endurance

KILLS = 50
CLEAN_STOPS = {9, 24, 33}
SEED = 20260409
MOST_IN_A_LIFE = 25
"""A life ends a moment after so many statements were acknowledged in it, or fewer: however busy the machine is."""
PAGE = 300
"""Alerts that are read and compared, the earliest first: enough that most of a load's are among them."""
SPEAKERS = ("alpha.air", "bravo.air", "charlie.air")


@dataclass
class Witness:
    """What was acknowledged and what was read, over all lives of the host."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    readings: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    notes: set[bytes] = field(default_factory=set)
    """Checkpoints, as the mediator was given them."""
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    said_again: int = 0


class Speaker(threading.Thread):
    """One desk that speaks until the host is gone; what got no answer is kept to be said again."""

    def __init__(self, host: RunningHost, desk: str, witness: Witness, draw: random.Random) -> None:
        super().__init__()
        self._desk, self._witness, self._draw = desk, witness, draw
        self._http = httpx2.Client(
            base_url=host.url, headers={"Authorization": f"Bearer {host.tokens[desk]}"}, trust_env=False
        )

    def run(self) -> None:
        with self._http, suppress(httpx2.TransportError):
            waiting = self._witness.pending.get(self._desk)
            if waiting is not None:
                self._witness.said_again += self._say(waiting) == 200
            serial = self._http.get("/v1/me").json()["next_serial"]
            while True:
                self._say(statement(self._desk, serial, *self._something()))
                serial += 1

    def _say(self, said: dict[str, Any]) -> int:
        self._witness.pending[self._desk] = said
        response = self._http.post("/v1/statements", json=said)
        if response.status_code == 503:  # stopping in order: nothing was recorded, or it will be found
            raise httpx2.ConnectError("stopping")
        assert response.status_code in (200, 201), response.text
        del self._witness.pending[self._desk]
        self._witness.acknowledged[said["id"]] = response.json()["index"]
        return response.status_code

    def _something(self) -> tuple[str, dict[str, Any]]:
        if self._draw.random() < 0.15:
            place = (self._draw.uniform(34.5, 42.0), self._draw.uniform(32.5, 37.0))
            return "notice", notice_body(*place, activity=self._draw.choice(["fixed_wing", "uas", "ground"]))
        return "message", {"text": f"{self._draw.random()}"}


class Reader(threading.Thread):
    """The mediator, reading all alerts again and again."""

    def __init__(self, host: RunningHost, witness: Witness) -> None:
        super().__init__()
        self._host, self._witness = host, witness

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._host.tokens['mediator.duty']}"}
        with (
            httpx2.Client(base_url=self._host.url, headers=headers, trust_env=False) as http,
            suppress(httpx2.TransportError),
        ):
            while (response := http.get(f"/v1/alerts?limit={PAGE}")).status_code == 200:
                page = response.json()
                self._witness.readings.append((page["index"], page["items"]))
                self._witness.notes.add(http.get("/v1/checkpoint").content)
                time.sleep(0.05)


def seeded(seed: float) -> random.Random:
    """A load that is the same each time."""
    return random.Random(seed)  # noqa: S311 - it draws loads, not secrets


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunningHost, Witness]:
    """The host after fifty kills, and what was seen of it."""
    host = RunningHost(tmp_path_factory.mktemp("killed"), agreement(rules="ack_routine_min = 0.05"))
    witness, draw = Witness(), seeded(SEED)
    for life in range(KILLS + len(CLEAN_STOPS)):
        host.start()
        threads = [
            Reader(host, witness),
            *(Speaker(host, desk, witness, seeded(draw.random())) for desk in SPEAKERS),
        ]
        for thread in threads:
            thread.start()
        heard, enough = len(witness.acknowledged), draw.randrange(MOST_IN_A_LIFE)
        until(lambda heard=heard, enough=enough: len(witness.acknowledged) >= heard + enough, 30)
        time.sleep(draw.uniform(0.0, 0.03))
        if life in CLEAN_STOPS:
            assert host.stop() == 0
        else:
            host.kill()
        for thread in threads:
            thread.join()
    return host, witness


def test_every_acknowledged_statement_is_found_again_at_its_index(aftermath: tuple[RunningHost, Witness]) -> None:
    host, witness = aftermath
    assert len(witness.acknowledged) > 5 * KILLS, "the load was no load"
    kept = _statements(host.data)
    lost = {said: index for said, index in witness.acknowledged.items() if kept.get(index) != said}
    assert lost == {}
    assert len(set(kept.values())) == len(kept), "nothing was heard twice"
    assert len(kept) <= len(witness.acknowledged) + len(witness.pending)


def test_the_same_alerts_are_worked_out_again(aftermath: tuple[RunningHost, Witness]) -> None:
    host, witness = aftermath
    assert len(witness.readings) > KILLS // 3
    assert max(len(alerts) for _, alerts in witness.readings) > 10, "there was something to work out"
    readings = sorted(witness.readings, key=lambda reading: reading[0])
    store = SqliteStore(host.data)
    log = store.logs()[0]
    agreed = kept_agreement(store, log)
    mechanism = Mechanism(agreed)
    for index, data in enumerate(store.read(log, 0, store.length(log))):
        if index:
            step(mechanism, as_input(entry_from_bytes(data), agreed))
        while readings and readings[0][0] == index:
            _, served = readings.pop(0)
            assert served == _as_read(mechanism), f"at index {index}"
    assert readings == []
    store.close()


def test_every_checkpoint_that_was_given_out_is_how_the_tree_begins(aftermath: tuple[RunningHost, Witness]) -> None:
    host, witness = aftermath
    store = SqliteStore(host.data)
    tree = open_tree(host.data, store, "trial")
    given = [note for note in map(parse_note, witness.notes) if verify_note(note, tree.keys)]
    assert len(given) == len(witness.notes) > KILLS // 4
    newest = tree.tiles.checkpoint
    for checkpoint in (parse_checkpoint(note.text) for note in given):
        proof = tree.tiles.consistency_proof(checkpoint.size)
        verify_consistency(checkpoint.size, checkpoint.root, newest.size, newest.root, proof)
    tree.check(0, newest.size)
    store.close()


def _statements(data: Path) -> dict[int, str]:
    store = SqliteStore(data)
    log = store.logs()[0]
    entries = [entry_from_bytes(entry) for entry in store.read(log, 0, store.length(log))]
    store.close()
    return {index: entry.statement["id"] for index, entry in enumerate(entries) if entry.statement is not None}


def _as_read(mechanism: Mechanism) -> list[dict[str, Any]]:
    views = [view(mechanism, "mediator.duty", alert) for alert in mechanism.alerts()[:PAGE]]
    read: list[dict[str, Any]] = json.loads(json.dumps([shown for shown in views if shown is not None]))
    return read
