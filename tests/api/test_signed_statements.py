"""Signed statements over HTTP: heard once and exactly as signed, and refused with a reason that is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from keepclear.api.models import KeyList, KeyOut
from keepclear.record.verify.base64url import encoded
from tests.api.test_events import listening
from tests.host.running import RunningHost, agreement, notice_body, statement
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


@pytest.fixture(scope="module")
def mediator(host: RunningHost) -> SigningDesk:
    desk = SigningDesk(host, "mediator.duty")
    desk.enrol()
    return desk


def post_json(host: RunningHost, said: dict[str, Any]) -> Any:
    return post_token(host, said["from"], json.dumps(said), "application/json")


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
