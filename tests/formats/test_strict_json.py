"""Strict JSON: any bytes give a value that every reader understands alike, or a refusal that says where."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats.json_place import find_offence
from keepclear.formats.strict_json import Limits, loads

SMALL = Limits(max_bytes=2_000, max_depth=8)

REFUSED = [
    (b'{"a": 1, "a": 2}', "a", "stands twice"),
    (b'{"body": {"x": [1, {"k": 1, "k": 1}]}}', "body.x[1].k", "stands twice"),
    (b'{"a": [1, NaN]}', "a[1]", "NaN"),
    (b'{"a": {"b": -Infinity}}', "a.b", "-Infinity"),
    (b'{"a": 9007199254740992}', "a", "whole number"),
    (b'{"a": [0, -9007199254740993]}', "a[1]", "whole number"),
    (b"[" + b"9" * 1500 + b"]", "[0]", "digits"),
    (b'{"a": 1e999}', "a", "finite"),
    (b'{"a": "\\ud800"}', "a", "surrogate"),
    (b'{"a": 1, "\\udfff": "x"}', "\ufffd", "surrogate"),
    (b'{"a": "\xff"}', "line 1", "byte 7"),
    (b'{"a":\n\n "\xed\xa0\x80"}', "line 3", "UTF-8"),
    (b'{"a": 1,\n}', "line 2 column 1", "no JSON"),
    (b"", "line 1 column 1", "no JSON"),
    (b"\xef\xbb\xbf{}", "line 1 column 1", "byte order mark"),
    (b'{"a": "tab\there"}', "line 1", "no JSON"),
]


@pytest.mark.parametrize(("data", "field", "said"), REFUSED)
def test_what_readers_may_understand_differently_is_refused_with_its_place(data: bytes, field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        loads(data, limits=SMALL)
    assert refusal.value.field.startswith(field)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 9007199254740991, "b": -9007199254740991}',
        b'{"a": "\\ud83d\\ude00 [[[[[[[[[[[[[[[["}',
        b"[[[[[[[[]]]]]]]]",
        b'[0.12345678901234567890123, 1e-400, 1E+30, "\\"[{", -0]',
        b' "text" ',
        b"null",
    ],
)
def test_what_every_reader_understands_alike_is_taken(data: bytes) -> None:
    assert loads(data, limits=SMALL) == json.loads(data)


def test_size_is_refused_before_anything_is_read() -> None:
    with pytest.raises(TooLarge, match="2,001 bytes"):
        loads(b"\xff" * 2_001, limits=SMALL)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"]}":'])
def test_deep_nesting_is_refused_before_the_parser_recurses(opening: bytes) -> None:
    deep = opening * 300_000
    started = time.process_time()
    with pytest.raises(TooLarge, match="nested over 8 deep"):
        loads(deep, limits=Limits(max_bytes=10**7, max_depth=8))
    assert time.process_time() - started < 1


def test_one_level_over_the_limit_is_refused_and_the_limit_is_not() -> None:
    loads(b"[" * 8 + b"]" * 8, limits=SMALL)
    with pytest.raises(TooLarge):
        loads(b"[" * 9 + b"]" * 9, limits=SMALL)


def test_a_refusal_is_short_however_long_what_is_refused() -> None:
    key = b"k" * 900
    for data in (b'{"%b": NaN}' % key, b'{"%b": 1, "%b": 2}' % (key, key), b'["' + b"v" * 900 + b'\\ud800"]'):
        with pytest.raises(InvalidInput) as refusal:
            loads(data, limits=SMALL)
        assert len(str(refusal.value)) < 300


@given(st.binary(max_size=300))
def test_any_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = loads(data, limits=SMALL)
    except InvalidInput:
        return
    assert value == json.loads(data)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES, st.booleans())
def test_a_json_value_is_taken_exactly_when_it_is_i_json(value: Any, ascii_only: bool) -> None:
    try:
        data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8")
    except UnicodeEncodeError:
        return
    if _is_i_json(value):
        assert loads(data) == value
    else:
        with pytest.raises(InvalidInput):
            loads(data)


def _is_i_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_i_json(key) and _is_i_json(member) for key, member in value.items())
    if isinstance(value, list):
        return all(_is_i_json(member) for member in value)
    if isinstance(value, str):
        return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**53


NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)


@given(st.lists(st.one_of(NUMBER, st.sampled_from(['"\\ud800"', '"\\uD83D\\uDE00"', "9007199254740992"])), min_size=1))
def test_what_is_let_pass_unread_holds_no_offence(members: list[str]) -> None:
    text = "[" + ",".join(members) + "]"
    offence = find_offence(text)
    if offence is None:
        loads(text.encode())
    else:
        with pytest.raises(InvalidInput) as refusal:
            loads(text.encode())
        assert refusal.value.field == offence.field
