"""The phrase book in every language: complete, unmistakable, in the right script and direction."""

from __future__ import annotations

import re
import unicodedata

import pytest
from fluent.syntax import FluentParser, ast

from keepclear.errors import InvalidInput
from keepclear.formats.phrase_text import (
    LANGUAGES,
    fluent_source,
    isolated,
    labelled,
    language,
    message_id,
    phrase_list,
    phrase_text,
)
from keepclear.mechanism.phrase_book import PHRASE_BOOK

RIGHT_TO_LEFT = {"he", "ar"}
FORBIDDEN = {
    "en": r"enem|hostile|target|weapon|kill|attack|strike",
    "tr": r"düşman|hedef|silah|saldır|öldür",
    "he": r"אויב|עוין|מטרה|נשק|תקיפה",
    "ar": r"عدو|معادي|هدف|سلاح|هجوم",
    "az": r"düşmən|hədəf|silah|hücum",
    "ru": r"враг|враж|противник|цель|оружи|атак",
}
SCRIPTS = {"en": "LATIN", "tr": "LATIN", "he": "HEBREW", "ar": "ARABIC", "az": "LATIN", "ru": "CYRILLIC"}
every_language = pytest.mark.parametrize("lang", sorted(LANGUAGES))


def messages(lang: str) -> list[ast.Message]:
    body = FluentParser().parse(fluent_source(lang)).body
    assert not [entry for entry in body if isinstance(entry, ast.Junk)], lang
    found = [entry for entry in body if not isinstance(entry, ast.BaseComment)]
    assert all(isinstance(entry, ast.Message) for entry in found)
    return [entry for entry in found if isinstance(entry, ast.Message)]


@every_language
def test_every_code_is_there_exactly_once_and_no_other(lang: str) -> None:
    ids = [message.id.name for message in messages(lang)]
    assert ids == [message_id(code) for code in PHRASE_BOOK]


@every_language
def test_no_wording_has_a_placeholder_or_is_empty(lang: str) -> None:
    for message in messages(lang):
        assert message.value is not None
        assert not message.attributes
        assert [type(element) for element in message.value.elements] == [ast.TextElement], message.id.name


@every_language
def test_no_two_codes_have_the_same_wording(lang: str) -> None:
    texts = [phrase_text(code, lang).casefold().strip(" .?؟!") for code in PHRASE_BOOK]
    assert len(set(texts)) == len(texts)


@every_language
def test_every_letter_is_of_the_languages_own_script(lang: str) -> None:
    for code in PHRASE_BOOK:
        text = phrase_text(code, lang)
        letters = [character for character in text if unicodedata.category(character) in ("Lu", "Ll", "Lo")]
        assert letters, code
        assert all(unicodedata.name(letter).startswith(SCRIPTS[lang]) for letter in letters), f"{code}: {text}"


@every_language
def test_the_direction_is_that_of_the_first_letter(lang: str) -> None:
    strong = {"L": "ltr", "R": "rtl", "AL": "rtl"}
    assert (LANGUAGES[lang].direction == "rtl") == (lang in RIGHT_TO_LEFT)
    for code in PHRASE_BOOK:
        assert strong[unicodedata.bidirectional(phrase_text(code, lang)[0])] == LANGUAGES[lang].direction, code


@every_language
def test_no_wording_takes_a_side_or_names_arms(lang: str) -> None:
    for code in PHRASE_BOOK:
        assert not re.search(FORBIDDEN[lang], phrase_text(code, lang), re.IGNORECASE), code


def test_the_english_wording_is_the_gloss_and_the_others_are_their_own() -> None:
    for code, row in PHRASE_BOOK.items():
        texts = {lang: phrase_text(code, lang) for lang in LANGUAGES}
        assert texts["en"] == row.gloss
        assert len(set(texts.values())) == len(LANGUAGES), code


@every_language
def test_a_question_is_one_in_every_language(lang: str) -> None:
    for code, row in PHRASE_BOOK.items():
        assert ("?" in row.gloss) == bool(re.search("[?؟]", phrase_text(code, lang))), code


@every_language
def test_a_translation_says_who_has_checked_it(lang: str) -> None:
    head = fluent_source(lang).split("\n\n")[0]
    if lang != "en":
        assert "native speaker" in head
        assert "name and date" in head


def test_latin_letters_and_figures_are_isolated_inside_right_to_left_text() -> None:
    assert isolated("ערוץ VHF 16 פתוח") == "ערוץ \u2068VHF 16\u2069 פתוח"
    assert isolated("الخط 121.5.") == "الخط \u2068121.5\u2069."
    assert labelled("ZL1", "he").startswith("\u2068ZL1\u2069 – ק")
    assert labelled("ZL1", "ru").startswith("ZL1 – ")


def test_a_language_that_the_book_is_not_in_is_refused() -> None:
    for lang in ("fr", "", "EN", "en-GB"):
        with pytest.raises(InvalidInput, match="one of en, tr, he, ar, az, ru"):
            language(lang)


def test_the_list_has_every_phrase_with_its_direction() -> None:
    book = phrase_list("ar")
    assert (book["lang"], book["dir"]) == ("ar", "rtl")
    assert [row["code"] for row in book["phrases"]] == list(PHRASE_BOOK)
