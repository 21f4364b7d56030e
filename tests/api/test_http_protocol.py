"""What is no request, or never becomes one, ends the connection; a long body in small pieces does not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from tests.host.running import RunningHost, notice_body, statement

MANY = 40_000_000
"""Bytes that nobody should gather."""

HEAD = b"POST /v1/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"

ENDLESS = {
    "a header": (HEAD + b"X-Long: ", b"a" * 10_000),
    "headers": (HEAD, b"X-Long: a\r\n" * 1_000),
    "an address": (b"GET /", b"a" * 10_000),
    "a trailer": (CHUNKED + b"X-Long: ", b"a" * 10_000),
    "trailers": (CHUNKED, b"X-Long: a\r\n" * 1_000),
    "a method": (b"G" * 20, b"G" * 10_000),
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("host")) as running:
        yield running


def connected(host: RunningHost) -> socket.socket:
    where = urlsplit(host.url)
    return socket.create_connection((str(where.hostname), int(where.port or 80)), timeout=20)


def answers(connection: socket.socket) -> bytes:
    """All that comes until the host hangs up."""
    data = b""
    try:
        while piece := connection.recv(65_536):
            data += piece
    except ConnectionResetError:
        pass  # it hung up while more was on its way
    return data


@pytest.mark.parametrize("what", ENDLESS)
def test_what_never_becomes_a_request_is_not_gathered(host: RunningHost, what: str) -> None:
    begins, goes_on = ENDLESS[what]
    process = psutil.Process(host.pid)
    before, sent = process.memory_info().rss, 0
    with connected(host) as connection:
        try:
            connection.sendall(begins)
            while sent < MANY:
                connection.sendall(goes_on)
                sent += len(goes_on)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < MANY, "the host took all of it"
        answers(connection)
    assert process.memory_info().rss - before < MANY / 4
    with host.client("alpha.air") as alpha:
        assert alpha.me()["desk"] == "alpha.air"


@pytest.mark.parametrize("request_line", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"])
def test_what_is_no_http_is_answered_400(host: RunningHost, request_line: bytes) -> None:
    with connected(host) as connection:
        connection.sendall(request_line)
        assert answers(connection).startswith(b"HTTP/1.1 400 ")


def test_a_long_body_in_small_pieces_is_taken(host: RunningHost) -> None:
    with host.client("bravo.air") as bravo:
        serial = bravo.me()["next_serial"]
    said = json.dumps(statement("bravo.air", serial, "notice", notice_body(remarks="x" * 1_500), refs=[])).encode()
    body = said + b" " * 200_000
    authorization = f"Authorization: Bearer {host.tokens['bravo.air']}\r\nConnection: close\r\n".encode()
    for length in (f"Content-Length: {len(body)}\r\n\r\n".encode(), b"Transfer-Encoding: chunked\r\n\r\n"):
        with connected(host) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(HEAD + authorization + length)
            chunked = b"chunked" in length
            for at in range(0, len(body), 997):
                piece = body[at : at + 997]
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            connection.sendall(b"0\r\n\r\n" if chunked else b"")
            assert answers(connection).startswith(b"HTTP/1.1 20")
