"""Keys: who may enrol, replace and revoke which, what they may sign where, and what everybody is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, KeepclearError, KeyNotValid, Refused, SignatureRequired
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.bodies import AckBody, Body, KeyEnrolBody, KeyRevokeBody, MessageBody, SuspendBody
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import event, view
from keepclear.mechanism.outcome import Heard, Outcome
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import AckLevel, Disclosure, Mode, Severity
from keepclear.record.fingerprint import fingerprint
from keepclear.record.verify.public_key import thumbprint
from tests.oracles.said import NOON, agreement

DESKS = ("alpha.air", "alpha.ground", "bravo.air", "charlie.duty", "mediator.duty")
X = [f"{'A' * 42}{letter}" for letter in "AEIMQUYcgkosw048"]
KIDS = [thumbprint(x) for x in X]
REVOKED_ALL = "which no key before it vouches for"


class Line:
    """Desks that speak, their keys by number."""

    def __init__(self, disclosure: Disclosure = Disclosure.BOARD) -> None:
        self.mechanism = Mechanism(agreement(disclosure))
        self.said = 0

    def say(self, desk: str, kind: str, body: Body, key: int | None = None, **more: Any) -> Outcome:
        """The outcome of a desk's next statement, signed with a key."""
        self.said += 1
        statement = Statement(
            f"s{self.said}", "test", StatementType(kind), desk, self.mechanism.next_serial(desk), NOON, body, source={},
            signed_by=None if key is None else KIDS[key], **more,
        )  # fmt: skip
        return self.mechanism.hear(statement, NOON)

    def enrol(self, desk: str, key: int, by: int | None = None, replaces: int | None = None, **more: Any) -> Outcome:
        body = KeyEnrolBody(X[key], KIDS[key], "proof", None if replaces is None else KIDS[replaces])
        return self.say(desk, "key_enrol", body, key if by is None else by, **more)

    def revoke(self, desk: str, of: str, key: int, by: int | None, **more: Any) -> Outcome:
        return self.say(desk, "key_revoke", KeyRevokeBody(of, KIDS[key], "lost"), by, **more)

    def message(self, desk: str, by: int | None) -> Outcome:
        return self.say(desk, "message", MessageBody("x"), by)

    def alerts(self, *, open_only: bool = True) -> list[Alert]:
        found = self.mechanism.alerts(open_only=open_only)
        return [alert for alert in found if alert.code is AlertCode.KEY_CHANGED]


def test_a_first_key_signs_its_own_enrolment_and_all_are_told() -> None:
    line = Line()
    outcome = line.enrol("alpha.air", 0)
    key = line.mechanism.key(KIDS[0])
    assert key is not None
    assert (key.desk, key.valid_from, key.vouched_by, key.is_valid) == ("alpha.air", outcome.index, None, True)
    (alert,) = line.alerts()
    assert alert.severity is Severity.ADVISORY
    assert set(alert.to) >= set(DESKS)
    assert fingerprint(KIDS[0]) in alert.why
    assert REVOKED_ALL in alert.why
    line.message("alpha.air", 0)


def test_a_key_speaks_for_its_own_desk_only_and_while_there_is_one_nothing_live_goes_without() -> None:
    line = Line()
    line.enrol("alpha.air", 0)
    for desk in ("alpha.ground", "bravo.air", "mediator.duty"):
        with pytest.raises(KeyNotValid, match=r"alpha\.air's"):
            line.message(desk, 0)
    with pytest.raises(KeyNotValid, match="has not enrolled"):
        line.message("alpha.air", 1)
    line.message("bravo.air", None)
    with pytest.raises(SignatureRequired, match=r"alpha\.air has a key"):
        line.message("alpha.air", None)
    line.say("alpha.air", "message", MessageBody("x"), mode=Mode.EXERCISE)
    line.revoke("alpha.air", "alpha.air", 0, 0)
    line.message("alpha.air", None)


def test_what_is_about_keys_is_signed_live_and_for_ones_own_desk() -> None:
    line = Line()
    enrol = KeyEnrolBody(X[0], KIDS[0], "proof")
    with pytest.raises(KeyNotValid, match="not signed"):
        line.say("alpha.air", "key_enrol", enrol)
    with pytest.raises(Refused, match="live and exercise alike"):
        line.enrol("alpha.air", 0, mode=Mode.EXERCISE)
    with pytest.raises(KeyNotValid):
        line.enrol("alpha.air", 0, by=1)
    line.enrol("alpha.air", 0)
    for body in (KeyRevokeBody("alpha.air", KIDS[0], "x"),):
        with pytest.raises(KeyNotValid, match="not signed"):
            line.say("mediator.duty", "key_revoke", body)
    with pytest.raises(Refused, match="live and exercise alike"):
        line.revoke("alpha.air", "alpha.air", 0, 0, mode=Mode.EXERCISE)
    with pytest.raises(InvalidInput, match="one of"):
        line.revoke("alpha.air", "nobody", 0, 0)


def test_a_desk_with_a_key_vouches_for_the_next_with_it() -> None:
    line = Line()
    line.enrol("alpha.air", 0)
    with pytest.raises(KeyNotValid, match="has not enrolled"):
        line.enrol("alpha.air", 1)
    line.enrol("alpha.air", 1, by=0)
    assert "signed by its key before" in line.alerts()[-1].why
    line.message("alpha.air", 0)
    line.message("alpha.air", 1)
    for again in ("alpha.air", "bravo.air"):
        with pytest.raises((Refused, KeyNotValid)):
            line.enrol(again, 1, by=0 if again == "alpha.air" else 1)


def test_rotation_retires_the_old_key_with_its_last_word() -> None:
    line = Line()
    first = line.enrol("alpha.air", 0).index
    before = line.message("alpha.air", 0).index
    rotated = line.enrol("alpha.air", 1, by=0, replaces=0).index
    old, new = (line.mechanism.key(KIDS[number]) for number in (0, 1))
    assert old is not None
    assert new is not None
    assert (old.retired_at, old.retired_why, old.retired_by) == (rotated, "replaced", "alpha.air")
    assert [old.speaks_at(index) for index in (first - 1, first, before, rotated, rotated + 1)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert [new.speaks_at(index) for index in (rotated, rotated + 1)] == [False, True]
    with pytest.raises(KeyNotValid, match=f"retired since entry {rotated}"):
        line.message("alpha.air", 0)
    with pytest.raises(Refused, match="no valid key"):
        line.enrol("alpha.air", 2, by=1, replaces=0)
    assert [alert.key[1] for alert in line.alerts()] == [KIDS[1]], "nobody need compare a key that is gone"


def test_keys_are_revoked_by_their_own_party_or_the_mediator() -> None:
    line = Line()
    for number, desk in enumerate(DESKS):
        line.enrol(desk, number)
    with pytest.raises(Refused, match="not of the party"):
        line.revoke("bravo.air", "alpha.air", 0, 2)
    with pytest.raises(Refused, match="no valid key"):
        line.revoke("alpha.ground", "alpha.ground", 0, 1)
    line.revoke("alpha.ground", "alpha.air", 0, 1)
    with pytest.raises(Refused, match="no valid key"):
        line.revoke("alpha.ground", "alpha.air", 0, 1)
    line.revoke("mediator.duty", "bravo.air", 2, 4)
    line.revoke("charlie.duty", "charlie.duty", 3, 3)
    for desk, number in (("alpha.air", 0), ("bravo.air", 2), ("charlie.duty", 3)):
        with pytest.raises(KeyNotValid):
            line.message(desk, number)
    assert "alpha.ground has revoked a key of alpha.air" in line.alerts()[-3].why


def test_after_all_were_revoked_a_first_key_is_a_warning() -> None:
    line = Line()
    line.enrol("alpha.air", 0)
    line.enrol("alpha.air", 1, by=0)
    line.revoke("alpha.air", "alpha.air", 0, 0)
    with pytest.raises(KeyNotValid):
        line.enrol("alpha.air", 2)
    line.revoke("alpha.air", "alpha.air", 1, 1)
    with pytest.raises((Refused, KeyNotValid)):
        line.enrol("alpha.air", 0)
    line.enrol("alpha.air", 2)
    assert line.alerts()[-1].severity is Severity.WARNING


def test_keys_pass_while_the_mechanism_is_suspended() -> None:
    line = Line()
    line.say("bravo.air", "suspend", SuspendBody("talks"))
    line.enrol("alpha.air", 0)
    line.revoke("alpha.air", "alpha.air", 0, 0)


def test_an_alert_about_a_key_clears_when_every_other_side_has_acknowledged_it() -> None:
    line = Line()
    line.enrol("alpha.air", 0)
    alert = line.alerts()[0].id

    def ack(desk: str, level: AckLevel = AckLevel.PERSON) -> None:
        line.say(desk, "ack", AckBody(alert, level), 0 if desk == "alpha.air" else None)

    for desk in ("alpha.ground", "bravo.air", "mediator.duty"):
        ack(desk)
    ack("charlie.duty", AckLevel.NOT_UNDERSTOOD)
    assert line.alerts()
    ack("charlie.duty")
    assert line.alerts() == []
    assert line.alerts(open_only=False)[0].cleared_why == "Every other side has acknowledged it."


@pytest.mark.parametrize("disclosure", Disclosure)
def test_every_desk_sees_every_key_and_what_was_said_of_it(disclosure: Disclosure) -> None:
    line = Line(disclosure)
    outcome = line.enrol("alpha.air", 0, to=("alpha",))
    key = line.mechanism.key(KIDS[0])
    assert key is not None
    heard = next(change.thing for change in outcome.changes if isinstance(change.thing, Heard))
    for desk in DESKS:
        shown = view(line.mechanism, desk, key)
        assert shown is not None
        assert shown["key"] == {"kty": "OKP", "crv": "Ed25519", "x": X[0]}
        said = view(line.mechanism, desk, heard)
        assert said is not None
        assert said["signed_by"] == KIDS[0]
        told = event(line.mechanism, desk, outcome)
        assert told is not None
        assert {change["kind"] for change in told["changes"]} == {"statement", "key", "alert"}


MOVES = st.tuples(
    st.sampled_from(["enrol", "enrol", "replace", "revoke", "message", "unsigned"]),
    st.sampled_from(DESKS),
    st.sampled_from(DESKS),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 5),
)


class Slow:
    """The rules of keys told once more, as a list of what happened that is read from its beginning each time."""

    def __init__(self) -> None:
        self.happened: list[tuple[str, int, str, int]] = []

    def valid(self, desk: str) -> set[int]:
        held: set[int] = set()
        for what, key, owner, _ in self.happened:
            if owner == desk:
                held = held | {key} if what == "in" else held - {key}
        return held

    def allows(self, what: str, desk: str, of: str, key: int, by: int, replaced: int) -> bool:
        mine = self.valid(desk)
        known = {number for _, number, _, _ in self.happened}
        signs = by in mine
        if what == "unsigned":
            return not mine
        if what == "message":
            return signs
        if what == "revoke":
            same = desk.split(".")[0] == of.split(".")[0] or desk == "mediator.duty"
            return signs and same and key in self.valid(of)
        first = by == key and not mine and by not in known
        return (signs or first) and key not in known and (what == "enrol" or replaced in mine)


@settings(max_examples=300, deadline=None)
@given(st.lists(MOVES, max_size=30))
def test_any_order_of_enrolling_and_revoking_is_judged_as_the_slow_oracle_does(script: list[Any]) -> None:
    line, slow = Line(), Slow()
    signed: list[tuple[int, int]] = []
    for what, desk, of, key, by, replaced in script:
        allowed = slow.allows(what, desk, of, key, by, replaced)
        before = line.mechanism.snapshot()
        try:
            match what:
                case "unsigned":
                    line.message(desk, None)
                    assert allowed
                    continue
                case "message":
                    index = line.message(desk, by).index
                case "revoke":
                    index = line.revoke(desk, of, key, by).index
                case _:
                    index = line.enrol(desk, key, by, replaced if what == "replace" else None).index
        except KeepclearError:
            assert not allowed
            assert line.mechanism.snapshot() == before, "what is refused leaves no trace"
            continue
        assert allowed
        signed.append((index, by))
        if what == "replace":
            slow.happened.append(("out", replaced, desk, index))
        if what in ("enrol", "replace"):
            slow.happened.append(("in", key, desk, index))
        if what == "revoke":
            slow.happened.append(("out", key, of, index))
    for desk in DESKS:
        held = {row.kid for row in line.mechanism.desk_keys() if row.desk == desk and row.is_valid}
        assert held == {KIDS[number] for number in slow.valid(desk)}
    keys = {row.kid: row for row in line.mechanism.desk_keys()}
    assert all(keys[KIDS[by]].speaks_at(index) for index, by in signed), "what was taken stays valid at its place"
    restored = Mechanism.restore(agreement(), line.mechanism.snapshot())
    assert restored.desk_keys() == line.mechanism.desk_keys()
    assert restored.snapshot() == line.mechanism.snapshot()
