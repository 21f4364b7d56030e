"""A lean HTTP/1.1 client on asyncio streams, so that the load costs the machine as little as can be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any


class Wire:
    """One kept-alive connection of one desk to the host; one request at a time."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address = (host, port)
        self._head = f"Host: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._lock = asyncio.Lock()

    async def open(self) -> Wire:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(*self._address, limit=1 << 24)
        return self

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send one request and return its status and its JSON (None when there is no body)."""
        status, raw = await self.text(method, path, body)
        return status, json.loads(raw) if raw else None

    async def text(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Send one request and return its status and the bytes of its body."""
        payload = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        return await self.send(method, path, payload)

    async def send(
        self, method: str, path: str, payload: bytes, media_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Send one request with these bytes and return its status and the bytes of its body."""
        about = f"Content-Type: {media_type}\r\nContent-Length: {len(payload)}\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{about}\r\n"
        async with self._lock:
            self._writer.write(head.encode() + payload)
            status, headers = await self._status()
            length = int(headers.get("content-length", "0"))
            raw = await self._reader.readexactly(length)
        return status, raw

    async def events(self, after: int) -> AsyncIterator[dict[str, Any]]:
        """The desk's event stream from just after record index ``after``, each as its parsed data with its name."""
        head = f"GET /v1/events HTTP/1.1\r\n{self._head}Accept: text/event-stream\r\nLast-Event-ID: {after}\r\n\r\n"
        self._writer.write(head.encode())
        status, headers = await self._status()
        if status != 200:
            message = f"the event stream answered {status}"
            raise RuntimeError(message)
        chunked = headers.get("transfer-encoding") == "chunked"
        name, data = "message", []
        pending = b""
        while True:
            pending += await self._chunk(chunked)
            while b"\n" in pending:
                raw, pending = pending.split(b"\n", 1)
                line = raw.rstrip(b"\r")
                if line.startswith(b"event:"):
                    name = line[6:].strip().decode()
                elif line.startswith(b"data:"):
                    data.append(line[5:].strip())
                elif not line and data:
                    yield {"event": name, **json.loads(b"\n".join(data))}
                    name, data = "message", []

    async def _status(self) -> tuple[int, dict[str, str]]:
        status = int((await self._reader.readline()).split()[1])
        headers: dict[str, str] = {}
        while (line := await self._reader.readline()) not in {b"\r\n", b""}:
            key, _, value = line.decode().partition(":")
            headers[key.strip().lower()] = value.strip()
        return status, headers

    async def _chunk(self, chunked: bool) -> bytes:
        if not chunked:
            return await self._reader.read(65536)
        size = int((await self._reader.readline()).strip() or b"0", 16)
        body = await self._reader.readexactly(size + 2)
        if size == 0:
            message = "the event stream ended"
            raise RuntimeError(message)
        return body[:-2]
