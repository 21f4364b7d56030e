"""The file with every desk's token: what ``serve --init`` printed, whichever way; nobody else's eyes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepclear.cli.connection import address, tokens_in
from keepclear.errors import InvalidInput

TOKENS = {"alpha.air": "kc_one", "mediator.duty": "kc_two", "/metrics": "kc_three"}
SPOKEN = "Tokens, shown this once:\n  alpha.air      kc_one\n  mediator.duty  kc_two\n  /metrics       kc_three\n"


def kept(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "tokens"
    path.touch(mode)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"tokens": TOKENS}) + "\n" + json.dumps({"listening": "http://127.0.0.1:8740"}) + "\n",
        SPOKEN + "Keepclear listens at http://127.0.0.1:8740\n",
        "".join(f"{desk} {token}\n" for desk, token in TOKENS.items()),
    ],
    ids=["json", "for people", "lines"],
)
def test_what_serve_printed_is_read_back(tmp_path: Path, text: str) -> None:
    assert tokens_in(kept(tmp_path, text)) == TOKENS


def test_tokens_that_everybody_can_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="open to everybody"):
        tokens_in(kept(tmp_path, SPOKEN, 0o644))


@pytest.mark.parametrize("text", ["", "nothing here to see\n", "{no json}\n", "[]\n", '{"tokens": []}\n'])
def test_a_file_without_tokens_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"no token in it|no JSON"):
        tokens_in(kept(tmp_path, text))


def test_an_address_is_http() -> None:
    assert address("http://127.0.0.1:8740") == "http://127.0.0.1:8740"
    with pytest.raises(InvalidInput, match="--host"):
        address("127.0.0.1:8740")
