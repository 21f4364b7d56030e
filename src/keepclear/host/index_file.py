"""The file that keeps a large index beside the record: written whole or not at all, and never the only copy.

It is written under another name, synced, and given its name (rename(2) is atomic), and the folder is synced. What
cannot be written or used is told in the log and nothing else: the index is then made from the notices.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keepclear.store import SqliteStore, Store


def index_path(store: Store, log: str) -> Path | None:
    """Where the index of a log is kept; None where the store keeps nothing on a disk of its own."""
    return store.directory / f"index-{quote(log, safe='')}" if isinstance(store, SqliteStore) else None


def write_whole(path: Path, parts: Iterable[Any]) -> None:
    """The file holds these parts, one after another, and is on the disk; ``OSError`` leaves what was there before."""
    unfinished = path.with_name(f"{path.name}.new")
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        for part in parts:
            left = memoryview(part)
            while len(left):
                left = left[os.write(file, left) :]
        os.fsync(file)
    finally:
        os.close(file)
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def mapped(path: Path) -> mmap.mmap:
    """The file's bytes, read as they are needed. Raises ``OSError``, or ``ValueError`` for an empty file."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
