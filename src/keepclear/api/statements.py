"""Saying something, asking what it would lead to, and telling that it arrived."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import Header, Request
from starlette.responses import Response

from keepclear.api.answers import answer
from keepclear.api.body import JOSE, JSON, PARSED_ON_THE_LOOP_BYTES, media_type, parse_body, read_body
from keepclear.api.models import DeliveryIn, Preview, PreviewIn, Receipt, StatementIn
from keepclear.api.security import Asking, desk_router
from keepclear.errors import Forbidden, InvalidInput, Refused, SignatureInvalid
from keepclear.formats.reader import Table
from keepclear.formats.statement_json import notice_body_from_json, statement_from_json, uuid7
from keepclear.formats.strict_json import MOST_EXACT_INTEGER
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.signed import signed_statement
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.statement import Statement
from keepclear.record.verify.jws import MOST_TOKEN_BYTES

router = desk_router("statements")
_log = structlog.get_logger("keepclear.api")


def _takes(model: type[Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    """What OpenAPI says of a body that is read strictly by hand."""
    schema = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    return {"requestBody": {"required": True, "content": {JSON: schema, **(more or {})}}}


_SIGNED = {
    JOSE: {"schema": {"type": "string", "description": "A compact JWS whose payload is a StatementIn (RFC 8785)."}}
}


@router.post(
    "/statements",
    status_code=201,
    response_class=Response,
    responses={
        200: {"model": Receipt, "description": "Heard before, and the same: the receipt of then."},
        201: {"model": Receipt, "description": "Heard, and durable."},
    },
    openapi_extra=_takes(StatementIn, _SIGNED),
)
async def say(
    request: Request,
    caller: Asking,
    keepclear_held: Annotated[bool, Header(description="The desk kept it while its link was down.")] = False,
) -> Response:
    """Say a statement: a compact JWS (application/jose), or JSON where this host takes what is not signed.

    It is durable when this answers; the same id with the same content may be said again.
    """
    host = request.app.state.host
    try:
        statement = await _statement(request, host)
        if statement.sender != caller.desk:
            message = f"from: this is the token of {caller.desk}; a desk speaks for itself only"
            raise Forbidden(message)
        told = await host.say(statement, held=keepclear_held)
    except (InvalidInput, Refused) as error:
        if error.field.startswith("signature") or isinstance(error, SignatureInvalid):
            _log.warning("signature_refused", code=error.code, field=error.field, desk=caller.desk)
        raise
    return answer(told.body, 201 if told.new else 200)


async def _statement(request: Request, host: MechanismHost) -> Statement:
    """The statement as it came, its signature found good if it has one."""
    if media_type(request) != JOSE:
        return await parse_body(request, lambda value: statement_from_json(value, host.agreement))
    compact = await read_body(request, MOST_TOKEN_BYTES, declared_as=JOSE)
    if len(compact) <= PARSED_ON_THE_LOOP_BYTES:
        return signed_statement(compact, host.agreement, host.key)
    return await asyncio.to_thread(signed_statement, compact, host.agreement, host.key)


@router.post(
    "/preview",
    response_class=Response,
    responses={200: {"model": Preview}},
    openapi_extra=_takes(PreviewIn),
)
async def preview(request: Request, caller: Asking) -> Response:
    """What a notice would raise if it were said now, as far as this desk would be told; nothing is recorded."""
    host = request.app.state.host

    def parse(value: Any) -> tuple[NoticeBody, str | None]:
        if not isinstance(value, dict):
            raise InvalidInput("", f"a {type(value).__name__}", "an object: the body of a notice")
        replaces = value.pop("replaces", None)
        body = notice_body_from_json(value, host.agreement, "")
        return body, None if replaces is None else uuid7(replaces, "replaces")

    body, replaces = await parse_body(request, parse)

    def work_out(mechanism: Mechanism) -> list[dict[str, Any] | None]:
        alerts = mechanism.preview(caller.desk, body, host.now(), replaces)
        return [view(mechanism, caller.desk, alert) for alert in alerts]

    shown = await host.work_out(work_out)
    return answer({"alerts": [alert for alert in shown if alert is not None]})


@router.post(
    "/deliveries",
    status_code=202,
    response_class=Response,
    responses={202: {"description": "Noted; recorded where it changes something."}},
    openapi_extra=_takes(DeliveryIn),
)
async def deliver(request: Request, caller: Asking) -> Response:
    """The desk's machine has everything up to a record index. Only then is something «delivered»."""
    host = request.app.state.host

    def parse(value: Any) -> int:
        table = Table(value, "", ("through",))
        through = table.integer("through", "a record index")
        if not 0 <= through <= MOST_EXACT_INTEGER:
            raise table.refuse("through", "a record index, 0 or more")
        return through

    await host.deliver(caller.desk, await parse_body(request, parse))
    return Response(status_code=202)
