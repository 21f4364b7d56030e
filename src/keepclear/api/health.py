"""Whether the host works: open to everyone, and says nothing else."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

import keepclear

router = APIRouter(tags=["host"])


class Health(BaseModel):
    """The answer of ``/health``."""

    status: Literal["ok", "failed"]
    version: str
    index: int
    """The record's last index."""
    signatures: Literal["required", "optional"]
    record: Literal["ok", "failed", "none"]
    """Whether the record's tree is signed: «failed» when the disk refused it, «none» where there is none."""


@router.get("/health", response_class=JSONResponse, responses={200: {"model": Health}, 503: {"model": Health}})
async def health(request: Request) -> Response:
    """200 while the host hears statements, signed or not; 503 when it has failed or is stopping."""
    host = request.app.state.host
    recording = request.app.state.recording
    record: Literal["ok", "failed", "none"] = "none"
    if recording is not None:
        record = "ok" if recording.failure is None else "failed"
    body = Health(
        status="ok" if host.working else "failed",
        version=keepclear.__version__,
        index=host.index,
        signatures=host.signatures,
        record=record,
    )
    return JSONResponse(body.model_dump(), 200 if host.working else 503)
