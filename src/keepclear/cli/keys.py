"""``keepclear keys``: a desk's keys are made here, and enrolled, rotated and revoked by statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Key, Token, TokenFile, asked_passphrase, connected
from keepclear.cli.naming import named
from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.cli.say import show_receipt
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.client import Client
    from keepclear.client.key_file import KeyFileSigner

group = typer.Typer(
    help="A desk's keys: make, enrol, rotate, revoke, list.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NewKey = Annotated[str, typer.Argument(metavar="NEW", help="The file of the new key, as «keys make» made it.")]


@group.command("make")
def make(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where the new key goes.")],
    with_passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a passphrase for it.")] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Make a new key in a file that only you can read. It stays here; «keys enrol» tells others its public part."""
    from keepclear.client.key_file import make_key_file

    passphrase = None
    if with_passphrase:
        passphrase = asked_passphrase(file)
        if not passphrase or asked_passphrase(f"{file}, once more") != passphrase:
            raise InvalidInput("--passphrase", "not the same twice", "the same passphrase, not empty")
    _show_key(make_key_file(Path(file), passphrase), as_json=as_json)


@group.command("enrol")
def enrol(
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="A further key's file; left out, --key enrols itself.")
    ] = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Enrol a key of your desk: its first with itself, any further one with a key that the desk has."""
    named_key = _needed(key)
    added = _key_in(named_key if new is None else new)
    with connected(host, token, token_file, added if new is None else named_key) as client:
        receipt = client.say("key_enrol", _enrolment(client, added))
    _show_enrolled(receipt, added, as_json=as_json)


@group.command("rotate")
def rotate(
    new: NewKey,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Put a new key in the place of the one that --key names, which signs this as its last statement."""
    added = _key_in(new)
    with connected(host, token, token_file, _needed(key)) as client:
        replaced = client.kid
        receipt = client.say("key_enrol", {**_enrolment(client, added), "replaces": replaced})
    _show_enrolled(receipt, added, as_json=as_json)


@group.command("revoke")
def revoke(
    which: Annotated[str, typer.Argument(metavar="KID", help="The key, or the end of its name.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why, in a few words.")],
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Revoke a key of your own party, or as the mediator any key: from now on nothing signed with it is heard."""
    with connected(host, token, token_file, _needed(key)) as client:
        held = {row["kid"]: row["desk"] for row in client.desk_keys() if row["retired_at"] is None}
        kid = named(which, held, "KID", "valid key")
        receipt = client.say("key_revoke", {"desk": held.get(kid, ""), "kid": kid, "reason": reason})
    show_receipt(f"key {kid} of {held.get(kid, '?')} revoked by", receipt, as_json=as_json)


@group.command("recover")
def recover(
    reason: Annotated[str, typer.Argument(metavar="REASON", help="What became of the keys, in a few words.")],
    data: Annotated[
        str, typer.Option("--data", metavar="DIR", help="The data directory of the host, which must not be running.")
    ] = "keepclear-data",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Retire all keys of mediator.duty, which has lost them: an entry of the record that every desk is shown."""
    from keepclear.host.boot import found, recover
    from keepclear.store import SqliteStore
    from keepclear.store.sqlite import FILE_NAME

    if not reason.strip():
        raise InvalidInput("REASON", "nothing", "what became of the keys, for everybody to read")
    if not (Path(data) / FILE_NAME).is_file():
        raise InvalidInput("--data", f"no record in {data}", "the directory that «keepclear serve --data» was given")
    store = SqliteStore(Path(data))
    try:
        log = found(store, None)
        index = recover(store, log, reason)
    finally:
        store.close()
    if as_json:
        print_json({"mechanism": log, "index": index, "desk": "mediator.duty"})
        return
    print_line(f"Entry {index} of «{log}»: the keys of mediator.duty are retired, and every desk will be warned of it.")
    print_line("Start the host, enrol a new first key with the desk's token, and compare its fingerprint by voice.")


@group.command("list")
def list_keys(
    every: Annotated[bool, typer.Option("--all", help="Also those that are retired.")] = False,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show every desk's keys with their fingerprints, to be compared by voice."""
    with connected(host, token, token_file) as client:
        rows = [row for row in client.desk_keys() if every or row["retired_at"] is None]
    if as_json:
        print_json(rows)
        return
    from keepclear.cli.layout import print_columns

    if not rows:
        print_line("no desk has a key")
        return
    shown = [(row["desk"], row["fingerprint"], _span(row), row["kid"]) for row in rows]
    print_columns(shown, ("Desk", "Fingerprint", "Record", "Key"))


def _span(row: dict[str, Any]) -> str:
    if row["retired_at"] is None:
        return f"from {row['valid_from']}"
    return f"{row['valid_from']} to {row['retired_at']}, {row['retired_why']}"


def _needed(key: str | None) -> str:
    if key is None:
        raise InvalidInput("--key", "missing", "the file of a key of your desk («keepclear keys make» makes one)")
    return key


def _key_in(name: str) -> KeyFileSigner:
    """The key in a file: who enrols a key shows that it has it, which an agent does not do."""
    from keepclear.cli.connection import AGENT
    from keepclear.client.key_file import KeyFileSigner

    if name.startswith(AGENT):
        raise InvalidInput("--key", "an agent's key", "the file of the key that is to be enrolled")
    return KeyFileSigner(Path(name), lambda: asked_passphrase(name))


def _enrolment(client: Client, added: KeyFileSigner) -> dict[str, Any]:
    me = client.me()
    return dict(added.enrolment(me["desk"], me["mechanism"]))


def _show_key(signer: KeyFileSigner, *, as_json: bool) -> None:
    from keepclear.record.fingerprint import fingerprint

    if as_json:
        print_json({"kid": signer.kid, "x": signer.x, "fingerprint": fingerprint(signer.kid)})
        return
    print_line(f"key {signer.kid}")
    print_line(f"fingerprint {fingerprint(signer.kid)}")


def _show_enrolled(receipt: dict[str, Any], added: KeyFileSigner, *, as_json: bool) -> None:
    show_receipt(f"key {added.kid} enrolled by", receipt, as_json=as_json)
    if not as_json:
        _show_key(added, as_json=False)
        print_line("Read the fingerprint to the other desks by voice, over a line that does not run through the host.")
