"""A mediator that shows two desks two records, takes back, leaves out or makes up is found out within one round.

The second mediator is a real host on a copy of the first one's data, with the same keys: it signs as well as the
first. What comes out is a file with two checkpoints that the log's own key has signed; Go's ``sumdb`` finds both
signatures good and refuses that one goes on from the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keepclear.client import Client
from keepclear.client.key_file import KeyFileSigner, make_key_file
from keepclear.client.receipt_watch import ReceiptWatch
from keepclear.errors import KeepclearError, ReceiptMissing, SplitView, VerificationFailed
from keepclear.record.evidence import Evidence, contradiction, parse_evidence
from keepclear.record.proof import Proof
from keepclear.record.verify.checkpoint import parse_checkpoint
from keepclear.record.verify.note import VerifierKey
from keepclear.record.verify.tree import leaf_hash
from tests.host.running import RunningHost, until
from tests.needs import require
from tests.record.judges import go_judge
from tests.record.lying_mediator import Mediator, say
from tests.record.meddling import Answered, Asked, Proxy
from tests.record.running_witness import RunningWitness
from tests.record.small_log import SmallLog, path

pytestmark = pytest.mark.endurance


@pytest.fixture
def mediator(tmp_path: Path) -> Iterator[Mediator]:
    made = Mediator(tmp_path)
    yield made
    made.host.kill()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[go_judge.GoJudge]:
    require(go_judge.PRESENT, "Go with golang.org/x/mod")
    with go_judge.GoJudge(tmp_path_factory.mktemp("judge")) as judging:
        yield judging


def check_with_go(judge: go_judge.GoJudge, evidence: Evidence, key: VerifierKey) -> None:
    """Both signatures are good for Go, and for Go the second does not go on from the first."""
    first, second = parse_checkpoint(evidence.first.text), parse_checkpoint(evidence.second.text)
    for note, checkpoint in ((evidence.first, first), (evidence.second, second)):
        text = note.to_bytes().decode()
        assert judge.ask("checkpoint", key=key.text, note=text, size=checkpoint.size, root=checkpoint.root) == "holds"
    asked: dict[str, Any] = {
        "size": second.size,
        "root": second.root,
        "old_size": first.size,
        "proof": list(evidence.proof),
    }
    if first.size == second.size:
        assert first.root != second.root
        return
    assert judge.ask("consistency", old_root=first.root, **asked) != "holds"
    if evidence.root_of_first_in_second is not None:
        assert judge.ask("consistency", old_root=evidence.root_of_first_in_second, **asked) == "holds"


def test_two_records_for_two_desks_are_found_by_what_one_passes_on(mediator: Mediator, judge: go_judge.GoJudge) -> None:
    with mediator.client("alpha.air") as client:
        say(client, 3)
    second = mediator.copied("second")
    with mediator.host.start(with_file=False), second.start(with_file=False):
        alpha = mediator.client("alpha.air", view=mediator.view("alpha.air"))
        bravo = mediator.client("bravo.air", second.url, mediator.view("bravo.air"))
        sent: list[bytes] = []

        def relay(proxy: Proxy, asked: Asked) -> Answered:
            """The mediator hands bravo's words on to the record that it shows to alpha."""
            if asked.says:
                sent.append(asked.body)
            return proxy.pass_on(asked, mediator.host.url if asked.says else None)

        with alpha, bravo, Proxy(second.url, relay) as proxy:
            say(bravo, 2, "shown to bravo only")
            say(alpha, 4, "shown to alpha only")
            alpha.receipt(say(alpha))
            bravo.receipt(say(bravo))
            with mediator.client("bravo.air", proxy.url, mediator.view("bravo.air")) as relayed:
                start = mediator_index(mediator)
                relayed._serial, relayed._me = serial_at(mediator.host, "bravo.air"), relayed.me()
                relayed.say("message", {"text": "what I have seen goes with this"})
            assert sent, "bravo's signed words were handed on"
            heard = [row["statement"] for row in alpha.record(start) if row["statement"]]
            told = [one for one in heard if one["from"] == "bravo.air"]
            assert told
            with pytest.raises(SplitView) as found:
                alpha.check_seen(told[-1])
    assert found.value.proven
    evidence = parse_evidence(Path(found.value.evidence or "").read_bytes())
    assert contradiction(evidence, mediator.keys)
    check_with_go(judge, evidence, mediator.ed25519)


def mediator_index(mediator: Mediator) -> int:
    with mediator.host.client("mediator.duty") as client:
        return client.index()


def serial_at(host: RunningHost, desk: str) -> int:
    with host.client(desk) as client:
        serial: int = client.me()["next_serial"]
    return serial


def test_a_desk_that_meets_the_other_record_itself_goes_no_further(mediator: Mediator, judge: go_judge.GoJudge) -> None:
    second = mediator.copied("second")
    view = mediator.view("alpha.air")
    with mediator.host.start(with_file=False), second.start(with_file=False):
        with mediator.client("alpha.air", view=view) as first:
            first.receipt(say(first, 3, "here"))
        with mediator.client("alpha.air", second.url, mediator.view("alpha.air")) as other:
            say_past(other, (view.newest.size if view.newest else 0) + 2)
            with pytest.raises(SplitView) as found:
                other.keep_up()
            with pytest.raises(SplitView):
                other.say("message", {"text": "never said"})
            stop = other.say("stop", {"reason": "life at risk"}, to=["bravo"], precedence="FLASH")
            assert stop["index"], "a STOP goes out whatever is known of the record"
    assert found.value.proven
    check_with_go(judge, parse_evidence(Path(found.value.evidence or "").read_bytes()), mediator.ed25519)


def say_past(client: Client, size: int) -> None:
    """The host's newest checkpoint covers so many entries; said without looking at it."""
    gossips, client._gossips = client._gossips, False
    while client.say("message", {"text": "elsewhere"})["index"] < size:
        pass
    until(lambda: client.record_status()["behind"] == 0)
    client._gossips = gossips


def test_a_host_restored_from_an_old_backup_is_found_at_once_by_desk_and_witness(
    mediator: Mediator, judge: go_judge.GoJudge, tmp_path: Path
) -> None:
    backup = mediator.copied("backup")
    with RunningWitness(tmp_path, mediator.keys) as witness:
        policy = tmp_path / "policy.txt"
        logs = "".join(f"log {key.text}\n" for key in mediator.keys)
        policy.write_text(f"{logs}witness w {witness.keys[0].text} {witness.url}\nquorum w\n")
        mediator.host.witnesses = backup.witnesses = policy
        view = mediator.view("alpha.air")
        with mediator.host.start(with_file=False), mediator.client("alpha.air", view=view) as client:
            index = say(client, 5, "taken back later")
            assert client.receipt(index, binding=True, wait_s=10).proven.standing.is_binding
        with (
            backup.start(with_file=False),
            mediator.client("alpha.air", backup.url, mediator.view("alpha.air")) as after,
        ):
            with pytest.raises(SplitView, match="rolled back or forked"):
                after.keep_up()
            told = until(lambda: split_seen_by(after), 15)
            assert "rolled back" in told["trouble"]
            say_past(after, index + 3)
            until(lambda: list((witness.data / "evidence").iterdir()), 20)
            with pytest.raises(SplitView) as found:
                after.keep_up()
            assert after.record_status()["binding_size"] is None, "no witness has cosigned the second history"
    assert found.value.proven
    for kept in [Path(found.value.evidence or ""), *(witness.data / "evidence").iterdir()]:
        check_with_go(judge, parse_evidence(kept.read_bytes()), mediator.ed25519)


def split_seen_by(client: Client) -> Any:
    return next((one for one in client.record_status()["witnesses"] if one["split_view"]), None)


def dropping(proxy: Proxy, asked: Asked) -> Answered:
    """A mediator that says «heard» and writes nothing down."""
    if not asked.says:
        return proxy.pass_on(asked)
    from keepclear.record.verify.jws import taken_apart

    said = json.loads(taken_apart(asked.body).payload)
    made_up = {"id": said["id"], "index": 9_999, "heard_at": said["said_at"], "alerts": []}
    return Answered(201, {"content-type": "application/json"}, json.dumps(made_up).encode())


def test_a_statement_that_was_left_out_raises_the_alarm(mediator: Mediator) -> None:
    alarms: list[KeepclearError] = []
    with Proxy(mediator.host.url, dropping) as proxy, mediator.client("alpha.air", proxy.url) as client:
        began = time.monotonic()
        with ReceiptWatch(client, alarms.append, within_s=1.0) as watch:
            watch.said(client.say("message", {"text": "left out"}))
        assert 1.0 <= time.monotonic() - began < 8.0
    assert [type(alarm) for alarm in alarms] == [ReceiptMissing]
    assert watch.receipts == {}


def test_anothers_receipt_does_not_stand_for_a_statement_that_was_left_out(mediator: Mediator) -> None:
    with mediator.client("alpha.air") as client:
        there = say(client)

    def passed_off(proxy: Proxy, asked: Asked) -> Answered:
        answered = dropping(proxy, asked)
        if asked.says:
            return Answered(201, answered.headers, answered.body.replace(b"9999", b"%d" % there))
        return answered

    alarms: list[KeepclearError] = []
    with (
        Proxy(mediator.host.url, passed_off) as proxy,
        mediator.client("alpha.air", proxy.url) as client,
        ReceiptWatch(client, alarms.append, within_s=5.0) as watch,
    ):
        watch.said(client.say("message", {"text": "left out"}))
    assert [type(alarm) for alarm in alarms] == [VerificationFailed]


def test_receipts_come_for_what_was_written_down(mediator: Mediator) -> None:
    alarms: list[KeepclearError] = []
    with mediator.client("alpha.air") as client, ReceiptWatch(client, alarms.append) as watch:
        said = [client.say("message", {"text": "kept"}) for _ in range(5)]
        for answer in said:
            watch.said(answer)
    assert alarms == []
    assert set(watch.receipts) == {answer["id"] for answer in said}


def _keepclear(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "keepclear", *words], capture_output=True, text=True, timeout=60)


def _receipt_of(signer: KeyFileSigner, kid: str, folder: Path) -> tuple[Path, SmallLog]:
    """A receipt, rightly signed by a log, for a statement in bravo's name that ``signer`` signed under this ``kid``."""
    from joserfc import jws

    from keepclear.record.jws import _REGISTRY

    said = (
        b'{"body":{"text":"made up"},"from":"bravo.air","id":"0190163d-8694-739b-aea5-966c26f8ad91","type":"message"}'
    )
    header = {"alg": "Ed25519", "kid": kid, "typ": "keepclear-statement"}
    token = jws.serialize_compact(header, said, signer._key, registry=_REGISTRY)
    entry = json.dumps({"at": 1_776_000_000_000, "jws": token, "kind": "statement", "rules": "1", "v": 2}).encode()
    log = SmallLog().grow(5)
    from keepclear.record.proof import leaf_of

    log.hashes[3] = leaf_hash(leaf_of(entry, bytes(16)))
    file = folder / f"{kid[:8]}.tlog-proof"
    file.write_bytes(Proof(3, tuple(path(3, log.hashes)), log.note(), bytes(16) + entry).to_bytes())
    return file, log


def test_a_statement_that_was_made_up_fails_its_senders_signature(tmp_path: Path) -> None:
    bravo, host = make_key_file(tmp_path / "bravo.key"), make_key_file(tmp_path / "host.key")
    honest, log = _receipt_of(bravo, bravo.kid, tmp_path)
    command = ["verify", str(honest), "--key", log.key.text, "--desk-key", bravo.x]
    good = _keepclear(*command)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "checked and good" in good.stdout
    made_up, _ = _receipt_of(host, bravo.kid, tmp_path)
    bad = _keepclear("verify", str(made_up), *command[2:])
    assert bad.returncode == 1
    assert "the sender's signature does not hold" in bad.stdout
    unchecked = _keepclear("verify", str(made_up), "--key", log.key.text)
    assert "not checked" in unchecked.stdout, "who checks no sender is told so"


def test_what_two_desks_carry_is_compared_offline(mediator: Mediator, tmp_path: Path) -> None:
    second = mediator.copied("second")
    with mediator.host.start(with_file=False), mediator.client("alpha.air", view=mediator.view("alpha.air")) as alpha:
        (tmp_path / "alpha.tlog-proof").write_bytes(alpha.receipt(say(alpha, 2, "alpha's")).data)
    second.start(with_file=False)
    with mediator.client("bravo.air", second.url, mediator.view("bravo.air")) as bravo:
        (tmp_path / "bravo.tlog-proof").write_bytes(bravo.receipt(say(bravo, 9, "bravo's")).data)
    mediator.host.stop()
    second.stop()
    for name, host in (("alpha", mediator.host), ("bravo", second)):
        out = _keepclear("export", "--data", str(host.data), "--out", str(tmp_path / f"{name}.zip"))
        assert out.returncode == 0, out.stderr
    keys = [word for key in mediator.keys for word in ("--key", key.text)]
    evidence = tmp_path / "split.json"

    def compared(*names: str) -> subprocess.CompletedProcess[str]:
        files = [str(tmp_path / name) for name in names]
        return _keepclear("record", "compare", *files, *keys, "--evidence", str(evidence))

    alone = compared("alpha.tlog-proof", "alpha.air.key.seen", "alpha.zip")
    assert (alone.returncode, "They fit" in alone.stdout) == (0, True), alone.stdout + alone.stderr
    unclear = compared("alpha.tlog-proof", "bravo.tlog-proof")
    assert (unclear.returncode, "Not connected" in unclear.stdout) == (2, True), unclear.stdout + unclear.stderr
    split = compared("alpha.tlog-proof", "bravo.zip", "bravo.air.key.seen")
    assert (split.returncode, "SPLIT VIEW" in split.stdout) == (1, True), split.stdout + split.stderr
    assert contradiction(parse_evidence(evidence.read_bytes()), mediator.keys)
    again = compared("split.json")
    assert again.returncode == 1, "evidence convinces by itself"
