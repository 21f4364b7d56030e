"""Standing zones: whether an envelope enters one, in place, height and time."""

from __future__ import annotations

from keepclear.detection.flight import flight_meets_volume
from keepclear.detection.volume_pairs import volumes_meeting
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.separation import NO_SEPARATION
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume


def enters(
    envelope: Envelope,
    zone_footprint: Footprint,
    floor: Altitude,
    ceiling: Altitude,
    start_ms: int | None,
    end_ms: int | None,
    heights: HeightRules,
) -> bool:
    """True when the envelope overlaps the zone by 1 cm or more in footprint and in height at a common instant.

    No separation is kept from a zone, for its bounds are where it begins. Without a start or an end it stands from or
    for ever. Raises ``InvalidInput`` for heights above ground near the zone where the rules have no terrain.
    """
    zone = zone_volume(zone_footprint, floor, ceiling, start_ms, end_ms)
    if isinstance(envelope, Trajectory):
        return flight_meets_volume(envelope, zone, heights).contact is Contact.OVERLAP
    (met,) = volumes_meeting([(envelope, (zone,), NO_SEPARATION)], heights, drawing=False)
    return any(pair.contact is Contact.OVERLAP for pair in met)


def zone_volume(
    footprint: Footprint, floor: Altitude, ceiling: Altitude, start_ms: int | None, end_ms: int | None
) -> Volume:
    """The volume that a zone takes up; without a start or an end it stands from or for ever."""
    since = FIRST_MS if start_ms is None else start_ms
    until = LAST_MS + 1 if end_ms is None else end_ms
    return Volume(footprint, floor, ceiling, since, until)
