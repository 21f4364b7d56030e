"""From a bundle that keeps entries back: what it opens, each gap in its place, and nothing that would be worked out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from keepclear.errors import InvalidInput, RecordDamaged
from keepclear.mechanism.alert import AlertCode
from keepclear.report.dossier import make_dossier
from keepclear.report.front import Question
from keepclear.report.html_page import html_of
from keepclear.report.part import MadeOfPart, make_part_dossier
from keepclear.report.pdf_page import pdf_of
from keepclear.report.source import Part, Record, record_of_bundle
from tests.record.bundles import parts
from tests.report.incident import incident
from tests.report.recorded import recorded

SCENARIO, PLAYED, KEPT = recorded(incident())
FROM_MS, TO_MS = SCENARIO.start_ms, SCENARIO.start_ms + 290 * 60_000
CLOSED = frozenset({3, 4, 5, 7, 15, 28, 29, 30})


def bundle(
    folder: Path,
    hidden: Callable[[int], bool] = CLOSED.__contains__,
    kept: list[bytes] = KEPT,
    to: str | None = "bravo",
) -> str:
    made = parts(kept, shown=lambda index: not hidden(index), made_for=to)
    return str(made.write(folder / "part.zip"))


def made(folder: Path, about: str = "transit", **more: object) -> MadeOfPart:
    part = record_of_bundle(bundle(folder), TO_MS)
    assert isinstance(part, Part)
    question = Question(PLAYED.handles.get(about, about), FROM_MS, TO_MS, **more)  # type: ignore[arg-type]
    return make_part_dossier(part, question)


def test_the_first_page_says_what_is_not_in_it_and_each_gap_has_its_row(tmp_path: Path) -> None:
    page = html_of(made(tmp_path, whole=True).document)
    assert "PART OF A RECORD" in page.partition("What was said")[0]
    assert f"of the record&#x27;s {len(KEPT)} entries {len(CLOSED)} are hashes alone" in page.replace("&#39;", "&#x27;")
    gaps = re.findall(r"Kept back: no\.\s([\d–, ]+),", page)
    assert gaps == ["3–5", "7", "15", "28–30"]


def test_nothing_that_is_worked_out_is_in_it(tmp_path: Path) -> None:
    page = html_of(made(tmp_path, whole=True).document)
    whole = html_of(make_dossier(Record("trial", KEPT), Question(PLAYED.handles["transit"], FROM_MS, TO_MS)).document)
    assert "CONFLICT_4D" in whole
    assert not [code for code in AlertCode if code in page]
    assert "<svg" not in page


def test_what_is_kept_back_changes_no_page_but_by_its_time(tmp_path: Path) -> None:
    """Another text in a closed entry, under the very same leaf time: the pages are the same to the letter."""
    told = [json.loads(data) for data in KEPT]
    for index in CLOSED:
        told[index]["secret"] = "nobody reads this"
    (tmp_path / "other").mkdir()
    other = record_of_bundle(bundle(tmp_path / "other", kept=[json.dumps(value).encode() for value in told]), TO_MS)
    assert isinstance(other, Part)
    question = Question(PLAYED.handles["transit"], FROM_MS, TO_MS, whole=True)
    pages = html_of(make_part_dossier(other, question).document)
    root = re.compile(r"root [A-Za-z0-9+/=]+")
    assert root.sub("", pages) == root.sub("", html_of(made(tmp_path, whole=True).document))


def test_what_names_the_matter_is_kept_in_and_the_rest_is_counted(tmp_path: Path) -> None:
    page = html_of(made(tmp_path).document)
    assert "Other matters: no." in page.replace("\u00a0", " ")
    assert "Transit" in page
    assert PLAYED.handles["transit"] in page
    with pytest.raises(InvalidInput, match="nothing that was seen"):
        made_again(tmp_path, "no-such-thing")


def made_again(folder: Path, about: str) -> MadeOfPart:
    part = record_of_bundle(str(folder / "part.zip"), TO_MS)
    assert isinstance(part, Part)
    return make_part_dossier(part, Question(about, FROM_MS, TO_MS))


def test_a_bundle_that_is_open_up_to_the_end_of_the_period_gives_the_whole_dossier(tmp_path: Path) -> None:
    end = json.loads(KEPT[20])["at"]
    file = bundle(tmp_path, lambda index: index >= 20, to=None)
    cut = record_of_bundle(file, end)
    assert isinstance(cut, Record)
    question = Question(PLAYED.handles["survey"], FROM_MS, end)
    assert html_of(make_dossier(Record("trial", KEPT[:20], cut.tree), question).document) == html_of(
        make_dossier(cut, question).document
    )
    assert isinstance(record_of_bundle(file, end + 1), Part)


def test_it_is_made_for_whom_the_bundle_was_and_for_a_period_of_the_record(tmp_path: Path) -> None:
    assert made(tmp_path, party="bravo").lines
    part = record_of_bundle(str(tmp_path / "part.zip"), TO_MS)
    assert isinstance(part, Part)
    for question in (
        Question("x", FROM_MS, TO_MS, "alpha"),
        Question("x", TO_MS, FROM_MS),
        Question("x", TO_MS * 2, TO_MS * 2 + 1),
    ):
        with pytest.raises(InvalidInput):
            make_part_dossier(part, question)


def test_a_statement_that_is_none_is_damage_and_named(tmp_path: Path) -> None:
    broken = [*KEPT]
    value = json.loads(broken[11])
    value["statement"]["body"] = {"activity": 7}
    broken[11] = json.dumps(value).encode()
    part = record_of_bundle(bundle(tmp_path, kept=broken), TO_MS)
    assert isinstance(part, Part)
    with pytest.raises(RecordDamaged, match="entry 11"):
        make_part_dossier(part, Question(PLAYED.handles["transit"], FROM_MS, TO_MS))


def test_a_pdf_is_made_of_it_the_same_each_time(tmp_path: Path) -> None:
    document = made(tmp_path, whole=True).document
    assert pdf_of(document).startswith(b"%PDF")
    assert pdf_of(document) == pdf_of(document)
