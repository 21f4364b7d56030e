"""Entries of the record as canonical JSON (RFC 8785): the inputs of a mechanism, and a hash of what follows from them.

``{"v": 2, "rules": "2", "at": …, "kind": …, "worked_out": …, …}``: ``at`` is in milliseconds since 1970, and ``rules``
the version of the rules that worked the entry out (architecture: «only inputs are kept»). ``worked_out`` is the hash of
what followed from it (``findings``), so that whoever plays the record again can tell whether the same follows. A signed
statement is there as the token that it came as, ``jws``, in place of ``statement``. Version 1 had neither, and is still
read. Kinds are ``agreement``, ``statement``, ``delivery`` (a desk's machine had what came), ``clock`` (something fell
due) and ``recovery`` (the operator retired the mediator's keys). The same entry always has the same bytes.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import rfc8785
from pydantic_core import from_json

from keepclear.errors import InvalidInput
from keepclear.formats.findings import NOTHING
from keepclear.formats.mechanism_table import agreement_to_table
from keepclear.formats.mechanism_toml import agreement_from_table
from keepclear.formats.reader import Table
from keepclear.formats.strict_json import Limits, loads
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.ledger import RULES_VERSION
from keepclear.mechanism.statement import Statement
from keepclear.record.verify.jws import taken_apart

FIRST_VERSION = 1
"""Entries that know no signed statements."""

ENTRY_VERSION = 2
"""The version that is written."""

ENTRY_LIMITS = Limits(max_bytes=64_000_000, max_depth=32)
"""Our own entries hold statements and agreements that were read under narrower limits."""

EntryKind = Literal["agreement", "statement", "delivery", "clock", "recovery"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; what its kind does not have is ``None`` (``held``: false)."""

    kind: EntryKind
    at: int
    rules: str = RULES_VERSION
    agreement: Agreement | None = None
    statement: Mapping[str, Any] | None = None
    """The JSON object exactly as heard."""
    held: bool = False
    desk: str | None = None
    through: int | None = None
    worked_out: str | None = None
    """The hash of what was worked out at this entry; None in one of version 1."""
    jws: str | None = None
    """The token that a signed statement came as; ``statement`` is then what its payload holds."""
    reason: str | None = None
    """Why the operator retired the mediator's keys."""


def agreement_entry(at: int, agreement: Agreement, *, worked_out: str = NOTHING) -> bytes:
    """What is agreed from then on: the first entry of a record, and one wherever it was amended."""
    return _bytes("agreement", at, worked_out, {"agreement": agreement_to_table(agreement)})


def statement_entry(at: int, statement: Statement, *, held: bool = False, worked_out: str = NOTHING) -> bytes:
    """A statement, at the time that it was heard; ``held`` when its desk kept it while its link was down."""
    if statement.source is None:
        raise InvalidInput("statement", "without what was heard", "a statement that was read from JSON")
    said = {"statement": statement.source} if statement.jws is None else {"jws": statement.jws}
    return _bytes("statement", at, worked_out, {**said, **({"held": True} if held else {})})


def delivery_entry(at: int, desk: str, through: int, *, worked_out: str = NOTHING) -> bytes:
    """A desk's machine has everything up to the record's index ``through``."""
    return _bytes("delivery", at, worked_out, {"desk": desk, "through": through})


def clock_entry(at: int, *, worked_out: str = NOTHING) -> bytes:
    """The clock was advanced to ``at``, and something was due."""
    return _bytes("clock", at, worked_out, {})


def recovery_entry(at: int, reason: str, *, worked_out: str = NOTHING) -> bytes:
    """The mediator's keys were lost, and the host's operator retired them."""
    return _bytes("recovery", at, worked_out, {"reason": reason})


def _bytes(kind: EntryKind, at: int, worked_out: str, more: Mapping[str, Any]) -> bytes:
    every: dict[str, Any] = {"v": ENTRY_VERSION, "rules": RULES_VERSION, "at": at, "kind": kind, **more}
    return rfc8785.dumps({**every, "worked_out": worked_out})


_VERSIONS = (FIRST_VERSION, ENTRY_VERSION)
_HASH = re.compile(r"[A-Za-z0-9_-]{43}")

_KEYS: dict[str, tuple[str, ...]] = {
    "agreement": ("agreement",),
    "statement": ("statement", "jws", "held"),
    "delivery": ("desk", "through"),
    "clock": (),
    "recovery": ("reason",),
}


def entry_as_kept(data: bytes) -> Entry:
    """``entry_from_bytes`` for what our own store gave back, checked against its hash: it was written by this module.

    What other rules wrote, and what is no statement, is read as strictly as ever. pydantic's reader gives what Python's
    own gives for canonical JSON, in half the time.
    """
    value = from_json(data)
    if value.get("kind") != "statement" or value.get("v") not in _VERSIONS or value.get("rules") != RULES_VERSION:
        return entry_from_bytes(data)
    jws = value.get("jws")
    return Entry(
        "statement",
        value["at"],
        value["rules"],
        statement=value["statement"] if jws is None else from_json(urlsafe_b64decode(jws.split(".")[1] + "==")),
        held=value.get("held", False),
        worked_out=value.get("worked_out"),
        jws=jws,
    )


def entry_from_bytes(data: bytes) -> Entry:
    """The entry that the bytes hold; ``InvalidInput`` when they are none, or of a version that is not known here."""
    value = loads(data, limits=ENTRY_LIMITS)
    kind = value.get("kind") if isinstance(value, Mapping) else None
    own = _KEYS.get(kind, ()) if isinstance(kind, str) else ()
    first = isinstance(value, Mapping) and value.get("v") == FIRST_VERSION
    table = Table(value, "", ("v", "rules", "at", "kind", *(() if first else ("worked_out",)), *own))
    version = table.integer("v")
    if version not in _VERSIONS:
        raise table.refuse("v", f"{ENTRY_VERSION}, the version of entries that is known here, or an older one")
    kind = cast("EntryKind", table.choice("kind", tuple(_KEYS)))
    statement, jws = _said(table) if kind == "statement" else (None, None)
    return Entry(
        kind,
        table.integer("at"),
        table.text("rules"),
        agreement_from_table(table.value("agreement"), "agreement") if kind == "agreement" else None,
        statement,
        table.flag("held"),
        table.text("desk") if kind == "delivery" else None,
        table.integer("through") if kind == "delivery" else None,
        _worked_out(table) if version != FIRST_VERSION else None,
        jws,
        table.text("reason") if kind == "recovery" else None,
    )


def _worked_out(table: Table) -> str:
    expected = "the hash of what was worked out, 43 characters of base64url"
    text = table.text("worked_out", expected)
    if _HASH.fullmatch(text) is None:
        raise table.refuse("worked_out", expected)
    return text


def _said(table: Table) -> tuple[Mapping[str, Any], str | None]:
    """A statement as heard, and the token that it came as, of which there is one where it was signed."""
    jws = table.value("jws")
    if jws is None or table.value("v") == FIRST_VERSION:
        statement = table.value("statement")
        if jws is not None or not isinstance(statement, Mapping):
            raise table.refuse("statement", "the statement as heard")
        return statement, None
    if "statement" in table or not isinstance(jws, str):
        raise table.refuse("jws", "the token of a signed statement, and no statement beside it")
    value = loads(taken_apart(jws).payload)
    if not isinstance(value, Mapping):
        raise table.refuse("jws", "a token that holds a statement")
    return value, jws
