"""How far a notice has got with each recipient, and a read-back that says something else, side by side."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser


def test_a_read_back_that_differs_stands_beside_what_was_said_at_both_desks(hall: Hall, hands: Hands) -> None:
    disc = {"footprint": {"type": "Point", "coordinates": [144.2, -39.0]}, "radius_m": 5000}
    drop = hall.announce("alpha.air", "Supply drop", "rotary", disc, "SFC", "3000 ft AMSL", (180, 240), read_back=True)
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        hand.wait("notice", notice=drop)
        hand.page.locator(hand.see("notice", notice=drop)).get_by_role("button").click()
        hand.wait("detail")
    alpha.wait("ready", ready="false")
    bravo.page.get_by_test_id("ack-person").click()
    bravo.wait("owe", kind="read_back")
    bravo.page.get_by_test_id("open-read-back").click()
    bravo.wait("covered")
    assert "3000 ft AMSL" not in bravo.page.locator("aside.right").inner_text()
    bravo.page.fill("#rb-0-positions", "39°04′30″S 144°12′00″E")  # 39°00′ was said
    bravo.page.fill("#rb-0-size", "5 km")
    bravo.page.fill("#rb-0-floor", "surface")
    bravo.page.fill("#rb-0-ceiling", "angels 3")
    bravo.picture("bravo-read-back-form")
    bravo.page.get_by_test_id("send-read-back").click()
    bravo.wait("problem-rb-0-ceiling")  # the host's own word, at the field it names
    bravo.page.fill("#rb-0-ceiling", "9,000 feet AMSL")
    bravo.page.get_by_test_id("send-read-back").click()
    for hand in (alpha, bravo):
        hand.wait("alert", code="READBACK_MISMATCH")
        card = hand.page.locator(hand.see("alert", code="READBACK_MISMATCH"))
        ceiling = card.locator(hand.see("mismatch", field="envelope[0].ceiling"))
        assert ceiling.get_by_test_id("said").inner_text() == "3000 ft AMSL"
        assert ceiling.get_by_test_id("heard").inner_text() == "9000 ft AMSL"
        assert card.get_by_test_id("mismatch").count() == 2, "the radius and the floor were heard as they were said"
    assert "READ BACK OTHERWISE" in alpha.page.locator(alpha.see("recipient", desk="bravo.air")).inner_text()
    alpha.picture("alpha-read-back-mismatch")
    bravo.complaints.clear()  # the browser reports the refused read-back as an error of its own

    bravo.page.get_by_test_id("open-read-back").click()
    bravo.page.fill("#rb-0-ceiling", "3,000 feet AMSL")
    bravo.page.fill("#rb-0-positions", "39°00′S 144°12′E")
    bravo.page.get_by_test_id("send-read-back").click()
    alpha.page.wait_for_selector(alpha.see("alert", code="READBACK_MISMATCH"), state="detached")
    alpha.wait("ready", ready="true")


def test_the_units_reached_are_named_to_the_sender_with_their_time(hall: Hall, hands: Hands) -> None:
    disc = {"footprint": {"type": "Point", "coordinates": [143.2, -38.5]}, "radius_m": 5000}
    unit = "2 Battery"
    notice = hall.announce("alpha.air", "Ferry", "rotary", disc, "SFC", "900 ft AMSL", (180, 240), must_reach=[unit])
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        hand.wait("notice", notice=notice)
        hand.page.locator(hand.see("notice", notice=notice)).get_by_role("button").click()
    bravo.page.get_by_test_id("ack-understood").click()
    alpha.wait("recipient", desk="bravo.air", grade="understood")
    assert f"word that it reached {unit}" in alpha.page.get_by_test_id("ready").inner_text()
    bravo.page.get_by_test_id("open-passed-on").click()
    bravo.page.get_by_test_id("passed-on").get_by_label(unit).check()
    bravo.page.get_by_test_id("passed-on").get_by_role("button", name="Report passed on").click()
    alpha.wait("recipient", desk="bravo.air", grade="disseminated")
    assert unit in alpha.page.locator(alpha.see("recipient", desk="bravo.air")).inner_text()
    alpha.wait("ready", ready="true")


def test_a_cancellation_that_is_owed_an_acknowledgement_is_named_to_a_page_opened_after_it(
    hall: Hall, hands: Hands
) -> None:
    disc = {"footprint": {"type": "Point", "coordinates": [149.2, -38.5]}, "radius_m": 5000}
    notice = hall.announce("alpha.air", "Winching", "rotary", disc, "SFC", "900 ft AMSL", (180, 240))
    hall.say("alpha.air", "cancel", {"notice": notice})
    bravo = hands.sit("bravo.air")
    owed = bravo.page.locator(bravo.see("owe", kind="ack")).filter(has_text="Winching")
    owed.click()
    bravo.page.get_by_test_id("ack-person").click()
    owed.wait_for(state="detached")
