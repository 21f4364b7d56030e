"""Who is on watch, whether the line is heard, what was seen, accidents and suspension: at two pages at once."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser


def test_the_watch_is_taken_tested_and_handed_over(hall: Hall, hands: Hands) -> None:
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        hand.page.get_by_test_id("tab-line").click()
    bravo.wait("desk-watch", desk="alpha.air", attended="false")
    alpha.page.fill("#watch-name", "Lt. Ay")
    alpha.page.get_by_test_id("sign-on").click()
    alpha.wait("on-watch")
    bravo.wait("desk-watch", desk="alpha.air", attended="true")
    assert "Lt. Ay" not in bravo.page.inner_text("body"), "a name is for its own side and the mediator"

    alpha.page.locator(alpha.see("line-test", party="bravo")).click()
    bravo.wait("owe", kind="line_test_reply")
    bravo.page.get_by_test_id("answer-test").click()
    alpha.page.get_by_test_id("test-sent").get_by_text("answered by bravo.air").wait_for()
    alpha.picture("alpha-line-and-watch")

    alpha.page.get_by_test_id("handover").click()
    sheet = alpha.page.get_by_test_id("sheet")
    sheet.get_by_text("On watch: Lt. Ay.").wait_for()
    alpha.picture("alpha-hand-over")
    alpha.page.emulate_media(media="print")
    assert sheet.is_visible()
    assert not alpha.page.locator("main").is_visible(), "the sheet alone is printed"


def test_what_was_seen_is_claimed_and_an_accident_is_told_at_once(hall: Hall, hands: Hands) -> None:
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        hand.page.get_by_test_id("tab-line").click()
    alpha.page.get_by_test_id("observe").click()
    alpha.page.fill("#seen-object", "Small quadcopter")
    alpha.page.fill("#seen-at", "-40.3, 147.25")
    alpha.page.get_by_test_id("send-observation").click()
    bravo.wait("owe", kind="claim")
    bravo.page.get_by_test_id("observation").filter(has_text="Small quadcopter").get_by_test_id("claim").click()
    claimed = alpha.page.get_by_test_id("observation").filter(has_text="Small quadcopter").get_by_test_id("claimed")
    claimed.get_by_text("Bravo: OURS").wait_for()

    alpha.page.get_by_test_id("handover").click()  # a dialog gives way to what must not be missed
    alpha.wait("sheet")
    bravo.page.get_by_test_id("accident").click()
    bravo.page.fill("#accident-at", "-40.5, 147.5")
    bravo.page.fill("#accident-heading", "270")
    bravo.page.get_by_test_id("send-accident").click()
    bravo.page.wait_for_timeout(300)
    assert hall.ask("mediator.duty", "/v1/accidents")["items"] == [], "one click tells nobody"
    bravo.page.get_by_test_id("send-accident").click()
    alpha.wait("accident-banner")
    alpha.page.wait_for_selector(alpha.see("sheet"), state="detached")
    assert "ACCIDENT" in alpha.page.get_by_test_id("aloud").inner_text()
    assert "heading 270° true" in alpha.page.get_by_test_id("accident-banner").inner_text()
    alpha.picture("alpha-accident")
    alpha.page.get_by_test_id("ack-accident").click()
    alpha.page.wait_for_selector(alpha.see("accident-banner"), state="detached")


def test_a_suspension_stands_at_every_desk_until_it_is_resumed(hands: Hands) -> None:
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    bravo.page.get_by_test_id("tab-line").click()
    bravo.page.get_by_test_id("suspend").click()
    bravo.page.get_by_label("Why", exact=True).fill("By order of the capital.")
    bravo.page.get_by_test_id("send-suspend").click()
    alpha.wait("suspension", side="bravo")
    assert "By order of the capital." in alpha.page.get_by_test_id("suspension").inner_text()
    assert alpha.page.get_by_test_id("suspension").get_by_role("button").count() == 0, "it is for Bravo to resume"
    bravo.page.get_by_role("button", name="Resume…").click()
    bravo.page.get_by_label("Why it is resumed").fill("Talks go on.")
    bravo.page.get_by_role("button", name="Resume", exact=True).click()
    alpha.page.wait_for_selector(alpha.see("suspension"), state="detached")


def test_what_is_an_exercise_says_so_and_does_not_reach_a_live_page(hall: Hall, hands: Hands) -> None:
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    bravo.page.locator("button.mode").click()
    hall.say("alpha.air", "stop", {"reason": "Drill."}, mode="exercise", to=["bravo"])
    bravo.wait("stop-banner", own="raised")
    assert "EXERCISE EXERCISE EXERCISE" in bravo.page.get_by_test_id("stop-banner").inner_text()
    bravo.picture("bravo-exercise-stop")
    assert alpha.page.get_by_test_id("stop-banner").count() == 0
    bravo.page.get_by_test_id("stop-ceased").click()
    bravo.page.get_by_test_id("stop-ceased").click()
    bravo.page.wait_for_selector(bravo.see("stop-banner"), state="detached")
