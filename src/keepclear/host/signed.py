"""Signed statements on their way in: the signature is checked here, before the queue and not by the writer.

That the key speaks for the desk is found again by the writer, at the statement's own place in the record: between the
two the key may have been revoked.
"""

from __future__ import annotations

from collections.abc import Callable

from keepclear.errors import InvalidInput, Refused, SignatureInvalid, SignatureRequired
from keepclear.formats.payloads import key_proof_payload
from keepclear.formats.signed_json import statement_of_token
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.bodies import KeyEnrolBody
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.statement import OF_ONE_SIDE, Statement
from keepclear.mechanism.words import Mode
from keepclear.record import jws
from keepclear.record.verify.jws import KEY_PROOF_TYP, taken_apart

KeyNamed = Callable[[str], DeskKey | None]
"""The key of a name, retired or not; None when nobody has enrolled it."""


def signed_statement(compact: bytes, agreement: Agreement, key_named: KeyNamed) -> Statement:
    """The statement of a compact JWS, whose signature is good: by a key of the record, or by the one that it enrols.

    Raises SignatureInvalid, naming the part; InvalidInput for a statement that is none. Where the key is known, nothing
    of the payload is read before the signature is found good.
    """
    token = taken_apart(compact)
    known = key_named(token.kid)
    if known is not None:
        jws.check(token, known.x)
    statement = statement_of_token(token, agreement)
    if known is None:
        body = statement.body
        if not isinstance(body, KeyEnrolBody) or body.kid != token.kid:
            given, expected = "a key that nobody has enrolled", "enrol it first («keepclear keys enrol»)"
            raise SignatureInvalid("signature.kid", given, expected)
        jws.check(token, body.x)
    if isinstance(statement.body, KeyEnrolBody):
        _check_proof(statement, statement.body)
    return statement


def check_mode(statement: Statement, *, unsigned: bool) -> None:
    """A live statement is signed, unless this host takes those that are not: SignatureRequired. A desk has one watch,
    which is real: nobody comes to it or leaves it for exercise, which no signature would be asked for: Refused.

    Asked of what is said now. What a record has from before is worked out as it was.
    """
    if statement.mode is Mode.EXERCISE and statement.type in OF_ONE_SIDE:
        raise Refused("mode", "a desk has one watch, and it is live", f"say it with mode «{Mode.LIVE}»")
    if statement.signed_by is None and statement.mode is Mode.LIVE and not unsigned:
        given = "this statement is not signed"
        raise SignatureRequired("signature", given, "sign it with a key of your desk (application/jose)")


def _check_proof(statement: Statement, body: KeyEnrolBody) -> None:
    """Who enrols a key has it: it has signed its own name, for this desk and this mechanism."""
    try:
        proof = jws.check(taken_apart(body.proof, KEY_PROOF_TYP), body.x)
    except InvalidInput as error:
        raise SignatureInvalid("body.proof", error.given, "a proof by the new key") from None
    if proof.payload != key_proof_payload(statement.sender, body.kid, statement.mechanism):
        expected = "canonical JSON of this desk, the key's name and the mechanism"
        raise SignatureInvalid("body.proof", "a proof of something else", expected)
