"""Tests of the line, both ways: sent, answered, missed, and what they add up to. Exercise tests are not counted.

With ``line_test_every_h`` set, each party owes each other party a test in each round; what is not tested by its end
lapses, and stands in the figures as the time of the last test.
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.addressing import addressees, parties_of
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import LineTestBody
from keepclear.mechanism.checks.line import line_unattended
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.line_test import LineFigures, LineTest, Reply
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.owing import meet, owe, owed
from keepclear.mechanism.receipts import lapse_about
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.words import Mode, Precedence

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def hear_line_test(ledger: Ledger, statement: Statement) -> Apply:
    """A desk tests the line to each addressed party."""
    own = ledger.side_of(statement.sender)
    addressed = addressees(ledger.agreement, statement.sender, statement.to)
    test = LineTest(
        id=statement.id,
        sender=statement.sender,
        party=ledger.agreement.party_of(statement.sender),
        mode=statement.mode,
        heard_at_ms=ledger.now,
        addressees=addressed,
        sides=tuple(side for side in parties_of(ledger.agreement, addressed) if side != own),
    )

    def apply() -> None:
        place_in_record(ledger, statement, about_party=test.party)
        ledger.put_line_test(test)
        due = ledger.now + round(ledger.agreement.rules.line_test_min * MINUTE_MS)
        for side in test.sides:
            _owe(ledger, ObligationKind.LINE_TEST_REPLY, side, own, test.id, test.id, test.mode, due)
            figures = _figures(ledger, test, side)
            _put(ledger, test, replace(figures, sent=figures.sent + 1, last_sent_ms=ledger.now))

    return apply


def hear_line_test_reply(ledger: Ledger, statement: Statement) -> Apply:
    """A tested side answers, any of its desks; one that names no test answers the oldest it has not answered."""
    assert isinstance(statement.body, LineTestBody)  # noqa: S101  # admission has compared body and type
    desk, side = statement.sender, ledger.side_of(statement.sender)
    test = test_answered(ledger, statement)
    assert test is not None  # noqa: S101  # admission has found it

    def apply() -> None:
        place_in_record(ledger, statement, about_party=test.party)
        ledger.put_line_test(replace(test, replies=(*test.replies, Reply(side, desk, ledger.now))))
        met = meet(ledger, ObligationKind.LINE_TEST_REPLY, test.id, side)
        late = met is not None and met.due_at_ms < ledger.now
        _answered(ledger, test, side, late=late)
        meet(ledger, ObligationKind.LINE_TEST, _round_of(ledger, side), ledger.side_of(test.sender))
        clear(ledger, (AlertCode.LINE_UNATTENDED, test.id, side), f"{desk} has answered.")

    return apply


def test_answered(ledger: Ledger, statement: Statement) -> LineTest | None:
    """The test that a reply answers; None when there is none for its side."""
    assert isinstance(statement.body, LineTestBody)  # noqa: S101  # admission has compared body and type
    side = ledger.side_of(statement.sender)
    if statement.body.test is not None:
        found = ledger.line_tests.get(statement.body.test)
        return found if found is not None and side in found.sides else None
    waiting = (
        test
        for test in ledger.line_tests.values()
        if test.mode is statement.mode and owed(ledger, ObligationKind.LINE_TEST_REPLY, test.id, side) is not None
    )
    return next(waiting, None)


def reply_due(ledger: Ledger, test: LineTest, side: str) -> None:
    """The time to answer a test is over: alerted and counted as missed if nobody has."""
    if test.of(side) is not None:
        return
    figures = _figures(ledger, test, side)
    _put(ledger, test, replace(figures, missed=figures.missed + 1))
    raise_or_keep(ledger, line_unattended(ledger.agreement, test, side), test.mode)


def begin_rounds(ledger: Ledger) -> None:
    """Where there is a schedule, the first round begins with the first thing that is heard."""
    if ledger.agreement.rules.line_test_every_h > 0 and ledger.line_round_ms is None:
        next_round(ledger)


def next_round(ledger: Ledger) -> None:
    """A round is over, and the next begins: each party owes each other party a test by its end."""
    every_ms = round(ledger.agreement.rules.line_test_every_h * HOUR_MS)
    _end_round(ledger)
    if every_ms <= 0:
        return
    parties = [party.id for party in ledger.agreement.parties if ledger.agreement.desks_of[party.id]]
    pairs = [(tester, tested) for tester in parties for tested in parties if tester != tested]
    ledger.line_round_ms = ledger.now
    due = ledger.now + every_ms
    for tester, tested in pairs:
        about = _round_of(ledger, tested)
        _owe(ledger, ObligationKind.LINE_TEST, tester, tested, about, about, Mode.LIVE, due)
    ledger.dues.put(due, DueKind.LINE_ROUND)


def _end_round(ledger: Ledger) -> None:
    """What was not tested in the round is owed no more, by whichever parties there were then."""
    if ledger.line_round_ms is not None:
        for subject in sorted(name for name in ledger.owed_about if name.startswith(_round_of(ledger, ""))):
            lapse_about(ledger, subject)
    ledger.line_round_ms = None


def _owe(
    ledger: Ledger, kind: ObligationKind, owing: str, to_party: str, subject: str, about: str, mode: Mode, due_ms: int
) -> None:
    owe(
        ledger,
        kind,
        owing,
        to_party=to_party if to_party in ledger.agreement.party_by_id else None,
        subject=subject,
        about=about,
        precedence=Precedence.ROUTINE,
        mode=mode,
        due_at_ms=due_ms,
    )


def _answered(ledger: Ledger, test: LineTest, side: str, *, late: bool) -> None:
    figures = _figures(ledger, test, side)
    took_ms = ledger.now - test.heard_at_ms
    counted = replace(figures, late=figures.late + 1) if late else replace(figures, answered=figures.answered + 1)
    slowest = max(figures.slowest_ms, took_ms)
    _put(ledger, test, replace(counted, slowest_ms=slowest, last_answered_ms=ledger.now))


def _figures(ledger: Ledger, test: LineTest, side: str) -> LineFigures:
    tester = ledger.side_of(test.sender)
    return ledger.line_figures.get(_pair(tester, side), LineFigures(tester, side))


def _put(ledger: Ledger, test: LineTest, figures: LineFigures) -> None:
    if test.mode is Mode.LIVE:
        ledger.line_figures[_pair(figures.tester, figures.tested)] = figures


def _pair(tester: str, tested: str) -> str:
    return f"{tester}>{tested}"


def _round_of(ledger: Ledger, tested: str) -> str:
    """What a test that is owed is about: this round, and the party whose line is to be tested."""
    return f"round:{ledger.line_round_ms}:{tested}"
