"""Ids of statements: UUID version 7, so that they sort by the time of saying (RFC 9562 §5.7)."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """A new id, in lower case: 48 bits of milliseconds, 74 random ones."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
