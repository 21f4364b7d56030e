"""``keepclear say``: a desk says a statement, and is told what it raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Key, Token, TokenFile, connected
from keepclear.cli.files import read_bytes, shown_name
from keepclear.cli.output import JSON_OPTION, print_json, print_line, reading
from keepclear.errors import InvalidInput

To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="NAME", help="A party or desk; again for more. Left out: every other party."),
]


def say(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="The type of the statement: notice, amend, cancel …")],
    body: Annotated[
        str | None, typer.Option("--body", metavar="JSON|@FILE", help="The body, or @FILE that holds it (@- reads it).")
    ] = None,
    to: To = None,
    precedence: Annotated[str | None, typer.Option("--precedence", help="FLASH, IMMEDIATE, PRIORITY, ROUTINE.")] = None,
    ref: Annotated[list[str] | None, typer.Option("--ref", metavar="REF", help="A reference; again for more.")] = None,
    mode: Annotated[str, typer.Option("--mode", help="live or exercise.")] = "live",
    activity: Annotated[str | None, typer.Option("--activity", help="For the body: the activity.")] = None,
    envelope: Annotated[
        str | None, typer.Option("--envelope", metavar="JSON|@FILE", help="For the body: volumes, or a trajectory.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="For the body: a title.")] = None,
    notice: Annotated[str | None, typer.Option("--notice", metavar="ID", help="For the body: which notice.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="For the body: why.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="For the body of a message: words.")] = None,
    about: Annotated[str | None, typer.Option("--about", metavar="ID", help="For the body: what it is about.")] = None,
    observation: Annotated[
        str | None, typer.Option("--observation", metavar="ID", help="For the body of claim and disclaim.")
    ] = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say a statement of any type. Tells what it raised."""
    named = {"activity": activity, "title": title, "notice": notice, "reason": reason, "text": text, "about": about}
    named["observation"] = observation
    given = {key: value for key, value in named.items() if value is not None}
    if envelope is not None:
        given["envelope"] = json_value(envelope, "--envelope")
    with connected(host, token, token_file, key) as client:
        receipt = client.say(
            kind, _whole_body(body, given), to=to or (), precedence=precedence, refs=ref or (), mode=mode
        )
    show_receipt(kind, receipt, as_json=as_json)


def _whole_body(body: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The body that ``--body`` gives, with what the other options add to it."""
    whole = {} if body is None else json_value(body, "--body")
    if not isinstance(whole, dict):
        raise InvalidInput("--body", "no JSON object", 'an object such as {"notice": "…"}')
    for key in given:
        if key in whole:
            raise InvalidInput(f"--{key}", f"the body has {key!r} already", "one of the two")
    return {**whole, **given}


def json_value(text: str, option: str) -> Any:
    """The value of an option that is JSON, or ``@`` and the name of a file with JSON in it."""
    from keepclear.formats.strict_json import loads

    if not text.startswith("@"):
        with reading(option):
            return loads(text.encode("utf-8", "surrogateescape"))
    data = read_bytes(text[1:])
    with reading(shown_name(text[1:])):
        return loads(data)


def show_receipt(kind: str, receipt: Mapping[str, Any], *, as_json: bool) -> None:
    """That a statement was heard, when, where in the record, and what it raised."""
    if as_json:
        print_json(receipt)
        return
    print_line(f"{kind} {receipt['id']} heard {receipt['heard_at']}, record {receipt['index']}")
    for alert in receipt["alerts"]:
        print_line(f"{alert['severity']:8} {alert['code']}: {alert['why']}")
