"""What a scenario needs of a running host: its time, the machine of each desk, and somebody who is told everything."""

from __future__ import annotations

import math
import threading
import time

from keepclear.client.client import Client, Json
from keepclear.errors import HostUnreachable, KeepclearError
from keepclear.spacetime.instants import parse_instant

SAMPLES = 5
SAMPLE_EVERY_S = 30.0
"""The host's clock is asked for again after so long a wait: two machines' clocks drift."""

LONGEST_CATCH_UP_S = 30.0


class HostTime:
    """The host's clock as seen from here: ``now_ms`` is never ahead of it, save for a part of a millisecond."""

    def __init__(self, client: Client, speed: float) -> None:
        self._client = client
        self._speed = speed
        self.ask()

    def ask(self) -> None:
        """Ask the host for the time; of several answers the one that came soonest counts."""
        soonest_s = math.inf
        for _ in range(SAMPLES):
            before_s = time.monotonic()
            now_ms = parse_instant(self._client.me()["now"], "now")
            took_s = time.monotonic() - before_s
            if took_s < soonest_s:
                soonest_s = took_s
                self._at_s, self._at_ms = before_s + took_s, now_ms

    def now_ms(self) -> int:
        """The time there. The answer told of a moment before it arrived, so it is a little later than this."""
        return self._at_ms + int((time.monotonic() - self._at_s) * self._speed * 1000)

    def wait(self, until_ms: int) -> None:
        """It is ``until_ms`` there."""
        while (left_s := (until_ms - self.now_ms()) / 1000 / self._speed) > 0:
            if left_s > SAMPLE_EVERY_S:
                time.sleep(SAMPLE_EVERY_S)
                self.ask()
            else:
                time.sleep(left_s)


class Desk:
    """One desk's machine: what it says, and while its link is up the stream of what it is told."""

    def __init__(self, url: str, token: str) -> None:
        self.client = Client(url, token)
        self.before = self.client.me()["next_serial"] - 1
        """Serials that this desk has used up: a scenario's are counted from there."""
        self.failure: KeepclearError | None = None
        self._seen: int | None = None
        self._url, self._token = url, token
        self._link: Client | None = None

    def join(self) -> None:
        """The link is up: what was missed has arrived, and the host has been told so."""
        link = self._link = Client(self._url, self._token)
        ready = threading.Event()
        threading.Thread(target=self._follow, args=(link, ready), daemon=True).start()
        if not ready.wait(LONGEST_CATCH_UP_S):
            raise self.failure or HostUnreachable("the host sends a desk nothing; see that no proxy holds events back")

    def cut(self) -> None:
        """The link is down: nothing arrives any more, and the host is told nothing."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def close(self) -> None:
        """The desk leaves."""
        self.cut()
        self.client.close()

    def _follow(self, link: Client, ready: threading.Event) -> None:
        try:
            for event in link.events(self._seen, deliver=False):
                if self._link is not link:
                    return
                if event.kind != "ready":
                    self.client.delivered(event.index)
                self._seen = event.index
                if event.kind == "ready":
                    ready.set()
        except Exception as error:
            if self._link is link:
                self.failure = error if isinstance(error, KeepclearError) else HostUnreachable(repr(error))
                ready.set()


class Observer:
    """What the host tells the mediator's desk, from a record index on, kept as it comes."""

    def __init__(self, url: str, token: str) -> None:
        self._stream = Client(url, token)
        self.asking = Client(url, token)
        self.seen = self.asking.index()
        self.changes: list[Json] = []
        self.failure: KeepclearError | None = None
        threading.Thread(target=self._follow, args=(self.seen,), daemon=True).start()

    def everything(self) -> list[Json]:
        """All that has changed until this moment, what is due by now included."""
        self.asking.delivered(0)  # a deliverer waits until what is due before has fired, and changes nothing itself
        last = self.asking.index()
        end_s = time.monotonic() + LONGEST_CATCH_UP_S
        while self.seen < last:
            if self.failure is not None or time.monotonic() > end_s:
                raise self.failure or HostUnreachable("the host does not send the mediator's desk what it has heard")
            time.sleep(0.01)
        return list(self.changes)

    def close(self) -> None:
        """No more is wanted."""
        self._stream.close()
        self.asking.close()

    def _follow(self, after: int) -> None:
        try:
            for event in self._stream.events(after, deliver=False):
                if event.kind == "reset":
                    raise HostUnreachable("the host forgot what was missed; replay at a lower speed")
                self.changes.extend(event.changes)
                self.seen = max(self.seen, event.index)
        except Exception as error:
            self.failure = error if isinstance(error, KeepclearError) else HostUnreachable(repr(error))
