"""A receipt proves its entry to anybody offline, and any change of it, or of the entry, makes it prove nothing."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.proof import FIRST_LINE, Proof, leaf_of, parse_proof, verify_proof
from keepclear.record.verify.encoding import base64_of
from keepclear.record.verify.policy import Policy, parse_policy
from keepclear.record.verify.tree import leaf_hash
from tests.record.small_log import SmallLog, path

SALT = sha256(b"salt").digest()[:16]
ENTRY = b'{"at":1776000000123,"kind":"clock","rules":"1","v":1}'


def made(size: int, index: int, entry: bytes = ENTRY) -> tuple[Proof, Policy]:
    """A receipt for ``entry`` at ``index`` of a log of ``size`` entries, and the policy to check it by."""
    log = SmallLog().grow(size)
    log.hashes[index] = leaf_hash(leaf_of(entry, SALT))
    policy = parse_policy(f"log {log.key.text}\nquorum none\n".encode())
    return Proof(index, tuple(path(index, log.hashes)), log.note(), SALT + entry), policy


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_a_receipt_read_from_its_file_proves_its_entry(place: tuple[int, int]) -> None:
    proof, policy = made(*place)
    read = parse_proof(proof.to_bytes())
    assert read == proof
    assert read.to_bytes() == proof.to_bytes()
    proven = verify_proof(read, policy)
    assert (proven.index, proven.entry, proven.standing.word) == (place[1], ENTRY, "binding")


def test_the_leaf_is_the_text_of_the_design() -> None:
    commitment = base64_of(sha256(SALT + ENTRY).digest()).rstrip("=").replace("+", "-").replace("/", "_")
    assert leaf_of(ENTRY, SALT) == f'{{"at":1776000000123,"commitment":"{commitment}","v":1}}'.encode()


def test_every_change_of_one_byte_is_found() -> None:
    proof, policy = made(13, 6)
    data = proof.to_bytes()
    for at in range(len(data)):
        changed = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        with pytest.raises((InvalidInput, VerificationFailed)):
            verify_proof(parse_proof(changed), policy)


def test_the_entry_may_be_kept_apart_and_must_be_the_one() -> None:
    proof, policy = made(13, 6)
    bare = replace(proof, extra=SALT)
    assert verify_proof(bare, policy, ENTRY).entry == ENTRY
    with pytest.raises(InvalidInput, match="not in the receipt"):
        verify_proof(bare, policy)
    with pytest.raises(VerificationFailed):
        verify_proof(bare, policy, ENTRY.replace(b"clock", b"clack"))
    with pytest.raises(VerificationFailed):
        verify_proof(replace(bare, extra=bytes(16)), policy, ENTRY)


@pytest.mark.parametrize(
    "change", [lambda one: replace(one, index=5), lambda one: replace(one, hashes=one.hashes[:-1])]
)
def test_another_place_is_not_proven(change: object) -> None:
    proof, policy = made(13, 6)
    assert callable(change)
    with pytest.raises(VerificationFailed):
        verify_proof(change(proof), policy)


REFUSED = {
    "empty": b"",
    "another version": made(3, 1)[0].to_bytes().replace(b"@v1", b"@v2"),
    "no index": made(3, 1)[0].to_bytes().replace(b"index 1\n", b""),
    "an index with a zero ahead": made(3, 1)[0].to_bytes().replace(b"index 1", b"index 01"),
    "extra after the index": b"\n".join(
        [FIRST_LINE.encode(), b"index 0", b"extra AAAA", b"", made(1, 0)[0].note.to_bytes()]
    ),
    "extra that is empty": made(1, 0)[0].to_bytes().replace(b"index", b"extra \nindex"),
    "a hash of 31 bytes": made(1, 0)[0].to_bytes().replace(b"index 0\n", f"index 0\n{base64_of(bytes(31))}\n".encode()),
    "64 hashes": made(1, 0)[0]
    .to_bytes()
    .replace(b"index 0\n", b"index 0\n" + f"{base64_of(bytes(32))}\n".encode() * 64),
    "no checkpoint": made(1, 0)[0].to_bytes().partition(b"\n\n")[0] + b"\n\n",
    "carriage returns": made(3, 1)[0].to_bytes().replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_receipt_is_refused(case: str) -> None:
    with pytest.raises(InvalidInput):
        parse_proof(REFUSED[case])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_receipt_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_proof(f"{FIRST_LINE}\n".encode() + data)
