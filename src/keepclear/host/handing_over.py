"""A bundle from a data directory on which no host runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from keepclear.errors import RecordDamaged
from keepclear.formats.entry import Entry, entry_as_kept
from keepclear.formats.entry_input import as_input
from keepclear.formats.findings import canonical_findings, digest_of, findings
from keepclear.host.boot import CHUNK, bring_up
from keepclear.host.exporting import Exporter, Sealed, Wanted
from keepclear.host.live_index import await_grid, live_index
from keepclear.mechanism import play
from keepclear.mechanism.core import Mechanism
from keepclear.store import Store

Progress = Callable[[int, int], None]


def export(
    store: Store, log: str, sealed: Sealed, path: Path, wanted: Wanted, *, explain: bool, progress: Progress
) -> int:
    """The bundle is at ``path``; how many entries it covers.

    ``explain``: of a whole record, what was worked out at each entry is in it too, for which it is played.
    """
    told = _Told() if explain and wanted.party is None else None
    mechanism = bring_up(store, log).mechanism if told is None else None
    if mechanism is not None:
        wanted.check(mechanism.agreement)
    length = store.length(log)
    with Exporter(path, sealed, wanted) as exporter:
        for kept in _chunks(store, log, min(exporter.size, length)):
            entries = [entry_as_kept(data) for data in kept]
            start = exporter.length
            found = [None] * len(kept) if told is None else told.of(start, entries)
            playing = mechanism or (told.mechanism if told is not None else None)
            assert playing is not None  # noqa: S101 - one of the two is there
            shown = [wanted.shows(playing, start + place, entry) for place, entry in enumerate(entries)]
            exporter.add(kept, entries, shown, found)
            progress(exporter.length, exporter.size)
        exporter.finish()
        return exporter.size


def _chunks(store: Store, log: str, length: int) -> Iterator[list[bytes]]:
    start = 0
    while start < length:
        chunk = store.read(log, start, min(CHUNK, length - start))
        yield chunk
        start += len(chunk)


class _Told:
    """What was worked out at each entry: found by playing them, and compared with what the record says."""

    def __init__(self) -> None:
        self.mechanism: Mechanism | None = None

    def of(self, start: int, entries: Sequence[Entry]) -> list[bytes | None]:
        """For each entry in order; none of those before may be left out."""
        return [self._of(index, entry) for index, entry in enumerate(entries, start)]

    def _of(self, index: int, entry: Entry) -> bytes:
        if self.mechanism is None:
            assert entry.agreement is not None  # noqa: S101 - a record begins with one: the host came up with it
            self.mechanism = Mechanism(entry.agreement, live_index, entry.rules)
            return b"[]"
        if entry.agreement is not None:
            await_grid(self.mechanism)
        data = canonical_findings(findings(play.step(self.mechanism, as_input(entry, self.mechanism.agreement))))
        if entry.worked_out not in (None, digest_of(data)):
            message = f"entry {index}: something else is worked out there now than the record says; the rules differ"
            raise RecordDamaged(message)
        return data
