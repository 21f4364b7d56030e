"""Signed statements against the vectors of their RFCs, hostile tokens, and two verifiers that must agree."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from keepclear.errors import InvalidInput, SignatureInvalid, TooLarge
from keepclear.record import jws
from keepclear.record.fingerprint import fingerprint
from keepclear.record.verify import jws as verifier
from keepclear.record.verify.base64url import decoded, encoded
from keepclear.record.verify.jws import MOST_PAYLOAD_BYTES, MOST_TOKEN_BYTES, Token, taken_apart
from keepclear.record.verify.public_key import key_bytes, thumbprint
from tests.needs import require

# RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

# RFC 8037 appendix A: the key of RFC 8032's first test as a JWK, its thumbprint, and a JWS by it under the old name
RFC_8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_8037_D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_8037_KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
RFC_8037_JWS = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 7515 appendices A.1 (HMAC) and A.5 (none)
RFC_7515_HMAC = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC_7515_NONE = (
    "eyJhbGciOiJub25lIn0."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
)

KEY = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X, "d": RFC_8037_D})
OTHER = OKPKey.generate_key("Ed25519")
NATIVE = Ed25519PrivateKey.from_private_bytes(decoded(RFC_8037_D))
HEADER = {"alg": "Ed25519", "kid": RFC_8037_KID, "typ": "keepclear-statement"}


def signed(header: bytes, payload: bytes) -> str:
    """A token with any header at all, its signature good."""
    signing_input = f"{encoded(header)}.{encoded(payload)}"
    return f"{signing_input}.{encoded(NATIVE.sign(signing_input.encode()))}"


def by_stdlib(token: str | bytes) -> Token:
    found = taken_apart(token)
    verifier.check(found, RFC_8037_X)
    return found


def by_joserfc(token: str | bytes) -> Token:
    return jws.verified(token, RFC_8037_X)


def told(verify: Callable[[str], Token], token: str) -> tuple[str, str, bytes]:
    """What a verifier says: taken or refused, where, and the payload it read."""
    try:
        return "taken", "", verify(token).payload
    except InvalidInput as error:
        return error.code, error.field, b""


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_rfc_8032_vectors(seed: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    assert key.public_key().public_bytes_raw().hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key_bytes(encoded(bytes.fromhex(public))).hex() == public


def test_rfc_8037_key_thumbprint_and_signature() -> None:
    assert decoded(RFC_8037_X).hex() == RFC_8032[0][1]
    assert thumbprint(RFC_8037_X) == RFC_8037_KID == KEY.thumbprint()
    signing_input, _, signature = RFC_8037_JWS.rpartition(".")
    assert encoded(NATIVE.sign(signing_input.encode())) == signature


def test_rfc_7515_base64url_has_no_padding_and_one_spelling() -> None:
    assert encoded(bytes([3, 236, 255, 224, 193])) == "A-z_4ME"  # appendix C
    assert decoded("A-z_4ME") == bytes([3, 236, 255, 224, 193])
    for other in ("A-z_4ME=", "A+z/4ME", "A-z_4MF", "A-z_4M", "A-z_4", " A-z_4ME", "A-z_4ME\n", "A-z\n_4ME", "é"):
        with pytest.raises(ValueError, match="base64url"):
            decoded(other)


@pytest.mark.parametrize("token", [RFC_8037_JWS, RFC_7515_HMAC, RFC_7515_NONE])
def test_the_tokens_of_the_rfcs_are_none_of_ours(token: str) -> None:
    assert told(by_stdlib, token)[0] == told(by_joserfc, token)[0] == "signature_invalid"


def test_a_token_in_our_shape_is_taken_with_its_bytes_as_they_are() -> None:
    payload = '{"b":1, "a":"ö"}'.encode()
    for seen in (None, "kept.example/log\n7\nroot=\n\n— kept.example/log c2ln\n", "x" * 2_000):
        token = jws.sign(payload, KEY, seen=seen)
        for verify in (by_stdlib, by_joserfc):
            found = verify(token)
            assert (found.payload, found.kid, found.seen, found.compact) == (payload, RFC_8037_KID, seen, token)
    spelt_otherwise = json.dumps(HEADER, indent=2).encode()
    assert by_stdlib(signed(spelt_otherwise, b"{}")) == by_joserfc(signed(spelt_otherwise, b"{}"))


def test_the_largest_payload_is_taken_and_one_byte_more_is_not() -> None:
    assert by_stdlib(jws.sign(b"x" * MOST_PAYLOAD_BYTES, KEY)) == by_joserfc(jws.sign(b"x" * MOST_PAYLOAD_BYTES, KEY))
    for token in (signed(json.dumps(HEADER).encode(), b"x" * (MOST_PAYLOAD_BYTES + 1)), "x" * (MOST_TOKEN_BYTES + 1)):
        with pytest.raises(TooLarge):
            taken_apart(token)


@pytest.mark.parametrize("altered", [False, True])
def test_openssl_is_a_judge_that_is_not_ours(tmp_path: Path, altered: bool) -> None:
    """The three parts taken apart by hand, and checked by a program that knows nothing of JWS."""
    require(shutil.which("openssl") is not None, "openssl is not installed")
    header, payload, signature = jws.sign(b'{"serial":1}', KEY, seen="\u2014 seen").split(".")
    (tmp_path / "key.pem").write_bytes(
        NATIVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "said").write_text(f"{header}.{payload}" + ("A" if altered else ""))
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    judge = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "said"]
    done = subprocess.run([*judge, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) is not altered, done.stdout + done.stderr


def test_a_proof_is_no_statement_and_a_statement_no_proof() -> None:
    proof = jws.sign(b"{}", KEY, typ="keepclear-key-proof")
    assert jws.verified(proof, RFC_8037_X, typ="keepclear-key-proof").payload == b"{}"
    for verify in (by_stdlib, by_joserfc):
        assert told(verify, proof)[:2] == ("signature_invalid", "signature.typ")
    with pytest.raises(SignatureInvalid, match=r"signature\.typ"):
        taken_apart(jws.sign(b"{}", KEY), "keepclear-key-proof")


def test_another_key_did_not_make_it() -> None:
    token, x = jws.sign(b"{}", KEY), str(OTHER["x"])
    forged = signed(json.dumps({**HEADER, "kid": thumbprint(x)}).encode(), b"{}")
    for candidate, field in ((token, "signature.kid"), (forged, "signature.value")):
        with pytest.raises(SignatureInvalid) as one:
            verifier.check(taken_apart(candidate), x)
        with pytest.raises(SignatureInvalid) as other:
            jws.verified(candidate, x)
        assert one.value.field == other.value.field == field


WRONG_HEADERS: dict[str, Any] = {
    "alg": ["none", "None", "HS256", "HS512", "RS256", "ES256", "EdDSA", "ed25519", "Ed448", "", 1, None, ["Ed25519"]],
    "typ": ["JWT", "jose", "keepclear-key-proof", "KEEPCLEAR-STATEMENT", "", 1, None],
    "kid": ["", "../x", "/dev/null", "' OR 1=1", 1, None, [], "A" * 42, "A" * 44, RFC_8037_KID + "="],
    "seen": ["", "x" * 2_001, 1, None, {}, [], "\ud800"],
    "jwk": [{"kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X}],
    "jku": ["http://127.0.0.1:1/"],
    "x5u": ["http://127.0.0.1:1/"],
    "x5c": [["AAAA"]],
    "x5t": ["AAAA"],
    "x5t#S256": ["AAAA"],
    "crit": [["b64"], [], ["seen"], "b64"],
    "b64": [True, False],
    "cty": ["json"],
    "iat": [1],
    "ALG": ["Ed25519"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_HEADERS.items() for value in values], ids=repr
)
def test_any_other_header_is_refused_by_both(name: str, value: Any) -> None:
    token = signed(json.dumps({**HEADER, name: value}).encode(), b"{}")
    one, other = told(by_stdlib, token), told(by_joserfc, token)
    assert one == other
    assert one[0] == "signature_invalid"
    assert one[1] == f"signature.{name}" if name in ("alg", "typ", "kid", "seen") else "signature.header"


@pytest.mark.parametrize(
    "header",
    [b"", b"{}", b"[]", b"null", b"\xff{}", b'{"alg":"Ed25519"}', b"[" * 7_000, b'{"alg":NaN}',
     b'{"alg":"Ed25519","kid":"x","kid":"y","typ":"keepclear-statement"}', b"\xef\xbb\xbf{}", b"1" * 5_000,
     json.dumps({**HEADER, "seen": "x" * 8_000}).encode()],
)  # fmt: skip
def test_a_header_that_is_no_object_or_not_whole_is_refused(header: bytes) -> None:
    one, other = told(by_stdlib, signed(header, b"{}")), told(by_joserfc, signed(header, b"{}"))
    assert one == other
    assert one[0] in ("signature_invalid", "too_large")


def test_weak_and_unwritten_keys_are_refused() -> None:
    """The points of small order, worked out on the curve, in every way of writing them, and what is no 32 bytes."""
    weak = _small_order()
    assert len({point for point in weak if int.from_bytes(point, "little") & (2**255 - 1) < 2**255 - 19}) >= 8
    for data in (*weak, b"", bytes(31), bytes(33)):
        with pytest.raises(SignatureInvalid):
            key_bytes(encoded(data))
    for given_x in (None, 1, "x", RFC_8037_X + "=", RFC_8037_X + "\n"):
        with pytest.raises(SignatureInvalid):
            key_bytes(given_x)


def test_under_a_weak_key_one_signature_would_fit_many_messages() -> None:
    """Why those are refused: the library that checks signatures takes them."""
    weak, signature = bytes([1]) + bytes(31), bytes([1]) + bytes(63)
    native = Ed25519PublicKey.from_public_bytes(weak)
    for message in (b"yes", b"no"):
        native.verify(signature, message)
    signing_input = f"{encoded(json.dumps({**HEADER, 'kid': thumbprint(encoded(weak))}).encode())}.{encoded(b'{}')}"
    token = taken_apart(f"{signing_input}.{encoded(signature)}")
    for check in (verifier.check, jws.check):
        with pytest.raises(SignatureInvalid, match="no honest key"):
            check(token, encoded(weak))


def _small_order() -> list[bytes]:
    """Every way of writing a y whose point times eight is the neutral one (RFC 8032 §5.1), by plain arithmetic."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p

    def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = a, b
        k = d * x1 * x2 * y1 * y2 % p
        return (
            (x1 * y2 + x2 * y1) * pow(1 + k, -1, p) % p,
            (y1 * y2 + x1 * x2) * pow(1 - k, -1, p) % p,
        )

    def root(square: int) -> int | None:
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        return x if x * x % p == square else None

    order = 2**252 + 27742317777372353535851937790883648493
    found: set[int] = set()
    for y in range(2, 60):
        x = root((y * y - 1) * pow(d * y * y + 1, -1, p) % p)
        if x is None:
            continue
        total, step, times = (0, 1), (x, y), order
        while times:
            total = add(total, step) if times & 1 else total
            step, times = add(step, step), times >> 1
        found.add(total[1])  # the part of the point that is of small order
    assert found == {0, 1, p - 1, *(y for y in found if y not in (0, 1, p - 1))}
    assert len(found) == 5
    spelt = {*found, *(y + p for y in found if y + p < 2**255)}
    return [(y | sign << 255).to_bytes(32, "little") for y in spelt for sign in (0, 1)]


def test_a_fingerprint_is_the_beginning_of_the_name() -> None:
    assert fingerprint(RFC_8037_KID) == "90fa cafe a9b1 5566 9854 0f70 c011 7a22"
    assert fingerprint(RFC_8037_KID).replace(" ", "") == decoded(RFC_8037_KID).hex()[:32]


GOOD = jws.sign(b'{"serial":1}', KEY, seen="— seen")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n\0é"


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The good token with some letters changed, left out, put in or moved, or its parts exchanged."""
    token = GOOD
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(token) - 1, 0)))
        letter = draw(st.sampled_from(ALPHABET))
        match draw(st.sampled_from(["change", "last", "drop", "add", "cut", "twice", "swap"])):
            case "change":
                token = token[:place] + letter + token[place + 1 :]
            case "last":
                part, _, rest = token.partition(".")
                token = part[:-1] + letter + "." + rest if draw(st.booleans()) else token[:-1] + letter
            case "drop":
                token = token[:place] + token[place + 1 :]
            case "add":
                token = token[:place] + letter + token[place:]
            case "cut":
                token = token[:place]
            case "twice":
                token = token[:place] + token[place : place + 5] + token[place:]
            case "swap":
                token = ".".join(draw(st.permutations(token.split("."))))
    return token


@settings(max_examples=1_500)
@given(mutated())
def test_both_verifiers_agree_on_every_mutated_token_and_take_none(token: str) -> None:
    one, other = told(by_stdlib, token), told(by_joserfc, token)
    assert one == other
    assert (one[0] == "taken") == (token == GOOD)


headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "seen", "crit", "b64", "jwk", "jku", "x5u", "cty", "x"]),
    st.one_of(
        st.sampled_from(["Ed25519", RFC_8037_KID, "keepclear-statement", "none", "HS256", "EdDSA"]),
        st.text(max_size=5), st.booleans(), st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=2),
    ),
    max_size=3,
)  # fmt: skip


def by_joserfc_alone(token: str) -> bytes | None:
    """The payload that ``joserfc`` reads by itself, told nothing but the algorithm and the key."""
    try:
        return joserfc_jws.deserialize_compact(token, KEY, algorithms=["Ed25519"]).payload
    except (JoseError, ValueError, TypeError):
        return None


@settings(max_examples=500)
@given(headers, st.lists(st.sampled_from(sorted(HEADER)), max_size=1), st.binary(max_size=40))
def test_what_is_signed_under_any_header_is_taken_in_one_shape_only(
    more: dict[str, Any], without: list[str], payload: bytes
) -> None:
    header = {name: value for name, value in {**HEADER, **more}.items() if name not in without}
    token = signed(json.dumps(header).encode(), payload)
    one, other = told(by_stdlib, token), told(by_joserfc, token)
    assert one == other
    seen = header.pop("seen", "x")
    is_ours = header == HEADER and isinstance(seen, str) and 0 < len(seen) <= 2_000
    assert (one[0] == "taken") == is_ours
    if is_ours and "seen" not in more:
        assert by_joserfc_alone(token) == one[2] == payload


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_no_input_makes_anything_but_a_refusal(data: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        by_stdlib(data)
