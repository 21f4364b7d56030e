"""Checkpoints are read strictly, and what is read is written the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.record.verify.checkpoint import MOST_BYTES, Checkpoint, parse_checkpoint
from keepclear.record.verify.note import parse_note

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
"""C2SP tlog-checkpoint v1.0.0."""


def test_the_specifications_checkpoint_is_read() -> None:
    line = "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"  # noqa: E501 - the line is as it is
    note = parse_note(f"{EXAMPLE}\n{line}".encode())
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == EXAMPLE
    assert parse_checkpoint(EXAMPLE + "more\n").extensions == ("more",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        "\n" + EXAMPLE,
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "٢"),
        EXAMPLE.replace("20852163", "2 "),
        EXAMPLE.replace("20852163", str(2**63)),
        EXAMPLE.replace("20852163", "9" * 5_000),
        EXAMPLE.replace("=", ""),
        EXAMPLE.replace("2I=", "2J="),
        EXAMPLE.replace("CsUY", ""),
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE.replace("sofa", "so\ud800fa"),
        EXAMPLE + "a" * MOST_BYTES + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_checkpoint(text)


_LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(_LINES, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(_LINES, max_size=3))
def test_what_is_written_is_read(origin: str, size: int, root: bytes, more: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(more))
    assert parse_checkpoint(checkpoint.text) == checkpoint


@given(st.text(max_size=100) | st.text("a\n09=A", max_size=30).map(lambda text: EXAMPLE + text))
def test_what_is_read_is_written_the_same(text: str) -> None:
    try:
        checkpoint = parse_checkpoint(text)
    except InvalidInput:
        return
    assert checkpoint.text == text
