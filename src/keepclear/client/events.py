"""A desk's events, followed for as long as one likes: resumed where they broke off, and told to be delivered."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from keepclear.client.errors import error_of
from keepclear.errors import HostUnreachable, KeepclearError, Overloaded, StoreFailed

QUIET_S = 25.0
"""The host says something every 10 s: a stream silent for so long is dead."""

DELIVERIES_EVERY_S = 0.2
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Event:
    """``change``: something that concerns the desk. ``reset``: too much was missed, read anew. ``ready``: caught up.

    ``index`` is the record index up to which the desk now has everything; ``changes`` are as the host renders them.
    """

    kind: str
    index: int
    changes: list[dict[str, Any]]


class Deliveries:
    """Tells the host what has arrived: the newest index, soon, five times a second at most, from a thread beside."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._arrived = threading.Condition()
        self._newest = -1
        self._open = True
        self._thread = threading.Thread(target=self._run, name="keepclear-deliveries", daemon=True)
        self._thread.start()

    def note(self, index: int) -> None:
        """Everything up to ``index`` is here."""
        with self._arrived:
            self._newest = max(self._newest, index)
            self._arrived.notify()

    def close(self) -> None:
        """What has arrived is told, and the thread ends."""
        with self._arrived:
            self._open = False
            self._arrived.notify()
        self._thread.join(DELIVERIES_EVERY_S + 10)

    def _run(self) -> None:
        told = -1
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._newest > told or not self._open)  # noqa: B023 - called at once
                newest, is_open = self._newest, self._open
            if newest > told:
                with contextlib.suppress(KeepclearError):  # the host is away: told again with the next one
                    self._tell(newest)
                    told = newest
            if not is_open:
                return
            time.sleep(DELIVERIES_EVERY_S)


class Follower:
    """Connects, reads, connects again where it broke off. ``deliveries`` hears of what arrived; None tells nobody."""

    def __init__(self, http: httpx2.Client, deliveries: Deliveries | None, after: int | None) -> None:
        self._http = http
        self._deliveries = deliveries
        self._seen = after
        self._pause_s = FIRST_PAUSE_S

    def events(self) -> Iterator[Event]:
        """Events until the client is closed. Raises what trying again cannot mend: a wrong token, a refusal."""
        while not self._http.is_closed:
            try:
                yield from self._once()
            except (httpx2.TransportError, Overloaded, StoreFailed, HostUnreachable):
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            time.sleep(self._pause_s)

    def _once(self) -> Iterator[Event]:
        headers = {"Accept": "text/event-stream"}
        if self._seen is not None:
            headers["Last-Event-ID"] = str(self._seen)
        timeout = httpx2.Timeout(10.0, read=QUIET_S)
        with self._http.stream("GET", "/v1/events", headers=headers, timeout=timeout) as response:
            if response.status_code != 200:
                response.read()
                raise error_of(response.status_code, response)
            for message in httpx2.EventSource(response):
                event = _event_of(message)
                if self._deliveries is not None and event.kind == "change":
                    self._deliveries.note(event.index)
                self._seen = event.index
                self._pause_s = FIRST_PAUSE_S
                yield event


def _event_of(message: httpx2.ServerSentEvent) -> Event:
    data = message.json()
    changes = data.get("changes", []) if isinstance(data, dict) else []
    return Event(message.event, int(message.id), changes)
