"""Checkpoints: what a log says of its tree (C2SP tlog-checkpoint v1.0.0): origin, size and root as three lines of text.

The text is what is signed, as a note (:mod:`keepclear.record.verify.note`).
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.errors import InvalidInput
from keepclear.record.verify.encoding import base64_of, bytes_of, number_of, shown, text_of
from keepclear.record.verify.tree import HASH_BYTES

MOST_BYTES = 65_536
"""A checkpoint's text over this length is not read."""


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
