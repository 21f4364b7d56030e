"""``SERIAL_GAP``: a desk's serial jumps. Serials start at 1 and have no gaps, so that nothing can vanish unseen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.words import Severity


@dataclass(frozen=True, slots=True)
class Serials:
    """What one desk has used: everything up to ``highest`` but the ``missing`` spans (both ends included)."""

    highest: int = 0
    missing: tuple[tuple[int, int], ...] = ()

    def has(self, serial: int) -> bool:
        """True when a statement with this serial was heard."""
        return serial <= self.highest and not any(low <= serial <= high for low, high in self.missing)

    def having(self, serial: int) -> Serials:
        """The same with one more serial used."""
        if serial > self.highest:
            skipped = ((self.highest + 1, serial - 1),) if serial > self.highest + 1 else ()
            return Serials(serial, (*self.missing, *skipped))
        spans = (part for low, high in self.missing for part in _without(low, high, serial))
        return Serials(self.highest, tuple(spans))


def serial_gap(desk: str, party: str | None, about: str, serials: Serials) -> Finding | None:
    """The finding for a desk of which statements are missing; to that desk."""
    if not serials.missing:
        return None
    named = ", ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in serials.missing[:5])
    more = " and more" if len(serials.missing) > 5 else ""
    return Finding(
        AlertCode.SERIAL_GAP,
        (desk,),
        Severity.CAUTION,
        (about,),
        f"Of {desk}, serial {named}{more} has not been heard; the latest is {serials.highest}.",
        (desk,),
        party,
        {"desk": desk, "missing": [list(span) for span in serials.missing]},
    )


def _without(low: int, high: int, serial: int) -> list[tuple[int, int]]:
    if not low <= serial <= high:
        return [(low, high)]
    return [span for span in ((low, serial - 1), (serial + 1, high)) if span[0] <= span[1]]
