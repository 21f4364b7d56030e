"""What would clear a conflict that stands: advice to each side, worked out when it is asked for, as of now.

It is worked out of what is live and not of what was heard before, so it is no part of the record. What it is checked
against is everything: the live notices of all other parties in its mode, the standing zones that forbid the notice's
activity, and the mechanism's area. ``disclosure`` says who may see it.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.detection.advice.advise import Found, advise
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.limits import COARSE, FINE, Limits
from keepclear.detection.advice.option import Advice
from keepclear.detection.plan import Plan
from keepclear.detection.zones import zone_volume
from keepclear.mechanism.agreement import Agreement, Zone
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.checks.rule_zone import binds
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Disclosure


@dataclass(frozen=True, slots=True)
class SideAdvice:
    """The options of one party: changes of its own notice, cheapest first.

    ``cut``: the search was ended for its length, so that there may be more of them, or smaller ones.
    """

    party: str
    notice: str
    options: tuple[Advice, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Advice on one conflict, to one side or to both. ``limits`` are those it was worked out in."""

    alert: Alert
    sides: tuple[SideAdvice, ...]
    limits: Limits


def limits_for(agreement: Agreement, party: str | None) -> Limits:
    """Steps as fine as the answer may be: coarse for a party under ``broker``, fine for all who see both sides."""
    return COARSE if party is not None and agreement.disclosure is Disclosure.BROKER else FINE


def ways_out(ledger: Ledger, alert: Alert, party: str | None, at_ms: int) -> WaysOut | None:
    """Advice on a conflict, for a party its own side, for the mediator (None) both; None for any other alert.

    A conflict that has cleared needs none: its sides have no options.
    """
    if alert.code is not AlertCode.CONFLICT_4D:
        return None
    limits = limits_for(ledger.agreement, party)
    a, b = (ledger.notices[name] for name in alert.key)
    sides = [
        SideAdvice(own.party, own.id, found.options, found.cut)
        for own, other in ((a, b), (b, a))
        if party in (None, own.party)
        for found in (_found(ledger, own, other, at_ms, limits) if alert.is_open else Found(),)
    ]
    return WaysOut(alert, tuple(sides), limits)


def _found(ledger: Ledger, own: Notice, other: Notice, at_ms: int, limits: Limits) -> Found:
    mine, theirs = plan_of(own), plan_of(other)
    if mine is None or theirs is None:
        return Found()
    return advise(mine, theirs, _surroundings(ledger, own), at_ms=at_ms, limits=limits)


def _surroundings(ledger: Ledger, own: Notice) -> Surroundings:
    agreement = ledger.agreement
    return Surroundings(
        ledger.plans[own.mode],
        lambda name: _live_plan(ledger, name),
        agreement.separations,
        agreement.heights,
        tuple(_standing(zone) for zone in agreement.zones if binds(own, zone)),
        agreement.area,
    )


def _live_plan(ledger: Ledger, name: str) -> Plan:
    plan = plan_of(ledger.notices[name])
    if plan is None:
        message = f"{name} is in the index and has no envelope"
        raise AssertionError(message)
    return plan


def _standing(zone: Zone) -> Plan:
    volume = zone_volume(zone.footprint, zone.floor, zone.ceiling, zone.start_ms, zone.end_ms)
    return Plan(f"zone {zone.id}", "", "", (volume,))
