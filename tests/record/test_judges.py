"""Judges that are not ours: Go's ``golang.org/x/mod/sumdb`` and the Rust of ``metamorphic-log``.

Both must take our checkpoints, tiles and proofs, refuse altered ones, and agree with our own checks on everything. Both
know Ed25519 lines only, and pass over the ML-DSA-44 line below them, as a reader of notes must.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import metamorphic_log
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import VerificationFailed
from keepclear.record.consistency import verify_consistency
from keepclear.record.tile_log import TileLog
from keepclear.record.verify.note import Note, SignatureLine, parse_note
from keepclear.record.verify.tree import leaf_hash, verify_inclusion
from tests.needs import require
from tests.oracles import merkle
from tests.record.judges.go_judge import PRESENT, GoJudge
from tests.record.logs import VERIFIERS, grow, leaf, leaves, open_log

SIZE = 66_100
"""Over 256 full tiles, so that there are three levels."""

ED25519 = VERIFIERS[0].text


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoJudge]:
    require(PRESENT, "go with golang.org/x/mod is not installed (scripts/system_needs.py installs it)")
    with GoJudge(tmp_path_factory.mktemp("go")) as judge:
        yield judge


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> TileLog:
    log = open_log(tmp_path_factory.mktemp("judged") / "log")
    grow(log, 1, 1_000, 65_536, SIZE)
    return log


def rust_holds(call: str, *arguments: object) -> bool:
    try:
        getattr(metamorphic_log, call)(*arguments)
    except (metamorphic_log.VerifyError, metamorphic_log.InternalError):
        return False
    return True


def ours_hold(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except VerificationFailed:
        return False
    return True


def test_go_reads_the_whole_log_from_its_folder(go: GoJudge, log: TileLog) -> None:
    indices = [0, 1, 255, 256, 999, 1_000, 65_279, 65_535, 65_536, SIZE - 1]
    assert go.ask("log", folder=log.directory, key=ED25519, indices=indices) == "holds"


def test_go_refuses_a_log_in_which_a_file_was_altered(go: GoJudge, log: TileLog) -> None:
    for name, index in (("tile/0/003", 800), ("tile/entries/003", 800), ("tile/1/000", 800), ("checkpoint", 800)):
        path = log.directory / name
        good = path.read_bytes()
        path.write_bytes(good[:40] + bytes((good[40] ^ 1,)) + good[41:])
        verdicts = [
            go.ask("log", folder=log.directory, key=ED25519, indices=[at]) for at in (index, *range(768, 1_024))
        ]
        path.write_bytes(good)
        assert any(verdict != "holds" for verdict in verdicts), name
        if name != "tile/entries/003":
            assert verdicts[0] != "holds", name


def test_both_take_our_checkpoint_and_neither_an_altered_one(go: GoJudge, log: TileLog) -> None:
    there, note = log.checkpoint, parse_note(log.note)

    def taken(changed: Note) -> tuple[bool, bool]:
        text = changed.to_bytes().decode()
        by_go = go.ask("checkpoint", key=ED25519, note=text, size=there.size, root=there.root) == "holds"
        return by_go, rust_holds("checkpoint_verify", text, [ED25519])

    assert taken(note) == (True, True)
    line = note.lines[0]
    spoilt = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes((line.signature[-1] ^ 1,)))
    other = Note(note.text.replace(str(SIZE), str(SIZE + 1)), note.lines)
    for changed in (other, Note(note.text, (spoilt, note.lines[1])), Note(note.text, note.lines[1:])):
        assert taken(changed) == (False, False)


def test_both_follow_our_proofs_against_signed_checkpoints(go: GoJudge, log: TileLog) -> None:
    there, note = log.checkpoint, log.note.decode()
    for index in (0, 255, 256, 65_535, 65_536, SIZE - 1):
        proof, hashed = log.inclusion_proof(index), leaf_hash(leaf(index))
        asked = {"index": index, "size": SIZE, "root": there.root, "leaf": hashed}
        assert go.ask("inclusion", proof=proof, **asked) == "holds"
        assert rust_holds("checkpoint_verify_inclusion", note, [ED25519], index, hashed, proof)
        assert go.ask("inclusion", proof=proof, **{**asked, "leaf": leaf_hash(b"another")}) != "holds"
        assert not rust_holds("checkpoint_verify_inclusion", note, [ED25519], index, leaf_hash(b"another"), proof)
    for old in (1, 2, 255, 256, 1_000, 65_536, SIZE - 1, SIZE):
        proof = log.consistency_proof(old)
        asked = {"old_size": old, "old_root": log.root(old), "size": SIZE, "root": there.root}
        assert go.ask("consistency", proof=proof, **asked) == "holds"
        assert rust_holds("verify_consistency", old, SIZE, proof, log.root(old), there.root)
        assert go.ask("consistency", proof=proof, **{**asked, "old_root": leaf_hash(b"another")}) != "holds"


def _mutated(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    proof = list(proof)
    at = draw(st.integers(0, len(proof)))
    how = draw(st.sampled_from(["as it is", "bit", "drop", "insert", "swap", "double"]))
    if how == "insert":
        proof.insert(at, draw(st.binary(min_size=32, max_size=32)))
    elif at < len(proof) and how == "bit":
        proof[at] = bytes((proof[at][0] ^ 1 << draw(st.integers(0, 7)),)) + proof[at][1:]
    elif at < len(proof) and how == "drop":
        del proof[at]
    elif at < len(proof) and how == "swap":
        proof[at], proof[0] = proof[0], proof[at]
    elif at < len(proof) and how == "double":
        proof.insert(at, proof[at])
    return proof


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[bytes, int, int, list[bytes], bytes]:
    size = draw(st.integers(1, 120))
    index = draw(st.integers(0, size - 1))
    said_index, said_size = draw(st.sampled_from([(index, size), (index + 1, size), (index, size + 1), (index, size)]))
    proof = _mutated(draw, merkle.path(index, leaves(0, size)))
    return leaf_hash(leaf(index)), said_index, said_size, proof, merkle.mth(leaves(0, size))


@st.composite
def consistencies(draw: st.DrawFn) -> tuple[int, bytes, int, bytes, list[bytes]]:
    size = draw(st.integers(1, 120))
    old = draw(st.integers(1, size))
    said_old = draw(st.sampled_from([old, old, max(1, old - 1), min(size, old + 1)]))
    proof = _mutated(draw, merkle.proof(old, leaves(0, size)))
    return said_old, merkle.mth(leaves(0, old)), size, merkle.mth(leaves(0, size)), proof


@settings(max_examples=400)
@given(inclusions())
def test_three_judges_agree_on_every_inclusion(go: GoJudge, case: tuple[bytes, int, int, list[bytes], bytes]) -> None:
    hashed, index, size, proof, root = case
    ours = ours_hold(verify_inclusion, hashed, index, size, proof, root)
    by_go = go.ask("inclusion", index=index, size=size, root=root, leaf=hashed, proof=proof) == "holds"
    assert (by_go, rust_holds("verify_inclusion", index, size, hashed, proof, root)) == (ours, ours)


@settings(max_examples=400)
@given(consistencies())
def test_three_judges_agree_on_every_consistency(go: GoJudge, case: tuple[int, bytes, int, bytes, list[bytes]]) -> None:
    old, old_root, size, root, proof = case
    ours = ours_hold(verify_consistency, old, old_root, size, root, proof)
    by_go = go.ask("consistency", old_size=old, old_root=old_root, size=size, root=root, proof=proof) == "holds"
    assert (by_go, rust_holds("verify_consistency", old, size, proof, old_root, root)) == (ours, ours)


def test_all_proofs_that_a_log_of_tiles_gives_are_taken_by_all_three(go: GoJudge, tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    grow(log, 40)
    for size in range(1, 41):
        root = log.root(size)
        for at in range(size):
            hashed, path = leaf_hash(leaf(at)), log.inclusion_proof(at, size)
            verify_inclusion(hashed, at, size, path, root)
            assert rust_holds("verify_inclusion", at, size, hashed, path, root)
            old, proof = at + 1, log.consistency_proof(at + 1, size)
            verify_consistency(old, log.root(old), size, root, proof)
            assert (
                go.ask("consistency", old_size=old, old_root=log.root(old), size=size, root=root, proof=proof)
                == "holds"
            )
