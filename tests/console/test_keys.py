"""A host that wants signatures: a page makes its key, enrols it, and what it says is signed with it."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator

import pytest

from keepclear.record import jws
from keepclear.record.verify.jws import taken_apart
from tests.console.conftest import Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const opening = indexedDB.open("keepclear-keys", 1);
  const database = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
  const all = database.transaction("desks").objectStore("desks").getAll();
  const [kept] = await new Promise((done) => (all.onsuccess = () => done(all.result)));
  const key = kept.current.privateKey;
  const taken = await crypto.subtle.exportKey("pkcs8", key).then(() => true, () => false);
  return { extractable: key.extractable, taken };
}"""


@pytest.fixture
def hall(tmp_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A host that takes nothing live that is not signed."""
    opened = Hall(tmp_path_factory.mktemp("hall"), signed=True)
    yield opened
    opened.kill()


def test_a_page_makes_its_key_and_what_it_says_is_signed(hall: Hall, hands: Hands) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        hall.say("bravo.air", "message", {"text": "not signed"})
    assert refused.value.code == 401
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    alpha.wait("mute")
    alpha.picture("alpha-no-key")
    alpha.page.get_by_test_id("make-key").click()
    alpha.wait("signed", signed="yes")
    alpha.page.get_by_test_id("mute").wait_for(state="detached")
    bravo.wait("alert", code="KEY_CHANGED")
    alpha.page.get_by_test_id("tab-line").click()
    alpha.page.fill("#watch-name", "Officer A")
    alpha.page.get_by_test_id("sign-on").click()
    alpha.wait("on-watch")
    assert alpha.page.evaluate(KEPT) == {"extractable": False, "taken": False}
    (key,) = hall.ask("bravo.air", "/v1/keys")["items"]
    items = hall.ask("mediator.duty", "/v1/record?from=0")["items"]
    heard = [entry["statement"] for entry in items if entry["kind"] == "statement"]
    assert [entry["type"] for entry in heard] == ["key_enrol", "sign_on"]
    for entry in heard:
        token = jws.check(taken_apart(entry["jws"]), key["key"]["x"])
        assert json.loads(token.payload)["id"] == entry["id"]
    alpha.page.get_by_test_id("own-key").scroll_into_view_if_needed()
    alpha.picture("alpha-keys")
    alpha.page.reload()
    alpha.wait("signed", signed="yes")


def test_a_key_is_replaced_lent_to_another_place_and_revoked(hall: Hall, hands: Hands) -> None:
    first, second = hands.sit("alpha.air"), hands.sit("alpha.air")
    first.page.get_by_test_id("make-key").click()
    first.wait("signed", signed="yes")
    first.page.get_by_test_id("tab-line").click()
    was = first.page.get_by_test_id("own-key").inner_text()
    first.page.get_by_test_id("rotate-key").click()
    first.page.wait_for_function("(was) => document.querySelector('[data-testid=own-key]').innerText !== was", arg=was)
    keys = hall.ask("alpha.air", "/v1/keys")["items"]
    assert [key["retired_at"] is None for key in keys] == [False, True]
    assert keys[1]["vouched_by"] == keys[0]["kid"]

    second.wait("mute")
    second.page.get_by_test_id("tab-line").click()
    second.page.get_by_test_id("make-key-here").click()
    request = second.page.get_by_test_id("enrolment-request").input_value()
    first.page.get_by_test_id("enrol-other").click()
    first.page.fill("#paste-request", request[:-5])
    first.page.get_by_test_id("send-enrolment").click()
    first.page.get_by_text("This is no request").wait_for()
    first.page.fill("#paste-request", request)
    first.page.get_by_test_id("send-enrolment").click()
    second.wait("signed", signed="yes")

    other = first.page.locator(first.see("key", desk="alpha.air", valid="true")).last
    other.get_by_test_id("revoke").click()
    first.page.fill("#revoke-reason", "that machine is lost")
    first.page.get_by_test_id("revoke-sure").click()
    second.wait("mute")
    assert [key["retired_at"] is None for key in hall.ask("alpha.air", "/v1/keys")["items"]] == [False, True, False]
    first.picture("alpha-key-revoked")
