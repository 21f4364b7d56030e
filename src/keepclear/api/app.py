"""The HTTP face: which routes there are, who may use them, and what wraps them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

import keepclear
from keepclear.api import (
    console,
    events,
    export,
    health,
    line_reads,
    metrics,
    notation,
    phrases,
    problems,
    reads,
    receipts,
    statements,
    tree,
)
from keepclear.api.answers import answer
from keepclear.api.models import DESCRIBED_BY_HAND
from keepclear.api.security import SecurityHeaders, desk_router
from keepclear.api.short_way import ShortWay
from keepclear.host.checkpoints import Checkpoints
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.tokens import TokenBook


def create_app(
    host: MechanismHost, tokens: TokenBook, *, assets: Path | None = None, checkpoints: Checkpoints | None = None
) -> FastAPI:
    """The application that speaks for ``host``. Everything under ``/v1`` asks for a desk's token before anything else.

    ``assets`` is the folder of the built console; left out, the one in the package. ``checkpoints`` are of the
    record's tree; without them there is none to be had.
    """
    app = FastAPI(
        title="Keepclear",
        version=keepclear.__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.host = host
    app.state.checkpoints = checkpoints
    app.state.recording = None if checkpoints is None else checkpoints.recording
    app.state.tokens = tokens
    app.state.metrics = metrics.Metrics()
    host.observer = app.state.metrics
    problems.install(app)
    itself = desk_router("host")

    @itself.get("/openapi.json", include_in_schema=False)
    async def described() -> Response:
        return answer(describe(app))

    for part in (statements, receipts, reads, line_reads, phrases, notation, events, tree, export):
        app.include_router(part.router)
    app.include_router(itself)
    app.include_router(health.router)
    app.include_router(metrics.router)
    console.mount(app, assets)
    app.add_middleware(ShortWay, host=host, tokens=tokens)
    app.add_middleware(SecurityHeaders, is_stopping=lambda: host.streams.closed)
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI of the application, with the bodies that are read strictly by hand."""
    document = app.openapi()
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in DESCRIBED_BY_HAND:
        schemas[model.__name__] = model.model_json_schema(by_alias=True)
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # FastAPI's own form of it, which this host never sends
    return document
