"""What was worked out at an entry: one spelling, and for a day that is played again always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from keepclear.formats.findings import (
    NOTHING,
    canonical_findings,
    digest_of,
    findings,
    findings_bytes,
    worked_out,
)
from keepclear.formats.scenario_toml import scenario_from_toml
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.outcome import Change, Outcome
from keepclear.mechanism.words import Severity
from keepclear.scenario.history import History
from keepclear.scenario.player import Simulated, play_on
from keepclear.scenario.script import ids_of
from tests.scenario.surge import surge_day

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FINDINGS: st.SearchStrategy[Any] = st.lists(
    st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8),
        TEXTS | st.integers(-(2**53) + 1, 2**53 - 1) | st.lists(TEXTS, max_size=3),
        max_size=5,
    ),
    max_size=4,
)


class Told(History):
    """A history that keeps what was worked out at each input that changed something."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[Outcome] = []

    def note(self, changes: Iterable[Change]) -> None:
        """See ``History``."""
        kept = tuple(changes)
        if kept:
            self.outcomes.append(Outcome(len(self.outcomes), kept[-1].at_ms, kept, is_entry=True))
        super().note(kept)


def played(text: bytes) -> list[Outcome]:
    """The outcomes of a scenario, in order."""
    scenario = scenario_from_toml(text, lambda name: (EXAMPLES / name).read_bytes())
    told = Told()
    play_on(Simulated(scenario, told), scenario, ids_of(scenario))
    return told.outcomes


@given(FINDINGS)
def test_the_spelling_is_that_of_rfc_8785(found: list[dict[str, Any]]) -> None:
    assert canonical_findings(found) == rfc8785.dumps(found)


def test_findings_hold_nothing_but_what_has_one_spelling() -> None:
    for outcome in played(surge_day(30, 6).encode()):
        assert findings_bytes(outcome) == rfc8785.dumps(findings(outcome))
        for finding in findings(outcome):
            assert not any(isinstance(value, float) for value in finding.values())


def test_where_nothing_was_worked_out_the_hash_is_that_of_an_empty_list() -> None:
    assert worked_out(Outcome(0, 0, (), is_entry=True)) == NOTHING == digest_of(rfc8785.dumps([]))


@pytest.mark.parametrize(
    ("text", "outcomes", "expected"),
    [
        ((EXAMPLES / "stop-climbs.toml").read_bytes(), 11, "3000db4685ca39e6d624f1ed0a5c82b6"),
        ((EXAMPLES / "stop-answered.toml").read_bytes(), 9, "49c5e0450ce83ac5f48def0d956effbb"),
        (surge_day(60, 10).encode(), 1567, "d638b352d5506e1ed8105a1b0d3215fe"),
    ],
    ids=["stop-climbs", "stop-answered", "surge"],
)
def test_an_old_record_is_worked_out_as_it_was(text: bytes, outcomes: int, expected: str) -> None:
    """Written down once. Where this fails, old records would disagree: see ``RULES_VERSION``."""
    digests = [worked_out(outcome) for outcome in played(text)]
    assert (len(digests), hashlib.sha256("\n".join(digests).encode()).hexdigest()[:32]) == (outcomes, expected)


def test_a_severity_or_an_addressee_is_another_answer_and_a_wording_is_not() -> None:
    outcome = next(one for one in played(surge_day(30, 6).encode()) if findings(one))
    number, change = next((n, one) for n, one in enumerate(outcome.changes) if isinstance(one.thing, Alert))
    assert isinstance(change.thing, Alert)

    def having(**changed: Any) -> str:
        altered = replace(change, thing=replace(change.thing, **changed))
        changes = (*outcome.changes[:number], altered, *outcome.changes[number + 1 :])
        return worked_out(replace(outcome, changes=changes))

    assert having(why="other words", may_do=()) == worked_out(outcome)
    other = Severity.ADVISORY if change.thing.severity is not Severity.ADVISORY else Severity.WARNING
    assert having(severity=other) != worked_out(outcome)
    assert having(to=("nobody",)) != worked_out(outcome)
    assert having(about=("nothing",)) != worked_out(outcome)
    assert having(raised_at_ms=0) != worked_out(outcome)
