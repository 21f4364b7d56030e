"""One suite for every store: whatever is appended, read, snapshotted and reopened, a store answers as a list would."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import PositionTaken, StoreFailed
from keepclear.store import MemoryStore, SqliteStore, Store

Opener = Callable[[], Store]


@contextmanager
def _memory() -> Iterator[tuple[Opener, bool]]:
    yield MemoryStore, False


@contextmanager
def _sqlite() -> Iterator[tuple[Opener, bool]]:
    with tempfile.TemporaryDirectory() as folder:
        yield (lambda: SqliteStore(Path(folder))), True


STORES = {"memory": _memory, "sqlite": _sqlite}
every_store = pytest.mark.parametrize("kind", sorted(STORES))


@contextmanager
def opened(kind: str) -> Iterator[Store]:
    with STORES[kind]() as (opener, _):
        store = opener()
        try:
            yield store
        finally:
            store.close()


entries = st.lists(st.binary(max_size=60), max_size=4)
logs = st.sampled_from(["a", "b", "ü ''; --"])
actions = st.one_of(
    st.tuples(st.just("append"), logs, entries),
    st.tuples(st.just("append_elsewhere"), logs, entries),
    st.tuples(st.just("read"), logs, st.tuples(st.integers(0, 12), st.integers(0, 12))),
    st.tuples(st.just("snapshot"), logs, st.binary(max_size=20)),
    st.tuples(st.just("reopen"), logs, st.none()),
)


@every_store
@settings(max_examples=60, deadline=None)
@given(steps=st.lists(actions, max_size=14))
def test_any_sequence_answers_as_lists_do(kind: str, steps: list[tuple[str, str, object]]) -> None:
    model: dict[str, list[bytes]] = {}
    snapshots: dict[str, tuple[int, bytes]] = {}
    with STORES[kind]() as (opener, survives):
        store = opener()
        for action, log, given_value in steps:
            kept = model.setdefault(log, [])
            if action == "append" and isinstance(given_value, list):
                store.append(log, len(kept), given_value)
                kept.extend(given_value)
            elif action == "append_elsewhere" and isinstance(given_value, list):
                with pytest.raises(PositionTaken):
                    store.append(log, len(kept) + 1, given_value)
            elif action == "read" and isinstance(given_value, tuple):
                start, limit = given_value
                assert store.read(log, start, limit) == kept[start : start + limit]
            elif action == "snapshot" and isinstance(given_value, bytes):
                store.save_snapshot(log, len(kept), given_value)
                snapshots[log] = (len(kept), given_value)
            elif action == "reopen" and survives:
                store.close()
                store = opener()
            assert store.length(log) == len(kept)
            assert store.latest_snapshot(log) == snapshots.get(log)
            assert store.logs() == sorted(name for name, held in model.items() if held)
        for log, kept in model.items():
            assert store.read(log, 0, len(kept) + 1) == kept
        store.close()


@every_store
def test_an_append_below_the_end_is_refused_and_keeps_nothing(kind: str) -> None:
    with opened(kind) as store:
        store.append("log", 0, [b"one", b"two"])
        with pytest.raises(PositionTaken, match="ends at 2"):
            store.append("log", 1, [b"other"])
        assert store.read("log", 0, 9) == [b"one", b"two"]


@every_store
def test_of_many_writers_at_one_position_exactly_one_succeeds(kind: str) -> None:
    with opened(kind) as store:
        taken: list[int] = []

        def write(number: int) -> None:
            try:
                store.append("log", 0, [b"%d" % number, b"end"])
            except PositionTaken:
                return
            taken.append(number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == 1
        assert store.read("log", 0, 9) == [b"%d" % taken[0], b"end"]


@every_store
def test_a_snapshot_beyond_the_log_is_refused(kind: str) -> None:
    with opened(kind) as store:
        store.append("log", 0, [b"one"])
        with pytest.raises(PositionTaken):
            store.save_snapshot("log", 2, b"state")
        assert store.latest_snapshot("log") is None


@every_store
def test_a_closed_store_says_so(kind: str) -> None:
    with opened(kind) as store:
        store.close()
        store.close()
        for call in (lambda: store.length("log"), lambda: store.append("log", 0, [b"x"]), store.logs):
            with pytest.raises(StoreFailed, match="closed"):
                call()


@every_store
def test_large_entries_come_back_whole(kind: str) -> None:
    with opened(kind) as store:
        large = bytes(range(256)) * 8192
        store.append("log", 0, [large, b"", large[::-1]])
        assert store.read("log", 0, 3) == [large, b"", large[::-1]]
