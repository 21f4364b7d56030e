"""A desk's key in a file: PKCS #8 in PEM (RFC 5958, RFC 8410), with a passphrase or without, its owner's alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from keepclear.errors import InvalidInput
from keepclear.formats.payloads import key_proof_payload
from keepclear.record import jws
from keepclear.record.verify.base64url import encoded
from keepclear.record.verify.jws import KEY_PROOF_TYP
from keepclear.record.verify.public_key import thumbprint

MOST_BYTES = 10_000


class KeyFileSigner:
    """Signs with the key in a file, which is read once. ``passphrase`` is asked for where the key has one.

    Raises ``InvalidInput`` for a file that others can read, that is no such key, or whose passphrase is another.
    """

    def __init__(self, path: Path, passphrase: Callable[[], str] | None = None) -> None:
        self._key = _private_key(path, passphrase)
        self.x = str(self._key["x"])
        """The public key, base64url."""

    @property
    def kid(self) -> str:
        """The key's name: its thumbprint (RFC 7638)."""
        return thumbprint(self.x)

    def sign(self, payload: bytes, *, seen: str | None = None) -> str:
        """See ``Signer``."""
        return jws.sign(payload, self._key, seen=seen)

    def enrolment(self, desk: str, mechanism: str) -> dict[str, object]:
        """The body of a ``key_enrol`` for this key: the public key, and the proof that its owner has it."""
        proof = jws.sign(key_proof_payload(desk, self.kid, mechanism), self._key, typ=KEY_PROOF_TYP)
        return {"key": {"kty": "OKP", "crv": "Ed25519", "x": self.x}, "proof": proof}


def make_key_file(path: Path, passphrase: str | None = None) -> KeyFileSigner:
    """A new key, on disk and readable by its owner only. Raises ``InvalidInput`` when the file exists."""
    how: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        how = serialization.BestAvailableEncryption(passphrase.encode("utf-8"))
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidInput(str(path), "is there already", "another name: a key is never written over") from None
    except OSError as error:
        raise InvalidInput(str(path), f"cannot be written ({error.strerror})", "a folder of yours") from None
    with open(file, "wb") as out:  # noqa: PTH123 - opened by descriptor, for its mode
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return KeyFileSigner(path, None if passphrase is None else lambda: passphrase)


def _private_key(path: Path, passphrase: Callable[[], str] | None) -> OKPKey:
    data = _owners_bytes(path)
    key: object
    try:
        key = serialization.load_pem_private_key(data, None)
    except TypeError:
        key = _unlocked(path, data, passphrase)
    except ValueError:
        raise _no_key(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    x, d = (encoded(part) for part in (key.public_key().public_bytes_raw(), key.private_bytes_raw()))
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x, "d": d})


def _unlocked(path: Path, data: bytes, passphrase: Callable[[], str] | None) -> object:
    if passphrase is None:
        raise InvalidInput(str(path), "the key has a passphrase", "the passphrase, or «keepclear agent»")
    try:
        return serialization.load_pem_private_key(data, passphrase().encode("utf-8"))
    except ValueError:
        raise InvalidInput(str(path), "the passphrase is another", "that with which the key was made") from None


def _no_key(path: Path) -> InvalidInput:
    return InvalidInput(str(path), "no Ed25519 key in PEM (PKCS #8)", "a file that «keepclear keys make» made")


def _owners_bytes(path: Path) -> bytes:
    """What a file holds that its owner alone can read; the file that is looked at is the one that is read."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            data = file.read(MOST_BYTES)
    except OSError as error:
        raise InvalidInput(str(path), f"cannot be read ({error.strerror})", "the file with your desk's key") from None
    if about.st_uid != os.geteuid():
        raise InvalidInput(str(path), "belongs to another user", "a key file of your own")
    if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(about.st_mode)
        raise InvalidInput(str(path), f"open to others (mode {mode:o})", f"chmod 600 {path}")
    return data
