"""A record handed over: every entry's leaf, and those entries opened that the one who asks may see.

What a party may see of the record is what ``disclosure`` says, and no more: its bundle opens agreements, recoveries of
the mediator's keys, the statements that its desks may see, and what its own machines said to have. Clock entries say
only by a hash what was worked out there, of whomever; they stay closed to a party.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from keepclear.errors import InvalidInput, RecordDamaged
from keepclear.formats.entry import Entry
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.record.bundle_file import BundleWriter, Opened, line_of
from keepclear.record.keys import Salts
from keepclear.record.verify.bundle import Manifest
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.leaf import Leaf, commitment_of
from keepclear.record.verify.note import VerifierKey, parse_note
from keepclear.record.verify.tree import Frontier, leaf_hash


@dataclass(frozen=True, slots=True)
class Sealed:
    """A log under its newest checkpoint: the note as it is given away, the log's keys, and what salts its leaves."""

    note: bytes
    keys: tuple[VerifierKey, ...]
    salts: Salts
    binding: bytes | None = None
    """The newest checkpoint that the quorum of witnesses cosigned, where it is another one."""
    policy: str | None = None
    """The policy that says which quorum that is."""

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says."""
        return parse_checkpoint(parse_note(self.note).text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: ``party`` None is the whole record; entries after ``to`` stay closed (None: to its end)."""

    party: str | None = None
    to: int | None = None

    def check(self, agreement: Agreement) -> None:
        """Raises ``InvalidInput`` for a party that the agreement does not have."""
        if self.party is not None and self.party not in agreement.party_by_id:
            expected = f"one of {', '.join(sorted(agreement.party_by_id))}"
            raise InvalidInput("--for", f"no party {self.party!r}", expected)

    def shows(self, mechanism: Mechanism, index: int, entry: Entry) -> bool:
        """Whether this entry is opened. ``mechanism`` has heard it."""
        if self.to is not None and index > self.to:
            return False
        if self.party is None or entry.agreement is not None or entry.reason is not None:
            return True
        desks = [desk for desk in mechanism.agreement.desk_by_id if mechanism.agreement.party_of(desk) == self.party]
        if entry.statement is None:
            return entry.kind == "delivery" and entry.desk in desks
        heard = mechanism.heard(entry.statement["id"], entry.statement)
        return heard is not None and any(view(mechanism, desk, heard) is not None for desk in desks)


class Exporter:
    """The bundle at ``path``, entry by entry; a context manager, as ``BundleWriter`` is."""

    def __init__(self, path: Path, sealed: Sealed, wanted: Wanted) -> None:
        self.size = sealed.checkpoint.size
        self._sealed = sealed
        self._tree = Frontier()
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        checkpoint = sealed.checkpoint
        manifest = Manifest(checkpoint.origin, sealed.keys, checkpoint.size, wanted.party, sealed.policy, now)
        earlier = (
            {} if sealed.binding is None else {parse_checkpoint(parse_note(sealed.binding).text).size: sealed.binding}
        )
        self._writer = BundleWriter(path, manifest, sealed.note, earlier)

    def __enter__(self) -> Exporter:
        self._writer.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._writer.__exit__(*raised)  # type: ignore[arg-type]

    @property
    def length(self) -> int:
        """How many entries have been added."""
        return self._tree.size

    def add(
        self, kept: Sequence[bytes], entries: Sequence[Entry], shown: Iterable[bool], told: Iterable[bytes | None]
    ) -> None:
        """The next entries: their bytes, what they hold, whether each is opened, and what was worked out there."""
        for data, entry, is_shown, findings in zip(kept, entries, shown, told, strict=True):
            salt = self._sealed.salts.of(self._tree.size)
            leaf = Leaf(entry.at, commitment_of(salt, data)).to_bytes()
            self._tree.append(leaf_hash(leaf))
            self._writer.add(line_of(leaf, Opened(data, salt, findings) if is_shown else None))

    def finish(self) -> None:
        """All was added: it must be what the checkpoint says. Raises ``RecordDamaged``, and then nothing is kept."""
        checkpoint = self._sealed.checkpoint
        if (self._tree.size, self._tree.root) != (checkpoint.size, checkpoint.root):
            message = (
                f"the store's first {self._tree.size} entries do not make the root that the log signed for "
                f"{checkpoint.size}; restore store and log from one and the same copy"
            )
            raise RecordDamaged(message)
