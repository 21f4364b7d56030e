"""Slow bodies, huge headers, compressed bombs: the host and a witness refuse in bounded memory, and go on meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from keepclear.api import body
from tests.host.running import RunningHost, statement
from tests.record.running_witness import RunningWitness
from tests.record.small_log import SmallLog
from tests.record.test_witness import body as add_checkpoint

MOST_GROWTH_MB = 60
HALF_REQUESTS = 200
SOON_S = 2.0


class Serves:
    """A process of ours that takes requests: where, which one it takes, and that it still does."""

    def __init__(self, url: str, pid: int, path: str, head: bytes, good: tuple[bytes, int]) -> None:
        self.url, self.pid, self.path, self.head, self.good = url, pid, path, head, good

    def request(self, more: bytes = b"", length: int = 0) -> bytes:
        """The head of a POST to it, with more header fields."""
        return b"POST %s HTTP/1.1\r\nHost: x\r\n%s%sContent-Length: %d\r\n\r\n" % (
            self.path.encode(), self.head, more, length,
        )  # fmt: skip

    def connected(self) -> socket.socket:
        host, port = self.url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), 10)

    def answered(self, request: bytes) -> bytes:
        """What comes back, to the end of the status line; nothing when the connection is closed on us."""
        with self.connected() as wire:
            with suppress(ConnectionError):
                wire.sendall(request)
            with suppress(ConnectionError):
                return wire.recv(65_536).split(b"\r\n")[0]
        return b""

    def check_at_work(self) -> None:
        """A good request is answered as ever, and soon."""
        began = time.monotonic()
        content, status = self.good
        assert self.answered(self.request(length=len(content)) + content).split()[1] == b"%d" % status
        assert time.monotonic() - began < SOON_S

    @property
    def memory_mb(self) -> float:
        rows = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(row.split()[1]) / 1_024 for row in rows if row.startswith("VmRSS"))


@pytest.fixture(scope="module", params=["host", "witness"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serves]:
    folder = tmp_path_factory.mktemp("served")
    if request.param == "host":
        with RunningHost(folder) as host:
            token = host.tokens["alpha.air"].encode()
            head = b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n" % token
            said = statement("alpha.air", 1, "message", {"text": "routine"})
            post = httpx2.post(
                f"{host.url}/v1/statements", json=said, headers={"Authorization": f"Bearer {token.decode()}"}
            )
            assert post.status_code == 201
            yield Serves(host.url, host.pid, "/v1/statements", head, (post.request.content, 200))
    else:
        log = SmallLog().grow(5)
        with RunningWitness(folder, [log.key]) as witness:
            content = add_checkpoint(log, 0, 5)
            assert witness.add(content).status_code == 200
            yield Serves(witness.url, witness.pid, "/add-checkpoint", b"", (add_checkpoint(log, 5, 5), 200))


def test_half_requests_hold_up_nobody(served: Serves) -> None:
    before = served.memory_mb
    with ExitStack() as stack:
        for number in range(HALF_REQUESTS):
            wire = stack.enter_context(served.connected())
            whole = served.request(length=1_000) + b"{"
            wire.sendall(whole if number % 2 else whole[: number % 60])
        served.check_at_work()
        assert served.memory_mb - before < MOST_GROWTH_MB
    served.check_at_work()


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(b"X-Long: %s\r\n" % (b"x" * 4_000_000), id="one of 4 MB"),
        pytest.param(b"".join(b"X-%d: y\r\n" % number for number in range(100_000)), id="100,000 of them"),
        pytest.param(b"X" * 4_000_000, id="a name without an end"),
    ],
)
def test_huge_headers_are_refused_in_little_memory(served: Serves, more: bytes) -> None:
    before = served.memory_mb
    line = served.answered(served.request(more))
    assert line == b"" or line.split()[1].startswith(b"4"), line
    assert served.memory_mb - before < MOST_GROWTH_MB
    served.check_at_work()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compressed_bomb_is_not_unpacked(served: Serves, coding: str) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    before, began = served.memory_mb, time.monotonic()
    line = served.answered(served.request(b"Content-Encoding: %s\r\n" % coding.encode(), len(bomb)) + bomb)
    assert line == b"" or line.split()[1].startswith(b"4"), line
    assert time.monotonic() - began < SOON_S
    assert served.memory_mb - before < MOST_GROWTH_MB
    served.check_at_work()


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_S", 0.2)
    came = iter([b"{", b'"'])

    async def receive() -> dict[str, Any]:
        piece = next(came, None)
        if piece is None:
            await asyncio.sleep(30)
        return {"type": "http.request", "body": piece, "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
    began = time.monotonic()
    with pytest.raises(HTTPException) as refused:
        asyncio.run(body.read_body(Request(scope, receive)))
    assert refused.value.status_code == 408
    assert time.monotonic() - began < SOON_S
