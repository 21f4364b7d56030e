"""A leaf of the record's tree: when an entry was heard, and a commitment to its bytes that gives nothing of them away.

``{"at":<ms>,"commitment":"<base64url of sha-256(salt ‖ entry)>","v":1}`` in the canonical form of RFC 8785. Leaf i
stands for entry i of the record. The salt, 16 bytes, goes with an entry to those who may see it: without it nobody can
try out what an entry may have said.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from keepclear.errors import InvalidInput
from keepclear.record.verify.encoding import shown

SALT_BYTES = 16

_LEAF = re.compile(rb'\{"at":(0|-?[1-9][0-9]{0,15}),"commitment":"([A-Za-z0-9_-]{43})","v":1\}')


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry as the tree holds it: milliseconds since 1970 at which it was heard, and the commitment (32 bytes)."""

    at_ms: int
    commitment: bytes

    def to_bytes(self) -> bytes:
        """The leaf as it is hashed; :func:`parse_leaf` of it is this leaf."""
        encoded = base64.urlsafe_b64encode(self.commitment).rstrip(b"=")
        return b'{"at":%d,"commitment":"%s","v":1}' % (self.at_ms, encoded)


def parse_leaf(data: bytes) -> Leaf:
    """The leaf that has exactly these bytes, or :class:`InvalidInput`."""
    found = _LEAF.fullmatch(data)
    leaf = found and Leaf(int(found[1]), base64.urlsafe_b64decode(found[2] + b"="))
    if not leaf or leaf.to_bytes() != data:
        given = shown(data[:80].decode("utf-8", "replace"))
        raise InvalidInput("leaf", given, '«{"at":<ms>,"commitment":"<43 characters>","v":1}»')
    return leaf


def commitment_of(salt: bytes, entry: bytes) -> bytes:
    """The commitment to an entry's bytes under its salt."""
    if len(salt) != SALT_BYTES:
        raise InvalidInput("salt", f"{len(salt)} bytes", f"{SALT_BYTES} bytes")
    return sha256(salt + entry).digest()
