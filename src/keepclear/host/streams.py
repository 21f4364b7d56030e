"""Delivery: what a desk may see goes to each of its connected streams, and is kept a while for those that come back.

A desk's backlog begins with its first stream, so desks that never connect cost nothing. A stream that does not keep up
is ended rather than waited for: it comes back with the last index it saw and loses nothing, and nobody else waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keepclear.errors import Overloaded

BACKLOG_EVENTS = 4_096
BACKLOG_BYTES = 4_000_000
"""Per desk: what is older is forgotten, and a stream that asks for it is told to read everything anew."""

QUEUE_EVENTS = 512
QUEUE_BYTES = 1_000_000
"""How far a stream may fall behind what is sent before it is ended."""

STREAMS_A_DESK = 16


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a stream: its kind, the record index that it brings its reader up to, and JSON as bytes."""

    kind: str
    index: int
    data: bytes


class Subscription:
    """One connected stream of a desk: first what was missed, then what comes. ``next`` gives None at its end."""

    def __init__(self, desk: str, first: Iterable[Event]) -> None:
        self.desk = desk
        self.ended: str | None = None
        self._waiting: deque[Event] = deque(first)
        self._size = sum(len(event.data) for event in self._waiting)
        self._most = QUEUE_EVENTS + len(self._waiting)
        self._most_bytes = QUEUE_BYTES + self._size
        self._arrived = asyncio.Event()

    async def next(self, timeout_s: float) -> Event | None:
        """The next event, or None when the stream has ended; ``TimeoutError`` when nothing came in time."""
        while not self._waiting:
            if self.ended is not None:
                return None
            self._arrived.clear()
            async with asyncio.timeout(timeout_s):
                await self._arrived.wait()
        event = self._waiting.popleft()
        self._size -= len(event.data)
        return event

    def offer(self, event: Event) -> bool:
        """Whether the event was taken; a stream that is too far behind ends instead."""
        if self.ended is not None:
            return False
        if len(self._waiting) >= self._most or (self._waiting and self._size + len(event.data) > self._most_bytes):
            self.end("too slow")
            return False
        self._waiting.append(event)
        self._size += len(event.data)
        self._arrived.set()
        return True

    def end(self, why: str) -> None:
        """Nothing more comes; what waits is dropped for a slow reader, and delivered at a clean stop."""
        self.ended = self.ended or why
        if why != "closing":
            self._waiting.clear()
        self._arrived.set()


class _Backlog:
    """The last events of one desk: everything after index ``since`` is here."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.events: deque[Event] = deque()
        self.size = 0

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.size += len(event.data)
        while len(self.events) > BACKLOG_EVENTS or (self.size > BACKLOG_BYTES and len(self.events) > 1):
            gone = self.events.popleft()
            self.since = gone.index
            self.size -= len(gone.data)


class Streams:
    """All streams of one mechanism. Lives on the event loop; nothing here may be called from another thread."""

    def __init__(self) -> None:
        self._backlogs: dict[str, _Backlog] = {}
        self._open: dict[str, set[Subscription]] = {}
        self.closed = False
        self.dropped = 0
        self.sent = 0

    @property
    def count(self) -> int:
        """How many streams are connected."""
        return sum(len(streams) for streams in self._open.values())

    def begin(self, since: int, events: Iterable[tuple[int, Mapping[str, bytes]]]) -> None:
        """What changed after index ``since`` before anyone could connect is there for those that come back."""
        for index, data_by_desk in events:
            for desk, data in data_by_desk.items():
                self._backlogs.setdefault(desk, _Backlog(since)).add(Event("change", index, data))

    def listening(self) -> tuple[str, ...]:
        """The desks whose events are worth rendering: those that have connected since the host started."""
        return tuple(self._backlogs)

    def subscribe(self, desk: str, last_seen: int | None, index: int) -> Subscription:
        """A new stream for ``desk``, which has seen everything up to ``last_seen`` (None: begins now).

        ``index`` is the record's last index. First come the events missed, or ``reset`` when they are no longer kept,
        then ``ready``. Raises ``Overloaded`` when the desk has ``STREAMS_A_DESK`` open.
        """
        if self.closed:
            message = "the host is stopping; connect again in a moment"
            raise Overloaded(message)
        mine = self._open.setdefault(desk, set())
        if len(mine) >= STREAMS_A_DESK:
            message = f"desk {desk} has {STREAMS_A_DESK} streams open; close one first"
            raise Overloaded(message)
        backlog = self._backlogs.setdefault(desk, _Backlog(index))
        data = b'{"index":%d}' % index
        first: list[Event] = []
        if last_seen is not None and not backlog.since <= last_seen <= index:
            first.append(Event("reset", index, data))
        elif last_seen is not None:
            first.extend(event for event in backlog.events if event.index > last_seen)
        subscription = Subscription(desk, [*first, Event("ready", index, data)])
        mine.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """The stream is gone; a second call does nothing."""
        subscription.end("left")
        self._open.get(subscription.desk, set()).discard(subscription)

    def publish(self, index: int, data_by_desk: Mapping[str, bytes]) -> None:
        """Entry ``index`` is durable: each desk that may see something of it gets its view of it."""
        for desk, data in data_by_desk.items():
            event = Event("change", index, data)
            backlog = self._backlogs.get(desk)
            if backlog is not None:
                backlog.add(event)
            for subscription in tuple(self._open.get(desk, ())):
                if subscription.offer(event):
                    self.sent += 1
                else:
                    self._open[desk].discard(subscription)
                    self.dropped += 1

    def close(self) -> None:
        """Every stream ends, once it has given what it holds, and no new one is taken."""
        self.closed = True
        for streams in self._open.values():
            for subscription in tuple(streams):
                subscription.end("closing")
            streams.clear()
