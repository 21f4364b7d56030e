"""Where a log's tree and entries lie (C2SP tlog-tiles v0.1.0): pieces 256 wide, under names made from their place.

``tile/<L>/<N>`` holds 256 hashes of level ``L``: those of leaves at level 0, above it the roots of full tiles of the
level below. ``tile/entries/<N>`` holds the leaves themselves. What is not yet 256 wide is at ``<name>.p/<width>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keepclear.errors import InvalidInput
from keepclear.record.verify.encoding import LARGEST_SIZE, shown

WIDTH = 256
"""Hashes or entries in a full tile."""

MOST_ENTRY_BYTES = 65_535
"""An entry's length is written in two bytes."""

MOST_LEVEL = 63

_HEIGHT = 8
"""A tile spans so many levels of the tree."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The tile ``index`` (from 0) of a level, ``width`` wide; level None is a bundle of entries."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its name under the log's address, without a leading slash."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{name}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @property
    def full(self) -> bool:
        """Whether it is as wide as a tile gets and will never change."""
        return self.width == WIDTH

    @property
    def start(self) -> int:
        """The index of the first leaf under it."""
        return self.index << _HEIGHT * ((self.level or 0) + 1)


def parse_tile_path(path: str) -> Tile:
    """The tile that has exactly this path, or :class:`InvalidInput`."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise InvalidInput("path", shown(path), "«tile/<level>/<index>[.p/<width>]»")
    level = None if found["level"] == "entries" else int(found["level"])
    tile = Tile(level, int(found["index"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH))
    if tile.path != path or tile.index > LARGEST_SIZE or (level or 0) > MOST_LEVEL:
        raise InvalidInput(
            "path", shown(path), f"a level to {MOST_LEVEL}, no zeroes ahead, a width of 1 to {WIDTH - 1}"
        )
    return tile


def last_tiles(size: int) -> Iterator[Tile]:
    """The tile at the right end of each level that has one, in a tree of ``size`` leaves, from level 0."""
    level, hashes = 0, size
    while hashes:
        index, width = divmod(hashes, WIDTH)
        yield Tile(level, index, width) if width else Tile(level, index - 1)
        level, hashes = level + 1, index


def tile_in(level: int | None, index: int, size: int) -> Tile:
    """The tile of a level as wide as a tree of ``size`` leaves makes it, or :class:`InvalidInput`: it has none."""
    hashes = size >> _HEIGHT * (level or 0)
    width = min(WIDTH, hashes - index * WIDTH)
    if index < 0 or width <= 0:
        raise InvalidInput("tile", f"{index} of level {level}", f"one that a tree of {size} leaves has")
    return Tile(level, index, width)


def bundle_of(entries: Iterable[bytes]) -> bytes:
    """Entries as an entries tile holds them: each after its length as two bytes, big-endian."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MOST_ENTRY_BYTES:
            raise InvalidInput("entry", f"{len(entry):,} bytes", f"at most {MOST_ENTRY_BYTES:,} bytes")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def entries_of(bundle: bytes) -> tuple[bytes, ...]:
    """The entries in a bundle, or :class:`InvalidInput` when it ends within one or has over :data:`WIDTH`."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle) or at + 2 > len(bundle) or len(entries) == WIDTH:
            raise InvalidInput("bundle", f"{len(bundle):,} bytes", f"at most {WIDTH} whole entries")
        entries.append(bundle[at + 2 : end])
        at = end
    return tuple(entries)
