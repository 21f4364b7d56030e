"""A log that has signed two histories: what a desk or a witness keeps of it, and what a witness is asked about it."""

from __future__ import annotations

from keepclear.record.evidence import Evidence, why_split
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.note import Note
from keepclear.record.witness import request_for
from tests.record.small_log import SmallLog

FORKED_AT = 3
LOG = SmallLog().grow(8)
FORK = LOG.fork(FORKED_AT).grow(5, "other")
SIZES = (5, 8)

_TEXTS = tuple({log.checkpoint(size).text for size in SIZES} for log in (LOG, FORK))
SIGNED_BY_LOG = _TEXTS[0] | _TEXTS[1]
LOG_KEYS = (LOG.key,)
LATEST: Checkpoint = LOG.checkpoint(SIZES[0])
"""The checkpoint that the witness cosigned last."""


def contradicts(first: str, second: str) -> bool:
    """Whether these are the texts of two checkpoints that the log signed in two different histories."""
    return any(first in _TEXTS[one] and second in _TEXTS[1 - one] for one in (0, 1))


def evidence_files() -> list[bytes]:
    """A contradiction at one size, one of two sizes, and a pair that is only suspected."""
    small, large = SIZES
    at_five, other_five, other_eight = LOG.note(small), FORK.note(small), FORK.note(large)
    proof, other_root = tuple(FORK.proof(small, large)), FORK.checkpoint(small).root
    why = why_split(LATEST, FORK.checkpoint(large), proof, other_root)
    return [
        _file(at_five, other_five, "two trees of one size"),
        _file(at_five, other_eight, str(why), proof, other_root),
        _file(at_five, other_eight, "no proof leads from the one to the other", proof),
        _file(at_five, other_five, "deux arbres différents").replace("é".encode(), rb"\u00e9"),
    ]


def _file(first: Note, second: Note, why: str, proof: tuple[bytes, ...] = (), other: bytes | None = None) -> bytes:
    return Evidence(first, second, why, "witness w", "2026-11-22T00:00:00Z", proof, other).to_bytes()


def requests() -> list[bytes]:
    """The first one of a log, one that goes on from what was cosigned, and one of the other history."""
    small, large = SIZES
    return [
        request_for(0, (), LOG.note(small)).to_bytes(),
        request_for(small, LOG.proof(small, large), LOG.note(large)).to_bytes(),
        request_for(small, FORK.proof(small, large), FORK.note(large)).to_bytes(),
    ]
