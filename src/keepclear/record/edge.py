"""The right end of a tree in tiles: what is not yet a full tile. It is all that a log needs to grow and to have a root.

Pure: which tiles come of more leaves is worked out here, and written elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keepclear.errors import InvalidInput
from keepclear.record.tiles import WIDTH, Tile, bundle_of, entries_of, last_tiles
from keepclear.record.tree import root_of
from keepclear.record.verify.tree import HASH_BYTES, Frontier, leaf_hash

Rows = tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree of ``size`` leaves by its last tiles, as far as they are not full."""

    size: int = 0
    entries: tuple[bytes, ...] = ()
    """The leaves of the last bundle."""
    rows: Rows = ()
    """The hashes of the last tile, level by level from 0; a full one has moved up as one hash."""

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        subtrees: list[bytes] = []
        for row in reversed(self.rows):
            of_row = Frontier()
            for hashed in row:
                of_row.append(hashed)
            subtrees += of_row.subtrees
        return Frontier(self.size, subtrees).root

    def grown(self, leaves: Sequence[bytes]) -> tuple[Edge, dict[Tile, bytes]]:
        """The tree with ``leaves`` at its end, and each tile and bundle that it has and this one had not."""
        tiles: dict[Tile, bytes] = {}
        size = self.size + len(leaves)
        entries = (*self.entries, *leaves)
        for at in range(0, len(entries), WIDTH) if leaves else ():
            some = entries[at : at + WIDTH]
            tiles[Tile(None, (self.size + at) // WIDTH, len(some))] = bundle_of(some)
        rows: list[tuple[bytes, ...]] = []
        fresh = [leaf_hash(leaf) for leaf in leaves]
        level = 0
        while fresh or level < len(self.rows):
            row = (*(self.rows[level] if level < len(self.rows) else ()), *fresh)
            first = self.size >> 8 * (level + 1)
            full: list[bytes] = []
            for at in range(0, len(row), WIDTH) if fresh else ():
                some = row[at : at + WIDTH]
                tiles[Tile(level, first + at // WIDTH, len(some))] = b"".join(some)
                if len(some) == WIDTH:
                    full.append(root_of(some))
            rows.append(row[len(full) * WIDTH :])
            fresh = full
            level += 1
        return Edge(size, entries[len(entries) - size % WIDTH :], tuple(rows)), tiles


def edge_at(size: int, read: Callable[[Tile], bytes]) -> Edge:
    """The edge of the tree of ``size`` leaves out of its tiles; :class:`InvalidInput` for one of another length."""
    rows: list[tuple[bytes, ...]] = []
    for tile in last_tiles(size):
        data = b"" if tile.full else read(tile)
        if len(data) != (0 if tile.full else tile.width * HASH_BYTES):
            raise InvalidInput(tile.path, f"{len(data)} bytes", f"{tile.width * HASH_BYTES} bytes")
        rows.append(tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))
    width = size % WIDTH
    bundle = Tile(None, size // WIDTH, width)
    entries = entries_of(read(bundle)) if width else ()
    if len(entries) != width or (width and tuple(map(leaf_hash, entries)) != rows[0]):
        raise InvalidInput(bundle.path, f"{len(entries)} entries", f"the {width} that tile/0 has the hashes of")
    return Edge(size, entries, tuple(rows))
