"""What a test needs from outside: a test that cannot have it says so, and on CI, where it is promised, fails."""

from __future__ import annotations

import os

import pytest


def require(present: bool, reason: str) -> None:
    """Skips the test with ``reason`` when what it needs is not present; with ``CI=true`` that is a failure."""
    if present:
        return
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"CI promises this: {reason}", pytrace=False)
    pytest.skip(reason)
