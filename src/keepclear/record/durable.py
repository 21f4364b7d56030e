"""Files that are on the disk when a call returns: written, synced, and their names synced (fsync(2) of the folder).

``OSError`` goes to the caller: after a failed sync nobody knows what the disk holds, so it is never tried again.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The file holds ``data`` and its content is on the disk; its name is not until the folder is synced."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    finally:
        os.close(file)


def sync_folder(folder: Path) -> None:
    """The names in the folder are on the disk."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def replace_synced(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The file holds ``data``, or what it held before, at every moment; on return it is ``data``, on the disk."""
    unfinished = path.with_name(f"{path.name}.new")
    write_synced(unfinished, data, mode)
    unfinished.rename(path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """The folder is there, and so is its name on the disk, as far as it was made here."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def read_back(path: Path) -> bytes:
    """The file's content, from the disk as far as the system can be made to let go of what it remembers of it."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        parts = []
        while part := os.read(file, 1 << 20):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(file)
