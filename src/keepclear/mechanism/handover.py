"""The sheet that one watch hands to the next: what is open at a desk, most urgent first, shown through disclosure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keepclear.mechanism.alert import Alert
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.outcome import Thing
from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.spacetime.instants import format_instant


def handover(mechanism: Mechanism, desk: str) -> dict[str, Any]:
    """What ``desk`` must know to take over, as it may see it: its watch, open STOPs, alerts, what its side owes and is
    owed, unanswered proposals, and the live notices of its side with who has not got them.
    """
    side = mechanism.agreement.party_of(desk) or MEDIATOR_DESK
    open_alerts = sorted((row for row in mechanism.alerts(open_only=True) if desk in row.to), key=_most_urgent)
    open_owed = sorted(mechanism.obligations(open_only=True), key=_soonest)
    live = [notice for notice in mechanism.notices() if notice.is_live]
    return {
        "desk": desk,
        "at": format_instant(mechanism.now),
        "watch": view(mechanism, desk, mechanism.watch(desk)),
        "suspensions": _shown(mechanism, desk, (row for row in mechanism.suspensions() if row.ended_at_ms is None)),
        "stops": _shown(mechanism, desk, mechanism.stops(open_only=True)),
        "alerts": _shown(mechanism, desk, open_alerts),
        "owed": _shown(mechanism, desk, (row for row in open_owed if row.owing == side)),
        "waiting_for": _shown(mechanism, desk, (row for row in open_owed if (row.to_party or MEDIATOR_DESK) == side)),
        "proposals": _shown(mechanism, desk, mechanism.proposals(open_only=True)),
        "notices": _shown(mechanism, desk, (notice for notice in live if notice.party == side)),
    }


def _shown(mechanism: Mechanism, desk: str, things: Iterable[Thing]) -> list[dict[str, Any]]:
    views = (view(mechanism, desk, thing) for thing in things)
    return [shown for shown in views if shown is not None]


def _most_urgent(alert: Alert) -> tuple[int, int]:
    return -alert.severity.rank, alert.raised_at_ms


def _soonest(obligation: Obligation) -> tuple[int, str]:
    return obligation.due_at_ms, obligation.id
