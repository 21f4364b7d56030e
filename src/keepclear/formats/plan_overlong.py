"""Geometries with far too many positions in a GeoJSON text, found and counted before a number of theirs is read.

Only brackets and commas are looked at, so a polygon of a million vertices takes a fraction of the time that parsing it
would. What comes of it is a sketch: the same lists with a 0 for each position, from which the vertices are counted as
they are for any other geometry. Whatever is not plainly such a list is left to the parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keepclear.spacetime.footprint import MOST_VERTICES, vertices_of

_WINDOW = 30_000
"""Bytes. A list of more than 10,000 positions is longer than twice that, as ``[0,0],`` is the shortest that one can be:
so it holds a whole window without a quotation mark, wherever windows begin.
"""
_KEY = b'"coordinates"'
_COLON = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*")
_IN_NUMBERS = b"0123456789.eE+- \t\r\n"
_POSITIONS = (b"[,]", b"[,,]", b"[]")


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text in which each overlong list is a mark, and what each mark stands for."""

    data: bytes
    sketches: dict[str, list[Any]]


def shortened(data: bytes) -> Shortened | None:
    """The text with a mark for each list of coordinates that is too long for any footprint; None where none is."""
    parts: list[bytes] = []
    sketches: dict[str, list[Any]] = {}
    done = 0
    for begin, end in _without_quotes(data):
        found = _list_in(data, begin, end)
        if found is None:
            continue
        start, stop, sketch = found
        mark = _mark(data, len(sketches))
        sketches[mark] = sketch
        parts += [data[done:start], b'"', mark.encode(), b'"']
        done = stop
    return Shortened(b"".join([*parts, data[done:]]), sketches) if sketches else None


def put_in(sketches: dict[str, list[Any]], features: list[Any]) -> bool:
    """Puts each sketch where its mark stands; False where one is of no geometry that has too many vertices for it."""
    left = dict(sketches)
    for feature in features if left else ():
        geometry = feature.get("geometry") if type(feature) is dict else None
        if type(geometry) is not dict or type(mark := geometry.get("coordinates")) is not str or mark not in left:
            continue
        geometry["coordinates"] = left.pop(mark)
        if not _is_too_long(geometry.get("type"), geometry["coordinates"]):
            return False
    return not left


def _without_quotes(data: bytes) -> Iterator[tuple[int, int]]:
    """The stretches between two quotation marks that hold a whole window."""
    at = 0
    while at + _WINDOW <= len(data):
        if data.find(b'"', at, at + _WINDOW) >= 0:
            at += _WINDOW
            continue
        end = data.find(b'"', at + _WINDOW)
        end = len(data) if end < 0 else end
        yield data.rfind(b'"', 0, at) + 1, end
        at = end


def _list_in(data: bytes, begin: int, end: int) -> tuple[int, int, list[Any]] | None:
    """Where the list that follows the key begins and ends, and its sketch."""
    colon = _COLON.match(data, begin, end)
    if colon is None or data[max(begin - len(_KEY), 0) : begin] != _KEY:
        return None
    start, close = colon.end(), data.find(b"}", begin, end)
    text = data[start : end if close < 0 else close].rstrip(b", \t\r\n")
    bare = text.translate(None, _IN_NUMBERS)
    for position in _POSITIONS:
        bare = bare.replace(position, b"0")
    try:
        sketch = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    return (start, start + len(text), sketch) if type(sketch) is list else None


def _is_too_long(kind: object, sketch: list[Any]) -> bool:
    """True of lists that are as deep as the kind of geometry has them, and of too many vertices."""
    level: list[Any] = sketch
    for _ in range({"LineString": 0, "Polygon": 1, "MultiPolygon": 2}.get(str(kind), 0)):
        if set(map(type, level)) != {list}:
            return False
        level = [inner for each in level for inner in each]
    return set(map(type, level)) == {int} and vertices_of(kind, sketch) > MOST_VERTICES


def _mark(data: bytes, number: int) -> str:
    mark = f"long list {number}"
    while mark.encode() in data:
        mark += "'"
    return mark
