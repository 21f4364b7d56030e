"""Receipts, and how the record stands: what is signed, who cosigned it, and who is missing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from keepclear.api.answers import answer
from keepclear.api.reads import Id, Index, read_back, record_item
from keepclear.api.security import Asking, desk_router
from keepclear.errors import NotFound
from keepclear.host.checkpoints import Checkpoints, Covering
from keepclear.record.policy_text import policy_text
from keepclear.record.verify.encoding import base64_of

router = desk_router("receipts")

RECEIPT_WAIT_S = 2.0
LONGEST_WAIT_S = 10.0
STANDING = "Keepclear-Standing"
"""The header that says ``binding`` or ``provisional``."""

_TEXT = "text/plain; charset=utf-8"


class WitnessOut(BaseModel):
    """A witness that the host asks."""

    url: str
    names: list[str] = Field(description="Of its keys, in the policy.")
    cosigned_size: int | None = Field(description="Entries of the newest checkpoint that it cosigned; null: none yet.")
    cosigned_s_ago: float | None
    trouble: str | None = Field(description="What came of the last asking instead of a cosignature.")
    split_view: bool = Field(description="It says that the record is not the one that it cosigned before.")


class RecordStatus(BaseModel):
    """How the record's tree stands."""

    origin: str
    log_keys: list[str] = Field(description="The log's verifier keys; compare them by voice before you trust them.")
    size: int = Field(description="Entries under the newest checkpoint.")
    root: str
    behind: int = Field(description="Durable entries that no checkpoint covers yet.")
    failure: str | None = Field(description="Why nothing more is signed; null: it is.")
    standing: Literal["binding", "provisional"] = Field(description="Of the newest checkpoint.")
    missing: list[str] = Field(description="Witnesses whose word the newest checkpoint lacks for the quorum.")
    binding_size: int | None = Field(description="Entries under the newest binding checkpoint; null: none is.")
    witnessed: bool = Field(description="Whether this host has witnesses: false, and nothing is ever binding.")
    policy: str | None = Field(description="By which policy (C2SP tlog-policy) a checkpoint is binding; null: by none.")
    witnesses: list[WitnessOut]
    split_view: bool = Field(description="A witness says that the record was forked or rolled back.")


def checkpoints_of(request: Request) -> Checkpoints:
    """The checkpoints of this host. Raises ``NotFound`` for a host that keeps no tree."""
    checkpoints: Checkpoints | None = request.app.state.checkpoints
    if checkpoints is None:
        message = "this host keeps no tree of its record"
        raise NotFound(message)
    return checkpoints


@router.get("/checkpoint", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def checkpoint(
    request: Request,
    binding: Annotated[bool, Query(description="The newest one that the quorum has cosigned.")] = False,
) -> Response:
    """The newest checkpoint, a signed note (C2SP tlog-checkpoint), with all cosignatures of it that there are."""
    checkpoints = checkpoints_of(request)
    found = checkpoints.binding() if binding else checkpoints.newest()
    if found is None:
        message = "no checkpoint is binding yet; see /v1/record/status for who is missing"
        raise NotFound(message)
    return _note(found)


@router.get("/record/status", response_class=Response, responses={200: {"model": RecordStatus}})
async def status(request: Request) -> Response:
    """What is signed of the record, how it stands, and how each witness does."""
    checkpoints = checkpoints_of(request)
    recording, witnessing = checkpoints.recording, checkpoints.witnessing
    newest, binding = checkpoints.newest(), checkpoints.binding()
    witnesses = [] if witnessing is None else witnessing.told()
    return answer(
        {
            "origin": newest.checkpoint.origin,
            "log_keys": [key.text for key in recording.tree.keys],
            "size": newest.checkpoint.size,
            "root": base64_of(newest.checkpoint.root),
            "behind": recording.behind,
            "failure": None if recording.failure is None else str(recording.failure),
            "standing": newest.standing.word,
            "missing": list(newest.standing.missing),
            "binding_size": None if binding is None else binding.checkpoint.size,
            "witnessed": witnessing is not None,
            "policy": None if witnessing is None else policy_text(witnessing.policy),
            "witnesses": witnesses,
            "split_view": any(one["split_view"] for one in witnesses),
        }
    )


Standing = Annotated[
    Literal["any", "binding"], Query(description="«binding»: wait for one that the quorum has cosigned.")
]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, description="Wait so many seconds at most.")]
_RECEIPT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}


@router.get("/record/{index}/receipt", response_class=Response, responses=_RECEIPT)
async def receipt(
    request: Request, caller: Asking, index: Index, standing: Standing = "any", wait_s: Wait = RECEIPT_WAIT_S
) -> Response:
    """The receipt for an entry that the desk may see: a C2SP tlog-proof with the entry and its salt as ``extra``."""
    return await _receipt(request, caller.desk, index, wait_s, binding=standing == "binding")


@router.get("/statements/{statement_id}/receipt", response_class=Response, responses=_RECEIPT)
async def receipt_of(
    request: Request, caller: Asking, statement_id: Id, standing: Standing = "any", wait_s: Wait = RECEIPT_WAIT_S
) -> Response:
    """The receipt for a statement that the desk may see, by the statement's id."""
    async with request.app.state.host.reading() as mechanism:
        place = mechanism.heard_at(statement_id)
    return await _receipt(
        request, caller.desk, None if place is None else place[0], wait_s, binding=standing == "binding"
    )


async def _receipt(request: Request, desk: str, index: int | None, wait_s: float, *, binding: bool) -> Response:
    checkpoints, host = checkpoints_of(request), request.app.state.host
    kept = await host.entries(index, 1) if index is not None and index <= host.index else []
    read = read_back(kept)
    async with host.reading() as mechanism:
        if index is None or not read or record_item(mechanism, desk, index, read[0]) is None:
            message = "there is no such entry that this desk may see"
            raise NotFound(message)
    covered = await checkpoints.receipt(index, kept[0], wait_s, binding=binding)
    return Response(covered.proof.to_bytes(), media_type=_TEXT, headers={STANDING: covered.standing.word})


def _note(found: Covering) -> Response:
    return Response(found.note.to_bytes(), media_type=_TEXT, headers={STANDING: found.standing.word})
