"""``RULE_ZONE``: a notice enters a standing zone that forbids its party's activity there and then."""

from __future__ import annotations

from keepclear.detection.zones import enters
from keepclear.mechanism.agreement import Zone
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Severity


def rule_zone(case: Case) -> list[Finding]:
    """One finding a zone: bound by it, forbidden by it, not excepted by its purpose, and inside."""
    envelope = case.notice.body.envelope
    if envelope is None:
        return []
    return [
        case.finding(
            AlertCode.RULE_ZONE,
            Severity.WARNING,
            f"{zone.name} forbids {case.notice.body.activity}, and the envelope enters it.",
            zone.id,
            to=_audience(case, zone),
            detail={"zone": zone.id, "zone_name": zone.name},
        )
        for zone in case.agreement.zones
        if binds(case.notice, zone)
        and enters(
            envelope, zone.footprint, zone.floor, zone.ceiling, zone.start_ms, zone.end_ms, case.agreement.heights
        )
    ]


def binds(notice: Notice, zone: Zone) -> bool:
    """True when the zone forbids this notice's activity to its party, and its purpose is not excepted."""
    body = notice.body
    bound = not zone.parties or notice.party in zone.parties
    forbidden = body.activity in zone.forbids or "*" in zone.forbids
    return bound and forbidden and (body.purpose is None or body.purpose not in zone.excepted)


def _audience(case: Case, zone: Zone) -> tuple[str, ...]:
    """The sender, and every desk of the other parties of the zone (all others, where it binds all)."""
    agreement = case.agreement
    parties = zone.parties or tuple(party.id for party in agreement.parties)
    others = (desk for party in parties if party != case.notice.party for desk in agreement.desks_of[party])
    return tuple(dict.fromkeys((*case.notice.senders, *others)))
