"""What signs a desk's statements: a key in a file, one that an agent holds, or whatever else has these two."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """A desk's private key, wherever it is. The host never has it."""

    @property
    def kid(self) -> str:
        """The key's name: its thumbprint (RFC 7638)."""
        ...

    def sign(self, payload: bytes, *, seen: str | None = None) -> str:
        """A compact JWS over a statement in its canonical form, in the shape of ``record.verify.jws``.

        ``seen`` is the text of the newest checkpoint that the desk has seen. Raises ``InvalidInput`` where the key
        cannot be had.
        """
        ...
