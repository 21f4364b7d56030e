"""A browser, and desks that sit at it. What a page does wrong on its own account fails the test that opened it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.console.hall import Hall
from tests.needs import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
ARGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
]
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
"""


@dataclass
class Hand:
    """A desk's officer at a page: the page, and everything it asked for and complained about."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def see(self, test_id: str, **attributes: str) -> str:
        """A selector by test id and data attributes."""
        return f"[data-testid={test_id}]" + "".join(f"[data-{name}='{value}']" for name, value in attributes.items())

    def wait(self, test_id: str, *, timeout_s: float = 20, **attributes: str) -> None:
        """The element is there."""
        self.page.wait_for_selector(self.see(test_id, **attributes), timeout=timeout_s * 1000)

    def picture(self, name: str) -> None:
        """What the officer sees is kept for people to look at."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, drawing in software; gone with its module, for its driver runs an event loop."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(found is not None, "no chromium: apt-get install chromium fonts-dejavu-core")
    built = (resources.files("keepclear") / "console_assets" / "index.html").is_file()
    require(built, "the console is not built: make console")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A host for each module: what is drawn on a map, and how far it is zoomed, depends on all that was announced."""
    opened = Hall(tmp_path_factory.mktemp("hall"))
    yield opened
    opened.kill()


class Hands:
    """Opens pages and, at the end, holds each to its manners."""

    def __init__(self, browser: Browser, hall: Hall) -> None:
        self._browser = browser
        self._hall = hall
        self._all: list[Hand] = []

    def sit(self, desk: str | None) -> Hand:
        """A desk signs in by its link, in a browser profile of its own, and its map has been drawn. None: no link."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        context.add_init_script(REPORT_VIOLATIONS)
        page = context.new_page()
        hand = Hand(page)
        page.on("request", lambda request: hand.asked.append(request.url))
        page.on("console", lambda message: hand.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: hand.complaints.append(str(error)))
        self._all.append(hand)
        page.goto(self._hall.url if desk is None else self._hall.link(desk))
        if desk is not None:
            hand.wait("map", ready="true")
            hand.wait("link", state="live")
        return hand

    def rise(self) -> None:
        """Every page asked nobody but its host, broke no policy and reported no error."""
        for hand in self._all:
            hand.page.context.close()
        for hand in self._all:
            strange = [url for url in hand.asked if not url.startswith((self._hall.url + "/", "data:", "blob:"))]
            assert strange == []
            assert hand.complaints == []


@pytest.fixture
def hands(browser: Browser, hall: Hall) -> Iterator[Hands]:
    """Officers for one test."""
    seated = Hands(browser, hall)
    yield seated
    seated.rise()
