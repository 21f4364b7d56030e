"""The pages themselves: one HTML file that needs nothing, a PDF with the same words, the same bytes each time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typst

from keepclear.report.document import Document, Figure, Table
from keepclear.report.dossier import make_dossier
from keepclear.report.front import Question
from keepclear.report.html_page import html_of
from keepclear.report.pdf_page import pdf_of, typst_source
from keepclear.report.source import Record
from tests.report.incident import incident
from tests.report.recorded import ROOT, recorded

VOID = {"meta", "col", "br", "path", "rect", "circle"}


def document(more_desks: int = 0, party: str | None = None, **question: object) -> Document:
    scenario, played, kept = recorded(incident(more_desks=more_desks))
    times = {"from_ms": scenario.start_ms, "to_ms": scenario.until_ms + 1, **question}
    asked = Question(played.handles["transit"], party=party, **times)  # type: ignore[arg-type]
    return make_dossier(Record(scenario.agreement.name, kept), asked).document


@pytest.fixture(scope="module")
def made() -> Document:
    return document()


@pytest.fixture(scope="module")
def page(made: Document) -> str:
    return html_of(made)


def pages_of(made: Document) -> list[bytes]:
    """The pages as small pictures (PNG), as the PDF has them."""
    drawn = typst.compile(typst_source(made).encode(), format="png", ignore_system_fonts=True, ppi=20)
    return [drawn] if isinstance(drawn, bytes) else list(drawn or ())


class Reader(HTMLParser):
    """Every tag is closed in its place; tables, their captions, heads and rows are counted."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: dict[str, int] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def test_the_html_is_whole_by_itself(page: str) -> None:
    reader = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(reader.seen)
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    assert all(not name.startswith("on") for _, name, _ in reader.attributes)
    ids = [value for _, name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids)), "each drawing has ids of its own"
    for _, name, value in reader.attributes:
        if name == "href":
            assert value[0] == "#", "links stay on the page"
            assert value[1:] in ids
    for used in re.findall(r"url\(#([\w-]+)\)", page):
        assert used in ids


def test_every_table_says_what_it_is_and_what_its_columns_are(page: str, made: Document) -> None:
    reader = Reader(page)
    count = sum(isinstance(block, Table) for block in made.blocks)
    assert (reader.seen["table"], reader.seen["caption"], reader.seen["thead"]) == (count, count, count)
    heads = sum(len(block.columns) for block in made.blocks if isinstance(block, Table))
    assert sum(1 for tag, name, value in reader.attributes if (tag, name, value) == ("th", "scope", "col")) == heads
    assert sum(1 for tag, name, value in reader.attributes if (tag, name) == ("svg", "aria-label") and value) == 4
    assert ("html", "lang", "en") in reader.attributes


def test_drawings_are_sound_xml_within_their_frame(made: Document) -> None:
    figures = [block for block in made.blocks if isinstance(block, Figure)]
    assert len(figures) == 4
    for figure in figures:
        root = ElementTree.fromstring(figure.svg)  # noqa: S314 - our own
        _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


def test_pdf_and_html_have_the_same_words(page: str, made: Document) -> None:
    """Of each heading, caption and cell: what typst sets is what the HTML has."""
    source = typst_source(made).encode()
    headings = json.loads(typst.query(source, "heading", field="body", ignore_system_fonts=True))
    shown = [re.sub(r"^[\d.]+ ", "", text) for text in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", page)]
    assert [_plain(each) for each in headings] == [_unescaped(text) for text in shown]
    cells = json.loads(typst.query(source, "table", field="children", ignore_system_fonts=True))
    html_rows = Reader(page).seen["td"] + Reader(page).seen["th"]
    assert sum(_cells(each) for each in cells) == html_rows


def _plain(content: object) -> str:
    if isinstance(content, dict):
        if content.get("func") == "space":
            return " "
        return str(content.get("text", "")) + "".join(_plain(each) for each in content.get("children", []))
    return str(content)


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def _cells(children: list[dict[str, object]]) -> int:
    count = 0
    for child in children:
        inner = child.get("children")
        count += _cells(inner) if child.get("func") == "header" and isinstance(inner, list) else 1
    return count


def test_the_pdf_has_the_pages_that_are_drawn(made: Document) -> None:
    source = typst_source(made).encode()
    last = json.loads(typst.query(source, "<pages>", field="value", one=True, ignore_system_fonts=True))
    pictures = pages_of(made)
    assert last == len(pictures)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(pages_of(document(to_ms=made.dated_ms - 60_000 * 200))) < len(pictures)


def test_the_pdf_is_for_archives_and_for_readers_who_cannot_see_it(made: Document) -> None:
    pdf = pdf_of(made)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"2026-04-09T12:40:00" in pdf, "its date is the end of the period, not of its making"


PROGRAM = """
import hashlib, sys
from tests.report.test_pages import document
from keepclear.report.html_page import html_of
from keepclear.report.pdf_page import pdf_of
made = document()
print(hashlib.sha256(html_of(made).encode()).hexdigest(), hashlib.sha256(pdf_of(made)).hexdigest())
"""


def test_the_same_record_gives_the_same_bytes_in_another_process() -> None:
    told = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, check=True, env=environment, text=True
        )
        told.add(done.stdout)
    assert len(told) == 1


def test_many_desks_are_told_by_their_party() -> None:
    text = html_of(document(more_desks=40))
    assert "charlie: all 41 desks" in text
    assert "every other desk (45)" in text
    assert "Their machines report, one after another" in text
    assert Path(ROOT / "src/keepclear/report/page.css").read_text() in text


def test_what_no_typeface_has_is_named_and_not_lost() -> None:
    from keepclear.report.pdf_page import _string

    assert _string("停 stop \u05e2 \u0639 \U0001f6d1") == '"[U+505C] stop \u05e2 \u0639 [U+1F6D1]"'
    assert _string('a "quote" \\ #let') == '"a \\"quote\\" \\\\ #let"'
    broken = _string("x" * 100)
    assert max(len(part) for part in broken.strip('"').split("\u200b")) <= 12
    assert broken.replace("\u200b", "") == f'"{"x" * 100}"'
