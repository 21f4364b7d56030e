"""``keepclear ack``: a person at a desk acknowledges a statement or an alert."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Token, TokenFile, connected
from keepclear.cli.output import JSON_OPTION
from keepclear.cli.say import To, show_receipt


def ack(
    about: Annotated[str, typer.Argument(metavar="ID", help="The statement or the alert.")],
    level: Annotated[
        str, typer.Option("--level", help="person, understood, not_understood or disseminated.")
    ] = "person",
    reached: Annotated[
        list[str] | None, typer.Option("--reached", metavar="UNIT", help="For disseminated: a unit; again for more.")
    ] = None,
    to: To = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Acknowledge a statement or an alert. It is a receipt, and no consent."""
    body: dict[str, Any] = {"about": about, "level": level}
    if reached:
        body["reached"] = reached
    with connected(host, token, token_file) as client:
        receipt = client.say("ack", body, to=to or ())
    show_receipt(f"ack ({level}) of {about} as", receipt, as_json=as_json)
