"""``CONTRADICTION``: two accounts of one fact differ: positions by over 100 m, times by over a minute, or at all.

Neither is taken for the right one; the alert puts them side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.mechanism.account import Account
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.words import MEDIATOR_DESK, Severity
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.measure import distance_m

POSITIONS_APART_M = 100.0
TIMES_APART_MS = 60_000


def contradiction(agreement: Agreement, a: Account, b: Account, fact: str) -> Finding:
    """The finding for a fact of which two accounts differ; to the desks that gave them. ``a`` comes before ``b``."""
    names = " and ".join(_name(agreement, account.side) for account in (a, b))
    return Finding(
        AlertCode.CONTRADICTION,
        (f"{a.mode}:{a.incident}", fact, a.side, b.side),
        Severity.ADVISORY,
        (a.said_in[fact], b.said_in[fact]),
        f"{names} give different accounts of «{a.incident}»: {fact}.",
        (a.desk, b.desk),
        None,
        {
            "incident": a.incident,
            "fact": fact,
            "accounts": [{"side": row.side, "said_in": row.said_in[fact], "value": row.facts[fact]} for row in (a, b)],
        },
        shared=True,
    )


def differ(a: Any, b: Any) -> bool:
    """True when two values of one fact contradict each other."""
    here, there = _position(a), _position(b)
    if here is not None and there is not None:
        return distance_m(*here, *there) > POSITIONS_APART_M
    one, other = _instant(a), _instant(b)
    if one is not None and other is not None:
        return abs(one - other) > TIMES_APART_MS
    return bool(a != b)


def _position(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, Mapping) or not {"lon", "lat"} <= value.keys():
        return None
    lon, lat = value["lon"], value["lat"]
    if not all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in (lon, lat)):
        return None
    return (float(lon), float(lat)) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _instant(value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value, "fact")
    except InvalidInput:
        return None


def _name(agreement: Agreement, side: str) -> str:
    return agreement.party_name(None if side == MEDIATOR_DESK else side)
