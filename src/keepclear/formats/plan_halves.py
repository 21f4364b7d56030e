"""A long GeoJSON plan file as two, each with about half of its features, to be read beside each other.

Where it is cut is a guess, and whether that was right is seen from how both read. The first, closed by ``]}``, is JSON
only where the cut is in no text and lies between two elements of a list in an object that is the whole; and that list
is the value of the last key so far. So where this key is ``features``, and no key is in both, both together say what
the whole file does. Whatever does not read so, or is wrong, is for the reader of the whole file to look at.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, TypeVar

from keepclear.formats.plan_pieces import Piece
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

LONG = 2_500_000
"""Bytes from which on it pays."""
_BETWEEN = re.compile(rb'\}[ \t\r\n]*(,)[ \t\r\n]*\{[ \t\r\n]*"type"[ \t\r\n]*:[ \t\r\n]*"Feature"')
_SEARCHED = 1_000_000
_FEATURES = "features"
_PLACE = "one of the features"
"""Where a piece of the second half stands; it is named in an error only after the whole file has been read."""

T = TypeVar("T")
Beside = Callable[[Callable[[], T]], AbstractContextManager[Callable[[], T]]]
"""Begins a piece of work elsewhere; what it gives waits for the answer."""


class Half(NamedTuple):
    """What one half of a file says beside its pieces."""

    keys: frozenset[str]
    """Of the collection, without that of the list of features."""
    kind: object
    """Its ``type``; None where the other half has it."""

    def fits(self, other: Half) -> bool:
        """Whether both are of one feature collection."""
        return not self.keys & other.keys and "FeatureCollection" in (self.kind, other.kind)


class SecondHalf(NamedTuple):
    """The second half as it is handed over: few kinds of objects, so that it is quickly taken apart and together."""

    said: Half
    rows: bytes
    limits: list[tuple[Altitude, Altitude]]
    flown: list[Trajectory]


def halves(text: bytes) -> tuple[bytes, bytes] | None:
    """Two texts; None where no two features are seen near the middle."""
    middle = len(text) // 2
    found = _BETWEEN.search(text, middle, min(middle + _SEARCHED, len(text)))
    if found is None:
        return None
    return text[: found.start(1)] + b"]}", b'{"features":[' + text[found.end(1) :]


def half_of(document: Any, *, is_first: bool) -> tuple[Half, list[Any]] | None:
    """What a half says, and its features; None where it is none."""
    if type(document) is not dict or not document:
        return None
    if (list(document)[-1 if is_first else 0]) != _FEATURES or type(document[_FEATURES]) is not list:
        return None
    return Half(frozenset(document) - {_FEATURES}, document.get("type")), document[_FEATURES]


def handed_over(said: Half, pieces: Iterable[Piece]) -> SecondHalf:
    """The pieces, to be taken back by ``taken_over``."""
    limits: dict[tuple[int, int], int] = {}
    table: list[tuple[Altitude, Altitude]] = []
    flown: list[Trajectory] = []
    rows: list[tuple[Any, ...]] = []
    for _, notice, party, activity, part in pieces:
        if isinstance(part, Trajectory):
            rows.append((notice, party, activity, None, len(flown), 0, 0))
            flown.append(part)
            continue
        both = id(part.floor), id(part.ceiling)  # the table keeps them, so that no other is given the same
        if both not in limits:
            limits[both] = len(table)
            table.append((part.floor, part.ceiling))
        rows.append((notice, party, activity, _outline(part.footprint), limits[both], part.start_ms, part.end_ms))
    return SecondHalf(said, marshal.dumps(rows, 2), table, flown)


def taken_over(half: SecondHalf, before: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces as they were, but for their places; heights that stand in those ``before`` too are one object."""
    known = {(volume.floor, volume.ceiling): volume for volume in _of_each_height(before)}
    limits = [(one.floor, one.ceiling) if (one := known.get(both)) else both for both in half.limits]
    for notice, party, activity, outline, number, start_ms, end_ms in marshal.loads(half.rows):  # noqa: S302 - ours
        if outline is None:
            yield Piece(_PLACE, notice, party, activity, half.flown[number])
        else:
            floor, ceiling = limits[number]
            yield Piece(_PLACE, notice, party, activity, Volume(_footprint(outline), floor, ceiling, start_ms, end_ms))


def _of_each_height(pieces: Iterable[Piece]) -> Iterable[Volume]:
    """A volume for each two objects that are its heights."""
    volumes = (piece.part for piece in pieces if isinstance(piece.part, Volume))
    return {(id(volume.floor), id(volume.ceiling)): volume for volume in volumes}.values()


def _outline(footprint: Footprint) -> tuple[Any, ...]:
    match footprint:
        case Corridor(line, half_width_m):
            return line, half_width_m
        case Disc(lon, lat, radius_m):
            return lon, lat, radius_m
        case Polygonal(parts):
            return (parts,)


def _footprint(outline: tuple[Any, ...]) -> Footprint:
    if len(outline) == 2:
        return Corridor(*outline)
    return Disc(*outline) if len(outline) == 3 else Polygonal(*outline)
