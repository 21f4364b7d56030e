"""A file of evidence comes from whoever says that a log lied: it is read strictly, and convicts by what is signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keepclear.errors import InvalidInput
from keepclear.record.evidence import contradiction, parse_evidence
from tests.fuzz.split_log import LOG_KEYS, evidence_files

TWO_SIZES = evidence_files()[1]


def test_what_is_written_is_read_and_convicts() -> None:
    evidence = parse_evidence(TWO_SIZES)
    assert evidence.to_bytes() == TWO_SIZES
    assert contradiction(evidence, LOG_KEYS) == evidence.why


def test_a_pair_that_is_only_suspected_does_not_convict() -> None:
    assert contradiction(parse_evidence(evidence_files()[2]), LOG_KEYS) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("why", "half a pair: \ud800"),
        ("why", 7),
        ("found_by", None),
        ("first", "no note"),
        ("proof", "a text"),
        ("proof", ["AAAA"]),
        ("proof", ["A" * 43 + "="] * 64),
        ("proof", [7]),
        ("root_of_first_in_second", 7),
        ("root_of_first_in_second", "AAAA"),
        ("format", "keepclear-evidence/2"),
    ],
)
def test_what_is_no_evidence_is_refused(key: str, value: Any) -> None:
    changed = json.loads(TWO_SIZES) | {key: value}
    with pytest.raises(InvalidInput):
        parse_evidence(json.dumps(changed).encode())


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = TWO_SIZES.replace(b'"why":', b'"why": "another reason", "why":', 1)
    with pytest.raises(InvalidInput):
        parse_evidence(twice)
