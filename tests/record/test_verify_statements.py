"""Which key spoke for whom where, serials, times, ids: what a keeper with the log's own keys could still not invent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.findings import Report, lines_of
from tests.record.bundles import KEYS, SIGNERS, note, parts
from tests.record.bundles import leaf as leaf_of
from tests.record.signed import ALPHA, BRAVO, MEDIATOR, NEXT, Key, SmallRecord, entry, proof_of, small_record

STRANGER = Key("a stranger's")
Lie = Callable[[SmallRecord], Any]


def report_of(folder: Path, entries: list[bytes], **more: Any) -> Report:
    return verify(parts(entries, **more).write(folder / "bundle.zip"), Asked(KEYS))


def lines(report: Report) -> list[str]:
    return [failure.line for failure in report.failures]


def test_an_honest_record_is_verified(tmp_path: Path) -> None:
    report = report_of(tmp_path, small_record().entries)
    assert (lines(report), report.signed, report.unsigned, report.disclosed) == ([], 7, 0, 10)
    assert report.is_verified
    assert len(report.signed_by) == 2
    assert report.keys_from == "you"


def test_a_key_is_good_from_its_enrolment_to_its_revocation(tmp_path: Path) -> None:
    def more(record: SmallRecord) -> None:
        record.enrol("mediator.duty", MEDIATOR)
        record.enrol("alpha.ground", STRANGER)
        record.revoke(MEDIATOR, "mediator.duty", "bravo.air", BRAVO)
        record.revoke(STRANGER, "alpha.ground", "alpha.air", NEXT)
        record.enrol("bravo.air", Key("bravo, anew"))
        record.say(Key("bravo, anew"), "bravo.air")

    assert lines(report_of(tmp_path, small_record(more).entries)) == []


LIES: dict[str, tuple[Lie, str]] = {
    "a statement by a key that nobody enrolled": (
        lambda record: record.say(STRANGER, "alpha.air"),
        f"entry 10: key of alpha.air: {STRANGER.kid}, not valid at this entry; should be one of {NEXT.kid}",
    ),
    "a statement by a key that was replaced": (
        lambda record: record.say(ALPHA, "alpha.air"),
        f"entry 10: key of alpha.air: {ALPHA.kid}, not valid at this entry; should be one of {NEXT.kid}",
    ),
    "a statement by another desk's key": (
        lambda record: record.say(BRAVO, "alpha.air"),
        f"entry 10: key of alpha.air: {BRAVO.kid}, not valid at this entry; should be one of {NEXT.kid}",
    ),
    "a statement before any key": (
        lambda record: record.say(STRANGER, "alpha.ground"),
        "entry 10: key of alpha.ground: .*, not valid at this entry; should be a key that was enrolled before",
    ),
    "an unsigned statement of a desk that signs": (
        lambda record: record.say(None, "bravo.air"),
        "entry 10: signature: none, though bravo.air had a key; should be a statement that it signed",
    ),
    "a signature over other bytes": (
        lambda record: record.keep("statement", jws=_other_bytes(record)),
        f"entry 10: signature: not made by the key {BRAVO.kid}; should be a signature over these very bytes",
    ),
    "a statement for another mechanism": (
        lambda record: record.say(BRAVO, "bravo.air", mechanism="elsewhere"),
        "entry 10: statement's mechanism: 'elsewhere'; should be 'trial', the one of this record",
    ),
    "a serial used before": (
        lambda record: record.say(BRAVO, "bravo.air", serial=2),
        "entry 10: serial of bravo.air: 2, used before; should be a new one, such as 4",
    ),
    "a serial under one": (
        lambda record: record.say(BRAVO, "bravo.air", serial=0),
        "entry 10: serial of bravo.air: 0, used before; should be",
    ),
    "a statement twice": (
        lambda record: record.entries.append(record.entries[9].replace(b'"at":1790000009000', b'"at":1790000010000')),
        "entry 10: statement's id: .*, which an entry before has; should be an id of its own",
    ),
    "a time before the one before": (
        lambda record: record.entries.append(entry(1_790_000_000_001, "clock")),
        "entry 10: time of hearing: 1790000000001 ms; should be 1790000009000 ms or later",
    ),
    "a second key enrolled by a stranger": (
        lambda record: record.enrol("bravo.air", STRANGER),
        f"entry 10: key of bravo.air: {STRANGER.kid}, not valid at this entry; should be one of {BRAVO.kid}",
    ),
    "a key enrolled for another desk than its holder said": (
        lambda record: record.enrol("alpha.ground", STRANGER, proof=proof_of(STRANGER, "bravo.air", "trial")),
        "entry 10: proof of the new key: not made by it for this desk; should be made by the new key",
    ),
    "a key enrolled with the proof of another mechanism": (
        lambda record: record.enrol("alpha.ground", STRANGER, proof=proof_of(STRANGER, "alpha.ground", "other")),
        "entry 10: proof of the new key: not made by it for this desk; should be made by the new key",
    ),
    "a key enrolled with a proof that its holder did not sign": (
        lambda record: record.enrol(
            "alpha.ground", STRANGER, proof=_forged(proof_of(STRANGER, "alpha.ground", "trial"))
        ),
        "entry 10: proof of the new key: not made by it for this desk; should be made by the new key",
    ),
    "a key enrolled without proof": (
        lambda record: record.say(STRANGER, "alpha.ground", "key_enrol", {"key": STRANGER.jwk, "proof": ""}),
        "entry 10: new key: .*; should be a key of Ed25519 with a proof that its holder has it",
    ),
    "a key enrolled again": (
        lambda record: record.enrol("alpha.air", ALPHA, NEXT),
        f"entry 10: new key: {ALPHA.kid}, enrolled before; should be a key that was never used",
    ),
    "a key revoked by the other party": (
        lambda record: record.revoke(BRAVO, "bravo.air", "alpha.air", NEXT),
        "entry 10: revocation: by bravo.air, of a key of alpha.air; should be by its party or the mediator",
    ),
    "a key revoked that is not valid": (
        lambda record: record.revoke(NEXT, "alpha.air", "alpha.air", ALPHA),
        f"entry 10: revocation: of {ALPHA.kid}, which alpha.air does not have; should be of a key that is valid",
    ),
    "a key in place of one that the desk does not have": (
        lambda record: record.enrol("alpha.air", STRANGER, NEXT, replaces=BRAVO.kid),
        f"entry 10: replaced key: '{BRAVO.kid}'; should be one that alpha.air has",
    ),
    "a key enrolled by an unsigned statement": (
        lambda record: record.say(None, "alpha.ground", "key_enrol", {"key": STRANGER.jwk}),
        "entry 10: signature: none on key_enrol; should be a signature: keys change by signed words",
    ),
    "an entry of a kind that there is not": (
        lambda record: record.keep("whisper"),
        "entry 10: entry: version 2, kind 'whisper'; should be one that this verifier knows",
    ),
    "both a signed and an unsigned statement": (
        lambda record: record.keep("statement", jws="x", statement={}),
        "entry 10: entry: both a signed and an unsigned statement, or neither; should be one of the two",
    ),
    "a token that names its own key": (
        lambda record: record.keep("statement", jws=BRAVO.sign(b"{}", jwk=BRAVO.jwk)),
        "entry 10: signature: signature.header: .*; should be a compact JWS",
    ),
    "a statement without its sender": (
        lambda record: record.keep("statement", jws=BRAVO.sign(b'{"id":"x"}')),
        "entry 10: statement's from: 'None'; should be there, and a text",
    ),
    "a statement with a key twice": (
        lambda record: record.keep("statement", jws=BRAVO.sign(b'{"id":"x","id":"y"}')),
        "entry 10: statement: .*; should be a JSON object in UTF-8 with each key once",
    ),
}


def _forged(token: str) -> str:
    """The token with the signature of another."""
    return f"{token.rpartition('.')[0]}.{proof_of(BRAVO, 'alpha.ground', 'trial').rpartition('.')[2]}"


def _other_bytes(record: SmallRecord) -> str:
    token = BRAVO.sign(rfc8785.dumps(record.statement("bravo.air"))).split(".")
    other = BRAVO.sign(rfc8785.dumps(record.statement("bravo.air", serial=3))).split(".")
    return ".".join((other[0], other[1], token[2]))


@pytest.mark.parametrize("lie", LIES)
def test_what_a_keeper_with_the_keys_of_the_log_invents_is_found(tmp_path: Path, lie: str) -> None:
    """The tree and the log's signatures are made over the lie, as only the host could."""
    tell, expected = LIES[lie]
    report = report_of(tmp_path, small_record(tell).entries)
    assert not report.is_verified
    assert [line for line in lines(report) if re.match(re.escape(expected).replace(r"\.\*", ".*"), line)], lines(report)


@pytest.mark.parametrize("lie", LIES)
def test_it_is_found_whoever_examines_the_line(tmp_path: Path, lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With several processes a line may be examined before the key is known."""
    monkeypatch.setattr("keepclear.record.verify.check.ALONE", 0)
    monkeypatch.setattr("keepclear.record.verify.check.CHUNK", 1)
    entries = small_record(LIES[lie][0]).entries
    alone = verify(parts(entries).write(tmp_path / "b.zip"), Asked(KEYS, processes=1))
    together = verify(tmp_path / "b.zip", Asked(KEYS, processes=2))
    assert together == alone


def test_a_statement_that_is_missing_shows_as_a_gap_and_is_no_failure_by_itself(tmp_path: Path) -> None:
    report = report_of(tmp_path, small_record(lambda record: record.say(BRAVO, "bravo.air", serial=7)).entries)
    assert (report.is_verified, report.gaps) == (True, ["bravo.air 4–6"])


def test_a_gap_that_is_filled_later_is_none(tmp_path: Path) -> None:
    def more(record: SmallRecord) -> None:
        for serial in (6, 4, 5):
            record.say(BRAVO, "bravo.air", serial=serial, id=f"01963e5c-4f00-7000-8000-{serial:012d}")

    report = report_of(tmp_path, small_record(more).entries)
    assert (lines(report), report.gaps) == ([], [])


def test_to_a_party_only_its_own_desks_serials_are_whole(tmp_path: Path) -> None:
    record = small_record(lambda record: [record.say(None, "alpha.ground", serial=3), record.keep("clock")])
    hidden = {5, 9}
    report = report_of(tmp_path, record.entries, shown=lambda index: index not in hidden, made_for="alpha")
    assert (lines(report), report.gaps) == ([], ["alpha.ground 1–2"])
    assert report.disclosed == len(record.entries) - len(hidden)


def test_unsigned_statements_are_counted(tmp_path: Path) -> None:
    def more(record: SmallRecord) -> None:
        record.say(None, "alpha.ground")
        record.say(None, "bravo.air", mode="exercise")

    report = report_of(tmp_path, small_record(more).entries)
    assert (report.is_verified, report.signed, report.unsigned, report.exercise) == (True, 7, 2, 1)


def test_a_checkpoint_that_a_desk_saw_is_of_the_same_history(tmp_path: Path) -> None:
    """What a desk passes on in its signed header cannot be taken back by the host."""
    record = small_record()
    leaves = [leaf_of(data, index) for index, data in enumerate(record.entries)]
    seen = note(leaves[:4], SIGNERS[:1]).decode()
    record.say(BRAVO, "bravo.air", seen=seen)
    report = report_of(tmp_path, record.entries)
    assert (lines(report), report.consistent_with) == ([], [4])


def test_a_checkpoint_that_a_desk_saw_of_another_history_is_proof_of_a_split(tmp_path: Path) -> None:
    record = small_record()
    leaves = [leaf_of(data, index) for index, data in enumerate(record.entries)]
    record.say(BRAVO, "bravo.air", seen=note([*leaves[:3], leaves[4]], SIGNERS[:1]).decode())
    (tmp_path / "bundle.zip").unlink(missing_ok=True)
    report = report_of(tmp_path, record.entries)
    assert "entry 10: earlier checkpoint: another tree of 4 entries than the one that its desk saw" in lines(report)[0]


def test_after_a_recovery_the_mediators_old_key_is_no_longer_good_and_it_is_told_where(tmp_path: Path) -> None:
    lost, new = MEDIATOR, Key("mediator, later")

    def more(record: SmallRecord) -> None:
        record.enrol("mediator.duty", lost)
        record.say(lost, "mediator.duty")
        record.keep("recovery", reason="the safe burnt out")
        record.enrol("mediator.duty", new)
        record.say(new, "mediator.duty")

    good = report_of(tmp_path, small_record(more).entries)
    place = next(index for index, entry in enumerate(small_record(more).entries) if b'"recovery"' in entry)
    assert (good.is_verified, good.recovered) == (True, [place]), good.failures
    assert any("operator" in line for line in lines_of(good))

    def still_used(record: SmallRecord) -> None:
        more(record)
        record.say(lost, "mediator.duty")

    (tmp_path / "again").mkdir()
    bad = report_of(tmp_path / "again", small_record(still_used).entries)
    assert [one.what for one in bad.failures] == ["key of mediator.duty"]
