"""A grid as bytes and back, so that a large index need not be made again from every plan at each start.

A line that names the format, a header in JSON, the tables of the rows as they lie in memory, and SHA-256 over all of
it. Whatever is not whole, or was packed by other code or under other rules, is refused with the reason: the plans are
kept elsewhere, and the index is then made from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from keepclear.detection.grid import GridIndex
from keepclear.detection.plan import Plan
from keepclear.detection.rows import GridRows
from keepclear.spacetime import geodesic
from keepclear.spacetime.as_kept import envelope_as_kept
from keepclear.spacetime.envelope import envelope_to_json
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import SeparationRule

FORMAT = 1
_NAME = b"keepclear index "
_HASH_BYTES = 32
_ALIGNED_BYTES = 64

About = Mapping[str, str | int]
"""What an index stands for, such as the record it was made from and the position in it."""


def parts_of(index: GridIndex, rules: Sequence[SeparationRule], heights: HeightRules, about: About) -> list[Any]:
    """The bytes of an index, in parts; those of the tables are views, good until the index changes."""
    rows = index.rows
    tables = {name: np.ascontiguousarray(table) for name, table in rows.tables().items()}
    header = {
        "code": code_digest(), "rules": _rules_digest(rules, heights), "about": dict(about), "ids": rows.ids,
        "parties": list(rows.parties), "activities": list(rows.activities),
        "kept": {slot: [p.id, p.party, p.activity, envelope_to_json(p.envelope)] for slot, p in rows.kept.items()},
        "tables": {name: [table.dtype.str, *table.shape] for name, table in tables.items()},
    }  # fmt: skip
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    parts: list[Any] = [b"%s%d\n%d\n" % (_NAME, FORMAT, len(text)) + text]
    length = len(parts[0])
    for table in tables.values():
        parts += [bytes(-length % _ALIGNED_BYTES), table.reshape(-1).view(np.uint8).data]
        length += len(parts[-2]) + len(parts[-1])
    return parts


def sealed(parts: Iterable[Any]) -> Iterator[Any]:
    """The parts, and after them their hash."""
    digest = sha256()
    for part in parts:
        digest.update(part)
        yield part
    yield digest.digest()


def index_from(data: Any, rules: Sequence[SeparationRule], heights: HeightRules, about: About) -> GridIndex:
    """The index that the bytes hold. Raises ``ValueError`` with the reason when they are not to be used."""
    view = memoryview(data).cast("B")
    begin = _after_name(view)
    if len(view) < begin + _HASH_BYTES or sha256(view[:-_HASH_BYTES]).digest() != bytes(view[-_HASH_BYTES:]):
        raise ValueError("it is damaged: its hash is another")
    digits = bytes(view[begin : begin + 20]).partition(b"\n")[0]
    begin += len(digits) + 1
    header = json.loads(bytes(view[begin : begin + int(digits)]))
    at = begin + int(digits)
    if header["code"] != code_digest():
        raise ValueError("it was packed by another version of the code")
    if header["rules"] != _rules_digest(rules, heights):
        raise ValueError("it was packed under other rules")
    if header["about"] != dict(about):
        message = f"it stands for {header['about']}, not for {dict(about)}"
        raise ValueError(message)
    index = GridIndex(rules, heights)
    _restore(index.rows, header, view, at)
    index.relink()
    return index


@cache
def code_digest() -> str:
    """A digest of all that rows follow from: the sources of this room and of the one below."""
    digest = sha256(np.__version__.encode())
    for room in (Path(__file__).parent, Path(geodesic.__file__).parent):
        for source in sorted(room.glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _rules_digest(rules: Sequence[SeparationRule], heights: HeightRules) -> str:
    return sha256(repr((tuple(rules), heights)).encode()).hexdigest()


def _after_name(view: memoryview) -> int:
    """Where the first line ends, if it names the format that is known here."""
    name, newline, _ = bytes(view[:32]).partition(b"\n")
    if not newline or not name.startswith(_NAME) or not name[len(_NAME) :].isdigit():
        raise ValueError("it is no index of Keepclear's")
    number = int(name[len(_NAME) :])
    if number > FORMAT:
        message = f"it is of format {number}, and {FORMAT} is the newest that is known here"
        raise ValueError(message)
    return len(name) + 1


def _restore(rows: GridRows, header: Mapping[str, Any], view: memoryview, at: int) -> None:
    tables = {}
    for name, (kind, *shape) in header["tables"].items():
        at += -at % _ALIGNED_BYTES
        many = int(np.prod(shape))
        tables[name] = np.frombuffer(view, np.dtype(kind), many, at).reshape(shape)
        at += tables[name].nbytes
    kept = {
        int(slot): Plan(name, party, activity, envelope_as_kept(envelope))
        for slot, (name, party, activity, envelope) in header["kept"].items()
    }
    rows.restore(tables, header["ids"], kept, header["parties"], header["activities"])
