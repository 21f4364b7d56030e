"""Those who sign a checkpoint: each holds a private key and answers with a line for the note."""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from keepclear.record.verify.checkpoint import Checkpoint, ed25519_message, ml_dsa_message
from keepclear.record.verify.note import SignatureLine, SignatureType, VerifierKey


class Signer(Protocol):
    """One key of one name."""

    @property
    def key(self) -> VerifierKey:
        """The public half, as those who check get it."""

    def sign(self, checkpoint: Checkpoint, time_s: int) -> SignatureLine:
        """The line of this key over the checkpoint at ``time_s``, seconds since 1970; 0 says nothing of when."""


class Ed25519Signer:
    """Type 0x01: Ed25519 over the checkpoint's text, without a time."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, SignatureType.ED25519, self._private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint, time_s: int) -> SignatureLine:  # noqa: ARG002 - this form has no time
        """See ``Signer.sign``."""
        return SignatureLine(self.key.name, self.key.key_id, self._private.sign(checkpoint.text.encode()))


class Ed25519Cosigner:
    """Type 0x04: Ed25519 with a time. The name is not signed, so the key must be of this cosigner alone."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, SignatureType.ED25519_COSIGNATURE, self._private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint, time_s: int) -> SignatureLine:
        """See ``Signer.sign``."""
        signature = self._private.sign(ed25519_message(checkpoint.text, time_s))
        return SignatureLine(self.key.name, self.key.key_id, time_s.to_bytes(8, "big") + signature)


class MlDsaSigner:
    """Type 0x06: ML-DSA-44 with a time and the signer's name, which also holds against a quantum computer."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.key = VerifierKey(name, SignatureType.ML_DSA_44, self._private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint, time_s: int) -> SignatureLine:
        """See ``Signer.sign``."""
        signature = self._private.sign(ml_dsa_message(self.key.name, time_s, checkpoint))
        return SignatureLine(self.key.name, self.key.key_id, time_s.to_bytes(8, "big") + signature)
