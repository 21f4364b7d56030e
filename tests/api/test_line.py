"""The line over HTTP: what it answers is as described, and what is no legal move changes nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keepclear.api import line_models as line
from keepclear.api.models import AlertOut, Model, NoticeOut, ObligationOut
from keepclear.client import Client, Event, new_id
from keepclear.errors import KeepclearError, NotFound, Refused
from keepclear.mechanism.outcome import ChangeKind, What
from tests.api.line_story import HERE, conflict, play
from tests.host.running import RunningHost, agreement, box, notice_body, until

SHOWN: dict[ChangeKind, type[Model]] = {
    ChangeKind.NOTICE: NoticeOut,
    ChangeKind.ALERT: AlertOut,
    ChangeKind.OBLIGATION: ObligationOut,
    ChangeKind.STOP: line.StopOut,
    ChangeKind.ACCIDENT: line.AccidentOut,
    ChangeKind.OBSERVATION: line.ObservationOut,
    ChangeKind.LINE_TEST: line.LineTestOut,
    ChangeKind.PROPOSAL: line.ProposalOut,
    ChangeKind.SUSPENSION: line.SuspensionOut,
    ChangeKind.WATCH: line.DeskWatchOut,
}
"""Kinds of change with the model of what they show; a statement is as said, agreement and key are tested apart."""

PATHS = ("stops", "proposals", "observations", "accidents", "line", "watch", "suspensions", "burden", "alerts",
         "obligations", "notices", "record")  # fmt: skip


class Hearing:
    """All events of a desk, from the moment it listens."""

    def __init__(self, host: RunningHost, desk: str) -> None:
        self.changes: list[dict[str, Any]] = []
        self.index = -1
        self.client = host.client(desk)
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.index >= 0)

    def _read(self) -> None:
        with suppress(KeepclearError):  # the client was closed: the test is over
            for event in self.client.events(deliver=False):
                self._take(event)

    def _take(self, event: Event) -> None:
        self.changes += event.changes
        self.index = event.index


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHost, dict[str, Any], dict[str, Hearing]]]:
    """A host where a day was played, what came of it, and what each desk heard of it as it happened."""
    with RunningHost(tmp_path_factory.mktemp("line")) as host:
        heard = {desk: Hearing(host, desk) for desk in ("alpha.ground", "bravo.air", "charlie.air", "mediator.duty")}
        said = play(host)
        with host.client("mediator.duty") as duty:
            last = max(item["index"] for item in duty.record())
        until(lambda: all(each.index >= last for desk, each in heard.items() if desk == "mediator.duty"))
        until(lambda: any(change["kind"] == "watch" and not change["watch"]["attended"] for change in
                          heard["alpha.ground"].changes[-8:]))  # fmt: skip
        yield host, said, heard
        for each in heard.values():
            each.client.close()


Day = tuple[RunningHost, dict[str, Any], dict[str, Hearing]]


@pytest.mark.parametrize("desk", ["alpha.air", "bravo.air", "mediator.duty"])
def test_every_answer_is_as_its_model_says_and_none_is_empty(day: Day, desk: str) -> None:
    host, said, _ = day
    with host.client(desk) as client:
        for model, items in (
            (line.StopOut, client.stops()),
            (line.StopOut, [client.stop_as_it_stands(said["stop"])]),
            (line.ProposalOut, client.proposals()),
            (line.ProposalOut, [client.proposal(said["proposal"])]),
            (line.ObservationOut, client.observations()),
            (line.AccidentOut, client.accidents()),
            (line.LineOut, [client.line()]),
            (line.LineFiguresOut, client.line()["figures"]),
            (line.LineTestOut, client.line()["tests"]),
            (line.DeskWatchOut, client.watch()),
            (line.SuspensionOut, client.suspensions()),
            (line.ShareOut, client.burden()),
            (line.HandoverOut, [client.handover()]),
            (line.StopOut, client.handover()["stops"]),
            (NoticeOut, client.notices()),
            (ObligationOut, client.obligations(open_only=False)),
        ):
            assert items != []
            for item in items:
                model.model_validate(item)
        assert {one["id"] for one in client.stops(open_only=True)} == {said["stop"], said["open_stop"]}
        assert client.proposals(open_only=True) == []


def test_what_was_said_is_there_as_it_stands(day: Day) -> None:
    host, said, _ = day
    with host.client("bravo.air") as bravo:
        stop = bravo.stop_as_it_stands(said["stop"])
        assert [(row["side"], row["state"], row["by"]) for row in stop["sides"]] == [
            ("bravo", "units_informed", "bravo.air")
        ]
        assert (stop["precedence"], stop["reason"]) == ("FLASH", "people of ours are there")
        settled = {one["id"]: one["state"] for one in bravo.proposals()}
        assert settled == {said["countered"]: "countered", said["proposal"]: "accepted"}
        assert bravo.notice(said["other"])["version"] == 2
        assert {row["party"]: row["shift_min"] for row in bravo.burden()}["bravo"] == 400
        assert [row["is_ours"] for row in bravo.observations()[0]["answers"]] == [False]
        reached = [row["reached"] for row in bravo.stop_as_it_stands(said["open_stop"])["recipients"]]
        assert "1st battery" in [unit["name"] for row in reached for unit in row]
        watch = {row["desk"]: row for row in bravo.watch()}
        assert (watch["alpha.air"]["attended"], watch["alpha.air"]["on_watch"]) == (True, [])
        assert (watch["bravo.air"]["attended"], watch["bravo.air"]["note"]) == (False, "all quiet")
        kinds = [each["type"] for each in bravo.conversation(said["stop"])]
        assert kinds == ["stop", "stop_reply", "units_informed", "call"]


def test_a_conversation_is_read_by_page_and_counts_only_what_the_desk_may_see(day: Day) -> None:
    host, said, _ = day
    with host.client("bravo.air") as bravo:
        pages, start = [], 0
        while start is not None:
            page = bravo._get(f"/v1/conversations?about={said['stop']}&from={start}&limit=1")
            line.ConversationPage.model_validate(page)
            pages.append([each["id"] for each in page["items"]])
            start = page["next"]
        assert [len(page) for page in pages] == [1, 1, 1, 1]
        assert [name for page in pages for name in page] == [each["id"] for each in bravo.conversation(said["stop"])]
    with host.client("charlie.air") as charlie:
        page = charlie._get(f"/v1/conversations?about={said['stop']}&limit=1")
        assert page == {"items": [], "next": None}


def test_who_is_on_watch_and_what_was_noted_is_for_ones_own_side(day: Day) -> None:
    """Whoever the statement was addressed to: the other side learns that the desk is manned, and no more."""
    host, _, heard = day
    with host.client("bravo.air") as bravo, host.client("alpha.ground") as alpha:
        told = json.dumps([list(bravo.record()), bravo.watch(), bravo.handover(), heard["bravo.air"].changes])
        own = json.dumps([list(alpha.record()), alpha.watch(), heard["alpha.ground"].changes])
    for word in ("Ada", "two teams out"):
        assert word in own
        assert word not in told


def test_a_party_that_was_not_addressed_is_told_nothing(day: Day) -> None:
    """Charlie's desk knows of the suspension and of who is manned, and of nothing else by any address."""
    host, said, heard = day
    with host.client("charlie.air") as charlie:
        assert (charlie.stops(), charlie.proposals(), charlie.observations(), charlie.accidents()) == ([], [], [], [])
        assert (charlie.line()["figures"], charlie.line()["tests"]) == ([], [])
        for path in (f"/v1/stops/{said['stop']}", f"/v1/proposals/{said['proposal']}"):
            with pytest.raises(NotFound):
                charlie._get(path)
        for name in (*said.values(), f"{said['own']}~{said['other']}"):
            assert charlie.conversation(name) == []
        sheet = charlie.handover()
        assert all(sheet[key] == [] for key in ("stops", "alerts", "owed", "waiting_for", "proposals", "notices"))
        assert {change["kind"] for change in heard["charlie.air"].changes} == {"watch", "suspension"}
        told = json.dumps([charlie.line(), charlie.watch(), charlie.handover(), heard["charlie.air"].changes])
        for word in (*said.values(), "people of ours", "a boat adrift", "two teams out", "Ada", "1st battery"):
            assert word not in told


def test_every_kind_of_change_is_told_as_its_model_says(day: Day) -> None:
    host, said, heard = day
    for desk in ("alpha.ground", "mediator.duty"):
        changes = heard[desk].changes
        for change in changes:
            assert set(change) == {"kind", "what", "at", change["kind"]}
            assert change["what"] in set(What)
            if change["kind"] in SHOWN:
                SHOWN[ChangeKind(change["kind"])].model_validate(change[change["kind"]])
        assert {change["kind"] for change in changes} == set(ChangeKind) - {ChangeKind.AGREEMENT, ChangeKind.KEY}
    assert host.is_up
    assert said["stop"] in {change["stop"]["id"] for change in heard["bravo.air"].changes if change["kind"] == "stop"}


def test_a_reading_is_the_same_after_a_restart(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host:
        said = play(host)
        with host.client("bravo.air") as bravo:
            before = _readings(bravo, said["stop"])
        host.kill()
        host.start()
        with host.client("bravo.air") as bravo:
            assert _readings(bravo, said["stop"]) == before


def _readings(client: Client, stop: str) -> dict[str, Any]:
    """Everything but what is of the moment."""
    found = {path: client._get(f"/v1/{path}") for path in PATHS if path != "alerts"}
    return {**found, "stop": client.stop_as_it_stands(stop), "said": client.conversation(stop)}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host where no clock of the line runs out while the tests of moves run."""
    rules = "stop_reply_s = 3600\nline_test_min = 600\nclaim_min = 600\ndelivery_s = 3600\nack_flash_min = 600"
    with RunningHost(tmp_path_factory.mktemp("moves"), agreement(rules=rules)) as host:
        yield host


def _ceased(alpha: Client, bravo: Client) -> str:
    stop: str = alpha.stop("people", to=["bravo"])["id"]
    bravo.ceased(stop, to=["alpha"])
    return stop


def _informed(alpha: Client, bravo: Client) -> str:
    stop: str = alpha.stop("people", to=["bravo"])["id"]
    bravo.units_informed(stop, to=["alpha"])
    return stop


def _proposed(alpha: Client, bravo: Client) -> str:
    own, other, _ = conflict(alpha, bravo, lon=40.0)
    proposal: str = alpha.propose(f"{own}~{other}", {"notice": own, "shift_min": 500}, to=["bravo"])["id"]
    return proposal


def _declined(alpha: Client, bravo: Client) -> str:
    proposal = _proposed(alpha, bravo)
    bravo.decline(proposal, to=["alpha"])
    return proposal


def _tested(alpha: Client, bravo: Client) -> str:
    test: str = alpha.line_test(to=["bravo"])["id"]
    bravo.line_test_reply(test, to=["alpha"])
    return test


def _claimed(alpha: Client, bravo: Client) -> str:
    seen: str = alpha.observe("a balloon", HERE, "other", to=["bravo"])["id"]
    bravo.claim(seen, to=["alpha"])
    return seen


Given = Callable[[Client, Client], str]

ILLEGAL: dict[str, tuple[Given, str, Callable[[str], dict[str, Any]], tuple[str, ...]]] = {
    "a reply to a closed STOP": (_ceased, "stop_reply", lambda n: {"stop": n, "answer": "complying"}, ("closed",)),
    "complying after units informed": (
        _informed, "stop_reply", lambda n: {"stop": n, "answer": "complying"},
        ("units_informed", "allowed: cannot_comply, ceased"),
    ),
    "a reply to a STOP that never was": (
        lambda *_: new_id(), "stop_reply", lambda n: {"stop": n, "answer": "complying"}, ("no STOP",),
    ),
    "accept twice": (_declined, "accept", lambda n: {"about": n}, ("the proposal is declined", "propose anew")),
    "accept what never was": (lambda *_: new_id(), "accept", lambda n: {"about": n}, ("no proposal",)),
    "answer a test twice": (_tested, "line_test_reply", lambda n: {"test": n}, ("one reply is enough",)),
    "claim twice": (_claimed, "claim", lambda n: {"observation": n}, ("claimed it already", "allowed: disclaim")),
    "resume what runs": (lambda *_: "", "resume", lambda _: {"reason": "x"}, ("not suspended",)),
    "sign off who is not there": (lambda *_: "", "sign_off", lambda _: {"name": "Zoe"}, ("not on watch",)),
    "a call to oneself": (lambda *_: "", "call", lambda _: {"to": "bravo.air", "result": "answered"}, ("own side",)),
}  # fmt: skip


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_move_is_a_409_that_says_what_is_allowed_and_changes_nothing(quiet: RunningHost, name: str) -> None:
    given, kind, body, words = ILLEGAL[name]
    with quiet.client("alpha.air") as alpha, quiet.client("bravo.air") as bravo:
        thing = given(alpha, bravo)
        before = [{path: each._get(f"/v1/{path}?limit=500") for path in PATHS} for each in (alpha, bravo)]
        response = _post(quiet, bravo, kind, body(thing))
        assert response.status_code == 409, response.text
        problem = response.json()
        assert problem["code"] == "refused"
        assert problem["field"]
        for word in words:
            assert word in problem["detail"]
        assert [{path: each._get(f"/v1/{path}?limit=500") for path in PATHS} for each in (alpha, bravo)] == before


def test_ones_own_proposal_is_not_ones_own_to_answer(quiet: RunningHost) -> None:
    with quiet.client("alpha.air") as alpha, quiet.client("bravo.air") as bravo, quiet.client("charlie.air") as other:
        proposal = _proposed(alpha, bravo)
        with pytest.raises(Refused, match="your own side's"):
            alpha.accept(proposal)
        with pytest.raises(Refused, match="no proposal"):
            other.accept(proposal)
        assert bravo.proposal(proposal)["state"] == "open"
        bravo.decline(proposal, "no room", to=["alpha"])


def test_while_suspended_only_what_protects_life_passes(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host, host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        own, other, _ = conflict(alpha, bravo)
        alpha.suspend("talks", to=["bravo"])
        later = {"about": f"{own}~{other}", "change": {"notice": own, "shift_min": 9}}
        for kind, body in (("notice", notice_body()), ("activate", {"notice": other}), ("propose", later)):
            response = _post(host, bravo, kind, body)
            assert response.status_code == 409
            assert "suspended" in response.json()["detail"]
            assert "stop" in response.json()["detail"]
        bravo.stop("people", to=["alpha"])
        bravo.say("notice", {"activity": "medevac", "envelope": [box(37.0, 34.0)]}, to=["alpha"])
        assert [row["ended_at"] for row in bravo.suspensions()] == [None]


def test_an_exercise_is_marked_and_does_not_mix(quiet: RunningHost) -> None:
    with quiet.client("alpha.air") as alpha, quiet.client("bravo.air") as bravo:
        stop = alpha.stop("for practice", to=["bravo"], mode="exercise")["id"]
        with pytest.raises(Refused, match="exercise"):
            bravo.stop_reply(stop, "complying", to=["alpha"])
        bravo.stop_reply(stop, "complying", to=["alpha"], mode="exercise")
        assert bravo.stop_as_it_stands(stop)["mode"] == "exercise"
        assert {row["mode"] for row in bravo.alerts() if stop in row["about"]} == {"exercise"}


def _post(host: RunningHost, client: Client, kind: str, body: dict[str, Any]) -> httpx2.Response:
    me = client.me()
    said = {
        "id": new_id(), "mechanism": me["mechanism"], "type": kind, "from": me["desk"], "said_at": me["now"],
        "serial": me["next_serial"], "body": body,
    }  # fmt: skip
    return client._http.post(f"{host.url}/v1/statements", json=said)
