"""A desk that has seen a log believes nothing that does not go on from it, and writes down both sides of a split."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from keepclear.client.log_view import Between, LogView, ShownBetween, read_view
from keepclear.errors import InvalidInput, SplitView, VerificationFailed
from keepclear.record.evidence import contradiction, parse_evidence
from keepclear.record.signers import Ed25519Cosigner, MlDsaSigner
from keepclear.record.verify.note import parse_note
from tests.record.small_log import SmallLog, root, with_line


def shows(log: SmallLog) -> ShownBetween:
    """A host that answers from this log's tree."""

    def between(old: int, new: int) -> Between:
        if new > len(log.hashes):
            raise InvalidInput("size", str(new), f"at most {len(log.hashes)}")
        return Between(root(log.hashes[:old]), tuple(log.proof(old, new)))

    return between


def nobody(old: int, new: int) -> Between:
    message = f"nobody was to be asked for {old} to {new}"
    raise AssertionError(message)


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(30)


def viewed(tmp_path: Path, log: SmallLog, size: int) -> LogView:
    view = LogView(tmp_path / "token.seen", [log.key], name="alpha.air")
    view.take(log.note(size), "the host", nobody)
    return view


def test_what_was_seen_outlives_the_program_with_the_keys(tmp_path: Path, log: SmallLog) -> None:
    viewed(tmp_path, log, 12)
    path = tmp_path / "token.seen"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = LogView(path)
    assert again.newest == log.checkpoint(12)
    assert again.keys == (log.key,)
    assert parse_note((again.seen or "").encode()) == log.note(12)


def test_a_log_that_grows_is_followed_and_an_earlier_checkpoint_fits(tmp_path: Path, log: SmallLog) -> None:
    view = viewed(tmp_path, log, 12)
    for size in (12, 13, 25, 5, 0, 25, 30):
        view.take(log.note(size), "the host", shows(log))
    assert view.newest == log.checkpoint(30)
    assert read_view(tmp_path / "token.seen").newest == (log.note(30), log.checkpoint(30))


@pytest.mark.parametrize(("fork_at", "size"), [(5, 12), (11, 20), (8, 14), (3, 7), (0, 12), (0, 30)])
def test_a_fork_is_found_and_proven_whatever_the_sizes(tmp_path: Path, log: SmallLog, fork_at: int, size: int) -> None:
    view = viewed(tmp_path, log, 12)
    fork = log.fork(fork_at).grow(30 - fork_at, "other")
    with pytest.raises(SplitView) as found:
        view.take(fork.note(size), "bravo.air", shows(fork if size > 12 else log))
    assert found.value.proven
    evidence = parse_evidence(Path(found.value.evidence or "").read_bytes())
    assert contradiction(evidence, [log.key])
    assert {evidence.first, evidence.second} == {log.note(12), fork.note(size)}
    assert view.newest == log.checkpoint(12), "what was seen first stays"
    assert "alpha.air" in evidence.found_by


def test_a_host_that_can_show_nothing_is_no_longer_believed(tmp_path: Path, log: SmallLog) -> None:
    view = viewed(tmp_path, log, 20)
    rolled_back = log.fork(10)
    with pytest.raises(SplitView, match="rolled back or forked") as found:
        view.take(rolled_back.note(), "the host", shows(rolled_back))
    assert not found.value.proven
    assert Path(found.value.evidence or "").exists()


@pytest.mark.parametrize("proof", [(), (bytes(32),), (bytes(31),), (bytes(32),) * 70])
def test_a_proof_that_proves_nothing_is_no_way_on(tmp_path: Path, log: SmallLog, proof: tuple[bytes, ...]) -> None:
    view = viewed(tmp_path, log, 12)
    with pytest.raises(SplitView):
        view.take(log.note(20), "the host", lambda old, _: Between(root(log.hashes[:old]), proof))


def test_evidence_of_a_power_of_two_holds_too(tmp_path: Path, log: SmallLog) -> None:
    view = viewed(tmp_path, log, 16)
    fork = log.fork(4).grow(20, "other")
    with pytest.raises(SplitView) as found:
        view.take(fork.note(24), "the host", shows(fork))
    assert found.value.proven


def test_a_checkpoint_that_the_log_has_not_signed_is_refused_and_no_evidence(tmp_path: Path, log: SmallLog) -> None:
    view = viewed(tmp_path, log, 12)
    stranger = SmallLog(log.origin, b"\x07" * 32).grow(20, "other")
    with pytest.raises(VerificationFailed):
        view.take(stranger.note(), "bravo.air", shows(stranger))
    assert list(tmp_path.glob("*evidence*")) == []


def test_keys_once_believed_are_not_replaced_by_a_hosts(tmp_path: Path, log: SmallLog) -> None:
    view = LogView(tmp_path / "seen")
    view.trust([log.key])
    view.trust([SmallLog(log.origin, b"\x07" * 32).key])
    assert view.keys == (log.key,)


def test_keys_that_were_told_count_from_then_on_and_the_file_remembers_whose_word_they_are(
    tmp_path: Path, log: SmallLog
) -> None:
    path = tmp_path / "seen"
    view = LogView(path)
    view.trust([log.key])
    view.take(log.note(12), "the host", nobody)
    assert (view.keys_from, LogView(path).keys_from) == ("the host", "the host")
    told = LogView(path, [log.key])
    told.take(log.note(20), "the host", shows(log))
    assert (told.keys_from, LogView(path).keys_from) == ("you", "you")


def test_where_another_key_is_told_than_the_host_gave_what_was_seen_is_no_longer_believed(
    tmp_path: Path, log: SmallLog
) -> None:
    path = tmp_path / "seen"
    view = LogView(path)
    view.trust([log.key])
    view.take(log.note(12), "the host", nobody)
    with pytest.raises(VerificationFailed):
        LogView(path, [SmallLog(log.origin, b"\x07" * 32).key])


def test_a_file_whose_checkpoint_was_changed_is_refused(tmp_path: Path, log: SmallLog) -> None:
    viewed(tmp_path, log, 12)
    path = tmp_path / "token.seen"
    path.write_text(path.read_text().replace("\\n12\\n", "\\n11\\n"))
    with pytest.raises(InvalidInput, match="cannot be used"):
        LogView(path)


def test_another_program_of_the_desk_that_saw_more_keeps_what_it_saw(tmp_path: Path, log: SmallLog) -> None:
    slow, quick = viewed(tmp_path, log, 12), LogView(tmp_path / "token.seen")
    quick.take(log.note(25), "the host", shows(log))
    slow.take(log.note(13), "the host", shows(log))
    assert read_view(tmp_path / "token.seen").newest == (log.note(25), log.checkpoint(25))


def test_what_is_passed_on_is_the_logs_line_alone(tmp_path: Path, log: SmallLog) -> None:
    witness, other = Ed25519Cosigner("w", bytes(32)), MlDsaSigner(log.origin, bytes(32))
    note = log.note(9)
    for signer in (witness, other):
        note = with_line(note, signer.sign(log.checkpoint(9), 1))
    view = LogView(None, [log.key, other.key])
    view.take(note, "the host", nobody)
    assert view.seen == log.note(9).to_bytes().decode()
    assert len(view.seen) < 2_000
