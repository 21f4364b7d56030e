"""``STOP_OPEN`` from the moment it is heard until all has ceased, and ``STOP_OVERDUE`` up its ladder, rung by rung."""

from __future__ import annotations

from keepclear.mechanism.addressing import desks_of, party_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.words import MEDIATOR_DESK, Severity

RUNGS = ("desk", "alternates", "mediator", "commander", "all")
"""Who is raised at each rung, one ``stop_rung_s`` apart; the last comes again and again."""


def desks_alerted(agreement: Agreement, stop: Stop) -> tuple[str, ...]:
    """Every desk of every addressed party: any of them can take it."""
    sides = [row.side for row in stop.sides]
    return desks_of(agreement, sides)


def stop_open(agreement: Agreement, stop: Stop) -> Finding:
    """The STOP stands; to every desk of the addressees, and to who raised it."""
    who = agreement.party_name(stop.party)
    why = f"STOP from {who} ({stop.sender}): {stop.body.reason}"
    return Finding(
        AlertCode.STOP_OPEN,
        (stop.id,),
        Severity.WARNING,
        (stop.id,),
        why,
        tuple(dict.fromkeys((*desks_alerted(agreement, stop), stop.sender))),
        stop.party,
        {"sides": [row.side for row in stop.sides]},
        shared=True,
    )


def due_ms(agreement: Agreement, stop: Stop, rung: int) -> int:
    """When a rung (from 1) is reached while nobody has answered."""
    rules = agreement.rules
    return stop.heard_at_ms + round((rules.stop_reply_s + (rung - 1) * rules.stop_rung_s) * 1000)


def stop_overdue(agreement: Agreement, stop: Stop, side: str, rung: int) -> Finding:
    """No desk of an addressed party has answered; to the rung that has been reached."""
    who = agreement.party_name(None if side == MEDIATOR_DESK else side)
    seconds = (due_ms(agreement, stop, rung) - stop.heard_at_ms) / 1000
    name = RUNGS[min(rung, len(RUNGS)) - 1]
    return Finding(
        AlertCode.STOP_OVERDUE,
        (stop.id, side, str(rung)),
        Severity.WARNING,
        (stop.id,),
        f"Nobody of {who} has answered the STOP of {stop.sender} for {seconds:g} s.",
        on_rung(agreement, stop, side, rung),
        stop.party,
        {"owing": side, "rung": name, "seconds": seconds},
        shared=True,
    )


def on_rung(agreement: Agreement, stop: Stop, side: str, rung: int) -> tuple[str, ...]:
    """The desks of a rung; the mediator's is added to every warning."""
    mine = [name for name in stop.addressees if (party_of(agreement, name) or MEDIATOR_DESK) == side]
    addressed = desks_of(agreement, mine)
    desks = [agreement.desk_by_id[desk] for desk in addressed]
    alternates = tuple(dict.fromkeys(other for desk in desks for other in desk.alternates))
    commanders = tuple(dict.fromkeys(desk.commander for desk in desks if desk.commander is not None))
    ladder = (addressed, alternates, (MEDIATOR_DESK,), commanders)
    if rung <= len(ladder):
        return ladder[rung - 1]
    return tuple(dict.fromkeys(name for step in ladder for name in step))
