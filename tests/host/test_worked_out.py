"""A record that is played again says the same as when it was heard, or says where it does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import rfc8785

from keepclear.errors import RecordDamaged
from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.findings import NOTHING
from keepclear.host import boot
from keepclear.store import MemoryStore
from tests.host.recorded import EXAMPLES, recorded

STOP = recorded((EXAMPLES / "stop-climbs.toml").read_bytes())


def kept(entries: Sequence[bytes]) -> tuple[MemoryStore, str]:
    store = MemoryStore()
    store.append("kept", 0, entries)
    return store, "kept"


def changed(entry: bytes, **to: Any) -> bytes:
    return rfc8785.dumps({**json.loads(entry), **to})


def as_version_1(entry: bytes) -> bytes:
    value = json.loads(entry)
    del value["worked_out"]
    return rfc8785.dumps({**value, "v": 1})


def test_a_record_that_was_heard_is_played_again_with_the_same_result() -> None:
    again = boot.bring_up(*kept(STOP.entries))
    assert again.mechanism.snapshot() == STOP.working.mechanism.snapshot()
    digests = {entry_from_bytes(data).worked_out for data in STOP.entries}
    assert len(digests) > 5, "alerts were worked out at several entries"


@pytest.mark.parametrize("index", range(1, len(STOP.entries)))
def test_a_record_of_which_something_else_follows_is_not_run(index: int) -> None:
    says = entry_from_bytes(STOP.entries[index]).worked_out
    other = NOTHING if says != NOTHING else "A" * 43
    entries = [*STOP.entries[:index], changed(STOP.entries[index], worked_out=other), *STOP.entries[index + 1 :]]
    with pytest.raises(RecordDamaged, match=f"entry {index}: .*{other}, and now it is {says}; the rules differ"):
        boot.bring_up(*kept(entries))


def test_a_record_of_version_1_says_nothing_of_it_and_is_run() -> None:
    again = boot.bring_up(*kept([as_version_1(entry) for entry in STOP.entries]))
    assert again.mechanism.snapshot() == STOP.working.mechanism.snapshot()
