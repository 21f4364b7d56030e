"""A desk's keys from the terminal: made, enrolled, rotated, revoked, and used by every command that speaks."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keepclear.cli import main as cli
from keepclear.cli.connection import UNSIGNED
from keepclear.client import Client
from keepclear.client.agent import Agent, AgentSigner
from keepclear.client.key_file import KeyFileSigner, make_key_file
from keepclear.errors import InvalidInput
from keepclear.formats.payloads import statement_payload
from keepclear.record.jws import verified
from tests.host.running import RunningHost, notice_body, statement
from tests.host.signing import Key
from tests.needs import require

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    with RunningHost(tmp_path, unsigned=False) as running:
        yield running


@pytest.fixture
def run(host: RunningHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A desk's command in this process: exit status, standard output, standard error."""

    def runs(desk: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("KEEPCLEAR_HOST", host.url)
        monkeypatch.setenv("KEEPCLEAR_TOKEN", host.tokens[desk])
        monkeypatch.setattr(sys, "argv", ["keepclear", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return runs


def answer(run: Run, desk: str, *arguments: str) -> Any:
    code, out, err = run(desk, *arguments, "--json")
    assert (code, err) == (0, ""), err
    return json.loads(out)


def signed_by(host: RunningHost, desk: str, index: int) -> Any:
    with host.client(desk) as client:
        return client._get(f"/v1/record/{index}")["statement"]["signed_by"]


def test_every_command_that_speaks_signs(
    host: RunningHost, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "alpha.pem")
    made = answer(run, "alpha.air", "keys", "make", file)
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    code, out, err = run("alpha.air", "stop", "people are there", "--to", "bravo")
    assert (code, out) == (2, "")
    assert err.startswith("signature: this statement is not signed")
    assert "--key FILE" in err
    code, out, err = run("alpha.air", "keys", "enrol", "--key", file)
    assert (code, err) == (0, "")
    assert made["fingerprint"] in out
    monkeypatch.setenv("KEEPCLEAR_KEY", file)
    said = [
        answer(run, "alpha.air", "say", "notice", "--body", json.dumps(notice_body())),
        answer(run, "alpha.air", "stop", "people are there", "--to", "bravo"),
        answer(run, "alpha.air", "stop", "ceased"),
        answer(run, "alpha.air", "line", "test", "--to", "bravo"),
        answer(run, "alpha.air", "line", "call", "bravo", "answered"),
        answer(run, "alpha.air", "line", "sign-on", "K. Example"),
        answer(run, "alpha.air", "line", "sign-off", "K. Example"),
    ]
    with host.client("alpha.air") as alpha:
        key_alert = next(one for one in alpha.alerts() if one["code"] == "KEY_CHANGED")
    said.append(answer(run, "alpha.air", "ack", key_alert["id"]))
    assert {signed_by(host, "alpha.air", one["index"]) for one in said} == {made["kid"]}


def test_a_conflict_is_settled_by_signed_words(host: RunningHost, run: Run, tmp_path: Path) -> None:
    files = {}
    for desk in ("alpha.air", "bravo.air"):
        files[desk] = str(tmp_path / f"{desk}.pem")
        make_key_file(Path(files[desk]))
        assert run(desk, "keys", "enrol", "--key", files[desk])[0] == 0
    for desk, activity in (("alpha.air", "fixed_wing"), ("bravo.air", "uas")):
        body = json.dumps(notice_body(activity=activity))
        met = answer(run, desk, "say", "notice", "--body", body, "--key", files[desk])
    about = next(alert for alert in met["alerts"] if alert["code"] == "CONFLICT_4D")["id"]
    key = files["alpha.air"]
    offered = answer(run, "alpha.air", "propose", about, "--option", "1", "--to", "bravo", "--key", key)
    taken = answer(run, "bravo.air", "decline", "--key", files["bravo.air"])
    for receipt, desk in ((offered, "alpha.air"), (taken, "bravo.air")):
        assert signed_by(host, desk, receipt["index"]) == KeyFileSigner(Path(files[desk])).kid


def test_keys_are_rotated_listed_and_revoked(host: RunningHost, run: Run, tmp_path: Path) -> None:
    old, new, spare = (str(tmp_path / name) for name in ("old.pem", "new.pem", "spare.pem"))
    first, second, third = (answer(run, "alpha.air", "keys", "make", name) for name in (old, new, spare))
    code, _, err = run("alpha.air", "keys", "enrol")
    assert (code, err.startswith("--key: missing")) == (2, True)
    answer(run, "alpha.air", "keys", "enrol", "--key", old)
    answer(run, "alpha.air", "keys", "enrol", spare, "--key", old)
    answer(run, "alpha.air", "keys", "rotate", new, "--key", old)
    code, _, err = run("alpha.air", "say", "message", "--text", "x", "--key", old)
    assert (code, "is retired since entry" in err) == (2, True)
    assert run("alpha.air", "say", "message", "--text", "x", "--key", new)[0] == 0
    shown = run("bravo.air", "keys", "list")[1]
    assert second["fingerprint"] in shown
    assert first["fingerprint"] not in shown
    assert "replaced" in run("bravo.air", "keys", "list", "--all")[1]
    rows = answer(run, "bravo.air", "keys", "list", "--all")
    assert [row["kid"] for row in rows] == [first["kid"], third["kid"], second["kid"]]
    code, out, err = run("alpha.air", "keys", "revoke", third["kid"][-8:], "the safe was open", "--key", new)
    assert (code, err) == (0, "")
    assert f"key {third['kid']} of alpha.air revoked" in out
    assert run("alpha.air", "say", "message", "--text", "x", "--key", spare)[0] == 2
    retired = {row["kid"]: row["retired_why"] for row in answer(run, "bravo.air", "keys", "list", "--all")}
    assert retired == {first["kid"]: "replaced", third["kid"]: "the safe was open", second["kid"]: None}


def test_what_is_said_unsigned_says_so(tmp_path: Path, run: Run) -> None:
    (tmp_path / "other").mkdir()
    make_key_file(tmp_path / "key.pem")
    with RunningHost(tmp_path / "other") as other:

        def told(*words: str) -> str:
            code, _, err = run("alpha.air", *words, "--host", other.url, "--token", other.tokens["alpha.air"])
            assert code == 0, err
            return err

        assert told("say", "message", "--text", "x") == UNSIGNED
        assert told("inbox") == ""
        assert told("keys", "enrol", "--key", str(tmp_path / "key.pem")) == ""
        assert told("say", "message", "--text", "x", "--key", str(tmp_path / "key.pem")) == ""


def test_a_key_file_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    kid = make_key_file(path).kid
    with pytest.raises(InvalidInput, match="is there already"):
        make_key_file(path)
    assert KeyFileSigner(path).kid == kid
    for mode in (0o640, 0o604, 0o620, 0o601):
        path.chmod(mode)
        with pytest.raises(InvalidInput, match=f"mode {mode:o}"):
            KeyFileSigner(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        KeyFileSigner(tmp_path / "nothing.pem")
    require(shutil.which("openssl") is not None, "openssl is not installed")
    other = subprocess.run(["openssl", "genpkey", "-algorithm", "X25519"], capture_output=True, check=True).stdout
    for data in (b"", b"no key", other):
        path.chmod(0o600)
        path.write_bytes(data)
        with pytest.raises(InvalidInput, match="no Ed25519 key"):
            KeyFileSigner(path)


def test_openssl_reads_our_key_and_we_read_its(tmp_path: Path) -> None:
    require(shutil.which("openssl") is not None, "openssl is not installed")
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    signer = make_key_file(ours)
    told = subprocess.run(["openssl", "pkey", "-in", ours, "-noout", "-text"], capture_output=True, check=True)
    assert told.stdout.startswith(b"ED25519 Private-Key")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs], check=True)
    theirs.chmod(0o600)
    other = KeyFileSigner(theirs)
    assert other.kid != signer.kid
    assert verified(other.sign(b"{}"), other.x).payload == b"{}"


def test_a_passphrase_locks_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    kid = make_key_file(path, "correct horse").kid
    assert b"ENCRYPTED" in path.read_bytes()
    assert KeyFileSigner(path, lambda: "correct horse").kid == kid
    with pytest.raises(InvalidInput, match="passphrase is another"):
        KeyFileSigner(path, lambda: "wrong")
    with pytest.raises(InvalidInput, match="has a passphrase"):
        KeyFileSigner(path)


def _typed(command: list[str], *lines: str, **environment: str) -> tuple[int, str]:
    """A command at a terminal of its own, at which these lines are typed when it asks."""
    ours, theirs = pty.openpty()
    whole = [sys.executable, "-m", "keepclear", *command]
    with subprocess.Popen(
        whole, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=os.environ | environment
    ) as running:
        os.close(theirs)
        shown, left = b"", list(lines)
        while True:
            try:
                piece = os.read(ours, 1000)
            except OSError:
                break
            shown += piece
            if piece.endswith(b": ") and left:
                os.write(ours, left.pop(0).encode() + b"\n")
        os.close(ours)
        return running.wait(), shown.decode()


def test_a_passphrase_is_typed_twice_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    code, shown = _typed(["keys", "make", str(path), "--passphrase"], "correct horse", "correct horse")
    assert (code, "correct horse" in shown) == (0, False), shown
    assert KeyFileSigner(path, lambda: "correct horse").kid in shown
    code, shown = _typed(["keys", "make", str(tmp_path / "two.pem"), "--passphrase"], "one", "another")
    assert (code, (tmp_path / "two.pem").exists()) == (2, False), shown


def test_a_locked_key_is_asked_for_once_to_enrol_itself(host: RunningHost, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    kid = make_key_file(path, "correct horse").kid
    connection = {"KEEPCLEAR_HOST": host.url, "KEEPCLEAR_TOKEN": host.tokens["alpha.air"]}
    code, shown = _typed(["keys", "enrol", "--key", str(path)], "correct horse", **connection)
    assert (code, f"key {kid} enrolled" in shown) == (0, True), shown


class RunningAgent:
    """``keepclear agent`` as a process of its own."""

    def __init__(self, folder: Path, key: Path, *more: str) -> None:
        command = [sys.executable, "-m", "keepclear", "agent", "--key", str(key), "--json"]
        self.path = folder / "run" / "agent.sock"
        self.process = subprocess.Popen(
            [*command, "--socket", str(self.path), *more], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.told = json.loads(self.process.stdout.readline())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(20)


def test_an_agent_signs_for_the_commands_and_goes_without_a_trace(host: RunningHost, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    kid = make_key_file(file).kid
    assert run("alpha.air", "keys", "enrol", "--key", str(file))[0] == 0
    agent = RunningAgent(tmp_path, file, "--desk", "alpha.air")
    try:
        assert agent.told == {"key": f"agent:{agent.path}", "kid": kid}
        assert stat.S_IMODE(agent.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(agent.path.stat().st_mode) == 0o600
        said = answer(run, "alpha.air", "say", "message", "--text", "through the agent", "--key", agent.told["key"])
        assert signed_by(host, "alpha.air", said["index"]) == kid
        big = "x" * 4000
        client = Client(host.url, host.tokens["alpha.air"], signer=AgentSigner(agent.path))
        with client:
            assert client.kid == kid
            client.say("message", {"text": big})
        second = tmp_path / "second.pem"
        make_key_file(second)
        assert run("alpha.air", "keys", "rotate", str(second), "--key", agent.told["key"])[0] == 0
    finally:
        assert agent.stop() == 0
    assert not agent.path.exists()
    code, _, err = run("alpha.air", "say", "message", "--text", "x", "--key", agent.told["key"])
    assert (code, "no agent answers" in err) == (2, True)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[tuple[Agent, AgentSigner, KeyFileSigner]]:
    import threading

    signer = make_key_file(tmp_path / "key.pem")
    with Agent(tmp_path / "run" / "agent.sock", signer, "alpha.air") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server, AgentSigner(tmp_path / "run" / "agent.sock"), signer
        server.shutdown()
        thread.join()


def test_an_agent_signs_statements_of_its_desk_and_nothing_else(
    agent: tuple[Agent, AgentSigner, KeyFileSigner],
) -> None:
    _, remote, signer = agent
    said = statement("alpha.air", 1, "message", {"text": "«ö»"})
    payload = statement_payload(said)
    assert verified(remote.sign(payload, seen="— seen"), signer.x).seen == "— seen"
    assert remote.sign(payload) == signer.sign(payload)
    for other in (
        b"",
        b"SSH authentication of somebody",
        b"[]",
        payload + b" ",
        payload.replace(b":", b": ", 1),
        statement_payload({**said, "from": "bravo.air"}),
        statement_payload({**said, "more": 1}),
        statement_payload({key: value for key, value in said.items() if key != "serial"}),
        statement_payload({"desk": "alpha.air", "kid": signer.kid, "mechanism": "trial"}),
    ):
        with pytest.raises(InvalidInput, match="does not sign this"):
            remote.sign(other)


def test_an_agent_outlives_nonsense(agent: tuple[Agent, AgentSigner, KeyFileSigner], tmp_path: Path) -> None:
    _, remote, _ = agent
    for sent in (b"", b"\x00", struct.pack(">I", 2**31), struct.pack(">I", 3) + b"{}", struct.pack(">I", 2) + b"[]",
                 struct.pack(">I", 12) + b'{"sign": {}}', struct.pack(">I", 11) + b'{"sign": 1}'):  # fmt: skip
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(str(tmp_path / "run" / "agent.sock"))
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            line.recv(1000)
    assert remote.sign(statement_payload(statement("alpha.air", 1, "message", {"text": "x"})))


def test_an_agent_is_in_a_folder_of_its_own_and_alone(tmp_path: Path) -> None:
    signer = make_key_file(tmp_path / "key.pem")
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(InvalidInput, match="open to others"):
        Agent(tmp_path / "open" / "agent.sock", signer)
    with pytest.raises(InvalidInput, match="open to others"):
        AgentSigner(tmp_path / "open" / "agent.sock")
    path = tmp_path / "run" / "agent.sock"
    with Agent(path, signer), pytest.raises(InvalidInput, match="an agent listens"):
        Agent(path, signer)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    with Agent(path, signer):
        assert path.is_socket()


def test_a_signer_of_ones_own_will_do(host: RunningHost) -> None:
    """What the docs show: anything with ``kid`` and ``sign``."""
    key = Key()

    class Mine:
        kid = key.kid

        def sign(self, payload: bytes, *, seen: str | None = None) -> str:
            return key.signs(json.loads(payload), seen)

    with Client(host.url, host.tokens["charlie.air"], signer=Mine()) as client:
        client.say("key_enrol", key.body("charlie.air"))
        receipt = client.send(statement("charlie.air", 2, "message", {"text": "whole"}))
        assert signed_by(host, "charlie.air", receipt["index"]) == key.kid
        other = Client(host.url, host.tokens["charlie.air"], signer=Mine())
        with other:
            other.say("message", {"text": "by another program of the desk"})
        assert client.say("message", {"text": "numbered again, and signed again"})["index"] > receipt["index"]
        assert [row["kid"] for row in client.desk_keys()] == [key.kid]
