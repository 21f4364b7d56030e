"""Whatever a network does to what desks say, each statement is heard once, and all come to the same state.

Messages come twice, late, again much later, and those of one desk in another order than they were said.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from keepclear.client import Client
from keepclear.errors import KeepclearError
from keepclear.record.verify.jws import taken_apart
from tests.host.running import notice_body, statement
from tests.record.lying_mediator import DESKS, Mediator
from tests.record.meddling import Answered, Asked, Proxy

pytestmark = pytest.mark.endurance

ORDERS = {
    "as said": (0, 1, 2, 3, 4, 5),
    "backwards": (5, 4, 3, 2, 1, 0),
    "neighbours changed over": (1, 0, 3, 2, 5, 4),
    "the first one last": (1, 2, 3, 4, 5, 0),
    "the last one first": (5, 0, 1, 2, 3, 4),
}
"""In which order six statements of one desk reach the host."""


@pytest.fixture
def mediator(tmp_path: Path) -> Iterator[Mediator]:
    made = Mediator(tmp_path)
    yield made
    made.host.kill()


class Reordering:
    """What a proxy does: it holds statements until all are there, and lets them through one by one in another order."""

    def __init__(self, order: Sequence[int], first_serial: int) -> None:
        self.statuses: dict[int, int] = {}
        self._waiting = threading.Barrier(len(order))
        self._order = [first_serial + place for place in order]
        self._turn = threading.Condition()

    def __call__(self, proxy: Proxy, asked: Asked) -> Answered:
        if not asked.says or not self._order:
            return proxy.pass_on(asked)
        serial = json.loads(taken_apart(asked.body).payload)["serial"]
        self._waiting.wait(20)
        with self._turn:
            assert self._turn.wait_for(lambda: self._order[0] == serial, 20)
            answered = proxy.pass_on(asked)
            self.statuses[serial] = answered.status
            self._order.pop(0)
            self._turn.notify_all()
        return answered


def what_alpha_says(serial: int) -> list[dict[str, Any]]:
    """Six statements that belong together: a notice and its amendment, a second notice, and words between."""
    body = notice_body(title="as announced")
    notice = statement("alpha.air", serial, "notice", body)
    rest: list[tuple[str, dict[str, Any]]] = [
        ("message", {"text": "first"}),
        ("amend", {"notice": notice["id"], "title": "as amended"}),
        ("notice", notice_body(39.0, title="a second one")),
        ("message", {"text": "second"}),
        ("message", {"text": "third"}),
    ]
    return [notice, *(statement("alpha.air", serial + at, *one) for at, one in enumerate(rest, 1))]


def in_force(client: Client) -> list[tuple[str, str]]:
    """Every notice's title as it is now, and its state."""
    return sorted((one["title"], one["state"]) for one in client.notices())


@pytest.mark.parametrize("name", ORDERS)
def test_one_desks_statements_in_another_order_come_to_the_same_state(mediator: Mediator, name: str) -> None:
    """A gap in the serials is told while it lasts; what was refused for coming too early is heard when said again."""
    with mediator.client("alpha.air") as client:
        first = client.me()["next_serial"]
    said = what_alpha_says(first)
    reordering = Reordering(ORDERS[name], first)
    refused: list[dict[str, Any]] = []

    def say(one: dict[str, Any]) -> None:
        with mediator.client("alpha.air", proxy.url) as client:
            try:
                client.send(one)
            except KeepclearError:
                refused.append(one)

    with Proxy(mediator.host.url, reordering) as proxy:
        threads = [threading.Thread(target=say, args=(one,)) for one in said]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    too_early = ORDERS[name].index(2) < ORDERS[name].index(0)
    assert [one["type"] for one in refused] == (["amend"] if too_early else []), reordering.statuses
    with mediator.client("alpha.air") as client:
        if name != "as said" and not too_early:
            assert gaps(mediator, cleared=True), "the jump was told of, and is over"
        for one in refused:
            assert gaps(mediator, cleared=False), "what was refused is missing, and everybody is told"
            client.send(one)
        for one in said:
            assert client.send(one)["id"] == one["id"], "said again: heard before, and nothing new"
        assert in_force(client) == [("a second one", "heard"), ("as amended", "heard")]
        assert client.me()["next_serial"] == first + len(said)
    check_record(mediator, said, reordering.statuses, [first + place for place in ORDERS[name]])


def gaps(mediator: Mediator, *, cleared: bool) -> list[dict[str, Any]]:
    """The alerts of a gap in serials, over or not."""
    with mediator.host.client("mediator.duty") as client:
        alerts = client.alerts(open_only=False)
    return [one for one in alerts if one["code"] == "SERIAL_GAP" and (one["cleared_at"] is not None) == cleared]


def check_record(
    mediator: Mediator, said: Sequence[dict[str, Any]], statuses: dict[int, int], order: Sequence[int]
) -> None:
    """Each is in the record once, in the order of hearing, for both sides; and no gap is left."""
    ids = {one["id"]: one["serial"] for one in said}
    for desk in DESKS:
        with mediator.client(desk) as client:
            rows = [row["statement"] for row in client.record() if row["statement"] and row["statement"]["id"] in ids]
        heard_at_once = [serial for serial in order if statuses[serial] == 201]
        heard_again = [serial for serial in order if statuses[serial] != 201]
        assert [row["serial"] for row in rows] == heard_at_once + heard_again
        assert {row["id"]: row["serial"] for row in rows} == ids
    assert gaps(mediator, cleared=False) == []


def test_a_late_statement_whose_serial_was_given_away_is_refused(mediator: Mediator) -> None:
    """A desk gave up a statement that was never answered, and used its serial anew: the old one comes too late."""
    held = list[Asked]()

    def lose_first(proxy: Proxy, asked: Asked) -> Answered:
        if asked.says and not held:
            held.append(asked)
        if asked.says and asked.body == held[0].body:
            return Answered(503, {"content-type": "application/problem+json"}, b"{}")
        return proxy.pass_on(asked)

    with Proxy(mediator.host.url, lose_first) as proxy, mediator.client("alpha.air", proxy.url) as client:
        with pytest.raises(KeepclearError):
            client.say("message", {"text": "never answered"})
        told = client.say("message", {"text": "said in its place"})
        late = proxy.pass_on(held[0])
        assert late.status == 409, late.body
        assert json.loads(late.body)["field"] == "serial"
        texts = [row["statement"]["body"].get("text") for row in client.record(told["index"]) if row["statement"]]
    assert texts == ["said in its place"]
    assert gaps(mediator, cleared=False) == []


def test_replayed_duplicated_delayed_and_reordered_the_record_is_the_same(mediator: Mediator) -> None:
    """Both desks speak at once through a proxy that sends some things twice, late, and again much later."""
    turn, seen = threading.Lock(), list[Asked]()
    count = [0]

    def meddle(proxy: Proxy, asked: Asked) -> Answered:
        if not asked.says:
            return proxy.pass_on(asked)
        with turn:
            count[0] += 1
            number = count[0]
            seen.append(asked)
        time.sleep((number * 37 % 11) / 200)
        first = proxy.pass_on(asked)
        if number % 3 == 0:
            assert proxy.pass_on(asked).status == 200, "the same again is heard before"
        if number % 5 == 0:
            assert proxy.pass_on(seen[number // 2]).status in (200, 201, 409)
        return first

    said: dict[str, int] = {}
    with Proxy(mediator.host.url, meddle) as proxy:

        def speak(desk: str) -> None:
            with mediator.client(desk, proxy.url) as client:
                for number in range(15):
                    answer = client.say("message", {"text": f"{desk} {number}"})
                    said[answer["id"]] = answer["index"]

        threads = [threading.Thread(target=speak, args=(desk,)) for desk in DESKS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for asked in seen:
            assert proxy.pass_on(asked).status == 200, "replayed at the end: nothing new"
    with mediator.host.client("mediator.duty") as client:
        rows = [row for row in client.record() if row["statement"] and row["statement"]["type"] == "message"]
        assert {row["statement"]["id"]: row["index"] for row in rows} == said
        assert len(rows) == len(said) == 30
        for desk in DESKS:
            serials = [row["statement"]["serial"] for row in rows if row["statement"]["from"] == desk]
            assert serials == sorted(serials), "each desk's words are in its own order"
        assert client.alerts(open_only=False) == [] or all(
            one["code"] in ("KEY_CHANGED", "NO_DELIVERY") for one in client.alerts(open_only=False)
        )
