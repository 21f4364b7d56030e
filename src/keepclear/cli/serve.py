"""``keepclear serve``: the host."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line


def serve(
    data: Annotated[str, typer.Option("--data", metavar="DIR", help="Where the record is kept.")] = "keepclear-data",
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8740",
    mechanism: Annotated[
        str | None, typer.Option("--mechanism", metavar="FILE.toml", help="The agreement to begin a record with.")
    ] = None,
    amend: Annotated[
        bool, typer.Option("--amend", help="Put the --mechanism file in force from now on, for the record there is.")
    ] = False,
    init: Annotated[bool, typer.Option("--init", help="Make a new token for each desk, and print them once.")] = False,
    speed: Annotated[
        float, typer.Option("--speed", metavar="N", help="For exercises only: the clock runs N times as fast.")
    ] = 1.0,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Take live statements that nobody signed: nobody is held to them.")
    ] = False,
    origin: Annotated[
        str | None,
        typer.Option("--origin", metavar="NAME", help="What a record that is begun is called in its checkpoints."),
    ] = None,
    witnesses: Annotated[
        str | None, typer.Option("--witnesses", metavar="POLICY", help="Ask the witnesses of this policy to cosign.")
    ] = None,
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "info",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Run the host: one mechanism, its record on disk, until it is told to stop."""
    from keepclear.api.serve import run

    status = run(
        Path(data),
        listen,
        None if mechanism is None else Path(mechanism),
        init=init,
        amend=amend,
        show_tokens=partial(_show_tokens, as_json=as_json),
        ready=partial(_show_address, as_json=as_json),
        log_level=log_level,
        speed=speed,
        unsigned=unsigned,
        origin=origin,
        witnesses=None if witnesses is None else Path(witnesses),
    )
    raise typer.Exit(status)


def _show_tokens(tokens: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json({"tokens": tokens})
    else:
        width = max(len(desk) for desk in tokens)
        print_line("Tokens, shown this once:")
        for desk, token in tokens.items():
            print_line(f"  {desk:{width}}  {token}")
    sys.stdout.flush()


def _show_address(address: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"listening": address})
    else:
        print_line(f"Keepclear listens at {address}")
    sys.stdout.flush()
