"""What happens when a deadline comes: each kind looks at whether its cause is still there."""

from __future__ import annotations

from collections.abc import Callable

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, open_alert, raise_or_keep, rise
from keepclear.mechanism.checks.acknowledgement import no_ack
from keepclear.mechanism.checks.conflict import warns_from_ms
from keepclear.mechanism.checks.delivery import no_delivery
from keepclear.mechanism.checks.receipt import no_readback, not_disseminated
from keepclear.mechanism.dues import Due, DueKind
from keepclear.mechanism.grading import levels_missing
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.life import end_of_window
from keepclear.mechanism.line_tests import next_round, reply_due
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.observing import claim_due
from keepclear.mechanism.settlement import unanswered
from keepclear.mechanism.stopping import climb
from keepclear.mechanism.watching import unattended_due
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
    subject, addressee, statement = due.key
    held = ledger.announced(subject)
    if held is not None and statement in ledger.awaited.get(subject, {}).get(addressee, ()):
        within_s = (due.at_ms - ledger.heard[statement].at_ms) / 1000
        raise_or_keep(ledger, no_delivery(ledger.agreement, held, addressee, within_s), held.mode)


def _ack(ledger: Ledger, due: Due) -> None:
    obligation = ledger.obligations[due.key[0]]
    announced = ledger.announced(obligation.subject)
    if obligation.state is ObligationState.OPEN and announced is not None:
        raise_or_keep(ledger, no_ack(ledger.agreement, announced, obligation), announced.mode)


def _read_back(ledger: Ledger, due: Due) -> None:
    obligation = ledger.obligations[due.key[0]]
    if obligation.state is ObligationState.OPEN:
        notice = ledger.notices[obligation.subject]
        raise_or_keep(ledger, no_readback(ledger.agreement, notice, obligation.owing), notice.mode)


def _dissemination(ledger: Ledger, due: Due) -> None:
    obligation = ledger.obligations[due.key[0]]
    if obligation.state is ObligationState.OPEN:
        notice = ledger.notices[obligation.subject]
        missing = levels_missing(ledger, notice, obligation.owing)
        raise_or_keep(ledger, not_disseminated(ledger.agreement, notice, obligation.owing, missing), notice.mode)


def _stop_rung(ledger: Ledger, due: Due) -> None:
    stop, side, rung = due.key
    climb(ledger, stop, side, int(rung))


def _claim(ledger: Ledger, due: Due) -> None:
    claim_due(ledger, ledger.observations[due.key[0]])


def _line_test(ledger: Ledger, due: Due) -> None:
    obligation = ledger.obligations[due.key[0]]
    if obligation.kind is ObligationKind.LINE_TEST_REPLY:
        reply_due(ledger, ledger.line_tests[obligation.about], obligation.owing)


def _proposal(ledger: Ledger, due: Due) -> None:
    proposal, rung = due.key
    unanswered(ledger, ledger.proposals[proposal], int(rung))


def _unattended(ledger: Ledger, due: Due) -> None:
    desk, statement = due.key
    unattended_due(ledger, desk, statement)


def _line_round(ledger: Ledger, _due: Due) -> None:
    next_round(ledger)


_FIRES: dict[DueKind, Callable[[Ledger, Due], None]] = {
    DueKind.NOTICE_END: _notice_end,
    DueKind.CONFLICT_PAST: _conflict_past,
    DueKind.CONFLICT_NEAR: _conflict_near,
    DueKind.DELIVERY: _delivery,
    DueKind.ACK: _ack,
    DueKind.READ_BACK: _read_back,
    DueKind.DISSEMINATION: _dissemination,
    DueKind.STOP_RUNG: _stop_rung,
    DueKind.CLAIM: _claim,
    DueKind.LINE_TEST: _line_test,
    DueKind.PROPOSAL: _proposal,
    DueKind.UNATTENDED: _unattended,
    DueKind.LINE_ROUND: _line_round,
}
