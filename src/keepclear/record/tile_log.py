"""A log that only grows, on a disk: leaves go in, checkpoints come out (C2SP tlog-tiles, tlog-checkpoint).

What a checkpoint says is on the disk before it is signed: tiles and entries are written, synced, their names synced,
read back and hashed again; then the checkpoint is signed and put in its place in one step, as the last of all. So the
tree of a released checkpoint is always there, and every later one begins with it.

Anything that the disk refuses ends the log's writing until it is opened again, for after a failed sync nobody knows
what is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from keepclear.errors import InvalidInput, RecordFailed
from keepclear.record.durable import replace_synced
from keepclear.record.edge import Edge, edge_at
from keepclear.record.opening import CHECKPOINT_FILE, Released, damaged, make_log, open_log, signed_note
from keepclear.record.signers import Signer
from keepclear.record.tile_files import TileFiles
from keepclear.record.tiles import MOST_ENTRY_BYTES, MOST_LEVEL, WIDTH, entries_of, parse_tile_path, tile_in
from keepclear.record.tree import HashReader, root_of
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.note import parse_note
from keepclear.record.verify.tree import HASH_BYTES, leaf_hash


class TileLog:
    """The log in ``directory``, which is begun when there is nothing. One thread writes; any thread may read.

    Raises :class:`RecordDamaged` when what is there is not the tree that the checkpoint says, :class:`InvalidInput`
    when it is the log of another origin or other keys, ``OSError`` for what the disk refuses.
    """

    def __init__(self, directory: Path, origin: str, signers: Sequence[Signer]) -> None:
        self.directory = directory
        self.origin = origin
        self._signers = tuple(signers)
        if not directory.exists() or not any(directory.iterdir()):
            make_log(directory, origin, self._signers)
        self._files = TileFiles(directory)
        self._released, self._edge = open_log(self._files, origin, [signer.key for signer in self._signers])
        self._waiting: list[bytes] = []
        self._failed: RecordFailed | None = None
        self._reader = HashReader(lambda tile: self._files.read(tile, self.size))
        self._files.tidy(self._released.checkpoint.size)

    @property
    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint released: signed, and on the disk with its whole tree."""
        return self._released.checkpoint

    @property
    def note(self) -> bytes:
        """That checkpoint as the log signed it."""
        return self._released.note

    @property
    def size(self) -> int:
        """Leaves under the newest checkpoint."""
        return self._released.checkpoint.size

    @property
    def length(self) -> int:
        """Leaves that were appended, with those that wait for the next checkpoint."""
        return self.size + len(self._waiting)

    @property
    def failure(self) -> RecordFailed | None:
        """Why the log takes nothing more, if it does not."""
        return self._failed

    def append(self, leaves: Iterable[bytes]) -> None:
        """The leaves wait for the next checkpoint, in memory: they are to be had again from where they came from."""
        self._check_writable()
        more = list(leaves)
        for leaf in more:
            if len(leaf) > MOST_ENTRY_BYTES:
                raise InvalidInput("leaf", f"{len(leaf):,} bytes", f"at most {MOST_ENTRY_BYTES:,} bytes")
        self._waiting += more

    def publish(self, time_s: int = 0) -> Checkpoint:
        """All appended leaves are on the disk, under a checkpoint signed at ``time_s`` (seconds since 1970; 0 says
        nothing of when) or at the time of the one before, if that is later.

        Nothing waits: the newest stays. Raises :class:`RecordFailed`, and from then on always does.
        """
        self._check_writable()
        if not self._waiting:
            return self.checkpoint
        before = self._edge
        try:
            edge = self._write(before)
            checkpoint = Checkpoint(self.origin, edge.size, self._root_on_disk(edge))
            at_s = max(time_s, self._released.time_s)
            note = signed_note(checkpoint, self._signers, at_s)
            self._put_in_place(note)
        except RecordFailed as error:
            self._failed = error
            raise
        except Exception as error:
            self._failed = RecordFailed(f"{self.directory}: {error}; see to the disk, then start the host again")
            raise self._failed from error
        self._edge, self._waiting = edge, []
        self._released = Released(checkpoint, note, at_s)
        self._files.drop_partials(before.size, edge.size)
        return checkpoint

    def _write(self, before: Edge) -> Edge:
        """The waiting leaves are on the disk; what is read back hashes to what was written."""
        edge, tiles = before.grown(self._waiting)
        self._files.write(tiles)
        there = {tile: self._files.read_back(tile) for tile in tiles}
        leaves = [leaf for tile in there if tile.level is None for leaf in entries_of(there[tile])]
        _, again = before.grown(leaves[len(before.entries) :])
        for tile, data in tiles.items():
            if not data == there[tile] == again.get(tile):
                raise RecordFailed(
                    f"{self._files.path(tile)}: what was read back is not what was written; see to the disk"
                )
        return edge

    def _root_on_disk(self, edge: Edge) -> bytes:
        root = edge_at(edge.size, self._files.read_back).root
        if root != edge.root:
            raise RecordFailed(f"{self.directory}: the tiles on the disk make another root; see to disk and memory")
        return root

    def _put_in_place(self, note: bytes) -> None:
        """The checkpoint is replaced, if it still is the one that this log put there."""
        path = self.directory / CHECKPOINT_FILE
        if parse_note(path.read_bytes()).text != self.checkpoint.text:
            raise RecordFailed(f"{path}: it was changed by somebody else; one process has one log")
        replace_synced(path, note)

    def _check_writable(self) -> None:
        if self._failed is not None:
            raise self._failed

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """That leaf ``index`` is under the checkpoint of ``size``, the newest if left out."""
        return self._reader.inclusion_proof(index, self._within(size))

    def remembered_inclusion_proof(self, index: int, size: int) -> list[bytes] | None:
        """The same without a look at the disk; None where that would take one. It never waits."""
        return self._reader.remembered_inclusion_proof(index, self._within(size))

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """That the tree of ``size``, the newest if left out, begins with that of ``old_size``."""
        return self._reader.consistency_proof(old_size, self._within(size))

    def root(self, size: int | None = None) -> bytes:
        """The root over the first ``size`` leaves."""
        return self._reader.root(self._within(size))

    def leaves(self, start: int, end: int) -> list[bytes]:
        """The leaves from ``start`` to before ``end``, as they were appended."""
        size = self.size
        if not 0 <= start <= end <= size:
            raise InvalidInput("start", str(start), f"0 to {end}, up to {size}")
        found: list[bytes] = []
        for index in range(start // WIDTH, -(-end // WIDTH)):
            found += entries_of(self._files.read(tile_in(None, index, size), size))
        return found[start % WIDTH :][: end - start]

    def check_bundle(self, index: int) -> None:
        """The leaves of bundle ``index`` hash to what the tiles over them say, or :class:`RecordDamaged`.

        All bundles checked, every tile is. Reads from the disk and not from what is remembered.
        """
        try:
            self._check_bundle(index, self.size)
        except (OSError, InvalidInput) as error:
            raise damaged(self.directory, f"bundle {index} is not what lies under it ({error})") from error

    def _check_bundle(self, index: int, size: int) -> None:
        bundle = tile_in(None, index, size)
        hashed = tuple(map(leaf_hash, entries_of(self._files.read(bundle, size))))
        here = tile_in(0, index, size)
        for level in range(MOST_LEVEL):
            if self._files.read(here, size) != b"".join(hashed):
                raise damaged(self.directory, f"{here.path} is not what lies under it")
            if not here.full:
                return
            above, at = tile_in(level + 1, here.index // WIDTH, size), here.index % WIDTH
            row = self._files.read(above, size)
            if row[at * HASH_BYTES :][:HASH_BYTES] != root_of(hashed):
                raise damaged(self.directory, f"{above.path} is not what lies under it, at {at}")
            if at < WIDTH - 1:
                return
            hashed, here = tuple(row[n : n + HASH_BYTES] for n in range(0, len(row), HASH_BYTES)), above

    def tile(self, path: str) -> bytes:
        """The file of a tile that the newest checkpoint covers, by its path; :class:`InvalidInput` for any other."""
        return self._files.read(parse_tile_path(path), self.size)

    def _within(self, size: int | None) -> int:
        newest = self.size
        if size is None:
            return newest
        if not 0 <= size <= newest:
            raise InvalidInput("size", str(size), f"0 to {newest}, what the newest checkpoint covers")
        return size
