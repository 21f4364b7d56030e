"""A small record of signed statements, made here byte by byte: what desks sign, and what a host would keep of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.record.verify.base64url import encoded
from keepclear.record.verify.public_key import thumbprint

NOTHING = encoded(sha256(b"[]").digest())
BEGIN_MS = 1_790_000_000_000
SAID = "keepclear-statement"
PROOF = "keepclear-key-proof"
DESKS = {"alpha.air": "alpha", "alpha.ground": "alpha", "bravo.air": "bravo", "mediator.duty": None}


class Key:
    """A desk's key, drawn from a text."""

    def __init__(self, seed: str) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
        self.x = encoded(self.private.public_key().public_bytes_raw())
        self.kid = thumbprint(self.x)
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": self.x}

    def sign(self, payload: bytes, typ: str = SAID, **more: Any) -> str:
        """The token over these bytes."""
        header = rfc8785.dumps({"alg": "Ed25519", "kid": self.kid, "typ": typ, **more})
        given = f"{encoded(header)}.{encoded(payload)}"
        return f"{given}.{encoded(self.private.sign(given.encode()))}"


def entry(at_ms: int, kind: str, **more: Any) -> bytes:
    """An entry of the record."""
    value = {"v": 2, "rules": "2", "at": at_ms, "kind": kind, "worked_out": NOTHING, **more}
    return rfc8785.dumps(value)


@dataclass
class SmallRecord:
    """A record as it grows: one second an entry."""

    mechanism: str = "trial"
    entries: list[bytes] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        desks = [{"id": desk, "role": "duty", **({"party": party} if party else {})} for desk, party in DESKS.items()]
        self.keep("agreement", agreement={"name": self.mechanism, "desk": desks})

    @property
    def at_ms(self) -> int:
        """The time of the next entry."""
        return BEGIN_MS + 1_000 * len(self.entries)

    def keep(self, kind: str, **more: Any) -> int:
        """One more entry; its index."""
        self.entries.append(entry(self.at_ms, kind, **more))
        return len(self.entries) - 1

    def statement(self, desk: str, kind: str = "message", body: Any = None, **more: Any) -> dict[str, Any]:
        """A statement that the desk says next."""
        self.serials[desk] = self.serials.get(desk, 0) + 1
        number = int.from_bytes(sha256(f"{desk} {self.serials[desk]}".encode()).digest()[:6], "big")
        return {
            "id": f"01963e5c-4f00-7000-8000-{number:012x}", "mechanism": self.mechanism, "type": kind, "from": desk,
            "serial": self.serials[desk], "said_at": "2026-09-21T12:00:00Z", "body": body or {"text": "hello"}, **more,
        }  # fmt: skip

    def say(self, key: Key | None, desk: str, kind: str = "message", body: Any = None, **more: Any) -> int:
        """The desk says something, signed if there is a key; the entry's index. ``seen`` goes into the header."""
        header = {"seen": more.pop("seen")} if "seen" in more else {}
        value = self.statement(desk, kind, body, **more)
        if key is None:
            return self.keep("statement", statement=value)
        return self.keep("statement", jws=key.sign(rfc8785.dumps(value), **header))

    def enrol(self, desk: str, new: Key, by: Key | None = None, **more: Any) -> int:
        """The desk enrols a key, signed by one that it has, or by the new one itself."""
        proof = more.pop("proof", None) or proof_of(new, desk, self.mechanism)
        return self.say(by or new, desk, "key_enrol", {"key": new.jwk, "proof": proof, **more})

    def revoke(self, by: Key, desk: str, of: str, key: Key) -> int:
        """``desk`` revokes a key of ``of``."""
        return self.say(by, desk, "key_revoke", {"desk": of, "kid": key.kid, "reason": "lost"})


def proof_of(key: Key, desk: str, mechanism: str) -> str:
    """The holder's word that the key is for this desk."""
    return key.sign(rfc8785.dumps({"desk": desk, "kid": key.kid, "mechanism": mechanism}), PROOF)


ALPHA, BRAVO, NEXT, MEDIATOR = Key("alpha.air"), Key("bravo.air"), Key("alpha.air, later"), Key("mediator")


def small_record(more: Callable[[SmallRecord], Any] = lambda _: None) -> SmallRecord:
    """Two desks enrol, talk, one rotates its key; ``more`` goes on from there."""
    record = SmallRecord()
    record.enrol("alpha.air", ALPHA)
    record.enrol("bravo.air", BRAVO)
    record.say(ALPHA, "alpha.air")
    record.keep("delivery", desk="bravo.air", through=3)
    record.say(BRAVO, "bravo.air")
    record.enrol("alpha.air", NEXT, ALPHA, replaces=ALPHA.kid)
    record.say(NEXT, "alpha.air")
    record.keep("clock")
    record.say(BRAVO, "bravo.air")
    more(record)
    return record
