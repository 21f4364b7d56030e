"""Coming up: the agreement and the state are worked out from what is durable, and from nothing else.

An agreement is amended here too, before anybody is served: the change is an entry of the record like any other input.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import structlog

from keepclear.errors import InvalidInput, RecordDamaged, StoreFailed
from keepclear.formats.entry import Entry, agreement_entry, clock_entry, entry_as_kept, entry_from_bytes, recovery_entry
from keepclear.formats.entry_input import as_input
from keepclear.formats.findings import worked_out
from keepclear.host.clock import wall_clock_ms
from keepclear.host.index_file import index_path
from keepclear.host.live_index import await_grid, live_index
from keepclear.host.render import event_data
from keepclear.host.working import Working
from keepclear.mechanism import play
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.agreement_succession import changed_parts
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import Outcome
from keepclear.store.protocol import Store

CHUNK = 1_000
"""Entries read at once."""

_log = structlog.get_logger("keepclear.host")


def found(store: Store, agreement: Agreement | None, at_ms: int | None = None, *, amend: bool = False) -> str:
    """The name of the log to run: that of ``agreement``, begun with it if it is new, or the only one there is.

    Raises ``InvalidInput`` when there is none or more than one to choose from, or none to ``amend``.
    """
    if amend:
        _check_amends(store, agreement)
    if agreement is None:
        logs = store.logs()
        if len(logs) != 1:
            given = "no mechanism was ever begun here" if not logs else f"there are several: {', '.join(logs)}"
            raise InvalidInput("--mechanism", given, "the mechanism file to begin, or to choose, one with")
        return logs[0]
    if store.length(agreement.name) == 0:
        store.append(agreement.name, 0, [agreement_entry(wall_clock_ms() if at_ms is None else at_ms, agreement)])
    return agreement.name


def _check_amends(store: Store, agreement: Agreement | None) -> None:
    if agreement is None:
        raise InvalidInput("--amend", "given without --mechanism", "the mechanism file that is to be in force")
    logs = store.logs()
    if agreement.name not in logs:
        given = f"there is no record of «{agreement.name}» here" + (f", but of {', '.join(logs)}" if logs else "")
        raise InvalidInput("--amend", given, "keep the name to amend an agreement; leave --amend out to begin a record")


def kept_agreement(store: Store, log: str, index: int = 0) -> Agreement:
    """The agreement that is kept at a place in a record; the one that it was begun with is at 0."""
    kept = store.read(log, index, 1)
    entry = _read(log, index, kept[0], entry_from_bytes) if kept else None
    if entry is None or entry.agreement is None:
        message = f"log {log!r}, entry {index}: there should be an agreement; restore the file from a copy"
        raise RecordDamaged(message)
    return entry.agreement


def _rules_of(store: Store, log: str) -> str:
    """The version of the rules that a record was begun with."""
    return _read(log, 0, store.read(log, 0, 1)[0], entry_from_bytes).rules


def agree(
    store: Store, log: str, working: Working, agreement: Agreement, *, amend: bool, at_ms: int | None = None
) -> list[tuple[int, dict[str, bytes]]]:
    """``agreement`` is in force: it is already, or ``amend`` says that it shall be from now on, and then it is durable.

    What every desk is to be told of that, by index. Raises ``InvalidInput`` where it differs and ``amend`` is not said,
    for then it may be the wrong file; ``Refused`` for a change that may not be. Then the record is as it was.
    """
    differs = changed_parts(working.agreement, agreement)
    if not differs:
        return []
    if not amend:
        raise InvalidInput(
            "--mechanism",
            f"differs from the agreement in force in the record of «{log}»: {', '.join(differs)}",
            "leave the file out to go on with what is agreed, or add --amend to put the file in force from now on",
        )
    await_grid(working.mechanism)
    at = max(wall_clock_ms() if at_ms is None else at_ms, working.mechanism.now)
    due = working.mechanism.advance(at)
    changed = working.mechanism.amend_agreement(agreement, at)
    entry = agreement_entry(at, agreement, worked_out=worked_out(changed))
    told = _put(store, log, working, ((due, clock_entry(at, worked_out=worked_out(due))), (changed, entry)))
    _log.info("agreement_amended", mechanism=log, index=changed.index, changed=differs)
    return told


def recover(store: Store, log: str, reason: str, *, at_ms: int | None = None) -> int:
    """The mediator's lost keys are retired, for good; the index of the entry that says so, which every desk is shown.

    Raises ``Refused`` when the mediator has no key. Then the record is as it was.
    """
    working = bring_up(store, log)
    at = max(wall_clock_ms() if at_ms is None else at_ms, working.mechanism.now)
    due = working.mechanism.advance(at)
    changed = working.mechanism.retire_mediator_keys(reason, at)
    entry = recovery_entry(at, reason, worked_out=worked_out(changed))
    _put(store, log, working, ((due, clock_entry(at, worked_out=worked_out(due))), (changed, entry)))
    return changed.index


def _put(
    store: Store, log: str, working: Working, inputs: Sequence[tuple[Outcome, bytes]]
) -> list[tuple[int, dict[str, bytes]]]:
    """What of these are entries is durable; what each desk is to be told of them, by index."""
    taken = [(outcome, entry) for outcome, entry in inputs if outcome.is_entry]
    store.append(log, working.length, [entry for _, entry in taken])
    working.length += len(taken)
    store.save_snapshot(log, working.length, working.snapshot())
    return [(outcome.index, _told(working.mechanism, outcome)) for outcome, _ in taken]


def _told(mechanism: Mechanism, outcome: Outcome) -> dict[str, bytes]:
    views = ((desk, event_data(mechanism, desk, outcome)) for desk in mechanism.agreement.desk_by_id)
    return {desk: data for desk, data in views if data is not None}


def bring_up(store: Store, log: str) -> Working:
    """The state that the record adds up to: from the newest snapshot that can be used, else from its beginning."""
    with _uncollected():
        return _brought_up(store, log)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nearly all that is made meanwhile stays: Python's collector would look at all of it over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _brought_up(store: Store, log: str) -> Working:
    working = _from_snapshot(store, log)
    if working is None:
        working = Working(Mechanism(kept_agreement(store, log), live_index, _rules_of(store, log)), 1)
    for index, entry in _entries(store, log, working.length):
        try:
            if entry.kind == "agreement":
                await_grid(working.mechanism)
            outcome = play.step(working.mechanism, as_input(entry, working.agreement))
        except Exception as error:
            message = f"log {log!r}, entry {index}: it cannot be played ({error}); was it written by other rules?"
            raise RecordDamaged(message) from error
        _check_worked_out(log, index, entry, outcome)
        if entry.statement is not None:
            working.note_raised(entry.statement["id"], outcome)
        working.length = index + 1
    return working


def _check_worked_out(log: str, index: int, entry: Entry, outcome: Outcome) -> None:
    """What the record says was worked out is worked out now; an entry of version 1 does not say."""
    if entry.worked_out is None or entry.worked_out == (now := worked_out(outcome)):
        return
    message = (
        f"log {log!r}, entry {index}: by the record the hash of what was worked out there is {entry.worked_out}, "
        f"and now it is {now}; the rules differ: run the version of Keepclear that wrote it"
    )
    raise RecordDamaged(message)


def _from_snapshot(store: Store, log: str) -> Working | None:
    snapshot = store.latest_snapshot(log)
    if snapshot is None:
        return None
    try:
        return Working.restore(partial(kept_agreement, store, log), *snapshot, index_path(store, log))
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
