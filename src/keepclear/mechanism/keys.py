"""Keys come and go by statements, so that what was signed stays valid at the keys of its own place in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keepclear.errors import Refused
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import KeyEnrolBody, KeyRevokeBody
from keepclear.mechanism.checks.key import ENROLLED, key_changed
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.words import MEDIATOR_DESK, AckLevel, Mode

REPLACED = "replaced"
OPERATOR = "the host's operator"
"""Who retires the mediator's keys when all are lost: no desk, and nothing is signed."""


def hear_key_enrol(ledger: Ledger, statement: Statement) -> Apply:
    """A desk has one more key, and maybe one less."""
    assert isinstance(statement.body, KeyEnrolBody)  # noqa: S101  # admission has compared body and type
    body, desk = statement.body, statement.sender
    vouched_by = None if statement.signed_by == body.kid else statement.signed_by
    had_keys = any(key.desk == desk for key in ledger.keys.values())

    def apply() -> None:
        place_in_record(ledger, statement)
        if body.replaces is not None:
            _retire(ledger, ledger.keys[body.replaces], statement, REPLACED)
        key = DeskKey(desk, body.kid, body.x, ledger.index, ledger.now, statement.id, vouched_by)
        ledger.put_key(key)
        is_again_first = had_keys and vouched_by is None
        raise_or_keep(ledger, key_changed(ledger.agreement, key, is_again_first=is_again_first), Mode.LIVE)

    return apply


def hear_key_revoke(ledger: Ledger, statement: Statement) -> Apply:
    """A key counts no more, from here on; what it signed before stands."""
    assert isinstance(statement.body, KeyRevokeBody)  # noqa: S101  # admission has compared body and type
    body = statement.body

    def apply() -> None:
        place_in_record(ledger, statement)
        key = _retire(ledger, ledger.keys[body.kid], statement, body.reason)
        raise_or_keep(ledger, key_changed(ledger.agreement, key), Mode.LIVE)

    return apply


def lost_by_mediator(ledger: Ledger) -> list[DeskKey]:
    """The keys that the mediator's desk has. Raises Refused when it has none: then its first needs no way back."""
    held = [key for key in ledger.keys.values() if key.desk == MEDIATOR_DESK and key.is_valid]
    if not held:
        raise Refused("desk", f"{MEDIATOR_DESK} has no valid key", "enrol one with «keepclear keys enrol»")
    return held


def retire_mediator_keys(ledger: Ledger, lost: Sequence[DeskKey], reason: str) -> None:
    """The keys count no more, by the operator's word alone, which takes the next place in the record: all are told."""
    ledger.index += 1
    for key in lost:
        retired = _retired(ledger, replace(key, retired_by=OPERATOR, retired_why=reason))
        raise_or_keep(ledger, key_changed(ledger.agreement, retired, is_again_first=True), Mode.LIVE)


def compared(ledger: Ledger, alert: Alert) -> None:
    """An alert about a key was acknowledged: when every side but the key's own has, it has been compared."""
    if alert.code is not AlertCode.KEY_CHANGED or not alert.is_open:
        return
    sides = {ledger.side_of(desk) for desk in ledger.agreement.desk_by_id}
    have = {ledger.side_of(desk) for desk, level, _ in alert.acknowledged if level != AckLevel.NOT_UNDERSTOOD}
    if sides - have <= {ledger.side_of(alert.key[0])}:
        clear(ledger, (alert.code, *alert.key), "Every other side has acknowledged it.")


def _retire(ledger: Ledger, key: DeskKey, statement: Statement, why: str) -> DeskKey:
    """The key speaks no more after this statement."""
    return _retired(ledger, replace(key, retired_in=statement.id, retired_by=statement.sender, retired_why=why))


def _retired(ledger: Ledger, key: DeskKey) -> DeskKey:
    retired = replace(key, retired_at=ledger.index)
    ledger.put_key(retired)
    clear(ledger, (AlertCode.KEY_CHANGED, key.desk, key.kid, ENROLLED), "The key is no longer in use.")
    return retired
