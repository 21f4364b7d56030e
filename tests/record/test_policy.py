"""A policy is read strictly (C2SP tlog-policy), and its quorum is what the definition by sets says."""

from __future__ import annotations

from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.policy_text import policy_text
from keepclear.record.signers import Ed25519Cosigner, MlDsaSigner, Signer
from keepclear.record.verify.note import Note, SignatureType, VerifierKey
from keepclear.record.verify.policy import judge, parse_policy
from tests.record.small_log import SmallLog, with_line


def key(name: str, kind: SignatureType = SignatureType.ED25519_COSIGNATURE) -> str:
    return VerifierKey(name, kind, sha256(name.encode()).digest()).text


LOG = f"log {key('log.example/l', SignatureType.ED25519)}\n"
THREE = "".join(f"witness {name} {key(name)}\n" for name in ("X1", "X2", "X3", "Y1", "Y2"))
EXAMPLE = (
    "# two organisations\n"
    + LOG
    + THREE
    + "group X 2 X1 X2 X3\n\tgroup  Y\tany Y1 Y2 \n\ngroup both all X Y\nquorum both\n"
)


def test_the_example_of_the_specification_is_met_by_two_of_x_and_one_of_y() -> None:
    policy = parse_policy(EXAMPLE.encode())
    names = [line.name for line in policy.witnesses]
    for count in range(len(names) + 1):
        for cosigned in map(frozenset, combinations(names, count)):
            wanted = len(cosigned & {"X1", "X2", "X3"}) >= 2 and bool(cosigned & {"Y1", "Y2"})
            assert policy.is_met(cosigned) is wanted
            assert bool(policy.missing(cosigned)) is not wanted
            assert not set(policy.missing(cosigned)) & cosigned
    assert policy.missing({"X1", "X2", "Y1"}) == ()
    assert policy.missing({"X1", "X2"}) == ("Y1", "Y2")
    assert policy.missing({"X3", "Y2"}) == ("X1", "X2")


@pytest.mark.parametrize("text", [EXAMPLE, "quorum none\n", LOG.replace("\n", " http://l/x\n") + THREE + "quorum Y1\n"])
def test_a_policy_that_was_read_is_written_the_same(text: str) -> None:
    policy = parse_policy(text.encode())
    assert parse_policy(policy_text(policy).encode()) == policy


def test_quorum_none_asks_for_nobody() -> None:
    policy = parse_policy(b"quorum none\n")
    assert policy.is_met(frozenset())
    assert policy.missing(frozenset()) == ()


REFUSED = {
    "nothing": b"",
    "no quorum": (LOG + THREE).encode(),
    "two quorums": (LOG + THREE + "quorum X1\nquorum X1\n").encode(),
    "quorum not defined": (LOG + "quorum X1\n").encode(),
    "quorum before its definition": ("quorum X1\n" + THREE).encode(),
    "no newline at the end": (LOG + "quorum none").encode(),
    "carriage returns": (LOG + "quorum none\n").replace("\n", "\r\n").encode(),
    "a form feed": b"quorum none\x0c\n",
    "another keyword": b"quorum none\nlogs x\n",
    "a name twice": (THREE + f"witness X1 {key('other')}\nquorum none\n").encode(),
    "a group with a witness's name": (THREE + "group X1 any X2\nquorum none\n").encode(),
    "a group that is none": (THREE + "group none any X2\nquorum none\n").encode(),
    "a member that is none": (THREE + "group G any none\nquorum none\n").encode(),
    "a group within itself": (THREE + "group G any G\nquorum none\n").encode(),
    "a member defined later": ("group G any X1\n" + THREE + "quorum none\n").encode(),
    "a member of two groups": (THREE + "group G any X1\ngroup H any X1\nquorum none\n").encode(),
    "a member twice": (THREE + "group G any X1 X1\nquorum none\n").encode(),
    "no member": (THREE + "group G any\nquorum none\n").encode(),
    "threshold 0": (THREE + "group G 0 X1\nquorum none\n").encode(),
    "threshold over the members": (THREE + "group G 3 X1 X2\nquorum none\n").encode(),
    "threshold with a zero ahead": (THREE + "group G 01 X1\nquorum none\n").encode(),
    "threshold in other digits": (THREE + "group G ١ X1\nquorum none\n").encode(),
    "a witness with a log's key": f"witness W {key('w', SignatureType.ED25519)}\nquorum none\n".encode(),
    "a log with a witness's key": f"log {key('l')}\nquorum none\n".encode(),
    "one key under two names": (
        THREE
        + f"witness Z {VerifierKey('z', SignatureType.ED25519_COSIGNATURE, sha256(b'X1').digest()).text}\nquorum none\n"
    ).encode(),
    "one log twice": (LOG + LOG + "quorum none\n").encode(),
    "a key whose id is wrong": LOG.replace("+", "+0", 1).encode() + b"quorum none\n",
    "too many words": (THREE + "quorum X1 X2\n").encode(),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_policy_is_refused(case: str) -> None:
    with pytest.raises(InvalidInput):
        parse_policy(REFUSED[case], "policy.txt")


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(InvalidInput, match=r"^policy\.txt:7: "):
        parse_policy((LOG + THREE + "group G 9 X1\nquorum none\n").encode(), "policy.txt")


def test_names_are_octets_and_urls_are_kept() -> None:
    text = f"witness K {key('a')} http://one\nwitness \u212a {key('b')}\nwitness \xff {key('c')}\nquorum K\n"
    policy = parse_policy(text.encode("utf-8").replace("\xff".encode(), b"\xff"))
    assert [line.url for line in policy.witnesses] == ["http://one", None, None]
    assert len({line.name for line in policy.witnesses}) == 3


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_refused(data: bytes) -> None:
    try:
        parse_policy(data)
    except InvalidInput:
        return


def _cosigned(note: Note, *signers: Signer) -> Note:
    from keepclear.record.verify.checkpoint import parse_checkpoint

    for number, signer in enumerate(signers):
        note = with_line(note, signer.sign(parse_checkpoint(note.text), 1_800_000_000 + number))
    return note


def test_a_checkpoint_is_binding_once_the_quorum_has_cosigned_it() -> None:
    log = SmallLog().grow(9)
    one, two = Ed25519Cosigner("one", bytes(32)), MlDsaSigner("two", bytes(32))
    text = f"log {log.key.text}\nwitness a {one.key.text}\nwitness b {two.key.text}\ngroup g all a b\nquorum g\n"
    policy = parse_policy(text.encode())
    checkpoint, standing = judge(log.note(), policy)
    assert (checkpoint, standing.word, standing.missing) == (log.checkpoint(), "provisional", ("a", "b"))
    assert judge(_cosigned(log.note(), one), policy)[1].missing == ("b",)
    both = judge(_cosigned(log.note(), one, two), policy)[1]
    assert (both.word, both.cosigned) == ("binding", ("a", "b"))
    stranger = Ed25519Cosigner("one", b"\x01" * 32)
    assert judge(_cosigned(log.note(), stranger, two), policy)[1].cosigned == ("b",), "a stranger's line says nothing"


def test_a_checkpoint_that_no_listed_log_has_signed_has_no_standing() -> None:
    log, other = SmallLog().grow(3), SmallLog("other.example/log", b"\x05" * 32).grow(3)
    policy = parse_policy(f"log {other.key.text}\nquorum none\n".encode())
    with pytest.raises(VerificationFailed):
        judge(log.note(), policy)
    impostor = SmallLog(log.origin, other.seed, log.hashes)
    with pytest.raises(VerificationFailed):
        judge(impostor.note(), parse_policy(f"log {log.key.text}\nquorum none\n".encode()))


def test_a_log_does_not_sign_for_anothers_origin() -> None:
    log, other = SmallLog().grow(3), SmallLog("other.example/log", b"\x05" * 32).grow(3)
    policy = parse_policy(f"log {log.key.text}\nlog {other.key.text}\nquorum none\n".encode())
    line = other.signed(log.checkpoint()).lines[0]
    with pytest.raises(VerificationFailed):
        judge(Note(log.checkpoint().text, (line,)), policy)


def test_a_line_of_a_known_witness_that_does_not_hold_spoils_the_checkpoint() -> None:
    log, one = SmallLog().grow(4), Ed25519Cosigner("one", bytes(32))
    policy = parse_policy(f"log {log.key.text}\nwitness a {one.key.text}\nquorum a\n".encode())
    elsewhere = one.sign(log.checkpoint(3), 1_800_000_000)
    with pytest.raises(VerificationFailed):
        judge(with_line(log.note(), elsewhere), policy)
