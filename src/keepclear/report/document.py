"""A printed page before it is HTML or PDF: headings, paragraphs, lists of facts, tables and figures. No markup."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table, line by line. ``look`` says how; see ``Row``."""

    lines: tuple[str, ...]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. With a single cell in a table of more columns that cell goes over all of them.

    ``look``: ``said``, ``shown``, ``delivery``, ``gap``, ``apart`` (begins something), ``marked`` or nothing.
    """

    cells: tuple[Cell, ...]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, how wide it is beside the others, and ``number`` for figures and times."""

    head: str
    width: float
    look: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 2 begins a section, 3 a part of one."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph. ``look``: ``note``, ``lead``, ``mark`` or nothing."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what is to be said of each."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption that says what it shows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing: SVG without a font of its own (``FONT`` stands for it), what it shows in words, and a caption."""

    svg: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the list of sections stands."""


Block = Heading | Para | Facts | Table | Figure | Contents

FONT = "KEEPCLEAR-FIGURE-FONT"
"""Stands in a figure's SVG for the font of the page that it is put on."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: ``running`` stands on every page; ``dated_ms`` is its date, whenever it was made."""

    title: str
    subtitle: str
    running: str
    dated_ms: int
    blocks: tuple[Block, ...]


def kept_together(text: str) -> str:
    """The text with a place in the record kept on one line with its «no.»."""
    return _NUMBER.sub("no.\u00a0", text)


_NUMBER = re.compile(r"\bno\. (?=\d)")


def cell(*lines: str, look: str = "") -> Cell:
    """A cell of these lines."""
    return Cell(lines, look)


def row(*texts: str, look: str = "") -> Row:
    """A row of one line a cell."""
    return Row(tuple(Cell((text,)) for text in texts), look)
