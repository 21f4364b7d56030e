"""``CONTACT_UNREACHABLE``: a call about a STOP went unanswered, or so many calls within so many minutes."""

from __future__ import annotations

from keepclear.mechanism.addressing import desks_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.words import MEDIATOR_DESK, Severity


def contact_unreachable(
    agreement: Agreement, caller: str, called: str, side: str, about: str, *, stop: str | None, calls: int
) -> Finding:
    """The finding for a side that does not answer; to who called, and the desks that were called.

    ``called`` is the addressee of the last call, ``side`` its party (or the mediator's desk); ``about`` what it was
    about, or the call itself; ``stop`` the STOP that it was about (None: so many calls about anything).
    """
    own = agreement.party_of(caller) or MEDIATOR_DESK
    who = agreement.party_name(None if side == MEDIATOR_DESK else side)
    what = "a call about a STOP" if stop is not None else f"{calls} calls"
    return Finding(
        AlertCode.CONTACT_UNREACHABLE,
        (own, side, stop or ""),
        Severity.WARNING,
        (about,),
        f"{who} ({called}) has not answered {what} from {caller}.",
        tuple(dict.fromkeys((caller, *desks_of(agreement, (called,))))),
        None if own == MEDIATOR_DESK else own,
        {"called": called, "calls": calls},
        shared=True,
    )
