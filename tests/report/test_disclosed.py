"""A dossier for one party tells nothing of what that party may not see, nor that there is any."""

from __future__ import annotations

import re

import pytest

from keepclear.report.dossier import make_dossier
from keepclear.report.front import Question
from keepclear.report.html_page import html_of
from keepclear.report.pdf_page import typst_source
from keepclear.report.source import Record
from tests.report.incident import FLIGHT, LATER, LONG, incident, step
from tests.report.recorded import recorded

ALPHAS_OWN = {"transit", "later", "alpha_says"}
BRAVOS_OWN = {"survey", "bravo_says"}


def pages(text: str, about: str, party: str | None, *, whole: bool = False) -> tuple[str, dict[str, str]]:
    """The HTML and the source of the PDF in one, for the period that ends at 12:50, and the ids of the handles."""
    scenario, played, kept = recorded(text)
    question = Question(played.handles[about], scenario.start_ms, scenario.start_ms + 290 * 60_000, party, whole=whole)
    document = make_dossier(Record(scenario.agreement.name, kept), question).document
    return html_of(document) + typst_source(document), played.handles


@pytest.mark.parametrize("whole", [False, True])
def test_under_broker_a_party_reads_nothing_of_the_others_notice(whole: bool) -> None:
    text, ids = pages(incident("broker"), "survey", "bravo", whole=whole)
    for own in ("transit", "later", "elsewhere"):
        assert ids[own] not in text
        assert ids[own][-8:] not in text
    for secret in (
        "Transit",
        "Elsewhere",
        "3000 ft AMSL",
        "FL090 ",
        "40.70",
        "35.55",
        "35°33",
        "battalion",
        "09:40:00 |",
    ):
        assert secret not in text.replace("«\u2068FL090", ""), secret
    assert ids["survey"] in text


@pytest.mark.parametrize("whole", [False, True])
def test_the_other_way_round_too(whole: bool) -> None:
    text, ids = pages(incident("broker"), "transit", "alpha", whole=whole)
    assert ids["survey"] not in text
    for secret in (LONG, "1500 ft AGL", "Moran", "line two", "40.10", "within 40 km"):
        assert secret not in text, secret


def test_under_broker_what_is_hidden_may_be_anything_else_and_the_pages_are_the_same() -> None:
    """The same record but for what Bravo may not see: other words, another flight just as much in its way."""
    told = incident("broker")
    other = told.replace('"Transit"', '"Quite another title"').replace('"battalion"', '"the brigade"')
    other = other.replace("[40.7, 35.55]", "[40.9, 35.75]").replace("[40.3, 35.55]", "[40.3, 35.75]")
    other = other.replace("[40.35, 35.55]", "[40.35, 35.75]").replace("[40.7, 35.3]", "[40.9, 35.3]")
    assert other != told
    assert pages(told, "survey", "bravo", whole=True) == pages(other, "survey", "bravo", whole=True)


def test_under_board_who_was_not_addressed_reads_nothing_and_no_count_of_it() -> None:
    told = incident()
    text, ids = pages(told, "survey", "charlie", whole=True)
    for secret in (ids["transit"], ids["stop"], "Transit", "3000 ft AMSL", "CONFLICT_4D", "STOP_O", "Moran"):
        assert secret not in text, secret
    more = told + "".join(
        step("12:45:00", desk, "message", {"text": "between us"}, to=[to])
        for desk, to in (("alpha.air", "bravo"), ("bravo.air", "alpha")) for _ in range(3)
    )  # fmt: skip
    assert pages(more, "survey", "charlie", whole=True)[0] == text
    assert pages(more, "survey", None, whole=True)[0] != pages(told, "survey", None, whole=True)[0]


def test_a_party_is_not_told_how_long_the_record_is() -> None:
    text, _ = pages(incident(), "survey", "charlie")
    assert "entries 0 to" not in text
    assert "SHA-256 over" not in text
    assert "other desks" not in re.sub(r"its other \d+ desks", "", text)


def test_the_flights_are_where_the_leak_would_be_seen() -> None:
    """The walk looks for figures that the whole dossier does hold: else it would find nothing anywhere."""
    text, _ = pages(incident("broker"), "survey", None)
    for secret in ("Transit", "3000 ft AMSL", LONG, "1500 ft AGL", "40.70", "35.55"):
        assert secret in text, secret
    assert FLIGHT != LATER
