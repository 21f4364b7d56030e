"""The newest entries of a record are had from memory, and are those of the store."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.host.recent import Recent


@given(st.lists(st.lists(st.binary(max_size=12), max_size=6), max_size=12), st.integers(0, 60), st.integers(0, 12))
def test_what_is_read_is_the_record_or_nothing(batches: list[list[bytes]], start: int, limit: int) -> None:
    recent, record = Recent(most_entries=9, most_bytes=60), [b"before"]
    for batch in batches:
        recent.add(len(record), batch)
        record += batch
    found = recent.read(start, limit)
    assert found in (None, record[start : start + limit])
    if found is not None:
        assert len(found) == limit


def test_the_newest_are_kept_and_no_more_than_are_allowed() -> None:
    by_count, by_size = Recent(most_entries=3), Recent(most_bytes=25)
    for index in range(10):
        by_count.add(index, [b"%10d" % index])
        by_size.add(index, [b"%10d" % index])
    assert by_count.read(7, 3) == [b"%10d" % index for index in (7, 8, 9)]
    assert by_size.read(8, 2) == [b"%10d" % index for index in (8, 9)]
    assert by_count.read(6, 1) is by_size.read(7, 1) is by_count.read(9, 2) is None
    assert by_count.read(10, 0) == []
