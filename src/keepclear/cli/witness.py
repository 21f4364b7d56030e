"""``keepclear witness``: a party's witness of the record."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line

if TYPE_CHECKING:
    from keepclear.record.verify.note import VerifierKey


def witness(
    log: Annotated[
        list[str], typer.Option("--log", metavar="VKEY", help="The verifier key of a log to cosign; may be repeated.")
    ],
    data: Annotated[str, typer.Option("--data", metavar="DIR", help="Where its keys and state are kept.")],
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8750",
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Its name in cosignatures; best a host name and a path.")
    ] = "keepclear.local/witness",
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "info",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Cosign the checkpoints of logs that only ever grow, and keep evidence of one that does not."""
    from keepclear.api.witness_serve import run_witness

    def ready(address: str, keys: Sequence[VerifierKey]) -> None:
        if as_json:
            print_json({"listening": address, "keys": [key.text for key in keys]})
        else:
            print_line(f"The witness listens at {address}; its lines for a policy:")
            for number, key in enumerate(keys, 1):
                print_line(f"witness NAME{number} {key.text} {address}")
        sys.stdout.flush()

    raise typer.Exit(run_witness(Path(data), listen, log, name, ready=ready, log_level=log_level))
