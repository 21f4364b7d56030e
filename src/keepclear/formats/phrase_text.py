"""The wording of the phrase book in each language, from the Fluent files beside; with the direction it is read in.

``fluent.runtime`` is loaded when the first wording is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from keepclear.errors import InvalidInput
from keepclear.mechanism.phrase_book import PHRASE_BOOK, phrase

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
"""What stands between the two is laid out on its own and does not disturb the text around it (Unicode TR9 §2.4)."""

_LATIN_OR_FIGURES = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .:/+-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the phrase book: its code (BCP 47), its name in itself, and the direction it is read in."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]


LANGUAGES: dict[str, Language] = {
    row.code: row
    for row in (
        Language("en", "English", "ltr"),
        Language("tr", "Türkçe", "ltr"),
        Language("he", "עברית", "rtl"),
        Language("ar", "العربية", "rtl"),
        Language("az", "Azərbaycanca", "ltr"),
        Language("ru", "Русский", "ltr"),
    )
}


def language(code: str, field: str = "lang") -> Language:
    """The language of a code; ``InvalidInput`` at ``field`` when the book is not in it."""
    found = LANGUAGES.get(code)
    if found is None:
        raise InvalidInput(field, f"given «{code[:20]}»", f"one of {', '.join(LANGUAGES)}")
    return found


def fluent_source(code: str) -> str:
    """The Fluent file of a language, as text."""
    return (files("keepclear.formats") / "phrases" / f"{language(code).code}.ftl").read_text("utf-8")


def message_id(code: str) -> str:
    """The id of a phrase in the Fluent files: ``phrase-zl1``."""
    return f"phrase-{code.lower()}"


def phrase_text(code: str, lang: str) -> str:
    """The wording of a phrase in a language; Latin letters and figures inside a right-to-left text are isolated."""
    return _texts(language(lang).code)[phrase(code).code]


def labelled(code: str, lang: str) -> str:
    """The wording with its code before it, as one line; where it is read from the right the code is isolated."""
    text = phrase_text(code, lang)
    return f"{isolated(code) if language(lang).direction == 'rtl' else code} – {text}"


def isolated(text: str) -> str:
    """The text with an isolate around each run of Latin letters and figures, for use inside right-to-left text."""
    return _LATIN_OR_FIGURES.sub(lambda run: f"{FIRST_STRONG_ISOLATE}{run[0]}{POP_ISOLATE}", text)


@cache
def _texts(lang: str) -> dict[str, str]:
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([lang])
    bundle.add_resource(FluentResource(fluent_source(lang)))
    found: dict[str, str] = {}
    for code in PHRASE_BOOK:
        message = bundle.get_message(message_id(code))
        assert message.value is not None  # noqa: S101  # the tests read every phrase of every language
        text, errors = bundle.format_pattern(message.value)
        assert isinstance(text, str) and not errors  # noqa: S101, PT018  # the same
        found[code] = isolated(text) if LANGUAGES[lang].direction == "rtl" else text
    return found


NOT_CHECKED = "The translations have not been checked by native speakers. What counts, and is recorded, is the code."


def phrase_list(lang: str, field: str = "lang") -> dict[str, Any]:
    """The whole book in a language, as JSON has it: what ``GET /v1/phrases`` and ``keepclear phrases --json`` give."""
    shown = language(lang, field)
    texts = _texts(lang)
    return {
        "lang": shown.code,
        "name": shown.name,
        "dir": shown.direction,
        "note": NOT_CHECKED,
        "phrases": [
            {
                "code": row.code,
                "group": row.group.value,
                "about": row.about,
                "text": texts[row.code],
                "gloss": row.gloss,
                "when": row.when,
            }
            for row in PHRASE_BOOK.values()
        ],
    }
