"""Receipts: a C2SP tlog-proof file says that an entry is in the log, and is checked with no host and no network.

::

    c2sp.org/tlog-proof@v1
    extra <base64 of what opens the commitment>
    index <index>
    <base64 of each hash of the inclusion proof>

    <the checkpoint with its signatures>

The log holds commitments, not statements (:mod:`keepclear.record.verify.leaf`). ``extra`` of our receipts is the salt
(16 bytes), followed by the entry's bytes where the receipt carries them. Nothing of ``extra`` is believed: it opens the
commitment, or the receipt fails.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.encoding import base64_of, bytes_of, number_of, shown, text_of
from keepclear.record.verify.leaf import SALT_BYTES, Leaf, commitment_of
from keepclear.record.verify.note import Note, parse_note
from keepclear.record.verify.policy import Policy, Standing, judge
from keepclear.record.verify.tree import HASH_BYTES, leaf_hash, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63
"""An inclusion proof in a tree of at most 2^63 leaves is no longer."""

MOST_PROOF_BYTES = 96_000_000
"""A receipt over this length is not read: an entry is at most 64,000,000 bytes."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof with the checkpoint that it leads to; nothing of it is checked yet."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes = b""

    def to_bytes(self) -> bytes:
        """The proof as a file; :func:`parse_proof` of it is this proof."""
        lines = [FIRST_LINE, *([f"extra {base64_of(self.extra)}"] if self.extra else []), f"index {self.index}"]
        head = "".join(f"{line}\n" for line in (*lines, *map(base64_of, self.hashes), ""))
        return head.encode("ascii") + self.note.to_bytes()

    @property
    def salt(self) -> bytes:
        """What ``extra`` gives as the salt; :class:`InvalidInput` when it is too short to hold one."""
        if len(self.extra) < SALT_BYTES:
            raise InvalidInput(
                "extra", f"{len(self.extra)} bytes", f"a salt of {SALT_BYTES} bytes, and maybe the entry"
            )
        return self.extra[:SALT_BYTES]

    @property
    def entry(self) -> bytes | None:
        """What ``extra`` gives as the entry's bytes; None when the receipt does not carry them."""
        return self.extra[SALT_BYTES:] or None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a receipt proves: these bytes are entry ``index`` of the log that this checkpoint is of."""

    index: int
    entry: bytes
    checkpoint: Checkpoint
    standing: Standing


def parse_proof(data: bytes) -> Proof:
    """The proof that has exactly these bytes, or :class:`InvalidInput`. No hash and no signature is checked."""
    if len(data) > MOST_PROOF_BYTES:
        raise InvalidInput("receipt", f"{len(data):,} bytes", f"at most {MOST_PROOF_BYTES:,} bytes")
    head, gap, note = data.partition(b"\n\n")
    lines = text_of(head, "receipt").split("\n")
    if not gap or lines.pop(0) != FIRST_LINE:
        raise InvalidInput("receipt", "no tlog-proof", f"a file that begins with «{FIRST_LINE}»")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = bytes_of(lines.pop(0).removeprefix("extra "), "extra")
        if not extra:
            raise InvalidInput("extra", "nothing", "bytes in base64, or no such line")
    if not lines or not lines[0].startswith("index "):
        raise InvalidInput("receipt", shown(lines[0]) if lines else "no index line", "«index <number>»")
    index = number_of(lines.pop(0).removeprefix("index "), "index")
    return Proof(index, hashes_of(lines, "inclusion proof"), parse_note(note), extra)


def hashes_of(lines: list[str], field: str) -> tuple[bytes, ...]:
    """Hashes of a proof, one a line in base64, at most :data:`MOST_HASHES`; :class:`InvalidInput` otherwise."""
    if len(lines) > MOST_HASHES:
        raise InvalidInput(field, f"{len(lines)} hashes", f"at most {MOST_HASHES}")
    hashes = tuple(bytes_of(line, f"{field}, hash {number}") for number, line in enumerate(lines, 1))
    if any(len(one) != HASH_BYTES for one in hashes):
        raise InvalidInput(field, "a hash of another length", f"hashes of {HASH_BYTES} bytes")
    return hashes


def leaf_of(entry: bytes, salt: bytes) -> bytes:
    """The leaf that stands for ``entry`` in the log, under this salt; ``InvalidInput`` when it has no time."""
    try:
        at = json.loads(entry)["at"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput(
            "entry", shown(entry[:40].decode("latin-1")), "an entry of the record, with its time"
        ) from None
    if type(at) is not int:
        raise InvalidInput("entry.at", shown(str(at)), "a time in milliseconds")
    return Leaf(at, commitment_of(salt, entry)).to_bytes()


def verify_proof(proof: Proof, policy: Policy, entry: bytes | None = None) -> Proven:
    """What ``proof`` proves under ``policy``, or :class:`VerificationFailed`.

    ``entry``: the entry's bytes as the reader has them; left out, those that the receipt carries. A receipt whose
    checkpoint lacks the quorum proves it too; its ``standing`` then says ``provisional``.
    """
    checkpoint, standing = judge(proof.note, policy)
    carried = proof.entry if entry is None else entry
    if carried is None:
        raise InvalidInput("entry", "not in the receipt", "the bytes of the entry that the receipt is for")
    hashed = leaf_hash(leaf_of(carried, proof.salt))
    try:
        verify_inclusion(hashed, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    except VerificationFailed as error:
        what = f"receipt for entry {proof.index} of {checkpoint.origin}"
        raise VerificationFailed(what, str(error), "an entry and a proof that lead to the signed root") from None
    return Proven(proof.index, carried, checkpoint, standing)
