"""A record worked out again: what a host kept back, invented or changed is found at its entry, and told in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.entry_input import as_input
from keepclear.formats.findings import canonical_findings, digest_of, findings
from keepclear.formats.worked_again import Kept, work_again
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.play import step
from tests.host.recorded import EXAMPLES, recorded

RECORD = recorded((EXAMPLES / "stop-climbs.toml").read_bytes()).entries


def told() -> list[list[dict[str, Any]]]:
    """What was worked out at each entry."""
    first = entry_from_bytes(RECORD[0])
    assert first.agreement is not None
    mechanism = Mechanism(first.agreement)
    inputs = (as_input(entry_from_bytes(data), mechanism.agreement) for data in RECORD[1:])
    return [[], *(findings(step(mechanism, one)) for one in inputs)]


TOLD = told()
AT = next(index for index, found in enumerate(TOLD) if any(one["code"] == "STOP_OVERDUE" for one in found))


def kept(index: int, found: list[dict[str, Any]], *, silent: bool = False) -> list[Kept]:
    """The record of a host that says this of one entry; ``silent``: by its hash alone."""
    value = {**json.loads(RECORD[index]), "worked_out": digest_of(canonical_findings(found))}
    entries = [*RECORD[:index], rfc8785.dumps(value), *RECORD[index + 1 :]]
    says = [*TOLD[:index], found, *TOLD[index + 1 :]]
    return [(place, data, None if silent else says[place]) for place, data in enumerate(entries)]


def test_an_honest_record_follows() -> None:
    again = work_again(kept(AT, TOLD[AT]))
    assert (again.difference, again.played, again.compared) == (None, len(RECORD), len(RECORD))
    assert again.alerts > 3


LIES: dict[str, tuple[Callable[[dict[str, Any]], list[dict[str, Any]]], str, str]] = {
    "kept back": (lambda _: [], "no more than now", "STOP_OVERDUE raised as warning for "),
    "milder": (lambda one: [{**one, "severity": "caution"}], "raised as caution", "raised as warning"),
    "to somebody else": (lambda one: [{**one, "to": ["nobody"]}], "for nobody about", "STOP_OVERDUE raised"),
    "later": (lambda one: [{**one, "at": one["at"] + 1}], "STOP_OVERDUE raised", "STOP_OVERDUE raised"),
    "invented": (
        lambda one: [one, {**one, "id": "a0", "code": "ACCIDENT"}], "ACCIDENT raised", "no more than that"
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_an_alert_that_does_not_follow_is_named_where_it_is(lie: str) -> None:
    tell, recorded_as, now = LIES[lie]
    place = next(n for n, one in enumerate(TOLD[AT]) if one["code"] == "STOP_OVERDUE")
    found = [*TOLD[AT][:place], *tell(TOLD[AT][place]), *TOLD[AT][place + 1 :]]
    difference = work_again(kept(AT, found)).difference
    assert difference is not None
    assert difference.index == AT
    assert recorded_as in difference.recorded
    assert now in difference.now


def test_where_the_record_has_the_hash_alone_it_is_told_what_follows_now() -> None:
    difference = work_again(kept(AT, [], silent=True)).difference
    assert difference is not None
    assert difference.recorded.startswith("the hash ")
    assert "STOP_OVERDUE raised as warning" in difference.now


def test_a_statement_that_the_rules_refuse_was_never_heard() -> None:
    value = json.loads(RECORD[AT])
    stranger = rfc8785.dumps({**value, "kind": "delivery", "desk": "nobody.at.all", "through": 1})
    difference = work_again([(n, stranger if n == AT else data, None) for n, data in enumerate(RECORD)]).difference
    assert difference is not None
    assert (difference.index, difference.now[:9]) == (AT, "refused: ")


def test_an_entry_at_which_nothing_changes_was_put_there_by_somebody() -> None:
    idle = rfc8785.dumps({**json.loads(RECORD[1]), "kind": "clock", "statement": None})
    idle = idle.replace(b'"statement":null,', b"")
    entries = [RECORD[0], idle, *RECORD[1:]]
    difference = work_again([(n, data, None) for n, data in enumerate(entries)]).difference
    assert difference is not None
    assert (difference.index, "would be no entry" in difference.now) == (1, True)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", RECORD[1]])
def test_a_record_that_does_not_begin_with_an_agreement_is_refused_in_words(data: bytes) -> None:
    difference = work_again([(0, data, None)]).difference
    assert difference is not None
    assert difference.index == 0
