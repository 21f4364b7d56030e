"""What only the SQLite store promises: the disk, damage, other processes and schemas."""

from __future__ import annotations

import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepclear.errors import RecordDamaged, StoreFailed, StoreInUse, StoreTooNew
from keepclear.store import SqliteStore
from keepclear.store.queries import Migration, migrations
from keepclear.store.sqlite import FILE_NAME, migrate


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path)
    store.append("log", 0, [b"entry %d" % number for number in range(5)])
    store.save_snapshot("log", 2, b"at two")
    store.save_snapshot("log", 4, b"at four")
    store.close()
    return tmp_path


@pytest.fixture
def spoilt(filled: Path) -> Iterator[sqlite3.Connection]:
    """A second hand in the file, outside the store."""
    connection = sqlite3.connect(filled / FILE_NAME)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE entry SET content = x'00' WHERE position = 3",
        "DELETE FROM entry WHERE position = 3",
        "UPDATE entry SET (content, hash) = (SELECT content, hash FROM entry WHERE position = 2) WHERE position = 3",
    ],
    ids=["changed", "removed", "copied from another place"],
)
def test_a_damaged_row_is_named(filled: Path, spoilt: sqlite3.Connection, harm: str) -> None:
    spoilt.execute(harm)
    spoilt.commit()
    store = SqliteStore(filled)
    assert store.read("log", 0, 3) == [b"entry 0", b"entry 1", b"entry 2"]
    with pytest.raises(RecordDamaged, match="entry 3"):
        store.read("log", 2, 9)
    store.close()


def test_a_row_missing_at_the_end_is_noticed(filled: Path, spoilt: sqlite3.Connection) -> None:
    spoilt.execute("DELETE FROM entry WHERE position = 4")
    spoilt.commit()
    store = SqliteStore(filled)
    with pytest.raises(RecordDamaged, match="entry 4"):
        store.read("log", 0, 9)
    store.close()


def test_a_damaged_snapshot_gives_way_to_the_one_before(filled: Path, spoilt: sqlite3.Connection) -> None:
    spoilt.execute("UPDATE snapshot SET content = x'00' WHERE position = 4")
    spoilt.commit()
    store = SqliteStore(filled)
    assert store.latest_snapshot("log") == (2, b"at two")
    store.close()
    spoilt.execute("UPDATE snapshot SET content = x'00'")
    spoilt.commit()
    store = SqliteStore(filled)
    assert store.latest_snapshot("log") is None
    store.close()


def test_a_newer_schema_is_refused_by_its_number(filled: Path, spoilt: sqlite3.Connection) -> None:
    spoilt.execute("INSERT INTO migration (number, name) VALUES (9999, 'from the future')")
    spoilt.commit()
    with pytest.raises(StoreTooNew, match="9999"):
        SqliteStore(filled)


def test_a_failing_migration_leaves_the_schema_as_it_was() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    broken = Migration(2, "broken", "CREATE TABLE half (x); CREATE TABLE half (x);")
    with pytest.raises(sqlite3.Error):
        migrate(connection, "here", [*migrations()[:1], broken])
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "entry" in tables
    assert "half" not in tables
    assert connection.execute("SELECT number FROM migration").fetchall() == [(1,)]
    connection.close()


def test_migrations_are_numbered_without_gaps() -> None:
    assert [step.number for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_commits_are_written_ahead_and_fully_synced(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


def test_a_second_process_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    code = (
        f"from keepclear.store import SqliteStore; SqliteStore({str(tmp_path)!r}); print('open', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreInUse, match=str(holder.pid)):
            SqliteStore(tmp_path)
        holder.kill()
    SqliteStore(tmp_path).close()


def test_only_the_owner_may_read_the_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "data")
    store.append("log", 0, [b"x"])
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    for path in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"a letter to the editor, and a long one at that" * 40)
    with pytest.raises(StoreFailed, match="no store"):
        SqliteStore(tmp_path)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailed, match="directory"):
        SqliteStore(tmp_path / "file" / "below")


def test_a_full_disk_keeps_the_batch_out_whole_and_stops_the_store(tmp_path: Path) -> None:
    """The limit on file size stands in for the disk: SQLite meets it as it meets ENOSPC."""
    store = SqliteStore(tmp_path)
    store.append("log", 0, [b"kept"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(StoreFailed, match="disk"):
            store.append("log", 1, [bytes(50_000)] * 20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(StoreFailed, match="earlier write failed"):
        store.append("log", 1, [b"after"])
    store.close()
    again = SqliteStore(tmp_path)
    assert again.read("log", 0, 99) == [b"kept"]
    again.close()
