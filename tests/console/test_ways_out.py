"""A conflict's card tells what would clear it, in plain words, and says when it cannot ask."""

from __future__ import annotations

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall, rectangle

pytestmark = pytest.mark.browser


def test_what_would_clear_it_is_told_on_the_card(hall: Hall, hands: Hands) -> None:
    hall.survey()
    shape = {"footprint": rectangle(147.9, -40.3, 148.0, -40.2)}
    hall.announce("alpha.air", "Low pass", "fixed_wing", shape, "1000 ft AMSL", "2500 ft AMSL", (100, 130))
    alpha = hands.sit("alpha.air")
    card = alpha.page.locator(alpha.see("alert", code="CONFLICT_4D")).filter(has_text="Low pass")
    card.locator("button.head").click()
    card.get_by_test_id("ask-advice").click()
    card.get_by_test_id("option").first.wait_for()
    told = card.get_by_test_id("ways-out").inner_text()
    assert "Change «Low pass», any one of:" in told
    assert "later" in told
    assert "Survey team" not in told, "what the other side could change is for the other side"
    alpha.picture("alpha-what-would-clear-it")
