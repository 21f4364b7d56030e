"""Standing zones: whether an envelope enters one, in place, height and time."""

from __future__ import annotations

from keepclear.detection.flight import flight_meets_volume
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import Contact, HeightRules, compare_bands, height_band
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.lateral import lateral_gap, may_meet
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
    for ever. Raises ``InvalidInput`` for heights above ground where the rules have no terrain.
    """
    zone = zone_volume(zone_footprint, floor, ceiling, start_ms, end_ms)
    if isinstance(envelope, Trajectory):
        return flight_meets_volume(envelope, zone, heights).contact is Contact.OVERLAP
    return any(_volume_enters(volume, zone, heights) for volume in envelope)


def zone_volume(
    footprint: Footprint, floor: Altitude, ceiling: Altitude, start_ms: int | None, end_ms: int | None
) -> Volume:
    """The volume that a zone takes up; without a start or an end it stands from or for ever."""
    since = FIRST_MS if start_ms is None else start_ms
    until = LAST_MS + 1 if end_ms is None else end_ms
    return Volume(footprint, floor, ceiling, since, until)


def _volume_enters(volume: Volume, zone: Volume, heights: HeightRules) -> bool:
    if volume.start_ms >= zone.end_ms or zone.start_ms >= volume.end_ms:
        return False
    band = height_band(volume.footprint, volume.floor, volume.ceiling, heights)
    zone_band = height_band(zone.footprint, zone.floor, zone.ceiling, heights)
    if compare_bands(band, zone_band).contact is not Contact.OVERLAP:
        return False
    if not may_meet(volume.footprint, zone.footprint, 0.0):
        return False
    return lateral_gap(volume.footprint, zone.footprint, 0.0).contact is Contact.OVERLAP
