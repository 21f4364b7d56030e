"""What files from several hands show is compared exactly, and what nothing connects is not said to fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepclear.errors import InvalidInput
from keepclear.record.compare import compare, consistency_proof
from keepclear.record.evidence import Evidence
from tests.record.small_log import SmallLog


def test_proofs_over_hashes_are_those_of_the_definition() -> None:
    log = SmallLog().grow(40)
    hashes = bytearray(b"".join(log.hashes))
    for size in range(2, 41):
        for old in range(1, size):
            assert list(consistency_proof(hashes, old, size)) == log.proof(old, size)


def test_one_size_with_two_roots_is_a_split_view_and_two_sizes_are_open(tmp_path: Path) -> None:
    log = SmallLog().grow(20)
    fork = log.fork(5).grow(15, "other")
    for name, note in (("a", log.note(20)), ("b", fork.note(20)), ("c", log.note(12)), ("d", log.note(20))):
        (tmp_path / name).write_bytes(note.to_bytes())

    def compared(*names: str) -> tuple[int, int]:
        result = compare([tmp_path / name for name in names], [log.key], "now")
        return len(result.splits), len(result.open_pairs)

    assert compared("a", "d") == (0, 0)
    assert compared("a", "b") == (1, 0)
    assert compared("a", "c") == (0, 1)
    assert compared("a", "b", "c", "d") == (1, 3), "the same two trees are one split view, whoever shows them"


def test_a_file_of_another_key_or_of_nothing_is_refused(tmp_path: Path) -> None:
    log = SmallLog().grow(3)
    (tmp_path / "a").write_bytes(SmallLog(log.origin, b"\x07" * 32).grow(3).note().to_bytes())
    (tmp_path / "b").write_bytes(b'{"format": "something"}')
    for name in ("a", "b", "missing"):
        with pytest.raises(InvalidInput):
            compare([tmp_path / name], [log.key], "now")


def test_evidence_that_proves_is_a_split_view_by_itself(tmp_path: Path) -> None:
    log = SmallLog().grow(20)
    fork = log.fork(5).grow(15, "other")
    made = Evidence(
        log.note(10), fork.note(17), "why", "who", "when", tuple(fork.proof(10, 17)), fork.checkpoint(10).root
    )
    (tmp_path / "e").write_bytes(made.to_bytes())
    assert compare([tmp_path / "e"], [log.key], "now").splits == [made]
