"""What a witness answers to ``add-checkpoint`` (C2SP tlog-witness v1.0.0): the request's form, and the decision.

Nothing here knows a clock, a disk or a network. The order of the checks is the specification's; each refusal carries
the HTTP status that it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.consistency import verify_consistency
from keepclear.record.proof import hashes_of
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.encoding import base64_of, number_of, shown, text_of
from keepclear.record.verify.note import MOST_NOTE_BYTES, Note, Signed, VerifierKey, parse_note, verify_note
from keepclear.record.verify.tree import EMPTY_ROOT

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE = 400, 403, 404, 409, 422

MOST_REQUEST_BYTES = MOST_NOTE_BYTES + 4_096
"""The largest request: a note, 63 lines of hashes and a line of the old size."""

Known = Mapping[str, Sequence[VerifierKey]]
"""Origins of the logs that a witness knows, each with the keys that it believes for it."""


class Refused(Exception):
    """No cosignature: the HTTP status, why, and for a conflict the size that was cosigned last."""

    def __init__(self, status: int, why: str, *, size: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.size = size


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: from the tree of ``old_size`` leaves, by this proof, to the checkpoint in ``note``."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    def to_bytes(self) -> bytes:
        """The request's body; :func:`parse_request` of it is this request."""
        head = "".join(f"{line}\n" for line in (f"old {self.old_size}", *map(base64_of, self.proof), ""))
        return head.encode("ascii") + self.note.to_bytes()


def request_for(old_size: int, proof: Sequence[bytes], note: Note) -> AddCheckpoint:
    """The request that asks a witness at ``old_size`` to cosign ``note``."""
    return AddCheckpoint(old_size, tuple(proof), note, parse_checkpoint(note.text))


def parse_request(body: bytes) -> AddCheckpoint:
    """The request that a body holds; :class:`Refused` (400) when it is none."""
    try:
        head, gap, below = body.partition(b"\n\n")
        first, *proof = text_of(head, "request").split("\n")
        if not gap or not first.startswith("old "):
            raise InvalidInput("request", shown(first), "«old <size>», proof lines, an empty line, a checkpoint")
        old_size = number_of(first.removeprefix("old "), "old size")
        note = parse_note(below)
        return AddCheckpoint(old_size, hashes_of(proof, "consistency proof"), note, parse_checkpoint(note.text))
    except InvalidInput as error:
        raise Refused(BAD_REQUEST, str(error)) from None


def check_signatures(asked: AddCheckpoint, known: Known) -> tuple[Signed, ...]:
    """The log's own lines below the checkpoint, each verified; :class:`Refused` (404, 403) without any."""
    keys = known.get(asked.checkpoint.origin)
    if keys is None:
        raise Refused(NOT_FOUND, f"the log {shown(asked.checkpoint.origin)} is not known here")
    try:
        signed = verify_note(asked.note, keys)
    except VerificationFailed as error:
        raise Refused(FORBIDDEN, str(error)) from None
    if not signed:
        raise Refused(FORBIDDEN, "no signature of a key that is believed for this log")
    return signed


def check_growth(asked: AddCheckpoint, latest: Checkpoint | None) -> None:
    """The checkpoint goes on from ``latest``, the one cosigned last for its log; :class:`Refused` (400, 409, 422)."""
    asking, size = asked.checkpoint, latest.size if latest is not None else 0
    if asked.old_size > asking.size:
        raise Refused(BAD_REQUEST, f"the old size {asked.old_size} is over the checkpoint's {asking.size}")
    if asked.old_size != size:
        raise Refused(CONFLICT, f"the size cosigned last is {size}, and not {asked.old_size}", size=size)
    try:
        if asking.size == 0 and asking.root != EMPTY_ROOT:
            raise VerificationFailed("root", asking.root.hex(), f"{EMPTY_ROOT.hex()}, that of the empty tree")
        old_root = latest.root if latest is not None else EMPTY_ROOT
        verify_consistency(size, old_root, asking.size, asking.root, asked.proof)
    except VerificationFailed as error:
        raise Refused(UNPROCESSABLE, str(error)) from None
