"""Bundles of records that are made here: by an honest keeper, and by one that has the log's keys and lies."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from keepclear.record.bundle_file import Opened, line_of, write_bundle
from keepclear.record.signers import Ed25519Signer, MlDsaSigner, Signer
from keepclear.record.tree import root_of
from keepclear.record.verify.bundle import Manifest
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.leaf import Leaf, commitment_of
from keepclear.record.verify.note import Note
from keepclear.record.verify.tree import leaf_hash

ORIGIN = "keepclear.local/trial"
SIGNERS = (Ed25519Signer(ORIGIN, sha256(b"log").digest()), MlDsaSigner(ORIGIN, sha256(b"log, too").digest()))
KEYS = tuple(signer.key for signer in SIGNERS)


def salt(index: int) -> bytes:
    """The salt of an entry here."""
    return sha256(b"salt %d" % index).digest()[:16]


def leaf(entry: bytes, index: int) -> bytes:
    """The leaf that stands for an entry."""
    return Leaf(json.loads(entry)["at"], commitment_of(salt(index), entry)).to_bytes()


def note(leaves: Iterable[bytes], signers: Sequence[Signer] = SIGNERS) -> bytes:
    """The checkpoint over these leaves, signed."""
    kept = list(leaves)
    checkpoint = Checkpoint(ORIGIN, len(kept), root_of(map(leaf_hash, kept)))
    return Note(checkpoint.text, tuple(signer.sign(checkpoint, 0) for signer in signers)).to_bytes()


@dataclass
class Parts:
    """A bundle in its parts, to be changed and written."""

    manifest: Manifest
    checkpoint: bytes
    lines: list[bytes]

    def write(self, path: Path) -> Path:
        """The bundle as a file."""
        write_bundle(path, self.manifest, self.checkpoint, self.lines)
        return path


def parts(
    entries: Sequence[bytes],
    *,
    shown: Callable[[int], bool] = lambda _: True,
    findings: Mapping[int, bytes] | None = None,
    made_for: str | None = None,
) -> Parts:
    """The bundle of a record with these entries."""
    leaves = [leaf(entry, index) for index, entry in enumerate(entries)]
    told = findings or {}
    lines = [
        line_of(leaves[index], Opened(entry, salt(index), told.get(index)) if shown(index) else None)
        for index, entry in enumerate(entries)
    ]
    manifest = Manifest(ORIGIN, KEYS, len(entries), made_for, None, "2026-11-22T00:00:00Z")
    return Parts(manifest, note(leaves), lines)


def members(path: Path) -> dict[str, bytes]:
    """The members of a bundle."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(path: Path, content: Iterable[tuple[str, bytes]]) -> Path:
    """An archive with these members, whatever they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content:
            archive.writestr(name, data)
    return path
