"""Signed notes (C2SP signed-note v1.0.0): a text, and below an empty line the signatures of those who stand by it.

::

    — <name> base64(4-byte key id ‖ signature)

A note is only believed for a key that the reader knows beforehand, given as ``name+id in hex+base64(type ‖ key)``.
Lines of keys that the reader does not know are passed over: so keys are changed, and witnesses added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.verify.checkpoint import TIME_BYTES, ed25519_message, ml_dsa_message, parse_checkpoint
from keepclear.record.verify.encoding import base64_of, bytes_of, shown, text_of

MOST_NOTE_BYTES = 262_144
"""A note over this length is not read: 32 signatures of ML-DSA-44 take 104,000 bytes."""

MOST_SIGNATURES = 32
"""A note with more lines is not read (the specification asks for at least 16)."""

KEY_ID_BYTES = 4

_MOST_KEY_CHARACTERS = 4_096
_DASH = "\u2014 "


class SignatureType(IntEnum):
    """The signatures that can be checked here, by the byte that stands for each in a key."""

    ED25519 = 0x01
    """Ed25519 over the note's text."""
    ED25519_COSIGNATURE = 0x04
    """Ed25519 with a time, over a checkpoint."""
    ML_DSA_44 = 0x06
    """ML-DSA-44 (FIPS 204) with a time, over a checkpoint."""


PUBLIC_KEY_BYTES = {
    SignatureType.ED25519: 32,
    SignatureType.ED25519_COSIGNATURE: 32,
    SignatureType.ML_DSA_44: 1_312,
}

SIGNATURE_BYTES = {
    SignatureType.ED25519: 64,
    SignatureType.ED25519_COSIGNATURE: TIME_BYTES + 64,
    SignatureType.ML_DSA_44: TIME_BYTES + 2_420,
}


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature below a note: who says to have made it, with which key; nothing of that is checked yet."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line as written, with its newline."""
        return f"{_DASH}{self.name} {base64_of(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines below it."""

    text: str
    lines: tuple[SignatureLine, ...]

    def to_bytes(self) -> bytes:
        """The note as it is sent and kept; :func:`parse_note` of it is this note."""
        return f"{self.text}\n{''.join(line.text for line in self.lines)}".encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that a reader believes: its owner's name, its type, and the public key's bytes."""

    name: str
    type: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name, "key name")
        if len(self.public_key) != PUBLIC_KEY_BYTES[self.type]:
            expected = f"{PUBLIC_KEY_BYTES[self.type]} bytes for type 0x{self.type:02x}"
            raise InvalidInput("public key", f"{len(self.public_key)} bytes", expected)

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand for this key in a signature line; they are no proof of the key."""
        return sha256(self.name.encode() + b"\n" + bytes((self.type,)) + self.public_key).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as people pass it on; :func:`parse_verifier_key` of it is this key."""
        return f"{self.name}+{self.key_id.hex()}+{base64_of(bytes((self.type,)) + self.public_key)}"


@dataclass(frozen=True, slots=True)
class Signed:
    """One line of a note that was checked and holds."""

    key: VerifierKey
    line: SignatureLine
    time_s: int | None
    """When it was made, seconds since 1970, as its maker says; None for a signature without a time."""


def check_name(name: str, field: str) -> None:
    """A key's name is not empty and has no space, plus or control character, or :class:`InvalidInput`."""
    text_of(name.encode("utf-8", "surrogatepass"), field)
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise InvalidInput(field, shown(name), "a name without spaces and plus signs")


def parse_note(data: bytes) -> Note:
    """The note that has exactly these bytes, or :class:`InvalidInput`. No signature is checked."""
    if len(data) > MOST_NOTE_BYTES:
        raise InvalidInput("note", f"{len(data):,} bytes", f"at most {MOST_NOTE_BYTES:,} bytes")
    text, gap, below = text_of(data, "note").rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise InvalidInput("note", "no signatures", "a text, an empty line, and lines of signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise InvalidInput("note", f"{len(lines)} signatures", f"at most {MOST_SIGNATURES}")
    return Note(text + "\n", tuple(_parse_line(line, f"signature {number}") for number, line in enumerate(lines, 1)))


def _parse_line(line: str, field: str) -> SignatureLine:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise InvalidInput(field, shown(line), "«— name base64»")
    check_name(name, field)
    data = bytes_of(encoded, field)
    if len(data) <= KEY_ID_BYTES:
        raise InvalidInput(field, f"{len(data)} bytes", f"{KEY_ID_BYTES} bytes of key id and a signature")
    return SignatureLine(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def parse_verifier_key(text: str) -> VerifierKey:
    """The key that is written as ``text``, or :class:`InvalidInput`."""
    if len(text) > _MOST_KEY_CHARACTERS:
        raise InvalidInput("key", f"{len(text):,} characters", f"at most {_MOST_KEY_CHARACTERS:,}")
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise InvalidInput("key", shown(text), "«name+key id in hex+base64»")
    name, key_id, encoded = parts
    data = bytes_of(encoded, "key")
    if not data or data[0] not in tuple(SignatureType):
        raise InvalidInput("key", f"type {data[:1].hex() or 'missing'}", "type 01, 04 or 06")
    key = VerifierKey(name, SignatureType(data[0]), data[1:])
    if key_id != key.key_id.hex():
        raise InvalidInput("key", f"the key id {shown(key_id)}", f"{key.key_id.hex()} for this name and key")
    return key


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[Signed, ...]:
    """The lines of ``note`` by ``keys``, each checked; empty when none of the keys has signed.

    A line that names one of the keys and does not hold makes the whole note unbelievable: :class:`VerificationFailed`.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed = []
    for line in note.lines:
        key = known.get((line.name, line.key_id))
        if key is not None:
            signed.append(verify_line(note.text, line, key))
    return tuple(signed)


def verify_line(text: str, line: SignatureLine, key: VerifierKey) -> Signed:
    """``key`` has signed ``text`` in this line, or :class:`VerificationFailed`."""
    what = f"signature of {key.name} ({key.key_id.hex()})"
    if (line.name, line.key_id) != (key.name, key.key_id):
        raise VerificationFailed(what, f"a line of {shown(line.name)} ({line.key_id.hex()})", "a line of that key")
    if len(line.signature) != SIGNATURE_BYTES[key.type]:
        raise VerificationFailed(what, f"{len(line.signature)} bytes", f"{SIGNATURE_BYTES[key.type]} bytes")
    try:
        if key.type is SignatureType.ED25519:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(line.signature, text.encode())
            return Signed(key, line, None)
        time_s = int.from_bytes(line.signature[:TIME_BYTES], "big")
        _verify_cosignature(text, line.signature[TIME_BYTES:], time_s, key)
    except InvalidInput as error:
        raise VerificationFailed(what, str(error), "a signed checkpoint") from None
    except (InvalidSignature, ValueError):
        raise VerificationFailed(what, "it does not hold", "a signature by that key over this very text") from None
    return Signed(key, line, time_s)


def _verify_cosignature(text: str, signature: bytes, time_s: int, key: VerifierKey) -> None:
    checkpoint = parse_checkpoint(text)
    if key.type is SignatureType.ED25519_COSIGNATURE:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, ed25519_message(text, time_s))
    else:
        message = ml_dsa_message(key.name, time_s, checkpoint)
        MLDSA44PublicKey.from_public_bytes(key.public_key).verify(signature, message)
