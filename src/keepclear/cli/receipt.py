"""``keepclear receipt``: the proof that a statement is in the record, as a file; and how ``verify`` checks one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Token, TokenFile, connected, policy_in
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, print_json, print_line
from keepclear.errors import InvalidInput, KeepclearError, NotFound, Overloaded, ReceiptMissing, VerificationFailed

if TYPE_CHECKING:
    from keepclear.client import Client
    from keepclear.client.proofs import Receipt
    from keepclear.record.verify.note import VerifierKey

FIRST_LINE = b"c2sp.org/tlog-proof@v1"
AGAIN_S = 0.5
YOU = "you"
HOSTS_WORD = "The log's keys are those that the host gave first: compare them by voice, or give them with --log-key."


def receipt(
    statement: Annotated[str, typer.Argument(metavar="ID", help="The statement's id, or its index in the record.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where the receipt goes.")],
    binding: Annotated[
        bool, typer.Option("--binding", help="Wait for one that the witnesses' quorum cosigned.")
    ] = False,
    within: Annotated[float, typer.Option("--within", metavar="S", help="Wait so many seconds at most.")] = 30.0,
    log_key: Annotated[
        list[str] | None,
        typer.Option("--log-key", metavar="VKEY", help="A key of the log as you were told it; may be given twice."),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="FILE", help="The witnesses whose quorum makes it binding.")
    ] = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Get the receipt for a statement, verify it, and keep it. Ends with 1 when there is none in time."""
    with connected(host, token, token_file, log_keys=log_key or (), policy=policy) as client:
        got = _within(client, statement, binding, within)
        keys_from = client.view.keys_from
    try:
        Path(out).write_bytes(got.data)
    except OSError as error:
        raise InvalidInput("--out", f"{out}: {error.strerror}", "a file that can be written") from None
    told = _told(got.proven.entry, got.proven.index, got.proven.checkpoint.origin)
    told |= {"standing": got.proven.standing.word, "missing": list(got.proven.standing.missing), "out": out}
    told |= {"keys_from": keys_from}
    if as_json:
        print_json(told)
    else:
        print_line(f"Receipt for entry {told['index']} of {told['origin']}, {told['standing']}: {out}")
        if keys_from != YOU:
            print_line(HOSTS_WORD)
    sys.stdout.flush()
    raise typer.Exit(BAD_NEWS if binding and not got.proven.standing.is_binding else FINE)


def _within(client: Client, statement: str, binding: bool, within_s: float) -> Receipt:
    """The receipt, asked for again and again; ``ReceiptMissing`` once the time is over."""
    end_s = time.monotonic() + within_s
    while True:
        left_s = max(0.0, min(5.0, end_s - time.monotonic()))
        try:
            if statement.isdecimal():
                found = client.receipt(int(statement), binding=binding, wait_s=left_s)
            else:
                found = client.receipt_of(statement, binding=binding, wait_s=left_s)
            if found.proven.standing.is_binding or not binding or time.monotonic() >= end_s:
                return found
        except (NotFound, Overloaded) as error:
            if time.monotonic() >= end_s:
                message = f"no receipt for {statement} within {within_s:g} s ({error}); tell the other desks by voice"
                raise ReceiptMissing(message) from None
        time.sleep(AGAIN_S)


def is_receipt(path: Path) -> bool:
    """Whether the file begins as a receipt does; a file that cannot be read does not."""
    try:
        with path.open("rb") as file:
            return file.read(len(FIRST_LINE)) == FIRST_LINE
    except OSError:
        return False


def verify_receipt(
    path: Path, keys: Sequence[str], policy_file: str | None, desk_key: str | None, *, as_json: bool
) -> int:
    """A receipt checked offline, told on standard output; the exit status: 0, or 1 when something does not hold.

    ``keys``: the log's verifier keys as the reader was told them, unless the policy in ``policy_file`` has them;
    ``desk_key``: the sender's public key (``x``), to check the statement's own signature. Raises ``InvalidInput``.
    """
    from keepclear.record.proof import parse_proof, verify_proof
    from keepclear.record.verify.policy import LogLine, Policy

    policy = policy_in(policy_file) or Policy((), (), (), None)
    if keys:
        policy = Policy(
            tuple(LogLine(key) for key in _verifier_keys(keys)), policy.witnesses, policy.groups, policy.quorum
        )
    if not policy.logs:
        raise InvalidInput("--key", "missing", "the log's verifier key, or --policy: a receipt vouches for none")
    told: dict[str, Any] = {"verified": False, "failures": []}
    try:
        proven = verify_proof(parse_proof(path.read_bytes()), policy)
        told |= _told(proven.entry, proven.index, proven.checkpoint.origin)
        told |= {"size": proven.checkpoint.size, "cosigned": list(proven.standing.cosigned)}
        if policy_file is not None:
            told |= {"standing": proven.standing.word, "missing": list(proven.standing.missing)}
            if not proven.standing.is_binding:
                told["failures"].append(f"the quorum is not met: cosigned also by {', '.join(proven.standing.missing)}")
        _check_sender(told, proven.entry, desk_key)
    except VerificationFailed as error:
        told["failures"].append(str(error))
    told["verified"] = not told["failures"]
    if as_json:
        print_json(told)
    else:
        _print_verified(told)
    return FINE if told["verified"] else BAD_NEWS


def _check_sender(told: dict[str, Any], entry: bytes, desk_key: str | None) -> None:
    """The statement's own signature, where there is one and its key was given."""
    from keepclear.record.verify.jws import check, taken_apart

    jws = json.loads(entry).get("jws")
    told["sender_checked"] = False
    if jws is None or desk_key is None:
        if desk_key is not None:
            told["failures"].append("the statement is not signed, though its sender has a key")
        return
    try:
        check(taken_apart(jws), desk_key)
        told["sender_checked"] = True
    except KeepclearError as error:
        told["failures"].append(f"the sender's signature does not hold: {error}")


def _told(entry: bytes, index: int, origin: str) -> dict[str, Any]:
    from keepclear.record.verify.jws import taken_apart

    value = json.loads(entry)
    kid, statement = None, value.get("statement")
    if "jws" in value:
        token = taken_apart(value["jws"])
        kid, statement = token.kid, json.loads(token.payload)
    return {
        "index": index,
        "origin": origin,
        "at_ms": value["at"],
        "kind": value.get("kind"),
        "statement": statement,
        "signed_by": kid,
    }


def _print_verified(told: dict[str, Any]) -> None:
    if "index" in told:
        said = told["statement"]
        what = f"statement {said['id']} ({said['type']} from {said['from']})" if said else f"a {told['kind']} entry"
        print_line(f"Entry {told['index']} of {told['origin']} is {what}, in a tree of {told['size']} entries.")
        if told["signed_by"] is not None:
            checked = "checked and good" if told["sender_checked"] else "not checked: --desk-key X does"
            print_line(f"Signed by the key {told['signed_by']}: {checked}.")
        if "standing" in told:
            print_line(f"It is {told['standing']}; cosigned by {', '.join(told['cosigned']) or 'nobody'}.")
    for failure in told["failures"]:
        print_line(f"FAILED: {failure}")
    print_line("The receipt is verified." if told["verified"] else "The receipt is NOT verified.")


def _verifier_keys(texts: Sequence[str]) -> list[VerifierKey]:
    from keepclear.record.verify.note import parse_verifier_key

    return [parse_verifier_key(text) for text in texts]
