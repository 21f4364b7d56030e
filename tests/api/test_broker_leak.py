"""Under broker disclosure nothing of one party's envelope reaches the other, by any answer or event.

Alpha's notice is filled with words and figures that stand nowhere else. Everything that the host can be asked, and
every event it sends, is then searched for them from Bravo's and Charlie's desks.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from keepclear.client import Client, new_id
from keepclear.client.events import Event
from tests.host.running import RunningHost, agreement, minutes_ahead, until

SECRET_RING = [[37.4113, 34.3127], [37.9131, 34.3127], [37.9131, 34.6143], [37.4113, 34.6143], [37.4113, 34.3127]]
SECRET_START, SECRET_END = minutes_ahead(71.37), minutes_ahead(301.61)
MOVED_START, MOVED_END = minutes_ahead(73.91), minutes_ahead(307.17)
"""Around Bravo's window: the times of the conflict, which Bravo is told, are then Bravo's own."""


def secret(start: str = SECRET_START, end: str = SECRET_END) -> dict[str, Any]:
    return {
        "activity": "fixed_wing",
        "title": "Zirconium",
        "purpose": "Yttrium",
        "remarks": "Praseodymium",
        "must_reach": ["Gadolinium"],
        "envelope": [
            {
                "footprint": {"type": "Polygon", "coordinates": [SECRET_RING]},
                "floor": "5137 ft AMSL",
                "ceiling": "17291 ft AMSL",
                "start": start,
                "end": end,
            }
        ],
    }


def open_body() -> dict[str, Any]:
    """Bravo's own notice, which meets Alpha's."""
    ring = [[37.6, 34.4], [38.1, 34.4], [38.1, 34.8], [37.6, 34.8], [37.6, 34.4]]
    volume = {
        "footprint": {"type": "Polygon", "coordinates": [ring]},
        "floor": "SFC",
        "ceiling": "10000 ft AMSL",
        "start": minutes_ahead(90),
        "end": minutes_ahead(280),
    }
    return {"activity": "uas", "envelope": [volume]}


SECRETS = [
    "Zirconium", "Yttrium", "Praseodymium", "Gadolinium",
    "37.4113", "37.9131", "34.3127", "34.6143", "37.41", "37.91", "34.31", "34.61",
    "5137", "17291", "alpha", "Alpha",
    *(stamp[:16] for stamp in (SECRET_START, SECRET_END, MOVED_START, MOVED_END)),
]  # fmt: skip


class Eavesdropper:
    """All events of a desk, from the start."""

    def __init__(self, client: Client) -> None:
        self.events: list[Event] = []
        self._client = client
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.events)

    def _read(self) -> None:
        with suppress(Exception):  # the client was closed: the test is over
            self.events.extend(iter(()))
            for event in self._client.events():
                self.events.append(event)


def everything(client: Client, host: RunningHost, desk: str, ids: list[str], last: int) -> dict[str, str]:
    """Every answer that the desk can get, by the path that was asked."""
    paths = ["/v1/me", "/v1/notices", "/v1/alerts", "/v1/alerts?open=true", "/v1/obligations", "/v1/record"]
    paths += [f"/v1/notices?state={state}" for state in ("heard", "active", "complete", "cancelled", "expired")]
    paths += [f"/v1/{kind}/{name}" for kind in ("notices", "alerts") for name in ids]
    paths += [f"/v1/alerts/{name}/advice" for name in ids]
    paths += [f"/v1/record/{index}" for index in range(last + 1)]
    paths += [f"/v1/{kind}?after={name}" for kind in ("notices", "alerts", "obligations") for name in ids]
    headers = {"Authorization": f"Bearer {host.tokens[desk]}"}
    answers = {path: client._http.get(path).text for path in paths}
    answers["/metrics"] = client._http.get("/metrics").text
    answers["/health"] = client._http.get("/health").text
    answers["/v1/preview"] = json.dumps(client.preview(open_body()))
    for name in ids:
        for kind, body in (
            ("ack", {"about": name, "level": "person"}),
            ("cancel", {"notice": name}),
            ("amend", {"notice": name, "title": "x"}),
            ("message", {"text": "x", "about": name}),
        ):
            if name in answers["/v1/alerts"] or name in answers["/v1/notices"]:
                continue
            said = {
                "id": new_id(), "mechanism": "trial", "type": kind, "from": desk, "said_at": minutes_ahead(0),
                "serial": client.me()["next_serial"], "body": body,
            }  # fmt: skip
            answers[f"{kind} {name}"] = httpx2.post(f"{host.url}/v1/statements", json=said, headers=headers).text
    return answers


@pytest.mark.parametrize("desk", ["bravo.air", "charlie.air"])
def test_nothing_of_anothers_envelope_leaves_the_host(desk: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with RunningHost(tmp_path_factory.mktemp("leak"), agreement("broker")) as host:
        with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo, host.client(desk) as curious:
            heard = Eavesdropper(curious)
            mine = bravo.say("notice", open_body())
            theirs = alpha.say("notice", secret())
            moved = alpha.say("amend", {"notice": theirs["id"], **_times(MOVED_START, MOVED_END)})
            with host.client("mediator.duty") as mediator:
                mediator.ack(theirs["id"])
                mediator.ack(moved["id"])
                alerts = mediator.alerts(open_only=False)
                conflict = next(alert for alert in alerts if alert["code"] == "CONFLICT_4D")
                assert set(conflict["about"]) == {mine["id"], theirs["id"]}, "the mediator is told of both"
            alpha.say("activate", {"notice": theirs["id"]})
            own = bravo.alerts()
            assert [alert["about"] for alert in own if alert["code"] == "CONFLICT_4D"] == [[mine["id"]]]
            ids = [theirs["id"], moved["id"], *(alert["id"] for alert in alerts), str(conflict["id"])]
            answers = everything(curious, host, desk, ids, moved["index"] + 4)
            alpha.say("cancel", {"notice": theirs["id"], "reason": "Promethium"})
            until(lambda: desk != "bravo.air" or _cleared(heard.events))
            events = json.dumps([_of_others(event, desk) for event in heard.events])
        _judge({**answers, "events": events}, [theirs["id"], moved["id"], "Promethium"], desk)


def _times(start: str, end: str) -> dict[str, Any]:
    return {"envelope": secret(start, end)["envelope"]}


def _of_others(event: Event, desk: str) -> list[dict[str, Any]]:
    """The changes but for what the desk said itself, in which it may have put any id."""
    return [change for change in event.changes if change.get("statement", {}).get("from") != desk]


def _cleared(events: list[Event]) -> bool:
    return any(change["what"] == "cleared" for event in events for change in event.changes)


def _judge(answers: dict[str, str], ids: list[str], desk: str) -> None:
    """The secrets are in none; an id may come back only where the desk itself put it into the question."""
    for asked, answer in answers.items():
        for word in (*SECRETS, *ids):
            if word in asked or (word in ("alpha", "Alpha") and asked == "/v1/record/0"):
                continue
            assert not re.search(rf"(?<![\d.]){re.escape(word)}", answer), (
                f"{desk}: {asked} tells {word}: {answer[:600]}"
            )
    if desk == "charlie.air":
        assert "CONFLICT_4D" not in answers["events"] + answers["/v1/alerts"]


@pytest.mark.parametrize("kind", ["ack", "cancel", "activate", "complete", "amend", "replaces"])
def test_a_refusal_does_not_tell_what_exists(kind: str, broker: RunningHost) -> None:
    """About another's notice and about one that never was, the host answers in the same words."""
    with broker.client("alpha.air") as alpha, broker.client("bravo.air") as bravo:
        hidden, never = alpha.say("notice", secret())["id"], new_id()
        asked = {name: _asked_about(bravo, kind, name) for name in (hidden, never)}
        assert asked[hidden].replace(hidden, "ID") == asked[never].replace(never, "ID")


def _asked_about(bravo: Client, kind: str, name: str) -> str:
    if kind == "replaces":
        return bravo._http.post("/v1/preview", json={**open_body(), "replaces": name}).text
    body = {"about": name, "level": "person"} if kind == "ack" else {"notice": name}
    said = {
        "id": new_id(), "mechanism": "trial", "type": kind, "from": "bravo.air", "said_at": minutes_ahead(0),
        "serial": bravo.me()["next_serial"], "body": {**body, **({"title": "x"} if kind == "amend" else {})},
    }  # fmt: skip
    response = bravo._http.post("/v1/statements", json=said)
    assert response.status_code >= 400, response.text
    return response.text
