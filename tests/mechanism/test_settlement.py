"""Settling a conflict: proposed, countered, accepted, declined; and what was moved is kept."""

from __future__ import annotations

import pytest

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.bodies import AnswerBody, NoticeChange, ProposeBody
from keepclear.mechanism.obligation import ObligationKind, ObligationState
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.states import NoticeState, ProposalState
from keepclear.mechanism.words import Disclosure, Precedence, Severity
from keepclear.spacetime.altitude import parse_altitude
from tests.oracles.said import HOUR, MINUTE, NOON, Line, agreement, body, box, volume

EARLY = NOON - 10 * HOUR


def conflict(disclosure: Disclosure = Disclosure.BOARD) -> tuple[Line, str, str, str]:
    """Alpha's and Bravo's notices meet; the line, both ids, and the alert's."""
    line = Line(agreement(disclosure))
    a = line.notice("alpha.air", body(title="A"), EARLY, "bravo", "charlie")
    b = line.notice("bravo.air", body(volume(box(36.05, 34.0, 36.15, 34.1)), title="B"), EARLY, "alpha")
    line.deliver_all(EARLY)
    (alert,) = line.open("CONFLICT_4D")
    return line, a, b, alert.id


def propose(line: Line, desk: str, about: str, at: int = EARLY, **more: object) -> str:
    precedence = more.pop("precedence", Precedence.PRIORITY)
    given = ProposeBody(about, NoticeChange(**more))  # type: ignore[arg-type]  # the fields of a change by name
    return line.say(desk, StatementType.PROPOSE, given, at, precedence=precedence)


def answer(line: Line, desk: str, kind: StatementType, proposal: str, at: int = EARLY) -> str:
    return line.say(desk, kind, AnswerBody(proposal), at)


def test_an_accepted_shift_is_a_new_version_that_both_see_and_the_conflict_is_over() -> None:
    line, a, b, _ = conflict()
    proposal = propose(line, "bravo.air", f"{b}~{a}", notice=a, shift_min=90)
    (row,) = line.mechanism.proposals()
    assert (row.clears, row.still_meets, row.answerer) == (True, 0, "alpha")
    accepted = answer(line, "alpha.ground", StatementType.ACCEPT, proposal, EARLY + MINUTE)
    notice = line.mechanism.notice(a)
    assert notice is not None
    assert (notice.version, notice.start_ms, notice.statement) == (2, NOON + 90 * MINUTE, accepted)
    assert line.open("CONFLICT_4D") == []
    assert line.mechanism.proposals()[0].state is ProposalState.ACCEPTED
    owed = {row.owing: row.state for row in line.mechanism.obligations() if row.about == accepted}
    assert owed == {"bravo": ObligationState.MET, "charlie": ObligationState.OPEN}


def test_the_answering_side_may_change_its_own_notice_or_agree_to_the_proposers_move() -> None:
    line, a, b, _ = conflict()
    proposal = propose(line, "alpha.air", f"{a}~{b}", notice=a, floor=parse_altitude("9000 ft AMSL", "f"),
                       ceiling=parse_altitude("11000 ft AMSL", "c"))  # fmt: skip
    answer(line, "bravo.ground", StatementType.ACCEPT, proposal)
    (share, other, _) = line.mechanism.shares()
    assert (share.party, share.moves, other.moves) == ("alpha", 1, 0)
    assert share.height_m == pytest.approx(8000 * 0.3048, abs=0.01)
    assert (share.shift_min, share.lateral_m) == (0, 0)
    assert line.open("CONFLICT_4D") == []


def test_an_amendment_by_agreement_is_checked_against_everything() -> None:
    line, a, b, _ = conflict()
    third = line.notice("charlie.duty", body(volume(start=NOON + 2 * HOUR, end=NOON + 3 * HOUR)), EARLY, "alpha")
    proposal = propose(line, "bravo.air", f"{a}~{b}", notice=a, shift_min=120)
    assert line.mechanism.proposals()[0].still_meets == 1
    answer(line, "alpha.air", StatementType.ACCEPT, proposal)
    assert [alert.about for alert in line.open("CONFLICT_4D")] == [tuple(sorted((a, third)))]


def test_a_counter_proposal_ends_the_first_and_can_be_declined() -> None:
    line, a, b, _ = conflict()
    first = propose(line, "alpha.air", f"{a}~{b}", notice=b, shift_min=90)
    second = propose(line, "bravo.ground", f"{a}~{b}", notice=a, shift_min=-90)
    states = {row.id: (row.state, row.countered_by) for row in line.mechanism.proposals()}
    assert states[first] == (ProposalState.COUNTERED, second)
    answer(line, "alpha.ground", StatementType.DECLINE, second)
    assert line.mechanism.proposals()[1].state is ProposalState.DECLINED
    assert line.open("CONFLICT_4D")
    with pytest.raises(Refused, match="the proposal is declined"):
        answer(line, "alpha.ground", StatementType.ACCEPT, second)


def test_illegal_moves_are_refused_with_the_state_and_change_nothing() -> None:
    line, a, b, _ = conflict()
    mine = propose(line, "alpha.air", f"{a}~{b}", notice=a, shift_min=90)
    before = line.mechanism.snapshot()
    for desk, kind in (("alpha.air", StatementType.ACCEPT), ("alpha.ground", StatementType.DECLINE)):
        with pytest.raises(Refused, match="your own side's"):
            answer(line, desk, kind, mine)
    with pytest.raises(Refused, match=r"no proposal .* was sent to charlie.duty"):
        answer(line, "charlie.duty", StatementType.ACCEPT, mine)
    with pytest.raises(Refused, match="put to bravo"):
        answer(line, "mediator.duty", StatementType.ACCEPT, mine)
    with pytest.raises(Refused, match="a proposal of your side is open"):
        propose(line, "alpha.ground", f"{a}~{b}", notice=a, shift_min=30)
    with pytest.raises(Refused, match="no conflict"):
        propose(line, "charlie.duty", f"{a}~{b}", notice=a, shift_min=30)
    with pytest.raises(Refused, match="is not in this conflict"):
        propose(line, "bravo.air", f"{a}~{b}", notice="another", shift_min=30)
    with pytest.raises(InvalidInput, match=r"body.change.ceiling|is not above"):
        propose(line, "bravo.air", f"{a}~{b}", notice=a, ceiling=parse_altitude("500 ft AMSL", "c"))
    assert line.mechanism.snapshot() == before


def test_a_proposal_lapses_when_a_notice_of_it_changes_or_ends() -> None:
    line, a, b, _ = conflict()
    propose(line, "alpha.air", f"{a}~{b}", notice=a, shift_min=90)
    line.amend("bravo.air", b, EARLY, "alpha", remarks="new")
    assert line.mechanism.proposals()[0].state is ProposalState.LAPSED
    held = propose(line, "alpha.air", f"{a}~{b}", notice=a, shift_min=90)
    line.advance(NOON + HOUR)
    assert line.mechanism.proposals()[1].state is ProposalState.LAPSED
    with pytest.raises(Refused, match="lapsed"):
        answer(line, "bravo.air", StatementType.ACCEPT, held, NOON + HOUR)
    notice = line.mechanism.notice(a)
    assert notice is not None
    assert notice.state is NoticeState.EXPIRED
    owed = [row.state for row in line.mechanism.obligations() if row.kind is ObligationKind.PROPOSAL_ANSWER]
    assert owed == [ObligationState.LAPSED, ObligationState.LAPSED]


def test_an_answer_at_the_very_end_of_a_notice_is_refused_though_the_clock_was_not_told() -> None:
    line, a, b, _ = conflict()
    held = propose(line, "alpha.air", f"{a}~{b}", notice=a, shift_min=90)
    with pytest.raises(Refused, match="lapsed"):
        answer(line, "bravo.air", StatementType.ACCEPT, held, NOON + HOUR)


@pytest.mark.parametrize(
    ("precedence", "minutes", "severity"),
    [(Precedence.PRIORITY, 15, Severity.CAUTION), (Precedence.FLASH, 1, "warning")],
)
def test_an_unanswered_proposal_climbs_by_its_precedence(
    precedence: Precedence, minutes: int, severity: Severity
) -> None:
    line, a, b, _ = conflict()
    proposal = propose(line, "alpha.air", f"{a}~{b}", notice=a, shift_min=90, precedence=precedence)
    line.advance(EARLY + minutes * MINUTE - 1)
    assert line.raised("PROPOSAL_UNANSWERED") == []
    line.advance(EARLY + 5 * minutes * MINUTE)
    told = [(alert.severity, "mediator.duty" in alert.to) for _, alert in line.told() if alert.key == (proposal,)]
    assert told[0] == (severity, severity == "warning")
    assert told[-1] == (Severity.WARNING, True)
    assert len(line.raised("PROPOSAL_UNANSWERED")) == 1
    answer(line, "bravo.air", StatementType.DECLINE, proposal, EARLY + 5 * minutes * MINUTE)
    assert line.open("PROPOSAL_UNANSWERED") == []


def test_under_broker_the_mediator_proposes_to_the_one_that_would_move() -> None:
    line, a, _, alert = conflict(Disclosure.BROKER)
    with pytest.raises(Refused, match="parties do not propose to each other"):
        propose(line, "alpha.air", alert, notice=a, shift_min=90)
    proposal = propose(line, "mediator.duty", alert, notice=a, shift_min=90)
    with pytest.raises(Refused, match="no proposal"):
        answer(line, "bravo.air", StatementType.ACCEPT, proposal)
    answer(line, "alpha.air", StatementType.ACCEPT, proposal)
    assert line.open("CONFLICT_4D") == []


def test_what_changes_nothing_is_no_proposal() -> None:
    line, a, b, _ = conflict()
    with pytest.raises(InvalidInput, match="it changes nothing"):
        propose(line, "alpha.air", f"{a}~{b}", notice=a, floor=parse_altitude("1000 ft AMSL", "f"))
