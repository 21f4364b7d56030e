"""Entries of the record: one spelling each, read back as they were, and nothing that is not one."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.entry import (
    agreement_entry,
    clock_entry,
    delivery_entry,
    entry_as_kept,
    entry_from_bytes,
    statement_entry,
)
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.formats.signed_json import statement_of_token
from keepclear.formats.statement_json import statement_from_json
from keepclear.record.verify.jws import taken_apart
from tests.formats.samples import MECHANISM, notice
from tests.host.signing import Key

AGREEMENT = agreement_from_toml(MECHANISM.encode())
AT = 1_775_707_200_000
WORKED_OUT = b',"worked_out":"' + b"x" * 43 + b'"}'


def test_a_statement_is_kept_exactly_as_heard() -> None:
    source = notice(remarks=...)
    data = statement_entry(AT, statement_from_json(source, AGREEMENT))
    entry = entry_from_bytes(data)
    assert (entry.kind, entry.at, entry.statement, entry.held) == ("statement", AT, source, False)
    assert statement_from_json(entry.statement, AGREEMENT) == statement_from_json(source, AGREEMENT)


def test_that_a_statement_was_kept_back_is_kept_too() -> None:
    data = statement_entry(AT, statement_from_json(notice(), AGREEMENT), held=True)
    assert entry_from_bytes(data).held


@pytest.mark.parametrize("held", [False, True])
def test_what_our_store_kept_is_read_as_the_same_without_judging(held: bool) -> None:
    statement = statement_from_json(notice(), AGREEMENT)
    kept = [
        statement_entry(AT, statement, held=held), agreement_entry(AT, AGREEMENT), clock_entry(AT),
        delivery_entry(AT, "bravo.air", 17),
    ]  # fmt: skip
    assert [entry_as_kept(data) for data in kept] == [entry_from_bytes(data) for data in kept]
    assert statement_from_json(entry_as_kept(kept[0]).statement, AGREEMENT, as_kept=True) == statement


words = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
anything = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
)


@given(st.dictionaries(words, anything))
def test_whatever_a_statement_says_is_read_to_the_last_bit(said: dict[str, Any]) -> None:
    entry = rfc8785.dumps({"v": 2, "rules": "2", "at": AT, "kind": "statement", "statement": said, "worked_out": "x"})
    assert repr(entry_as_kept(entry).statement) == repr(json.loads(entry)["statement"])


def test_an_entry_of_version_1_is_read_and_says_nothing_of_what_was_worked_out() -> None:
    first = rfc8785.dumps({"v": 1, "rules": "2", "at": AT, "kind": "statement", "statement": notice()})
    assert entry_as_kept(first) == entry_from_bytes(first)
    assert (entry_as_kept(first).worked_out, entry_as_kept(first).statement) == (None, notice())


def test_what_was_worked_out_is_kept() -> None:
    assert entry_from_bytes(clock_entry(AT, worked_out="x" * 43)).worked_out == "x" * 43


def test_a_signed_statement_is_kept_as_the_token_it_came_as() -> None:
    key, source = Key(), notice()
    token = key.signs(source, seen="— a checkpoint")
    statement = statement_of_token(taken_apart(token), AGREEMENT)
    assert statement == replace(statement_from_json(source, AGREEMENT), signed_by=key.kid, jws=token)
    data = statement_entry(AT, statement, held=True)
    assert json.loads(data).keys() == {"v", "rules", "at", "kind", "worked_out", "jws", "held"}
    assert entry_as_kept(data) == entry_from_bytes(data)
    assert (entry_from_bytes(data).jws, entry_from_bytes(data).statement) == (token, source)


def test_what_other_rules_kept_is_read_strictly() -> None:
    data = statement_entry(AT, statement_from_json(notice(), AGREEMENT)).replace(b'"rules":"2"', b'"rules":2')
    with pytest.raises(InvalidInput, match="rules"):
        entry_as_kept(data)


def test_an_agreement_is_kept_whole() -> None:
    assert entry_from_bytes(agreement_entry(AT, AGREEMENT)).agreement == AGREEMENT


def test_deliveries_and_the_clock_are_inputs_too() -> None:
    delivery, clock = entry_from_bytes(delivery_entry(AT, "bravo.air", 17)), entry_from_bytes(clock_entry(AT))
    assert (delivery.kind, delivery.at, delivery.desk, delivery.through) == ("delivery", AT, "bravo.air", 17)
    assert (clock.kind, clock.at, clock.statement) == ("clock", AT, None)


@pytest.mark.parametrize(
    "data", [agreement_entry(AT, AGREEMENT), delivery_entry(AT, "bravo.air", 17), clock_entry(AT)], ids=str
)
def test_an_entry_has_one_spelling(data: bytes) -> None:
    assert rfc8785.dumps(json.loads(data)) == data


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"[]", ""),
        (b'{"v":3,"rules":"1","at":5,"kind":"clock"}', "v"),
        (b'{"v":2,"rules":"1","at":5,"kind":"clock"}', "worked_out"),
        (b'{"v":2,"rules":"1","at":5,"kind":"clock","worked_out":"' + b"?" * 43 + b'"}', "worked_out"),
        (b'{"v":1,"rules":"1","at":5,"kind":"clock","worked_out":"' + b"x" * 43 + b'"}', "worked_out"),
        (b'{"v":2,"rules":"1","at":5,"kind":"statement"' + WORKED_OUT, "statement"),
        (b'{"v":2,"rules":"1","at":5,"kind":"statement","jws":7' + WORKED_OUT, "jws"),
        (b'{"v":2,"rules":"1","at":5,"kind":"statement","jws":"a.b.c"' + WORKED_OUT, "signature.header"),
        (b'{"v":2,"rules":"1","at":5,"kind":"clock","jws":"a.b.c"' + WORKED_OUT, "jws"),
        (b'{"v":1,"rules":"1","at":5,"kind":"statement","jws":"a.b.c"}', "statement"),
        (b'{"v":1,"rules":"1","at":5,"kind":"statement","jws":"a.b.c","statement":{}}', "statement"),
        (b'{"v":1,"rules":"1","at":5,"kind":"tick"}', "kind"),
        (b'{"v":1,"rules":"1","at":"5","kind":"clock"}', "at"),
        (b'{"v":1,"rules":"1","at":5,"kind":"clock","desk":"x"}', "desk"),
        (b'{"v":1,"rules":"1","at":5,"kind":"statement","statement":7}', "statement"),
        (b'{"v":1,"rules":"1","at":5,"kind":"agreement","agreement":{}}', "agreement.name"),
    ],
)
def test_what_is_no_entry_is_refused(data: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        entry_from_bytes(data)
    assert refusal.value.field == field


@given(st.binary(max_size=100))
def test_any_bytes_give_an_entry_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        entry_from_bytes(data)
