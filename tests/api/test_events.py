"""The event stream: at once, resumable, for its own desk only, and never a burden to others."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx2
import psutil
import pytest

from keepclear.client import Event
from tests.host.running import RunningHost, notice_body, until


class Listening:
    """A desk's stream read by a thread; ``get`` gives the next event."""

    def __init__(self, host: RunningHost, desk: str, after: int | None = None) -> None:
        self._client = host.client(desk)
        self._events: Queue[Event] = Queue()
        self.seen: list[Event] = []
        threading.Thread(target=self._read, args=(after,), daemon=True).start()

    def _read(self, after: int | None) -> None:
        with suppress(Exception):  # the client was closed: the test is over
            for event in self._client.events(after, deliver=False):
                self._events.put(event)

    def get(self, seconds: float = 10) -> Event:
        event = self._events.get(timeout=seconds)
        self.seen.append(event)
        return event

    def nothing_more(self, seconds: float = 0.3) -> bool:
        try:
            self.get(seconds)
        except Empty:
            return True
        return False

    def close(self) -> None:
        self._client.close()


@contextmanager
def listening(host: RunningHost, desk: str, after: int | None = None) -> Iterator[Listening]:
    stream = Listening(host, desk, after)
    try:
        yield stream
    finally:
        stream.close()


def test_the_other_desk_is_told_at_once_and_its_own_view(board: RunningHost) -> None:
    with listening(board, "bravo.air") as bravo, board.client("alpha.air") as alpha:
        assert bravo.get().kind == "ready"
        said = alpha.say("notice", notice_body(title="To be seen"), to=["bravo"])
        event = bravo.get(2)
        assert (event.kind, event.index) == ("change", said["index"])
        notices = [change["notice"] for change in event.changes if change["kind"] == "notice"]
        assert [notice["id"] for notice in notices] == [said["id"]] * len(notices)
        assert notices
        assert {change["what"] for change in event.changes} <= {
            "heard", "changed", "raised", "risen", "cleared", "owed", "met", "lapsed",
        }  # fmt: skip


def test_a_desk_that_was_not_addressed_is_told_nothing(board: RunningHost) -> None:
    with listening(board, "charlie.air") as charlie, board.client("alpha.air") as alpha:
        charlie.get()
        alpha.say("message", {"text": "for Bravo only"}, to=["bravo"])
        assert charlie.nothing_more()


def test_broken_off_and_resumed_nothing_is_missed_or_told_twice(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha:
        with listening(board, "bravo.air") as first:
            first.get()
            indices = [alpha.say("message", {"text": f"{n}"}, to=["bravo"])["index"] for n in range(6)]
            got = [first.get().index for _ in range(3)]
        assert got == indices[:3]
        with listening(board, "bravo.air", after=got[-1]) as again:
            assert [again.get().index for _ in range(3)] == indices[3:]
            assert again.get().kind == "ready"


def test_an_index_from_before_the_hosts_memory_is_answered_with_reset(board: RunningHost) -> None:
    with board.client("bravo.air") as bravo:
        bravo.say("message", {"text": "there is a record"})
    with listening(board, "alpha.ground", after=10**9) as ahead:
        assert [ahead.get().kind, ahead.get().kind] == ["reset", "ready"]


def test_the_query_resumes_as_the_header_does(board: RunningHost) -> None:
    headers = {"Authorization": f"Bearer {board.tokens['bravo.air']}"}
    url = f"{board.url}/v1/events?last_event_id=999999999"
    with httpx2.stream("GET", url, headers=headers, timeout=5) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert next(response.iter_lines()).startswith("id: ")


def test_a_delivery_is_seen_by_the_sender(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("bravo.air") as bravo:
        said = alpha.say("notice", notice_body(lat=32.5), to=["bravo.air"])

        def grade() -> str:
            rows = alpha.notice(said["id"])["recipients"]
            return str(next(row["grade"] for row in rows if row["desk"] == "bravo.air"))

        assert grade() == "undelivered"
        bravo.delivered(said["index"])
        assert grade() == "delivered"
        before = alpha._get("/v1/alerts")["index"]
        bravo.delivered(said["index"])
        assert alpha._get("/v1/alerts")["index"] == before, "a delivery that adds nothing is not recorded"


def test_the_client_tells_by_itself_what_arrived(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("charlie.air") as charlie:
        events = charlie.events()
        assert next(events).kind == "ready"
        said = alpha.say("notice", notice_body(lat=32.5, lon=42), to=["charlie.air"])
        next(events)
        until(lambda: alpha.notice(said["id"])["recipients"][0]["grade"] == "delivered")


def test_a_reader_that_takes_nothing_holds_up_nobody(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host:
        address = host.url.removeprefix("http://").split(":")
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect((address[0], int(address[1])))
            token = host.tokens["bravo.air"]
            stuck.sendall(f"GET /v1/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            with listening(host, "bravo.air") as quick, host.client("alpha.air") as alpha:
                quick.get()
                said = [alpha.say("message", {"text": "€" * 3_999}, to=["bravo"])["index"] for _ in range(480)]
                assert [quick.get(5).index for _ in said] == said
                token = host.tokens["mediator.duty"]
                metrics = httpx2.get(f"{host.url}/metrics", headers={"Authorization": f"Bearer {token}"}).text
                assert psutil.Process(host.pid).memory_info().rss < 300e6
    assert "keepclear_streams_dropped 1.0" in metrics


def test_streams_that_left_are_let_go(tmp_path: Path) -> None:
    """fd_leak: a hundred streams opened and dropped leave no open file behind."""
    with RunningHost(tmp_path) as host:
        process = psutil.Process(host.pid)
        with host.client("alpha.air") as alpha:
            alpha.me()
        before = process.num_fds()
        headers = {"Authorization": f"Bearer {host.tokens['bravo.air']}"}
        for _ in range(100):
            with httpx2.stream("GET", f"{host.url}/v1/events", headers=headers, timeout=5) as response:
                next(response.iter_lines())
        until(lambda: process.num_fds() <= before + 2)


def test_at_a_clean_stop_streams_end_and_the_host_is_gone_soon(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    headers = {"Authorization": f"Bearer {host.tokens['bravo.air']}"}
    with httpx2.stream("GET", f"{host.url}/v1/events", headers=headers, timeout=20) as response:
        lines = response.iter_lines()
        assert next(lines).startswith("id: ")
        began = time.monotonic()
        assert host.stop() == 0
        assert time.monotonic() - began < 4
        assert list(lines)[-1] == ""


def test_the_wire_form_is_one_line_of_json_an_event(board: RunningHost) -> None:
    headers = {"Authorization": f"Bearer {board.tokens['bravo.air']}"}
    with (
        httpx2.stream("GET", f"{board.url}/v1/events", headers=headers, timeout=5) as response,
        board.client("alpha.air") as alpha,
    ):
        lines = response.iter_lines()
        ready = [next(lines) for _ in range(4)]
        said = alpha.say("message", {"text": "two\nlines \u2028 and a third"}, to=["bravo"])
        change = [next(lines) for _ in range(3)]
        blank = next(lines)
    assert ready[1] == "event: ready"
    assert change[0] == f"id: {said['index']}"
    assert change[1] == "event: change"
    data: dict[str, Any] = json.loads(change[2].removeprefix("data: "))
    assert set(data) == {"index", "at", "changes"}
    assert blank == ""


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e3"])
def test_a_last_event_id_that_is_no_index_is_refused(board: RunningHost, value: str) -> None:
    headers = {"Authorization": f"Bearer {board.tokens['bravo.air']}", "Last-Event-ID": value}
    response = httpx2.get(f"{board.url}/v1/events", headers=headers)
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_input"
