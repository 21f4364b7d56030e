"""A table as lines of text: aligned by what letters take on a terminal, and long cells folded to its width.

A table of rich's is handsomer, and costs more than the check whose answer it shows.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

GAP = "  "
LEAST_FOLDED = 16
RED, YELLOW, BOLD, END = "\x1b[1;31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"

Row = Sequence[Sequence[str]]
"""Of each column the lines of one cell."""


def print_table(heads: Sequence[str], rows: Sequence[Row], *, folded: int, styles: Sequence[str] = ()) -> None:
    """Writes the table to standard output. The column ``folded`` gives way where the terminal is narrow.

    ``styles`` has for each row how its first cell is coloured, which is done where a terminal shows it.
    """
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    room = shutil.get_terminal_size().columns
    for number, line in enumerate(
        table_lines(heads, rows, folded=folded, room=room, styles=styles if coloured else ())
    ):
        sys.stdout.write(f"{BOLD}{line}{END}\n" if coloured and not number else f"{line}\n")


def table_lines(
    heads: Sequence[str], rows: Sequence[Row], *, folded: int, room: int, styles: Sequence[str] = ()
) -> Iterator[str]:
    """The lines of the table, first that of its heads; none is wider than ``room`` where folding can help it."""
    widths = [
        max(cells(text) for text in (head, *(line for row in rows for line in row[column])))
        for column, head in enumerate(heads)
    ]
    others = sum(widths) - widths[folded] + len(GAP) * (len(heads) - 1)
    widths[folded] = min(widths[folded], max(room - others, LEAST_FOLDED))
    yield GAP.join(_padded(head, width) for head, width in zip(heads, widths, strict=True)).rstrip()
    for number, row in enumerate(rows):
        columns = [list(lines) for lines in row]
        columns[folded] = [part for line in row[folded] for part in folds(line, widths[folded])]
        for at in range(max(len(lines) for lines in columns)):
            here = [
                _padded(lines[at] if at < len(lines) else "", width)
                for lines, width in zip(columns, widths, strict=True)
            ]
            line = GAP.join(here).rstrip()
            if styles and not at:
                line = f"{styles[number]}{line[: len(here[0])]}{END}{line[len(here[0]) :]}"
            yield line


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: wide letters two, marks over others none."""
    return len(text) if text.isascii() else sum(_cell(letter) for letter in text)


def folds(text: str, width: int) -> list[str]:
    """The text in parts that are no wider than ``width`` (2 or more); together they are the text."""
    if cells(text) <= width:
        return [text]
    parts, taken = [""], 0
    for letter in text:
        if taken + _cell(letter) > width:
            parts.append("")
            taken = 0
        parts[-1] += letter
        taken += _cell(letter)
    return parts


def _cell(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
