"""Evidence of a split view: two checkpoints that one log has signed and that cannot both be true.

A JSON file that anyone can check with the log's keys alone::

    {"format": "keepclear-evidence/1", "why": …, "found_by": …, "found_at": …,
     "first": <signed note>, "second": <signed note>, "proof": [<base64>…], "root_of_first_in_second": <base64>?}

Two roots for one size contradict each other as they stand. For two sizes the file holds the log's own consistency
proof: where that proof leads from *another* root at the first size to the signed root of the second, the log has signed
two different trees. Where it leads nowhere the pair is only suspected, and :func:`contradiction` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.consistency import two_roots, verify_consistency
from keepclear.record.proof import hashes_of
from keepclear.record.verify.canonical import strict_object
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.encoding import base64_of
from keepclear.record.verify.note import Note, VerifierKey, parse_note, verify_note

FORMAT = "keepclear-evidence/1"
MOST_EVIDENCE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two signed checkpoints, the smaller first, and what was given as the proof between them."""

    first: Note
    second: Note
    why: str
    found_by: str
    found_at: str
    proof: tuple[bytes, ...] = ()
    root_of_first_in_second: bytes | None = None
    """The root that the second tree has at the first one's size, where it is known."""

    def to_bytes(self) -> bytes:
        """The file; :func:`parse_evidence` of it is this evidence."""
        value: dict[str, object] = {
            "format": FORMAT,
            "why": self.why,
            "found_by": self.found_by,
            "found_at": self.found_at,
            "first": self.first.to_bytes().decode("utf-8"),
            "second": self.second.to_bytes().decode("utf-8"),
            "proof": [base64_of(one) for one in self.proof],
        }
        if self.root_of_first_in_second is not None:
            value["root_of_first_in_second"] = base64_of(self.root_of_first_in_second)
        return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def parse_evidence(data: bytes) -> Evidence:
    """The evidence in a file, or ``InvalidInput``. No signature is checked."""
    if len(data) > MOST_EVIDENCE_BYTES:
        raise InvalidInput("evidence", f"{len(data):,} bytes", f"at most {MOST_EVIDENCE_BYTES:,} bytes")
    try:
        value = strict_object(data)
        if value["format"] != FORMAT:
            raise InvalidInput("evidence", "another format", FORMAT)
        first, second, why, found_by, found_at = (
            _text(value[key]) for key in ("first", "second", "why", "found_by", "found_at")
        )
        proof = [_text(one) for one in value["proof"]]
        other = value.get("root_of_first_in_second")
        if other is not None:
            (other,) = hashes_of([_text(other)], "root_of_first_in_second")
    except (ValueError, KeyError, TypeError):
        raise InvalidInput("evidence", "no evidence file", f"a JSON object of the format {FORMAT}") from None
    notes = parse_note(first.encode("utf-8")), parse_note(second.encode("utf-8"))
    return Evidence(*notes, why, found_by, found_at, hashes_of(proof, "proof"), other)


def _text(value: object) -> str:
    """A text that can be written again; half a surrogate pair cannot (ValueError)."""
    if not isinstance(value, str):
        raise TypeError
    value.encode("utf-8")
    return value


def contradiction(evidence: Evidence, keys: Iterable[VerifierKey]) -> str | None:
    """Why both checkpoints cannot be true, in one sentence; None when that does not follow from this file.

    Raises ``VerificationFailed`` when the two are not both signed by one log's keys among ``keys``.
    """
    first, second = signed_pair(evidence.first, evidence.second, keys)
    return why_split(first, second, evidence.proof, evidence.root_of_first_in_second)


def signed_pair(first: Note, second: Note, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints, both signed by the same log, or ``VerificationFailed``."""
    known = tuple(keys)
    pair = parse_checkpoint(first.text), parse_checkpoint(second.text)
    if pair[0].origin != pair[1].origin:
        raise VerificationFailed("checkpoints", f"of {pair[0].origin} and {pair[1].origin}", "of one and the same log")
    for note in (first, second):
        if not verify_note(note, [key for key in known if key.name == pair[0].origin]):
            raise VerificationFailed("checkpoint", "no signature of a key given", f"a signature of {pair[0].origin}")
    return pair


def old_root_in(first: Checkpoint, second: Checkpoint, proof: Sequence[bytes]) -> bytes | None:
    """The root that ``second``'s tree has at the size of ``first``, as far as a proof tells that leads to ``second``.

    None when the proof does not make the root of ``second``, and at a power of two, where a proof begins with the
    earlier root unsaid.
    """
    if not 0 < first.size < second.size or first.size & (first.size - 1) == 0 or not proof:
        return None
    try:
        old, new = two_roots(first.size - 1, second.size - 1, list(proof))
    except VerificationFailed:
        return None
    return old if new == second.root else None


def why_split(
    first: Checkpoint, second: Checkpoint, proof: tuple[bytes, ...] = (), root_of_first_in_second: bytes | None = None
) -> str | None:
    """Why two checkpoints of one log, the smaller first, cannot both be true; None when these do not show it."""
    if first.size == second.size:
        if first.root == second.root:
            return None
        return f"{first.origin} has signed two different trees of {first.size} entries"
    if root_of_first_in_second is None or root_of_first_in_second == first.root:
        return None
    try:
        verify_consistency(first.size, root_of_first_in_second, second.size, second.root, proof)
    except VerificationFailed:
        return None
    return (
        f"{first.origin} has signed a tree of {first.size} entries, and one of {second.size} entries whose first "
        f"{first.size} are others"
    )
