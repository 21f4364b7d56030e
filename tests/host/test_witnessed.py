"""A host with witnesses: its checkpoints become binding, and a witness that is away, slow or lying holds nobody up."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from keepclear.client import Client
from keepclear.client.log_view import LogView
from keepclear.record.proof import parse_proof, verify_proof
from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.note import VerifierKey, parse_note, parse_verifier_key
from keepclear.record.verify.policy import Policy, judge, parse_policy
from tests.host.running import RunningHost, until
from tests.record.running_witness import RunningWitness

pytestmark = pytest.mark.endurance


def log_keys(host: RunningHost) -> list[VerifierKey]:
    """The keys of the host's log: it was started once to make them."""
    with host.client("mediator.duty") as client:
        return [parse_verifier_key(text) for text in client.record_status()["log_keys"]]


def policy_of(keys: list[VerifierKey], witnesses: dict[str, tuple[str, str]], quorum: str) -> str:
    """The text of a policy: by name, a witness's key and address."""
    lines = [f"log {key.text}" for key in keys]
    lines += [f"witness {name} {key} {url}" for name, (key, url) in witnesses.items()]
    return "\n".join([*lines, quorum, ""])


class Hall:
    """A host, two real witnesses, and a policy that wants both."""

    def __init__(self, folder: Path) -> None:
        self.host = RunningHost(folder).start()
        self.keys = log_keys(self.host)
        self.host.stop()
        for name in ("alpha", "bravo"):
            (folder / name).mkdir()
        self.witnesses = {
            name: RunningWitness(folder / name, self.keys, f"{name}.example/w").start() for name in ("alpha", "bravo")
        }
        self.file = folder / "policy.txt"
        self.host.witnesses = self.file

    def start(self, addresses: dict[str, str] | None = None) -> Policy:
        """The host is up with both witnesses, ``addresses`` in place of their own; the policy that it has."""
        told = {name: (one.keys[0].text, (addresses or {}).get(name, one.url)) for name, one in self.witnesses.items()}
        self.file.write_text(policy_of(self.keys, told, "group both all alpha bravo\nquorum both"))
        self.host.start()
        return parse_policy(self.file.read_bytes())

    def close(self) -> None:
        self.host.kill()
        for witness in self.witnesses.values():
            witness.end()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    yield made
    made.close()


def say(client: Client) -> int:
    index: int = client.say("message", {"text": "hello"}, to=["bravo"])["index"]
    return index


def status(host: RunningHost) -> dict[str, object]:
    with host.client("mediator.duty") as client:
        return client.record_status()


def test_a_receipt_is_binding_once_both_witnesses_have_cosigned(hall: Hall) -> None:
    policy = hall.start()
    with Client(hall.host.url, hall.host.tokens["alpha.air"], policy=policy) as client:
        index = say(client)
        receipt = client.receipt(index, binding=True, wait_s=10)
        assert receipt.proven.standing.word == "binding"
        assert receipt.proven.standing.cosigned == ("alpha", "bravo")
        assert receipt.said["body"] == {"text": "hello"}
        assert verify_proof(parse_proof(receipt.data), policy).index == index
    with httpx2.Client(headers={"Authorization": f"Bearer {hall.host.tokens['bravo.air']}"}, trust_env=False) as http:
        answer = http.get(f"{hall.host.url}/v1/checkpoint?binding=true")
        assert answer.headers["keepclear-standing"] == "binding"
        assert judge(parse_note(answer.content), policy)[1].is_binding
        page = http.get(
            f"{hall.host.url}/metrics", headers={"Authorization": f"Bearer {hall.host.tokens['mediator.duty']}"}
        ).text
    assert 'keepclear_witnesses{state="cosigned"} 2.0' in page
    told = status(hall.host)
    assert (told["witnessed"], told["split_view"]) == (True, False)


def test_a_witness_that_is_down_makes_it_provisional_and_it_is_binding_again_when_it_is_back(hall: Hall) -> None:
    policy = hall.start()
    bravo = hall.witnesses["bravo"]
    address = bravo.url.removeprefix("http://")
    with Client(hall.host.url, hall.host.tokens["alpha.air"], policy=policy) as client:
        until(lambda: status(hall.host)["binding_size"])
        bravo.end()
        index = say(client)
        before = time.monotonic()
        receipt = client.receipt(index)
        assert receipt.proven.standing.word == "provisional"
        assert "bravo" in receipt.proven.standing.missing
        assert time.monotonic() - before < 2
        until(lambda: status(hall.host)["missing"] == ["bravo"])
        until(lambda: any(one["trouble"] for one in client.record_status()["witnesses"]))
        bravo.start(listen=address)
        assert client.receipt(index, binding=True, wait_s=10).proven.standing.word == "binding"
        assert client.record_status()["missing"] == []


def test_what_was_binding_outlives_the_host(hall: Hall) -> None:
    policy = hall.start()
    with Client(hall.host.url, hall.host.tokens["alpha.air"], policy=policy) as client:
        index = say(client)
        client.receipt(index, binding=True, wait_s=10)
    hall.host.kill()
    for witness in hall.witnesses.values():
        witness.end()
    hall.host.start()
    with Client(hall.host.url, hall.host.tokens["alpha.air"], policy=policy) as client:
        assert client.receipt(index).proven.standing.word == "binding"


Lie = Callable[[socket.socket], None]


@contextmanager
def liar(lie: Lie) -> Iterator[str]:
    """A server that does ``lie`` with each connection; its address."""
    connections: list[socket.socket] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def attend(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            lie(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connections.append(connection)
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for one in (listening, *connections):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _read_request(connection: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65_536)


def answers(status: str, body: bytes) -> Lie:
    """Always this answer."""

    def answer(connection: socket.socket) -> None:
        _read_request(connection)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


def _never(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def _endless(connection: socket.socket) -> None:
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        connection.sendall(b"\xe2\x80\x94 x\n" * 10_000)


LIES = {
    "never answers": (_never, "no answer within"),
    "answers without end": (_endless, "is over 65536 bytes"),
    "says yes and signs nothing": (answers("200 OK", b""), "no cosignature"),
    "signs with another's name": (
        answers("200 OK", "— alpha.example/w AAAAAAAAAAAAAAAA\n".encode()),
        "no cosignature",
    ),
    "redirects": (answers("302 Found", b""), "it answered 302"),
    "fails": (answers("500 Internal Server Error", b"oh"), "it answered 500: oh"),
    "has cosigned more than there is": (answers("409 Conflict", b"999999\n"), "rolled back, or another host"),
    "has no size": (answers("409 Conflict", b"many\n"), "has no size"),
    "says that the proof is wrong": (answers("422 Unprocessable Entity", b"another root\n"), "it answered 422"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_delays_nobody_and_is_told_of(hall: Hall, lie: str) -> None:
    behaves, said = LIES[lie]
    with liar(behaves) as address:
        policy = hall.start({"bravo": address})
        with Client(hall.host.url, hall.host.tokens["alpha.air"], policy=policy) as client:
            took = []
            for _ in range(20):
                before = time.monotonic()
                index = say(client)
                took.append(time.monotonic() - before)
            assert client.receipt(index).proven.standing.word == "provisional"
            until(lambda: client.record_status()["missing"] == ["bravo"])
            found = until(lambda: trouble(client, address), 15)
            assert said in found["trouble"]
            assert found["split_view"] is ("rolled back" in said or "422" in said)
            assert client.record_status()["binding_size"] is None
        assert sorted(took)[10] < 1.0
        hall.host.stop()


def trouble(client: Client, address: str) -> dict[str, str] | None:
    found = next(one for one in client.record_status()["witnesses"] if one["url"] == address)
    return found if found["trouble"] else None


def test_a_policy_of_another_log_is_refused(hall: Hall) -> None:
    stranger = VerifierKey("elsewhere.example/l", hall.keys[0].type, bytes(32))
    hall.file.write_text(f"log {stranger.text}\nquorum none\n")
    with pytest.raises(AssertionError, match="no line for this log"):
        hall.host.start()


def test_a_desk_keeps_what_it_has_seen_in_its_file(hall: Hall, tmp_path: Path) -> None:
    hall.start()
    path = tmp_path / "token.seen"
    with Client(hall.host.url, hall.host.tokens["alpha.air"], view=LogView(path)) as client:
        index = say(client)
        client.receipt(index)
        client.keep_up()
    view = LogView(path)
    assert view.newest is not None
    assert view.newest.size > index
    assert set(view.keys) == set(hall.keys)


def test_a_bundle_says_the_policy_that_the_host_ran_with_and_is_judged_by_it(hall: Hall, tmp_path: Path) -> None:
    hall.start()
    with hall.host.client("alpha.air") as client:
        say(client)
    until(lambda: status(hall.host)["binding_size"])
    path = tmp_path / "record.zip"
    headers = {"Authorization": f"Bearer {hall.host.tokens['mediator.duty']}"}
    path.write_bytes(httpx2.get(f"{hall.host.url}/v1/export", headers=headers, trust_env=False).content)
    hall.host.stop()
    later = tmp_path / "later.zip"
    command = [sys.executable, "-m", "keepclear", "export", "--data", str(hall.host.data), "--out", str(later)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    for bundle in (path, later):
        with Bundle(bundle) as opened:
            assert opened.manifest.policy == hall.file.read_text()
        report = verify(bundle, Asked(tuple(hall.keys)))
        assert (report.is_verified, report.policy_from) == (True, "the bundle itself"), report.failures
        assert report.binding_size
        report = verify(bundle, Asked(policy=parse_policy(hall.file.read_bytes())))
        assert (report.is_verified, report.policy_from) == (True, "you"), report.failures
