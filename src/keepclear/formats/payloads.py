"""The bytes that a desk signs, and what a statement has around its body: light, for a client needs no more to sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rfc8785

from keepclear.errors import InvalidInput

ENVELOPE_KEYS = ("id", "mechanism", "type", "from", "serial", "said_at", "precedence", "to", "refs", "mode", "body")
"""What every statement has around its body."""


def statement_payload(statement: Mapping[str, Any]) -> bytes:
    """The bytes of a statement that are signed. Raises InvalidInput for a value that has no canonical form."""
    try:
        return rfc8785.dumps(dict(statement))
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput("", str(error), "values that JSON readers keep exactly (RFC 8785)") from None


def key_proof_payload(desk: str, kid: str, mechanism: str) -> bytes:
    """What a new key signs to show that who enrols it has it (typ ``keepclear-key-proof``)."""
    return rfc8785.dumps({"desk": desk, "kid": kid, "mechanism": mechanism})
