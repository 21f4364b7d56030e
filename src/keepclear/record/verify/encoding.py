"""The few ways in which the record's text forms write bytes and numbers, read so that one value has one spelling.

C2SP's signed notes and checkpoints use the base64 of RFC 4648 §4 with padding and decimals without leading zeroes.
Readers of other makes are laxer here; a second spelling of the same note would be a second note, so none is taken.
"""

from __future__ import annotations

import base64
import binascii
import re

from keepclear.errors import InvalidInput

LARGEST_SIZE = 2**63 - 1
"""The most leaves that a tree can have: what a signed 64-bit number holds, as in other logs' programs."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def base64_of(data: bytes) -> str:
    """``data`` in base64 (RFC 4648 §4), padded, on one line."""
    return base64.b64encode(data).decode("ascii")


def bytes_of(text: str, field: str) -> bytes:
    """The bytes that :func:`base64_of` writes as ``text``, or :class:`InvalidInput` for any other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise InvalidInput(field, "no base64", "base64 with padding (RFC 4648 §4)") from None
    if base64_of(data) != text:
        raise InvalidInput(field, "base64 with bits left over", "the one spelling with padding (RFC 4648 §3.5)")
    return data


def number_of(text: str, field: str) -> int:
    """A whole number of 0 to :data:`LARGEST_SIZE` in decimal digits without leading zeroes."""
    if _DECIMAL.fullmatch(text) is None or int(text) > LARGEST_SIZE:
        raise InvalidInput(field, shown(text), f"a whole number of 0 to {LARGEST_SIZE} without leading zeroes")
    return int(text)


def text_of(data: bytes, field: str) -> str:
    """``data`` as UTF-8 without control characters other than newline (C2SP signed-note)."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(field, f"byte {error.start} is no UTF-8", "text in UTF-8") from None
    if any(sign < " " and sign != "\n" for sign in set(text)):
        raise InvalidInput(field, "a control character", "text in which newline is the only one below U+0020")
    return text


def shown(text: str) -> str:
    """``text`` as an error shows it: quoted, at most 40 characters."""
    return ascii(text if len(text) <= 40 else text[:40] + "…")
