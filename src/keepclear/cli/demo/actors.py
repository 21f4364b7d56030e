"""Plays the demo's story: every desk has a machine that receives, and says its lines when they are due."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from keepclear.cli.demo.story import STORY, Line
from keepclear.client import Client
from keepclear.errors import KeepclearError

ROUND_S = 300
"""Windows begin at whole five minutes, as people write them."""


class Actors:
    """The demo's desks at work on a host that is up; ``told`` gets a sentence for each thing said."""

    def __init__(self, url: str, tokens: dict[str, str], told: Callable[[str], None]) -> None:
        self._clients = {desk: Client(url, token) for desk, token in tokens.items() if not desk.startswith("/")}
        self._told = told
        self._ids: dict[str, str] = {}
        self._stopping = threading.Event()
        now = datetime.now(UTC)
        past = timedelta(seconds=now.timestamp() % ROUND_S)
        self._zero = now - past + timedelta(seconds=ROUND_S)

    def start(self) -> None:
        """The machines receive from now on; the story begins unless the record has one already."""
        for desk, client in self._clients.items():
            threading.Thread(target=self._receive, args=(client,), name=f"machine-{desk}", daemon=True).start()
        threading.Thread(target=self._play, name="story", daemon=True).start()

    def stop(self) -> None:
        """Nothing more is said."""
        self._stopping.set()

    def _receive(self, client: Client) -> None:
        with contextlib.suppress(KeepclearError):
            for _ in client.events():
                if self._stopping.is_set():
                    return

    def _play(self) -> None:
        try:
            if self._clients["mediator.duty"].notices():
                return
            waited = 0.0
            for line in STORY:
                if self._stopping.wait(line.after_s - waited):
                    return
                waited = line.after_s
                self.say(line)
        except KeepclearError as error:
            if not self._stopping.is_set():
                self._told(f"(The story ends here: {error})")

    def say(self, line: Line) -> None:
        """The line is said now, by its desk, and told."""
        body = self._filled(line.body)
        receipt = self._clients[line.desk].say(line.say, body, to=line.to, precedence=line.precedence)
        if line.name:
            self._ids[f"${line.name}"] = receipt["id"]
        self._told(line.told)

    def _filled(self, value: Any) -> Any:
        """The value with handles replaced by ids, and windows in minutes by instants."""
        if isinstance(value, str):
            return "~".join(self._ids.get(part, part) for part in value.split("~"))
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        filled = {key: self._filled(item) for key, item in value.items() if key != "window"}
        if "window" in value:
            filled["start"], filled["end"] = (self._instant(minutes) for minutes in value["window"])
        return filled

    def _instant(self, minutes: float) -> str:
        at = self._zero + timedelta(minutes=minutes)
        return at.isoformat(timespec="seconds").replace("+00:00", "Z")
