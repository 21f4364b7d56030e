"""Signed notes and keys: the specification's examples, Go's, all three types of signature, and what is refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.verify.checkpoint import Checkpoint, ed25519_message, ml_dsa_message
from keepclear.record.verify.note import (
    MOST_NOTE_BYTES,
    MOST_SIGNATURES,
    Note,
    SignatureLine,
    SignatureType,
    VerifierKey,
    parse_note,
    parse_verifier_key,
    verify_line,
    verify_note,
)

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
"""C2SP signed-note v1.0.0, §Example."""

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The Go module ecosystem's golang.org/x/mod/sumdb/note, its own test."""

SONG = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)

CHECKPOINT = Checkpoint("example.com/log", 7, bytes(range(32)))
TIME_S = 1_679_315_147


@pytest.mark.parametrize(("key", "note"), [(EXAMPLE_KEY, EXAMPLE), (GO_KEY, GO_NOTE)])
def test_known_notes_hold_and_altered_ones_do_not(key: str, note: str) -> None:
    read, verifier = parse_note(note.encode()), parse_verifier_key(key)
    (signed,) = verify_note(read, [verifier])
    assert signed.key == verifier
    assert signed.time_s is None
    assert verifier.text == key
    assert read.to_bytes() == note.encode()
    with pytest.raises(VerificationFailed):
        verify_note(Note(read.text.replace("a", "e", 1), read.lines), [verifier])
    signature = bytearray(read.lines[0].signature)
    signature[-1] ^= 1
    spoilt = SignatureLine(read.lines[0].name, read.lines[0].key_id, bytes(signature))
    with pytest.raises(VerificationFailed):
        verify_note(Note(read.text, (spoilt,)), [verifier])


def test_the_last_empty_line_parts_text_and_signatures() -> None:
    note = parse_note(SONG.encode())
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [line.name for line in note.lines] == ["quasimodo.example/salvatore"]


def _rfc_8032_key() -> Ed25519PrivateKey:
    """RFC 8032 §7.1, test 1."""
    key = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.public_key().public_bytes_raw().hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    return key


def test_rfc_8032_signatures_are_taken() -> None:
    signature = _rfc_8032_key().sign(b"")
    assert signature.hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
    key = VerifierKey("rfc8032", SignatureType.ED25519, _rfc_8032_key().public_key().public_bytes_raw())
    verify_line("", SignatureLine("rfc8032", key.key_id, signature), key)


def _signed(kind: SignatureType, name: str = "witness.example/w1") -> tuple[VerifierKey, SignatureLine]:
    text = CHECKPOINT.text
    stamp = TIME_S.to_bytes(8, "big")
    if kind is SignatureType.ML_DSA_44:
        post_quantum = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
        key = VerifierKey(name, kind, post_quantum.public_key().public_bytes_raw())
        signature = stamp + post_quantum.sign(ml_dsa_message(name, TIME_S, CHECKPOINT))
    else:
        private = _rfc_8032_key()
        key = VerifierKey(name, kind, private.public_key().public_bytes_raw())
        signature = (
            private.sign(text.encode())
            if kind is SignatureType.ED25519
            else stamp + private.sign(ed25519_message(text, TIME_S))
        )
    return key, SignatureLine(name, key.key_id, signature)


@pytest.mark.parametrize("kind", list(SignatureType))
def test_every_type_of_signature_holds_only_over_its_own_text_time_and_name(kind: SignatureType) -> None:
    key, line = _signed(kind)
    signed = verify_line(CHECKPOINT.text, line, key)
    assert signed.time_s == (None if kind is SignatureType.ED25519 else TIME_S)
    assert parse_verifier_key(key.text) == key
    other = Checkpoint(CHECKPOINT.origin, CHECKPOINT.size + 1, CHECKPOINT.root)
    with pytest.raises(VerificationFailed):
        verify_line(other.text, line, key)
    for at in (0, 9, len(line.signature) - 1):
        spoilt = bytearray(line.signature)
        spoilt[at] ^= 1
        with pytest.raises(VerificationFailed):
            verify_line(CHECKPOINT.text, SignatureLine(line.name, line.key_id, bytes(spoilt)), key)
    with pytest.raises(VerificationFailed):
        verify_line(CHECKPOINT.text, SignatureLine(line.name, line.key_id, line.signature + b"\0"), key)
    with pytest.raises(VerificationFailed):
        verify_line(CHECKPOINT.text, line, VerifierKey("another", kind, key.public_key))


def test_an_ml_dsa_cosignature_is_bound_to_its_cosigners_name() -> None:
    key, line = _signed(SignatureType.ML_DSA_44)
    other = VerifierKey("other.example", key.type, key.public_key)
    with pytest.raises(VerificationFailed):
        verify_line(CHECKPOINT.text, SignatureLine(other.name, other.key_id, line.signature), other)


def test_the_messages_that_are_cosigned_are_the_specifications() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert ed25519_message(text, TIME_S) == f"cosignature/v1\ntime 1679315147\n{text}".encode()
    assert ml_dsa_message("w", 2, CHECKPOINT) == (
        b"subtree/v1\n\0\x01w" + bytes(7) + b"\x02" + b"\x0fexample.com/log" + bytes(15) + b"\x07" + bytes(range(32))
    )
    with pytest.raises(InvalidInput):
        ml_dsa_message("w" * 256, 2, CHECKPOINT)
    with pytest.raises(InvalidInput):
        ed25519_message(text, 2**63)


@pytest.mark.parametrize("kind", [SignatureType.ED25519_COSIGNATURE, SignatureType.ML_DSA_44])
def test_a_cosignature_is_over_a_checkpoint_only(kind: SignatureType) -> None:
    key, line = _signed(kind)
    with pytest.raises(VerificationFailed, match="checkpoint"):
        verify_line("a text\n", line, key)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    key, line = _signed(SignatureType.ED25519)
    stranger, strange_line = _signed(SignatureType.ML_DSA_44)
    note = Note(CHECKPOINT.text, (strange_line, SignatureLine(key.name, b"\0\0\0\0", b"x"), line))
    assert [signed.key for signed in verify_note(note, [key])] == [key]
    assert [signed.key for signed in verify_note(note, [key, stranger])] == [stranger, key]
    assert verify_note(note, []) == ()


_LINE = EXAMPLE.splitlines()[-1] + "\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"\xff\n\n" + _LINE.encode(),
        b"a\rb\n\n" + _LINE.encode(),
        b"a\x00b\n\n" + _LINE.encode(),
        ("text\n\n" + _LINE[:-1]).encode(),
        ("text\n" + _LINE).encode(),
        ("text\n\n" + _LINE.replace("— ", "- ")).encode(),
        ("text\n\n" + _LINE.replace("— ", "—  ")).encode(),
        ("text\n\n" + _LINE.replace("example.com/foo", "a+b")).encode(),
        ("text\n\n" + _LINE.replace("example.com/foo", "a\u00a0b")).encode(),
        ("text\n\n" + _LINE.replace("example.com/foo ", "")).encode(),
        ("text\n\n" + _LINE.replace("=\n", "\n")).encode(),
        ("text\n\n" + _LINE.replace("M=\n", "N=\n")).encode(),
        ("text\n\n" + _LINE.replace("=\n", "= \n")).encode(),
        b"text\n\n\xe2\x80\x94 n AAAAAA==\n",
        ("text\n\n" + _LINE * (MOST_SIGNATURES + 1)).encode(),
        b"a" * MOST_NOTE_BYTES + ("\n\n" + _LINE).encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_note(data)


def test_sixteen_post_quantum_signatures_are_read() -> None:
    _, line = _signed(SignatureType.ML_DSA_44)
    note = Note(CHECKPOINT.text, (line,) * 16)
    assert parse_note(note.to_bytes()) == note


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("foo", "fo o"),
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        EXAMPLE_KEY + "=",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "name+00000000+",
        "a" * 5_000,
    ],
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        parse_verifier_key(key)


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (text + "\n\n" + _LINE).encode("utf-8", "replace"))
)
def test_a_note_that_is_read_is_written_the_same(data: bytes) -> None:
    try:
        note = parse_note(data)
    except InvalidInput:
        return
    assert note.to_bytes() == data


@given(st.integers(0, len(EXAMPLE.encode()) - 1), st.integers(0, 255))
def test_one_other_byte_never_passes(at: int, byte: int) -> None:
    data = bytearray(EXAMPLE.encode())
    same = data[at] == byte
    data[at] = byte
    try:
        signed = verify_note(parse_note(bytes(data)), [parse_verifier_key(EXAMPLE_KEY)])
    except (InvalidInput, VerificationFailed):
        signed = ()
    assert bool(signed) == same
