"""Every error, answered in one form: RFC 9457 problems (``application/problem+json``).

What the reader needs is in ``detail``; ``code`` is stable (``docs/reference/errors.md``) and ``field`` names the place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from keepclear.errors import (
    InvalidInput,
    KeepclearError,
    Overloaded,
    Refused,
    SignatureRequired,
    StoreFailed,
    Unauthenticated,
)

MEDIA_TYPE = "application/problem+json"

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What OpenAPI says of every route's errors."""

_log = structlog.get_logger("keepclear.api")

_HTTP_CODES = {
    400: ("bad_request", "The request is not HTTP as this host speaks it"),
    404: ("not_found", "There is nothing at this address; see /v1/openapi.json"),
    405: ("method_not_allowed", "This address takes other methods; see the Allow header"),
    408: ("too_slow", "The body did not come in time; say it again with its id"),
    413: ("too_large", "The body is too large"),
    415: ("unsupported_media_type", "Send the body as application/json; a signed statement as application/jose"),
}

_UNFORESEEN = "Something went wrong inside the host, and its log says what. Say a statement again with its id"


def problem(
    status: int, code: str, detail: str, *, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """One problem as a response; ``field`` is left out when the error is about no field."""
    body: dict[str, Any] = {
        "type": f"urn:keepclear:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if field is not None:
        body["field"] = field
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: KeepclearError) -> Response:
    """The problem that stands for one of our errors."""
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="keepclear"'
    if isinstance(error, SignatureRequired):
        headers["WWW-Authenticate"] = 'JWS realm="keepclear", alg="Ed25519"'
    if isinstance(error, Overloaded | StoreFailed):
        headers["Retry-After"] = "1"
    field = error.field if isinstance(error, InvalidInput | Refused) else None
    return problem(error.status, error.code, str(error) or _sentence(error), field=field, headers=headers)


def problem_of_http(error: HTTPException) -> Response:
    """The problem that stands for a request that is no good as HTTP."""
    code, detail = _HTTP_CODES.get(error.status_code, ("http_error", str(error.detail)))
    return problem(error.status_code, code, detail, headers=error.headers)


def _sentence(error: KeepclearError) -> str:
    return " ".join((type(error).__doc__ or "").split())


def install(app: FastAPI) -> None:
    """All errors of ``app`` leave as problems: ours, the router's, those of query parameters, and the unforeseen."""

    @app.exception_handler(KeepclearError)
    async def ours(_request: Request, error: KeepclearError) -> Response:
        return problem_of(error)

    @app.exception_handler(HTTPException)
    async def routers(_request: Request, error: HTTPException) -> Response:
        return problem_of_http(error)

    @app.exception_handler(RequestValidationError)
    async def parameters(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        given = f"{first.get('input')!r:.80}"
        return problem(422, InvalidInput.code, f"{field}: {given}; {first['msg']}", field=field)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        _log.error("unforeseen", path=request.url.path, error=type(error).__name__)
        return problem(
            500,
            "internal",
            _UNFORESEEN,
        )
