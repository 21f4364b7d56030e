"""Hashes and proofs of a tree that is kept in tiles (RFC 6962 §2.1.1 and §2.1.2), read as they are needed.

A proof at a million leaves needs three tiles, and those at the tree's end. What was worked out within a tile of some
width is remembered, for it never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from threading import Lock

from keepclear.errors import InvalidInput
from keepclear.record.tiles import Tile, tile_in
from keepclear.record.verify.tree import EMPTY_ROOT, HASH_BYTES, node_hash

TILE_LEVELS = 8
TILES_REMEMBERED = 512
"""16 KiB each."""

Pyramids = Callable[[Tile], list[bytes]]


class HashReader:
    """The hashes of a log's tree, out of its tiles. Safe to use from any thread.

    ``read_tile`` answers the bytes of a tile of hashes (32 for each).
    """

    def __init__(self, read_tile: Callable[[Tile], bytes], remembered: int = TILES_REMEMBERED) -> None:
        self._read_tile = read_tile
        self._remembered = remembered
        self._pyramids: OrderedDict[Tile, list[bytes]] = OrderedDict()
        self._guard = Lock()

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` leaves."""
        return self._range(0, size, size, self._pyramid) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """That leaf ``index`` is in the tree of ``size``: its siblings, from the leaf up. At most 63 hashes."""
        return self._inclusion_proof(index, size, self._pyramid)

    def remembered_inclusion_proof(self, index: int, size: int) -> list[bytes] | None:
        """The same proof out of memory alone, in some microseconds; None where a tile would have to be read for it."""
        try:
            return self._inclusion_proof(index, size, self._remembered_pyramid)
        except KeyError:
            return None

    def _inclusion_proof(self, index: int, size: int, pyramid: Pyramids) -> list[bytes]:
        if not 0 <= index < size:
            raise InvalidInput("index", str(index), f"0 to {size - 1}, within the tree of {size}")
        proof, begin, end = [], 0, size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                proof.append(self._range(middle, end, size, pyramid))
                end = middle
            else:
                proof.append(self._range(begin, middle, size, pyramid))
                begin = middle
        return proof[::-1]

    def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        """That the tree of ``size`` begins with the tree of ``old_size``."""
        if not 0 <= old_size <= size:
            raise InvalidInput("old size", str(old_size), f"0 to {size}")
        if old_size in (0, size):
            return []
        proof, begin, end = [], 0, size
        while old_size < end:
            middle = begin + _split(end - begin)
            if old_size <= middle:
                proof.append(self._range(middle, end, size, self._pyramid))
                end = middle
            else:
                proof.append(self._range(begin, middle, size, self._pyramid))
                begin = middle
        if begin:
            proof.append(self._range(begin, end, size, self._pyramid))
        return proof[::-1]

    def _range(self, begin: int, end: int, size: int, pyramid: Pyramids) -> bytes:
        """The root over the leaves from ``begin`` to before ``end``, as a tree has it that splits there."""
        count = end - begin
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, begin >> level, size, pyramid)
        middle = begin + _split(count)
        return node_hash(self._range(begin, middle, size, pyramid), self._range(middle, end, size, pyramid))

    def _node(self, level: int, index: int, size: int, pyramid: Pyramids) -> bytes:
        """The root of the full subtree ``index`` of 2**level leaves."""
        tile_level, within = divmod(level, TILE_LEVELS)
        first = index << within
        tile = tile_in(tile_level, first >> TILE_LEVELS, size)
        at = (first & 0xFF) >> within
        row = pyramid(tile)[within]
        return row[at * HASH_BYTES : (at + 1) * HASH_BYTES]

    def _pyramid(self, tile: Tile) -> list[bytes]:
        """The tile's hashes, and above them those of all full subtrees within it, level by level."""
        try:
            return self._remembered_pyramid(tile)
        except KeyError:
            pass
        rows = [self._read_tile(tile)]
        for _ in range(TILE_LEVELS):
            rows.append(_paired(rows[-1]))
        with self._guard:
            self._pyramids[tile] = rows
            if len(self._pyramids) > self._remembered:
                self._pyramids.popitem(last=False)
        return rows

    def _remembered_pyramid(self, tile: Tile) -> list[bytes]:
        """The same if it is remembered; ``KeyError`` when it is not."""
        with self._guard:
            self._pyramids.move_to_end(tile)
            return self._pyramids[tile]


def _paired(row: bytes) -> bytes:
    """The hashes over each two of a row (``node_hash``, of both as they lie); one left over has no partner yet."""
    pair = 2 * HASH_BYTES
    return b"".join([sha256(b"\x01" + row[at : at + pair]).digest() for at in range(0, len(row) // pair * pair, pair)])


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def root_of(hashed_leaves: Iterable[bytes]) -> bytes:
    """The root of the tree over leaves with these hashes, in their order.

    Level by level: a last one without a partner moves up as it is, which makes the same tree as splitting at the
    largest power of two.
    """
    row = list(hashed_leaves) or [EMPTY_ROOT]
    while len(row) > 1:
        above = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        row = above + row[len(above) * 2 :]
    return row[0]
