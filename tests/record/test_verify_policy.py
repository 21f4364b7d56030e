"""Whose cosignatures count: by the reader's policy, or by the one in the bundle, which is the host's own word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keepclear.record.bundle_file import BundleWriter
from keepclear.record.signers import Ed25519Cosigner
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.findings import lines_of
from keepclear.record.verify.policy import parse_policy
from tests.record.bundles import KEYS, SIGNERS, leaf, note, parts
from tests.record.signed import small_record

RECORD = small_record().entries
WITNESS, OTHER = Ed25519Cosigner("w.example", b"\x07" * 32), Ed25519Cosigner("o.example", b"\x08" * 32)
WANTED = f"log {KEYS[0].text}\nwitness w {WITNESS.key.text}\nquorum w\n"


def cosigned_bundle(path: Path, size: int, by: Ed25519Cosigner, own_policy: str | None = None) -> Path:
    """A bundle in which the checkpoint of so many entries, the newest or an earlier one, is cosigned."""
    given = parts(RECORD)
    checkpoint = note([leaf(entry, index) for index, entry in enumerate(RECORD)][:size], [*SIGNERS, by])
    newest, earlier = (checkpoint, {}) if size == len(RECORD) else (given.checkpoint, {size: checkpoint})
    with BundleWriter(path, replace(given.manifest, policy=own_policy), newest, earlier) as writer:
        for line in given.lines:
            writer.add(line)
    return path


WHOLE = len(RECORD)
CASES = [(WHOLE, WITNESS, WHOLE), (6, WITNESS, 6), (WHOLE, OTHER, None), (6, OTHER, None)]


@pytest.mark.parametrize(("size", "by", "binding"), CASES)
def test_the_quorum_of_a_policy_makes_the_entries_under_it_binding(
    tmp_path: Path, size: int, by: Ed25519Cosigner, binding: int | None
) -> None:
    """The newest checkpoint is often not cosigned yet; an older one in the bundle may be."""
    path = cosigned_bundle(tmp_path / "b.zip", size, by)
    report = verify(path, Asked(policy=parse_policy(WANTED.encode())))
    assert (report.binding_size, report.is_verified) == (binding, binding is not None)
    assert report.standing == ("binding" if binding == WHOLE else "provisional")
    assert report.policy_from == "you"


@pytest.mark.parametrize(("size", "by", "binding"), CASES)
def test_the_bundles_own_policy_is_told_as_the_hosts_word_and_fails_nothing(
    tmp_path: Path, size: int, by: Ed25519Cosigner, binding: int | None
) -> None:
    report = verify(cosigned_bundle(tmp_path / "b.zip", size, by, WANTED), Asked(KEYS))
    assert (report.binding_size, report.is_verified, report.policy_from) == (binding, True, "the bundle itself")
    assert report.standing == ("binding" if binding == WHOLE else "provisional")
    assert any("host's own word" in line for line in lines_of(report))


def test_the_readers_policy_wins_over_the_bundles_own(tmp_path: Path) -> None:
    """A host that names a witness of its own making convinces nobody who knows whom to ask."""
    its_own = f"log {KEYS[0].text}\nwitness o {OTHER.key.text}\nquorum o\n"
    path = cosigned_bundle(tmp_path / "b.zip", WHOLE, OTHER, its_own)
    assert verify(path, Asked(KEYS)).standing == "binding"
    report = verify(path, Asked(policy=parse_policy(WANTED.encode())))
    assert (report.standing, report.missing, report.is_verified) == ("provisional", ["w"], False)
    assert not any("host's own word" in line for line in lines_of(report))


def test_the_bundles_own_policy_vouches_for_no_key_of_the_log(tmp_path: Path) -> None:
    report = verify(cosigned_bundle(tmp_path / "b.zip", WHOLE, WITNESS, WANTED))
    assert report.keys_from == "the bundle itself"


@pytest.mark.parametrize("text", ["", "quorum nobody\n", "quorum none", "\ud800\n"])
def test_a_policy_of_the_bundle_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    report = verify(cosigned_bundle(tmp_path / "b.zip", WHOLE, WITNESS, text), Asked(KEYS))
    assert [failure.what for failure in report.failures] == ["manifest's policy"]
    assert report.standing is None


def test_groups_within_groups_are_judged_however_deep(tmp_path: Path) -> None:
    deep = 9_000
    lines = [f"group g{number} any {f'g{number - 1}' if number else 'w'}" for number in range(deep)]
    text = "\n".join([f"witness w {WITNESS.key.text}", *lines, f"quorum g{deep - 1}", ""])
    assert verify(cosigned_bundle(tmp_path / "b.zip", WHOLE, WITNESS, text), Asked(KEYS)).standing == "binding"
