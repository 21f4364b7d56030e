"""What a verification finds: failures, of which each says where, what was found and what would be right."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    keys_from: str = "the bundle itself"
    signed_by: list[str] = field(default_factory=list)
    """Names and types of the log's keys whose signature of the checkpoint was verified."""
    standing: str | None = None
    """``binding`` or ``provisional`` under a policy; None without one."""
    binding_size: int | None = None
    """So many entries are under a checkpoint that the policy's quorum cosigned; None where none is."""
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


MOST_KEPT = 1_000
