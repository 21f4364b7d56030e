"""Canonical JSON with the standard library alone: RFC 8785's own vectors, and the package that the writer uses."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.record.verify.canonical import MOST_EXACT_INTEGER, canonical, parsed

# RFC 8785 appendix B: the bits of a number, and how it is written
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_rfc_8785_numbers(bits: str, text: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert canonical(number) == text.encode() == rfc8785.dumps(number)


def test_rfc_8785_example_and_order() -> None:
    sample = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""  # §3.2.2
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(json.loads(sample)) == expected.encode()
    keys = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\U0001f600": "Emoji: Grinning Face", "\x80": "Control",
            "\xf6": "Latin Small Letter O With Diaeresis"}  # fmt: skip
    order = ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
             "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"]  # fmt: skip
    assert list(json.loads(canonical(keys)).values()) == order  # §3.2.3: by UTF-16 units, not by characters


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.text(max_size=8), st.floats(allow_nan=False, allow_infinity=False),
        st.integers(-MOST_EXACT_INTEGER, MOST_EXACT_INTEGER),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=400)
@given(values)
def test_the_writers_package_writes_the_same_and_it_is_read_back(value: Any) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    if not _has_large_whole_float(value):
        assert canonical(parsed(data)) == data


def _has_large_whole_float(value: Any) -> bool:
    """Written without an exponent, such a number is read back as a whole one that is too large to be exact."""
    match value:
        case float():
            return MOST_EXACT_INTEGER < abs(value) < 1e21
        case dict():
            return any(_has_large_whole_float(one) for one in value.values())
        case list():
            return any(_has_large_whole_float(one) for one in value)
    return False


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1}, b"x"])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [b"", b" 1", b"1 ", b"1.0", b"1e2", b"-0", b"01", b"1e400", b"NaN", b"-Infinity", b'"\\u0041"', b'"\\/"',
     b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b"\xef\xbb\xbf1", b"\xff", b'"\\ud800"', b"9007199254740992",
     b"[" * 100_000, b"1" * 5_000, b'["\x01"]'],
)  # fmt: skip
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(data)
