"""What a verification finds, and its lines: each failure says where, what was found and what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

YOU, BUNDLE = "you", "the bundle itself"
MOST_KEPT = 1_000
"""So many failures are kept with their lines; the others are counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that does not hold. ``index`` is the entry, or None where it is the bundle as a whole."""

    index: int | None
    what: str
    found: str
    expected: str

    @property
    def line(self) -> str:
        """The failure on one line."""
        place = "bundle" if self.index is None else f"entry {self.index}"
        return f"{place}: {self.what}: {self.found}; should be {self.expected}"


@dataclass(slots=True)
class Report:
    """What is proved of a bundle, and what is not."""

    origin: str = ""
    size: int = 0
    root: str = ""
    made_for: str | None = None
    keys_from: str = BUNDLE
    """Whose word the log's keys are: ``YOU`` or ``BUNDLE``."""
    signed_by: list[str] = field(default_factory=list)
    """Names and types of the log's keys whose signature of the checkpoint was verified."""
    policy_from: str | None = None
    """Whose word the policy is that says whose cosignatures count; None where there is none."""
    standing: str | None = None
    """``binding`` or ``provisional`` under the policy; None without one."""
    binding_size: int | None = None
    """So many entries are under a checkpoint that its quorum cosigned; None where none is."""
    cosigned: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    consistent_with: list[int] = field(default_factory=list)
    """Sizes of earlier checkpoints that this record was found to go on from."""
    disclosed: int = 0
    statements: int = 0
    signed: int = 0
    unsigned: int = 0
    exercise: int = 0
    """Of the unsigned ones, those of an exercise."""
    desks: int = 0
    recovered: list[int] = field(default_factory=list)
    """Entries at which the host's operator retired the mediator's keys, by nobody's signature. No failure by itself."""
    gaps: list[str] = field(default_factory=list)
    """Serials that no statement bears: the desk skipped them, or their statements are missing. No failure by itself."""
    failures: list[Failure] = field(default_factory=list)
    failed: int = 0
    """All failures, also those over ``MOST_KEPT`` of which the lines were not kept."""

    @property
    def is_verified(self) -> bool:
        """Whether everything that could be checked holds."""
        return self.failed == 0

    def fail(self, index: int | None, what: str, found: str, expected: str) -> None:
        """Something does not hold."""
        self.failed += 1
        if len(self.failures) < MOST_KEPT:
            self.failures.append(Failure(index, what, found, expected))


def lines_of(report: Report) -> Iterator[str]:
    """The report for people; texts from the bundle are spelt so that they cannot steer a terminal."""
    for failure in report.failures:
        yield _plain(failure.line)
    if report.failed > len(report.failures):
        yield f"… and {report.failed - len(report.failures):,} more"
    yield _plain(f"Log {report.origin or '(unknown)'}, {report.size:,} entries, root {report.root or '(unknown)'}")
    yield _plain(f"Signed by {', '.join(report.signed_by) or 'nobody'}, by keys from {report.keys_from}.")
    if report.keys_from != YOU:
        yield "These keys are only as good as the file: give --key with the key that the log's keeper told you."
    if report.standing is not None:
        missing = f"; missing: {', '.join(report.missing)}" if report.missing else ""
        yield _plain(f"Witnesses: {report.standing}, cosigned by {', '.join(report.cosigned) or 'nobody'}{missing}.")
        if report.policy_from != YOU:
            yield "Which witnesses count is the host's own word: give --policy with the file that the parties agreed."
        if report.binding_size is not None and report.binding_size < report.size:
            yield f"Binding for the first {report.binding_size:,} entries; those after them are provisional."
    if report.consistent_with:
        yield f"It goes on from earlier checkpoints of {_sizes(report.consistent_with)} entries."
    hidden = report.size - report.disclosed
    if hidden > 0:
        yield f"{report.disclosed:,} entries are disclosed; {hidden:,} are there as hashes alone."
    signed = f"{report.signed:,} signed, {report.unsigned:,} not"
    yield f"{report.statements:,} statements of {report.desks} desks: {signed}."
    if report.unsigned:
        live = report.unsigned - report.exercise
        yield f"UNSIGNED: for {live:,} live and {report.exercise:,} exercise statements there is only the host's word."
    if report.recovered:
        places = ", ".join(map(str, report.recovered))
        yield f"At entry {places} the host's operator retired the mediator's keys, by nobody's signature."
    if report.gaps:
        yield _plain(f"Serials without a statement (skipped by the desk, or missing): {', '.join(report.gaps)}.")
    yield "VERIFIED" if report.is_verified else f"NOT VERIFIED: {report.failed:,} failures"


def _sizes(sizes: list[int]) -> str:
    shown = ", ".join(f"{size:,}" for size in sizes[:10])
    return f"{shown} and {len(sizes) - 10} more" if len(sizes) > 10 else shown


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
