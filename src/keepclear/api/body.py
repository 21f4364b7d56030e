"""Request bodies: bounded before they are read whole, and parsed strictly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from keepclear.errors import TooLarge
from keepclear.formats.strict_json import STATEMENT_LIMITS, loads

PARSED_ON_THE_LOOP_BYTES = 16_000
"""Larger bodies are parsed, and their signature checked, in a worker thread, so that one with 10,000 vertices holds up
nobody's events; a small one takes less time than the way to a thread and back.
"""

BODY_S = 60.0
"""A body that has not come whole by then is given up (408): a link that slow carries no statement in time."""

Parsed = TypeVar("Parsed")


JSON = "application/json"
JOSE = "application/jose"
"""A compact JWS (RFC 7515 §9.2.1)."""


def media_type(request: Request) -> str:
    """What the body is declared to be."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(
    request: Request, most_bytes: int = STATEMENT_LIMITS.max_bytes, *, declared_as: str = JSON
) -> bytes:
    """The body. Raises ``TooLarge`` as soon as it is known to be, 415 when it is declared to be something else, and 408
    when it does not come.
    """
    if media_type(request) != declared_as:
        raise HTTPException(415)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise _too_large(most_bytes)
    pieces = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream():
                pieces += piece
                if len(pieces) > most_bytes:
                    raise _too_large(most_bytes)
    except TimeoutError:
        raise HTTPException(408) from None
    return bytes(pieces)


async def parse_body(request: Request, parse: Callable[[Any], Parsed]) -> Parsed:
    """What ``parse`` makes of the body's strict JSON; its errors name the field."""
    data = await read_body(request)
    if len(data) <= PARSED_ON_THE_LOOP_BYTES:
        return parse(loads(data))
    return await asyncio.to_thread(lambda: parse(loads(data)))


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge("body", f"more than {most_bytes:,} bytes", f"at most {most_bytes:,} bytes")
