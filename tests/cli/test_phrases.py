"""``keepclear phrases`` and ``GET /v1/phrases``: the same book, and a message may carry nothing but a code of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from keepclear.api.models import PhraseBookOut
from keepclear.errors import InvalidInput
from keepclear.formats.phrase_text import LANGUAGES, phrase_list
from keepclear.mechanism.phrase_book import PHRASE_BOOK
from tests.host.running import RunningHost


def process(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "keepclear", "phrases", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("phrases")) as running:
        yield running


def test_the_command_shows_every_code() -> None:
    status, out, _ = process("--lang", "ru")
    assert status == 0
    assert all(f" {code} " in out for code in PHRASE_BOOK)
    assert "native speakers" in out


def test_the_commands_json_is_the_book() -> None:
    assert json.loads(process("--lang", "he", "--json")[1]) == phrase_list("he")


def test_a_language_that_is_not_there_ends_with_2() -> None:
    assert process("--lang", "xx") == (2, "", "--lang: given «xx»; one of en, tr, he, ar, az, ru\n")


def test_the_api_gives_the_same_book(host: RunningHost) -> None:
    with host.client("alpha.air") as client:
        assert client._get("/v1/phrases") == phrase_list("en")
        for lang in LANGUAGES:
            book = client._get(f"/v1/phrases?lang={lang}")
            assert book == phrase_list(lang)
            PhraseBookOut.model_validate(book)
        with pytest.raises(InvalidInput, match=r"query\.lang"):
            client._get("/v1/phrases?lang=xx")


def test_a_message_with_a_code_that_is_not_in_the_book_is_not_heard(host: RunningHost) -> None:
    with host.client("alpha.air") as client:
        assert client.say("message", {"phrase": "ZL1"})["index"] > 0
        with pytest.raises(InvalidInput, match=r"body\.phrase"):
            client.say("message", {"phrase": "ZL9"})
        assert client.me()["next_serial"] == 2
