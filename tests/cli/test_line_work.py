"""The line from the terminal, against a host that runs: raised, answered, settled, tested, handed over."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keepclear.cli import main as cli
from keepclear.cli.connection import UNSIGNED
from keepclear.cli.inbox import _TOLD
from keepclear.cli.layout import clock, left
from keepclear.cli.naming import SHOWN, named
from keepclear.errors import InvalidInput
from keepclear.mechanism.outcome import ChangeKind
from tests.api.line_story import conflict, play
from tests.host.running import RunningHost, agreement, notice_body

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    with RunningHost(tmp_path) as running:
        yield running


@pytest.fixture
def run(host: RunningHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A desk's command in this process: exit status, standard output, standard error."""

    def runs(desk: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("KEEPCLEAR_HOST", host.url)
        monkeypatch.setenv("KEEPCLEAR_TOKEN", host.tokens[desk])
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["keepclear", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err.removeprefix(UNSIGNED)

    return runs


def answer(run: Run, desk: str, *arguments: str) -> Any:
    code, out, err = run(desk, *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_stop_is_raised_in_plain_words_and_followed_until_it_has_ceased(host: RunningHost, run: Run) -> None:
    code, out, err = run("alpha.air", "stop", "people", "of ours", "are there", "--to", "bravo")
    assert (code, err) == (0, "")
    assert "sent to bravo" in out
    with host.client("bravo.air") as bravo:
        stop = bravo.stops(open_only=True)[0]
        assert (stop["reason"], stop["precedence"], stop["mode"]) == ("people of ours are there", "FLASH", "live")
        end = stop["id"][-SHOWN:]
        shown = run("bravo.air", "stop", "list")[1]
        assert "people of ours are there" in shown
        assert "bravo: raised, reply due in " in shown
        assert f"-> keepclear stop reply {end} complying|cannot_comply|standby" in shown
        for arguments, state, following in (
            (("reply", end, "standby"), "standby", "stop reply"),
            (("reply", "complying"), "complying", "stop informed"),
            (("informed", end), "units_informed", "stop ceased"),
        ):
            assert run("bravo.air", "stop", *arguments)[0] == 0
            assert bravo.stop_as_it_stands(stop["id"])["sides"][0]["state"] == state
            assert f"-> keepclear {following} {end}" in run("bravo.air", "stop", "list")[1]
        assert "-> " not in run("alpha.air", "stop", "list")[1], "who raised it has nothing to answer"
        assert run("bravo.air", "stop", "ceased")[0] == 0
        assert bravo.stop_as_it_stands(stop["id"])["closed_at"] is not None
        assert run("bravo.air", "stop", "list")[1] == "no STOP is open\n"
        assert "closed" in run("bravo.air", "stop", "list", "--all")[1]
        replies = [item["statement"] for item in bravo.record() if item["statement"] is not None]
    assert [one["to"] for one in replies if one["from"] == "bravo.air"] == [["alpha"]] * 4


def test_a_slip_of_the_finger_raises_nothing(host: RunningHost, run: Run) -> None:
    for slip in ("lst", "replu", "informd", "cesed"):
        code, out, err = run("alpha.air", "stop", slip)
        assert (code, out) == (2, "")
        assert "stop raise" in err
    with host.client("alpha.air") as alpha:
        assert alpha.stops() == []
        assert run("alpha.air", "stop", "raise", "list")[0] == 0
        assert [one["reason"] for one in alpha.stops()] == ["list"]


def test_without_an_id_only_the_one_that_is_open_is_answered(host: RunningHost, run: Run) -> None:
    code, _, err = run("bravo.air", "stop", "reply", "complying")
    assert (code, err) == (2, "ID: no open STOP; name one by its id\n")
    with host.client("alpha.air") as alpha:
        ids = [alpha.stop(f"reason {number}", to=["bravo"])["id"] for number in range(2)]
        code, _, err = run("bravo.air", "stop", "reply", "complying")
        assert code == 2
        assert all(name[-SHOWN:] in err for name in ids)
        assert {row["state"] for stop in alpha.stops() for row in stop["sides"]} == {"raised"}


def test_an_exercise_is_answered_as_one_and_marked(host: RunningHost, run: Run) -> None:
    assert run("alpha.air", "stop", "for practice", "--to", "bravo", "--mode", "exercise")[0] == 0
    with host.client("bravo.air") as bravo:
        stop = bravo.stops()[0]["id"]
        for command in (("inbox",), ("handover",), ("stop", "list")):
            shown = run("bravo.air", *command)[1]
            rows = [
                line
                for line in shown.splitlines()
                if f"STOP {stop[-SHOWN:]}" in line or "WARN" in line or " ack" in line
            ]
            assert all("EXERCISE" in line for line in rows if "->" not in line), shown
            assert "EXERCISE STOP" in shown
        assert run("bravo.air", "ack", stop[-SHOWN:], "--level", "understood")[0] == 0
        assert run("bravo.air", "stop", "reply", "complying")[0] == 0
        assert bravo.stop_as_it_stands(stop)["sides"][0]["state"] == "complying"


def test_a_conflict_is_settled_with_an_option_of_the_advice(host: RunningHost, run: Run) -> None:
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        own, other, met = conflict(alpha, bravo)
        index = alpha.me()["next_serial"]
        code, listed, _ = run("alpha.air", "propose", met[-SHOWN:])
        assert (code, alpha.me()["next_serial"]) == (0, index), "it lists, and says nothing"
        assert "  1. " in listed
        assert "Nothing was proposed" in listed
        code, _, err = run("alpha.air", "propose", met, "--option", "99")
        assert (code, err.partition(":")[0]) == (2, "--option")
        assert run("alpha.air", "propose", met, "--option", "1", "--reason", "least")[0] == 0
        assert run("charlie.air", "accept")[0] == 2
        shown = run("bravo.air", "inbox")[1]
        assert "accept|decline" in shown
        assert "clears the conflict" in shown
        assert run("bravo.air", "accept", "--reason", "agreed")[0] == 0
        assert [one["state"] for one in bravo.proposals()] == ["accepted"]
        assert alpha.notice(own)["version"] == 2
        assert [one for one in alpha.alerts() if one["code"] == "CONFLICT_4D"] == []
        assert {other, own} == {one["id"] for one in alpha.notices()}
    with host.client("charlie.air") as charlie:
        assert [item for item in charlie.record() if item["statement"] and item["statement"]["type"] == "propose"] == []


def test_a_conflict_is_named_by_its_notices_and_changed_by_hand(host: RunningHost, run: Run) -> None:
    with host.client("alpha.air") as alpha, host.client("bravo.air") as bravo:
        own, other, _ = conflict(alpha, bravo)
        pair = f"{other[-SHOWN:]}~{own[-SHOWN:]}"
        code, _, err = run("bravo.air", "propose", pair, "--shift-min", "5")
        assert (code, err.partition(":")[0]) == (2, "--notice")
        change = ("--notice", own[-SHOWN:], "--floor", "FL150", "--ceiling", "FL200")
        assert run("bravo.air", "propose", pair, *change)[0] == 0
        held = alpha.proposals()[0]
        assert held["change"] == {"notice": own, "floor": "FL150", "ceiling": "FL200"}
        assert run("alpha.air", "decline", held["id"][-SHOWN:], "--reason", "no room")[0] == 0
        assert alpha.proposal(held["id"])["state"] == "declined"
        code, _, err = run("alpha.air", "accept", held["id"])
        assert (code, "the proposal is declined" in err) == (2, True)


def test_under_broker_the_mediator_proposes_and_a_party_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        RunningHost(tmp_path, agreement("broker")) as host,
        host.client("alpha.air") as alpha,
        host.client("bravo.air") as bravo,
    ):
        own = alpha.say("notice", notice_body())["id"]
        bravo.say("notice", notice_body(activity="uas"))
        met = next(one["id"] for one in alpha.alerts() if one["code"] == "CONFLICT_4D")

        def runs(desk: str, *arguments: str) -> tuple[int | str | None, str]:
            monkeypatch.setenv("KEEPCLEAR_HOST", host.url)
            monkeypatch.setenv("KEEPCLEAR_TOKEN", host.tokens[desk])
            monkeypatch.setattr(sys, "argv", ["keepclear", *arguments])
            with pytest.raises(SystemExit) as ended:
                cli.main()
            return ended.value.code, capsys.readouterr().err.removeprefix(UNSIGNED)

        code, err = runs("alpha.air", "propose", met, "--option", "1")
        assert code == 2
        assert "amend your own notice" in err
        assert runs("mediator.duty", "propose", met, "--notice", own, "--shift-min", "300") == (0, "")
        assert [one["to_answer"] for one in alpha.proposals()] == ["alpha"]
        assert bravo.proposals() == []
        assert not any(item["statement"] and item["statement"]["type"] == "propose" for item in bravo.record())
        assert runs("alpha.air", "accept") == (0, "")
        assert alpha.notice(own)["version"] == 2


def test_the_line_is_tested_manned_and_logged(host: RunningHost, run: Run) -> None:
    assert run("alpha.air", "line", "sign-on", "Ada", "--note", "two teams out")[0] == 0
    test = answer(run, "alpha.air", "line", "test", "--to", "bravo")["id"]
    assert test[-SHOWN:] in run("bravo.air", "line")[1]
    assert run("bravo.air", "line", "reply", test[-SHOWN:])[0] == 0
    assert test[-SHOWN:] not in run("bravo.air", "line")[1]
    code, _, err = run("bravo.air", "line", "reply")
    assert (code, err) == (2, "ID: no open line test; name one by its id\n")
    assert run("bravo.air", "line", "call", "alpha.air", "unanswered")[0] == 0
    code, _, err = run("bravo.air", "line", "call", "alpha.air", "engaged")
    assert (code, err) == (2, "RESULT: 'engaged'; one of answered, unanswered, refused\n")
    found = answer(run, "alpha.air", "line")
    assert [(row["sent"], row["answered"]) for row in found["figures"]] == [(1, 1)]
    shown = run("alpha.air", "line")[1]
    assert "Ada" in shown
    assert "two teams out" in shown
    assert "NOT MANNED" in shown
    assert "Ada" not in run("bravo.air", "line")[1]
    assert run("alpha.air", "line", "sign-off", "Ada")[0] == 0
    code, _, err = run("alpha.air", "line", "sign-off", "Ada")
    assert (code, "not on watch" in err) == (2, True)


def test_what_was_reached_and_read_back_goes_with_an_acknowledgement(host: RunningHost, run: Run) -> None:
    with host.client("alpha.air") as alpha:
        body = notice_body(read_back=True)
        said = alpha.say("notice", body, to=["bravo"])["id"]
        heard = json.dumps({"envelope": body["envelope"]})
        (host.data / "heard.json").write_text(heard)
        assert run("bravo.air", "ack", said, "--read-back", str(host.data / "heard.json"))[0] == 0
        row = next(row for row in alpha.notice(said)["recipients"] if row["desk"] == "bravo.air")
        assert row["read_back"] == "matched"
        assert run("bravo.air", "ack", said[-SHOWN:], "--level", "disseminated", "--reached", "1st", "--read-back",
                   heard)[0] == 0  # fmt: skip
        row = next(row for row in alpha.notice(said)["recipients"] if row["desk"] == "bravo.air")
        assert [unit["name"] for unit in row["reached"]] == ["1st"]


EVERY_TYPE = {
    "account": {"incident": "7", "facts": {"at": "12:00"}},
    "accident": {"activity": "uas", "position": {"lon": 37.0, "lat": 34.0}},
    "observe": {"object": "a balloon", "position": {"lon": 37.0, "lat": 34.0}, "kind": "other"},
    "suspend": {"reason": "talks"},
    "resume": {"reason": "agreed"},
    "stop": {"reason": "people"},
    "line_test": {},
    "call": {"to": "bravo", "result": "refused"},
    "sign_on": {"name": "Ada"},
    "sign_off": {"name": "Ada"},
    "message": {"phrase": "KC09"},
}


def test_say_takes_every_type(host: RunningHost, run: Run) -> None:
    for kind, body in EVERY_TYPE.items():
        assert answer(run, "alpha.air", "say", kind, "--body", json.dumps(body), "--to", "bravo")["index"] > 0
    with host.client("bravo.air") as bravo:
        seen = bravo.observations()[0]["id"]
        assert run("bravo.air", "say", "claim", "--observation", seen)[0] == 0
        assert [row["is_ours"] for row in bravo.observations()[0]["answers"]] == [True]


def test_everything_fits_into_eighty_columns_and_says_what_matters(host: RunningHost, run: Run) -> None:
    said = play(host)
    with host.client("bravo.air") as bravo:
        bravo.stop("a long reason, " * 12, to=["alpha"])
        bravo.say("notice", notice_body(title="A convoy with a very long name indeed, and a second line of it"))
        bravo.suspend("because the ministers are talking, and will be for some time, so the radio said", to=["alpha"])
    for command in (("inbox",), ("inbox", "--all"), ("handover",), ("line",), ("stop", "list", "--all")):
        for desk in ("alpha.air", "mediator.duty", "charlie.air"):
            code, out, err = run(desk, *command)
            assert (code, err) == (0, "")
            assert max(map(len, out.splitlines())) <= 80, out
    shown = run("alpha.air", "inbox")[1]
    assert shown.index("SUSPENDED") < shown.index("STOP ") < shown.index("Alerts") < shown.index("We owe")
    assert shown.index(said["open_stop"][-SHOWN:]) < shown.index(said["stop"][-SHOWN:]), "ours to answer comes first"
    sheet = run("alpha.air", "handover")[1]
    for words in ("Ada since", "Note of Ada: two teams out", "NOT READY: bravo lacks", "a boat adrift"):
        assert words in sheet


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("stop", "reply", "maybe"), "ANSWER: 'maybe'"),
        (("stop", "informed", "beef"), "ID: 'beef' is no STOP that you have"),
        (("stop", "x", "--about", "beef"), "--about: 'beef' is no notice that you have"),
        (("stop", "x", "--envelope", "{"), "--envelope"),
        (("stop", "x", "--to", "delta"), "to[0]"),
        (("stop", "x", "--mode", "trial"), "mode"),
        (("line", "reply", "beef"), "ID: 'beef' is no line test that you have"),
        (("line", "call", "delta", "answered"), "body.to"),
        (("line", "shw"), "line: 'shw' is no command"),
        (("line", "--json", "test"), "line: --json before 'test'; options after the command"),
        (("stop", "--mode", "exercise", "list"), "stop: --mode before 'list'; options after"),
        (("stop", "--to=bravo", "lst"), "stop: 'lst' is no command"),
        (("propose", "beef"), "ALERT: 'beef' is no open conflict that you have"),
        (("propose", "a~b", "--shift-min", "5"), "ALERT: 'a~b' is no open conflict of yours"),
        (("propose", "beef", "--option", "1", "--shift-min", "5"), "--option"),
        (("accept", "beef"), "ID: 'beef' is no proposal that you have"),
        (("decline",), "ID: no open proposal"),
        (("ack", "beef"), "ID: 'beef' is no statement or alert that you have"),
        (("ack", "019d0000-0000-7000-8000-000000000000"), "body.about"),
        (("ack", "beef", "--read-back", "nowhere.json"), "nowhere.json: cannot be read"),
        (("say", "shout"), "type"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_field(
    host: RunningHost, run: Run, arguments: tuple[str, ...], begins: str
) -> None:
    code, out, err = run("alpha.air", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith(begins), err


def test_every_kind_of_change_has_a_line_of_its_own() -> None:
    assert set(_TOLD) == set(ChangeKind)


def test_the_end_of_an_id_names_one_thing_or_nothing() -> None:
    ids = ["01a2-aaaa1111", "01a2-bbbb1111", "01a2-cccc2222"]
    assert named("2222", ids, "ID", "STOP") == ids[2]
    assert named("aaaa1111", ids, "ID", "STOP") == ids[0]
    whole = "019d0000-0000-7000-8000-000000000000"
    assert named(whole, ids, "ID", "STOP") == whole
    for given in ("1111", "222", "dddd", ""):
        with pytest.raises(InvalidInput, match="one of"):
            named(given, ids, "ID", "STOP")


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("2026-04-09T03:40:42Z", "in 0:42"),
        ("2026-04-09T03:38:50Z", "LATE by 1:10"),
        ("2026-04-09T05:45:00Z", "in 2 h 05 min"),
        ("2026-04-11T06:40:00Z", "in 2 d 03 h"),
    ],
)
def test_what_is_left_is_read_at_a_glance(due: str, told: str) -> None:
    assert left(due, "2026-04-09T03:40:00Z") == told
    assert clock(due, "2026-04-11T00:00:00Z").endswith("Z")
