"""What a desk has seen of the log: its keys, and the newest checkpoint that was verified, kept in a file of the desk's.

A host that shows this desk another history than before, or than it showed another desk, cannot get past this: each
checkpoint that comes along, from the host, in a receipt or in what another desk says, must go on from the one that is
kept, or lie before it. One that does not is evidence, and is written down with the one that it contradicts.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from keepclear.errors import InvalidInput, KeepclearError, NotFound, SplitView, VerificationFailed
from keepclear.record.consistency import verify_consistency
from keepclear.record.durable import replace_synced
from keepclear.record.evidence import Evidence, why_split
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, SignatureType, VerifierKey, parse_note, parse_verifier_key, verify_note

FORMAT = "keepclear-seen/1"
YOU, HOST = "you", "the host"
"""Whose word the log's keys are: told to the desk another way, or the first that a host gave."""


class Seen(NamedTuple):
    """What a desk has seen: the log's keys, the newest checkpoint, and whose word the keys are."""

    keys: tuple[VerifierKey, ...]
    newest: tuple[Note, Checkpoint] | None
    keys_from: str


@dataclass(frozen=True, slots=True)
class Between:
    """What the host shows between two of its trees: the root it says the earlier one has, and the proof."""

    old_root: bytes
    proof: tuple[bytes, ...]


ShownBetween = Callable[[int, int], Between]
"""Asks the host for the proof from one size to another. Raises ``InvalidInput`` when it has no such trees."""


class LogView:
    """The view of one desk, in ``path``. Threads may share it.

    ``keys``: the log's keys as the desk was told them; left out, those in the file, or else the first that a host
    gives are believed from then on. With ``path`` None nothing outlives the process.
    """

    def __init__(self, path: Path | None, keys: Sequence[VerifierKey] = (), *, name: str = "a desk") -> None:
        self.name = name
        self._path = path
        self._guard = threading.RLock()
        self._keys, self._newest, self._keys_from = self._read()
        if keys:
            self.pin(keys)

    @property
    def path(self) -> Path | None:
        """The file that it is kept in."""
        return self._path

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The log's keys that are believed; none before the first host was asked."""
        return self._keys

    @property
    def keys_from(self) -> str:
        """``you`` where the desk was told the keys, then or now; ``the host`` where the host's own were believed."""
        return self._keys_from

    @property
    def newest(self) -> Checkpoint | None:
        """The newest checkpoint verified so far."""
        return None if self._newest is None else self._newest[1]

    @property
    def seen(self) -> str | None:
        """That checkpoint as a statement's header passes it on: its text, and the log's Ed25519 line alone."""
        with self._guard:
            if self._newest is None:
                return None
            note = self._newest[0]
            known = {(key.name, key.key_id) for key in self._keys if key.type is SignatureType.ED25519}
            lines = tuple(line for line in note.lines if (line.name, line.key_id) in known)
            return Note(note.text, lines).to_bytes().decode("utf-8") if lines else None

    def pin(self, keys: Sequence[VerifierKey]) -> None:
        """These are the log's keys and no others, whatever was believed before. Raises ``VerificationFailed`` when
        what was seen until now is not signed by them: then it was another log's.
        """
        with self._guard:
            self._keys, self._keys_from = tuple(keys), YOU
            if self._newest is not None:
                self._verified(self._newest[0])

    def trust(self, keys: Sequence[VerifierKey]) -> None:
        """These are the log's keys, unless others are believed already; they are to be compared by voice."""
        with self._guard:
            if not self._keys:
                self._keys = tuple(keys)

    def take(self, note: Note, source: str, between: ShownBetween) -> Checkpoint:
        """The checkpoint in ``note``, which goes on from what was seen, or lies before it.

        Raises ``VerificationFailed`` when the log has not signed it, ``SplitView`` when it does not fit.
        """
        with self._guard:
            checkpoint = self._verified(note)
            if self._newest is not None:
                self._check_fits(note, checkpoint, source, between)
            if self._newest is None or checkpoint.size > self._newest[1].size:
                self._newest = note, checkpoint
                self._save()
            return checkpoint

    def _verified(self, note: Note) -> Checkpoint:
        checkpoint = parse_checkpoint(note.text)
        if not verify_note(note, [key for key in self._keys if key.name == checkpoint.origin]):
            expected = " or ".join(sorted({key.name for key in self._keys})) or "a known key"
            raise VerificationFailed("checkpoint", f"not signed as {checkpoint.origin}", f"signed by {expected}")
        return checkpoint

    def _check_fits(self, note: Note, checkpoint: Checkpoint, source: str, between: ShownBetween) -> None:
        assert self._newest is not None  # noqa: S101 - the caller saw to it
        kept_note, kept = self._newest
        pair = [(kept_note, kept), (note, checkpoint)]
        (first_note, first), (second_note, second) = sorted(pair, key=lambda one: one[1].size)
        if first.size == second.size or first.size == 0:
            if first.size == second.size and first.root != second.root:
                self._found(Evidence(first_note, second_note, "", self.name, _now()), source)
            return
        try:
            shown = between(first.size, second.size)
            verify_consistency(first.size, first.root, second.size, second.root, shown.proof)
        except VerificationFailed:
            evidence = Evidence(first_note, second_note, "", self.name, _now(), shown.proof, shown.old_root)
            self._found(evidence, source)
        except (InvalidInput, NotFound):
            self._found(Evidence(first_note, second_note, "", self.name, _now()), source)

    def _found(self, evidence: Evidence, source: str) -> None:
        """Two checkpoints do not fit: both are kept, and nobody goes on."""
        first, second = parse_checkpoint(evidence.first.text), parse_checkpoint(evidence.second.text)
        split = why_split(first, second, evidence.proof, evidence.root_of_first_in_second)
        why = split or (
            f"{first.origin} cannot show that its tree of {second.size} entries goes on from its tree of {first.size}: "
            "the record was rolled back or forked"
        )
        kept = self._keep(Evidence(
            evidence.first, evidence.second, why, evidence.found_by, evidence.found_at, evidence.proof,
            evidence.root_of_first_in_second,
        ))  # fmt: skip
        where = f"both signed checkpoints are in {kept}" if kept else "no file could be written of it"
        message = f"{why} (found in {source}); {where}; do not rely on this host, and tell the other desks by voice"
        raise SplitView(message, None if kept is None else str(kept), proven=split is not None)

    def _keep(self, evidence: Evidence) -> Path | None:
        if self._path is None:
            return None
        named = sha256(evidence.first.text.encode() + b"\x00" + evidence.second.text.encode()).hexdigest()[:16]
        path = self._path.with_name(f"{self._path.name}.evidence-{named}.json")
        try:
            replace_synced(path, evidence.to_bytes())
        except OSError:
            return None
        return path

    def _save(self) -> None:
        """The view is in its file; another process of this desk that has seen more keeps what it has."""
        if self._path is None or self._newest is None:
            return
        try:
            there = self._read().newest
        except KeepclearError:
            there = None
        if there is not None and there[1].size > self._newest[1].size:
            return
        value = {
            "format": FORMAT,
            "keys_from": self._keys_from,
            "log_keys": [key.text for key in self._keys],
            "checkpoint": self._newest[0].to_bytes().decode("utf-8"),
        }
        try:
            replace_synced(self._path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), 0o600)
        except OSError as error:
            reason = error.strerror or "it cannot be written"
            raise InvalidInput(str(self._path), reason, "a file that this desk may keep its view in") from None

    def _read(self) -> Seen:
        if self._path is None or not self._path.exists():
            return Seen((), None, HOST)
        return read_view(self._path)


def read_view(path: Path) -> Seen:
    """What a view's file holds. Raises ``InvalidInput`` that names the file."""
    expected = "what Keepclear wrote there; remove it to begin anew, if you know why it is not"
    try:
        value = json.loads(path.read_bytes())
        if value["format"] != FORMAT:
            raise InvalidInput(str(path), "another format", expected)
        keys = tuple(parse_verifier_key(str(text)) for text in value["log_keys"])
        note = parse_note(str(value["checkpoint"]).encode("utf-8", "surrogatepass"))
        checkpoint = parse_checkpoint(note.text)
        if not verify_note(note, keys):
            raise InvalidInput(str(path), "a checkpoint that its keys have not signed", expected)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, VerificationFailed) as error:
        raise InvalidInput(str(path), f"cannot be used ({type(error).__name__})", expected) from None
    return Seen(keys, (note, checkpoint), YOU if value.get("keys_from") == YOU else HOST)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
