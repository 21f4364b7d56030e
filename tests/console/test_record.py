"""The page proves what it shows of the record: what it said is kept, the log only ever goes on, and a lie is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keepclear.record.evidence import contradiction, parse_evidence
from keepclear.record.proof import parse_proof, verify_proof
from keepclear.record.verify.jws import taken_apart
from keepclear.record.verify.note import parse_note, parse_verifier_key
from keepclear.record.verify.policy import parse_policy
from tests.console.conftest import Hand, Hands
from tests.console.hall import Hall
from tests.record.running_witness import RunningWitness

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A host that takes nothing live that is not signed."""
    opened = Hall(tmp_path_factory.mktemp("hall"), signed=True)
    yield opened
    opened.kill()


@pytest.fixture
def witness(hall: Hall, tmp_path: Path) -> Iterator[RunningWitness]:
    """The host's one witness."""
    keys = [parse_verifier_key(text) for text in hall.ask("alpha.air", "/v1/record/status")["log_keys"]]
    with RunningWitness(tmp_path, keys) as running:
        policy = tmp_path / "policy.txt"
        logs = "".join(f"log {key.text}\n" for key in keys)
        policy.write_text(f"{logs}witness bravo {running.keys[0].text} {running.url}\nquorum bravo\n")
        hall.kill()
        hall.witnesses = policy
        hall.start()
        yield running


def seat(hands: Hands, desk: str) -> Hand:
    """A desk with a key of its own, its record in view."""
    hand = hands.sit(desk)
    hand.page.get_by_test_id("make-key").click()
    hand.wait("signed", signed="yes")
    hand.page.get_by_test_id("tab-record").click()
    return hand


def sign_on(hand: Hand, name: str) -> None:
    """The desk says one thing more, and shows its record."""
    hand.page.get_by_test_id("tab-line").click()
    hand.page.fill("#watch-name", name)
    hand.page.get_by_test_id("sign-on").click()
    hand.page.locator(hand.see("on-watch")).filter(has_text=name).wait_for()
    hand.page.get_by_test_id("tab-record").click()


def saved(hand: Hand, press: Callable[[], None]) -> bytes:
    """The file that the page hands out."""
    with hand.page.expect_download() as download:
        press()
    return Path(download.value.path()).read_bytes()


def keepclear(*words: str) -> subprocess.CompletedProcess[str]:
    """The command, as its users call it."""
    return subprocess.run([sys.executable, "-m", "keepclear", *words], capture_output=True, text=True, timeout=60)


def test_what_was_said_is_proved_binding_and_its_receipt_holds_without_the_host(
    hall: Hall, hands: Hands, witness: RunningWitness, tmp_path: Path
) -> None:
    alpha = seat(hands, "alpha.air")
    alpha.page.keyboard.press("S")
    alpha.page.keyboard.press("Enter")
    alpha.wait("kept", type="stop", state="binding")
    alpha.wait("stop-banner", own="none")
    banner = alpha.page.get_by_test_id("stop-banner")
    assert banner.get_by_test_id("record-mark").get_attribute("data-state") == "binding"
    alpha.picture("alpha-stop-binding")
    row = alpha.page.locator(alpha.see("kept", type="stop"))
    file = saved(alpha, row.get_by_test_id("save-receipt").click)
    policy = parse_policy(hall.witnesses.read_bytes() if hall.witnesses else b"")
    proven = verify_proof(parse_proof(file), policy)
    assert proven.standing.is_binding
    token = taken_apart(json.loads(proven.entry)["jws"])
    assert json.loads(token.payload)["type"] == "stop"
    assert token.seen is not None, "what the page had verified goes with what it signs"
    assert policy.log_keys[0].name in parse_note(token.seen.encode()).text
    (tmp_path / "stop.tlog-proof").write_bytes(file)
    (key,) = hall.ask("alpha.air", "/v1/keys")["items"]
    checked = keepclear(
        "verify", str(tmp_path / "stop.tlog-proof"), "--policy", str(hall.witnesses), "--desk-key", key["key"]["x"]
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr

    witness.end()
    sign_on(alpha, "Officer A")
    alpha.wait("kept", type="sign_on", state="kept")
    assert alpha.page.locator(alpha.see("kept", type="stop", state="binding")).count() == 1
    alpha.page.reload()
    alpha.wait("link", state="live")
    alpha.page.get_by_test_id("tab-record").click()
    alpha.wait("kept", type="sign_on", state="kept")
    alpha.wait("witness-missing")
    alpha.picture("alpha-record-kept")
    assert alpha.page.get_by_test_id("record-failed").count() == 0


@pytest.mark.endurance
def test_a_statement_that_the_host_left_out_is_named_loudly(hall: Hall, hands: Hands) -> None:
    alpha = seat(hands, "alpha.air")

    def drop(route: Route) -> None:
        said = json.loads(taken_apart(route.request.post_data or "").payload)
        answer = {"id": said["id"], "index": 9_999, "heard_at": said["said_at"], "alerts": []}
        route.fulfill(status=201, content_type="application/json", body=json.dumps(answer))

    alpha.page.route("**/v1/statements", drop)
    alpha.page.keyboard.press("S")
    alpha.page.keyboard.press("Enter")
    alpha.wait("kept", type="stop", state="waiting")
    alpha.wait("record-failed", timeout_s=45)
    alpha.wait("kept", type="stop", state="missing")
    alpha.picture("alpha-left-out")
    sent = saved(alpha, alpha.page.get_by_role("button", name="Save what was sent").click)
    assert json.loads(taken_apart(sent.decode()).payload)["type"] == "stop"
    alpha.complaints.clear()  # the browser reports each refused receipt as an error of its own


@pytest.mark.endurance
@pytest.mark.parametrize("how", ["one byte", "another's"])
def test_a_receipt_that_does_not_hold_is_named_and_never_shown_as_kept(hall: Hall, hands: Hands, how: str) -> None:
    alpha = seat(hands, "alpha.air")
    alpha.wait("kept", type="key_enrol", state="kept")

    def alter(route: Route) -> None:
        if how == "another's":
            index = hall.ask("alpha.air", "/v1/keys")["items"][0]["valid_from"]
            url = f"{hall.url}/v1/record/{index}/receipt?standing=any&wait_s=1"
            return route.fulfill(response=route.fetch(url=url))
        body = bytearray(route.fetch().body())
        body[120] = ord("A") if body[120] != ord("A") else ord("B")
        return route.fulfill(status=200, content_type="text/plain", body=bytes(body))

    alpha.page.route("**/receipt?*", alter)
    sign_on(alpha, "Officer A")
    alpha.wait("kept", type="sign_on", state="false")
    alpha.wait("record-failed")
    alpha.page.unroute("**/receipt?*")
    alpha.page.reload()
    alpha.wait("record-failed")
    alpha.picture("alpha-false-receipt")


def restart(hall: Hall, hand: Hand, *, on: Path | None = None) -> None:
    """The host comes back, on other data where that is said; the page finds it again."""
    hall.kill()
    if on is not None:
        shutil.rmtree(hall.data)
        shutil.copytree(on, hall.data)
    hall.start()
    hand.page.evaluate("dispatchEvent(new Event('online'))")
    hand.wait("link", state="live")
    hand.complaints.clear()  # the browser reports the lost connection as an error of its own


@pytest.mark.endurance
def test_a_host_that_forks_its_record_is_found_and_the_evidence_convinces_others(
    hall: Hall, hands: Hands, tmp_path: Path
) -> None:
    alpha = seat(hands, "alpha.air")
    sign_on(alpha, "Officer A")
    alpha.wait("kept", type="sign_on", state="kept")
    keys = [parse_verifier_key(text) for text in hall.ask("alpha.air", "/v1/record/status")["log_keys"]]
    hall.kill()
    shutil.copytree(hall.data, tmp_path / "backup")
    restart(hall, alpha)
    for name in ("Officer B", "Officer C"):
        sign_on(alpha, name)
    alpha.page.locator(alpha.see("kept", type="sign_on", state="kept")).nth(2).wait_for()

    restart(hall, alpha, on=tmp_path / "backup")
    alpha.wait("record-alarm", kind="split", proven="false")
    alpha.picture("alpha-rolled-back")
    assert "ROLLED BACK" in alpha.page.get_by_test_id("record-alarm").first.inner_text()
    for name in ("Officer D", "Officer E", "Officer F"):
        sign_on(alpha, name)
    alpha.wait("record-alarm", kind="split", proven="true")
    alpha.wait("record-failed")
    alpha.complaints.clear()  # so it reports the consistency proof that the host could not give
    alpha.picture("alpha-forked")
    proven = alpha.page.locator(alpha.see("record-alarm", proven="true"))
    file = saved(alpha, proven.get_by_test_id("save-evidence").click)
    assert contradiction(parse_evidence(file), keys)
    (tmp_path / "split.json").write_bytes(file)
    flags = [word for key in keys for word in ("--key", key.text)]
    told = keepclear(
        "record", "compare", str(tmp_path / "split.json"), *flags, "--evidence", str(tmp_path / "told.json")
    )
    assert (told.returncode, "SPLIT VIEW" in told.stdout) == (1, True), told.stdout + told.stderr

    alpha.page.reload()
    alpha.wait("record-alarm", kind="split", proven="true")
    alpha.page.get_by_test_id("tab-record").click()
    alpha.page.get_by_test_id("forget").click()
    alpha.page.get_by_test_id("forget-sure").click()
    alpha.page.get_by_test_id("record-alarm").first.wait_for(state="detached")


@pytest.mark.endurance
def test_a_host_with_another_log_key_is_an_alarm_that_stays(hall: Hall, hands: Hands, tmp_path: Path) -> None:
    alpha = seat(hands, "alpha.air")
    alpha.wait("kept", type="key_enrol", state="kept")
    pinned = alpha.page.get_by_test_id("log-key").first.inner_text()
    (tmp_path / "other").mkdir()
    other = Hall(tmp_path / "other", signed=True)
    other.kill()
    shutil.copy(hall.data / "tokens.json", other.data / "tokens.json")
    restart(hall, alpha, on=other.data)
    alpha.page.reload()
    alpha.wait("record-alarm", kind="key")
    alpha.picture("alpha-another-key")
    assert json.loads(saved(alpha, alpha.page.get_by_test_id("save-evidence").click))["kept_here"][0] == pinned
    alpha.page.reload()
    alpha.wait("record-alarm", kind="key")
    alpha.page.get_by_test_id("make-key").click()
    alpha.wait("signed", signed="yes")
    alpha.wait("record-failed")
    assert alpha.page.locator(alpha.see("record-mark", state="kept")).count() == 0


@pytest.mark.endurance
def test_what_another_desk_has_seen_of_another_log_is_found(hall: Hall, hands: Hands, tmp_path: Path) -> None:
    """Bravo was shown another history; a statement of it reaches Alpha, and bears what Bravo had verified."""
    alpha, bravo = seat(hands, "alpha.air"), seat(hands, "bravo.air")
    for hand in (alpha, bravo):
        hand.wait("kept", type="key_enrol", state="kept")
    hall.kill()
    shutil.copytree(hall.data, tmp_path / "backup")
    alpha.page.context.set_offline(True)
    restart(hall, bravo)
    for name in ("Officer X", "Officer Y", "Officer Z"):
        sign_on(bravo, name)
    bravo.page.locator(bravo.see("kept", state="kept")).nth(3).wait_for()
    alpha.page.context.set_offline(False)
    restart(hall, alpha, on=tmp_path / "backup")
    bravo.complaints.clear()
    bravo.page.get_by_test_id("record-alarm").first.wait_for()
    bravo.page.keyboard.press("S")
    bravo.page.keyboard.press("Enter")
    alpha.wait("stop-banner")
    alpha.wait("record-alarm", kind="split", timeout_s=45)
    assert "bravo.air has seen" in alpha.page.get_by_test_id("record-alarm").first.inner_text()
    for hand in (alpha, bravo):
        hand.complaints.clear()  # so it reports the consistency proof that the host could not give
    alpha.picture("alpha-told-of-a-fork")


def test_a_desk_without_a_key_is_told_at_once_and_its_stop_goes_out_by_one_press(hall: Hall, hands: Hands) -> None:
    alpha = hands.sit("alpha.air")
    assert "CANNOT SEND A STOP" in alpha.page.get_by_test_id("mute").inner_text()
    alpha.page.get_by_test_id("mute").get_by_test_id("ring-write").click()
    alpha.page.get_by_test_id("ring-input").fill("+44 20 7946 0123")
    alpha.page.get_by_test_id("ring-keep").click()
    alpha.picture("alpha-mute")
    alpha.page.keyboard.press("S")
    told = alpha.page.get_by_test_id("stop-mute")
    told.wait_for(timeout=1000)
    assert "RING THE MEDIATOR NOW" in told.inner_text()
    assert "+44 20 7946 0123" in told.inner_text()
    alpha.picture("alpha-stop-no-key")
    assert not any("/v1/statements" in url for url in alpha.asked), "it is said without asking the host"
    alpha.page.keyboard.press("Enter")
    alpha.wait("stop-banner", own="none")
    alpha.wait("signed", signed="yes")
    types = [
        one["statement"]["type"]
        for one in hall.ask("mediator.duty", "/v1/record?from=0")["items"]
        if one["kind"] == "statement"
    ]
    assert types == ["key_enrol", "stop"]


def test_a_desk_whose_key_is_elsewhere_is_told_to_ring_and_nothing_is_sent(hall: Hall, hands: Hands) -> None:
    seat(hands, "alpha.air")
    second = hands.sit("alpha.air")
    second.wait("mute")
    second.page.keyboard.press("S")
    second.wait("stop-mute")
    assert "in another place" in second.page.get_by_test_id("stop-mute").inner_text()
    assert second.page.get_by_test_id("stop-send").is_disabled()
    assert "CANNOT BE SENT FROM HERE" in second.page.get_by_test_id("stop-send").inner_text()
    second.picture("alpha-stop-key-elsewhere")
    assert hall.ask("mediator.duty", "/v1/stops")["items"] == []


def test_reading_what_others_say_costs_no_requests_of_the_record(hall: Hall, hands: Hands) -> None:
    alpha, bravo = seat(hands, "alpha.air"), seat(hands, "bravo.air")
    alpha.wait("kept", type="key_enrol", state="kept")
    bravo.wait("kept", type="key_enrol", state="kept")
    counted = ("/v1/record", "/v1/checkpoint", "/v1/consistency", "/receipt")
    before = sum(any(word in url for word in counted) for url in alpha.asked)
    for number in range(8):
        sign_on(bravo, f"Officer {number}")
    bravo.page.locator(bravo.see("kept", state="kept")).nth(8).wait_for()
    asked = sum(any(word in url for word in counted) for url in alpha.asked) - before
    assert asked <= 5, "one look every half minute, whatever others say"
