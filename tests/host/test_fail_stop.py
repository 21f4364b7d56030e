"""When the store refuses, nobody is told, the host stops, and it comes up again from what is durable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from keepclear.client import Client
from keepclear.errors import KeepclearError
from tests.host.running import RunningHost, statement


def test_a_full_disk_stops_the_host_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The limit on file size stands in for the disk: writes fail in the middle of the load."""
    host = RunningHost(tmp_path).start()
    host.stop()
    host.limit_file_bytes = 400_000
    host.start()
    told: list[int] = []
    heard_of: list[int] = []
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        events = bravo.events()
        assert next(events).kind == "ready"
        with pytest.raises(KeepclearError) as failure:
            told.extend(_until_refused(alpha))
        assert failure.value.status == 503
        for event in events:
            heard_of.append(event.index)
            if event.index == told[-1]:
                break
        events.close()
    assert host.wait() == 1, "not 0: a supervisor starts it again"
    assert "store_failed" in host.log()
    assert heard_of == told, "nobody was told of what is not durable"
    host.limit_file_bytes = None
    with host.start(with_file=False), host.client("mediator.duty") as mediator:
        kept = [item["index"] for item in mediator.record() if item["kind"] == "statement"]
        assert set(told) <= set(kept)
        assert len(kept) <= len(told) + 1, "at most the one that was refused was kept by the disk after all"
        assert httpx2.get(f"{host.url}/health").json()["status"] == "ok"
    reasons = [json.loads(line) for line in host.log().splitlines() if "store_failed" in line]
    assert reasons[0]["level"] == "critical"
    assert "xxx" not in host.log(), "no content of statements in the log"


def _until_refused(alpha: Client) -> Iterator[int]:
    """Indices of statements as they are acknowledged; raises what the host refused with."""
    serial = alpha.me()["next_serial"]
    for number in range(serial, serial + 400):
        said = statement("alpha.air", number, "message", {"text": "x" * 3_000}, to=["bravo"])
        yield alpha._once("POST", "/v1/statements", json=said)["index"]
