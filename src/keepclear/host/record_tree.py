"""The tree of a record, opened beside its store: leaf i stands for entry i, and the two must never disagree.

The store is the record; the tree is what was signed of it. What is in the store and not yet in the tree is put in; what
was signed and is not in the store as it was, means that the store was rolled back or altered: then nobody goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from keepclear.errors import InvalidInput, RecordDamaged, RecordFailed
from keepclear.record.keys import Salts, log_keys
from keepclear.record.opening import CHECKPOINT_FILE, read_checkpoint
from keepclear.record.rebuild import rebuild, tiles_lost
from keepclear.record.tile_log import TileLog
from keepclear.record.tiles import WIDTH
from keepclear.record.verify.leaf import Leaf, commitment_of
from keepclear.record.verify.note import VerifierKey, check_name
from keepclear.store.protocol import Store

KEYS_FOLDER = "record-keys"
TREES_FOLDER = "record"
ORIGIN_PREFIX = "keepclear.local/"

_TIME_FIRST = re.compile(rb'\{"at":(-?[0-9]{1,16})[,}]')
"""How most entries begin, for canonical JSON has its keys in order: then the rest need not be parsed for the time."""

AT_ONCE = 1_024
"""Entries read from the store at once."""


@dataclass(frozen=True, slots=True)
class RecordTree:
    """The tree of one record: its log, the store it is of, and the salts of its leaves."""

    tiles: TileLog
    store: Store
    log: str
    salts: Salts
    keys: tuple[VerifierKey, ...]
    """The public keys that its checkpoints are signed with."""

    def leaf(self, index: int, entry: bytes) -> bytes:
        """The leaf of an entry of the record."""
        return leaf_of(entry, self.salts.of(index))

    def check(self, start: int, end: int) -> None:
        """The leaves from ``start`` to before ``end`` are those of the store's entries, or :class:`RecordDamaged`."""
        kept = self.store.read(self.log, start, end - start)
        signed = self.tiles.leaves(start, end)
        for index, (entry, leaf) in enumerate(zip(kept, signed, strict=True), start):
            if self.leaf(index, entry) != leaf:
                raise RecordDamaged(
                    f"{self.tiles.directory}: entry {index} of the store is not the one that was signed: the store was "
                    f"altered, or rolled back and gone on with; {RESTORE}"
                )


RESTORE = (
    "restore the store from a copy in which it is as it was; the signed checkpoint stays in that folder as the proof, "
    "and what desks and witnesses hold is compared with it"
)


def leaf_of(entry: bytes, salt: bytes) -> bytes:
    """The leaf that stands for an entry's bytes under a salt."""
    first = _TIME_FIRST.match(entry)
    at_ms = int(first[1]) if first else json.loads(entry)["at"]
    return Leaf(at_ms, commitment_of(salt, entry)).to_bytes()


def slug_of(log: str) -> str:
    """A log's name as a folder and as part of an origin: lower-case letters, digits and hyphens; no two are alike."""
    plain = re.sub(r"[^a-z0-9]+", "-", log.lower()).strip("-")[:40]
    return plain if plain == log else f"{plain}-{sha256(log.encode()).hexdigest()[:8]}".lstrip("-")


def open_tree(data: Path, store: Store, log: str, origin: str | None = None) -> RecordTree:
    """The tree of the record ``log`` in the data directory, begun when it is new.

    ``origin`` names the log to everybody who checks it, and stays as it was at the beginning; left out, it is that, or
    ``keepclear.local/<slug>``. Raises :class:`RecordDamaged` when the store is not the one that was signed,
    :class:`InvalidInput` for other keys or another origin, :class:`RecordFailed` for what the disk refuses.
    """
    folder = data / TREES_FOLDER / slug_of(log)
    try:
        if origin is not None:
            check_name(origin, "--origin")
        begun = (folder / CHECKPOINT_FILE).exists()
        if begun and not (data / KEYS_FOLDER).exists():
            expected = "the keys that the log was begun with, put back from a copy, or it cannot go on"
            raise InvalidInput(str(data / KEYS_FOLDER), "not there", expected)
        secrets = log_keys(data / KEYS_FOLDER)
        origin = origin or (_origin_of(folder) if begun else ORIGIN_PREFIX + slug_of(log))
        signers = secrets.signers(origin)
        keys = tuple(signer.key for signer in signers)
        salts = secrets.salts(log)
        if begun:
            _write_again_if_lost(folder, origin, keys, store, log, salts)
        tree = RecordTree(TileLog(folder, origin, signers), store, log, salts, keys)
    except OSError as error:
        message = f"{error.filename or folder}: {error.strerror}; see to the disk, then start the host again"
        raise RecordFailed(message) from error
    _check_against_store(tree)
    return tree


def _origin_of(folder: Path) -> str:
    """What the checkpoint there says; that it is signed is seen to when it is opened."""
    return (folder / CHECKPOINT_FILE).read_text(encoding="utf-8", errors="replace").partition("\n")[0]


def _write_again_if_lost(
    folder: Path, origin: str, keys: tuple[VerifierKey, ...], store: Store, log: str, salts: Salts
) -> None:
    signed = read_checkpoint(folder, origin, keys).checkpoint
    if tiles_lost(folder, signed):
        rebuild(folder, signed, (leaf_of(entry, salts.of(index)) for index, entry in entries(store, log, 0)))


def entries(store: Store, log: str, start: int) -> Iterator[tuple[int, bytes]]:
    """The entries of a record from ``start`` on, with their indices."""
    while some := store.read(log, start, AT_ONCE):
        yield from enumerate(some, start)
        start += len(some)


def _check_against_store(tree: RecordTree) -> None:
    """The store has all that was signed, and the end of it is the same; the rest is checked while the host runs."""
    signed, kept = tree.tiles.size, tree.store.length(tree.log)
    if kept < signed:
        raise RecordDamaged(
            f"{tree.tiles.directory}: {signed} entries were signed, but the store has {kept}: it was rolled "
            f"back; {RESTORE}"
        )
    tree.check(max(0, signed - WIDTH), signed)
