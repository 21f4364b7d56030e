"""The phrase book: what its table holds to, and that a code outside of it is refused."""

from __future__ import annotations

import re

import pytest

from keepclear.errors import InvalidInput
from keepclear.mechanism.phrase_book import PHRASE_BOOK, PhraseGroup, check_phrase, phrase


def test_every_code_stands_for_one_meaning() -> None:
    glosses = [row.gloss for row in PHRASE_BOOK.values()]
    assert len(set(glosses)) == len(glosses)
    assert all(code == row.code and re.fullmatch(r"[A-Z]{2}\d{1,2}", code) for code, row in PHRASE_BOOK.items())
    assert {row.group for row in PHRASE_BOOK.values()} == set(PhraseGroup)
    assert all(row.gloss.endswith((".", "?")) and row.when.endswith(".") for row in PHRASE_BOOK.values())


def test_the_three_receipts_of_incsea_mean_what_they_mean_there() -> None:
    assert "received and understood" in phrase("ZL1").gloss
    assert "acknowledge" in phrase("ZL2").gloss
    assert "not understood" in phrase("ZL3").gloss


@pytest.mark.parametrize("code", ["ZL4", "", "KC", "zl1", "ZL1 ", "UY2", "X" * 5000])
def test_a_code_that_is_not_in_the_book_is_refused_with_what_would_be_right(code: str) -> None:
    with pytest.raises(InvalidInput, match="phrase book") as refused:
        check_phrase(code, "body.phrase")
    assert refused.value.field == "body.phrase"
    assert "ZL1" in refused.value.expected
    assert len(refused.value.given) < 100


def test_a_message_without_a_phrase_is_no_matter_of_the_book() -> None:
    check_phrase(None, "body.phrase")
    check_phrase("KC20", "body.phrase")
