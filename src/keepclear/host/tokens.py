"""Who holds which desk: bearer tokens, of which only the hashes are kept.

A token is 32 random bytes, so a plain SHA-256 of it is enough at rest: there is no dictionary to try. It is printed
once, when it is made, and cannot be had again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keepclear.errors import InvalidInput

TOKEN_BYTES = 32
METRICS = "/metrics"
"""The name of the one token that reads ``/metrics`` and nothing else; no desk can be called so."""


@dataclass(frozen=True, slots=True)
class TokenBook:
    """Which token is whose: SHA-256 (hex) of a token to the name of its desk, or ``metrics``."""

    holders: Mapping[str, str]

    def holder(self, token: str) -> str | None:
        """Whose token this is, or None. Every kept hash is compared, each in constant time."""
        given = hash_of(token)
        found = None
        for kept, name in self.holders.items():
            if hmac.compare_digest(kept, given):
                found = name
        return found

    def save(self, path: Path) -> None:
        """The hashes are on disk, readable by their owner only. Raises ``InvalidInput`` when the file exists."""
        text = json.dumps({"v": 1, "sha256": dict(self.holders)}, indent=1)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise InvalidInput(
                str(path), "tokens were made here already", "remove the file to make all of them anew"
            ) from None
        with open(file, "w", encoding="utf-8") as out:  # noqa: PTH123 - opened by descriptor, for its mode
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())

    def save_again(self, path: Path) -> None:
        """The hashes take the place of those on disk, all at once."""
        beside = path.with_name(f"{path.name}.new")
        beside.unlink(missing_ok=True)
        self.save(beside)
        beside.replace(path)

    def without_token(self, desks: Iterable[str]) -> list[str]:
        """The desks that no token is for."""
        held = set(self.holders.values())
        return [desk for desk in desks if desk not in held]

    def with_more(self, names: Iterable[str]) -> tuple[TokenBook, dict[str, str]]:
        """The book with a new token for each name, and name to token, to be shown once."""
        tokens = {name: f"kc_{secrets.token_urlsafe(TOKEN_BYTES)}" for name in names}
        return TokenBook({**self.holders, **{hash_of(token): name for name, token in tokens.items()}}), tokens


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def issue(desks: Iterable[str]) -> tuple[TokenBook, dict[str, str]]:
    """A new token for every desk and one for metrics: the book to keep, and name to token, to be shown once."""
    return TokenBook({}).with_more((*desks, METRICS))


def load(path: Path) -> TokenBook:
    """The book kept at ``path``. Raises ``InvalidInput`` when there is none, or it is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["sha256"]
        return TokenBook({str(hashed): str(name) for hashed, name in kept.items()})
    except FileNotFoundError:
        raise InvalidInput(str(path), "no tokens were made yet", "run «keepclear serve --init» once") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            str(path), f"not a file of tokens ({error})", "what «keepclear serve --init» wrote"
        ) from None
