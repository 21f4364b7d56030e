"""Under broker disclosure what passes on the line between one party and the mediator stays there.

Alpha raises a STOP, has an accident, sees something, tests the line, gives its account and settles, each in words and
figures that stand nowhere else; every answer and event of Bravo's and Charlie's desks is then searched for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from keepclear.client import Client, new_id
from tests.api.test_broker_leak import SECRETS, Eavesdropper, open_body, secret
from tests.host.running import RunningHost, agreement, box, minutes_ahead, until

RULES = "line_test_min = 0.02\nack_flash_min = 0.02\nstop_reply_s = 1\nstop_rung_s = 1"
"""So that what the line raises when nobody answers is raised while the test looks. An object that nobody claims is, by
the agreement, for all to keep clear of: this one is claimed."""

WORDS = ["Terbium", "Dysprosium", "Holmium", "Erbium", "Thulium", "Ytterbium", "Lutetium", "Hafnium", "Tantalum",
         "Osmium", "36.7357", "33.1913", "417.73"]  # fmt: skip
POSITION = {"lon": 36.7357, "lat": 33.1913, "altitude": "417.73 m HAE"}
DUTY = ["mediator.duty"]

LISTS = ("stops", "stops?open=true", "proposals", "proposals?open=true", "observations", "accidents", "line", "watch",
         "suspensions", "burden", "burden?mode=exercise", "handover", "notices", "alerts", "alerts?open=true",
         "obligations", "record")  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A broker's host after Alpha's day: the host, Alpha's ids, Bravo's notice, and what each other desk heard."""
    with (
        RunningHost(tmp_path_factory.mktemp("line-leak"), agreement("broker", rules=RULES)) as host,
        host.client("alpha.air") as alpha,
        host.client("bravo.air") as bravo,
        host.client("charlie.air") as charlie,
        host.client("mediator.duty") as duty,
    ):
        heard = {"bravo.air": Eavesdropper(bravo), "charlie.air": Eavesdropper(charlie)}
        mine = bravo.say("notice", open_body())["id"]
        ids, own = _alphas_day(alpha, duty)
        met = next(alert["id"] for alert in duty.alerts() if alert["code"] == "CONFLICT_4D")
        ids += _settled(alpha, bravo, duty, met, own, mine)
        codes = {"STOP_OVERDUE", "LINE_UNATTENDED", "CONTACT_UNREACHABLE", "NO_ACK"}
        until(lambda: codes <= {alert["code"] for alert in duty.alerts(open_only=False)})
        alpha.say("message", {"text": "the end"}, to=["bravo", "charlie"])
        until(lambda: all("the end" in json.dumps([e.changes for e in one.events]) for one in heard.values()))
        yield {"host": host, "ids": ids, "met": met, "mine": mine, "heard": heard, "duty": duty}


def _alphas_day(alpha: Client, duty: Client) -> tuple[list[str], str]:
    """Everything that Alpha says to the mediator alone, and what the mediator answers."""
    alpha.sign_on("Terbium", "Dysprosium")
    own = alpha.say("notice", {**secret(), "read_back": True})["id"]
    duty.ack(own, "disseminated", reached=["Holmium"], read_back={"envelope": secret()["envelope"]})
    stop = alpha.stop("Erbium", own, envelope=[{**box(36.7357, 33.1913), "floor": "417.73 m HAE"}], to=DUTY)["id"]
    taken = alpha.stop("Thulium", to=DUTY)["id"]
    duty.stop_reply(taken, "complying", to=["alpha"])
    duty.units_informed(taken, to=["alpha"])
    seen = alpha.observe("Ytterbium", POSITION, "other", to=DUTY)["id"]
    alpha.claim(seen, to=DUTY)
    accident = alpha.accident("uas", position=POSITION, heading=10, to=DUTY)["id"]
    test = alpha.line_test(to=DUTY)["id"]
    asked = duty.line_test(to=["alpha"])["id"]
    alpha.line_test_reply(asked, to=DUTY)
    alpha.call("mediator.duty", "unanswered", stop, to=DUTY)
    alpha.account("Lutetium", {"Hafnium": POSITION["lon"]}, to=DUTY)
    alpha.sign_off("Terbium", "Osmium")
    return [own, stop, taken, seen, accident, test, asked], own


def _settled(alpha: Client, bravo: Client, duty: Client, met: str, own: str, mine: str) -> list[str]:
    """The mediator proposes to each side a change of its own notice: Alpha declines one and takes one."""
    first = duty.propose(met, {"notice": own, "shift_min": 11}, "Tantalum", to=["alpha"])["id"]
    alpha.decline(first, "Osmium", to=DUTY)
    to_bravo = duty.propose(met, {"notice": mine, "shift_min": 13}, "for Bravo", to=["bravo"])["id"]
    bravo.decline(to_bravo, to=DUTY)
    taken = duty.propose(met, {"notice": own, "shift_min": 17}, "Tantalum", to=["alpha"])["id"]
    alpha.accept(taken, "Osmium", to=DUTY)
    return [first, taken]


@pytest.mark.parametrize("desk", ["bravo.air", "charlie.air"])
def test_nothing_of_anothers_line_leaves_the_host(played: dict[str, Any], desk: str) -> None:
    host, ids = played["host"], played["ids"]
    alerts = [alert["id"] for alert in played["duty"].alerts(open_only=False)]
    with host.client(desk) as curious:
        last = max(item["index"] for item in played["duty"].record())
        asked = [f"/v1/{name}" for name in LISTS] + [f"/v1/record/{index}" for index in range(last + 1)]
        asked += [f"/v1/{kind}/{name}" for kind in ("stops", "proposals", "notices", "alerts") for name in ids + alerts]
        asked += [f"/v1/{kind}?after={name}" for kind in LISTS[:6] if "?" not in kind for name in ids]
        about = [*ids, *alerts, f"{played['mine']}~{ids[0]}", f"{ids[0]}~{played['mine']}"]
        asked += [f"/v1/conversations?about={name}&limit=1" for name in about]
        answers = {path: curious._http.get(path).text for path in asked}
        changes = [change for event in played["heard"][desk].events for change in event.changes]
        answers["events"] = json.dumps(changes)
    secrets = [*WORDS, *ids, *(word for word in SECRETS if word.lower() != "alpha")]
    for path, answer in answers.items():
        for word in secrets:
            found = re.search(rf"(?<![\d.\w-]){re.escape(word)}", answer)
            assert word in path or found is None, f"{desk}: {path} tells {word}: {answer[:600]}"
    _judge_kinds(desk, answers, changes)


def _judge_kinds(desk: str, answers: dict[str, str], changes: list[dict[str, Any]]) -> None:
    """Nothing came of Alpha's line at all, not even emptied of its words."""
    lists = {name: json.loads(answers[f"/v1/{name}"]) for name in LISTS}
    for name in ("stops", "observations", "accidents"):
        assert lists[name]["items"] == []
    assert (lists["line"]["tests"], lists["line"]["figures"]) == ([], [])
    own = [one["reason"] for one in lists["proposals"]["items"]]
    assert own == (["for Bravo"] if desk == "bravo.air" else [])
    party = desk.partition(".")[0]
    assert {one["party"] for one in lists["burden"]["items"]} <= {party}
    kinds = {change["kind"] for change in changes}
    assert kinds >= {"watch", "statement"}
    assert kinds.isdisjoint({"stop", "accident", "observation", "line_test", "suspension"})
    if desk == "charlie.air":
        assert "proposal" not in kinds
        assert lists["alerts"]["items"] == []
    codes = {one["code"] for one in lists["alerts"]["items"]}
    assert codes <= {"CONFLICT_4D", "PROPOSAL_UNANSWERED", "NO_ACK", "NO_DELIVERY"}


def test_the_mediator_is_told_all_of_it(played: dict[str, Any]) -> None:
    """What the walk searches for is there to be found."""
    duty = played["duty"]
    told = json.dumps([duty.stops(), duty.observations(), duty.accidents(), duty.proposals(), duty.line(),
                       duty.handover(), list(duty.record()), duty.notices()])  # fmt: skip
    for word in (*WORDS, *played["ids"]):
        assert word in told


HIDDEN: dict[str, tuple[int, Any]] = {
    "stop_reply": (1, lambda n: {"stop": n, "answer": "complying"}),
    "units_informed": (1, lambda n: {"stop": n}),
    "ceased": (2, lambda n: {"stop": n}),
    "accept": (7, lambda n: {"about": n}),
    "decline": (8, lambda n: {"about": n}),
    "claim": (3, lambda n: {"observation": n}),
    "disclaim": (3, lambda n: {"observation": n}),
    "line_test_reply": (5, lambda n: {"test": n}),
    "stop": (0, lambda n: {"reason": "x", "about": n}),
    "call": (1, lambda n: {"to": "mediator.duty", "result": "answered", "about": n}),
    "message": (4, lambda n: {"text": "x", "about": n}),
    "ack": (4, lambda n: {"about": n, "level": "person"}),
    "propose": (0, lambda n: {"about": n, "change": {"notice": n, "shift_min": 5}}),
}
"""Type, which of Alpha's hidden ids it names, and the body that names it."""


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_refusal_does_not_tell_what_exists(played: dict[str, Any], kind: str) -> None:
    row, body = HIDDEN[kind]
    hidden, never = played["ids"][row], new_id()
    with played["host"].client("bravo.air") as bravo:
        asked = {name: _refused(bravo, kind, body(name)).replace(name, "ID") for name in (hidden, never)}
        assert asked[hidden] == asked[never]


@pytest.mark.parametrize("kind", ["propose", "message", "call", "conversation"])
def test_a_pair_of_notices_is_not_confirmed(played: dict[str, Any], kind: str) -> None:
    """Bravo's conflict is real; to name it by Alpha's notice is refused as a conflict that never was is."""
    mine, hidden, never = played["mine"], played["ids"][0], new_id()
    with played["host"].client("bravo.air") as bravo:
        theirs = [alert["id"] for alert in bravo.alerts() if alert["code"] == "CONFLICT_4D"]
        assert theirs == [played["met"]]
        bravo.say("message", {"text": "to the mediator", "about": played["met"]}, to=DUTY)
        assert len(bravo.conversation(played["met"])) > 0
        told = set()
        for name in (hidden, never):
            for pair in (f"{mine}~{name}", f"{name}~{mine}"):
                if kind == "conversation":
                    told.add(json.dumps(bravo.conversation(pair)))
                    continue
                bodies: dict[str, dict[str, Any]] = {
                    "propose": {"about": pair, "change": {"notice": mine, "shift_min": 5}},
                    "message": {"text": "x", "about": pair},
                    "call": {"to": "mediator.duty", "result": "answered", "about": pair},
                }
                told.add(_refused(bravo, kind, bodies[kind]).replace(pair, "PAIR"))
        assert len(told) == 1


def _refused(bravo: Client, kind: str, body: dict[str, Any]) -> str:
    said = {
        "id": new_id(), "mechanism": "trial", "type": kind, "from": "bravo.air", "said_at": minutes_ahead(0),
        "serial": bravo.me()["next_serial"], "body": body,
    }  # fmt: skip
    response = bravo._http.post("/v1/statements", json=said)
    assert response.status_code >= 400, response.text
    return response.text
