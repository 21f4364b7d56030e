"""``NO_ACK``: no person of an addressed party acknowledged in the time that the precedence gives."""

from __future__ import annotations

from keepclear.mechanism.addressing import desks_of, party_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.announced import Announced
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.words import MEDIATOR_DESK, Precedence, Severity

MINUTE_MS = 60_000


def ack_within_min(rules: Rules, precedence: Precedence) -> float:
    """The time that a person has, by precedence."""
    return {
        Precedence.FLASH: rules.ack_flash_min,
        Precedence.IMMEDIATE: rules.ack_immediate_min,
        Precedence.PRIORITY: rules.ack_priority_min,
        Precedence.ROUTINE: rules.ack_routine_min,
    }[precedence]


def ack_due_ms(rules: Rules, precedence: Precedence, heard_ms: int) -> int:
    """When an acknowledgement is due."""
    return heard_ms + round(ack_within_min(rules, precedence) * MINUTE_MS)


def no_ack(agreement: Agreement, announced: Announced, obligation: Obligation) -> Finding:
    """The finding for an acknowledgement that is overdue; to the sender and the addressed desks of the party."""
    urgent = obligation.precedence in (Precedence.FLASH, Precedence.IMMEDIATE)
    minutes = (obligation.due_at_ms - obligation.owed_at_ms) / MINUTE_MS  # as agreed when it came to be owed
    owing = obligation.owing
    who = agreement.party_name(None if owing == MEDIATOR_DESK else owing)
    addressed = [name for name in announced.addressees if (party_of(agreement, name) or MEDIATOR_DESK) == owing]
    return Finding(
        AlertCode.NO_ACK,
        (announced.id, owing),
        Severity.WARNING if urgent else Severity.CAUTION,
        (announced.id,),
        f"Nobody of {who} has acknowledged {announced.called} within {minutes:g} min ({obligation.precedence}).",
        tuple(dict.fromkeys((*announced.senders, *desks_of(agreement, addressed)))),
        announced.party,
        {"owing": owing, "statement": obligation.about},
        shared=not isinstance(announced, Notice),
    )
