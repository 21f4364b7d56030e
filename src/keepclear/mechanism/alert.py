"""An alert: what Keepclear worked out that somebody should know, why, and what may be done. Frozen, like a notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keepclear.mechanism.words import Mode, Severity


class AlertCode(StrEnum):
    """The codes that are raised (contract §4, and some of our own); ``alert_table`` has a row for each."""

    LATE_NOTICE = "LATE_NOTICE"
    AFTER_START = "AFTER_START"
    VAGUE_AREA = "VAGUE_AREA"
    VAGUE_TIME = "VAGUE_TIME"
    AREA_TEXT_MISMATCH = "AREA_TEXT_MISMATCH"
    SUSPECT_COORD = "SUSPECT_COORD"
    CONFLICT_4D = "CONFLICT_4D"
    RULE_ZONE = "RULE_ZONE"
    THIRD_PARTY_GAP = "THIRD_PARTY_GAP"
    NO_DELIVERY = "NO_DELIVERY"
    NO_ACK = "NO_ACK"
    NO_READBACK = "NO_READBACK"
    READBACK_MISMATCH = "READBACK_MISMATCH"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"
    NOT_DISSEMINATED = "NOT_DISSEMINATED"
    CONTACT_UNREACHABLE = "CONTACT_UNREACHABLE"
    STOP_OPEN = "STOP_OPEN"
    STOP_OVERDUE = "STOP_OVERDUE"
    UNNOTIFIED_ENTRY = "UNNOTIFIED_ENTRY"
    UNCLAIMED_OBJECT = "UNCLAIMED_OBJECT"
    LINE_UNATTENDED = "LINE_UNATTENDED"
    DESK_UNATTENDED = "DESK_UNATTENDED"
    PROPOSAL_UNANSWERED = "PROPOSAL_UNANSWERED"
    CONTRADICTION = "CONTRADICTION"
    SERIAL_GAP = "SERIAL_GAP"
    CLOCK_SKEW = "CLOCK_SKEW"
    KEY_CHANGED = "KEY_CHANGED"


@dataclass(frozen=True, slots=True)
class Side:
    """What one party of a conflict may be told of it under ``broker``: things of its own alone.

    ``affected`` is a GeoJSON geometry inside the party's own envelope; ``shifts_min`` are the shifts of its own notice
    in time (minutes, negative is earlier) that would clear it.
    """

    party: str
    notice: str
    why: str
    affected: Mapping[str, Any] | None = None
    shifts_min: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """Raised once while its cause lasts. ``key`` names the cause within its code; ``id`` is worked out from it.

    ``about`` are ids (of notices; of the statement, for a desk's serials and clock); ``to`` the desks it is for;
    ``party`` the party of the notice it is about (None for a conflict: see ``sides``). ``window_ms`` is a conflict's
    time; ``acknowledged`` has desk, level and instant of those who said so. ``shared``: nothing in it is of one party
    alone, so that under ``broker`` too whoever it is for sees all of it.
    """

    id: str
    code: AlertCode
    key: tuple[str, ...]
    severity: Severity
    about: tuple[str, ...]
    why: str
    may_do: tuple[str, ...]
    raised_at_ms: int
    to: tuple[str, ...]
    mode: Mode
    party: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    sides: tuple[Side, ...] = ()
    window_ms: tuple[int, int] | None = None
    risen_at_ms: int | None = None
    cleared_at_ms: int | None = None
    cleared_why: str | None = None
    acknowledged: tuple[tuple[str, str, int], ...] = ()
    shared: bool = False

    @property
    def is_open(self) -> bool:
        """True until its cause has gone."""
        return self.cleared_at_ms is None
