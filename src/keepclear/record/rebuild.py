"""Tiles that were lost, written again from the leaves, and taken only if they make the root that was signed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from keepclear.errors import RecordDamaged
from keepclear.record.durable import sync_folder
from keepclear.record.edge import Edge
from keepclear.record.tile_files import TileFiles
from keepclear.record.tiles import WIDTH
from keepclear.record.verify.checkpoint import Checkpoint

TILES_FOLDER = "tile"

_AT_ONCE = 16 * WIDTH


def tiles_lost(folder: Path, checkpoint: Checkpoint) -> bool:
    """Whether the folder of tiles of a log with leaves is missing as a whole."""
    return checkpoint.size > 0 and not (folder / TILES_FOLDER).exists()


def rebuild(folder: Path, checkpoint: Checkpoint, leaves: Iterable[bytes]) -> None:
    """The tiles of the first ``checkpoint.size`` of ``leaves`` lie in ``folder``, on the disk, all of them or none.

    Raises :class:`RecordDamaged` when they make another tree than ``checkpoint`` says; ``OSError`` for what the disk
    refuses.
    """
    unfinished = TileFiles(folder / "rebuilding")
    shutil.rmtree(unfinished.folder, ignore_errors=True)
    unfinished.folder.mkdir()
    left, edge = islice(leaves, checkpoint.size), Edge()
    while some := list(islice(left, _AT_ONCE)):
        before = edge.size
        edge, tiles = edge.grown(some)
        unfinished.write(tiles)
        unfinished.drop_partials(before, edge.size)
    if (edge.size, edge.root) != (checkpoint.size, checkpoint.root):
        shutil.rmtree(unfinished.folder, ignore_errors=True)
        raise RecordDamaged(
            f"{folder}: the {edge.size} entries of the store do not make the tree of {checkpoint.size} that was "
            "signed; restore the store from a copy that has them all as they were"
        )
    (unfinished.folder / TILES_FOLDER).rename(folder / TILES_FOLDER)
    sync_folder(folder)
    unfinished.folder.rmdir()
