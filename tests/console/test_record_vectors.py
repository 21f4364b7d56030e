"""The console's own verifier is tested with what the Python side makes today, not with what it made once."""

from __future__ import annotations

from tests.console.record_vectors import FILE, file_text


def test_the_consoles_vectors_are_what_the_record_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == file_text(), "run python -m tests.console.record_vectors"
