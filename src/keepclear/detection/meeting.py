"""What comes of holding one plan against another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keepclear.spacetime.instants import format_instant


class Verdict(StrEnum):
    """Model §2: clear, in conflict, or neighbours with less than a centimetre between or in common."""

    CLEAR = "CLEAR"
    CONFLICT = "CONFLICT"
    MARGINAL = "MARGINAL"


@dataclass(frozen=True, slots=True)
class Meeting:
    """How two plans stand, ``a`` before ``b``; the same whichever was asked about."""

    a: str
    b: str
    verdict: Verdict
    start_ms: int
    """The later start of the volumes that meet; the earliest of several."""
    end_ms: int
    """The earlier end; the latest of several."""
    widened: bool
    lateral_gap_m: float
    """Between what was declared, 0 where it overlaps; of plans that are clear it is not worked out: ∞."""
    vertical_gap_m: float
    """The same in height."""
    overlap: dict[str, Any] | None
    """The common footprint as GeoJSON; None where what was declared does not overlap."""

    def as_json(self) -> dict[str, Any]:
        """The row of ``check --json`` (model §5)."""
        return {
            "a": self.a,
            "b": self.b,
            "verdict": self.verdict.value,
            "start": format_instant(self.start_ms),
            "end": format_instant(self.end_ms),
            "widened": self.widened,
            "lateral_gap_m": _number(self.lateral_gap_m),
            "vertical_gap_m": _number(self.vertical_gap_m),
            "overlap": self.overlap,
        }


def _number(metres: float) -> float | None:
    return round(metres, 6) if math.isfinite(metres) else None
