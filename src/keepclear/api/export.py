"""The record handed over: a bundle of what the one who asks may see, to be verified anywhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import StreamingResponse

from keepclear.api.security import Asking, desk_router
from keepclear.api.tree import recording_of
from keepclear.formats.entry import Entry, entry_as_kept
from keepclear.host.checkpoints import Checkpoints
from keepclear.host.exporting import Exporter, Sealed, Wanted
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.witnessing import policy_run_with

router = desk_router("record")

AT_ONCE = 200
"""Entries that are judged while statements wait: some milliseconds."""

PIECE_BYTES = 1 << 18
ZIP = "application/zip"


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {ZIP: {}}}})
async def export(
    request: Request,
    caller: Asking,
    to: Annotated[
        int | None, Query(ge=0, le=2**53, description="Entries after this index are there as hashes alone.")
    ] = None,
) -> StreamingResponse:
    """A bundle of the record up to the newest checkpoint: for a party's desk what its party may see, the rest as
    hashes; for the mediator the whole. ``keepclear verify`` checks it, offline.
    """
    host: MechanismHost = request.app.state.host
    tree = recording_of(request).tree
    checkpoints: Checkpoints = request.app.state.checkpoints
    newest, binding = checkpoints.newest(), checkpoints.binding()
    older = binding if binding is not None and binding.checkpoint.size < newest.checkpoint.size else None
    cosigned = None if older is None else older.note.to_bytes()
    sealed = Sealed(
        newest.note.to_bytes(), tree.keys, tree.salts, cosigned, await asyncio.to_thread(policy_run_with, tree)
    )
    wanted = Wanted(None if caller.is_mediator else host.agreement.party_of(caller.desk), to)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="keepclear-export-"))
    try:
        await _write(host, folder / "bundle.zip", sealed, wanted)
        bundle = await asyncio.to_thread((folder / "bundle.zip").open, "rb")
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)  # the open file lasts until the last of it is sent
    length = os.fstat(bundle.fileno()).st_size
    headers = {"Content-Length": str(length), "Content-Disposition": 'attachment; filename="record.zip"'}
    return StreamingResponse(_pieces(bundle), media_type=ZIP, headers=headers)


def _pieces(file: BufferedReader) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


async def _write(host: MechanismHost, path: Path, sealed: Sealed, wanted: Wanted) -> None:
    """The bundle at ``path``, some entries at a time, so that statements are heard meanwhile."""
    with Exporter(path, sealed, wanted) as exporter:
        while exporter.length < exporter.size:
            start = exporter.length
            kept = await host.entries(start, min(AT_ONCE, exporter.size - start))
            entries = await asyncio.to_thread(_read, kept)
            async with host.reading() as mechanism:
                shown = [wanted.shows(mechanism, index, entry) for index, entry in enumerate(entries, start)]
            await asyncio.to_thread(exporter.add, kept, entries, shown, [None] * len(kept))
            if not kept:
                break
        exporter.finish()


def _read(kept: list[bytes]) -> list[Entry]:
    return [entry_as_kept(data) for data in kept]
