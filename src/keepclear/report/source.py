"""Where a dossier's record comes from: a host's data directory, or a bundle, which may hold a part of it alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keepclear.errors import InvalidInput, RecordDamaged
from keepclear.formats.entry import Entry, entry_from_bytes
from keepclear.host.record_tree import TREES_FOLDER
from keepclear.record.opening import CHECKPOINT_FILE
from keepclear.record.verify.base64url import decoded
from keepclear.record.verify.bundle import ENTRIES, Bundle
from keepclear.record.verify.leaf import parse_leaf
from keepclear.store.sqlite import FILE_NAME, SqliteStore

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What the log's newest checkpoint says: whose log, how many entries, and the root over them (base64)."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Record:
    """One mechanism's record: its entries as kept, in order, and the checkpoint over them where it has a tree."""

    name: str
    kept: Sequence[bytes]
    tree: TreeHead | None = None

    def entry(self, index: int) -> Entry:
        """The entry at a place; ``RecordDamaged`` when what is kept there cannot be read."""
        return _entry(self.name, index, self.kept[index])

    def digest(self, length: int) -> str:
        """SHA-256 (hex) over the hashes of the first ``length`` entries: what was played, in one line."""
        inner = (hashlib.sha256(data).digest() for data in self.kept[:length])
        return hashlib.sha256(b"".join(inner)).hexdigest()


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A place in a record of which only a part is shown; ``entry`` is None where it is kept back."""

    index: int
    at_ms: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a bundle shows of a record, and for whom it was made (None: for the mediator)."""

    name: str
    entries: Sequence[PartEntry]
    made_for: str | None
    tree: TreeHead | None


def record_in(directory: str) -> Record:
    """The record that a host, which must not be running, keeps in a directory; ``InvalidInput`` where there is none."""
    folder = Path(directory)
    if not (folder / FILE_NAME).is_file():
        raise InvalidInput(
            "--data", f"{directory} holds no record ({FILE_NAME} is not there)", "a host's data directory"
        )
    store = SqliteStore(folder)
    try:
        logs = store.logs()
        if len(logs) != 1:
            given = "holds no record" if not logs else f"holds several records: {', '.join(logs)}"
            raise InvalidInput("--data", f"{directory} {given}", "a directory with one, or a bundle of the one meant")
        kept = list(_read(store, logs[0]))
    finally:
        store.close()
    return Record(logs[0], kept, _tree_in(folder))


def record_of_bundle(file: str, to_ms: int) -> Record | Part:
    """The record that a bundle holds whole up to ``to_ms``, or the part of it that it shows. ``InvalidInput`` for what
    is no bundle.

    What it says is not verified here: that is what ``keepclear verify`` is for.
    """
    with Bundle(Path(file)) as bundle:
        rows = [_row(file, number, line) for number, line in enumerate(bundle.lines())]
        note, made_for = bundle.checkpoint.decode("utf-8", "replace"), bundle.manifest.made_for
    if not rows:
        raise InvalidInput(file, "a bundle without entries", "a bundle of a record that was begun")
    hidden = next((index for index, (_, data) in enumerate(rows) if data is None), len(rows))
    kept = [data for _, data in rows[:hidden] if data is not None]
    first = Record("", kept).entry(0) if kept else None
    if first is None or first.agreement is None:
        raise InvalidInput(f"{file}: entry 0", "is no agreement", "a bundle from the record's beginning")
    whole = Record(first.agreement.name, kept, _tree_head(note))
    if hidden == len(rows) or rows[hidden][0] >= to_ms:
        return whole
    entries = [
        PartEntry(index, at_ms, None if data is None else _entry(whole.name, index, data))
        for index, (at_ms, data) in enumerate(rows)
    ]
    return Part(whole.name, entries, made_for, whole.tree)


def _read(store: SqliteStore, log: str) -> Iterator[bytes]:
    start = 0
    while chunk := store.read(log, start, CHUNK):
        yield from chunk
        start += len(chunk)


def _tree_in(folder: Path) -> TreeHead | None:
    """The newest checkpoint beside the store, if the host keeps a tree."""
    found = sorted((folder / TREES_FOLDER).glob(f"*/{CHECKPOINT_FILE}"))
    return _tree_head(found[0].read_text("utf-8", "replace")) if len(found) == 1 else None


def _tree_head(note: str) -> TreeHead | None:
    """What the first three lines of a checkpoint say (C2SP tlog-checkpoint); None where they are none."""
    lines = note.split("\n")
    if len(lines) < 3 or not lines[1].isascii() or not lines[1].isdigit():
        return None
    return TreeHead(lines[0], int(lines[1]), lines[2])


def _entry(name: str, index: int, data: bytes) -> Entry:
    """An entry; ``RecordDamaged`` when it cannot be read."""
    try:
        return entry_from_bytes(data)
    except InvalidInput as error:
        message = f"record of «{name}», entry {index}: it cannot be read ({error})"
        raise RecordDamaged(message) from error


def _row(file: str, number: int, line: bytes) -> tuple[int, bytes | None]:
    """When an entry was heard, by its leaf, and its bytes where they are disclosed."""
    place = f"{file}: {ENTRIES} line {number + 1}"
    try:
        row: Any = json.loads(line)
        leaf, entry = parse_leaf(decoded(row["leaf"])), row.get("entry")
        return leaf.at_ms, None if entry is None else decoded(entry)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidInput):
        raise InvalidInput(place, "is no line of a bundle", "a leaf, and the entry where it is disclosed") from None
