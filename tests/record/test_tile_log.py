"""A log on a disk: its tree is RFC 6962's at every size, its files are tlog-tiles', and it comes back as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, KeepclearError, RecordDamaged, RecordFailed
from keepclear.record.consistency import verify_consistency
from keepclear.record.durable import replace_synced
from keepclear.record.keys import LogKeys
from keepclear.record.opening import signed_note
from keepclear.record.rebuild import rebuild, tiles_lost
from keepclear.record.signers import Ed25519Signer
from keepclear.record.tile_log import TileLog
from keepclear.record.tiles import Tile, entries_of, last_tiles
from keepclear.record.tree import root_of
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import parse_note, verify_note
from keepclear.record.verify.tree import leaf_hash, verify_inclusion
from tests.oracles import merkle
from tests.record.logs import ORIGIN, SIGNERS, VERIFIERS, grow, leaf, leaves, open_log


def test_a_new_log_begins_with_a_signed_checkpoint_of_no_leaves(tmp_path: Path) -> None:
    log = open_log(tmp_path / "data" / "log")
    assert log.size == 0
    note = parse_note((tmp_path / "data" / "log" / "checkpoint").read_bytes())
    assert parse_checkpoint(note.text) == Checkpoint(ORIGIN, 0, merkle.mth([]))
    assert [signed.key for signed in verify_note(note, VERIFIERS)] == list(VERIFIERS)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["log"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5), st.data())
def test_the_tree_is_rfc_6962s_whatever_the_batches(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], data: st.DataObject
) -> None:
    log = open_log(tmp_path_factory.mktemp("log") / "log")
    sizes = [0]
    for batch in batches:
        sizes.append(sizes[-1] + batch)
        grow(log, sizes[-1])
        if data.draw(st.booleans()):
            log = open_log(log.directory)
    everything = leaves(0, sizes[-1])
    assert log.checkpoint == Checkpoint(ORIGIN, sizes[-1], merkle.mth(everything))
    assert log.leaves(0, log.size) == everything
    size = data.draw(st.integers(1, log.size))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert log.remembered_inclusion_proof(index, size) in (None, merkle.path(index, everything[:size]))
    assert log.inclusion_proof(index, size) == merkle.path(index, everything[:size])
    assert log.remembered_inclusion_proof(index, size) == merkle.path(index, everything[:size])
    assert log.consistency_proof(old, size) == merkle.proof(old, everything[:size])
    assert log.root(size) == merkle.mth(everything[:size])
    assert log.leaves(index, size) == everything[index:size]


def test_the_files_are_those_of_tlog_tiles(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 70_000)
    files = {str(path.relative_to(tmp_path / "log")) for path in (tmp_path / "log").rglob("*") if path.is_file()}
    assert len([name for name in files if name.startswith("tile/0/")]) == 274
    assert {tile.path for tile in last_tiles(70_000)} <= files
    assert {"checkpoint", "tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"} <= files
    hashes = (tmp_path / "log" / "tile/0/001").read_bytes()
    entries = entries_of((tmp_path / "log" / "tile/entries/001").read_bytes())
    assert entries == tuple(leaves(256, 512))
    assert hashes == b"".join(map(leaf_hash, entries))
    above = (tmp_path / "log" / "tile/1/000").read_bytes()
    assert above[32:64] == root_of(leaf_hash(entry) for entry in entries)
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        verify_inclusion(leaf_hash(leaf(index)), index, 70_000, log.inclusion_proof(index), log.checkpoint.root)
    verify_consistency(65_537, log.root(65_537), 70_000, log.checkpoint.root, log.consistency_proof(65_537))


def test_partial_tiles_go_when_the_full_one_is_there_and_never_before(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 10, 200, 255)
    assert {path.name for path in (tmp_path / "log/tile/0/000.p").iterdir()} == {"10", "200", "255"}
    grow(log, 256)
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert not (tmp_path / "log/tile/entries/000.p").exists()
    assert (tmp_path / "log/tile/1/000.p/1").exists()
    grow(log, 300, 900)
    assert not (tmp_path / "log/tile/0/001.p").exists()
    assert {path.name for path in (tmp_path / "log/tile/0/003.p").iterdir()} == {"132"}
    assert {path.name for path in (tmp_path / "log/tile/1/000.p").iterdir()} == {"1", "3"}


def test_partial_tiles_left_by_an_interruption_go_at_the_next_opening(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 300)
    left = tmp_path / "log/tile/0/000.p"
    left.mkdir()
    (left / "17").write_bytes(bytes(17 * 32))
    open_log(tmp_path / "log")
    assert not left.exists()
    assert (tmp_path / "log/tile/0/001.p/44").exists()


def test_tiles_are_served_as_wide_as_asked_and_not_beyond_the_checkpoint(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 300)
    assert log.tile("tile/0/001.p/44") == b"".join(map(leaf_hash, leaves(256, 300)))
    assert log.tile("tile/0/001.p/3") == b"".join(map(leaf_hash, leaves(256, 259)))
    assert entries_of(log.tile("tile/entries/000.p/2")) == (leaf(0), leaf(1))
    (tmp_path / "log/tile/0/001.p/45").write_bytes(bytes(45 * 32))
    for path in ("tile/0/001.p/45", "tile/0/001", "tile/0/002.p/1", "tile/2/000.p/1", "tile/1/000.p/2", "checkpoint"):
        with pytest.raises(InvalidInput):
            log.tile(path)


def test_what_was_written_for_a_checkpoint_that_never_came_is_written_again(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 300)
    for name in ("tile/0/001", "tile/entries/001", "tile/0/001.p/60", "tile/1/000.p/2", "checkpoint.new"):
        (tmp_path / "log" / name).write_bytes(b"not finished")
    log = open_log(tmp_path / "log")
    grow(log, 700)
    assert log.checkpoint.root == merkle.mth(leaves(0, 700))
    assert log.inclusion_proof(290, 310) == merkle.path(290, leaves(0, 310))


def test_nothing_waiting_leaves_the_checkpoint_as_it_is(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 3)
    note = log.note
    assert log.publish(99) == log.checkpoint
    assert log.note == note == (tmp_path / "log/checkpoint").read_bytes()


def test_the_time_signed_never_goes_back_across_reopening_either(tmp_path: Path) -> None:
    def time_s(log: TileLog) -> int | None:
        return verify_note(parse_note(log.note), VERIFIERS)[1].time_s

    log = open_log(tmp_path / "log")
    for said, signed in ((100, 100), (50, 100), (101, 101)):
        log.append([b"x"])
        log.publish(said)
        assert time_s(log) == signed
    log = open_log(tmp_path / "log")
    log.append([b"x"])
    log.publish(7)
    assert time_s(log) == 101


def test_a_leaf_over_65535_bytes_is_refused_and_the_log_goes_on(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    with pytest.raises(InvalidInput):
        log.append([b"ok", b"x" * 65_536])
    assert log.length == 0
    log.append([b"x" * 65_535])
    assert log.publish().size == 1
    assert open_log(tmp_path / "log").leaves(0, 1) == [b"x" * 65_535]


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"])
@pytest.mark.parametrize("harm", [_flip, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
def test_a_damaged_tile_is_found_at_opening_and_the_error_says_what_to_do(
    tmp_path: Path, name: str, harm: object
) -> None:
    grow(open_log(tmp_path / "log"), 600)
    assert callable(harm)
    harm(tmp_path / "log" / name)
    with pytest.raises(RecordDamaged, match="restore the folder from a copy"):
        open_log(tmp_path / "log")


def test_a_damaged_or_missing_checkpoint_is_never_made_anew(tmp_path: Path) -> None:
    grow(open_log(tmp_path / "log"), 5)
    path = tmp_path / "log/checkpoint"
    good = path.read_bytes()
    _flip(path)
    with pytest.raises(RecordDamaged):
        open_log(tmp_path / "log")
    path.write_bytes(good[:40])
    with pytest.raises(RecordDamaged):
        open_log(tmp_path / "log")
    path.unlink()
    with pytest.raises(RecordDamaged):
        open_log(tmp_path / "log")
    path.write_bytes(good)
    assert open_log(tmp_path / "log").size == 5


def test_a_checkpoint_that_was_put_back_by_an_older_one_gives_an_older_tree(tmp_path: Path) -> None:
    """The log alone cannot tell; the host compares it with its store, and witnesses with what they have signed."""
    log = open_log(tmp_path / "log")
    grow(log, 400)
    older = log.note
    grow(log, 500)
    (tmp_path / "log/checkpoint").write_bytes(older)
    assert open_log(tmp_path / "log").checkpoint == Checkpoint(ORIGIN, 400, merkle.mth(leaves(0, 400)))


def test_other_keys_or_another_origin_do_not_open_a_log(tmp_path: Path) -> None:
    grow(open_log(tmp_path / "log"), 5)
    others = LogKeys(b"1" * 32, b"2" * 32, b"3" * 32)
    with pytest.raises(InvalidInput, match="keys"):
        TileLog(tmp_path / "log", ORIGIN, others.signers(ORIGIN))
    with pytest.raises(KeepclearError):
        TileLog(tmp_path / "log", "example.com/other", SIGNERS)


def test_a_key_is_changed_by_signing_with_both_for_a_while(tmp_path: Path) -> None:
    newer = Ed25519Signer(ORIGIN, b"n" * 32)
    grow(open_log(tmp_path / "log"), 5)
    both = TileLog(tmp_path / "log", ORIGIN, [*SIGNERS, newer])
    grow(both, 9)
    alone = TileLog(tmp_path / "log", ORIGIN, [newer])
    assert alone.size == 9


def test_two_who_write_one_log_are_found_before_a_fork_is_signed(tmp_path: Path) -> None:
    first, second = open_log(tmp_path / "log"), open_log(tmp_path / "log")
    grow(first, 5)
    second.append([b"another"])
    with pytest.raises(RecordFailed, match="somebody else"):
        second.publish()
    with pytest.raises(RecordFailed):
        second.append([b"more"])
    assert open_log(tmp_path / "log").checkpoint == first.checkpoint


def test_a_tile_that_reads_back_otherwise_is_never_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk gives back is what counts: here a file is changed behind the log's back, between write and read."""
    from keepclear.record.tile_files import TileFiles

    write = TileFiles.write
    for name in ("tile/0/000.p/9", "tile/entries/000.p/9"):
        log = open_log(tmp_path / name.replace("/", "-"))
        grow(log, 5)

        def write_and_harm(self: TileFiles, tiles: dict[Tile, bytes], name: str = name) -> None:
            write(self, tiles)
            _flip(self.folder / name)

        with monkeypatch.context() as patched:
            patched.setattr(TileFiles, "write", write_and_harm)
            log.append(leaves(5, 9))
            with pytest.raises(RecordFailed, match=r"read back|entries"):
                log.publish()
        assert log.size == 5
        assert open_log(log.directory).size == 5


def test_a_tile_of_an_older_checkpoint_that_changed_is_found_before_signing(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 256 * 2)
    _flip(tmp_path / "log/tile/1/000.p/2")
    log.append(leaves(512, 513))
    with pytest.raises(RecordFailed, match="another root"):
        log.publish()


def test_a_checkpoint_replaced_between_two_is_noticed(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 5)
    replace_synced(tmp_path / "log/checkpoint", signed_note(Checkpoint(ORIGIN, 4, bytes(32)), SIGNERS, 0))
    log.append([b"x"])
    with pytest.raises(RecordFailed):
        log.publish()


def test_proofs_outside_of_the_checkpoint_are_refused(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 5)
    log.append([b"waits"])
    for call in (
        lambda: log.inclusion_proof(5),
        lambda: log.inclusion_proof(-1),
        lambda: log.inclusion_proof(0, 6),
        lambda: log.remembered_inclusion_proof(5, 5),
        lambda: log.remembered_inclusion_proof(0, 6),
        lambda: log.consistency_proof(6),
        lambda: log.consistency_proof(-1),
        lambda: log.leaves(0, 6),
        lambda: log.root(-1),
    ):
        with pytest.raises(InvalidInput):
            call()


def test_a_folder_that_lost_its_tiles_does_not_open(tmp_path: Path) -> None:
    grow(open_log(tmp_path / "log"), 600)
    shutil.rmtree(tmp_path / "log/tile")
    with pytest.raises(RecordDamaged):
        open_log(tmp_path / "log")


def test_every_tile_is_checked_when_all_bundles_are(tmp_path: Path) -> None:
    size = 256 * 256 + 300
    log = open_log(tmp_path / "log")
    grow(log, size)
    bundles = -(-size // 256)

    def check_all() -> None:
        for index in range(bundles):
            log.check_bundle(index)

    check_all()
    for name in ("tile/0/017", "tile/1/000", "tile/entries/200", "tile/entries/257.p/44", "tile/2/000.p/1"):
        _flip(tmp_path / "log" / name)
        with pytest.raises(RecordDamaged, match="not what lies under it"):
            check_all()
        _flip(tmp_path / "log" / name)


def test_lost_tiles_are_written_again_from_the_leaves_that_were_signed_and_from_no_others(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 300, 9_000)
    shutil.rmtree(tmp_path / "log/tile")
    assert tiles_lost(log.directory, log.checkpoint)
    for others in (leaves(0, 8_999), [*leaves(0, 5_000), b"another", *leaves(5_001, 9_000)]):
        with pytest.raises(RecordDamaged, match="restore the store"):
            rebuild(log.directory, log.checkpoint, others)
        assert [path.name for path in log.directory.iterdir()] == ["checkpoint"]
    rebuild(log.directory, log.checkpoint, leaves(0, 9_500))
    again = open_log(tmp_path / "log")
    assert not tiles_lost(again.directory, again.checkpoint)
    assert again.leaves(0, 9_000) == leaves(0, 9_000)
    for index in range(36):
        again.check_bundle(index)
    grow(again, 9_001)
    assert sorted(path.name for path in log.directory.iterdir()) == ["checkpoint", "tile"]
