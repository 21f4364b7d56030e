"""Signing statements, and checking them on the way in: JWS by ``joserfc``, with one algorithm and one shape of header.

What is taken is told by ``record.verify.jws``; here a library that we did not write looks at the same bytes, and both
have to agree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.registry import HeaderParameter

from keepclear.errors import SignatureInvalid
from keepclear.record.verify.jws import (
    ALGORITHM,
    MOST_HEADER_BYTES,
    MOST_PAYLOAD_BYTES,
    STATEMENT_TYP,
    Token,
    taken_apart,
)
from keepclear.record.verify.public_key import key_bytes, thumbprint

KEYS_REMEMBERED = 1_024


class _OneAlgorithm(jws.JWSRegistry):
    """``joserfc``'s checks with our limits: a statement may be longer than a web token, and names what it has seen."""

    max_header_length = 4 * MOST_HEADER_BYTES // 3 + 4
    max_payload_length = 4 * MOST_PAYLOAD_BYTES // 3 + 4

    def __init__(self) -> None:
        seen = HeaderParameter("The newest checkpoint that the desk has seen", "str")
        super().__init__(header_registry={"seen": seen}, algorithms=[ALGORITHM])


_REGISTRY = _OneAlgorithm()


def sign(payload: bytes, key: OKPKey, *, typ: str = STATEMENT_TYP, seen: str | None = None) -> str:
    """A compact JWS over exactly these bytes, by a private key.

    ``seen`` is the text of the newest checkpoint that the desk has seen, if it has.
    """
    header: dict[str, Any] = {"alg": ALGORITHM, "kid": thumbprint(str(key["x"])), "typ": typ}
    if seen is not None:
        header["seen"] = seen
    return jws.serialize_compact(header, payload, key, registry=_REGISTRY)


def verified(compact: str | bytes, x: str, *, typ: str = STATEMENT_TYP) -> Token:
    """The token, made by the key with public part ``x``; SignatureInvalid, naming the part, when it was not."""
    return check(taken_apart(compact, typ), x)


def check(token: Token, x: str) -> Token:
    """The token that was taken apart, if ``joserfc`` finds the same in it and ``x`` made it; else SignatureInvalid."""
    key_bytes(x)
    if thumbprint(x) != token.kid:
        raise SignatureInvalid("signature.kid", "the name of another key", "the thumbprint (RFC 7638) of this one")
    try:
        found = jws.deserialize_compact(token.compact, _public_key(x), registry=_REGISTRY)
    except (JoseError, ValueError):
        given, expected = "not made by this key", "a signature over these very bytes"
        raise SignatureInvalid("signature.value", given, expected) from None
    if found.payload != token.payload or found.headers().get("kid") != token.kid:
        raise SignatureInvalid("signature", "read in two ways by two readers", "a token with one meaning")
    return token


@lru_cache(maxsize=KEYS_REMEMBERED)
def _public_key(x: str) -> OKPKey:
    """The key as ``joserfc`` has it; a desk says many things with one."""
    return OKPKey.import_key({"kty": "OKP", "crv": ALGORITHM, "x": x})
