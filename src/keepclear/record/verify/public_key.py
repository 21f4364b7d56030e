"""A desk's public key: Ed25519 (RFC 8032) as a JWK (RFC 8037), named by its thumbprint (RFC 7638)."""

from __future__ import annotations

import hashlib

from keepclear.errors import SignatureInvalid
from keepclear.record.verify.base64url import decoded, encoded

KEY_BYTES = 32

_PRIME = 2**255 - 19
_ORDER_EIGHT_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _PRIME - 1, _ORDER_EIGHT_Y, _PRIME - _ORDER_EIGHT_Y})
"""The y of the eight points of small order: under such a key, some signature of anybody's making verifies."""


def thumbprint(x: str) -> str:
    """The key's name, ``kid``: base64url of SHA-256 over its members in order (RFC 7638 §3, RFC 8037 §2)."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return encoded(hashlib.sha256(members.encode("ascii")).digest())


def key_bytes(x: object, field: str = "key.x") -> bytes:
    """The 32 bytes of a public key.

    Raises SignatureInvalid for any other length or spelling, a point that is not written as RFC 8032 §5.1.2 has it,
    and a point of small order, with which a desk could deny what it signed.
    """
    try:
        data = decoded(x) if isinstance(x, str) else b""
    except ValueError:
        data = b""
    if len(data) != KEY_BYTES:
        raise SignatureInvalid(field, "no public key of Ed25519", "32 bytes in base64url, without padding")
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    if y >= _PRIME or y in _SMALL_ORDER_Y:
        raise SignatureInvalid(field, "a point that no honest key is", "the key that «keepclear keys make» made")
    return data
