"""The record's tree: its tiles as files (C2SP tlog-tiles), and consistency proofs.

Tiles hold commitments and times, nothing of what was said; every desk may read all of them.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from keepclear.api.answers import answer
from keepclear.api.security import desk_router
from keepclear.errors import InvalidInput, NotFound
from keepclear.host.recording import Recording
from keepclear.record.opening import CHECKPOINT_FILE
from keepclear.record.verify.encoding import base64_of

router = desk_router("tree")

_NOTE = "text/plain; charset=utf-8"
_FOR_EVER = "private, max-age=31536000, immutable"


class Consistency(BaseModel):
    """That a tree begins with an earlier one (RFC 6962 §2.1.2); roots and hashes in base64."""

    old_size: int
    old_root: str
    size: int
    root: str
    proof: list[str]


def recording_of(request: Request) -> Recording:
    """What keeps the tree up. Raises ``NotFound`` for a host that keeps none."""
    recording: Recording | None = request.app.state.recording
    if recording is None:
        message = "this host keeps no tree of its record"
        raise NotFound(message)
    return recording


@router.get(
    "/tiles/{path:path}", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}}
)
async def tile(request: Request, path: str) -> Response:
    """A file of the log as C2SP tlog-tiles names it: ``checkpoint``, ``tile/0/x001/067``, ``tile/entries/003.p/17``."""
    recording = recording_of(request)
    if path == CHECKPOINT_FILE:
        return Response(recording.latest(), media_type=_NOTE)
    try:
        data = await asyncio.to_thread(recording.tree.tiles.tile, path)
    except InvalidInput as error:
        raise NotFound(str(error)) from None
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": _FOR_EVER})


@router.get("/consistency", response_class=Response, responses={200: {"model": Consistency}})
async def consistency(
    request: Request,
    old: Annotated[int, Query(alias="from", ge=0, le=2**53, description="The earlier tree's size.")],
    new: Annotated[int | None, Query(alias="to", ge=0, le=2**53, description="The later one's size.")] = None,
) -> Response:
    """That the tree of ``to`` entries begins with the tree of ``from`` entries: nothing was taken back or altered."""
    tiles = recording_of(request).tree.tiles
    size = tiles.size if new is None else new

    def work_out() -> Consistency:
        return Consistency(
            old_size=old,
            old_root=base64_of(tiles.root(old)),
            size=size,
            root=base64_of(tiles.root(size)),
            proof=[base64_of(hashed) for hashed in tiles.consistency_proof(old, size)],
        )

    return answer((await asyncio.to_thread(work_out)).model_dump())
