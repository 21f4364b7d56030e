"""Tokens: unguessable, shown once, and only their hashes kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from keepclear.errors import InvalidInput
from keepclear.host.tokens import METRICS, issue, load

DESKS = ("alpha.air", "bravo.air", "mediator.duty")


def test_each_desk_and_the_metrics_get_a_token_of_their_own() -> None:
    book, made = issue(DESKS)
    assert set(made) == {*DESKS, METRICS}
    assert len(set(made.values())) == len(made)
    assert all(book.holder(token) == name for name, token in made.items())


@pytest.mark.parametrize("wrong", ["", "kc_", "\ud800", "x" * 10_000])
def test_another_token_is_nobodys(wrong: str) -> None:
    book, made = issue(DESKS)
    assert book.holder(wrong) is None
    assert book.holder(made["alpha.air"][:-1]) is None
    assert book.holder(made["alpha.air"] + "x") is None


def test_the_file_holds_no_token_and_is_for_its_owner_only(tmp_path: Path) -> None:
    book, made = issue(DESKS)
    path = tmp_path / "tokens.json"
    book.save(path)
    text = path.read_text()
    assert not any(token in text or token.removeprefix("kc_") in text for token in made.values())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(path) == book


def test_tokens_are_not_made_twice(tmp_path: Path) -> None:
    book, _ = issue(DESKS)
    book.save(tmp_path / "tokens.json")
    with pytest.raises(InvalidInput, match="already"):
        book.save(tmp_path / "tokens.json")


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"sha256": 1}'])
def test_a_missing_or_foreign_file_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "tokens.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidInput, match=r"tokens\.json"):
        load(path)
