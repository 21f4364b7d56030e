"""Every route asks for a token unless it is on the list of open ones; another's token opens nothing of this desk's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from keepclear.api.app import create_app
from keepclear.client import Client, new_id
from keepclear.errors import Forbidden, NotFound
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.host import boot, tokens
from keepclear.host.mechanism_host import MechanismHost
from keepclear.store import MemoryStore
from tests.host.running import DESKS, RunningHost, agreement, notice_body, statement

OPEN = {"/health", "/"}
"""The only routes without a token: whether the host works, and the console's files."""

BOOK, TOKENS = tokens.issue([*DESKS, "somebody.else"])


def application() -> FastAPI:
    store = MemoryStore()
    log = boot.found(store, agreement_from_toml(agreement().encode()))
    return create_app(MechanismHost(store, log, boot.bring_up(store, log)), BOOK)


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path that the application answers to, with ids filled in; fails for a kind it cannot read."""

    def walk(found: list[BaseRoute]) -> Iterator[tuple[str, str]]:
        for route in found:
            path = getattr(route, "path", None)
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes)
                continue
            assert path is not None, f"a route that this test cannot read: {route!r}"
            methods = getattr(route, "methods", None) or {"GET"}
            for method in sorted(methods):
                yield method, re.sub(r"{\w+}", "7", path or "/")

    return walk(app.routes)


def ask(app: FastAPI, method: str, path: str, token: str | None) -> httpx2.Response:
    async def run() -> httpx2.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://host") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(run())


def test_the_walk_finds_the_routes_of_the_contract() -> None:
    found = set(routes(application()))
    for wanted in [
        ("POST", "/v1/statements"),
        ("POST", "/v1/preview"),
        ("POST", "/v1/deliveries"),
        *(
            ("GET", f"/v1/{name}")
            for name in ("me", "mechanism", "notices", "alerts", "obligations", "record", "events")
        ),
        *(
            ("GET", f"/v1/{name}")
            for name in ("stops", "proposals", "observations", "accidents", "line", "watch", "suspensions", "burden")
        ),
        ("GET", "/v1/conversations"),
        ("GET", "/v1/handover"),
        ("GET", "/v1/notation"),
        ("GET", "/v1/stops/7"),
        ("GET", "/v1/proposals/7"),
        ("GET", "/v1/notices/7"),
        ("GET", "/v1/alerts/7"),
        ("GET", "/v1/alerts/7/advice"),
        ("GET", "/v1/record/7"),
        ("GET", "/health"),
        ("GET", "/metrics"),
    ]:
        assert wanted in found


@pytest.mark.parametrize("token", [None, "", "wrong", "kc_" + "A" * 43], ids=["none", "empty", "short", "unknown"])
def test_default_deny(token: str | None) -> None:
    app = application()
    asked = 0
    for method, path in routes(app):
        if path in OPEN:
            continue
        response = ask(app, method, path, token)
        assert response.status_code == 401, f"{method} {path} answered {response.status_code} without a token"
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert response.headers["content-type"] == "application/problem+json"
        if method != "HEAD":
            assert response.json()["code"] == "unauthenticated"
        asked += 1
    assert asked > 24


@pytest.mark.parametrize("holder", ["somebody.else", tokens.METRICS])
def test_a_token_that_is_no_desks_of_this_mechanism_opens_no_desks_route(holder: str) -> None:
    app = application()
    for method, path in routes(app):
        if path.startswith("/v1"):
            assert ask(app, method, path, TOKENS[holder]).status_code == 403, f"{method} {path}"


def test_every_v1_route_hangs_on_the_one_dependency() -> None:
    """Not only asked from outside: the dependency is on the route itself, before its own."""
    from keepclear.api.security import desk_of

    def walk(found: list[BaseRoute]) -> Iterator[APIRoute]:
        for route in found:
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router.routes)

    for route in walk(application().routes):
        if route.path.startswith("/v1"):
            assert any(one.call is desk_of for one in route.dependant.dependencies), route.path


def test_metrics_are_for_the_mediator_and_the_metrics_token() -> None:
    app = application()
    for holder in DESKS:
        expected = 200 if holder == "mediator.duty" else 403
        assert ask(app, "GET", "/metrics", TOKENS[holder]).status_code == expected
    assert ask(app, "GET", "/metrics", TOKENS[tokens.METRICS]).status_code == 200


def test_health_says_nothing_but_health() -> None:
    response = ask(application(), "GET", "/health", None)
    assert set(response.json()) == {"status", "version", "index", "signatures", "record"}


def test_a_desk_speaks_for_itself_only(board: RunningHost) -> None:
    for other in ("alpha.ground", "bravo.air", "mediator.duty"):
        with board.client("alpha.air") as client, pytest.raises(Forbidden, match=r"alpha\.air"):
            client._post("/v1/statements", statement(other, 1, "message", {"text": "x"}))
        with board.client(other) as client:
            assert client.me()["next_serial"] == 1, "nothing was recorded in the other's name"


def test_another_partys_things_are_not_there(broker: RunningHost) -> None:
    """In broker mode: of Alpha's notice, Bravo's desk finds nothing by any address."""
    with broker.client("alpha.air") as alpha:
        said = alpha.say("notice", notice_body(lon=36.0))
        alert_ids = [alert["id"] for alert in alpha.alerts(open_only=False)]
    with broker.client("bravo.air") as bravo:
        for path in (
            f"/v1/notices/{said['id']}",
            f"/v1/record/{said['index']}",
            *(f"/v1/alerts/{i}" for i in alert_ids),
        ):
            _is_not_there(bravo, path)
        _is_not_there(bravo, f"/v1/notices/{new_id()}")
        assert bravo.notices() == []
        assert said["id"] not in str(list(bravo.record()))


def _is_not_there(client: Client, path: str) -> None:
    with pytest.raises(NotFound, match="may see"):
        client._get(path)
