"""The HTTP face of a witness (C2SP tlog-witness v1.0.0): ``POST /add-checkpoint`` and the checkpoints cosigned last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from keepclear.record.witness import MOST_REQUEST_BYTES
from keepclear.record.witness_service import TEXT_MEDIA_TYPE, Witness
from keepclear.record.witness_state import origin_hash

BODY_S = 10.0
"""A request whose body has not come by then is given up (408)."""


def witness_app(witness: Witness, origins: Mapping[str, object], on_failure: Callable[[], None]) -> Starlette:
    """The application that speaks for ``witness``; ``on_failure`` is called when its disk has refused."""
    by_hash = {origin_hash(origin): origin for origin in origins}

    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("the body did not come in time\n", 408)
        except ClientDisconnect:
            return PlainTextResponse("", 400)
        if body is None:
            return PlainTextResponse(f"a request has at most {MOST_REQUEST_BYTES} bytes\n", 413)
        answer = await asyncio.to_thread(witness.add_checkpoint, body)
        if witness.failure is not None:
            on_failure()
        return Response(answer.body, answer.status, headers={"content-type": answer.media_type})

    async def checkpoint(request: Request) -> Response:
        origin = by_hash.get(request.path_params["origin_hash"])
        note = None if origin is None else witness.latest(origin)
        if note is None:
            return PlainTextResponse("no checkpoint of that log was cosigned here\n", 404)
        return Response(note.to_bytes(), media_type=TEXT_MEDIA_TYPE)

    async def health(_request: Request) -> Response:
        failed = witness.failure is not None
        return JSONResponse({"status": "failed" if failed else "ok"}, 503 if failed else 200)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/health", health),
            Route("/{origin_hash:str}/checkpoint", checkpoint),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """The body; None as soon as it is known to be too long."""
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > MOST_REQUEST_BYTES:
            return None
    return bytes(pieces)
