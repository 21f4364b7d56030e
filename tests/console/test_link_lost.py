"""When the host is gone the console says so loudly, keeps what is said, and sends it when the host is back."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser


def test_disconnection_is_loud_and_what_was_said_meanwhile_goes_when_the_link_is_back(hall: Hall, hands: Hands) -> None:
    survey = hall.survey()
    alpha = hands.sit("alpha.air")
    alpha.page.locator(alpha.see("notice", notice=survey)).get_by_role("button").click()
    hall.kill()
    alpha.wait("lost", timeout_s=5)
    alpha.wait("link", state="disconnected")
    assert "DISCONNECTED" in alpha.page.get_by_test_id("lost").inner_text()
    greyed = alpha.page.eval_on_selector(".gone .map", "element => getComputedStyle(element).filter")
    assert "grayscale(1)" in greyed
    alpha.page.get_by_test_id("ack-understood").click()
    alpha.wait("held")
    alpha.page.wait_for_timeout(600)
    alpha.picture("disconnected")

    hall.start()
    alpha.wait("link", state="live")
    alpha.page.wait_for_selector(alpha.see("lost"), state="detached")
    alpha.wait("recipient", desk="alpha.air", grade="understood")
    assert alpha.page.locator(alpha.see("held")).count() == 0
    codes = {alert["code"] for alert in hall.ask("mediator.duty", "/v1/alerts?open=true")["items"]}
    assert not codes & {"SERIAL_GAP", "CLOCK_SKEW"}
    nobody_answered = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "ERR_CONNECTION_RESET")
    assert [text for text in alpha.complaints if not any(word in text for word in nobody_answered)] == []
    alpha.complaints.clear()
