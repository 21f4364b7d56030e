"""A log of its own for a test, with keys that are the same every time."""

from __future__ import annotations

from pathlib import Path

from keepclear.record.keys import LogKeys
from keepclear.record.tile_log import TileLog

ORIGIN = "example.com/log"
KEYS = LogKeys(b"e" * 32, b"m" * 32, b"s" * 32)
SIGNERS = KEYS.signers(ORIGIN)
VERIFIERS = tuple(signer.key for signer in SIGNERS)


def leaf(index: int) -> bytes:
    return b"leaf %d" % index


def leaves(start: int, end: int) -> list[bytes]:
    return [leaf(index) for index in range(start, end)]


def open_log(folder: Path) -> TileLog:
    return TileLog(folder, ORIGIN, SIGNERS)


def grow(log: TileLog, *sizes: int) -> None:
    """A checkpoint at each of the sizes."""
    for size in sizes:
        log.append(leaves(log.length, size))
        log.publish()
