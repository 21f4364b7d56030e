"""Desks that sign, for the tests: a key of each, and statements as tokens."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from joserfc.jwk import OKPKey

from keepclear.formats.payloads import key_proof_payload, statement_payload
from keepclear.record import jws
from keepclear.record.verify.jws import KEY_PROOF_TYP
from keepclear.record.verify.public_key import thumbprint
from tests.host.running import RunningHost, statement


class Key:
    """A key pair of a test."""

    def __init__(self) -> None:
        self.private = OKPKey.generate_key("Ed25519")
        self.x = str(self.private["x"])
        self.kid = thumbprint(self.x)

    def signs(self, said: dict[str, Any], seen: str | None = None) -> str:
        """A statement as a token."""
        return jws.sign(statement_payload(said), self.private, seen=seen)

    def body(self, desk: str, *, mechanism: str = "trial", **more: Any) -> dict[str, Any]:
        """The body of a ``key_enrol`` for this key."""
        proof = jws.sign(key_proof_payload(desk, self.kid, mechanism), self.private, typ=KEY_PROOF_TYP)
        return {"key": {"kty": "OKP", "crv": "Ed25519", "x": self.x}, "proof": proof, **more}


def post_token(host: RunningHost, desk: str, token: str | bytes, media_type: str = "application/jose") -> Any:
    """What the host answers to a token."""
    headers = {"Authorization": f"Bearer {host.tokens[desk]}", "Content-Type": media_type}
    content = token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass")
    return httpx2.post(host.url + "/v1/statements", content=content, headers=headers, trust_env=False)


class SigningDesk:
    """A desk with a key, which counts its serials."""

    def __init__(self, host: RunningHost, desk: str) -> None:
        self.host = host
        self.desk = desk
        self.key = Key()

    def statement(self, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The desk's next statement."""
        with self.host.client(self.desk) as client:
            serial: int = client.me()["next_serial"]
        return statement(self.desk, serial, kind, body, **more)

    def say(self, kind: str, body: dict[str, Any], key: Key | None = None, **more: Any) -> Any:
        """The host's answer to the desk's next statement, signed."""
        return post_token(self.host, self.desk, (key or self.key).signs(self.statement(kind, body, **more)))

    def enrol(self) -> Any:
        """The desk's first key is in the record."""
        answer = self.say("key_enrol", self.key.body(self.desk))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """What the desk reads."""
        with self.host.client(self.desk) as client:
            return client._get(path)


def refusals(host: RunningHost) -> list[dict[str, Any]]:
    """What the host logged of statements whose signature it refused."""
    lines = (json.loads(line) for line in host.log().splitlines() if "signature_refused" in line)
    return [line for line in lines if line["event"] == "signature_refused"]
