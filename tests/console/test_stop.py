"""STOP: two keystrokes from one desk to a banner over everything at the other, and nothing by a stray one."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hand, Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser


def close_all(hall: Hall) -> None:
    """Who raised them says that they have ceased."""
    for stop in hall.ask("mediator.duty", "/v1/stops?open=true")["items"]:
        hall.say(stop["from"], "ceased", {"stop": stop["id"]})


def open_stops(hall: Hall) -> list[dict[str, object]]:
    """The STOPs that stand."""
    return list(hall.ask("mediator.duty", "/v1/stops?open=true")["items"])


def select_notice(hand: Hand, notice: str) -> None:
    """The notice is in view."""
    hand.wait("notice", notice=notice)
    hand.page.locator(hand.see("notice", notice=notice)).get_by_role("button").click()
    hand.wait("detail")


def test_two_keystrokes_arrive_at_the_other_desk_and_are_answered(hall: Hall, hands: Hands) -> None:
    survey = hall.survey()
    bravo, alpha, mediator = hands.sit("bravo.air"), hands.sit("alpha.air"), hands.sit("mediator.duty")
    select_notice(alpha, survey)
    alpha.page.keyboard.press("S")
    alpha.page.wait_for_selector("#stop-reason:focus")
    alpha.picture("alpha-stop-strip")
    alpha.page.keyboard.press("Enter")
    bravo.wait("stop-banner", own="raised", timeout_s=5)
    [stop] = open_stops(hall)
    assert (stop["about"], stop["to"], stop["precedence"]) == (survey, ["bravo"], "FLASH")
    banner = bravo.page.get_by_test_id("stop-banner")
    told = banner.inner_text()
    for words in ("Cease now. Lives are at risk.", "Alpha", "alpha.air", "Survey team at the base", "30 km of Base"):
        assert words in told
    left = bravo.page.get_by_test_id("stop-clock").locator("time")
    first = left.inner_text()
    changed = "text => document.querySelector('[data-testid=stop-clock] time').innerText !== text"
    bravo.page.wait_for_function(changed, arg=first)
    bravo.wait("owe", kind="stop_reply")
    assert banner.bounding_box()["y"] < bravo.page.locator("main").bounding_box()["y"]  # type: ignore[index]
    bravo.picture("bravo-stop-open")
    alpha.wait("stop-banner", own="none")
    alpha.picture("alpha-stop-open")

    bravo.page.get_by_test_id("stop-complying").click()
    for hand in (alpha, mediator, bravo):
        hand.wait("stop-side", side="bravo", state="complying")
    mediator.picture("mediator-stop-open")
    bravo.page.get_by_test_id("stop-ceased").click()
    bravo.page.wait_for_timeout(300)
    assert open_stops(hall), "one click does not say that it has ceased"
    bravo.page.get_by_test_id("stop-ceased").click()
    for hand in (alpha, mediator, bravo):
        hand.page.wait_for_selector(hand.see("stop-banner"), state="detached")


def test_no_single_stray_act_sends_a_stop(hall: Hall, hands: Hands) -> None:
    close_all(hall)
    alpha = hands.sit("alpha.air")
    keys = alpha.page.keyboard
    for stray in ("S", "s", "Alt+S"):
        keys.press("Escape")
        keys.press(stray)
        alpha.wait("stop-strip")
        keys.press("Escape")
        alpha.page.wait_for_selector(alpha.see("stop-strip"), state="detached")
    alpha.page.get_by_test_id("stop").dblclick()
    alpha.wait("stop-strip")
    keys.press("Escape")
    alpha.page.get_by_test_id("stop").focus()
    keys.down("Enter")  # held down: it repeats
    for _ in range(5):
        keys.down("Enter")
    keys.up("Enter")
    alpha.wait("stop-strip")
    alpha.page.get_by_test_id("stop").click()
    alpha.page.wait_for_timeout(500)
    keys.press("Escape")
    for key in ("Enter", "Space", "a", "j"):
        keys.press(key)
    alpha.page.wait_for_timeout(500)
    assert open_stops(hall) == []


def test_a_stop_is_sent_by_mouse_alone_while_the_mechanism_is_suspended(hall: Hall, hands: Hands) -> None:
    close_all(hall)
    hall.say("bravo.air", "suspend", {"reason": "By order."})
    try:
        alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
        alpha.page.get_by_test_id("stop").click()
        alpha.page.get_by_role("button", name="Civilians are there.").click()
        alpha.page.get_by_test_id("stop-send").click()
        bravo.wait("stop-banner", own="raised")
        assert "Civilians are there." in bravo.page.get_by_test_id("stop-banner").inner_text()
    finally:
        hall.say("bravo.air", "resume", {"reason": "By order."})
        close_all(hall)


def test_a_stop_for_which_there_is_no_link_says_so_and_goes_when_it_is_back(hall: Hall, hands: Hands) -> None:
    close_all(hall)
    alpha = hands.sit("alpha.air")
    hall.kill()
    alpha.wait("lost", timeout_s=10)
    alpha.page.keyboard.press("S")
    alpha.page.keyboard.press("Enter")
    alpha.wait("stop-held")
    assert "CALL BY TELEPHONE NOW" in alpha.page.get_by_test_id("stop-held").inner_text()
    hall.start()
    alpha.wait("stop-banner")
    alpha.complaints.clear()  # the browser reports each attempt while the host was away
    close_all(hall)
