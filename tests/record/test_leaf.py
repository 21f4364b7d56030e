"""A leaf says when, and commits to an entry without giving it away."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.record.keys import LogKeys
from keepclear.record.verify.leaf import Leaf, commitment_of, parse_leaf

LEAF = Leaf(1_700_000_000_000, bytes(range(32)))


@given(st.integers(-(2**50), 2**50), st.binary(min_size=32, max_size=32))
def test_a_leaf_is_canonical_json_and_read_as_written(at_ms: int, commitment: bytes) -> None:
    leaf = Leaf(at_ms, commitment)
    assert parse_leaf(leaf.to_bytes()) == leaf
    value: dict[str, Any] = {
        "v": 1,
        "at": at_ms,
        "commitment": base64.urlsafe_b64encode(commitment).decode().rstrip("="),
    }
    assert leaf.to_bytes() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        LEAF.to_bytes() + b" ",
        LEAF.to_bytes().replace(b'"v":1', b'"v":2'),
        LEAF.to_bytes().replace(b":17", b":017"),
        LEAF.to_bytes().replace(b":17", b": 17"),
        LEAF.to_bytes().replace(b":1700000000000,", b":-0,"),
        LEAF.to_bytes().replace(b'8","v"', b'9","v"'),
        LEAF.to_bytes().replace(b'8","v"', b'","v"'),
        b"\xff" * 100,
    ],
)
def test_what_is_no_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_leaf(data)


def test_a_salt_is_the_cut_mac_of_the_leafs_number_and_differs_from_log_to_log() -> None:
    keys = LogKeys(bytes(32), bytes(32), b"s" * 32)
    salts = keys.salts("levant")
    secret = hmac.new(b"s" * 32, b"levant", sha256).digest()
    assert salts.of(258) == hmac.new(secret, bytes(6) + b"\x01\x02", sha256).digest()[:16]
    assert salts.of(258) != keys.salts("aegean").of(258)
    assert commitment_of(salts.of(258), b"entry") == sha256(salts.of(258) + b"entry").digest()
    with pytest.raises(InvalidInput):
        commitment_of(b"short", b"entry")
    assert "s" * 5 not in repr(keys)
    assert "secret" not in repr(salts)
