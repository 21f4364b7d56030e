"""A table's lines: aligned, within the terminal's width, and nothing of a cell is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.cli.table import END, RED, cells, folds, print_table, table_lines

LETTERS = st.text(st.sampled_from("ab 日本ö\u0301"), max_size=40)


def test_columns_stand_under_their_heads_and_a_row_has_its_lines() -> None:
    rows = [[["one"], ["日本 (x)", "b"], ["0 m"]], [["fourteen"], ["c"], ["1 m", "2 m"]]]
    lines = list(table_lines(("Kind", "Names", "Gap"), rows, folded=1, room=80))
    assert lines == [
        "Kind      Names     Gap",
        "one       日本 (x)  0 m",
        "          b",
        "fourteen  c         1 m",
        "                    2 m",
    ]


@given(LETTERS, st.integers(2, 30))
def test_folded_parts_are_the_text_and_fit(text: str, width: int) -> None:
    parts = folds(text, width)
    assert "".join(parts) == text
    assert all(cells(part) <= width for part in parts)


@given(st.lists(LETTERS, min_size=1, max_size=5), st.integers(40, 90))
def test_no_line_is_wider_than_the_terminal(names: list[str], room: int) -> None:
    rows = [[["CONFLICT"], [name], ["0 m beside", "5 m above"]] for name in names]
    assert all(cells(line) <= room for line in table_lines(("V", "N", "G"), rows, folded=1, room=room))


def test_only_a_terminal_gets_colour(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    rows = [[["CONFLICT"], ["n1"]]]
    print_table(("Verdict", "Notices"), rows, folded=1, styles=[RED])
    assert capsys.readouterr().out == "Verdict   Notices\nCONFLICT  n1\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(("Verdict", "Notices"), rows, folded=1, styles=[RED])
    assert f"{RED}CONFLICT{END}  n1\n" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    print_table(("Verdict", "Notices"), rows, folded=1, styles=[RED])
    assert "\x1b" not in capsys.readouterr().out
