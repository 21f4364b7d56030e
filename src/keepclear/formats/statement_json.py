"""A statement as JSON (model §3), read strictly: what is wrong is named by its field, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.key_json import key_enrol_body, key_revoke_body
from keepclear.formats.line_json import LINE_TYPES, line_body_from_json
from keepclear.formats.notation.read_back import read_back_from_json
from keepclear.formats.payloads import ENVELOPE_KEYS
from keepclear.formats.place_json import place_from_json
from keepclear.formats.reader import LONGEST_TEXT, Table, shown
from keepclear.formats.strict_json import MOST_EXACT_INTEGER
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.bodies import NOTICE_FIELDS, AckBody, AmendBody, Body, LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.statement import Statement, StatementType, default_precedence, statement_type
from keepclear.mechanism.words import AckLevel, Activity, Mode, Precedence
from keepclear.spacetime.as_kept import envelope_as_kept
from keepclear.spacetime.envelope import Envelope, envelope_from_json
from keepclear.spacetime.instants import parse_instant

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{12}")
_UUID_EXPECTED = "a UUIDv7 in lower case (RFC 9562), such as 01963e5c-4f00-7000-8000-000000000001"
MOST_ADDRESSEES = 1_000


def statement_from_json(value: object, agreement: Agreement, *, as_kept: bool = False) -> Statement:
    """The statement that a JSON object says, for the mechanism of this agreement.

    ``as_kept``: it was accepted before, so that its envelope need not be judged again.
    Raises ``InvalidInput`` naming the field.
    """
    top = Table(value, "", ENVELOPE_KEYS)
    kind = statement_type(top.required("type", f"one of {', '.join(StatementType)}"))
    identity = uuid7(top.required("id", _UUID_EXPECTED), "id")
    if top.text("mechanism", "the mechanism's name") != agreement.name:
        raise top.refuse("mechanism", f"{agreement.name!r}, the mechanism that is kept here")
    sender = top.text("from", "the id of your desk")
    if sender not in agreement.desk_by_id:
        raise top.refuse("from", f"one of {', '.join(agreement.desk_by_id)}")
    said_at_ms = parse_instant(top.required("said_at", "an RFC 3339 time"), "said_at")
    return Statement(
        id=identity,
        mechanism=agreement.name,
        type=kind,
        sender=sender,
        serial=_serial(top),
        said_at_ms=said_at_ms,
        body=body_from_json(
            kind, top.required("body", f"the body of a {kind}"), "body", agreement, said_at_ms, as_kept=as_kept
        ),
        precedence=Precedence(top.choice("precedence", list(Precedence), default_precedence(kind))),
        to=_addressees(top, agreement),
        refs=_refs(top),
        mode=Mode(top.choice("mode", list(Mode), Mode.LIVE)),
        source=value if isinstance(value, Mapping) else None,
    )


def notice_body_from_json(
    value: object, agreement: Agreement, field: str = "body", *, as_kept: bool = False
) -> NoticeBody:
    """The body of a notice, as a statement or a preview gives it."""
    table = Table(value, field, NOTICE_FIELDS)
    table.required("activity", f"one of {', '.join(Activity)}")
    readers = _KEPT_READERS if as_kept else _NOTICE_READERS
    return NoticeBody(**{key: readers[key](table, agreement) for key in NOTICE_FIELDS if key in table})


def body_from_json(
    kind: StatementType,
    value: object,
    field: str,
    agreement: Agreement,
    said_at_ms: int | None = None,
    *,
    as_kept: bool = False,
) -> Body:
    """The body of a statement of this type, said at an instant: a time that is read back without a month is near it."""
    if kind is StatementType.NOTICE:
        return notice_body_from_json(value, agreement, field, as_kept=as_kept)
    if kind is StatementType.AMEND:
        return _amend_body(value, field, agreement, _KEPT_READERS if as_kept else _NOTICE_READERS)
    if kind is StatementType.ACK:
        return _ack_body(value, field, agreement, said_at_ms)
    if kind is StatementType.MESSAGE:
        return _message_body(value, field)
    if kind is StatementType.KEY_ENROL:
        return key_enrol_body(value, field)
    if kind is StatementType.KEY_REVOKE:
        return key_revoke_body(value, field, agreement)
    if kind in LINE_TYPES:
        return line_body_from_json(kind, value, field, agreement)
    table = Table(value, field, ("notice", "reason"))
    return LifeBody(_id_of(table, "notice"), table.optional_text("reason", most=LONGEST_TEXT))


def uuid7(value: object, field: str) -> str:
    """The id, if it is a UUID of version 7 and RFC 9562's variant in its canonical spelling; else why it is not."""
    if not isinstance(value, str):
        raise InvalidInput(field, shown(value), _UUID_EXPECTED)
    match = _UUID.fullmatch(value)
    if match is None:
        kind = "a UUID in upper case" if _UUID.fullmatch(value.lower()) else "no UUID"
        raise InvalidInput(field, f"{shown(value)} is {kind}", _UUID_EXPECTED)
    version, variant = match.groups()
    if version != "7":
        raise InvalidInput(field, f"{shown(value)} is a UUID of version {int(version, 16)}", _UUID_EXPECTED)
    if variant not in "89ab":
        raise InvalidInput(field, f"{shown(value)} is not of the variant of RFC 9562", _UUID_EXPECTED)
    return value


def _serial(top: Table) -> int:
    serial = top.integer("serial", "1, 2, 3 … without gaps for each desk")
    if not 1 <= serial <= MOST_EXACT_INTEGER:
        raise top.refuse("serial", "1, 2, 3 … without gaps for each desk")
    return serial


def _addressees(top: Table, agreement: Agreement) -> tuple[str, ...]:
    known = {*agreement.party_by_id, *agreement.desk_by_id}
    addressees = []
    for path, name in _distinct(top, "to", "a list of parties and desks"):
        if name not in known:
            raise InvalidInput(path, f"unknown: {shown(name)}", f"a party or desk: {', '.join(sorted(known))}")
        addressees.append(name)
    if "to" in top and not addressees:
        raise top.refuse("to", "somebody; or leave it out to mean every other party")
    return tuple(addressees)


def _refs(top: Table) -> tuple[str, ...]:
    return tuple(name for _, name in _distinct(top, "refs", "a list of references"))


def _distinct(top: Table, key: str, expected: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for path, name in top.texts_with_paths(key, expected, most=MOST_ADDRESSEES):
        if name in found:
            raise InvalidInput(path, f"{shown(name)} stands twice", "each once")
        found[name] = path
    return [(path, name) for name, path in found.items()]


def _envelope(table: Table, agreement: Agreement) -> Envelope:
    return envelope_from_json(table.value("envelope"), table.path("envelope"), agreement.heights)


Readers = dict[str, Callable[[Table, Agreement], Any]]

_NOTICE_READERS: Readers = {
    "activity": lambda table, _: Activity(table.choice("activity", list(Activity))),
    "envelope": _envelope,
    "title": lambda table, _: table.text("title"),
    "place": lambda table, agreement: place_from_json(table.value("place"), table.path("place"), agreement),
    "covers": lambda table, _: table.texts("covers"),
    "not_covering": lambda table, _: table.texts("not_covering"),
    "purpose": lambda table, _: table.text("purpose"),
    "must_reach": lambda table, _: table.texts("must_reach"),
    "read_back": lambda table, _: table.flag("read_back"),
    "remarks": lambda table, _: table.text("remarks", most=LONGEST_TEXT),
}
"""How each field of a notice is read; an amendment reads the fields that it changes the same way."""

_KEPT_READERS: Readers = _NOTICE_READERS | {"envelope": lambda table, _: envelope_as_kept(table.value("envelope"))}

_EMPTIED: dict[str, Any] = {"covers": (), "not_covering": (), "must_reach": (), "read_back": False}
"""What a field is that an amendment takes away with ``null``; the others are then simply not there."""


def _amend_body(value: object, field: str, agreement: Agreement, readers: Readers) -> AmendBody:
    table = Table(value, field, NOTICE_FIELDS | {"notice"})
    notice = _id_of(table, "notice")
    changes: dict[str, Any] = {}
    for key in sorted(NOTICE_FIELDS):
        if key in table:
            changes[key] = readers[key](table, agreement)
        elif table.has_null(key):
            changes[key] = _taken_away(table, key)
    if not changes:
        raise InvalidInput(field, "no field changes", f"at least one of {', '.join(sorted(NOTICE_FIELDS))}")
    return AmendBody(notice, changes)


def _taken_away(table: Table, key: str) -> Any:
    if key in ("activity", "envelope"):
        raise table.refuse(key, "something else than null: this cannot be taken away")
    return _EMPTIED.get(key)


def _ack_body(value: object, field: str, agreement: Agreement, said_at_ms: int | None) -> AckBody:
    table = Table(value, field, ("about", "level", "reached", "read_back"))
    level = AckLevel(table.choice("level", list(AckLevel)))
    reached = table.texts("reached", "a list of those reached")
    if reached and level is not AckLevel.DISSEMINATED:
        raise table.refuse("reached", f"left out: it belongs to {AckLevel.DISSEMINATED}")
    heard = None
    if "read_back" in table:
        heard = read_back_from_json(
            table.value("read_back"), agreement, table.path("read_back"), reference_ms=said_at_ms
        )
    return AckBody(table.text("about", "the id of a statement or an alert"), level, reached, heard)


def _message_body(value: object, field: str) -> MessageBody:
    table = Table(value, field, ("text", "phrase", "about"))
    text = table.optional_text("text", most=LONGEST_TEXT)
    phrase = table.optional_text("phrase", "a code of the phrase book")
    if text is None and phrase is None:
        raise InvalidInput(field, "neither text nor phrase", "one of them")
    return MessageBody(text, phrase, table.optional_text("about", "the id of a statement or an alert"))


def _id_of(table: Table, key: str) -> str:
    return uuid7(table.required(key, "the id of a notice"), table.path(key))
