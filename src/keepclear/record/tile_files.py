"""The folder of a log: tiles and bundles of entries as files named by C2SP tlog-tiles, and what makes them durable.

A file right of the released checkpoint may be anything: it was written for one that was never signed, and is written
again. What the checkpoint stands on is never touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from keepclear.errors import InvalidInput
from keepclear.record.durable import read_back, sync_folder, write_synced
from keepclear.record.tiles import Tile, bundle_of, entries_of, last_tiles, tile_in
from keepclear.record.verify.tree import HASH_BYTES

TIDIED = 256
"""So many tiles of each level are looked at for what was left beside them."""


class TileFiles:
    """The tiles below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: set[Path] = set()

    def path(self, tile: Tile) -> Path:
        """Where a tile lies."""
        return self.folder / tile.path

    def write(self, tiles: Mapping[Tile, bytes]) -> None:
        """The tiles and their names are on the disk. ``OSError`` says that nobody knows."""
        changed: dict[Path, None] = {}
        for tile, data in tiles.items():
            path = self.path(tile)
            changed.update(dict.fromkeys(self._folder(path.parent)))
            write_synced(path, data)
            changed[path.parent] = None
        for folder in changed:
            sync_folder(folder)

    def _folder(self, folder: Path) -> list[Path]:
        """The folder is there; those in which names are to be synced for it.

        A name that is found is synced as one that is made: who made it may have been interrupted before.
        """
        if folder == self.folder or folder in self._known:
            return []
        changed = [*self._folder(folder.parent), folder.parent]
        folder.mkdir(exist_ok=True)
        self._known.add(folder)
        return changed

    def read(self, tile: Tile, size: int) -> bytes:
        """A tile or bundle, cut out of the widest there is of it under a checkpoint of ``size`` leaves.

        That one may have gone since for the full one, which begins with it.
        """
        widest = tile_in(tile.level, tile.index, size)
        if tile.width > widest.width:
            raise InvalidInput("tile", tile.path, f"what a tree of {size} leaves has: {widest.path}")
        try:
            data = self.path(widest).read_bytes()
        except FileNotFoundError:
            if widest.full:
                raise
            data, widest = self.path(Tile(tile.level, tile.index)).read_bytes(), Tile(tile.level, tile.index)
        if tile == widest:
            return data
        return bundle_of(entries_of(data)[: tile.width]) if tile.level is None else data[: tile.width * HASH_BYTES]

    def read_back(self, tile: Tile) -> bytes:
        """A tile or bundle as the disk has it."""
        return read_back(self.path(tile))

    def drop_partials(self, before: int, size: int) -> None:
        """Of what a tree of ``size`` leaves has in full, and one of ``before`` had not, no partial form is left.

        What cannot be removed does no harm.
        """
        for level in self._levels(size):
            self._drop(level, range(_full(level, before), _full(level, size)))

    def tidy(self, size: int) -> None:
        """The same for what an interrupted :meth:`drop_partials` has left."""
        for level in self._levels(size):
            self._drop(level, range(max(0, _full(level, size) - TIDIED), _full(level, size)))

    def _levels(self, size: int) -> list[int | None]:
        return [None, *(tile.level for tile in last_tiles(size))]

    def _drop(self, level: int | None, indices: range) -> None:
        for index in indices:
            folder = self.path(Tile(level, index, 1)).parent
            if folder.is_dir():
                self._known.discard(folder)
                shutil.rmtree(folder, ignore_errors=True)


def _full(level: int | None, size: int) -> int:
    """How many full tiles of a level a tree of ``size`` leaves has."""
    return size >> 8 * ((level or 0) + 1)
