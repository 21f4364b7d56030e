"""A conflict is talked over and settled on two pages: messages, phrases in each desk's language, proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.console.conftest import Hand, Hands
from tests.console.hall import Hall, rectangle

pytestmark = pytest.mark.browser


Clash = Callable[[str, float], str]


@pytest.fixture
def clash(hall: Hall) -> Iterator[Clash]:
    """Alpha flies through a place where Bravo's people are; yields Alpha's notice. Called off when the test is over."""
    announced: list[tuple[str, str]] = []

    def announce(title: str, west: float) -> str:
        south = -38.6
        camp = {"footprint": rectangle(west, south, west + 0.2, south + 0.2)}
        window = (90, 300)
        people = hall.announce("bravo.air", f"{title} camp", "site_visit", camp, "SFC", "3000 ft AMSL", window)
        low = {"footprint": rectangle(west, south, west + 0.1, south + 0.1)}
        flight = hall.announce("alpha.air", title, "fixed_wing", low, "1000 ft AMSL", "2500 ft AMSL", (100, 130))
        announced.extend([("bravo.air", people), ("alpha.air", flight)])
        return flight

    yield announce
    for desk, notice in announced:
        hall.say(desk, "cancel", {"notice": notice})


def open_conflict(hand: Hand, title: str) -> None:
    """The conflict's card is selected, and what was said of it stands on the right."""
    card = hand.page.locator(hand.see("alert", code="CONFLICT_4D")).filter(has_text=title)
    card.locator("button.head").click()
    hand.wait("conversation")


def test_a_proposal_that_is_accepted_changes_both_pages(hall: Hall, hands: Hands, clash: Clash) -> None:
    notice = clash("Low pass west", 143.0)
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        open_conflict(hand, "Low pass west")
    bravo.page.fill("#say-text", "Our people stay until noon.")
    bravo.page.get_by_test_id("say").click()
    alpha.page.get_by_text("Our people stay until noon.").wait_for()
    alpha.page.get_by_test_id("open-call").click()
    alpha.page.get_by_test_id("call-unanswered").click()
    bravo.wait("said", type="call")
    bravo.page.get_by_test_id("propose").click()
    bravo.page.get_by_test_id("propose-form").locator("select").select_option(notice)
    bravo.page.fill("#propose-shift", "240")
    bravo.page.get_by_test_id("send-proposal").click()
    alpha.wait("proposal", state="open")
    bravo.wait("proposal", state="open")
    alpha.wait("owe", kind="proposal_answer")
    assert "240 min later" in alpha.page.get_by_test_id("proposal").inner_text()
    assert bravo.page.get_by_test_id("accept").count() == 0, "who proposes does not answer"
    alpha.picture("alpha-conversation")
    alpha.page.get_by_test_id("accept").click()
    alpha.page.wait_for_timeout(300)
    assert hall.ask("alpha.air", "/v1/proposals?open=true")["items"], "one click accepts nothing"
    alpha.page.get_by_test_id("accept").click()
    for hand in (alpha, bravo):
        hand.wait("proposal", state="accepted")
        card = hand.page.locator(hand.see("alert", code="CONFLICT_4D")).filter(has_text="Low pass west")
        card.wait_for(state="detached")
    moved = next(n for n in hall.ask("bravo.air", "/v1/notices")["items"] if n["id"] == notice)
    assert moved["version"] == 2


def test_what_would_clear_it_is_proposed_as_it_stands_and_declined(hands: Hands, clash: Clash) -> None:
    clash("Low pass east", 145.0)
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        open_conflict(hand, "Low pass east")
    alpha.page.get_by_test_id("ask-advice").click()
    alpha.page.get_by_test_id("propose-option").first.click()
    bravo.wait("proposal", state="open")
    assert "Clears this conflict." in bravo.page.get_by_test_id("proposal").inner_text()
    bravo.page.get_by_test_id("decline").click()
    for hand in (alpha, bravo):
        hand.wait("proposal", state="declined")
    alpha.page.reload()  # answered before the page was opened: its state is asked for
    alpha.wait("map", ready="true")
    open_conflict(alpha, "Low pass east")
    alpha.wait("proposal", state="declined")


def test_a_phrase_is_read_by_each_desk_in_its_own_language(hands: Hands, clash: Clash) -> None:
    clash("Low pass south", 146.2)
    alpha, bravo = hands.sit("alpha.air"), hands.sit("bravo.air")
    for hand in (alpha, bravo):
        open_conflict(hand, "Low pass south")
    bravo.page.get_by_test_id("open-phrases").click()
    bravo.page.get_by_test_id("lang").select_option("he")
    bravo.page.wait_for_selector("[data-testid=phrases] .list[dir=rtl] [lang=he]")
    bravo.picture("bravo-phrases-rtl")
    bravo.page.locator("button[data-code=KC44]").click()
    bravo.page.get_by_test_id("say").click()
    alpha.page.locator(alpha.see("said", type="message")).get_by_text("People of ours are there.").wait_for()
    heard = bravo.page.locator(bravo.see("said", type="message")).get_by_test_id("phrase")
    heard.wait_for()
    assert heard.get_attribute("dir") == "rtl"
    assert heard.locator("bdi.code").inner_text() == "KC44"
    code, words = heard.locator("bdi.code").bounding_box(), heard.locator("[lang=he]").bounding_box()
    assert code is not None
    assert words is not None
    assert code["x"] > words["x"], "from the right: the code comes first"
    bravo.picture("bravo-conversation-rtl")
    bravo.page.reload()
    bravo.wait("map", ready="true")
    open_conflict(bravo, "Low pass south")
    bravo.page.wait_for_selector("[data-testid=said] [lang=he]")  # the language was kept
