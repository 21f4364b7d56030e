"""``keepclear ack``: a person at a desk acknowledges a statement or an alert."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Key, Token, TokenFile, connected
from keepclear.cli.naming import everything_to_answer, mode_of, named
from keepclear.cli.output import JSON_OPTION
from keepclear.cli.say import To, json_value, show_receipt


def ack(
    about: Annotated[str, typer.Argument(metavar="ID", help="The statement or the alert, or the end of its id.")],
    level: Annotated[
        str, typer.Option("--level", help="person, understood, not_understood or disseminated.")
    ] = "person",
    reached: Annotated[
        list[str] | None, typer.Option("--reached", metavar="UNIT", help="For disseminated: a unit; again for more.")
    ] = None,
    read_back: Annotated[
        str | None,
        typer.Option("--read-back", metavar="FILE|JSON", help="The envelope and the place as heard; - reads it."),
    ] = None,
    to: To = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Acknowledge a statement or an alert. It is a receipt, and no consent."""
    heard = None if read_back is None else _heard(read_back)
    with connected(host, token, token_file, key) as client:
        things = everything_to_answer(client)
        names = [name for one in things for name in (one["id"], one.get("statement")) if name]
        thing = named(about, names, "ID", "statement or alert")
        receipt = client.ack(
            thing, level, reached=reached or (), read_back=heard, to=to or (), mode=mode_of(thing, things)
        )
    show_receipt(f"ack ({level}) of {thing} as", receipt, as_json=as_json)


def _heard(text: str) -> Any:
    """What was read back: JSON as it stands, or a file with it."""
    is_json = text.lstrip().startswith("{")
    return json_value(text if is_json or text.startswith("@") else f"@{text}", "--read-back")
