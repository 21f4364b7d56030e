"""Under ``broker`` a conflict is settled through the mediator's page, and no side's page ever had the other's notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.conftest import Hands
from tests.console.hall import Hall, rectangle

pytestmark = pytest.mark.browser

OTHERS = ("Convoy of Bravo", "convoy", "1234 ft AMSL")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A host whose agreement discloses to nobody but the mediator."""
    opened = Hall(tmp_path_factory.mktemp("hall"), disclosure="broker")
    yield opened
    opened.kill()


def test_the_mediator_proposes_and_one_side_accepts_without_seeing_the_other(hall: Hall, hands: Hands) -> None:
    where = {"footprint": rectangle(143.0, -38.6, 143.2, -38.4)}
    convoy = hall.announce("bravo.air", OTHERS[0], "ground", where, "SFC", OTHERS[2], (90, 300))
    alpha, mediator = hands.sit("alpha.air"), hands.sit("mediator.duty")
    read: list[str] = []
    alpha.page.on(
        "response", lambda response: read.append(response.text()) if "/v1/events" not in response.url else None
    )
    low = {"footprint": rectangle(143.0, -38.6, 143.1, -38.5)}
    flight = hall.announce("alpha.air", "Low pass", "fixed_wing", low, "1000 ft AMSL", "2500 ft AMSL", (100, 130))
    for hand in (alpha, mediator):
        hand.wait("alert", code="CONFLICT_4D")
        hand.page.locator(hand.see("alert", code="CONFLICT_4D")).locator("button.head").click()
        hand.wait("conversation")
    assert alpha.page.get_by_test_id("propose").count() == 0, "under broker only the mediator proposes"
    mediator.page.get_by_test_id("propose").click()
    mediator.page.get_by_test_id("propose-form").locator("select").select_option(flight)
    mediator.page.fill("#propose-shift", "240")
    mediator.page.get_by_test_id("send-proposal").click()
    alpha.wait("proposal", state="open")
    alpha.picture("alpha-broker-proposal")
    alpha.page.get_by_test_id("accept").click()
    alpha.page.get_by_test_id("accept").click()
    for hand in (alpha, mediator):
        hand.wait("proposal", state="accepted")
        hand.page.locator(hand.see("alert", code="CONFLICT_4D")).wait_for(state="detached")
    shown = alpha.page.content()
    for secret in (*OTHERS, convoy):
        assert secret not in shown
        assert not [text for text in read if secret in text]
    (own,) = hall.ask("alpha.air", "/v1/notices")["items"]
    assert (own["id"], own["version"]) == (flight, 2)
