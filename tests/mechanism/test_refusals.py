"""What is refused, with the state and what would be allowed; and that nothing changes then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keepclear.errors import IdInUse, InvalidInput, Refused
from keepclear.mechanism.bodies import LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.place import InRegion, Offset, Within
from keepclear.mechanism.statement import BODIES, Statement, StatementType, statement_type
from keepclear.mechanism.states import GRADE_MOVES, NOTICE_MOVES, Grade, NoticeMove, NoticeState, graded, moved
from keepclear.mechanism.words import Activity, Mode
from keepclear.spacetime.heights import HeightRules
from tests.oracles.said import HOUR, NOON, Line, agreement, body, volume

EARLY = NOON - 5 * HOUR


@pytest.mark.parametrize("state", NoticeState)
@pytest.mark.parametrize("move", NoticeMove)
def test_a_move_is_in_the_table_or_refused_with_what_would_be_allowed(state: NoticeState, move: NoticeMove) -> None:
    if (state, move) in NOTICE_MOVES:
        assert moved(state, move) is NOTICE_MOVES[state, move]
        return
    with pytest.raises(Refused) as refused:
        moved(state, move)
    assert f"the notice is {state}" in str(refused.value)
    assert "allowed" in str(refused.value) or "new notice" in str(refused.value)


@pytest.mark.parametrize("grade", Grade)
def test_grades_never_fall(grade: Grade) -> None:
    rank = [Grade.UNDELIVERED, Grade.DELIVERED, Grade.PERSON, Grade.UNDERSTOOD, Grade.DISSEMINATED]
    order = {grade: row for row, grade in enumerate(rank)} | {Grade.NOT_UNDERSTOOD: rank.index(Grade.UNDERSTOOD)}
    for after in Grade:
        if after in GRADE_MOVES[grade]:
            assert order[graded(grade, after)] >= order[grade]
        else:
            with pytest.raises(Refused):
                graded(grade, after)


def life(line: Line, kind: StatementType, notice: str, desk: str = "alpha.air", **more: object) -> Statement:
    return line.statement(desk, kind, LifeBody(notice), EARLY, **more)


def said(line: Line, **more: object) -> Statement:
    desk = str(more.pop("desk", "alpha.air"))
    return line.statement(desk, StatementType.NOTICE, body(), EARLY, **more)


REFUSALS: list[tuple[str, Callable[[Line, str], Statement], type[Exception], str]] = [
    ("another mechanism", lambda line, _: said(line, mechanism="other"), InvalidInput, "mechanism: given «other»"),
    ("unknown desk", lambda line, _: said(line, desk="delta.air"), InvalidInput, "from: given «delta.air»"),
    ("unknown addressee", lambda line, _: said(line, to=("bravo", "delta")), InvalidInput, r"to\[1\]: given «delta»"),
    ("id heard before", lambda line, notice: said(line, id=notice), IdInUse, "was heard before"),
    (
        "serial used before",
        lambda line, _: said(line, serial=1),
        Refused,
        "has used 1 for another statement; its next is 2",
    ),
    ("serial nought", lambda line, _: said(line, serial=0), InvalidInput, "serial: given 0"),
    ("a notice of the mediator", lambda line, _: said(line, desk="mediator.duty"), Refused, "the mediator is no party"),
    ("complete before active", lambda line, n: life(line, StatementType.COMPLETE, n), Refused, "the notice is heard"),
    ("another party's", lambda line, n: life(line, StatementType.CANCEL, n, "bravo.air"), Refused, "has no notice"),
    ("no such notice", lambda line, _: life(line, StatementType.CANCEL, "none"), Refused, "has no notice"),
    (
        "another mode",
        lambda line, n: life(line, StatementType.CANCEL, n, mode=Mode.EXERCISE),
        Refused,
        "notice is live",
    ),
    (
        "unknown place",
        lambda line, _: line.statement(
            "alpha.air", StatementType.NOTICE, NoticeBody(Activity.UAS, place=Within("Nowhere", 2)), EARLY
        ),
        InvalidInput,
        "body.place.name: given «Nowhere»; one of the gazetteer: Base",
    ),
    (
        "unknown region",
        lambda line, _: line.statement(
            "alpha.air", StatementType.NOTICE, NoticeBody(Activity.UAS, place=InRegion("Base")), EARLY
        ),
        InvalidInput,
        "body.place.region: given «Base»",
    ),
    (
        "unknown bearing",
        lambda line, _: line.statement(
            "alpha.air", StatementType.NOTICE, NoticeBody(Activity.UAS, place=Offset("Base", "UP", 1, 2)), EARLY
        ),
        InvalidInput,
        "body.place.bearing: given «UP»",
    ),
    (
        "a body of another type",
        lambda line, _: line.statement("alpha.air", StatementType.NOTICE, MessageBody("x"), EARLY),
        InvalidInput,
        "body: this is no body of a notice",
    ),
]


@pytest.mark.parametrize(("what", "make", "error", "words"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_names_the_field_and_leaves_no_trace(
    what: str, make: Callable[[Line, str], Statement], error: type[Exception], words: str
) -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    before = line.mechanism.snapshot()
    with pytest.raises(error, match=words):
        line.mechanism.hear(make(line, notice), EARLY + HOUR)
    assert line.mechanism.snapshot() == before


@pytest.mark.parametrize("kind", [StatementType.ACTIVATE, StatementType.CANCEL])
def test_a_notice_that_is_over_moves_no_more_even_before_the_clock_was_told(kind: StatementType) -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    with pytest.raises(Refused, match="the notice is expired"):
        line.amend("alpha.air", notice, NOON + HOUR, remarks="late")
    with pytest.raises(Refused, match="the notice is expired"):
        line.life("alpha.air", kind, notice, NOON + HOUR)


def test_an_envelope_that_cannot_be_compared_is_refused_whole() -> None:
    line = Line(agreement(heights=HeightRules()))
    line.notice("bravo.air", body(), EARLY, "alpha")
    before = line.mechanism.snapshot()
    with pytest.raises(InvalidInput, match="terrain"):
        line.notice("alpha.air", body(volume(floor="100 ft AGL")), EARLY, "bravo")
    assert line.mechanism.snapshot() == before
    line.notice("alpha.air", body(), EARLY, "bravo")
    assert len(line.open("CONFLICT_4D")) == 1


def test_acknowledging_what_was_not_sent_to_one_is_refused() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    for desk in ("charlie.duty", "alpha.ground", "alpha.air"):
        with pytest.raises(Refused, match=f"was sent to {desk}"):
            line.ack(desk, notice, EARLY)
    with pytest.raises(Refused):
        line.ack("bravo.air", "nothing", EARLY)


def test_an_alert_is_acknowledged_by_those_it_is_for() -> None:
    line = Line()
    line.notice("alpha.air", body(), NOON - HOUR // 2, "bravo.air")
    (alert,) = line.raised("LATE_NOTICE")
    with pytest.raises(Refused):
        line.ack("bravo.ground", alert.id, NOON - HOUR // 2)
    line.ack("bravo.air", alert.id, NOON - HOUR // 2)
    held = line.mechanism.alert(alert.id)
    assert held is not None
    assert [row[:2] for row in held.acknowledged] == [("bravo.air", "person")]


@pytest.mark.parametrize("kind", StatementType)
def test_a_type_that_is_not_built_is_refused_by_name(kind: StatementType) -> None:
    if kind in BODIES:
        assert statement_type(str(kind)) is kind
    else:
        with pytest.raises(Refused, match=f"^type: {kind} is not taken by this version; it takes notice, "):
            statement_type(str(kind))
    with pytest.raises(InvalidInput):
        statement_type("demand")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"desks": ()}, None),
        ({"parties": ()}, r"desk\[0\].party"),
    ],
)
def test_an_agreement_holds_together(row: dict[str, object], words: str | None) -> None:
    if words is None:
        assert "mediator.duty" in agreement(**row).desk_by_id  # type: ignore[arg-type]  # a table of differences
    else:
        with pytest.raises(InvalidInput, match=words):
            agreement(**row)  # type: ignore[arg-type]  # as above


def test_an_active_notice_stays_active_past_its_end_and_can_be_completed() -> None:
    line = Line()
    notice = line.notice("alpha.air", body(), EARLY, "bravo.air")
    line.life("alpha.air", StatementType.ACTIVATE, notice, NOON)
    line.advance(NOON + 2 * HOUR)
    held = line.mechanism.notice(notice)
    assert held is not None
    assert held.state is NoticeState.ACTIVE
    line.life("alpha.air", StatementType.COMPLETE, notice, NOON + 2 * HOUR)
    assert line.open() == []
