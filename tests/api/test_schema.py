"""The API against its own description: whatever schemathesis thinks of, no 5xx, and every answer as described."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from keepclear.api.app import create_app, describe
from keepclear.api.models import (
    AdviceOut,
    AlertOut,
    Me,
    MechanismOut,
    NoticeOut,
    ObligationOut,
    Problem,
    Receipt,
    RecordPage,
)
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.host import boot, tokens
from keepclear.host.mechanism_host import MechanismHost
from keepclear.store import MemoryStore
from tests.host.running import DESKS, RunningHost, agreement, notice_body

BOOK, TOKENS = tokens.issue(DESKS)


class InThread:
    """The application on a port, in a thread of this process."""

    def __init__(self) -> None:
        self.url = ""
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._up.wait(20)

    async def _serve(self) -> None:
        store = MemoryStore()
        log = boot.found(store, agreement_from_toml(agreement().encode()))
        host = MechanismHost(store, log, boot.bring_up(store, log), unsigned=True)
        await host.start()
        self._server = uvicorn.Server(
            uvicorn.Config(create_app(host, BOOK), port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        self._up.set()
        await serving
        await host.stop()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def served() -> Iterator[InThread]:
    host = InThread()
    yield host
    host.stop()


def operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """Every operation that OpenAPI describes, but the stream, which has no end."""
    store = MemoryStore()
    log = boot.found(store, agreement_from_toml(agreement().encode()))
    document = describe(create_app(MechanismHost(store, log, boot.bring_up(store, log)), BOOK))
    results = schemathesis.openapi.from_dict(document).get_all_operations()
    found = [result.ok() for result in results if isinstance(result, Ok)]
    return {operation.label: operation for operation in found if operation.path != "/v1/events"}


OPERATIONS = operations()


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_nothing_makes_the_host_fail_or_answer_otherwise_than_described(served: InThread, label: str) -> None:
    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[label].as_strategy())
    def judged(case: schemathesis.Case[Any]) -> None:
        response = case.call(base_url=served.url, headers={"Authorization": f"Bearer {TOKENS['mediator.duty']}"})
        assert response.status_code < 500, response.text
        case.validate_response(response, checks=[checks.content_type_conformance, checks.response_schema_conformance])
        if response.status_code >= 400:
            Problem.model_validate_json(response.content)

    judged()


def test_the_description_covers_every_operation() -> None:
    assert len(OPERATIONS) >= 26


def test_every_answer_is_as_its_model_says(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("bravo.air") as bravo:
        Me.model_validate(alpha.me())
        MechanismOut.model_validate(alpha.mechanism())
        said = alpha.say("notice", notice_body(title="modelled", place={"name": "Airfield", "within_km": 3}))
        Receipt.model_validate(said)
        Receipt.model_validate(bravo.say("notice", notice_body(lon=37.1, activity="uas")))
        assert alpha.alerts() != []
        assert [NoticeOut.model_validate(notice) for notice in alpha.notices()] != []
        assert [AlertOut.model_validate(alert) for alert in alpha.alerts()] != []
        conflict = next(alert for alert in alpha.alerts() if alert["code"] == "CONFLICT_4D")
        assert AdviceOut.model_validate(alpha.advice(conflict["id"])).sides[0].options != []
        assert [ObligationOut.model_validate(one) for one in bravo.obligations()] != []
        RecordPage.model_validate(alpha._get("/v1/record"))
