"""One line of a bundle's entries by itself: does the entry open its leaf, is it an entry, and who signed what it says.

Nothing here depends on the lines before, so lines are examined by several processes at once. Which keys spoke for which
desk at that place of the record is for :mod:`keepclear.record.verify.statements`, which sees them in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keepclear.errors import InvalidInput, KeepclearError
from keepclear.record.verify.base64url import decoded, encoded
from keepclear.record.verify.canonical import canonical, strict_object
from keepclear.record.verify.encoding import shown
from keepclear.record.verify.jws import Token, taken_apart
from keepclear.record.verify.leaf import commitment_of, parse_leaf
from keepclear.record.verify.public_key import key_bytes, thumbprint
from keepclear.record.verify.tree import leaf_hash

VERSIONS = (1, 2)
RECOVERY = "recovery"
KINDS = frozenset({"agreement", "statement", "delivery", "clock", RECOVERY})
KEY_ENROL, KEY_REVOKE = "key_enrol", "key_revoke"
UNREADABLE = bytes(32)
"""Stands for the hash of a leaf that cannot be read: the root then differs, as it should."""


class Said(NamedTuple):
    """What a statement says of itself, and what is known of its signature."""

    id: str
    desk: str
    serial: int
    type: str
    mechanism: str
    mode: str
    kid: str | None
    """None: it is not signed."""
    unchecked: Token | None
    """The signature, where the key of this name was not known yet."""
    seen: str | None


class Row(NamedTuple):
    """A line as it was examined."""

    hash: bytes
    at_ms: int | None
    kind: str | None
    """None: the entry is not disclosed."""
    said: Said | None
    more: Mapping[str, Any] | None
    """Of an agreement its table, of a statement about keys its body."""
    failures: tuple[tuple[str, str, str], ...] = ()


class _Wrong(Exception):
    """What, what was found, and what it should be."""


def examine(lines: Sequence[bytes], keys: Mapping[str, str]) -> list[Row]:
    """A row for each line. ``keys``: public keys by their name (thumbprint), as far as they are known.

    A key that is enrolled in one of the lines is used for those after it: its name vouches for it.
    """
    known = dict(keys)
    return [_row(line, known) for line in lines]


def _row(line: bytes, known: dict[str, str]) -> Row:
    hashed, at_ms = UNREADABLE, None
    try:
        value = _object(line, "line")
        leaf = _base64url(value, "leaf")
        hashed = leaf_hash(leaf)
        read = parse_leaf(leaf)
        at_ms = read.at_ms
        if "entry" not in value:
            _only(value, ("leaf",))
            return Row(hashed, at_ms, None, None, None)
        _only(value, ("leaf", "entry", "salt", "findings"))
        entry, salt = _base64url(value, "entry"), _base64url(value, "salt")
        opened = commitment_of(salt, entry)
        if opened != read.commitment:
            expected = f"{encoded(read.commitment)}, as its leaf says"
            raise _Wrong("entry and salt", f"open the commitment {encoded(opened)}", expected)
        return _opened(hashed, at_ms, entry, value.get("findings"), known)
    except _Wrong as error:
        return Row(hashed, at_ms, None, None, None, (error.args,))
    except InvalidInput as error:
        return Row(hashed, at_ms, None, None, None, ((error.field, error.given, error.expected),))


def _opened(hashed: bytes, at_ms: int, entry: bytes, findings: Any, known: dict[str, str]) -> Row:
    """An entry that is what its leaf commits to: now what it says."""
    value = _object(entry, "entry")
    kind = value.get("kind")
    if value.get("v") not in VERSIONS or kind not in KINDS:
        raise _Wrong("entry", f"version {value.get('v')!r}, kind {kind!r}", "one that this verifier knows")
    failures = []
    if value.get("at") != at_ms:
        failures.append(("time of hearing", f"{value.get('at')!r} ms in the entry", f"{at_ms} ms, as in its leaf"))
    if findings is not None and (digest := _digest(findings)) != value.get("worked_out"):
        failures.append(("findings", f"hash to {digest}", f"{value.get('worked_out')}, as the entry says"))
    said, more = None, None
    if kind == "statement":
        try:
            said, more = _said(value, known)
        except _Wrong as error:
            failures.append(error.args)
    elif kind == "agreement":
        more = value.get("agreement")
    return Row(hashed, at_ms, kind, said, more if isinstance(more, dict) else None, tuple(failures))


def _said(value: Mapping[str, Any], known: dict[str, str]) -> tuple[Said, Any]:
    """What a statement's entry says, its signature checked where the key is known."""
    if ("jws" in value) == ("statement" in value):
        raise _Wrong("entry", "both a signed and an unsigned statement, or neither", "one of the two")
    token = None
    if "jws" in value:
        try:
            token = taken_apart(value["jws"] if isinstance(value["jws"], str) else "")
        except KeepclearError as error:
            raise _Wrong("signature", str(error), "a compact JWS as the verifier's reader takes it") from None
    statement = value["statement"] if token is None else _object(token.payload, "statement")
    said = _of_statement(statement, token)
    more = statement.get("body") if said.type in (KEY_ENROL, KEY_REVOKE) else None
    if said.type == KEY_ENROL:
        _learn(more, known)
    if token is not None and token.kid in known:
        if not is_signed(token, known[token.kid]):
            raise _Wrong("signature", f"not made by the key {token.kid}", "a signature over these very bytes")
        said = said._replace(unchecked=None)
    return said, more


def _of_statement(statement: Any, token: Token | None) -> Said:
    fields = ("id", str), ("from", str), ("serial", int), ("type", str), ("mechanism", str)
    for name, shape in fields:
        found = statement.get(name) if isinstance(statement, dict) else None
        if type(found) is not shape:
            raise _Wrong(f"statement's {name}", shown(repr(found)), "there, and a text (the serial: a whole number)")
    mode = statement.get("mode", "live")
    given = statement["id"], statement["from"], statement["serial"], statement["type"], statement["mechanism"]
    if token is None:
        return Said(*given, str(mode), None, None, None)
    return Said(*given, str(mode), token.kid, token, token.seen)


def _learn(body: Any, known: dict[str, str]) -> None:
    """A key goes by its thumbprint, so that whoever says a key is known by a name can be taken at their word."""
    key = body.get("key") if isinstance(body, dict) else None
    x = key.get("x") if isinstance(key, dict) else None
    if isinstance(x, str):
        try:
            key_bytes(x)
        except KeepclearError:
            return
        known[thumbprint(x)] = x


def is_signed(token: Token, x: str) -> bool:
    """Whether the key with the public part ``x`` made this token."""
    try:
        _public_key(x).verify(token.signature, token.signed)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4_096)
def _public_key(x: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key_bytes(x))


def _digest(findings: Any) -> str:
    try:
        return encoded(sha256(canonical(findings)).digest())
    except (ValueError, RecursionError):
        return "nothing: they have no canonical form"


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        return strict_object(data)
    except ValueError:
        expected = "a JSON object in UTF-8 with each key once"
        raise _Wrong(what, shown(data[:40].decode("latin-1")), expected) from None


def _only(value: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    if not value.keys() <= set(keys):
        raise _Wrong("line", f"the members {', '.join(sorted(value))}"[:200], f"no other than {', '.join(keys)}")


def _base64url(value: Mapping[str, Any], key: str) -> bytes:
    text = value.get(key)
    try:
        return decoded(text if isinstance(text, str) else "=")
    except ValueError:
        raise _Wrong(key, shown(repr(text)), "base64url in its one spelling") from None
