"""What happens when a deadline comes: each kind looks at whether its cause is still there."""

from __future__ import annotations

from collections.abc import Callable

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, open_alert, raise_or_keep, rise
from keepclear.mechanism.checks.acknowledgement import no_ack
from keepclear.mechanism.checks.conflict import warns_from_ms
from keepclear.mechanism.checks.delivery import no_delivery
from keepclear.mechanism.dues import Due, DueKind
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.life import end_of_window
from keepclear.mechanism.obligation import ObligationState
from keepclear.mechanism.words import Severity


def fire(ledger: Ledger, due: Due) -> None:
    """Does what falls due; nothing when it has been met or overtaken."""
    _FIRES[due.kind](ledger, due)


def _notice_end(ledger: Ledger, due: Due) -> None:
    notice = ledger.notices[due.key[0]]
    if notice.end_ms == due.at_ms:
        end_of_window(ledger, notice)


def _conflict_near(ledger: Ledger, due: Due) -> None:
    alert = open_alert(ledger, (AlertCode.CONFLICT_4D, *due.key))
    if alert is None or alert.window_ms is None or alert.severity is Severity.WARNING:
        return
    if warns_from_ms(ledger.agreement, alert.window_ms) <= ledger.now:
        rise(ledger, alert)


def _conflict_past(ledger: Ledger, due: Due) -> None:
    alert = open_alert(ledger, (AlertCode.CONFLICT_4D, *due.key))
    if alert is not None and alert.window_ms is not None and alert.window_ms[1] <= ledger.now:
        clear(ledger, (AlertCode.CONFLICT_4D, *due.key), "The time of the conflict is past.")


def _delivery(ledger: Ledger, due: Due) -> None:
    notice, addressee, statement = due.key
    if statement in ledger.awaited.get(notice, {}).get(addressee, ()):
        held = ledger.notices[notice]
        within_s = (due.at_ms - ledger.heard[statement].at_ms) / 1000
        raise_or_keep(ledger, no_delivery(ledger.agreement, held, addressee, within_s), held.mode)


def _ack(ledger: Ledger, due: Due) -> None:
    obligation = ledger.obligations[due.key[0]]
    if obligation.state is ObligationState.OPEN:
        notice = ledger.notices[obligation.notice]
        raise_or_keep(ledger, no_ack(ledger.agreement, notice, obligation), notice.mode)


_FIRES: dict[DueKind, Callable[[Ledger, Due], None]] = {
    DueKind.NOTICE_END: _notice_end,
    DueKind.CONFLICT_PAST: _conflict_past,
    DueKind.CONFLICT_NEAR: _conflict_near,
    DueKind.DELIVERY: _delivery,
    DueKind.ACK: _ack,
}
