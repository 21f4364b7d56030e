"""A document as one HTML file: no scripts, nothing fetched, drawings and style inside, tables that read aloud."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from importlib import resources

from keepclear.report.document import (
    FONT,
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

FIGURE_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_IDS = re.compile(r'id="((?:hatch-[ab]|frame|profile))"|url\(#(hatch-[ab]|frame|profile)\)')


def html_of(document: Document) -> str:
    """The whole file. The same document gives the same text."""
    style = (resources.files("keepclear.report") / "page.css").read_text("utf-8")
    body = "\n".join(_Page(document).lines())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(document.title)}: {escape(document.subtitle)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<footer>{escape(document.running)}</footer>\n</body>\n</html>\n"
    )


def escape(text: str) -> str:
    """The text as HTML has it."""
    return html.escape(kept_together(text))


class _Page:
    """The blocks as lines of HTML; sections are numbered, as in the PDF."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers: list[int] = [0, 0]
        self._figures = 0
        self._tables = 0

    def lines(self) -> Iterator[str]:
        """Everything inside ``main``."""
        yield f"<h1>{escape(self._document.title)}</h1>"
        yield f'<p class="subtitle">{escape(self._document.subtitle)}</p>'
        for block in self._document.blocks:
            match block:
                case Heading():
                    yield self._heading(block)
                case Para(text, look):
                    yield f"<p{_class(look)}>{escape(text)}</p>"
                case Facts():
                    yield _facts(block)
                case Table():
                    self._tables += 1
                    yield from _table(block, self._tables)
                case Figure():
                    self._figures += 1
                    yield _figure(block, self._figures)
                case Contents():
                    yield from self._contents()

    def _heading(self, heading: Heading) -> str:
        if heading.level == 2:
            self._numbers = [self._numbers[0] + 1, 0]
            return f'<h2 id="section-{self._numbers[0]}">{self._numbers[0]} {escape(heading.text)}</h2>'
        self._numbers[1] += 1
        number = ".".join(map(str, self._numbers))
        return f'<h3 id="section-{number}">{number} {escape(heading.text)}</h3>'

    def _contents(self) -> Iterator[str]:
        sections = [block.text for block in self._document.blocks if isinstance(block, Heading) and block.level == 2]
        yield '<nav aria-label="Contents"><ol>'
        for number, text in enumerate(sections, 1):
            yield f'<li><a href="#section-{number}">{escape(text)}</a></li>'
        yield "</ol></nav>"


def _class(look: str) -> str:
    return f' class="{escape(look)}"' if look else ""


def _facts(facts: Facts) -> str:
    rows = "\n".join(
        f"<dt>{escape(term)}</dt><dd>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</dd>"
        for term, lines in facts.rows
    )
    return f"<dl>\n{rows}\n</dl>"


def _table(table: Table, number: int) -> Iterator[str]:
    total = sum(column.width for column in table.columns)
    yield '<div class="table"><table>'
    yield f"<caption>Table {number}. {escape(table.caption)}</caption>"
    yield "".join(f'<col style="width:{column.width / total:.2%}">' for column in table.columns)
    heads = "".join(f'<th scope="col"{_class(column.look)}>{escape(column.head)}</th>' for column in table.columns)
    yield f"<thead><tr>{heads}</tr></thead>\n<tbody>"
    for row in table.rows:
        yield _row(row, table.columns)
    yield "</tbody></table></div>"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    if len(row.cells) == 1 < len(columns):
        return f'<tr{_class(row.look)}><td colspan="{len(columns)}">{_lines(row.cells[0])}</td></tr>'
    cells = "".join(
        f"<td{_class(' '.join(filter(None, (column.look, cell.look))))}>{_lines(cell)}</td>"
        for cell, column in zip(row.cells, columns, strict=True)
    )
    return f"<tr{_class(row.look)}>{cells}</tr>"


def _lines(cell: Cell) -> str:
    if len(cell.lines) == 1:
        return escape(cell.lines[0])
    return "".join(f"<div>{escape(line)}</div>" for line in cell.lines)


def _figure(figure: Figure, number: int) -> str:
    """Ids are made this figure's own: a page has many."""
    svg = figure.svg.replace(FONT, escape(FIGURE_FONT))
    svg = _IDS.sub(lambda found: found[0].replace(found[1] or found[2], f"f{number}-{found[1] or found[2]}"), svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
    return f"<figure>{svg}<figcaption>Figure {number}. {escape(figure.caption)}</figcaption></figure>"
