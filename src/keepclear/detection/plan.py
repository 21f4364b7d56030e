"""A plan: what one notice announces, as detection sees it."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.spacetime.envelope import Envelope


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Plan:
    """The envelope of one notice, and whose it is."""

    id: str
    party: str
    activity: str
    envelope: Envelope
