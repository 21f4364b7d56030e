"""Saying something over HTTP: once, wholly, and never more than the limits."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from keepclear.client import new_id
from tests.host.running import RunningHost, notice_body, statement


def post(host: RunningHost, desk: str, body: Any, path: str = "/v1/statements", **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {host.tokens[desk]}", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.post(host.url + path, content=content, headers=sent, trust_env=False)


def serial(host: RunningHost, desk: str) -> int:
    with host.client(desk) as client:
        number: int = client.me()["next_serial"]
        return number


def test_a_statement_gets_its_place_and_time(board: RunningHost) -> None:
    said = statement("alpha.air", serial(board, "alpha.air"), "notice", notice_body(title="First"))
    response = post(board, "alpha.air", said)
    assert response.status_code == 201
    receipt = response.json()
    assert set(receipt) == {"id", "index", "heard_at", "alerts"}
    assert receipt["id"] == said["id"]
    with board.client("bravo.air") as bravo:
        seen = bravo.notice(said["id"])
        assert (seen["title"], seen["from"], seen["version"]) == ("First", "alpha.air", 1)
        assert seen["heard_at"] == receipt["heard_at"]
        item = bravo._get(f"/v1/record/{receipt['index']}")
    assert item["statement"]["body"] == said["body"]


def test_said_again_it_is_heard_once_and_answered_the_same(board: RunningHost) -> None:
    said = statement("bravo.air", serial(board, "bravo.air"), "notice", notice_body(activity="uas", lon=38.0))
    first = post(board, "bravo.air", said)
    again = post(board, "bravo.air", said)
    shuffled = json.dumps(dict(reversed(said.items())), indent=2).encode()
    assert first.status_code == 201
    assert again.status_code == post(board, "bravo.air", shuffled).status_code == 200
    assert again.json() == first.json()


def test_the_same_id_with_another_content_is_refused(board: RunningHost) -> None:
    said = statement("bravo.air", serial(board, "bravo.air"), "message", {"text": "one"})
    assert post(board, "bravo.air", said).status_code == 201
    for other in ({**said, "body": {"text": "two"}}, {**said, "precedence": "FLASH"}, {**said, "refs": ["x"]}):
        response = post(board, "bravo.air", other)
        assert response.status_code == 409
        assert response.json()["code"] == "id_in_use"


def test_of_many_at_once_with_one_id_exactly_one_is_new(board: RunningHost) -> None:
    said = statement("charlie.air", serial(board, "charlie.air"), "message", {"text": "at once"})
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: post(board, "charlie.air", said), range(24)))
    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [201]
    assert len({answer.content for answer in answers}) == 1


def test_a_link_that_was_down_is_said_by_a_header(board: RunningHost) -> None:
    said = statement("alpha.ground", serial(board, "alpha.ground"), "message", {"text": "late"})
    said["said_at"] = "2026-01-01T00:00:00Z"
    response = post(board, "alpha.ground", said, Keepclear_Held="true")
    assert response.status_code == 201
    with board.client("mediator.duty") as mediator:
        skew = [alert for alert in mediator.alerts() if alert["code"] == "CLOCK_SKEW" and said["id"] in alert["about"]]
    assert skew == [], "what was held is not skewed"


deep = b"[" * 100_000
bad_bodies = {
    "nothing": (b"", 422),
    "no JSON": (b"{", 422),
    "no object": (b"[]", 422),
    "a duplicate key": (b'{"id": 1, "id": 1}', 422),
    "NaN": (b'{"serial": NaN}', 422),
    "infinity": (b'{"serial": -Infinity}', 422),
    "no UTF-8": (b'{"id": "\xff"}', 422),
    "a lone surrogate": (b'{"id": "\\ud800"}', 422),
    "nesting": (deep, 413),
    "bytes": (b'{"id": "' + b"x" * 2_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("path", ["/v1/statements", "/v1/preview", "/v1/deliveries"])
@pytest.mark.parametrize("name", sorted(bad_bodies))
def test_what_is_no_honest_json_is_refused_before_work(board: RunningHost, path: str, name: str) -> None:
    body, status = bad_bodies[name]
    response = post(board, "alpha.air", body, path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_too_many_vertices_are_refused_by_field(board: RunningHost) -> None:
    line = {"type": "LineString", "coordinates": [[36 + n / 11_000, 34] for n in range(10_001)]}
    volume = {**notice_body()["envelope"][0], "footprint": line, "half_width_m": 100}
    said = statement("alpha.air", serial(board, "alpha.air"), "notice", {"activity": "uas", "envelope": [volume]})
    response = post(board, "alpha.air", said)
    assert response.status_code == 413
    assert response.json()["field"].startswith("body.envelope[0].footprint")


def test_another_media_type_is_refused(board: RunningHost) -> None:
    response = post(board, "alpha.air", {}, Content_Type="text/plain")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_without_a_length_is_stopped_at_the_limit(board: RunningHost) -> None:
    host, port = board.url.removeprefix("http://").split(":")
    piece = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    with socket.create_connection((host, int(port)), 10) as wire:
        wire.sendall(
            b"POST /v1/statements HTTP/1.1\r\nHost: host\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\nAuthorization: Bearer %s\r\n\r\n" % board.tokens["alpha.air"].encode()
        )
        sent = 0
        answer = b""
        wire.setblocking(False)
        while not answer and sent < 400:
            try:
                wire.sendall(piece)
                sent += 1
            except (BlockingIOError, ConnectionError):
                pass
            try:
                answer = wire.recv(65_536)
            except BlockingIOError:
                continue
    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 400


def test_an_illegal_move_says_what_would_be_legal(board: RunningHost) -> None:
    said = statement("alpha.air", serial(board, "alpha.air"), "cancel", {"notice": new_id()})
    response = post(board, "alpha.air", said)
    assert response.status_code in (409, 422)
    assert response.json()["field"].startswith("body.notice")
    assert serial(board, "alpha.air") == said["serial"], "what is refused is not recorded"


def test_a_preview_tells_and_changes_nothing(board: RunningHost) -> None:
    with board.client("bravo.air") as bravo, board.client("alpha.air") as alpha:
        bravo.say("notice", notice_body(lon=41.0, activity="ground"))
        before = alpha._get("/v1/notices")["index"]
        told = alpha.preview(notice_body(lon=41.1))
        assert "CONFLICT_4D" in [alert["code"] for alert in told]
        assert alpha.preview(notice_body(lon=34.5, lat=32.5)) == []
        assert alpha._get("/v1/notices")["index"] == before
        assert "CONFLICT_4D" not in [alert["code"] for alert in alpha.alerts()]


def test_lists_come_in_pages_that_add_up(board: RunningHost) -> None:
    with board.client("charlie.air") as charlie:
        for _ in range(7):
            charlie.say("notice", notice_body(lon=35.0, lat=36.0, activity="uas"))
        everything = charlie._get("/v1/notices?limit=500")
        assert everything["next"] is None
        paged, cursor = [], ""
        while cursor is not None:
            page = charlie._get(f"/v1/notices?limit=2{cursor and '&after=' + cursor}")
            assert len(page["items"]) <= 2
            paged += page["items"]
            cursor = page["next"]
        assert paged == everything["items"]
        response = httpx2.get(
            f"{board.url}/v1/notices?after={new_id()}",
            headers={"Authorization": f"Bearer {board.tokens['charlie.air']}"},
        )
    assert response.status_code == 422, "a cursor that no page gave is an error, not an empty page"


def test_the_record_is_read_by_index(board: RunningHost) -> None:
    with board.client("mediator.duty") as mediator, board.client("alpha.air") as alpha:
        first = mediator._get("/v1/record/0")
        assert (first["index"], first["kind"]) == (0, "agreement")
        everything = list(mediator.record())
        assert [item["index"] for item in everything] == list(range(len(everything)))
        mine = list(alpha.record())
        assert [item for item in mine if item["kind"] == "statement" and item["statement"] is None] == []
        assert len(mediator._get("/v1/record?from=3&limit=2")["items"]) == 2


def test_me_and_the_mechanism(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("mediator.duty") as mediator:
        me = alpha.me()
        assert (me["desk"], me["party"], me["role"], me["mediator"]) == ("alpha.air", "alpha", "air", False)
        assert mediator.me()["mediator"]
        told = alpha.mechanism()
        assert (told["name"], told["disclosure"]) == ("trial", "board")
        assert [party["id"] for party in told["parties"]] == ["alpha", "bravo", "charlie"]
        assert "mediator.duty" in [desk["id"] for desk in told["desks"]]
