"""Signed statements over HTTP: heard once and exactly as signed, and refused with a reason that is logged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.api.models import KeyList, KeyOut
from keepclear.record.verify.base64url import decoded, encoded
from tests.api.test_events import listening
from tests.host.running import RunningHost, agreement, notice_body, statement
from tests.host.signing import Key, SigningDesk, post_token


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("signed"), unsigned=False) as running:
        yield running


@pytest.fixture(scope="module")
def alpha(host: RunningHost) -> SigningDesk:
    desk = SigningDesk(host, "alpha.air")
    desk.enrol()
    return desk


@pytest.fixture(scope="module")
def mediator(host: RunningHost) -> SigningDesk:
    desk = SigningDesk(host, "mediator.duty")
    desk.enrol()
    return desk


def post_json(host: RunningHost, said: dict[str, Any]) -> Any:
    return post_token(host, said["from"], json.dumps(said), "application/json")


def refusals(host: RunningHost) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in host.log().splitlines() if "signature_refused" in line)
    return [line for line in lines if line["event"] == "signature_refused"]


def test_by_default_a_live_statement_has_to_be_signed(host: RunningHost) -> None:
    said = statement("bravo.air", 1, "message", {"text": "nobody said this"})
    answer = post_json(host, said)
    assert answer.status_code == 401
    assert answer.json()["code"] == "signature_required"
    assert answer.json()["field"] == "signature"
    assert answer.headers["www-authenticate"].startswith("JWS")
    assert refusals(host)[-1]["code"] == "signature_required"
    with host.client("bravo.air") as bravo:
        assert bravo.me()["next_serial"] == 1, "nothing was heard"
        assert bravo.me()["signatures"] == bravo.mechanism()["signatures"] == "required"
    assert httpx2.get(f"{host.url}/health", trust_env=False).json()["signatures"] == "required"


def test_an_exercise_needs_no_signature_and_a_host_may_be_told_to_need_none(host: RunningHost, tmp_path: Any) -> None:
    said = statement("charlie.air", 1, "message", {"text": "an exercise"}, mode="exercise")
    assert post_json(host, said).status_code == 201
    with RunningHost(tmp_path, unsigned=True) as other:
        assert post_json(other, statement("bravo.air", 1, "message", {"text": "x"})).status_code == 201
        with other.client("bravo.air") as bravo:
            assert bravo.me()["signatures"] == bravo.mechanism()["signatures"] == "optional"
        assert httpx2.get(f"{other.url}/health", trust_env=False).json()["signatures"] == "optional"
        signs = SigningDesk(other, "alpha.air")
        signs.enrol()
        assert signs.say("message", {"text": "signed all the same"}).status_code == 201
        without = post_json(other, signs.statement("message", {"text": "by who has the token only"}))
        assert (without.status_code, without.json()["code"]) == (401, "signature_required")


@pytest.mark.parametrize("unsigned", [False, True])
def test_no_exercise_changes_who_is_on_watch(tmp_path: Any, unsigned: bool) -> None:
    with RunningHost(tmp_path, unsigned=unsigned) as host:
        alpha = SigningDesk(host, "alpha.air")
        alpha.enrol()
        assert alpha.say("sign_on", {"name": "Ada"}).status_code == 201
        before = alpha.get("/v1/watch")
        assert [row["desk"] for row in before["items"] if row["attended"]] == ["alpha.air"]
        for kind, name in (("sign_off", "Ada"), ("sign_on", "Eve")):
            said = alpha.statement(kind, {"name": name, "note": "an exercise"}, mode="exercise")
            for answer in (post_json(host, said), post_token(host, "alpha.air", alpha.key.signs(said))):
                assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "refused", "mode")
        assert alpha.get("/v1/watch") == before


def test_a_new_key_is_told_to_every_desk_as_it_is_listed(tmp_path: Any) -> None:
    with RunningHost(tmp_path, unsigned=False) as host, listening(host, "bravo.air") as bravo:
        bravo.get()
        alpha = SigningDesk(host, "alpha.air")
        alpha.enrol()
        (told,) = [change for change in bravo.get().changes if change["kind"] == "key"]
        assert set(told) == {"kind", "what", "at", "key"}
        listed = alpha.get("/v1/keys")["items"]
        assert [KeyOut.model_validate(told["key"])] == [KeyOut.model_validate(key) for key in listed]


def test_a_signed_statement_is_heard_and_kept_to_the_byte(host: RunningHost, alpha: SigningDesk) -> None:
    said = alpha.statement("notice", notice_body(title="Signed — «ö»"))
    token = alpha.key.signs(said, seen="trial\n7\nroot\n\n— trial sig\n")
    first = post_token(host, "alpha.air", token)
    assert first.status_code == 201, first.text
    item = alpha.get(f"/v1/record/{first.json()['index']}")
    assert item["statement"]["jws"] == token
    assert item["statement"]["signed_by"] == alpha.key.kid
    assert {key: item["statement"][key] for key in said} == said
    told = alpha.get(f"/v1/conversations?about={said['id']}")["items"]
    assert [one["jws"] for one in told] == [token]
    again = post_token(host, "alpha.air", token)
    assert (again.status_code, again.json()) == (200, first.json())


def test_the_same_id_in_other_bytes_is_refused(host: RunningHost, alpha: SigningDesk) -> None:
    said = alpha.statement("message", {"text": "one"})
    assert post_token(host, "alpha.air", alpha.key.signs(said)).status_code == 201
    for other in (alpha.key.signs({**said, "body": {"text": "two"}}), alpha.key.signs(said, seen="other bytes")):
        answer = post_token(host, "alpha.air", other)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_in_use")


def test_a_desk_signs_for_itself_only(host: RunningHost, alpha: SigningDesk) -> None:
    said = statement("bravo.air", 1, "message", {"text": "not me"})
    answer = post_token(host, "alpha.air", alpha.key.signs(said))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = post_token(host, "bravo.air", alpha.key.signs(said))
    assert (answer.status_code, answer.json()["code"]) == (409, "key_not_valid")
    assert "alpha.air's" in answer.json()["detail"]
    assert refusals(host)[-1]["code"] == "key_not_valid"


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


def test_keys_are_enrolled_rotated_and_revoked_and_what_was_signed_stays(
    host: RunningHost, mediator: SigningDesk
) -> None:
    bravo = SigningDesk(host, "bravo.air")
    first, second = bravo.key, Key()
    assert bravo.say("message", {"text": "x"}).json()["field"] == "signature.kid", "nobody knows this key yet"
    enrolled = bravo.enrol()
    assert [(alert["code"], alert["severity"]) for alert in enrolled["alerts"]] == [("KEY_CHANGED", "advisory")]
    old = bravo.say("message", {"text": "by the first key"}).json()["index"]

    rotated = bravo.say("key_enrol", second.body("bravo.air", replaces=first.kid), first)
    assert rotated.status_code == 201, rotated.text
    refused = bravo.say("message", {"text": "x"}, first)
    assert (refused.status_code, refused.json()["code"]) == (409, "key_not_valid")
    assert f"retired since entry {rotated.json()['index']}" in refused.json()["detail"]
    assert bravo.say("message", {"text": "by the second"}, second).status_code == 201

    item = bravo.get(f"/v1/record/{old}")["statement"]
    assert item["signed_by"] == first.kid, "what was signed then stands"
    KeyList.model_validate(bravo.get("/v1/keys"))
    rows = {row["kid"]: row for row in bravo.get("/v1/keys")["items"] if row["desk"] == "bravo.air"}
    assert (rows[first.kid]["valid_from"], rows[first.kid]["retired_at"]) == (
        enrolled["index"],
        rotated.json()["index"],
    )
    assert (rows[first.kid]["retired_why"], rows[first.kid]["vouched_by"]) == ("replaced", None)
    assert (rows[second.kid]["vouched_by"], rows[second.kid]["retired_at"]) == (first.kid, None)

    body = {"desk": "bravo.air", "kid": second.kid, "reason": "the laptop is gone"}
    charlie = SigningDesk(host, "charlie.air")
    charlie.enrol()
    assert charlie.say("key_revoke", body).json()["field"] == "body.desk", "another party's"
    assert mediator.say("key_revoke", body).status_code == 201
    assert bravo.say("message", {"text": "x"}, second).json()["code"] == "key_not_valid"
    again = bravo.say("key_enrol", first.body("bravo.air"), first)
    assert again.status_code == 409, "a key that was retired never comes back"
    third = Key()
    anew = bravo.say("key_enrol", third.body("bravo.air"), third)
    assert [(alert["code"], alert["severity"]) for alert in anew.json()["alerts"]] == [("KEY_CHANGED", "warning")]


def test_an_enrolment_that_is_not_by_who_has_the_key_is_refused(host: RunningHost, alpha: SigningDesk) -> None:
    new = Key()
    body = new.body("alpha.air")
    for bad in (
        {**body, "proof": Key().body("alpha.air")["proof"]},
        {**body, "proof": new.body("bravo.air")["proof"]},
        {**body, "proof": new.body("alpha.air", mechanism="other")["proof"]},
        {**body, "proof": new.signs({"desk": "alpha.air"})},
    ):
        answer = alpha.say("key_enrol", bad)
        assert (answer.status_code, answer.json()["field"]) == (422, "body.proof"), answer.text
    weak = {**body, "key": {**body["key"], "x": encoded(bytes(32))}}
    assert alpha.say("key_enrol", weak).json()["field"] == "body.key.x"
    private = {**body, "key": {**body["key"], "d": "AAAA"}}
    assert alpha.say("key_enrol", private).status_code == 422
    unsigned = alpha.statement("key_enrol", body, mode="exercise")
    assert post_json(host, unsigned).json()["code"] == "key_not_valid"
    answer = post_token(host, "alpha.air", new.signs(alpha.statement("key_enrol", body)))
    assert answer.json()["code"] == "key_not_valid", "a desk that has a key vouches for the next with it"
    assert alpha.say("key_enrol", alpha.key.body("alpha.air")).json()["field"] == "body.key", "it is enrolled"
    assert alpha.say("key_enrol", body, mode="exercise").json()["field"] == "mode"


def test_under_broker_keys_are_for_every_desk_to_know(tmp_path: Any) -> None:
    with RunningHost(tmp_path, agreement("broker"), unsigned=False) as host:
        alpha = SigningDesk(host, "alpha.air")
        index = alpha.enrol()["index"]
        notice = alpha.say("notice", notice_body()).json()["index"]
        for desk in ("alpha.ground", "bravo.air", "charlie.air", "mediator.duty"):
            other = SigningDesk(host, desk)
            assert [row["kid"] for row in other.get("/v1/keys")["items"]] == [alpha.key.kid]
            assert other.get(f"/v1/record/{index}")["statement"]["jws"]
            alerts = [row for row in other.get("/v1/alerts")["items"] if row["code"] == "KEY_CHANGED"]
            assert alerts[0]["detail"]["kid"] == alpha.key.kid
            assert alerts[0]["detail"]["fingerprint"] in alerts[0]["why"]
        with host.client("bravo.air") as bravo, pytest.raises(Exception, match="nothing of that name"):
            bravo._get(f"/v1/record/{notice}")


def test_key_state_outlives_a_kill_and_a_snapshot(tmp_path: Any) -> None:
    host = RunningHost(tmp_path, unsigned=False).start()
    alpha = SigningDesk(host, "alpha.air")
    alpha.enrol()
    second = Key()
    assert alpha.say("key_enrol", second.body("alpha.air", replaces=alpha.key.kid)).status_code == 201
    before = alpha.get("/v1/keys")
    said = alpha.statement("message", {"text": "kept"})
    first = post_token(host, "alpha.air", second.signs(said))
    host.kill()
    host.start()  # plays the record
    again = post_token(host, "alpha.air", second.signs(said))
    assert (again.status_code, again.json()) == (200, first.json())
    assert alpha.get("/v1/keys")["items"] == before["items"]
    assert host.stop() == 0  # saves a snapshot
    host.start()
    assert alpha.get("/v1/keys")["items"] == before["items"]
    assert alpha.say("message", {"text": "x"}).json()["code"] == "key_not_valid"
    assert alpha.say("message", {"text": "x"}, second).status_code == 201
    assert alpha.get(f"/v1/record/{first.json()['index']}")["statement"]["jws"] == second.signs(said)
    host.kill()
