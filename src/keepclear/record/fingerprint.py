"""A key as two people compare it, over a line that does not run through the host."""

from __future__ import annotations

from keepclear.record.verify.base64url import decoded

FINGERPRINT_BYTES = 16


def fingerprint(kid: str) -> str:
    """What two people compare by voice: the first 128 bits of the name in hexadecimal, eight groups of four."""
    digits = decoded(kid)[:FINGERPRINT_BYTES].hex()
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
