"""STOP: raised by any desk, taken by any desk of the addressee, up its ladder until somebody answers.

Who is addressed is a party, whichever of its desks was named. A STOP is closed when every addressed party has ceased,
or when the side that raised it says that what it saw has ceased.
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import addressees, parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, clear_about, raise_or_keep
from keepclear.mechanism.bodies import StopBody, StopReplyBody, StopStepBody
from keepclear.mechanism.checks.stop import due_ms, stop_open, stop_overdue
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.grading import acknowledged_by_person
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.owing import meet, owe
from keepclear.mechanism.receipts import await_delivery, fresh_recipients, lapse_about, owe_acks, stop_awaiting
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import StopMove, StopState, stop_moved
from keepclear.mechanism.stop import Stop, StopSide


def hear_stop(ledger: Ledger, statement: Statement) -> Apply:
    """A STOP is raised: alerted at once, delivered, acknowledged, answered."""
    assert isinstance(statement.body, StopBody)  # noqa: S101  # admission has compared body and type
    stop = _raised(ledger, statement, statement.body)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=stop.party)
        ledger.put_announced(stop)
        owe_acks(ledger, stop)
        await_delivery(ledger, stop)
        raise_or_keep(ledger, stop_open(ledger.agreement, stop), stop.mode)
        for row in stop.sides:
            _owe_reply(ledger, stop, row.side)

    return apply


def hear_stop_reply(ledger: Ledger, statement: Statement) -> Apply:
    """An addressed party answers."""
    assert isinstance(statement.body, StopReplyBody)  # noqa: S101  # admission has compared body and type
    return _step(ledger, statement, statement.body.stop, StopMove(statement.body.answer))


def hear_stop_step(ledger: Ledger, statement: Statement) -> Apply:
    """``units_informed`` or ``ceased``; from the side that raised it, ``ceased`` closes the whole."""
    assert isinstance(statement.body, StopStepBody)  # noqa: S101  # admission has compared body and type
    move = StopMove.CEASED if statement.type is StatementType.CEASED else StopMove.UNITS_INFORMED
    return _step(ledger, statement, statement.body.stop, move)


def climb(ledger: Ledger, stop_id: str, side: str, rung: int) -> None:
    """A rung of the ladder is reached: alerted if nobody has answered yet, and the next one set."""
    stop = ledger.stops[stop_id]
    row = stop.of(side)
    if not stop.is_open or row is None or row.state is not StopState.RAISED:
        return
    raise_or_keep(ledger, stop_overdue(ledger.agreement, stop, side, rung), stop.mode)
    if ledger.agreement.rules.stop_rung_s > 0:
        _set_rung(ledger, stop, side, rung + 1)


def _raised(ledger: Ledger, statement: Statement, body: StopBody) -> Stop:
    agreement = ledger.agreement
    addressed = addressees(agreement, statement.sender, statement.to)
    own = ledger.side_of(statement.sender)
    sides = [side for side in parties_of(agreement, addressed) if side != own]
    return Stop(
        id=statement.id,
        sender=statement.sender,
        party=agreement.party_of(statement.sender),
        to=statement.to,
        precedence=statement.precedence,
        mode=statement.mode,
        body=body,
        heard_at_ms=ledger.now,
        addressees=tuple(name for name in addressed if parties_of(agreement, (name,))[0] != own),
        sides=tuple(StopSide(side) for side in sides),
        recipients=fresh_recipients(ledger, tuple(sides), None),
    )


def _owe_reply(ledger: Ledger, stop: Stop, side: str) -> None:
    owe(
        ledger,
        ObligationKind.STOP_REPLY,
        side,
        to_party=stop.party,
        subject=stop.id,
        about=stop.id,
        precedence=stop.precedence,
        mode=stop.mode,
        due_at_ms=due_ms(ledger.agreement, stop, 1),
    )
    _set_rung(ledger, stop, side, 1)


def _set_rung(ledger: Ledger, stop: Stop, side: str, rung: int) -> None:
    ledger.dues.put(due_ms(ledger.agreement, stop, rung), DueKind.STOP_RUNG, stop.id, side, str(rung))


def _step(ledger: Ledger, statement: Statement, name: str, move: StopMove) -> Apply:
    stop = ledger.stops[name]
    desk, side = statement.sender, ledger.side_of(statement.sender)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=stop.party)
        row = stop.of(side)
        if row is None:
            _close(ledger, stop, f"{desk}, which raised it, says that it has ceased.")
            return
        state = stop_moved(row.state, move)
        after = StopSide(side, state, ledger.now, desk)
        sides = tuple(after if held.side == side else held for held in stop.sides)
        ledger.put_announced(replace(stop, sides=sides))
        _answered(ledger, stop, desk, side)
        if all(held.state is StopState.CEASED for held in sides):
            _close(ledger, ledger.stops[stop.id], "All that were addressed have ceased.")

    return apply


def _answered(ledger: Ledger, stop: Stop, desk: str, side: str) -> None:
    """An answer is an acknowledgement too; the ladder ends, and whoever could not be reached has been."""
    why = f"{desk} answered."
    meet(ledger, ObligationKind.STOP_REPLY, stop.id, side)
    acknowledged_by_person(ledger, stop, desk, side)
    for cause in tuple(ledger.open_about.get(stop.id, {})):
        overdue = cause[:3] == (AlertCode.STOP_OVERDUE, stop.id, side)
        unreachable = cause[0] == AlertCode.CONTACT_UNREACHABLE and cause[2] == side
        if overdue or unreachable:
            clear(ledger, cause, why)


def _close(ledger: Ledger, stop: Stop, why: str) -> None:
    """All about it is over, its alerts with it."""
    closed = replace(ledger.stops[stop.id], closed_at_ms=ledger.now)
    ledger.put_announced(closed)
    lapse_about(ledger, stop.id)
    stop_awaiting(ledger, closed)
    clear_about(ledger, stop.id, why)
