"""What a witness remembers: of each log the newest checkpoint that it cosigned, on the disk before it is told.

``DATA/logs/<sha256 of the origin, hex>/checkpoint`` is the checkpoint as a signed note, with the log's lines and our
own. So the state vouches for itself: a file whose cosignatures do not hold is damage, and never «nothing seen yet».
``DATA/evidence/`` keeps what shows, or may show, that a log has forked.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from keepclear.errors import InvalidInput, RecordDamaged, StoreInUse, VerificationFailed
from keepclear.record.durable import make_folder, replace_synced
from keepclear.record.evidence import Evidence
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, VerifierKey, parse_note, verify_note

MOST_EVIDENCE_FILES = 1_000
"""Evidence beyond so many files is told of and not kept: whoever has a log's key could fill a disk with it."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The checkpoint cosigned last for a log, as it was told, and the time in our cosignatures (s since 1970)."""

    note: Note
    checkpoint: Checkpoint
    time_s: int


def origin_hash(origin: str) -> str:
    """The name of a log's folder, and of its checkpoint's address (tlog-witness, «Monitor Retrieval»)."""
    return sha256(origin.encode("utf-8")).hexdigest()


class WitnessState:
    """The state in a folder, held by one process. Raises ``StoreInUse``, ``RecordDamaged``, ``OSError``."""

    def __init__(self, folder: Path, own_keys: Sequence[VerifierKey], origins: Iterable[str]) -> None:
        make_folder(folder)
        self._lock = _locked(folder)
        self._evidence = folder / "evidence"
        make_folder(self._evidence)
        self._files = {origin: folder / "logs" / origin_hash(origin) / "checkpoint" for origin in origins}
        for file in self._files.values():
            make_folder(file.parent)
        self._latest = {origin: _read(file, origin, own_keys) for origin, file in self._files.items()}

    def latest(self, origin: str) -> Latest | None:
        """The checkpoint cosigned last for ``origin``; None when there was none."""
        return self._latest[origin]

    def keep(self, origin: str, latest: Latest) -> None:
        """``latest`` is on the disk. After ``OSError`` nobody knows which one is: the witness must not go on."""
        replace_synced(self._files[origin], latest.note.to_bytes())
        self._latest[origin] = latest

    def keep_evidence(self, evidence: Evidence, *, proven: bool) -> Path | None:
        """The file that keeps it; None when there are too many already, or the disk refuses.

        The same pair is kept once.
        """
        named = sha256(evidence.first.text.encode() + b"\x00" + evidence.second.text.encode()).hexdigest()[:16]
        path = self._evidence / f"{'fork' if proven else 'suspected'}-{named}.json"
        if path.exists():
            return path
        if len(os.listdir(self._evidence)) >= MOST_EVIDENCE_FILES:  # noqa: PTH208 - counted, not walked
            return None
        try:
            replace_synced(path, evidence.to_bytes())
        except OSError:
            return None
        return path

    def close(self) -> None:
        """The folder is free."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def now_text() -> str:
    """The present instant, for people who read evidence."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _locked(folder: Path) -> int:
    """Held until the process dies, however it dies: two witnesses on one state would cosign two forks."""
    opened = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        message = f"{folder}: another witness is at work on this folder; stop it, or give another folder"
        raise StoreInUse(message) from None
    return opened


def _read(file: Path, origin: str, own_keys: Sequence[VerifierKey]) -> Latest | None:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        note = parse_note(data)
        signed = verify_note(note, own_keys)
        checkpoint = parse_checkpoint(note.text)
    except (InvalidInput, VerificationFailed) as error:
        raise RecordDamaged(f"{file}: {error}; restore it from a copy, and never begin without it") from None
    times = [one.time_s for one in signed if one.time_s is not None]
    if not times or checkpoint.origin != origin:
        raise RecordDamaged(f"{file}: not a checkpoint of {origin} that this witness cosigned; restore it from a copy")
    return Latest(note, checkpoint, max(times))
