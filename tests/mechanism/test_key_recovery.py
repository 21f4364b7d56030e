"""The mediator has lost its keys: the operator retires them in the open, and nobody else's can be retired so."""

from __future__ import annotations

import pytest

from keepclear.errors import KeyNotValid, Refused
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import event
from keepclear.mechanism.outcome import Outcome
from keepclear.mechanism.play import RecoveryEntry, step
from keepclear.mechanism.words import Severity
from keepclear.record.fingerprint import fingerprint
from tests.mechanism.test_keys import DESKS, KIDS, REVOKED_ALL, Line
from tests.oracles.said import NOON

MEDIATOR = "mediator.duty"


def recovered(mechanism: Mechanism, at: int = NOON + 1) -> Outcome:
    return step(mechanism, RecoveryEntry(at, "the safe burnt out"))


def test_every_desk_is_warned_and_the_next_first_key_is_a_warning_too() -> None:
    line = Line()
    line.enrol(MEDIATOR, 0)
    line.enrol(MEDIATOR, 1, by=0)
    outcome = recovered(line.mechanism)
    assert outcome.is_entry
    for number in (0, 1):
        key = line.mechanism.key(KIDS[number])
        assert key is not None
        assert (key.retired_at, key.retired_in) == (outcome.index, None)
        assert (key.retired_by, key.retired_why) == ("the host's operator", "the safe burnt out")
    warned = [alert for alert in line.alerts() if "operator" in alert.why]
    assert [alert.severity for alert in warned] == [Severity.WARNING] * 2
    assert all(fingerprint(KIDS[number]) in alert.why for number, alert in enumerate(warned))
    assert all(set(alert.to) >= set(DESKS) for alert in warned)
    for desk in DESKS:
        assert event(line.mechanism, desk, outcome), desk
    with pytest.raises(KeyNotValid, match="retired since"):
        line.message(MEDIATOR, 0)
    line.enrol(MEDIATOR, 2)
    assert line.alerts()[-1].severity is Severity.WARNING
    assert REVOKED_ALL in line.alerts()[-1].why
    line.message(MEDIATOR, 2)


def test_other_desks_keys_stay_and_what_the_mediator_signed_before_stands() -> None:
    line = Line()
    line.enrol(MEDIATOR, 0)
    line.enrol("alpha.air", 1)
    said = line.message(MEDIATOR, 0).index
    recovered(line.mechanism)
    key = line.mechanism.key(KIDS[0])
    assert key is not None
    assert key.speaks_at(said)
    line.message("alpha.air", 1)


def test_a_mediator_that_has_no_key_needs_no_way_back_and_nothing_changes() -> None:
    line = Line()
    line.enrol("alpha.air", 0)
    before = line.mechanism.index
    with pytest.raises(Refused, match="has no valid key"):
        recovered(line.mechanism)
    assert line.mechanism.index == before
