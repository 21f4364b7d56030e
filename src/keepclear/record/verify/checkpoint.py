"""Checkpoints: what a log says of its tree (C2SP tlog-checkpoint v1.0.0): origin, size and root as three lines of text.

The text is what is signed, as a note (:mod:`keepclear.record.verify.note`). A cosignature has a time besides (C2SP
tlog-cosignature v1.0.1): the Ed25519 form signs the note's whole text under a header and does not bind the cosigner's
name, so a cosigner has a key for this alone; the ML-DSA-44 form signs a structure in the manner of TLS (RFC 8446 §3).
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.errors import InvalidInput
from keepclear.record.verify.encoding import LARGEST_SIZE, base64_of, bytes_of, number_of, shown, text_of
from keepclear.record.verify.tree import HASH_BYTES

MOST_BYTES = 65_536
"""A checkpoint's text over this length is not read."""

TIME_BYTES = 8
"""A cosignature begins with its time: seconds since 1970 as a big-endian number of this many bytes."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the log ``origin`` has ``size`` leaves and this root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines, which nobody checks; ours has none."""

    @property
    def text(self) -> str:
        """The lines that are signed, each ended by a newline."""
        lines = (self.origin, str(self.size), base64_of(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that has exactly this text, or :class:`InvalidInput`."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        raise InvalidInput("checkpoint", f"{len(data):,} bytes", f"at most {MOST_BYTES:,} bytes")
    text_of(data, "checkpoint")
    if not text.endswith("\n"):
        raise InvalidInput("checkpoint", "a last line without newline", "lines ended by a newline each")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise InvalidInput("checkpoint", f"{len(lines)} lines, {lines.count('')} of them empty", "three or more lines")
    origin, size, root, *extensions = lines
    hashed = bytes_of(root, "checkpoint line 3")
    if len(hashed) != HASH_BYTES:
        raise InvalidInput("checkpoint line 3", shown(root), f"a root of {HASH_BYTES} bytes in base64")
    return Checkpoint(origin, number_of(size, "checkpoint line 2"), hashed, tuple(extensions))


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
