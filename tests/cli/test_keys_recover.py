"""``keepclear keys recover``: the mediator's lost keys are retired on the host's machine, in the open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.check import verify
from tests.host.running import RunningHost
from tests.host.signing import SigningDesk


def keepclear(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "keepclear", *words], capture_output=True, text=True, timeout=60)


def test_the_mediator_begins_anew_and_every_desk_and_every_bundle_shows_it(tmp_path: Path) -> None:
    with RunningHost(tmp_path, unsigned=False) as host:
        lost = SigningDesk(host, "mediator.duty")
        lost.enrol()
        busy = keepclear("keys", "recover", "lost", "--data", str(host.data))
        assert busy.returncode != 0, "not while the host is at work"
        host.stop()
        done = keepclear("keys", "recover", "the safe burnt out", "--data", str(host.data), "--json")
        assert done.returncode == 0, done.stderr
        index = json.loads(done.stdout)["index"]
        host.start(with_file=False)
        assert lost.say("message", {"text": "still here"}).json()["code"] == "key_not_valid"
        found = SigningDesk(host, "mediator.duty")
        found.enrol()
        assert found.say("message", {"text": "back"}).status_code == 201
        with host.client("bravo.air") as bravo:
            rows = {row["index"]: row["kind"] for row in bravo.record()}
            assert rows[index] == "recovery"
            why = [one["why"] for one in bravo.alerts() if one["code"] == "KEY_CHANGED"]
            assert sum("operator" in one for one in why) == 1
            retired = [key for key in bravo.desk_keys() if key["retired_at"] is not None]
            assert [(key["retired_at"], key["retired_by"]) for key in retired] == [(index, "the host's operator")]
        host.stop()
    for party in ((), ("--for", "bravo")):
        out = tmp_path / f"{len(party)}.zip"
        assert keepclear("export", "--data", str(host.data), "--out", str(out), *party).returncode == 0
        report = verify(out)
        assert (report.is_verified, report.recovered) == (True, [index]), report.failures
        with Bundle(out) as bundle:
            assert b'"entry"' in list(bundle.lines())[index]
    checked = keepclear("verify", str(tmp_path / "0.zip"), "--recompute")
    assert (checked.returncode, "operator" in checked.stdout) == (0, True), checked.stdout


def test_a_mediator_with_no_key_and_a_reason_that_is_none_are_refused(tmp_path: Path) -> None:
    with RunningHost(tmp_path) as host:
        host.stop()
    none = keepclear("keys", "recover", "lost", "--data", str(host.data))
    assert (none.returncode, "has no valid key" in none.stderr) == (2, True), none.stderr
    assert keepclear("keys", "recover", " ", "--data", str(host.data)).returncode == 2
    assert keepclear("keys", "recover", "lost", "--data", str(tmp_path / "nowhere")).returncode == 2
