"""The Python client: a desk's work, with the host's errors as they were, and nothing said twice."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from keepclear.client import Client, new_id
from keepclear.errors import Forbidden, HostUnreachable, IdInUse, InvalidInput, NotFound, Unauthenticated
from tests.host.running import RunningHost, notice_body


def test_ids_are_uuids_of_version_7_in_order_of_time() -> None:
    first = new_id()
    time.sleep(0.002)
    ids = [first, *(new_id() for _ in range(100))]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)
    assert min(ids[1:]) > first


def test_a_desks_day(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("bravo.air") as bravo:
        told = alpha.preview(notice_body(title="T"))
        said = alpha.say("notice", notice_body(title="T"), to=["bravo"], precedence="PRIORITY", refs=["order 7"])
        assert [alert["code"] for alert in told] == [alert["code"] for alert in said["alerts"]]
        assert [one["about"] for one in bravo.obligations()] == [said["id"]]
        bravo.ack(said["id"], "understood")
        assert bravo.obligations() == []
        assert alpha.notice(said["id"])["recipients"][0]["grade"] in ("understood", "undelivered")
        assert [notice["id"] for notice in alpha.notices(state="heard")] == [said["id"]]
        assert alpha.notices(state=["active", "cancelled"]) == []
        assert alpha.mechanism()["name"] == "trial"


def test_a_conflict_comes_with_advice(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha, board.client("bravo.air") as bravo, board.client("mediator.duty") as duty:
        own = alpha.say("notice", notice_body(lon=39.0), to=["bravo"])["id"]
        other = bravo.say("notice", notice_body(lon=39.0, activity="uas"), to=["alpha"])
        conflict = next(alert for alert in other["alerts"] if alert["code"] == "CONFLICT_4D")["id"]
        told = alpha.advice(conflict)
        assert [side["notice"] for side in told["sides"]] == [own]
        assert {side["notice"] for side in duty.advice(conflict)["sides"]} == {own, other["id"]}
        later = next(option for option in told["sides"][0]["options"] if option["kind"] == "later")
        assert later["change"] == {"notice": own, "shift_min": later["shift_min"]}
        with pytest.raises(NotFound):
            alpha.advice("no-such-alert")


def test_the_hosts_errors_are_errors_of_the_same_kind(board: RunningHost) -> None:
    with board.client("alpha.air") as alpha:
        said = alpha.say("message", {"text": "one"})
        with pytest.raises(IdInUse, match="says something else"):
            alpha.say("message", {"text": "two"}, id=said["id"])
        with pytest.raises(InvalidInput) as wrong:
            alpha.say("notice", {"activity": "dancing"})
        assert wrong.value.field == "body.activity"
        assert str(wrong.value).startswith("body.activity: ")
        assert str(wrong.value).count("body.activity") == 1
        with pytest.raises(NotFound):
            alpha.notice(new_id())
        with pytest.raises(Forbidden):
            alpha._get("/metrics")
    with Client(board.url, "kc_wrong") as nobody, pytest.raises(Unauthenticated):
        nobody.me()


def test_two_programs_of_one_desk_share_its_serials(board: RunningHost) -> None:
    with board.client("charlie.air") as one, board.client("charlie.air") as other:
        for number in range(6):
            (one if number % 2 else other).say("message", {"text": str(number)})
        serials = [
            item["statement"]["serial"]
            for item in one.record()
            if item["statement"] is not None and item["statement"]["from"] == "charlie.air"
        ]
    assert serials == list(range(1, len(serials) + 1))


def test_nobody_there_is_said_in_a_sentence() -> None:
    with Client("http://127.0.0.1:9", "x") as client, pytest.raises(HostUnreachable, match="keepclear serve"):
        client.me()
    client = Client("http://127.0.0.1:9", "x")
    client.close()
    with pytest.raises(HostUnreachable, match="closed"):
        client.me()


def test_a_statement_said_while_the_host_is_away_is_heard_once_when_it_is_back(tmp_path: Path) -> None:
    host = RunningHost(tmp_path).start()
    port = host.url.rsplit(":", 1)[1]
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        events = bravo.events()
        assert next(events).kind == "ready"
        alpha.say("message", {"text": "before"})
        seen = next(events).index
        host.kill()
        back = threading.Timer(0.3, lambda: host.start(listen=f"127.0.0.1:{port}"))
        back.start()
        said = _patient(alpha)
        back.join()
        following = [next(events)]
        while following[-1].index < said["index"]:
            following.append(next(events))
        assert {event.kind for event in following} & {"change", "reset"}
        assert said["index"] == seen + 1
        with host.client("mediator.duty") as mediator:
            texts = [item["statement"]["body"].get("text") for item in mediator.record() if item["statement"]]
        assert texts == ["before", "during"]
        events.close()
    host.kill()


def _patient(alpha: Client) -> dict[str, int]:
    id_of_it = new_id()
    while True:
        try:
            return alpha.say("message", {"text": "during"}, id=id_of_it)
        except HostUnreachable:
            time.sleep(0.2)


def test_the_client_brings_no_server() -> None:
    code = "import sys, keepclear.client; print({'fastapi', 'pydantic', 'numpy', 'shapely'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_client_that_signs_brings_no_server_either() -> None:
    modules = "sys, keepclear.client, keepclear.client.agent, keepclear.client.key_file"
    code = f"import {modules}; print({{'fastapi', 'pydantic', 'numpy', 'shapely'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
