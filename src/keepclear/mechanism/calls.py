"""Telephone calls, logged by who made them: answered, unanswered or refused. Missed ones are counted."""

from __future__ import annotations

from keepclear.mechanism.addressing import party_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import CallBody
from keepclear.mechanism.checks.calls import contact_unreachable
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.words import MEDIATOR_DESK, CallResult

MINUTE_MS = 60_000


def hear_call(ledger: Ledger, statement: Statement) -> Apply:
    """A call was made. An answered one, whoever made it, shows that the two can reach each other."""
    body = statement.body
    assert isinstance(body, CallBody)  # noqa: S101  # admission has compared body and type
    side, own = party_of(ledger.agreement, body.to) or MEDIATOR_DESK, ledger.side_of(statement.sender)

    def apply() -> None:
        place_in_record(ledger, statement)
        if body.result is CallResult.ANSWERED:
            _reached(ledger, statement, own, side)
        elif body.result is CallResult.UNANSWERED:
            _missed(ledger, statement, body, own, side)

    return apply


def _reached(ledger: Ledger, statement: Statement, own: str, side: str) -> None:
    for caller, called in ((own, side), (side, own)):
        ledger.unanswered_calls.pop(_pair(statement, caller, called), None)
        for cause in [cause for cause in ledger.open_alerts if cause[0] == AlertCode.CONTACT_UNREACHABLE]:
            mode = ledger.alerts[ledger.open_alerts[cause]].mode
            if cause[1:3] == (caller, called) and mode is statement.mode:
                clear(ledger, cause, "A call was answered.")


def _missed(ledger: Ledger, statement: Statement, body: CallBody, own: str, side: str) -> None:
    rules = ledger.agreement.rules
    since = ledger.now - round(rules.calls_window_min * MINUTE_MS)
    pair = _pair(statement, own, side)
    missed = (*(at_ms for at_ms in ledger.unanswered_calls.get(pair, ()) if at_ms >= since), ledger.now)
    ledger.unanswered_calls[pair] = missed
    stop = body.about if body.about in ledger.stops and ledger.stops[body.about].is_open else None
    if stop is None and len(missed) < rules.calls_unanswered:
        return
    about = body.about or statement.id
    found = contact_unreachable(ledger.agreement, statement.sender, body.to, side, about, stop=stop, calls=len(missed))
    if (found.code, *found.key) not in ledger.open_alerts:
        raise_or_keep(ledger, found, statement.mode)


def _pair(statement: Statement, caller: str, called: str) -> str:
    return f"{statement.mode}:{caller}>{called}"
