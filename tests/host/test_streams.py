"""Delivery: what a desk missed comes first, what is too old is said to be, and nobody waits for a slow reader."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import Overloaded
from keepclear.host import streams
from keepclear.host.streams import BACKLOG_EVENTS, QUEUE_EVENTS, STREAMS_A_DESK, Event, Streams, Subscription


async def drain(subscription: Subscription) -> list[Event]:
    """Everything that waits now."""
    events: list[Event] = []
    while True:
        try:
            event = await subscription.next(0.001)
        except TimeoutError:
            return events
        if event is None:
            return events
        events.append(event)


def indices(events: list[Event], kind: str = "change") -> list[int]:
    return [event.index for event in events if event.kind == kind]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), max_size=40), st.data())
def test_broken_off_anywhere_and_resumed_a_desk_gets_every_event_once(hers: list[bool], data: st.DataObject) -> None:
    async def run() -> None:
        all_streams = Streams()
        first = all_streams.subscribe("a", None, 0)
        for index, is_hers in enumerate(hers, 1):
            all_streams.publish(index, {"a": b"{}"} if is_hers else {"b": b"{}"})
        expected = [index for index, is_hers in enumerate(hers, 1) if is_hers]
        seen = await drain(first)
        assert [event.kind for event in seen[:1]] == ["ready"]
        assert indices(seen) == expected
        cut = data.draw(st.integers(0, len(hers)))
        again = await drain(all_streams.subscribe("a", cut, len(hers)))
        assert indices(again) == [index for index in expected if index > cut]
        assert again[-1].kind == "ready"
        assert again[-1].index == len(hers)

    asyncio.run(run())


def test_who_was_away_too_long_is_told_to_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BACKLOG_BYTES", 100)

    async def run() -> None:
        all_streams = Streams()
        all_streams.unsubscribe(all_streams.subscribe("a", None, 0))
        for index in range(1, 21):
            all_streams.publish(index, {"a": b"x" * 10})
        assert indices(await drain(all_streams.subscribe("a", 10, 20))) == list(range(11, 21))
        lost = await drain(all_streams.subscribe("a", 9, 20))
        assert [(event.kind, event.index) for event in lost] == [("reset", 20), ("ready", 20)]

    asyncio.run(run())


@pytest.mark.parametrize(("last_seen", "kinds"), [(99, ["reset", "ready"]), (4, ["reset", "ready"]), (5, ["ready"])])
def test_a_fresh_host_knows_only_whether_nothing_was_missed(last_seen: int, kinds: list[str]) -> None:
    async def run() -> None:
        assert [event.kind for event in await drain(Streams().subscribe("a", last_seen, 5))] == kinds

    asyncio.run(run())


def test_a_slow_reader_is_ended_and_others_are_not_held_up() -> None:
    async def run() -> None:
        all_streams = Streams()
        slow = all_streams.subscribe("a", None, 0)
        quick = all_streams.subscribe("a", None, 0)
        got = []
        for index in range(1, QUEUE_EVENTS + 10):
            all_streams.publish(index, {"a": b"{}"})
            got += await drain(quick)
        assert indices(got) == list(range(1, QUEUE_EVENTS + 10))
        assert await slow.next(0.01) is None
        assert slow.ended == "too slow"
        assert all_streams.dropped == 1
        assert all_streams.count == 1
        back = await drain(all_streams.subscribe("a", 0, QUEUE_EVENTS + 9))
        assert indices(back) == list(range(1, QUEUE_EVENTS + 10)), "it comes back and has lost nothing"

    asyncio.run(run())


def test_a_resumed_reader_is_not_slow_for_what_it_missed() -> None:
    async def run() -> None:
        all_streams = Streams()
        all_streams.unsubscribe(all_streams.subscribe("a", None, 0))
        for index in range(1, BACKLOG_EVENTS + 1):
            all_streams.publish(index, {"a": b"{}"})
        back = all_streams.subscribe("a", 0, BACKLOG_EVENTS)
        all_streams.publish(BACKLOG_EVENTS + 1, {"a": b"{}"})
        assert back.ended is None
        assert indices(await drain(back)) == list(range(1, BACKLOG_EVENTS + 2))

    asyncio.run(run())


def test_a_desk_opens_so_many_streams_and_no_more() -> None:
    async def run() -> None:
        all_streams = Streams()
        opened = [all_streams.subscribe("a", None, 0) for _ in range(STREAMS_A_DESK)]
        with pytest.raises(Overloaded):
            all_streams.subscribe("a", None, 0)
        all_streams.subscribe("b", None, 0)
        all_streams.unsubscribe(opened[0])
        all_streams.subscribe("a", None, 0)

    asyncio.run(run())


def test_at_a_clean_stop_each_stream_gives_what_it_holds_and_ends() -> None:
    async def run() -> None:
        all_streams = Streams()
        stream = all_streams.subscribe("a", None, 0)
        all_streams.publish(1, {"a": b"{}"})
        all_streams.close()
        assert indices(await drain(stream)) == [1]
        assert await stream.next(0.01) is None
        with pytest.raises(Overloaded):
            all_streams.subscribe("a", 1, 1)

    asyncio.run(run())
