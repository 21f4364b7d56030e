"""A signed statement: a compact JWS (RFC 7515) in the one shape that is taken, and its Ed25519 signature (RFC 8032).

The protected header has ``alg`` (``Ed25519``, the fully specified name of RFC 9864), ``kid`` (the thumbprint of the
key), ``typ``, and it may have ``seen``: the newest checkpoint that the desk knows of. Anything else is refused: no key
comes with a token, none is fetched, and no extension is understood. The payload's bytes are kept as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keepclear.errors import SignatureInvalid, TooLarge
from keepclear.record.verify.base64url import decoded
from keepclear.record.verify.canonical import strict_object
from keepclear.record.verify.public_key import key_bytes, thumbprint

ALGORITHM = "Ed25519"
STATEMENT_TYP = "keepclear-statement"
KEY_PROOF_TYP = "keepclear-key-proof"

MOST_PAYLOAD_BYTES = 1_000_000
MOST_SEEN = 2_000
"""Characters: an origin, a size, a root and one line of a signature."""

MOST_HEADER_BYTES = 8_000
SIGNATURE_BYTES = 64
KID_BYTES = 32

MOST_TOKEN_BYTES = 4 * (MOST_HEADER_BYTES + MOST_PAYLOAD_BYTES + SIGNATURE_BYTES) // 3 + 16
"""Of a compact JWS: what is longer is not looked at."""


@dataclass(frozen=True, slots=True)
class Token:
    """A compact JWS taken apart. That it can be taken apart says nothing of who signed it: see ``check``."""

    compact: str
    kid: str
    payload: bytes
    signature: bytes
    seen: str | None = None

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is over (RFC 7515 §5.1)."""
        return self.compact.rpartition(".")[0].encode("ascii")


def taken_apart(compact: str | bytes, typ: str = STATEMENT_TYP) -> Token:
    """The parts of a token of this type; SignatureInvalid (TooLarge), naming the part, for anything else."""
    if len(compact) > MOST_TOKEN_BYTES:
        raise TooLarge("signature", f"over {MOST_TOKEN_BYTES:,} bytes", f"at most {MOST_TOKEN_BYTES:,} bytes")
    text = compact.decode("latin-1") if isinstance(compact, bytes) else compact
    parts = text.split(".")
    if len(parts) != 3:
        raise SignatureInvalid("signature", f"{len(parts)} parts", "header.payload.signature, a compact JWS")
    header, payload, signature = (
        _bytes(part, name) for part, name in zip(parts, ("header", "payload", "value"), strict=True)
    )
    if len(header) > MOST_HEADER_BYTES:
        raise TooLarge("signature.header", f"{len(header):,} bytes", f"at most {MOST_HEADER_BYTES:,} bytes")
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise TooLarge("signature.payload", f"{len(payload):,} bytes", f"at most {MOST_PAYLOAD_BYTES:,} bytes")
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureInvalid("signature.value", f"{len(signature)} bytes", f"{SIGNATURE_BYTES} bytes")
    kid, seen = _header(header, typ)
    return Token(text, kid, payload, signature, seen)


def check(token: Token, x: str) -> None:
    """Returns when the key with public part ``x`` made this token; SignatureInvalid when it did not."""
    key = Ed25519PublicKey.from_public_bytes(key_bytes(x))
    if thumbprint(x) != token.kid:
        raise SignatureInvalid("signature.kid", "the name of another key", "the thumbprint (RFC 7638) of this one")
    try:
        key.verify(token.signature, token.signed)
    except InvalidSignature:
        raise SignatureInvalid("signature.value", "not made by this key", "a signature over these very bytes") from None


def _bytes(part: str, name: str) -> bytes:
    try:
        return decoded(part)
    except ValueError:
        raise SignatureInvalid(
            f"signature.{name}", "no base64url", "base64url (RFC 7515 §2), without padding"
        ) from None


@lru_cache(maxsize=4_096)
def _header(data: bytes, typ: str) -> tuple[str, str | None]:
    """``kid`` and ``seen`` of a protected header that has nothing else in it than what is taken."""
    try:
        header = strict_object(data)
    except ValueError:
        raise SignatureInvalid("signature.header", "no JSON object with each member once", "JSON in UTF-8") from None
    if header.get("alg") != ALGORITHM:
        raise SignatureInvalid("signature.alg", "another algorithm, or none", f"«{ALGORITHM}» (RFC 9864)")
    if header.get("typ") != typ:
        raise SignatureInvalid("signature.typ", "a token of another type", f"«{typ}»")
    if not header.keys() <= {"alg", "kid", "typ", "seen"}:
        raise SignatureInvalid("signature.header", "members that are not taken", "alg, kid, typ, and seen if at all")
    return _kid(header), _seen(header)


def _kid(header: Mapping[str, Any]) -> str:
    kid = header.get("kid")
    try:
        if isinstance(kid, str) and len(decoded(kid)) == KID_BYTES:
            return kid
    except ValueError:
        pass
    raise SignatureInvalid("signature.kid", "no thumbprint", "base64url of the SHA-256 of the key (RFC 7638)")


def _seen(header: Mapping[str, Any]) -> str | None:
    if "seen" not in header:
        return None
    seen = header["seen"]
    whole = isinstance(seen, str) and 0 < len(seen) <= MOST_SEEN
    if not whole or any(0xD800 <= ord(character) <= 0xDFFF for character in seen):
        raise SignatureInvalid("signature.seen", "no text of a checkpoint", f"a text of at most {MOST_SEEN} characters")
    return str(seen)
