"""Coming up: the agreement and the state are worked out from what is durable, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog

from keepclear.errors import InvalidInput, RecordDamaged, StoreFailed
from keepclear.formats.entry import Entry, agreement_entry, entry_as_kept, entry_from_bytes
from keepclear.formats.statement_json import statement_from_json
from keepclear.host.clock import wall_clock_ms
from keepclear.host.index_file import index_path
from keepclear.host.live_index import live_index
from keepclear.host.working import Working
from keepclear.mechanism import play
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import RULES_VERSION, Mechanism
from keepclear.store.protocol import Store

CHUNK = 1_000
"""Entries read at once."""

_log = structlog.get_logger("keepclear.host")


def found(store: Store, agreement: Agreement | None, at_ms: int | None = None) -> str:
    """The name of the log to run: that of ``agreement``, begun with it if it is new, or the only one there is.

    Raises ``InvalidInput`` when there is none or more than one to choose from, and when ``agreement`` is not the one
    that its record was begun with: an agreement is amended in the record, not behind its back.
    """
    if agreement is None:
        logs = store.logs()
        if len(logs) != 1:
            given = "no mechanism was ever begun here" if not logs else f"there are several: {', '.join(logs)}"
            raise InvalidInput("--mechanism", given, "the mechanism file to begin, or to choose, one with")
        return logs[0]
    if store.length(agreement.name) == 0:
        store.append(agreement.name, 0, [agreement_entry(wall_clock_ms() if at_ms is None else at_ms, agreement)])
    elif kept_agreement(store, agreement.name) != agreement:
        raise InvalidInput(
            "--mechanism",
            f"differs from the agreement that the record of «{agreement.name}» was begun with",
            "leave the file out, or take another data directory: amending an agreement is not possible yet",
        )
    return agreement.name


def kept_agreement(store: Store, log: str) -> Agreement:
    """The agreement that a record was begun with: its entry 0."""
    first = store.read(log, 0, 1)
    entry = _read(log, 0, first[0], entry_from_bytes) if first else None
    if entry is None or entry.agreement is None:
        message = f"log {log!r}: it does not begin with an agreement; restore the file from a copy"
        raise RecordDamaged(message)
    return entry.agreement


def bring_up(store: Store, log: str) -> Working:
    """The state that the record adds up to: from the newest snapshot that can be used, else from its beginning."""
    agreement = kept_agreement(store, log)
    working = _from_snapshot(store, log, agreement)
    if working is None:
        plans = live_index(agreement)
        working = Working(agreement, Mechanism(agreement, plans), 1, plans)
    for index, entry in _entries(store, log, working.length):
        try:
            outcome = play.step(working.mechanism, as_input(entry, agreement))
        except Exception as error:
            message = f"log {log!r}, entry {index}: it cannot be played ({error}); was it written by other rules?"
            raise RecordDamaged(message) from error
        if entry.statement is not None:
            working.note_raised(entry.statement["id"], outcome)
        working.length = index + 1
    return working


def as_input(entry: Entry, agreement: Agreement) -> play.Entry:
    """An entry of our own record as the input that it was; an envelope that these rules took is not judged again.

    Raises ``InvalidInput`` for one that is none under this agreement.
    """
    if entry.statement is not None:
        accepted = entry.rules == RULES_VERSION
        statement = statement_from_json(entry.statement, agreement, as_kept=accepted)
        return play.StatementEntry(entry.at, statement, entry.held)
    if entry.desk is not None and entry.through is not None:
        return play.DeliveryEntry(entry.at, entry.desk, entry.through)
    if entry.kind == "clock":
        return play.ClockEntry(entry.at)
    raise InvalidInput("kind", entry.kind, "an entry after the agreement")


def _from_snapshot(store: Store, log: str, agreement: Agreement) -> Working | None:
    snapshot = store.latest_snapshot(log)
    if snapshot is None:
        return None
    try:
        return Working.restore(agreement, *snapshot, index_path(store, log))
    except StoreFailed:
        raise
    except Exception as error:  # the record itself is enough
        _log.warning("snapshot_unusable", log=log, position=snapshot[0], reason=repr(error))
        return None


def _entries(store: Store, log: str, start: int) -> Iterator[tuple[int, Entry]]:
    while chunk := store.read(log, start, CHUNK):
        for index, data in enumerate(chunk, start):
            yield index, _read(log, index, data, entry_as_kept)
        start += len(chunk)


def _read(log: str, index: int, data: bytes, read: Callable[[bytes], Entry]) -> Entry:
    try:
        return read(data)
    except Exception as error:
        message = f"log {log!r}, entry {index}: it cannot be read ({error}); was it written by a newer Keepclear?"
        raise RecordDamaged(message) from error
