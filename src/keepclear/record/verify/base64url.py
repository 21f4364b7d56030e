"""Base64url without padding (RFC 7515 §2), read so that every byte string has one spelling and no other is taken."""

from __future__ import annotations

import binascii

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encoded(data: bytes) -> str:
    """The spelling of ``data``."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes that ``text`` spells.

    Raises ValueError for padding, white space, ``+`` and ``/``, a length that no bytes have, and a last letter whose
    spare bits are set: two spellings of one signature would be two statements.
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("no base64url") from None
    if encoded(data) != text:
        raise ValueError("base64url that is spelt otherwise than its bytes are")
    return data
