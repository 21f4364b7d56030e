"""The secrets of a log, as files of their owner alone: two signing seeds, and what the salts of its leaves come from.

A folder of secrets is made whole or not at all. Whoever has them can sign as the log; whoever has the salt's secret can
try out what a leaf commits to. Each file is one line: 32 bytes in base64.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keepclear.errors import InvalidInput
from keepclear.record.durable import make_folder, sync_folder, write_synced
from keepclear.record.signers import Ed25519Signer, MlDsaSigner, Signer
from keepclear.record.verify.encoding import base64_of, bytes_of
from keepclear.record.verify.leaf import SALT_BYTES

SECRET_BYTES = 32

ED25519_FILE = "ed25519"
ML_DSA_FILE = "ml-dsa-44"
SALT_FILE = "salt"


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The secrets of the logs of one data directory; none of them is ever shown."""

    ed25519_seed: bytes = field(repr=False)
    ml_dsa_seed: bytes = field(repr=False)
    salt_secret: bytes = field(repr=False)

    def signers(self, origin: str) -> tuple[Signer, Signer]:
        """The two that sign the checkpoints of the log ``origin``: Ed25519 and ML-DSA-44."""
        return Ed25519Signer(origin, self.ed25519_seed), MlDsaSigner(origin, self.ml_dsa_seed)

    def salts(self, log: str) -> Salts:
        """The salts of the log of this name."""
        return Salts(hmac.digest(self.salt_secret, log.encode(), "sha256"))


@dataclass(frozen=True, slots=True)
class Salts:
    """A salt for each leaf of one log, the same whenever it is asked for."""

    secret: bytes = field(repr=False)

    def of(self, index: int) -> bytes:
        """The 16 bytes of leaf ``index``: HMAC-SHA-256 of its number as 8 bytes, big-endian, cut."""
        return hmac.digest(self.secret, index.to_bytes(8, "big"), "sha256")[:SALT_BYTES]


def log_keys(folder: Path) -> LogKeys:
    """The secrets in ``folder``, which is made with new ones when it is not there. Raises :class:`InvalidInput`."""
    names = (ED25519_FILE, ML_DSA_FILE, SALT_FILE)
    if not folder.exists():
        make_secrets(folder, names)
    return LogKeys(*(read_secret(folder / name) for name in names))


def make_secrets(folder: Path, names: Sequence[str]) -> None:
    """``folder`` (0700) holds a new secret under each name (0600), all on the disk; it appears whole or not at all.

    Raises ``OSError``; a folder that is there is never touched.
    """
    make_folder(folder.parent)
    unfinished = folder.with_name(f"{folder.name}.{secrets.token_hex(8)}.new")
    unfinished.mkdir(mode=0o700)
    for name in names:
        write_synced(unfinished / name, f"{base64_of(secrets.token_bytes(SECRET_BYTES))}\n".encode(), 0o600)
    sync_folder(unfinished)
    unfinished.rename(folder)  # rename(2) refuses a folder that has something in it
    sync_folder(folder.parent)


def read_secret(path: Path) -> bytes:
    """The secret in a file that nobody but its owner may read, or :class:`InvalidInput` that says what is wrong."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(256).decode("ascii", "replace")
    except OSError as error:
        expected = "the secret that was there; put it back from a copy, for the log cannot go on under another"
        raise InvalidInput(str(path), error.strerror or "it cannot be read", expected) from None
    if stat.S_IMODE(mode) & 0o077:
        raise InvalidInput(str(path), f"mode {stat.S_IMODE(mode):04o}", "a file of its owner alone (chmod 600)")
    secret = bytes_of(text.removesuffix("\n"), str(path))
    if len(secret) != SECRET_BYTES:
        raise InvalidInput(str(path), f"{len(secret)} bytes", f"{SECRET_BYTES} bytes in base64")
    return secret
