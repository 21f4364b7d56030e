"""Which key may sign what: a statement is signed by a key that its desk has then, and keys come and go by such ones."""

from __future__ import annotations

from keepclear.errors import InvalidInput, KeyNotValid, Refused, SignatureRequired
from keepclear.mechanism.bodies import KeyEnrolBody, KeyRevokeBody
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.statement import OF_KEYS, Statement
from keepclear.mechanism.words import MEDIATOR_DESK, Mode


def check_signed_by(ledger: Ledger, statement: Statement) -> None:
    """A signed statement is signed by a key that speaks for its desk now; what is about keys is always signed.

    A desk that has no key signs the enrolment of one with that very key. While it has one, nothing live is heard in its
    name without a signature, whatever else the host takes.
    """
    kid = statement.signed_by
    if kid is None:
        if statement.type in OF_KEYS:
            raise KeyNotValid("signature", f"a {statement.type} that is not signed", "sign it with a key of your desk")
        if statement.mode is Mode.LIVE and _valid_of(ledger, statement.sender):
            given = f"{statement.sender} has a key, and this statement is not signed"
            raise SignatureRequired("signature", given, "sign it with a key of your desk")
        return
    key = ledger.keys.get(kid)
    if key is not None and key.desk == statement.sender and key.is_valid:
        return
    if key is None and _enrols_itself(ledger, statement, kid):
        return
    raise KeyNotValid("signature", _why_not(key, statement), _what_would_do(ledger, statement.sender))


def check_key_enrol(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A key is enrolled once, by one desk; it takes the place of a key of that desk, if of any."""
    assert isinstance(statement.body, KeyEnrolBody)  # noqa: S101  # admit has compared body and type
    body = statement.body
    _check_live(statement)
    if body.kid in ledger.keys:
        owner = ledger.keys[body.kid].desk
        raise Refused("body.key", f"this key was enrolled before, by {owner}", "make a new key; none is used twice")
    if body.replaces is not None and _valid(ledger, body.replaces, statement.sender) is None:
        given = f"{statement.sender} has no valid key «{body.replaces}»"
        raise Refused("body.replaces", given, _what_would_do(ledger, statement.sender))


def check_key_revoke(ledger: Ledger, statement: Statement, _at_ms: int) -> None:
    """A key is revoked by a desk of its own party, or by the mediator."""
    assert isinstance(statement.body, KeyRevokeBody)  # noqa: S101  # admit has compared body and type
    body = statement.body
    _check_live(statement)
    if body.desk not in ledger.agreement.desk_by_id:
        desks = ", ".join(sorted(ledger.agreement.desk_by_id))
        raise InvalidInput("body.desk", f"given «{body.desk}»", f"one of {desks}")
    if ledger.side_of(statement.sender) not in (ledger.side_of(body.desk), MEDIATOR_DESK):
        given = f"{statement.sender} is not of the party of {body.desk}"
        raise Refused("body.desk", given, "revoke keys of your own party; the mediator may revoke any")
    if _valid(ledger, body.kid, body.desk) is None:
        given = f"{body.desk} has no valid key «{body.kid}»"
        raise Refused("body.kid", given, _what_would_do(ledger, body.desk))


def _enrols_itself(ledger: Ledger, statement: Statement, kid: str) -> bool:
    """Whether this is the first key of a desk that has none, signed with itself."""
    is_own = isinstance(statement.body, KeyEnrolBody) and statement.body.kid == kid
    return is_own and not _valid_of(ledger, statement.sender)


def _valid(ledger: Ledger, kid: str, desk: str) -> DeskKey | None:
    key = ledger.keys.get(kid)
    return key if key is not None and key.desk == desk and key.is_valid else None


def _valid_of(ledger: Ledger, desk: str) -> list[str]:
    return [key.kid for key in ledger.keys.values() if key.desk == desk and key.is_valid]


def _check_live(statement: Statement) -> None:
    if statement.mode is not Mode.LIVE:
        raise Refused("mode", "keys count for live and exercise alike", f"say it with mode «{Mode.LIVE}»")


def _why_not(key: DeskKey | None, statement: Statement) -> str:
    if key is None:
        return f"{statement.sender} has not enrolled the key that signed this"
    if key.desk != statement.sender:
        return f"the key that signed this is {key.desk}'s"
    return f"the key that signed this is retired since entry {key.retired_at} of the record"


def _what_would_do(ledger: Ledger, desk: str) -> str:
    held = _valid_of(ledger, desk)
    if not held:
        return f"{desk} has no valid key; enrol one with «keepclear keys enrol»"
    return f"valid now: {', '.join(held)}"
