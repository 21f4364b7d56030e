"""The newest checkpoints as the event loop sees them: what the tree released, and what witnesses made of it.

Whoever wants a receipt waits here for a checkpoint that covers it; nobody who says something ever does.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from keepclear.errors import KeepclearError, NotFound, Overloaded
from keepclear.host.recording import Recording
from keepclear.host.witnessing import Witnessing
from keepclear.record.proof import Proof
from keepclear.record.tile_log import TileLog
from keepclear.record.tiles import WIDTH
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, parse_note
from keepclear.record.verify.policy import Standing

NOT_WITNESSED = Standing(is_binding=False, cosigned=(), missing=())
"""Of every checkpoint of a host without witnesses: nobody else stands by it."""


@dataclass(frozen=True, slots=True)
class Covering:
    """A checkpoint that covers what was asked for, with all lines that were had of it, and how it stands."""

    note: Note
    checkpoint: Checkpoint
    standing: Standing


class Checkpoints:
    """Checkpoints of ``recording``, cosigned by ``witnessing`` if there is one. Belongs to the event loop."""

    def __init__(self, recording: Recording, witnessing: Witnessing | None = None) -> None:
        self.recording = recording
        self.witnessing = witnessing
        self._changed = asyncio.Event()
        self._remembered_size = recording.checkpoint.size
        self._newest: tuple[bytes, Note, Checkpoint] | None = None

    async def start(self) -> None:
        """Checkpoints released from now on are seen here, and witnesses asked about them."""
        loop, tiles = asyncio.get_running_loop(), self.recording.tree.tiles

        def released(checkpoint: Checkpoint, note: bytes) -> None:
            before, self._remembered_size = self._remembered_size, checkpoint.size
            with contextlib.suppress(OSError, KeepclearError):  # whoever asks for a receipt is told
                _remember_end(tiles, before, checkpoint.size)
            loop.call_soon_threadsafe(self._released, note)

        self.recording.subscribe(released)
        if self.witnessing is not None:
            self.witnessing.on_binding = self._wake
            await self.witnessing.start()
        self._released(self.recording.latest())

    async def stop(self) -> None:
        """No witness is asked any more."""
        if self.witnessing is not None:
            await self.witnessing.stop()

    def newest(self) -> Covering:
        """The newest checkpoint."""
        return self._covering(self.recording.latest())

    def binding(self) -> Covering | None:
        """The newest checkpoint that the quorum has cosigned; None while there is none."""
        found = None if self.witnessing is None else self.witnessing.binding()
        if found is None or self.witnessing is None:
            return None
        return Covering(*found, self.witnessing.standing(found[0]))

    async def covering(self, size: int, timeout_s: float, *, binding: bool = False) -> Covering:
        """A checkpoint of ``size`` entries or more: a binding one if there is one, else the newest.

        With ``binding`` a binding one is waited for, and the newest given where none came in time. Raises
        ``Overloaded`` when no checkpoint covers so much in time.
        """
        end_s = asyncio.get_running_loop().time() + timeout_s
        while True:
            changed = self._changed
            found, newest = self.binding(), self.newest()
            if found is not None and found.checkpoint.size >= size:
                return found
            if newest.checkpoint.size >= size and not binding:
                return newest
            try:
                async with asyncio.timeout_at(end_s):
                    await changed.wait()
            except TimeoutError:
                if newest.checkpoint.size >= size:
                    return newest
                raise Overloaded("no checkpoint covers that entry yet; ask again in a moment") from None

    async def receipt(self, index: int, entry: bytes, timeout_s: float, *, binding: bool = False) -> Covered:
        """The receipt for an entry of the record, with its bytes; see ``covering``."""
        if index < 0:
            message = f"there is no entry {index}"
            raise NotFound(message)
        found = await self.covering(index + 1, timeout_s, binding=binding)
        tree, size = self.recording.tree, found.checkpoint.size
        hashes = tree.tiles.remembered_inclusion_proof(index, size)
        if hashes is None:
            hashes = await asyncio.to_thread(tree.tiles.inclusion_proof, index, size)
        return Covered(Proof(index, tuple(hashes), found.note, tree.salts.of(index) + entry), found.standing)

    def _covering(self, data: bytes) -> Covering:
        if self._newest is None or self._newest[0] is not data:
            parsed = parse_note(data)
            self._newest = data, parsed, parse_checkpoint(parsed.text)
        _, note, checkpoint = self._newest
        standing = NOT_WITNESSED
        if self.witnessing is not None:
            note = self.witnessing.with_lines(note)
            standing = self.witnessing.standing(note)
        return Covering(note, checkpoint, standing)

    def _released(self, note: bytes) -> None:
        if self.witnessing is not None:
            self.witnessing.offer(note)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _remember_end(tiles: TileLog, before: int, size: int) -> None:
    """The tiles that receipts for the entries from ``before`` on need are in memory before anybody asks."""
    for index in (*range(before, size, WIDTH), size - 1):
        tiles.inclusion_proof(index, size)


@dataclass(frozen=True, slots=True)
class Covered:
    """A receipt, and how its checkpoint stands."""

    proof: Proof
    standing: Standing
