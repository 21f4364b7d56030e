"""What is asked for so often that it is answered past the router: it is answered as the router's way would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from keepclear.api.short_way import ShortWay, endpoint_of
from keepclear.host.tokens import TokenBook
from tests.host.running import RunningHost, agreement, notice_body, statement
from tests.host.signing import SigningDesk

TAKEN = (
    ("POST", "/v1/statements"),
    ("POST", "/v1/deliveries"),
    ("GET", "/v1/record/0/receipt"),
    ("GET", "/v1/record/120/receipt"),
)
LONG = (
    ("GET", "/v1/statements"),
    ("HEAD", "/v1/record/0/receipt"),
    ("POST", "/v1/record/0/receipt"),
    ("GET", "/v1/record/007/receipt"),
    ("GET", "/v1/record/-1/receipt"),
    ("GET", "/v1/record/٣/receipt"),
    ("GET", "/v1/record/1234567890123456/receipt"),
    ("GET", "/v1/record/0/receipt/"),
    ("GET", "/v1/record/0/receipt\n"),
    ("GET", "/v1/record/0"),
    ("GET", "/v1/me"),
    ("POST", "/v1/statements/"),
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("host"), agreement("broker"), unsigned=False) as running:
        yield running


def scope(method: str, path: str, query: bytes = b"", *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "query_string": query, "headers": [*headers]}


def test_only_the_plainest_requests_go_the_short_way() -> None:
    assert all(endpoint_of(scope(*asked)) is not None for asked in TAKEN)
    assert [asked for asked in LONG if endpoint_of(scope(*asked)) is not None] == []
    assert [asked for asked in TAKEN if endpoint_of(scope(*asked, b"wait_s=1")) is not None] == []
    assert endpoint_of({**scope(*TAKEN[0]), "type": "websocket"}) is None


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"authorization", b"Basic dDp0"),),
        ((b"authorization", b"bearer right"),),
        ((b"authorization", b"Bearer wrong"),),
        ((b"authorization", b"Bearer metrics"),),
        ((b"authorization", b"Bearer  right"),),
        ((b"authorization", b"Bearer right"), (b"authorization", b"Bearer right")),
        ((b"authorization", b"Bearer right"), (b"keepclear-held", b"true")),
        ((b"keepclear-held", b"no flag"), (b"authorization", b"Bearer right")),
    ],
)
def test_whatever_is_not_one_plain_token_of_a_desk_goes_the_long_way(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    went: list[Scope] = []

    async def long_way(scope: Scope, _receive: Receive, _send: Send) -> None:
        went.append(scope)

    class Book(TokenBook):
        def holder(self, token: str) -> str | None:
            return {"right": "alpha.air", "metrics": "/metrics"}.get(token)

    class Host:
        agreement = type("Agreed", (), {"desk_by_id": {"alpha.air": None}})

    async def never(*_: Any) -> Any:
        raise AssertionError

    way = ShortWay(long_way, Host(), Book({}))  # type: ignore[arg-type]
    asked = scope(*TAKEN[0], b"", *headers)
    asyncio.run(way(asked, never, never))
    assert went == [asked]


def both(host: RunningHost, desk: str, method: str, path: str, content: bytes = b"", **headers: str) -> Any:
    """Status, headers and body by the short way, and by the long one: «bearer» is a spelling that only that takes."""
    answers = []
    for scheme in ("Bearer", "bearer"):
        all_headers = {"Authorization": f"{scheme} {host.tokens[desk]}", **headers}
        got = httpx2.request(method, host.url + path, headers=all_headers, content=content, trust_env=False)
        told = {name: value for name, value in got.headers.items() if name != "date"}
        answers.append((got.status_code, told, got.content))
    return answers


JSON = {"Content-Type": "application/json"}
JOSE = {"Content-Type": "application/jose"}


def test_what_is_heard_or_refused_is_told_alike_both_ways(host: RunningHost) -> None:
    alpha = SigningDesk(host, "alpha.air")
    alpha.enrol()
    token = alpha.key.signs(alpha.statement("notice", notice_body())).encode()
    first, again = both(host, "alpha.air", "POST", "/v1/statements", token, **JOSE)
    assert (first[0], again[0]) == (201, 200)
    assert first[1:] == again[1:]
    said = alpha.statement("message", {"text": "x"})
    unknown = SigningDesk(host, "alpha.air").key
    refused: list[tuple[str, bytes, dict[str, str]]] = [
        ("alpha.air", json.dumps(said).encode(), JSON),
        ("bravo.air", json.dumps(said).encode(), JSON),
        ("bravo.air", token, JOSE),
        ("alpha.air", unknown.signs(said).encode(), JOSE),
        ("alpha.air", token[:-4] + b"AAAA", JOSE),
        ("alpha.air", b"{", JSON),
        ("alpha.air", b"", JOSE),
        ("alpha.air", b"x", {"Content-Type": "text/plain"}),
        ("alpha.air", b"x", {}),
        ("alpha.air", b" " * 1_000_001, JSON),
        ("alpha.air", alpha.key.signs({**said, "serial": 0}).encode(), JOSE),
        ("alpha.air", alpha.key.signs({**said, "body": {"text": "y" * 40_000, "z": 1}}).encode(), JOSE),
    ]
    statuses = set()
    for desk, content, headers in refused:
        short, long = both(host, desk, "POST", "/v1/statements", content, **headers)
        assert short == long
        statuses.add(short[0])
    assert statuses == {401, 403, 413, 415, 422}
    for content in (b'{"through": 2}', b'{"through": 99}', b'{"through": "a"}', b"[]"):
        short, long = both(host, "alpha.air", "POST", "/v1/deliveries", content, **JSON)
        assert short == long


def test_a_receipt_is_the_same_both_ways_and_shown_to_the_same_desks(host: RunningHost) -> None:
    charlie = SigningDesk(host, "charlie.air")
    charlie.enrol()
    index = charlie.say("notice", notice_body(lon=41.0)).json()["index"]
    with host.client("mediator.duty") as mediator:
        assert mediator.receipt(index)
    statuses = {}
    for desk in ("charlie.air", "bravo.air", "mediator.duty"):
        short, long = both(host, desk, "GET", f"/v1/record/{index}/receipt")
        assert short == long
        statuses[desk] = short[0]
    assert statuses == {"charlie.air": 200, "bravo.air": 404, "mediator.duty": 200}
    short, long = both(host, "charlie.air", "GET", "/v1/record/999/receipt")
    assert short == long
    assert short[0] == 404


def test_statements_kept_while_a_link_was_down_are_still_told_from_others(host: RunningHost) -> None:
    bravo = SigningDesk(host, "bravo.air")
    bravo.enrol()
    long_ago = {"said_at": "2026-01-01T00:00:00Z"}
    for held in (False, True):
        said = statement("bravo.air", bravo.statement("message", {})["serial"], "message", {"text": "old"}, **long_ago)
        headers = {**JOSE, "Authorization": f"Bearer {host.tokens['bravo.air']}"}
        headers |= {"Keepclear-Held": "true"} if held else {}
        token = bravo.key.signs(said).encode()
        answer = httpx2.post(host.url + "/v1/statements", content=token, headers=headers, trust_env=False).json()
        assert [alert["code"] for alert in answer["alerts"]] == ([] if held else ["CLOCK_SKEW"])
