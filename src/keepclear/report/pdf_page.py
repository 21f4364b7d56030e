"""A document as PDF, set by typst (PyPI ``typst``, the extra ``keepclear[pdf]``): PDF/A-3a and PDF/UA-1.

Only the typefaces that are inside typst are used, and the file's date is the end of the period: so the same document
gives the same bytes. Everything is handed over as strings, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.report.document import (
    FONT,
    Block,
    Cell,
    Column,
    Contents,
    Document,
    Facts,
    Figure,
    Heading,
    Para,
    Row,
    Table,
    kept_together,
)

FIGURE_FONT = "Libertinus Serif, DejaVu Sans Mono"
STANDARDS: list[Any] = ["a-3a", "ua-1"]
_COVERED = re.compile(
    "[\u0020-\u052f\u0590-\u06ff\u1e00-\u1fff\u2000-\u206f\u2070-\u209f\u20a0-\u20bf\u2100-\u214f\u2190-\u22ff"
    "\u25a0-\u25ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
"""What the typefaces have signs for: Latin, Greek, Cyrillic, Hebrew, Arabic, punctuation, arrows and figures."""
_LONG_RUN = re.compile(r"[^\s\u200b]{24,}")
_BREAK = "\u200b"
_EPOCH_S = 1000


def pdf_of(document: Document) -> bytes:
    """The PDF. ``InvalidInput`` where typst is not installed."""
    try:
        import typst
    except ImportError:
        right = "install it with: pip install 'keepclear[pdf]' — or give a name that ends in .html"
        raise InvalidInput("--out", "a PDF needs typst, which is not installed", right) from None
    source, dated_s = typst_source(document).encode("utf-8"), document.dated_ms // _EPOCH_S
    compiled: Any = typst.compile(
        source, format="pdf", ignore_system_fonts=True, pdf_standards=STANDARDS, timestamp=dated_s
    )
    assert isinstance(compiled, bytes)  # noqa: S101 - one file, whatever the number of pages
    return compiled


def typst_source(document: Document) -> str:
    """The document in typst's language: its own style before, then blocks as calls of it."""
    style = (resources.files("keepclear.report") / "page.typ").read_text("utf-8")
    date = _date(document.dated_ms)
    about = ", ".join(_string(text) for text in (document.title, document.subtitle, document.running))
    head = f"#show: page.with({about}, {date})\n"
    return "\n".join([style, head, *_Blocks().calls(document), "#ending()"]) + "\n"


class _Blocks:
    """Blocks as calls of ``page.typ``; tables and figures are numbered as in the HTML."""

    def __init__(self) -> None:
        self._tables = 0
        self._figures = 0

    def calls(self, document: Document) -> Iterator[str]:
        """One call a block."""
        for block in document.blocks:
            yield self._call(block)

    def _call(self, block: Block) -> str:
        match block:
            case Heading(level, text):
                return f"#heading(level: {level - 1}, {_string(text)})"
            case Para(text, look):
                return f"#para({_string(text)}, {_string(look)})"
            case Facts(rows):
                return f"#facts(({' '.join(f'({_string(term)}, {_array(lines)}),' for term, lines in rows)}))"
            case Table():
                self._tables += 1
                return _table(block, self._tables)
            case Figure(svg, alt, caption):
                self._figures += 1
                drawn = _literal(svg.replace(FONT, FIGURE_FONT))
                return f"#picture({drawn}, {_string(alt)}, {_string(f'Figure {self._figures}. {caption}')})"
            case Contents():
                return "#contents()"


def _table(table: Table, number: int) -> str:
    widths = " ".join(f"{column.width:g}fr," for column in table.columns)
    heads = " ".join(f"{_string(column.head)}," for column in table.columns)
    rows = "\n".join(_row(row, table.columns) for row in table.rows)
    return f"#rows({_string(f'Table {number}. {table.caption}')}, ({widths}), ({heads}), (\n{rows}\n))"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    if len(row.cells) == 1 < len(columns):
        return f"({_string(row.look)}, ({_cell(row.cells[0], '')},)),"
    cells = " ".join(f"{_cell(cell, column.look)}," for cell, column in zip(row.cells, columns, strict=True))
    return f"({_string(row.look)}, ({cells})),"


def _cell(cell: Cell, look: str) -> str:
    return f"({_array(cell.lines)}, {_string(' '.join(filter(None, (look, cell.look))))})"


def _array(lines: tuple[str, ...]) -> str:
    return f"({' '.join(f'{_string(line)},' for line in lines)})"


def _string(text: str) -> str:
    """A text as a literal: what no typeface has is named by its number, and long runs may be broken."""
    together = kept_together(text)
    covered = "".join(each if _COVERED.match(each) else f"[U+{ord(each):04X}]" for each in together)
    return _literal(_LONG_RUN.sub(lambda run: _broken(run[0]), covered))


def _literal(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def _broken(run: str) -> str:
    """A long run with places where a line may end: after its own points, and at least every twelve signs."""
    made, since = [], 0
    for each in run:
        made.append(each)
        since += 1
        if since >= 12 or (each in "./_-~:" and since > 4):
            made.append(_BREAK)
            since = 0
    return "".join(made)


def _date(ms: int) -> str:
    from datetime import UTC, datetime, timedelta

    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return (
        f"datetime(year: {at.year}, month: {at.month}, day: {at.day}, hour: {at.hour}, minute: {at.minute}, "
        f"second: {at.second})"
    )
