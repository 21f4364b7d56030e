"""Are these of one and the same log? Checkpoints, receipts, views, evidence and bundles from several hands, compared.

Two checkpoints of one size are compared by their roots. Two of different sizes need the leaves between: a bundle that
covers both has them. What no file here connects is said to be open, and never to fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.evidence import FORMAT as EVIDENCE
from keepclear.record.evidence import Evidence, parse_evidence, why_split
from keepclear.record.proof import FIRST_LINE, parse_proof
from keepclear.record.tree import root_of
from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.check import read_other, roots_at
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, VerifierKey, parse_note, verify_note
from keepclear.record.verify.tree import HASH_BYTES

SEEN = "keepclear-seen/1"
"""The format of a desk's view of a log."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A signed checkpoint that somebody was shown: in which file, and the hashes of its leaves where they are there."""

    source: str
    note: Note
    checkpoint: Checkpoint
    hashes: bytearray | None = None


@dataclass(slots=True)
class Comparison:
    """What came of it: how many were compared, the split views found, and pairs that nothing here connects."""

    shown: list[Shown]
    splits: list[Evidence] = field(default_factory=list)
    open_pairs: list[tuple[Shown, Shown]] = field(default_factory=list)


def compare(paths: Sequence[Path], keys: Sequence[VerifierKey], found_at: str) -> Comparison:
    """All pairs of what the files show, each checkpoint verified by ``keys``.

    Raises ``InvalidInput`` for a file that shows no checkpoint of a log of these keys, ``VerificationFailed`` for one
    whose signature does not hold.
    """
    result = Comparison([])
    for path in paths:
        for shown in _shown(path):
            _check(shown, keys)
            result.shown.append(shown)
        _take_evidence(path, result)
    for one, other in combinations(result.shown, 2):
        if one.checkpoint.origin == other.checkpoint.origin:
            first, second = sorted((one, other), key=lambda shown: shown.checkpoint.size)
            _compare(first, second, result, found_at)
    return result


def keys_in(paths: Sequence[Path]) -> list[VerifierKey]:
    """The log's keys that bundles among the files name: to be believed only where the reader has no others."""
    keys: list[VerifierKey] = []
    for path in paths:
        if _begins(path) == b"PK\x03\x04":
            with Bundle(path) as bundle:
                keys += bundle.manifest.keys
    return list(dict.fromkeys(keys))


def _shown(path: Path) -> list[Shown]:
    name = path.name
    begin = _begins(path)
    if begin == b"PK\x03\x04":
        note, hashes = read_other(path)
        return [_of(name, parse_note(note), hashes)]
    data = path.read_bytes()
    if data.startswith(FIRST_LINE.encode("ascii")):
        return [_of(name, parse_proof(data).note)]
    if not begin.startswith(b"{"):
        return [_of(name, parse_note(data))]
    try:
        value = json.loads(data)
        if value["format"] == SEEN:
            return [_of(name, parse_note(str(value["checkpoint"]).encode("utf-8", "surrogatepass")))]
        if value["format"] == EVIDENCE:
            evidence = parse_evidence(data)
            return [_of(f"{name} (first)", evidence.first), _of(f"{name} (second)", evidence.second)]
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise InvalidInput(name, "nothing that shows a checkpoint", "a checkpoint, receipt, view, evidence or bundle")


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise InvalidInput(str(path), error.strerror or "it cannot be read", "a file that can be read") from None


def _of(source: str, note: Note, hashes: bytearray | None = None) -> Shown:
    return Shown(source, note, parse_checkpoint(note.text), hashes)


def _check(shown: Shown, keys: Sequence[VerifierKey]) -> None:
    own = [key for key in keys if key.name == shown.checkpoint.origin]
    if not own or not verify_note(shown.note, own):
        raise InvalidInput(shown.source, f"not signed for {shown.checkpoint.origin} by a key given", "--key VKEY")
    if shown.hashes is not None:
        root = roots_at(shown.hashes, {shown.checkpoint.size}).get(shown.checkpoint.size)
        if root != shown.checkpoint.root:
            raise VerificationFailed(shown.source, "its leaves do not make its root", "a bundle that is verified")


def _take_evidence(path: Path, result: Comparison) -> None:
    """Evidence that holds the proof itself is a split view found, whatever else is there."""
    if _begins(path).startswith(b"{"):
        data = path.read_bytes()
        if f'"{EVIDENCE}"'.encode() not in data:
            return
        evidence = parse_evidence(data)
        pair = parse_checkpoint(evidence.first.text), parse_checkpoint(evidence.second.text)
        if why_split(*pair, evidence.proof, evidence.root_of_first_in_second):
            result.splits.append(evidence)


def _compare(first: Shown, second: Shown, result: Comparison, found_at: str) -> None:
    size = first.checkpoint.size
    proof: tuple[bytes, ...] = ()
    other_root: bytes | None = None
    if size not in (0, second.checkpoint.size):
        if second.hashes is None:
            result.open_pairs.append((first, second))
            return
        other_root = roots_at(second.hashes, {size})[size]
        proof = consistency_proof(second.hashes, size, second.checkpoint.size)
    why = why_split(first.checkpoint, second.checkpoint, proof, other_root)
    if why is not None:
        by = f"comparing {first.source} and {second.source}"
        evidence = Evidence(first.note, second.note, why, by, found_at, proof, other_root)
        pair = {evidence.first.text, evidence.second.text}
        if all({known.first.text, known.second.text} != pair for known in result.splits):
            result.splits.append(evidence)


def consistency_proof(hashes: bytearray, old: int, size: int) -> tuple[bytes, ...]:
    """PROOF(old, D[size]) of RFC 6962 §2.1.2 over hashes of leaves, one after another; 0 < old < size."""

    def over(begin: int, end: int) -> bytes:
        return root_of(bytes(hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]) for at in range(begin, end))

    proof: list[bytes] = []
    begin, end, wanted = 0, size, old
    while begin + wanted < end:
        split = 1 << (end - begin - 1).bit_length() - 1
        if wanted <= split:
            proof.append(over(begin + split, end))
            end = begin + split
        else:
            proof.append(over(begin, begin + split))
            begin, wanted = begin + split, wanted - split
    if begin:
        proof.append(over(begin, end))
    return tuple(reversed(proof))
