"""Who is asking, and the headers that keep a browser to our own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keepclear.api import problems
from keepclear.errors import Forbidden, Unauthenticated
from keepclear.host.tokens import METRICS, TokenBook
from keepclear.mechanism.words import MEDIATOR_DESK

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_RAW_HEADERS = tuple((name.lower().encode("ascii"), value.encode("ascii")) for name, value in _HEADERS.items())
"""As ASGI has them."""

_bearer = HTTPBearer(auto_error=False, description="The token of a desk, as printed once by «keepclear serve --init».")


@dataclass(frozen=True, slots=True)
class Caller:
    """The desk whose token came with the request."""

    desk: str

    @property
    def is_mediator(self) -> bool:
        """Whether this is the mediator's duty desk."""
        return self.desk == MEDIATOR_DESK


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _holder(request: Request, credentials: HTTPAuthorizationCredentials | None) -> str:
    book: TokenBook = request.app.state.tokens
    holder = book.holder(credentials.credentials) if credentials is not None else None
    if holder is None:
        raise Unauthenticated
    return holder


async def desk_of(request: Request, credentials: Credentials) -> Caller:
    """The caller of a ``/v1`` route. Raises ``Unauthenticated``, or ``Forbidden`` for a token that is no desk's."""
    holder = _holder(request, credentials)
    if holder not in request.app.state.host.agreement.desk_by_id:
        message = "this token is no desk's of this mechanism; use the token of your desk"
        raise Forbidden(message)
    return Caller(holder)


def desk_router(tag: str) -> APIRouter:
    """A group of ``/v1`` routes. Each of them asks for a desk's token, whatever else it declares: default deny."""
    return APIRouter(prefix="/v1", dependencies=[Depends(desk_of)], responses=problems.DOCUMENTED, tags=[tag])


async def metrics_reader(request: Request, credentials: Credentials) -> str:
    """Who may read ``/metrics``: the mediator's desk and the metrics token."""
    holder = _holder(request, credentials)
    if holder not in (METRICS, MEDIATOR_DESK):
        message = "metrics are for the mediator's desk and the metrics token"
        raise Forbidden(message)
    return holder


Asking = Annotated[Caller, Depends(desk_of)]


class SecurityHeaders:
    """Every response carries the strict policy; what is not a static file is never stored by a cache.

    While the host stops, each response ends its connection: a busy client would keep one open, and the host up.
    """

    def __init__(self, app: ASGIApp, is_stopping: Callable[[], bool]) -> None:
        self._app = app
        self._is_stopping = is_stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: the application within, its responses with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                own = [header for header in _RAW_HEADERS if header[0] not in there]
                message["headers"] = [*message["headers"], *own]
                if self._is_stopping():
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_with_headers)
