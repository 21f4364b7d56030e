"""A bundle as a file: a ZIP archive that is read as data and never unpacked, within hard limits.

::

    manifest.json          what it is, of which log, with which keys; signed by nobody
    checkpoint             the newest signed checkpoint (``note``)
    earlier-checkpoints/N  older ones, if any
    entries.jsonl          line i is entry i: its leaf, and where it is disclosed the entry and its salt

What is wrong with the archive itself is ``NotABundle``: then there is nothing to verify.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.record.verify.canonical import strict_object
from keepclear.record.verify.encoding import LARGEST_SIZE, shown
from keepclear.record.verify.note import MOST_NOTE_BYTES, VerifierKey, parse_verifier_key

FORMAT = "keepclear-bundle/1"
MANIFEST, CHECKPOINT, ENTRIES, EARLIER = "manifest.json", "checkpoint", "entries.jsonl", "earlier-checkpoints/"

MOST_MANIFEST_BYTES = 1_000_000
MOST_EARLIER = 1_000
MOST_LINE_BYTES = 90_000_000
"""An entry is at most 64,000,000 bytes, and a third more in base64."""
MOST_RATIO = 100
"""Lines compress to a half or a third; what unpacks to a hundred times its size was made to fill memory or time."""
ALWAYS_READ_BYTES = 10_000_000
"""So much is read whatever its ratio: a short record of one repeated line may compress well."""

READ_BYTES = 1 << 20
_EARLIER_NAME = re.compile(re.escape(EARLIER) + r"[0-9]{1,19}", re.ASCII)
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error,
    NotImplementedError, RuntimeError, EOFError, OSError, ValueError, IndexError,
)  # fmt: skip


class NotABundle(InvalidInput):
    """The file is no bundle that can be read at all: give the file as ``keepclear export`` wrote it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself; of this only what the checkpoint and the reader's keys confirm is believed."""

    origin: str
    keys: tuple[VerifierKey, ...]
    size: int
    made_for: str | None
    policy: str | None
    made_at: str


class Bundle:
    """An open bundle; a context manager."""

    def __init__(self, path: Path) -> None:
        """Raises ``NotABundle`` for a file that is none."""
        self._name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise self._no_bundle("it cannot be opened", error) from None
        try:
            self._members = self._checked_members()
            self.manifest = _manifest(self._read(MANIFEST, MOST_MANIFEST_BYTES))
            self.checkpoint = self._read(CHECKPOINT, MOST_NOTE_BYTES)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def earlier(self) -> Iterator[tuple[str, bytes]]:
        """The older checkpoints, by name."""
        for name in sorted(name for name in self._members if name.startswith(EARLIER)):
            yield name, self._read(name, MOST_NOTE_BYTES)

    def lines(self) -> Iterator[bytes]:
        """The lines of the entries, without their newline, read as they are asked for."""
        rest = b""
        try:
            with self._zip.open(ENTRIES) as file:
                while piece := file.read(READ_BYTES):
                    *whole, rest = (rest + piece if rest else piece).split(b"\n")
                    yield from whole
                    if len(rest) > MOST_LINE_BYTES:
                        raise NotABundle(ENTRIES, f"a line over {MOST_LINE_BYTES:,} bytes", "shorter lines")
        except InvalidInput:
            raise
        except _BROKEN as error:
            raise self._no_bundle(f"«{ENTRIES}» cannot be read to its end", error) from None
        if rest:
            yield rest

    def _read(self, name: str, most: int) -> bytes:
        try:
            with self._zip.open(name) as file:
                data = file.read(most + 1)
        except _BROKEN as error:
            raise self._no_bundle(f"«{name}» cannot be read", error) from None
        if len(data) > most:
            raise NotABundle(name, f"over {most:,} bytes", f"at most {most:,} bytes")
        return data

    def _checked_members(self) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename
            if name not in (MANIFEST, CHECKPOINT, ENTRIES) and not _EARLIER_NAME.fullmatch(name):
                raise NotABundle(self._name, f"a member {shown(name)}", "the members of a bundle and no other")
            if name in found:
                raise NotABundle(self._name, f"a second member {shown(name)}", "each name once")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 0x41:
                raise NotABundle(name, "encrypted, or packed in another way", "stored or deflated, in the clear")
            if info.file_size > max(ALWAYS_READ_BYTES, MOST_RATIO * info.compress_size):
                raise NotABundle(name, f"{info.file_size:,} bytes packed into {info.compress_size:,}", "real content")
            found[name] = info
        missing = [name for name in (MANIFEST, CHECKPOINT, ENTRIES) if name not in found]
        if missing or len(found) > MOST_EARLIER + 3:
            given = f"without {missing[0]}" if missing else f"{len(found):,} members"
            raise NotABundle(self._name, given, f"a bundle with at most {MOST_EARLIER} earlier checkpoints")
        return found

    def _no_bundle(self, what: str, error: Exception) -> NotABundle:
        return NotABundle(
            self._name, f"{what} ({type(error).__name__}: {error})", "a bundle as «keepclear export» made"
        )


def _manifest(data: bytes) -> Manifest:
    try:
        value = strict_object(data)
    except (ValueError, RecursionError):
        raise NotABundle(MANIFEST, "no JSON object with each key once", "the manifest of a bundle") from None
    if value.get("format") != FORMAT:
        raise NotABundle(MANIFEST, f"the format {shown(str(value.get('format')))}", FORMAT)
    size = value.get("size")
    if type(size) is not int or not 0 <= size <= LARGEST_SIZE:
        raise NotABundle(f"{MANIFEST}: size", shown(str(size)), "how many entries the record has")
    keys = value.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 16 or not all(isinstance(key, str) for key in keys):
        raise NotABundle(f"{MANIFEST}: keys", "no list of 1 to 16 keys", "the log's verifier keys")
    return Manifest(
        _text(value, "origin"),
        tuple(_key(key) for key in keys),
        size,
        None if value.get("for") is None else _text(value, "for"),
        None if value.get("policy") is None else _text(value, "policy"),
        _text(value, "made_at"),
    )


def _key(text: str) -> VerifierKey:
    try:
        return parse_verifier_key(text)
    except InvalidInput as error:
        raise NotABundle(f"{MANIFEST}: keys", error.given, error.expected) from None


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise NotABundle(f"{MANIFEST}: {key}", shown(json.dumps(text)[:40]), "a text")
    return text
