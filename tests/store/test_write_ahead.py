"""Moving what was written ahead loses nothing, keeps the log short, and stops the store when the medium refuses."""

from __future__ import annotations

import random
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keepclear.errors import StoreFailed
from keepclear.store import SqliteStore, write_ahead
from keepclear.store.queries import migrations, queries
from keepclear.store.sqlite import FILE_NAME, _digest, migrate

OFTEN_BYTES = 64 << 10
WRITER = """
import os, sys
from pathlib import Path
from keepclear.store import SqliteStore, write_ahead
write_ahead.MOVE_AT_BYTES = int(sys.argv[2])
store = SqliteStore(Path(sys.argv[1]))
at = store.length("log")
print(at, flush=True)
while True:
    store.append("log", at, [b"%d " % number * 300 for number in range(at, at + 5)])
    at += 5
    print(at, flush=True)
"""


def entry(number: int) -> bytes:
    return b"%d " % number * 300


def test_killed_while_pages_are_moved_nothing_that_returned_is_lost(tmp_path: Path) -> None:
    draw, kept = random.Random(5), 0  # noqa: S311 - it draws moments, not secrets
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(OFTEN_BYTES)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert int(writer.stdout.readline()) == kept
            time.sleep(draw.uniform(0.0, 0.3))
            writer.kill()
            said = writer.stdout.read().split("\n")[:-1]
        store = SqliteStore(tmp_path)
        assert store.length("log") >= int(said[-1] if said else kept)
        kept = store.length("log")
        assert store.read("log", 0, kept) == [entry(number) for number in range(kept)]
        store.close()
    assert kept > 100, "the load was no load"


def test_the_log_file_stays_short_though_nobody_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "MOVE_AT_BYTES", OFTEN_BYTES)
    monkeypatch.setattr(write_ahead, "ROOM_BYTES", 0)
    store = SqliteStore(tmp_path)
    ahead, proper = (tmp_path / f"{FILE_NAME}{suffix}" for suffix in ("-wal", ""))
    for burst in range(12):
        before, until = proper.stat().st_size, time.monotonic() + 20
        for number in range(100 * burst, 100 * (burst + 1)):
            store.append("log", number, [entry(number)])
        while proper.stat().st_size == before:
            assert time.monotonic() < until, "nothing is moved"
            time.sleep(0.01)
    assert ahead.stat().st_size < 4_000_000, "a third of what was written, for it began anew"
    store.close()


def test_room_for_the_log_is_made_and_is_no_page_of_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == write_ahead.ROOM_BYTES
    store.append("log", 0, [b"one"])
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("SELECT log, position, content FROM entry").fetchall() == [(1, 0, b"one")]
    other.close()
    store.close()


def await_move(proper: Path) -> None:
    """Until pages were moved into the file proper, or for so long that they will not be."""
    before, until = proper.stat().st_size, time.monotonic() + 2
    while proper.stat().st_size == before and time.monotonic() < until:
        time.sleep(0.005)


def test_a_refused_move_stops_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on file size refuses the file proper to grow, while the log begins again and again from its start."""
    monkeypatch.setattr(write_ahead, "MOVE_AT_BYTES", OFTEN_BYTES)
    monkeypatch.setattr(write_ahead, "ROOM_BYTES", 0)
    store = SqliteStore(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20 * OFTEN_BYTES, hard))
    kept, refusal, proper = 0, "", tmp_path / FILE_NAME
    try:
        while not refusal and kept < 5000:
            try:
                store.append("log", kept, [entry(kept)])
                kept += 1
                if kept % 50 == 0:
                    await_move(proper)
            except StoreFailed as error:
                refusal = str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "earlier write failed" in refusal
    store.close()
    again = SqliteStore(tmp_path)
    assert again.read("log", 0, 9999) == [entry(number) for number in range(kept)]
    again.close()


def test_a_record_of_the_first_schema_is_read_as_it_was(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    migrate(old, "old", migrations()[:1])
    for identity, log in enumerate(["first", "second"], start=1):
        old.execute("INSERT INTO log (id, name, length) VALUES (?, ?, 30)", (identity, log))
        for number in reversed(range(30)):
            row = (identity, number, entry(number), _digest(log, number, entry(number)))
            old.execute("INSERT INTO entry (log, position, content, hash) VALUES (?, ?, ?, ?)", row)
    assert old.execute(queries()["applied_migrations"]).fetchall() == [(1,)]
    old.close()
    store = SqliteStore(tmp_path)
    for log in ("first", "second"):
        store.append(log, 30, [b"new"])
        assert store.read(log, 0, 99) == [*(entry(number) for number in range(30)), b"new"]
        assert store.read(log, 7, 3) == [entry(number) for number in (7, 8, 9)]
    store.close()
