"""The bodies of what is said about keys: ``key_enrol`` and ``key_revoke``."""

from __future__ import annotations

from keepclear.errors import InvalidInput
from keepclear.formats.reader import LONGEST_TEXT, Table
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.bodies import KeyEnrolBody, KeyRevokeBody
from keepclear.record.verify.base64url import decoded
from keepclear.record.verify.public_key import key_bytes, thumbprint

LONGEST_PROOF = 2_000
KID_BYTES = 32


def key_enrol_body(value: object, field: str) -> KeyEnrolBody:
    """The body of ``key_enrol``; that the proof is one is found where signatures are (``host.signed``)."""
    table = Table(value, field, ("key", "replaces", "proof"))
    key = table.table("key", ("kty", "crv", "x"))
    for name, expected in (("kty", "OKP"), ("crv", "Ed25519")):
        key.choice(name, (expected,))
    x = key.text("x", "32 bytes in base64url")
    key_bytes(x, key.path("x"))
    proof = table.text("proof", "a compact JWS by the new key", most=LONGEST_PROOF)
    return KeyEnrolBody(x, thumbprint(x), proof, _kid(table, "replaces") if "replaces" in table else None)


def key_revoke_body(value: object, field: str, agreement: Agreement) -> KeyRevokeBody:
    """The body of ``key_revoke``."""
    table = Table(value, field, ("desk", "kid", "reason"))
    desk = table.choice("desk", tuple(agreement.desk_by_id))
    return KeyRevokeBody(desk, _kid(table, "kid"), table.text("reason", "why, in a few words", most=LONGEST_TEXT))


def _kid(table: Table, name: str) -> str:
    text = table.text(name, "the thumbprint of a key (RFC 7638)")
    try:
        if len(decoded(text)) == KID_BYTES:
            return text
    except ValueError:
        pass
    raise InvalidInput(table.path(name), "no thumbprint", "base64url of the SHA-256 of a key (RFC 7638)")
