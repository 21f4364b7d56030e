"""``UNNOTIFIED_ENTRY``: an object in a standing zone that no live notice of its kind explains.
``UNCLAIMED_OBJECT``: no party says that it is theirs.
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.detection.zones import enters
from keepclear.mechanism.agreement import Agreement, Zone
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.bodies import ObserveBody
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.words import Severity
from keepclear.spacetime.altitude import FOOT_M, SURFACE, UNLIMITED, Altitude, Datum
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.volume import Volume

SEEN_WITHIN_M = 1.0
"""An object is held for a disc of this radius, so high: a point has no inside that could be compared."""


def seen_volume(body: ObserveBody, seen_at_ms: int) -> Volume:
    """Where and when the object was; without an altitude, at any height."""
    position = body.position
    floor, ceiling = _around(position.altitude)
    return Volume(Disc(position.lon, position.lat, SEEN_WITHIN_M), floor, ceiling, seen_at_ms, seen_at_ms + 1)


def zones_entered(agreement: Agreement, body: ObserveBody, seen_at_ms: int) -> tuple[str, ...]:
    """The ids of the standing zones that the object is in."""
    seen = (seen_volume(body, seen_at_ms),)
    return tuple(zone.id for zone in agreement.zones if _is_in(agreement, seen, zone))


def explains(agreement: Agreement, notice: Notice, observation: Observation) -> bool:
    """True when a notice is of the observed kind, and its envelope holds the object where and when it was seen."""
    envelope, seen_ms = notice.body.envelope, observation.seen_at_ms
    if notice.mode is not observation.mode or notice.body.activity is not observation.body.kind:
        return False
    if envelope is None or notice.start_ms is None or notice.end_ms is None:
        return False
    if not notice.start_ms <= seen_ms < notice.end_ms:
        return False
    seen = seen_volume(observation.body, seen_ms)
    return enters(envelope, seen.footprint, seen.floor, seen.ceiling, seen.start_ms, seen.end_ms, agreement.heights)


def unnotified_entry(agreement: Agreement, observation: Observation) -> Finding:
    """The finding for an object in a zone; to the zone's parties first, then to all others."""
    zones = [zone for zone in agreement.zones if zone.id in observation.zones]
    bound = [party for zone in zones for party in zone.parties]
    names = ", ".join(zone.name for zone in zones)
    return _finding(
        agreement,
        observation,
        AlertCode.UNNOTIFIED_ENTRY,
        f"{observation.called} ({observation.body.kind}) is in {names}, and no live notice explains it.",
        bound,
        {"zones": list(observation.zones)},
    )


def unclaimed_object(agreement: Agreement, observation: Observation) -> Finding:
    """The finding for an object that nobody claims; to all."""
    minutes = agreement.rules.claim_min
    why = f"No party has claimed {observation.called} ({observation.body.kind}) within {minutes:g} min."
    return _finding(agreement, observation, AlertCode.UNCLAIMED_OBJECT, why, (), {})


def _finding(
    agreement: Agreement,
    observation: Observation,
    code: AlertCode,
    why: str,
    first: tuple[str, ...] | list[str],
    detail: dict[str, object],
) -> Finding:
    desks = [desk for party in first for desk in agreement.desks_of[party]]
    everyone = [desk for party in agreement.parties for desk in agreement.desks_of[party.id]]
    position = observation.body.position
    return Finding(
        code,
        (observation.id,),
        Severity.WARNING,
        (observation.id,),
        why,
        tuple(dict.fromkeys((*desks, *everyone))),
        observation.party,
        {"lon": position.lon, "lat": position.lat, **detail},
        shared=True,
    )


def _is_in(agreement: Agreement, seen: tuple[Volume, ...], zone: Zone) -> bool:
    return enters(seen, zone.footprint, zone.floor, zone.ceiling, zone.start_ms, zone.end_ms, agreement.heights)


def _around(altitude: Altitude | None) -> tuple[Altitude, Altitude]:
    """A thin band about an altitude; the whole height where none was given, or one without a number."""
    if altitude is None or altitude.datum in (Datum.SFC, Datum.UNL):
        return SURFACE, UNLIMITED
    half = {"ft": SEEN_WITHIN_M / FOOT_M, "m": SEEN_WITHIN_M, "FL": SEEN_WITHIN_M / (100 * FOOT_M)}[altitude.unit]
    lowest = altitude.value - half if altitude.datum in (Datum.AMSL, Datum.HAE) else max(altitude.value - half, 0.0)
    return replace(altitude, value=lowest), replace(altitude, value=altitude.value + half)
