"""A notice is amended by hand, just where it was changed; each side gives its account, both see where they differ."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall, rectangle

pytestmark = pytest.mark.browser


def test_an_amendment_changes_what_was_changed_and_nothing_else(hall: Hall, hands: Hands) -> None:
    where = {"footprint": rectangle(143.123456789, -38.6, 143.3, -38.4)}
    notice = hall.announce("alpha.air", "Low pass", "fixed_wing", where, "1000 ft AMSL", "2500 ft AMSL", (100, 130))
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    bravo.page.locator(bravo.see("notice", notice=notice)).click()
    bravo.wait("detail")
    assert bravo.page.get_by_test_id("amend").count() == 0, "another side's notice is not amended here"
    alpha.page.locator(alpha.see("notice", notice=notice)).click()
    alpha.page.get_by_test_id("amend").click()
    assert "Low pass" in alpha.page.inner_text("#notice-form header")
    assert alpha.page.get_by_test_id("send").is_disabled(), "nothing is changed yet"
    alpha.page.fill("#ceiling", "3500 ft AMSL")
    alpha.page.fill("#remarks", "higher, for the ridge")
    alpha.wait("preview", kind="known")
    alpha.picture("alpha-amend")
    alpha.page.get_by_test_id("send").click()
    bravo.page.get_by_text("version 2").wait_for()
    kept = next(one for one in hall.ask("bravo.air", "/v1/notices")["items"] if one["id"] == notice)
    assert (kept["version"], kept["remarks"], kept["title"]) == (2, "higher, for the ridge", "Low pass")
    (volume,) = kept["envelope"]
    assert (volume["floor"], volume["ceiling"]) == ("1000 ft AMSL", "3500 ft AMSL")
    assert volume["footprint"] == where["footprint"], "to the last digit"


def test_two_accounts_that_differ_stand_side_by_side_until_they_agree(hall: Hall, hands: Hands) -> None:
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand, at in ((alpha, "2026-04-09 13:40"), (bravo, "2026-04-09 13:52")):
        hand.page.get_by_test_id("tab-line").click()
        hand.page.get_by_test_id("account").click()
        hand.page.get_by_test_id("send-account").click()
        assert "Name the incident" in hand.page.get_by_test_id("account-problem").inner_text()
        hand.page.fill("#account-incident", "Fall at the base")
        hand.page.get_by_label("Value of when").fill(at)
        hand.page.get_by_label("Value of where").fill("40°06'S 148°03'E")
        hand.page.get_by_test_id("send-account").click()
    for hand in (alpha, bravo):
        hand.wait("contradiction")
        shown = hand.page.get_by_test_id("contradiction").inner_text()
        assert "Fall at the base: when" in shown
        assert "13:40:00Z" in shown
        assert "13:52:00Z" in shown
        assert hand.page.get_by_test_id("contradiction").count() == 1, "the places agree"
    bravo.page.get_by_test_id("contradiction").scroll_into_view_if_needed()
    bravo.picture("bravo-accounts")
    hall.say("bravo.air", "account", {"incident": "Fall at the base", "facts": {"when": "2026-04-09T13:40:30Z"}})
    for hand in (alpha, bravo):
        hand.page.get_by_test_id("contradiction").wait_for(state="detached")
