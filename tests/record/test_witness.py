"""A witness answers exactly as C2SP tlog-witness says, and never cosigns two forks: over HTTP, as a process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from keepclear.record.evidence import contradiction, parse_evidence
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.encoding import base64_of
from keepclear.record.verify.note import Note, SignatureLine, SignatureType, parse_note, verify_note
from keepclear.record.verify.tree import EMPTY_ROOT
from keepclear.record.witness import request_for
from tests.record.running_witness import RunningWitness
from tests.record.small_log import SmallLog, with_line

AT = 11
"""The size that the witness of the table has cosigned."""


@pytest.fixture(scope="module")
def log() -> SmallLog:
    return SmallLog().grow(40)


@pytest.fixture(scope="module")
def witness(log: SmallLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWitness]:
    with RunningWitness(tmp_path_factory.mktemp("table"), [log.key]) as running:
        assert running.add(body(log, 0, AT)).status_code == 200
        yield running


def body(log: SmallLog, old: int, size: int) -> bytes:
    """An honest request: from ``old`` leaves to ``size``."""
    return request_for(old, log.proof(old, size), log.note(size)).to_bytes()


def _altered(log: SmallLog, proof: list[bytes], old: int = AT) -> bytes:
    return request_for(old, proof, log.note(20)).to_bytes()


def _broken_line(log: SmallLog) -> bytes:
    note = log.note(20)
    line = replace(note.lines[0], signature=bytes(64))
    return request_for(AT, log.proof(AT, 20), Note(note.text, (line,))).to_bytes()


def _foreign_line(log: SmallLog) -> bytes:
    stranger = SmallLog(log.origin, sha256(b"another key").digest(), list(log.hashes))
    return body(stranger, AT, 20)


def _other_root(log: SmallLog, size: int, old: int = AT, proof: list[bytes] | None = None) -> bytes:
    note = log.signed(Checkpoint(log.origin, size, sha256(b"other").digest()))
    return request_for(old, log.proof(old, size) if proof is None else proof, note).to_bytes()


def _with_lines(log: SmallLog, count: int) -> bytes:
    lines = [base64_of(bytes(32))] * count
    return "\n".join([f"old {AT}", *lines, "", ""]).encode() + log.note(20).to_bytes()


REFUSALS: dict[str, tuple[int, Callable[[SmallLog], bytes]]] = {
    "empty body": (400, lambda _: b""),
    "no old line": (400, lambda log: b"\n\n" + log.note(20).to_bytes()),
    "old size with a leading zero": (400, lambda log: body(log, AT, 20).replace(b"old 11", b"old 011")),
    "old size that is no number": (400, lambda log: body(log, AT, 20).replace(b"old 11", b"old +11")),
    "old size of 2^63": (400, lambda log: body(log, AT, 20).replace(b"old 11", b"old 9223372036854775808")),
    "two spaces": (400, lambda log: body(log, AT, 20).replace(b"old 11", b"old  11")),
    "carriage returns": (400, lambda log: body(log, AT, 20).replace(b"\n", b"\r\n")),
    "no empty line": (400, lambda log: body(log, AT, 20).replace(b"\n\n", b"\n", 1)),
    "a proof line that is no base64": (400, lambda log: body(log, AT, 20).replace(b"old 11\n", b"old 11\n!!\n")),
    "a proof line of 31 bytes": (
        400,
        lambda log: body(log, AT, 20).replace(b"old 11\n", f"old 11\n{base64_of(bytes(31))}\n".encode()),
    ),
    "64 proof lines": (400, lambda log: _with_lines(log, 64)),
    "no note": (400, lambda log: body(log, AT, 20).partition(b"\n\n")[0] + b"\n\nnothing\n"),
    "a note that is no checkpoint": (400, lambda log: b"old 11\n\na text\n\n" + log.note(20).lines[0].text.encode()),
    "an old size over the checkpoint's": (400, lambda log: request_for(21, [], log.note(20)).to_bytes()),
    "another log": (404, lambda _: body(SmallLog("elsewhere.example/log").grow(20), AT, 20)),
    "a signature that does not hold": (403, _broken_line),
    "no signature of a known key": (403, _foreign_line),
    "a stale old size": (409, lambda log: body(log, 3, 20)),
    "an old size that was never": (409, lambda log: request_for(15, log.proof(15, 20), log.note(20)).to_bytes()),
    "from nothing once more": (409, lambda log: body(log, 0, 20)),
    "a smaller tree": (409, lambda log: body(log, 3, 5)),
    "the empty tree once more": (409, lambda log: request_for(0, [], log.note(0)).to_bytes()),
    "a proof with one hash changed": (
        422,
        lambda log: _altered(log, [bytes(32), *log.proof(AT, 20)[1:]]),
    ),
    "a proof with a hash too few": (422, lambda log: _altered(log, log.proof(AT, 20)[:-1])),
    "a proof with a hash too many": (422, lambda log: _altered(log, [*log.proof(AT, 20), bytes(32)])),
    "no proof": (422, lambda log: _altered(log, [])),
    "63 proof lines": (422, lambda log: _with_lines(log, 63)),
    "another root": (422, lambda log: _other_root(log, 20)),
    "the same size, another root": (422, lambda log: _other_root(log, AT, proof=[])),
    "the same size with a proof": (422, lambda log: request_for(AT, [bytes(32)], log.note(AT)).to_bytes()),
    "a fork": (422, lambda log: body(log.fork(7).grow(20, "other"), AT, 20)),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_has_its_status_and_changes_nothing(witness: RunningWitness, log: SmallLog, case: str) -> None:
    status, request = REFUSALS[case]
    answer = witness.add(request(log))
    assert (answer.status_code, status) == (status, status), answer.text
    if status == 409:
        assert answer.headers["content-type"] == "text/x.tlog.size"
        assert answer.content == b"%d\n" % AT
    assert "\u2014" not in answer.text, "no signature line leaves with a refusal"
    again = witness.add(body(log, AT, AT))
    assert again.status_code == 200, "the witness is where it was"


def test_an_empty_log_is_told_apart_from_a_false_one(log: SmallLog, tmp_path: Path) -> None:
    with RunningWitness(tmp_path, [log.key]) as running:
        false = log.signed(Checkpoint(log.origin, 0, sha256(b"other").digest()))
        assert running.add(request_for(0, [], false).to_bytes()).status_code == 422
        assert running.add(request_for(0, [bytes(32)], log.note(5)).to_bytes()).status_code == 422
        assert running.add(request_for(3, log.proof(3, 5), log.note(5)).to_bytes()).content == b"0\n"
        assert log.checkpoint(0).root == EMPTY_ROOT
        assert running.add(request_for(0, [], log.note(0)).to_bytes()).status_code == 200
        assert running.add(request_for(0, [], log.note(0)).to_bytes()).status_code == 200
        assert running.add(body(log, 0, 5)).status_code == 200


def test_other_methods_places_and_bodies_are_refused(witness: RunningWitness) -> None:
    with httpx2.Client(trust_env=False) as http:
        assert http.get(f"{witness.url}/add-checkpoint").status_code == 405
        assert http.post(f"{witness.url}/").status_code == 404
        assert http.get(f"{witness.url}/{'0' * 64}/checkpoint").status_code == 404
        assert http.post(f"{witness.url}/add-checkpoint", content=b"x" * 300_000).status_code == 413
        assert http.get(f"{witness.url}/health").json() == {"status": "ok"}


def test_a_cosignature_holds_for_both_keys_and_names_the_present(log: SmallLog, tmp_path: Path) -> None:
    with RunningWitness(tmp_path, [log.key]) as running:
        before = int(time.time())
        answer = running.add(body(log, 0, 8))
        note = parse_note(log.note(8).to_bytes() + answer.content)
        signed = verify_note(note, running.keys)
        assert [one.key.type for one in signed] == [SignatureType.ED25519_COSIGNATURE, SignatureType.ML_DSA_44]
        assert all(one.time_s is not None and before <= one.time_s <= time.time() for one in signed)
        with httpx2.Client(trust_env=False) as http:
            kept = http.get(f"{running.url}/{sha256(log.origin.encode()).hexdigest()}/checkpoint")
        assert parse_note(kept.content) == note, "who watches the log is shown what was told"


def test_what_was_cosigned_outlives_the_witness(log: SmallLog, tmp_path: Path) -> None:
    running = RunningWitness(tmp_path, [log.key]).start()
    keys = running.keys
    assert running.add(body(log, 0, 30)).status_code == 200
    assert running.end(signal.SIGTERM) == 0
    with running.start():
        assert running.keys == keys
        assert running.add(body(log, 0, 31)).content == b"30\n"
        assert running.add(body(log.fork(29).grow(5, "other"), 30, 34)).status_code == 422


def test_damage_is_no_fresh_start(log: SmallLog, tmp_path: Path) -> None:
    running = RunningWitness(tmp_path, [log.key]).start()
    assert running.add(body(log, 0, 30)).status_code == 200
    running.end()
    kept = next((running.data / "logs").glob("*/checkpoint"))
    kept.write_bytes(kept.read_bytes().replace(b"\n30\n", b"\n3\n"))
    with pytest.raises(AssertionError, match="restore it from a copy"):
        running.start()


def test_one_folder_has_one_witness(witness: RunningWitness, log: SmallLog) -> None:
    second = RunningWitness(witness.data.parent, [log.key])
    with pytest.raises(AssertionError, match="another witness is at work"):
        second.start()


def test_of_two_racing_forks_one_is_cosigned(log: SmallLog, tmp_path: Path) -> None:
    """Twenty requests at once, each for another tree: one of each round gets a cosignature, and all agree which."""
    with RunningWitness(tmp_path, [log.key]) as running:
        assert running.add(body(log, 0, 16)).status_code == 200
        forks = [log.fork(16).grow(4, f"fork {number}") for number in range(20)]
        answers: dict[int, httpx2.Response] = {}
        gate = threading.Barrier(len(forks))

        def ask(number: int) -> None:
            gate.wait()
            answers[number] = running.add(body(forks[number], 16, 20))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(forks))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = [number for number, answer in answers.items() if answer.status_code == 200]
        assert len(taken) == 1
        assert {answer.status_code for number, answer in answers.items() if number != taken[0]} == {409}
        assert running.add(body(forks[taken[0]], 20, 20)).status_code == 200
        forked = list((running.data / "evidence").glob("fork-*.json"))
        assert len(forked) == len(forks) - 1, "each of the others is evidence: the same size, another root"


def test_evidence_of_a_fork_holds_for_anybody_with_the_logs_key(log: SmallLog, tmp_path: Path) -> None:
    with RunningWitness(tmp_path, [log.key]) as running:
        running.add(body(log, 0, 12))
        assert running.add(body(log.fork(5).grow(7, "other"), 12, 12)).status_code == 422
        assert running.add(body(log.fork(5).grow(9, "other"), 12, 14)).status_code == 422
        assert running.add(_altered(log, [bytes(32)], old=12)).status_code == 422
        kept = [parse_evidence(path.read_bytes()) for path in sorted((running.data / "evidence").iterdir())]
        said = {contradiction(evidence, [log.key]) for evidence in kept}
        assert said == {
            f"{log.origin} has signed two different trees of 12 entries",
            f"{log.origin} has signed a tree of 12 entries, and one of 14 entries whose first 12 are others",
            None,
        }
        assert [parse_evidence(evidence.to_bytes()) for evidence in kept] == kept
        names = sorted(path.name.partition("-")[0] for path in (running.data / "evidence").iterdir())
        assert names == ["fork", "fork", "suspected"], "a proof that leads nowhere only raises a suspicion"
        assert "split_view" in running.log()


def test_lines_of_strangers_are_neither_believed_nor_kept(log: SmallLog, tmp_path: Path) -> None:
    with RunningWitness(tmp_path, [log.key]) as running:
        note = log.note(9)
        stranger = SignatureLine("stranger.example", b"\x00\x01\x02\x03", b"x" * 64)
        assert running.add(request_for(0, [], with_line(note, stranger)).to_bytes()).status_code == 200
        kept = next((running.data / "logs").glob("*/checkpoint")).read_bytes()
        assert b"stranger" not in kept
