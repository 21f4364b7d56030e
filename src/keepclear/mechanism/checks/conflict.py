"""``CONFLICT_4D``: live notices of two parties conflict (contract §2); a warning once it is near in time."""

from __future__ import annotations

from typing import Any

from keepclear.detection.meeting import Meeting
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode, Side
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Severity
from keepclear.spacetime.instants import format_instant

MINUTE_MS = 60_000


def window_ms(meeting: Meeting) -> tuple[int, int]:
    """From when to when it lasts. Two volumes that only a time separation joins have their gap between them."""
    low, high = sorted((meeting.start_ms, meeting.end_ms))
    return low, high


def warns_from_ms(agreement: Agreement, window: tuple[int, int]) -> int:
    """The instant at which a conflict rises to a warning."""
    return window[0] - round(agreement.rules.conflict_warning_min * MINUTE_MS)


def severity_at(agreement: Agreement, window: tuple[int, int], at_ms: int) -> Severity:
    """Warning within ``conflict_warning_min`` of its start, caution before."""
    return Severity.WARNING if at_ms >= warns_from_ms(agreement, window) else Severity.CAUTION


def conflict(
    agreement: Agreement, a: Notice, b: Notice, meeting: Meeting, at_ms: int, sides: tuple[Side, ...]
) -> Finding:
    """The finding for two notices that conflict, ``a`` before ``b`` as in ``meeting``; to every desk of both parties.

    ``sides`` is what each may be told under ``broker``.
    """
    window = window_ms(meeting)
    to = dict.fromkeys((*agreement.desks_of[a.party], *agreement.desks_of[b.party]))
    return Finding(
        AlertCode.CONFLICT_4D,
        (a.id, b.id),
        severity_at(agreement, window, at_ms),
        (a.id, b.id),
        _why(agreement, a, b, meeting),
        tuple(to),
        None,
        detail_of(meeting),
        sides,
        window,
    )


def detail_of(meeting: Meeting) -> dict[str, Any]:
    """What the two notices' conflict is in figures."""
    return {
        "verdict": str(meeting.verdict),
        "start": format_instant(meeting.start_ms),
        "end": format_instant(meeting.end_ms),
        "widened": meeting.widened,
        "lateral_gap_m": meeting.lateral_gap_m,
        "vertical_gap_m": meeting.vertical_gap_m,
        "overlap": _in_lists(meeting.overlap),
    }


def _in_lists(value: Any) -> Any:
    """The geometry with lists for tuples, as it comes back from JSON: what is compared must not differ by that."""
    if isinstance(value, dict):
        return {key: _in_lists(part) for key, part in value.items()}
    return [_in_lists(part) for part in value] if isinstance(value, list | tuple) else value


def _why(agreement: Agreement, a: Notice, b: Notice, meeting: Meeting) -> str:
    low, high = (format_instant(ms) for ms in window_ms(meeting))
    gaps = [
        f"{gap:.0f} m apart {way}"
        for gap, way in ((meeting.lateral_gap_m, "on the ground"), (meeting.vertical_gap_m, "in height"))
        if gap > 0
    ]
    apart = f" ({', '.join(gaps)}: less than the rules keep)" if gaps else ""
    names = " and ".join(f"{n.called} ({agreement.party_name(n.party)})" for n in (a, b))
    return f"{names} conflict from {low} to {high}{apart}."
