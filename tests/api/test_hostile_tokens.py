"""Tokens that somebody made to be taken for what they are not: each is refused by name, and the refusal logged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.record.verify.base64url import decoded, encoded
from tests.host.running import RunningHost
from tests.host.signing import Key, SigningDesk, post_token, refusals


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("signed"), unsigned=False) as running:
        yield running


@pytest.fixture(scope="module")
def alpha(host: RunningHost) -> SigningDesk:
    desk = SigningDesk(host, "alpha.air")
    desk.enrol()
    return desk


def _with_header(token: str, key: Key, header: Any) -> str:
    """The token with another header, signed anew, so that the header alone is wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return _signed(f"{encoded(text)}.{token.split('.')[1]}", key)


def _signed(signing_input: str, key: Key) -> str:
    seed = decoded(str(key.private.as_dict(private=True)["d"]))
    native = Ed25519PrivateKey.from_private_bytes(seed)
    return f"{signing_input}.{encoded(native.sign(signing_input.encode()))}"


def _payload(token: str, key: Key, payload: bytes) -> str:
    return _signed(f"{token.split('.')[0]}.{encoded(payload)}", key)


def _flipped(token: str) -> str:
    head, payload, signature = token.split(".")
    value = bytearray(decoded(signature))
    value[5] ^= 1
    return f"{head}.{payload}.{encoded(bytes(value))}"


def _spare_bits(token: str) -> str:
    """The last letter of the signature spells two bits and four spare ones: set one of these."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) | 1]


def _hmac(token: str, key: Key) -> str:
    """The public key taken for a shared secret: the old confusion of algorithms."""
    import hashlib
    import hmac

    header = encoded(json.dumps({"alg": "HS256", "kid": key.kid, "typ": "keepclear-statement"}).encode())
    signing_input = f"{header}.{token.split('.')[1]}"
    return f"{signing_input}.{encoded(hmac.new(decoded(key.x), signing_input.encode(), hashlib.sha512).digest())}"


def _none(token: str, key: Key) -> str:
    header = encoded(json.dumps({"alg": "none", "kid": key.kid, "typ": "keepclear-statement"}).encode())
    return f"{header}.{token.split('.')[1]}."


Change = Callable[[str, Key, dict[str, Any]], str | bytes]


def header(**more: Any) -> Change:
    """The header with these members besides its own, or in their place; ``None`` takes one away."""

    def change(token: str, key: Key, _said: dict[str, Any]) -> str:
        whole = {"alg": "Ed25519", "kid": key.kid, "typ": "keepclear-statement", **more}
        return _with_header(token, key, {name: value for name, value in whole.items() if value is not None})

    return change


def payload(change: Callable[[bytes], bytes]) -> Change:
    return lambda token, key, _said: _payload(token, key, change(decoded(token.split(".")[1])))


HOSTILE: dict[str, tuple[Change, str]] = {
    "alg none": (lambda token, key, _: _none(token, key), "signature.value"),
    "alg none, with a signature": (header(alg="none"), "signature.alg"),
    "alg None": (header(alg="None"), "signature.alg"),
    "no alg": (header(alg=None), "signature.alg"),
    "HMAC with the public key": (lambda token, key, _: _hmac(token, key), "signature.alg"),
    "alg HS256": (header(alg="HS256"), "signature.alg"),
    "alg RS256": (header(alg="RS256"), "signature.alg"),
    "alg EdDSA, the old name": (header(alg="EdDSA"), "signature.alg"),
    "alg ed25519": (header(alg="ed25519"), "signature.alg"),
    "alg a list": (header(alg=["Ed25519"]), "signature.alg"),
    "an embedded key": (header(jwk={"kty": "OKP", "crv": "Ed25519", "x": Key().x}), "signature.header"),
    "jku": (header(jku="http://127.0.0.1:1/keys"), "signature.header"),
    "x5u": (header(x5u="http://127.0.0.1:1/cert"), "signature.header"),
    "x5c": (header(x5c=["AAAA"]), "signature.header"),
    "x5t": (header(x5t="AAAA"), "signature.header"),
    "crit, understood or not": (header(crit=["b64"], b64=False), "signature.header"),
    "crit that is empty": (header(crit=[]), "signature.header"),
    "b64": (header(b64=True), "signature.header"),
    "cty": (header(cty="json"), "signature.header"),
    "an unknown member": (header(nonce="1"), "signature.header"),
    "no typ": (header(typ=None), "signature.typ"),
    "typ JWT": (header(typ="JWT"), "signature.typ"),
    "typ of a proof": (header(typ="keepclear-key-proof"), "signature.typ"),
    "no kid": (header(kid=None), "signature.kid"),
    "kid a path": (header(kid="../../data/record-keys/ed25519"), "signature.kid"),
    "kid a path to nothing": (header(kid="/dev/null"), "signature.kid"),
    "kid SQL": (header(kid="' OR 1=1 --"), "signature.kid"),
    "kid a number": (header(kid=1), "signature.kid"),
    "kid too short": (header(kid=encoded(bytes(31))), "signature.kid"),
    "kid of nobody": (header(kid=encoded(bytes(32))), "signature.kid"),
    "seen no text": (header(seen={"size": 1}), "signature.seen"),
    "seen too long": (header(seen="x" * 2001), "signature.seen"),
    "seen empty": (header(seen=""), "signature.seen"),
    "a member twice": (
        lambda token, key, _: _with_header(
            token, key, b'{"alg":"Ed25519","alg":"Ed25519","kid":"%b","typ":"keepclear-statement"}' % key.kid.encode()
        ),
        "signature.header",
    ),
    "a header that is no object": (lambda token, key, _: _with_header(token, key, b'["Ed25519"]'), "signature.header"),
    "a header nested deep": (lambda token, key, _: _with_header(token, key, b"[" * 7_000), "signature.header"),
    "a header too long": (header(seen="x" * 8_000), "signature.header"),
    "no base64url: padding": (lambda token, _key, _: token + "=", "signature.value"),
    "no base64url: +": (lambda token, _key, _: token[:-2] + "+A", "signature.value"),
    "no base64url: a line end": (lambda token, _key, _: token + "\n", "signature.value"),
    "no base64url: a space within": (lambda token, _key, _: token.replace(".", ". ", 1), "signature.payload"),
    "no base64url: beyond ASCII": (lambda token, _key, _: token[:-1] + "é", "signature.value"),
    "another spelling of the signature": (lambda token, _key, _: _spare_bits(token), "signature.value"),
    "no dots": (lambda token, _key, _: token.replace(".", ""), "signature"),
    "four parts": (lambda token, _key, _: token + ".AAAA", "signature"),
    "nothing": (lambda _token, _key, _: b"", "signature"),
    "JSON serialisation": (
        lambda token, _key, _: json.dumps(
            dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))
        ),
        "signature",
    ),
    "one bit of the signature": (lambda token, _key, _: _flipped(token), "signature.value"),
    "another's signature": (
        lambda token, _key, _: (
            f"{token.rpartition('.')[0]}.{_signed(token.rpartition('.')[0], Key()).rpartition('.')[2]}"
        ),
        "signature.value",
    ),
    "a payload that was changed": (
        lambda token, _key, said: ".".join(
            (token.split(".")[0], encoded(json.dumps({**said, "serial": 999}).encode()), token.split(".")[2])
        ),
        "signature.value",
    ),
    "a signature that is short": (lambda token, _key, _: token[:-4], "signature.value"),
    "detached payload": (
        lambda token, _key, _: f"{token.split('.')[0]}..{token.split('.')[2]}",
        "signature.value",
    ),
    "not canonical: a space": (payload(lambda data: data.replace(b'":', b'": ', 1)), "signature.payload"),
    "not canonical: order": (
        payload(lambda data: json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode()),
        "signature.payload",
    ),
    "not canonical: an escape": (payload(lambda data: data.replace(b"signed", rb"s\u0069gned")), "signature.payload"),
    "not canonical: 1.0": (
        payload(lambda data: data.replace(b'"serial":', b'"serial":1.0e0,"s":')),
        "signature.payload",
    ),
}

REFUSED_BY_ITS_JSON: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": lambda data: data.replace(b'"serial":', b'"serial":1,"serial":', 1),
    "NaN": lambda data: data.replace(b'"serial":', b'"s":NaN,"serial":', 1),
    "1e400": lambda data: data.replace(b'"serial":', b'"s":1e400,"serial":', 1),
    "no UTF-8": lambda data: data.replace(b"signed", b"\xff"),
    "no object": lambda _: b"[]",
    "nothing": lambda _: b"",
    "nested deep": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_token_is_refused_and_the_refusal_logged(host: RunningHost, alpha: SigningDesk, name: str) -> None:
    change, field = HOSTILE[name]
    said = alpha.statement("message", {"text": "signed secret words"})
    logged = len(refusals(host))
    token = change(alpha.key.signs(said), alpha.key, said)
    answer = post_token(host, "alpha.air", token)
    assert answer.status_code in (413, 422), answer.text
    assert answer.json()["field"] == field, answer.text
    assert alpha.get("/v1/me")["next_serial"] == said["serial"], "nothing was heard"
    told = [(line["code"], line["field"], line["desk"]) for line in refusals(host)[logged:]]
    assert told == [(answer.json()["code"], field, "alpha.air")]
    assert answer.json()["code"] in ("signature_invalid", "too_large")
    assert "secret" not in host.log()
    assert post_token(host, "alpha.air", alpha.key.signs(said)).status_code == 201, "as it was meant, it is heard"


@pytest.mark.parametrize("name", sorted(REFUSED_BY_ITS_JSON))
def test_a_payload_that_two_readers_read_differently_is_refused(
    host: RunningHost, alpha: SigningDesk, name: str
) -> None:
    token = alpha.key.signs(alpha.statement("message", {"text": "signed"}))
    other = _payload(token, alpha.key, REFUSED_BY_ITS_JSON[name](decoded(token.split(".")[1])))
    answer = post_token(host, "alpha.air", other)
    assert answer.status_code in (413, 422), answer.text
    if name != "no object":  # which is canonical JSON, and no statement
        assert answer.json()["field"] == "signature.payload"
        assert refusals(host)[-1]["code"] == answer.json()["code"]


def test_a_token_over_the_limit_is_refused_before_it_is_read(host: RunningHost) -> None:
    answer = post_token(host, "alpha.air", b"A" * 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_token_is_no_json_and_json_no_token(host: RunningHost, alpha: SigningDesk) -> None:
    said = alpha.statement("message", {"text": "x"})
    assert post_token(host, "alpha.air", alpha.key.signs(said), "application/json").status_code == 422
    assert post_token(host, "alpha.air", json.dumps(said)).status_code == 422
    assert post_token(host, "alpha.air", alpha.key.signs(said), "application/jwt").status_code == 415
