"""The short way to what desks ask for hundreds of times a second: past the router, to the very functions that it finds.

To find one route among sixty and to work out what its function takes costs several times what hearing a statement does.
Only a request in its plainest form is taken here: a known path, no query, one token that is a desk's. Whatever is
otherwise goes the long way and gets its answer, or its refusal, there; so both ways always answer the same.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from keepclear.api import problems, receipts, statements
from keepclear.api.security import Caller
from keepclear.errors import KeepclearError
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.tokens import TokenBook

Endpoint = Callable[[Request, Caller], Awaitable[Response]]

_SCHEME = b"Bearer "
_RECEIPT = re.compile(r"/v1/record/(0|[1-9][0-9]{0,14})/receipt")
_SAID: dict[str, Endpoint] = {"/v1/statements": statements.say, "/v1/deliveries": statements.deliver}


class ShortWay:
    """ASGI: plain requests are answered here, all others by ``app``."""

    def __init__(self, app: ASGIApp, host: MechanismHost, tokens: TokenBook) -> None:
        self._app = app
        self._host = host
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        endpoint = endpoint_of(scope)
        caller = None if endpoint is None else self._caller(scope)
        if endpoint is None or caller is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await endpoint(Request(scope, receive), caller)
        except KeepclearError as error:
            response = problems.problem_of(error)
        except HTTPException as error:
            response = problems.problem_of_http(error)
        await response(scope, receive, send)

    def _caller(self, scope: Scope) -> Caller | None:
        """The desk that one plain «Authorization: Bearer …» is of; None for anything else, and for what bids the
        function do otherwise than it does by itself.
        """
        given = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                if given is not None or not value.startswith(_SCHEME):
                    return None
                given = value[len(_SCHEME) :]
            elif name == b"keepclear-held":
                return None
        holder = None if given is None else self._tokens.holder(given.decode("latin-1"))
        return Caller(holder) if holder in self._host.agreement.desk_by_id else None


def endpoint_of(scope: Scope) -> Endpoint | None:
    """What answers a request of this method and path without a query, if it is one of those that are asked so often."""
    if scope["type"] != "http" or scope["query_string"]:
        return None
    if scope["method"] == "POST":
        return _SAID.get(scope["path"])
    found = _RECEIPT.fullmatch(scope["path"]) if scope["method"] == "GET" else None
    if found is None:
        return None
    index = int(found[1])
    return lambda request, caller: receipts.receipt(request, caller, index)
