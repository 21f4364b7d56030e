"""The record's tree beside a running host: it follows the store, comes back with it, and finds a store rolled back."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from keepclear.errors import InvalidInput, RecordDamaged
from keepclear.formats.entry import agreement_entry, clock_entry, delivery_entry
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.host.checkpoints import Checkpoints
from keepclear.host.record_tree import AT_ONCE, RecordTree, leaf_of, open_tree, slug_of
from keepclear.host.recording import MOST_AT_ONCE, Recording
from keepclear.record.consistency import verify_consistency
from keepclear.record.tiles import entries_of
from keepclear.record.tree import root_of
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.encoding import base64_of, bytes_of
from keepclear.record.verify.leaf import commitment_of, parse_leaf
from keepclear.record.verify.note import parse_note, verify_note
from keepclear.record.verify.tree import leaf_hash
from keepclear.store import MemoryStore
from keepclear.store.sqlite import FILE_NAME
from tests.host.running import RunningHost, agreement, notice_body, until

LOG = "trial"


def kept(count: int, start: int = 0) -> list[bytes]:
    return [clock_entry(1_700_000_000_000 + index) for index in range(start, start + count)]


def stored(count: int) -> MemoryStore:
    store = MemoryStore()
    store.append(LOG, 0, kept(count))
    return store


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    store = stored(600)
    yield store
    store.close()


def recorded(tree: RecordTree) -> RecordTree:
    """The tree with everything in the store, as a run of the host leaves it."""
    recording = Recording(tree, interval_s=0.001)
    recording.start()
    assert recording.wait_for(tree.store.length(tree.log), 20) is not None
    recording.stop()
    assert recording.failure is None
    return tree


def test_every_entry_of_the_store_gets_a_leaf_that_commits_to_it_and_gives_nothing_away(
    tmp_path: Path, store: MemoryStore
) -> None:
    tree = recorded(open_tree(tmp_path, store, LOG))
    entries = store.read(LOG, 0, 600)
    for index, leaf in enumerate(tree.tiles.leaves(0, 600)):
        read = parse_leaf(leaf)
        assert read.at_ms == 1_700_000_000_000 + index
        assert read.commitment == commitment_of(tree.salts.of(index), entries[index])
    assert tree.tiles.checkpoint.origin == "keepclear.local/trial"
    assert tree.tiles.checkpoint.root == root_of(map(leaf_hash, tree.tiles.leaves(0, 600)))


def test_a_checkpoint_follows_what_becomes_durable_and_those_who_wait_or_subscribe_are_told(
    tmp_path: Path, store: MemoryStore
) -> None:
    recording = Recording(open_tree(tmp_path, store, LOG), interval_s=0.001, now_ms=lambda: 5_000)
    seen: list[tuple[Checkpoint, bytes]] = []
    came = threading.Event()

    def broken(_checkpoint: Checkpoint, _note: bytes) -> None:
        raise ValueError

    def note(checkpoint: Checkpoint, note: bytes) -> None:
        seen.append((checkpoint, note))
        came.set()

    recording.subscribe(broken)
    recording.subscribe(note)
    recording.start()
    assert recording.wait_for(600, 20) is not None
    assert recording.wait_for(601, 0.05) is None
    assert came.wait(20)
    store.append(LOG, 600, kept(5, 600))
    recording.tell(605)
    signed = recording.wait_for(605, 20)
    assert signed == recording.latest()
    recording.stop()
    assert recording.behind == 0
    assert [checkpoint.size for checkpoint, _ in seen] == [600, 605]
    checkpoint = parse_checkpoint(parse_note(recording.latest()).text)
    assert checkpoint == recording.checkpoint == seen[-1][0]
    lines = verify_note(parse_note(recording.latest()), recording.tree.keys)
    assert [line.time_s for line in lines] == [None, 5]
    assert recording.wait_for(606, 60) is None, "nobody waits for one that has stopped"


def test_what_is_told_at_the_last_moment_is_under_a_checkpoint_when_the_host_has_stopped(tmp_path: Path) -> None:
    store = stored(MOST_AT_ONCE + AT_ONCE + 3)
    recording = Recording(open_tree(tmp_path, store, LOG), interval_s=60)
    recording.start()
    recording.stop()
    assert recording.checkpoint.size == MOST_AT_ONCE + AT_ONCE + 3


def test_a_tree_goes_on_where_it_was_with_the_origin_it_was_begun_with(tmp_path: Path, store: MemoryStore) -> None:
    first = recorded(open_tree(tmp_path, store, LOG, "record.example/trial"))
    store.append(LOG, 600, kept(400, 600))
    again = open_tree(tmp_path, store, LOG)
    assert again.tiles.checkpoint == first.tiles.checkpoint
    assert again.keys == first.keys
    recorded(again)
    checkpoint = again.tiles.checkpoint
    assert (checkpoint.origin, checkpoint.size) == ("record.example/trial", 1_000)
    earlier = first.tiles.checkpoint
    verify_consistency(600, earlier.root, 1_000, checkpoint.root, again.tiles.consistency_proof(600))
    with pytest.raises(InvalidInput, match="origin"):
        open_tree(tmp_path, store, LOG, "record.example/other")
    with pytest.raises(InvalidInput, match="--origin"):
        open_tree(tmp_path, store, LOG, "with a space")


def test_a_store_that_was_rolled_back_is_refused_and_the_error_says_what_to_do(
    tmp_path: Path, store: MemoryStore
) -> None:
    recorded(open_tree(tmp_path, store, LOG))
    with pytest.raises(RecordDamaged, match=r"rolled back; restore the store"):
        open_tree(tmp_path, stored(599), LOG)


def test_a_store_that_was_rolled_back_and_gone_on_with_is_refused(tmp_path: Path, store: MemoryStore) -> None:
    recorded(open_tree(tmp_path, store, LOG))
    forked = stored(550)
    forked.append(LOG, 550, kept(300, 10_000))
    with pytest.raises(RecordDamaged, match=r"entry 550 of the store is not the one that was signed"):
        open_tree(tmp_path, forked, LOG)


def test_an_entry_altered_long_ago_is_found_while_the_host_runs_and_nothing_more_is_signed(
    tmp_path: Path, store: MemoryStore
) -> None:
    recorded(open_tree(tmp_path, store, LOG))
    altered = MemoryStore()
    altered.append(LOG, 0, [*kept(3), clock_entry(1), *kept(596, 4)])
    recording = Recording(open_tree(tmp_path, altered, LOG))
    recording.start()
    until(lambda: recording.failure)
    assert isinstance(recording.failure, RecordDamaged)
    assert "entry 3 " in str(recording.failure)
    altered.append(LOG, 600, kept(1, 600))
    recording.tell(601)
    assert recording.wait_for(601, 60) is None
    recording.stop()
    assert recording.checkpoint.size == 600


def test_a_tile_damaged_long_ago_is_found_while_the_host_runs(tmp_path: Path, store: MemoryStore) -> None:
    tree = recorded(open_tree(tmp_path, store, LOG))
    path = tree.tiles.directory / "tile/0/000"
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    recording = Recording(open_tree(tmp_path, store, LOG))
    recording.start()
    until(lambda: recording.failure)
    assert "tile/0/000" in str(recording.failure)
    recording.stop()


def test_lost_tiles_are_written_again_from_the_store_that_was_signed_only(tmp_path: Path, store: MemoryStore) -> None:
    tree = recorded(open_tree(tmp_path, store, LOG))
    shutil.rmtree(tree.tiles.directory / "tile")
    altered = MemoryStore()
    altered.append(LOG, 0, [*kept(3), clock_entry(1), *kept(596, 4)])
    with pytest.raises(RecordDamaged, match="restore the store"):
        open_tree(tmp_path, altered, LOG)
    again = open_tree(tmp_path, store, LOG)
    assert again.tiles.leaves(0, 600) == tree.tiles.leaves(0, 600)
    assert again.tiles.checkpoint == tree.tiles.checkpoint


def test_a_log_lost_as_a_whole_comes_out_the_same_with_the_same_keys(tmp_path: Path, store: MemoryStore) -> None:
    first = recorded(open_tree(tmp_path, store, LOG))
    shutil.rmtree(tmp_path / "record")
    assert recorded(open_tree(tmp_path, store, LOG)).tiles.checkpoint == first.tiles.checkpoint


def test_lost_keys_are_asked_for_and_not_made_anew(tmp_path: Path, store: MemoryStore) -> None:
    recorded(open_tree(tmp_path, store, LOG))
    (tmp_path / "record-keys").rename(tmp_path / "copy")
    for _ in range(2):
        with pytest.raises(InvalidInput, match="put back from a copy"):
            open_tree(tmp_path, store, LOG)
    (tmp_path / "copy").rename(tmp_path / "record-keys")
    assert open_tree(tmp_path, store, LOG).tiles.size == 600


def test_a_leaf_has_the_time_of_its_entry_wherever_it_stands_there() -> None:
    agreed = agreement_from_toml(agreement().encode())
    for entry in (clock_entry(17), delivery_entry(17, "alpha.air", 3), agreement_entry(17, agreed), clock_entry(-17)):
        assert parse_leaf(leaf_of(entry, bytes(16))).at_ms == json.loads(entry)["at"] != 0


@pytest.mark.parametrize(
    ("name", "slug"), [("levant", "levant"), ("a-1", "a-1"), ("Levant", "levant-"), ("../x", "x-"), ("…", "")]
)
def test_a_slug_is_plain_and_no_two_names_have_the_same(name: str, slug: str) -> None:
    made = slug_of(name)
    assert made.startswith(slug)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert (made == name) == (name in ("levant", "a-1"))
    assert made
    assert made != slug_of(name + "!")


def get(host: RunningHost, path: str, desk: str = "bravo.air") -> httpx2.Response:
    return httpx2.get(host.url + path, headers={"Authorization": f"Bearer {host.tokens[desk]}"}, trust_env=False)


def newest(host: RunningHost) -> Checkpoint:
    return parse_checkpoint(parse_note(get(host, "/v1/checkpoint").content).text)


def test_a_running_host_signs_what_it_was_told_and_a_desk_can_check_it(tmp_path: Path) -> None:
    host = RunningHost(tmp_path)
    with host.start(), host.client("alpha.air") as alpha:
        index = alpha.say("notice", notice_body())["index"]
        earlier = until(lambda: (there := newest(host)).size > index and there)
        host.kill()
        host.start()
        with host.client("alpha.air") as again:
            index = again.say("message", {"text": "later"})["index"]
        later = until(lambda: (there := newest(host)).size > index and there)
        response = get(host, f"/v1/consistency?from={earlier.size}&to={later.size}")
        answer = response.json()
        assert answer["old_root"] == base64_of(earlier.root)
        proof = [bytes_of(hashed, "proof") for hashed in answer["proof"]]
        verify_consistency(earlier.size, earlier.root, later.size, later.root, proof)
        bundle = get(host, f"/v1/tiles/tile/entries/000.p/{later.size}")
        assert root_of(map(leaf_hash, entries_of(bundle.content))) == later.root
        assert "immutable" in bundle.headers["Cache-Control"]
        assert get(host, "/v1/tiles/checkpoint").content == get(host, "/v1/checkpoint").content
        for path, status in (
            ("/v1/tiles/tile/0/001", 404),
            ("/v1/tiles/tile/0/../../../../tokens.json", 404),
            ("/v1/tiles/tile%2F0%2F..%2Fcheckpoint", 404),
            ("/v1/tiles/", 404),
            (f"/v1/consistency?from={later.size}&to=99999", 422),
            (f"/v1/consistency?from={later.size}&to=0", 422),
            ("/v1/consistency", 422),
        ):
            assert get(host, path).status_code == status, path
        assert get(host, "/health").json()["record"] == "ok"
        page = get(host, "/metrics", "mediator.duty").text
        assert f"keepclear_tree_size {later.size}.0" in page
        assert "keepclear_tree_behind 0.0" in page
        assert "keepclear_tree_failed 0.0" in page
    (log,) = (host.data / "record").iterdir()
    assert log.name == "trial"


def test_a_host_whose_store_was_rolled_back_does_not_come_up(tmp_path: Path) -> None:
    host = RunningHost(tmp_path)
    with host.start(), host.client("alpha.air") as alpha:
        alpha.me()
        assert host.stop() == 0
    copy = host.data / FILE_NAME
    older = copy.read_bytes()
    with host.start(), host.client("alpha.air") as alpha:
        alpha.say("message", {"text": "one"})
        assert host.stop() == 0
    copy.write_bytes(older)
    with pytest.raises(AssertionError, match="rolled back"):
        host.start()


def test_a_host_goes_on_hearing_when_its_tree_fails_and_says_so(tmp_path: Path) -> None:
    host = RunningHost(tmp_path)
    with host.start(), host.client("alpha.air") as alpha:
        index = alpha.say("message", {"text": "one"})["index"]
        signed = until(lambda: (there := newest(host)).size > index and there)
        (host.data / "record/trial/checkpoint").write_bytes(b"harmed")
        alpha.say("message", {"text": "two"})
        until(lambda: get(host, "/health").json()["record"] == "failed")
        assert alpha.say("message", {"text": "three"})["index"] > index
        assert newest(host) == signed
        assert get(host, "/health").status_code == 200
        assert "keepclear_tree_failed 1.0" in get(host, "/metrics", "mediator.duty").text
    assert "record_failed" in host.log()


def test_receipts_for_what_a_checkpoint_newly_covers_need_no_look_at_the_disk(
    tmp_path: Path, store: MemoryStore
) -> None:
    recording = Recording(recorded(open_tree(tmp_path, store, LOG)), interval_s=0.001)
    tiles = recording.tree.tiles

    async def run() -> None:
        checkpoints = Checkpoints(recording)
        await checkpoints.start()
        recording.start()
        store.append(LOG, 600, kept(300, 600))
        recording.tell(900)
        assert (await checkpoints.covering(900, 20)).checkpoint.size == 900
        assert all(tiles.remembered_inclusion_proof(index, 900) is not None for index in range(600, 900))
        assert tiles.remembered_inclusion_proof(0, 900) is None
        covered = await checkpoints.receipt(0, store.read(LOG, 0, 1)[0], 1)
        assert list(covered.proof.hashes) == tiles.inclusion_proof(0, 900)
        await checkpoints.stop()

    asyncio.run(run())
    recording.stop()
