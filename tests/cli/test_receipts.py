"""Receipts in the terminal: got, kept, checked offline; and a desk that was shown another log is told so, with 1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepclear.client.log_view import LogView
from keepclear.record.verify.note import parse_verifier_key
from tests.host.running import RunningHost
from tests.record.small_log import SmallLog
from tests.record.test_log_view import nobody


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("receipts")) as running:
        yield running


def keepclear(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keepclear", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


@pytest.fixture
def as_alpha(host: RunningHost, tmp_path: Path) -> list[str]:
    token = tmp_path / "alpha.token"
    token.write_text(host.tokens["alpha.air"])
    token.chmod(0o600)
    return ["--host", host.url, "--token-file", str(token)]


def log_keys(host: RunningHost) -> list[str]:
    with host.client("alpha.air") as client:
        return list(client.record_status()["log_keys"])


def test_a_receipt_is_kept_and_checked_without_the_host(host: RunningHost, as_alpha: list[str], tmp_path: Path) -> None:
    said = keepclear("say", "message", "--text", "routine", "--json", *as_alpha)
    assert said.returncode == 0, said.stderr
    told, out = json.loads(said.stdout), tmp_path / "message.tlog-proof"
    got = keepclear("receipt", told["id"], "--out", str(out), "--json", *as_alpha)
    assert got.returncode == 0, got.stderr
    assert json.loads(got.stdout)["index"] == told["index"]
    keys = [word for key in log_keys(host) for word in ("--key", key)]
    fine = keepclear("verify", str(out), *keys, "--json")
    assert fine.returncode == 0, fine.stdout + fine.stderr
    shown = json.loads(fine.stdout)
    assert (shown["verified"], shown["statement"]["body"]) == (True, {"text": "routine"})
    assert keepclear("verify", str(out)).returncode == 2, "a receipt vouches for no key"
    strangers = ["--key", SmallLog(parse_verifier_key(log_keys(host)[0]).name).key.text]
    assert keepclear("verify", str(out), *strangers).returncode == 1
    other = tmp_path / "other.tlog-proof"
    other.write_bytes(out.read_bytes().replace(b"index %d\n" % told["index"], b"index %d\n" % (told["index"] - 1)))
    bad = keepclear("verify", str(other), *keys)
    assert (bad.returncode, "NOT verified" in bad.stdout) == (1, True), bad.stdout + bad.stderr


def test_no_receipt_in_time_is_bad_news(as_alpha: list[str], tmp_path: Path) -> None:
    none = keepclear("receipt", "9999", "--out", str(tmp_path / "x"), "--within", "0.5", *as_alpha)
    assert none.returncode == 1
    assert "by voice" in none.stderr
    assert not (tmp_path / "x").exists()


def test_a_desk_that_saw_another_log_is_told_and_goes_no_further(
    host: RunningHost, as_alpha: list[str], tmp_path: Path
) -> None:
    """Its view has the same keys, and a checkpoint that this record never had: the host signs with the same seed."""
    from keepclear.record.keys import log_keys as secrets_in

    for _ in range(2):
        assert keepclear("say", "message", "--text", "routine", *as_alpha).returncode == 0
    own = [parse_verifier_key(text) for text in log_keys(host)]
    forked = SmallLog(own[0].name, secrets_in(host.data / "record-keys").ed25519_seed).grow(2, "other")
    seen = tmp_path / "alpha.token.seen"
    seen.unlink()
    LogView(seen, own).take(forked.note(), "a fork", nobody)
    refused = keepclear("say", "message", "--text", "never", *as_alpha)
    assert refused.returncode == 1
    assert "others" in refused.stderr
    assert "tell the other desks by voice" in refused.stderr
    evidence = list(tmp_path.glob("alpha.token.seen.evidence-*.json"))
    assert len(evidence) == 1
    keys = [word for key in own for word in ("--key", key.text)]
    judged = keepclear("record", "compare", str(evidence[0]), *keys, "--evidence", str(tmp_path / "again.json"))
    assert (judged.returncode, "SPLIT VIEW" in judged.stdout) == (1, True), judged.stdout + judged.stderr
    stop = keepclear("stop", "raise", "life", "at", "risk", "--to", "bravo", *as_alpha)
    assert stop.returncode == 0, "a STOP is said whatever is known of the log: " + stop.stderr


def test_the_logs_keys_are_those_that_the_desk_was_told(host: RunningHost, as_alpha: list[str], tmp_path: Path) -> None:
    """In the environment for every command, or with ``--log-key``; and remembered from then on."""
    said = json.loads(keepclear("say", "message", "--text", "routine", "--json", *as_alpha).stdout)
    (tmp_path / "alpha.token.seen").unlink()

    def receipt(name: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return keepclear("receipt", said["id"], "--out", str(tmp_path / name), *as_alpha, *words, **environment)

    first = receipt("a")
    assert (first.returncode, "compare them by voice" in first.stdout) == (0, True), first.stderr
    (tmp_path / "alpha.token.seen").unlink()
    keys = log_keys(host)
    told = receipt("b", "--json", KEEPCLEAR_LOG_KEY=" ".join(keys))
    assert json.loads(told.stdout)["keys_from"] == "you"
    assert json.loads(receipt("c", "--json").stdout)["keys_from"] == "you", "remembered beside the token"
    strange = SmallLog(parse_verifier_key(keys[0]).name).key.text
    for refused in (receipt("d", "--log-key", strange), receipt("d", KEEPCLEAR_LOG_KEY=strange)):
        assert refused.returncode == 1, refused.stderr
        assert "checkpoint" in refused.stderr
    before = host_serial(host)
    unsaid = keepclear("say", "message", "--text", "never", *as_alpha, KEEPCLEAR_LOG_KEY=strange)
    assert (unsaid.returncode, host_serial(host)) == (1, before), "nothing is said to a host that cannot show its log"


def test_the_policy_that_was_agreed_names_the_logs_keys_too(
    host: RunningHost, as_alpha: list[str], tmp_path: Path
) -> None:
    said = json.loads(keepclear("say", "message", "--text", "routine", "--json", *as_alpha).stdout)
    (tmp_path / "alpha.token.seen").unlink(missing_ok=True)
    policy = tmp_path / "policy.txt"
    policy.write_text("".join(f"log {key}\n" for key in log_keys(host)) + "quorum none\n")
    got = keepclear(
        "receipt", said["id"], "--out", str(tmp_path / "a"), "--json", *as_alpha, KEEPCLEAR_POLICY=str(policy)
    )
    assert json.loads(got.stdout)["keys_from"] == "you", got.stderr


def host_serial(host: RunningHost) -> int:
    with host.client("alpha.air") as client:
        serial: int = client.me()["next_serial"]
    return serial
