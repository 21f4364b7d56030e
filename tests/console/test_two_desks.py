"""Two desks in two browsers: one announces by drawing on the map, the other is alerted and acknowledges."""

from __future__ import annotations

import sys
import time

import pytest

from tests.console.conftest import Hand, Hands
from tests.console.hall import Hall

pytestmark = pytest.mark.browser


def others_at_work(hall: Hall) -> None:
    """More on the map than the two that will conflict."""
    lane = {"type": "LineString", "coordinates": [[146.4, -40.85], [147.0, -40.55], [148.5, -40.75]]}
    refuelling = {"footprint": {"type": "Point", "coordinates": [146.95, -39.75]}, "radius_m": 32000}
    hall.announce(
        "alpha.air",
        "Supply ship",
        "maritime",
        {"footprint": lane, "half_width_m": 5000},
        "SFC",
        "500 ft AMSL",
        (100, 400),
    )
    hall.announce("bravo.air", "Air-to-air refuelling", "fixed_wing", refuelling, "FL180", "FL240", (120, 240))


def draw_box(hand: Hand) -> None:
    """Four clicks round the middle of the map, and Enter."""
    hand.page.get_by_test_id("draw").click()
    box = hand.page.get_by_test_id("map").bounding_box()
    assert box is not None
    for across, down in ((0.5, 0.2), (0.68, 0.17), (0.76, 0.45), (0.55, 0.52)):
        hand.page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        hand.page.wait_for_timeout(400)  # a double click finishes; these are single ones
    hand.page.keyboard.press("Enter")


def test_filed_alerted_acknowledged_and_seen(hall: Hall, hands: Hands, capsys: pytest.CaptureFixture[str]) -> None:
    survey = hall.survey()
    others_at_work(hall)
    bravo, alpha = hands.sit("bravo.air"), hands.sit("alpha.air")
    assert "token" not in alpha.page.url
    alpha.wait("notice", notice=survey)

    alpha.page.keyboard.press("n")
    alpha.page.select_option("#activity", "fixed_wing")
    alpha.page.fill("#title", "Low-level transit")
    alpha.page.fill("#floor", "500 ft AGL")
    alpha.page.fill("#ceiling", "FL90")
    draw_box(alpha)
    alpha.wait("would-conflict")
    warned = alpha.page.get_by_test_id("would-conflict").inner_text()
    assert "Would conflict with Bravo «Survey team at the base»" in warned
    assert hall.ask("bravo.air", "/v1/alerts?open=true")["items"] == []  # a preview tells nobody
    alpha.picture("alpha-would-conflict")

    sent = time.monotonic()
    alpha.page.get_by_test_id("send").click()
    bravo.wait("alert", code="CONFLICT_4D")
    took_s = time.monotonic() - sent
    with capsys.disabled():
        sys.stdout.write(f"\nfrom Alpha's click to Bravo's screen: {took_s:.2f} s\n")
    assert took_s < 5
    assert "Low-level transit" in bravo.page.locator(bravo.see("alert", code="CONFLICT_4D")).inner_text()
    bravo.wait("map", conflicts="1")
    alpha.wait("alert", code="CONFLICT_4D")
    alpha.wait("recipient", desk="bravo.air", grade="delivered")  # Bravo's machine has told the host so by itself
    bravo.picture("bravo-alerted")

    bravo.page.keyboard.press("j")
    bravo.page.keyboard.press("a")
    bravo.wait("alert", code="CONFLICT_4D", seen="true")
    alpha.wait("recipient", desk="bravo.air", grade="person")
    row = alpha.page.locator(alpha.see("recipient", desk="bravo.air"))
    assert "seen by a person" in row.inner_text()
    alert = alpha.page.locator(alpha.see("alert", code="CONFLICT_4D"))
    alert.get_by_text("seen by a person, bravo.air").wait_for()
    for _ in range(10):
        alpha.page.keyboard.press("]")  # the map as of two and a half hours on: both are live then
    alpha.page.wait_for_timeout(1500)
    alpha.picture("alpha-seen-by-a-person")
    assert hall.ask("mediator.duty", "/v1/alerts?open=true")["items"]


def test_a_notice_is_filed_from_the_keyboard_alone_and_a_refusal_loses_nothing(hall: Hall, hands: Hands) -> None:
    alpha = hands.sit("alpha.air")
    keys = alpha.page.keyboard
    keys.press("n")
    alpha.page.wait_for_selector("#title:focus")
    keys.type("Patrol boat")
    alpha.page.focus("input[name=shape][value=polygon]")
    keys.press("ArrowRight")  # a disc
    for field, text in (("points", "40°48'S 144°12'E"), ("radius", "3 NM"), ("floor", "SFC"), ("ceiling", "2000")):
        alpha.page.focus(f"#{field}")
        keys.press("Control+a")
        keys.type(text)
    alpha.page.focus("#place")
    keys.type("Nowhere")
    keys.press("Tab")
    keys.type("5")
    assert "no datum" in alpha.page.get_by_test_id("problem-ceiling").inner_text()
    alpha.page.focus("#ceiling")
    keys.press("End")
    keys.type(" ft AMSL")
    alpha.wait("problem-place")  # the host knows no such place: its own word, at the field it names
    assert alpha.page.input_value("#title") == "Patrol boat"
    alpha.complaints.clear()  # the browser reports the refused preview as an error of its own
    alpha.page.reload()
    alpha.wait("link", state="live")
    keys.press("n")
    alpha.page.wait_for_selector("#title:focus")
    assert alpha.page.input_value("#points") == "40°48'S 144°12'E"  # not even a reload loses what was typed
    alpha.complaints.clear()
    alpha.page.focus("#place")
    keys.press("Control+a")
    keys.press("Delete")
    alpha.wait("preview", kind="known")
    keys.press("Enter")
    alpha.wait("detail")
    notices = hall.ask("bravo.air", "/v1/notices")["items"]
    filed = next(notice for notice in notices if notice["title"] == "Patrol boat")
    assert filed["envelope"][0]["radius_m"] == 5556
    assert filed["envelope"][0]["footprint"]["coordinates"] == pytest.approx([144.2, -40.8])
    alpha.complaints.clear()


def test_without_a_token_the_page_says_how_to_sign_in(hands: Hands) -> None:
    nobody = hands.sit(None)
    nobody.page.wait_for_selector("[data-page=sign-in]")
    assert "/#token=" in nobody.page.inner_text("main")
    assert not [url for url in nobody.asked if "/v1/" in url]
