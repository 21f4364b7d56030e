"""How a log comes to be, and comes back: what is on the disk is the tree that its checkpoint says, or it is an error.

The first checkpoint, of no leaves, is made with the folder, in one step: a folder without one has lost it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from keepclear.errors import InvalidInput, KeepclearError, RecordDamaged, RecordFailed
from keepclear.record.durable import make_folder, sync_folder, write_synced
from keepclear.record.edge import Edge, edge_at
from keepclear.record.signers import Signer
from keepclear.record.tile_files import TileFiles
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, VerifierKey, parse_note, verify_note
from keepclear.record.verify.tree import EMPTY_ROOT

CHECKPOINT_FILE = "checkpoint"


@dataclass(frozen=True, slots=True)
class Released:
    """A checkpoint that everybody may have: its note, and the latest time that a line of ours says."""

    checkpoint: Checkpoint
    note: bytes
    time_s: int


def signed_note(checkpoint: Checkpoint, signers: Sequence[Signer], time_s: int) -> bytes:
    """The checkpoint with a line of each signer, each checked before anyone gets it."""
    note = Note(checkpoint.text, tuple(signer.sign(checkpoint, time_s) for signer in signers))
    data = note.to_bytes()
    if parse_checkpoint(note.text) != checkpoint or parse_note(data) != note:
        raise RecordFailed(f"{checkpoint.origin!r}: a checkpoint of this origin would not be read by others")
    if len(verify_note(note, [signer.key for signer in signers])) != len(signers):
        raise RecordFailed("a signature just made does not hold; see to the machine's memory")
    return data


def make_log(folder: Path, origin: str, signers: Sequence[Signer]) -> None:
    """The folder of a new log, with its checkpoint of no leaves: there whole or not at all."""
    make_folder(folder.parent)
    unfinished = folder.with_name(f"{folder.name}.{secrets.token_hex(8)}.new")
    unfinished.mkdir()
    write_synced(unfinished / CHECKPOINT_FILE, signed_note(Checkpoint(origin, 0, EMPTY_ROOT), signers, 0))
    sync_folder(unfinished)
    unfinished.rename(folder)
    sync_folder(folder.parent)


def open_log(files: TileFiles, origin: str, keys: Sequence[VerifierKey]) -> tuple[Released, Edge]:
    """The released checkpoint and the edge of its tree, checked against each other."""
    released = read_checkpoint(files.folder, origin, keys)
    checkpoint = released.checkpoint
    edge = _read(files, lambda: edge_at(checkpoint.size, lambda tile: files.read(tile, checkpoint.size)))
    if edge.root != checkpoint.root:
        raise damaged(files.folder, f"its tiles do not make the root of its checkpoint of {checkpoint.size} leaves")
    return released, edge


def read_checkpoint(folder: Path, origin: str, keys: Sequence[VerifierKey]) -> Released:
    """The checkpoint of the log ``origin`` in ``folder``, signed by one of ``keys`` at least."""
    path = folder / CHECKPOINT_FILE
    try:
        data = path.read_bytes()
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
        signed = verify_note(note, keys)
    except (OSError, KeepclearError) as error:
        raise damaged(folder, f"its checkpoint cannot be read ({error})") from error
    if checkpoint.origin != origin:
        given = f"{origin!r}, but the log in {folder} is {checkpoint.origin!r}"
        raise InvalidInput("origin", given, "a log keeps the origin that it was begun with")
    if not signed:
        known = ", ".join(key.text[:60] for key in keys)
        raise InvalidInput(str(path), "signed by other keys", f"the keys of this log, put back from a copy ({known})")
    return Released(checkpoint, data, max(one.time_s or 0 for one in signed))


def _read(files: TileFiles, read: Callable[[], Edge]) -> Edge:
    try:
        return read()
    except (OSError, InvalidInput) as error:
        raise damaged(files.folder, f"what its checkpoint stands on is not there ({error})") from error


def damaged(folder: Path, what: str) -> RecordDamaged:
    """The error that says what is wrong with a log and what to do."""
    return RecordDamaged(
        f"{folder}: {what}; restore the folder from a copy, or remove its folder «tile» and start the host, which "
        "writes it again from the store and compares it with the checkpoint"
    )
