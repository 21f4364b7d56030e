"""A bundle is written: whole or not at all, never over a file that is there, and line by line.

What a reader does with it, and what each member is: :mod:`keepclear.record.verify.bundle`.
"""

from __future__ import annotations

import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from keepclear.errors import InvalidInput
from keepclear.record.durable import sync_folder
from keepclear.record.verify.base64url import encoded
from keepclear.record.verify.bundle import CHECKPOINT, EARLIER, ENTRIES, FORMAT, MANIFEST, Manifest

LOT_BYTES = 1 << 18
LEVEL = 1
"""Of compression: most of a bundle is base64 of what cannot be compressed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens a leaf: the entry, its salt, and (canonical JSON, for whom it may be shown) what was worked out."""

    entry: bytes
    salt: bytes
    findings: bytes | None = None


def line_of(leaf: bytes, opened: Opened | None = None) -> bytes:
    """The line of an entry: its leaf, and what opens it where it is disclosed."""
    if opened is None:
        return b'{"leaf":"%s"}\n' % encoded(leaf).encode()
    findings = b"" if opened.findings is None else b',"findings":%s' % opened.findings
    parts = encoded(opened.entry).encode(), findings, encoded(leaf).encode(), encoded(opened.salt).encode()
    return b'{"entry":"%s"%s,"leaf":"%s","salt":"%s"}\n' % parts


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    value: dict[str, Any] = {
        "format": FORMAT,
        "origin": manifest.origin,
        "keys": [key.text for key in manifest.keys],
        "size": manifest.size,
        "for": manifest.made_for,
        "policy": manifest.policy,
        "made_at": manifest.made_at,
    }
    return json.dumps(value, indent=1).encode() + b"\n"


class BundleWriter:
    """A bundle that is being written to ``path``; a context manager.

    At the end of its block the bundle is there and on the disk; when the block raises, or the disk refuses
    (``OSError``), no part of it is left behind. Raises ``InvalidInput`` when something is at ``path``.
    """

    def __init__(
        self, path: Path, manifest: Manifest, checkpoint: bytes, earlier: Mapping[int, bytes] | None = None
    ) -> None:
        """``earlier``: older checkpoints of the log, by their size."""
        self._path, self._manifest, self._checkpoint = path, manifest, checkpoint
        self._earlier = earlier or {}
        self._open = ExitStack()
        self._waiting = bytearray()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            file = opening.enter_context(_whole_or_not(self._path))
            archive = opening.enter_context(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL))
            archive.writestr(MANIFEST, manifest_bytes(self._manifest))
            archive.writestr(CHECKPOINT, self._checkpoint)
            for size, note in self._earlier.items():
                archive.writestr(f"{EARLIER}{size}", note)
            self._entries = opening.enter_context(archive.open(ENTRIES, "w", force_zip64=True))
            self._open = opening.pop_all()
        return self

    def add(self, line: bytes) -> None:
        """The next line; many are written at once, for each write to an archive has its price."""
        self._waiting += line
        if len(self._waiting) > LOT_BYTES:
            self._entries.write(bytes(self._waiting))
            self._waiting.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if error is not None:
                raise error
            self._entries.write(bytes(self._waiting))


def write_bundle(path: Path, manifest: Manifest, checkpoint: bytes, lines: Iterable[bytes]) -> None:
    """The bundle with these lines is at ``path`` and on the disk, or nothing is. See ``BundleWriter``."""
    with BundleWriter(path, manifest, checkpoint) as writer:
        for line in lines:
            writer.add(line)


@contextmanager
def _whole_or_not(path: Path) -> Iterator[IO[bytes]]:
    """A file under another name, which gets its own at the end and then was not there before (``link(2)``)."""
    refusal = InvalidInput(str(path), "there is such a file already", "a name that is free: nothing is overwritten")
    if path.exists() or path.is_symlink():
        raise refusal
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        with unfinished.open("xb") as file:
            unfinished.chmod(0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            raise refusal from None
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
