"""A witness at work: it decides, makes what it decided durable, and only then tells.

Requests for one log wait for each other, so that of two that race the second is judged by what the first left behind.
A disk that refuses ends the witness: what is on it is then unknown, and a cosignature of which it knows nothing after
a restart could be followed by one of another tree.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from keepclear.record.evidence import Evidence, old_root_in, why_split
from keepclear.record.signers import Signer
from keepclear.record.verify.note import Note, Signed
from keepclear.record.witness import (
    CONFLICT,
    UNPROCESSABLE,
    AddCheckpoint,
    Known,
    Refused,
    check_growth,
    check_signatures,
    parse_request,
)
from keepclear.record.witness_state import Latest, WitnessState, now_text

SIZE_MEDIA_TYPE = "text/x.tlog.size"
TEXT_MEDIA_TYPE = "text/plain; charset=utf-8"
FAILED = 503

_log = structlog.get_logger("keepclear.witness")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness answers with: HTTP status, body, and the body's media type."""

    status: int
    body: bytes
    media_type: str = TEXT_MEDIA_TYPE


def wall_clock_s() -> int:
    """Seconds since 1970 UTC by the machine's clock."""
    return int(time.time())


class Witness:
    """Cosigns checkpoints of the logs that it knows. ``add_checkpoint`` may be called from many threads at once."""

    def __init__(
        self,
        state: WitnessState,
        cosigners: Sequence[Signer],
        known: Known,
        *,
        now_s: Callable[[], int] = wall_clock_s,
    ) -> None:
        self.failure: OSError | None = None
        """Why the disk refused; once set, nothing is cosigned any more."""
        self._state = state
        self._cosigners = tuple(cosigners)
        self._known = known
        self._now_s = now_s
        self._locks = {origin: threading.Lock() for origin in known}

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to ``POST /add-checkpoint`` with this body (tlog-witness)."""
        try:
            asked = parse_request(body)
            signed = check_signatures(asked, self._known)
            with self._locks[asked.checkpoint.origin]:
                return self._decide(asked, signed)
        except Refused as refused:
            return _refusal(refused)

    def latest(self, origin: str) -> Note | None:
        """The checkpoint cosigned last for a log that is known here, with the log's lines and ours; None without."""
        latest = self._state.latest(origin)
        return None if latest is None else latest.note

    def _decide(self, asked: AddCheckpoint, signed: Sequence[Signed]) -> Answer:
        if self.failure is not None:
            return Answer(FAILED, b"the disk has refused; nothing is cosigned until this witness is started again\n")
        origin, latest = asked.checkpoint.origin, self._state.latest(asked.checkpoint.origin)
        try:
            check_growth(asked, None if latest is None else latest.checkpoint)
        except Refused as refused:
            if latest is not None:
                self._look_for_a_fork(asked, latest, refused)
            raise
        time_s = self._time_after(latest)
        own = [cosigner.sign(asked.checkpoint, time_s) for cosigner in self._cosigners]
        note = Note(asked.note.text, (*(one.line for one in signed), *own))
        try:
            self._state.keep(origin, Latest(note, asked.checkpoint, time_s))
        except OSError as error:
            self.failure = error
            _log.critical("witness_failed", reason=str(error))
            return Answer(FAILED, b"the disk has refused; nothing was cosigned\n")
        return Answer(200, "".join(line.text for line in own).encode("utf-8"))

    def _time_after(self, latest: Latest | None) -> int:
        """The present second, and never one before the last cosignature's: a clock may have been set back."""
        now_s = self._now_s()
        if latest is None or now_s >= latest.time_s:
            return now_s
        _log.warning("clock_behind", by_s=latest.time_s - now_s)
        return latest.time_s

    def _look_for_a_fork(self, asked: AddCheckpoint, latest: Latest, refused: Refused) -> None:
        """Evidence is kept where both checkpoints contradict each other, or the proof between them does not hold."""
        ahead = asked.checkpoint.size >= latest.checkpoint.size
        pair = (latest.note, asked.note) if ahead else (asked.note, latest.note)
        other_root = old_root_in(latest.checkpoint, asked.checkpoint, asked.proof)
        split = why_split(latest.checkpoint, asked.checkpoint, asked.proof, other_root)
        if split is None and refused.status != UNPROCESSABLE:
            if not ahead:
                _log.warning("log_is_behind", origin=asked.checkpoint.origin, size=asked.checkpoint.size)
            return
        why = split or f"no proof leads from the one to the other: {refused}"
        evidence = Evidence(*pair, why, f"witness {self._cosigners[0].key.name}", now_text(), asked.proof, other_root)
        kept = self._state.keep_evidence(evidence, proven=split is not None)
        say = _log.error if split is not None else _log.warning
        say("split_view", proven=split is not None, why=why, kept=None if kept is None else str(kept))


def _refusal(refused: Refused) -> Answer:
    if refused.status == CONFLICT:
        return Answer(CONFLICT, f"{refused.size}\n".encode("ascii"), SIZE_MEDIA_TYPE)
    return Answer(refused.status, f"{refused}\n".encode("utf-8", "replace"))
