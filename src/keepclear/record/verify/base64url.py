"""Base64url without padding (RFC 7515 §2), read so that every byte string has one spelling and no other is taken."""

from __future__ import annotations

import base64
import binascii


def encoded(data: bytes) -> str:
    """The spelling of ``data``."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes that ``text`` spells.

    Raises ValueError for padding, white space, ``+`` and ``/``, a length that no bytes have, and a last letter whose
    spare bits are set: two spellings of one signature would be two statements.
    """
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("no base64url") from None
    if encoded(data) != text:
        raise ValueError("base64url that is spelt otherwise than its bytes are")
    return data
