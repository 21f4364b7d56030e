"""A log in memory: leaves, their hashes, proofs worked out by the definition (RFC 6962 §2.1), signed checkpoints.

Slow and plain on purpose: it is what the quick ones are judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.note import Note, SignatureLine, SignatureType, VerifierKey
from keepclear.record.verify.tree import EMPTY_ROOT, leaf_hash, node_hash

ORIGIN = "host.example/trial"


def _split(count: int) -> int:
    """The largest power of two under ``count``."""
    return 1 << (count - 1).bit_length() - 1


def root(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1 over leaf hashes."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    k = _split(len(hashes))
    return node_hash(root(hashes[:k]), root(hashes[k:]))


def path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(hashes) <= 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return [*path(index, hashes[:k]), root(hashes[k:])]
    return [*path(index - k, hashes[k:]), root(hashes[:k])]


def consistency(old: int, hashes: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962 §2.1.2; none from an empty tree."""
    if old in (0, len(hashes)):
        return [] if whole or old == 0 else [root(hashes)]
    k = _split(len(hashes))
    if old <= k:
        return [*consistency(old, hashes[:k], whole=whole), root(hashes[k:])]
    return [*consistency(old - k, hashes[k:], whole=False), root(hashes[:k])]


@dataclass
class SmallLog:
    """A log with an Ed25519 key of its own; ``fork`` gives one with the same key and other leaves from there on."""

    origin: str = ORIGIN
    seed: bytes = field(default_factory=lambda: sha256(b"a log").digest())
    hashes: list[bytes] = field(default_factory=list)

    @property
    def key(self) -> VerifierKey:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.origin, SignatureType.ED25519, public)

    def grow(self, count: int, word: str = "leaf") -> SmallLog:
        first = len(self.hashes)
        self.hashes += [leaf_hash(f"{word} {number}".encode()) for number in range(first, first + count)]
        return self

    def fork(self, size: int) -> SmallLog:
        return SmallLog(self.origin, self.seed, self.hashes[:size])

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = len(self.hashes) if size is None else size
        return Checkpoint(self.origin, size, root(self.hashes[:size]))

    def note(self, size: int | None = None) -> Note:
        return self.signed(self.checkpoint(size))

    def signed(self, checkpoint: Checkpoint) -> Note:
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(checkpoint.text.encode())
        return Note(checkpoint.text, (SignatureLine(self.key.name, self.key.key_id, signature),))

    def proof(self, old: int, size: int | None = None) -> list[bytes]:
        return consistency(old, self.hashes[: len(self.hashes) if size is None else size])


def with_line(note: Note, line: SignatureLine) -> Note:
    """The same note with one more signature below."""
    return Note(note.text, (*note.lines, line))
