"""What is signed by a cosignature with a time (C2SP tlog-cosignature v1.0.1): the bytes, and nothing of keys.

The Ed25519 form signs the note's whole text under a header; it does not bind the cosigner's name, so a cosigner has a
key for this alone. The ML-DSA-44 form signs a structure in the manner of TLS (RFC 8446 §3) that names cosigner and log.
"""

from __future__ import annotations

from keepclear.errors import InvalidInput
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.encoding import LARGEST_SIZE

TIME_BYTES = 8
"""A cosignature begins with its time: seconds since 1970 as a big-endian number of this many bytes."""


def ed25519_message(text: str, time_s: int) -> bytes:
    """What a cosignature of type 0x04 at ``time_s`` signs over a note's text."""
    _check_time(time_s)
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def ml_dsa_message(cosigner: str, time_s: int, checkpoint: Checkpoint) -> bytes:
    """What a cosignature of type 0x06 at ``time_s`` signs over a checkpoint; its extension lines are not signed."""
    _check_time(time_s)
    return b"".join(
        (
            b"subtree/v1\n\x00",
            _short(cosigner, "cosigner"),
            time_s.to_bytes(8, "big"),
            _short(checkpoint.origin, "origin"),
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _check_time(time_s: int) -> None:
    if not 0 <= time_s <= LARGEST_SIZE:
        raise InvalidInput("time", f"{time_s} s", f"0 to {LARGEST_SIZE} s since 1970")


def _short(text: str, field: str) -> bytes:
    data = text.encode("utf-8")
    if not 1 <= len(data) <= 255:
        raise InvalidInput(field, f"{len(data)} bytes", "1 to 255 bytes, which is what this signature can hold")
    return bytes((len(data),)) + data
