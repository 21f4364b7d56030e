"""A signed statement as it comes: a compact JWS whose payload is the statement in its canonical form (RFC 8785)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import rfc8785

from keepclear.errors import InvalidInput, SignatureInvalid, TooLarge
from keepclear.formats.statement_json import statement_from_json
from keepclear.formats.strict_json import loads
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.statement import Statement
from keepclear.record.verify.jws import Token


def statement_of_token(token: Token, agreement: Agreement) -> Statement:
    """The statement that a token holds; that its signature is good is for ``record.jws`` to find.

    Raises InvalidInput naming the field, also for JSON that is right but is spelt otherwise than RFC 8785 has it: then
    two readers could work out two hashes of it.
    """
    value = _strict(token.payload)
    if rfc8785.dumps(value) != token.payload:
        expected = "the payload's JSON in its canonical form (RFC 8785)"
        raise SignatureInvalid("signature.payload", "JSON in another spelling", expected)
    return replace(statement_from_json(value, agreement), signed_by=token.kid, jws=token.compact)


def _strict(payload: bytes) -> Any:
    try:
        return loads(payload)
    except InvalidInput as error:
        kind = TooLarge if isinstance(error, TooLarge) else SignatureInvalid
        given = f"{error.field}: {error.given}" if error.field else error.given
        raise kind("signature.payload", given, error.expected) from None
