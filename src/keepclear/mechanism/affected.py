"""What a party may be told of a conflict under ``broker``: its own notice, the part of its own envelope, a way out."""

from __future__ import annotations

from keepclear.detection.meeting import Meeting
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Side
from keepclear.mechanism.notice import Notice


def sides_of(agreement: Agreement, a: Notice, b: Notice, meeting: Meeting) -> tuple[Side, ...]:
    """One side a party under ``broker``; none under ``board``, where both are told all."""
    return ()
