"""A small proxy of our own in front of a host: it passes requests on, or does with them what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx2


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def says(self) -> bool:
        """Whether it brings a statement."""
        return self.method == "POST" and self.path == "/v1/statements"


@dataclass(frozen=True)
class Answered:
    """An answer as it goes back."""

    status: int
    headers: dict[str, str]
    body: bytes


Meddle = Callable[["Proxy", Asked], Answered]


class Proxy:
    """In front of ``target``; ``meddle`` answers each request, most simply with ``proxy.pass_on``."""

    def __init__(self, target: str, meddle: Meddle | None = None) -> None:
        self.target = target
        self.meddle: Meddle = meddle or (lambda proxy, asked: proxy.pass_on(asked))
        self._http = httpx2.Client(trust_env=False, timeout=30)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                answered = proxy.meddle(proxy, Asked(self.command, self.path, dict(self.headers.items()), body))
                self.send_response(answered.status)
                for name, value in answered.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answered.body)))
                self.end_headers()
                self.wfile.write(answered.body)

            do_GET = do_POST = _serve  # noqa: N815 - the names that http.server calls

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def pass_on(self, asked: Asked, target: str | None = None) -> Answered:
        """The host's own answer."""
        drop = {"host", "content-length", "connection", "accept-encoding"}
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in drop}
        got = self._http.request(
            asked.method, f"{target or self.target}{asked.path}", headers=headers, content=asked.body
        )
        kept = {"content-type", "keepclear-standing"}
        return Answered(got.status_code, {n: v for n, v in got.headers.items() if n.lower() in kept}, got.content)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
