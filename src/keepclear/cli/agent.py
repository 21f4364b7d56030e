"""``keepclear agent``: holds a desk's key, unlocked, for the commands of the same user."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from keepclear.cli.connection import AGENT, asked_passphrase
from keepclear.cli.output import JSON_OPTION, print_json, print_line


def agent(
    key: Annotated[str, typer.Option("--key", metavar="FILE", help="The key file; its passphrase is asked for once.")],
    desk: Annotated[
        str | None, typer.Option("--desk", metavar="DESK", help="Sign statements of this desk only.")
    ] = None,
    socket: Annotated[
        str | None, typer.Option("--socket", metavar="PATH", help="Where to listen; its folder is yours alone.")
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Hold a desk's key for your other commands, until told to stop. It signs statements and nothing else."""
    from keepclear.client.agent import Agent, default_socket
    from keepclear.client.key_file import KeyFileSigner

    signer = KeyFileSigner(Path(key), lambda: asked_passphrase(key))
    path = default_socket() if socket is None else Path(socket).absolute()
    with Agent(path, signer, desk) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        if as_json:
            print_json({"key": f"{AGENT}{path}", "kid": signer.kid})
        else:
            print_line(f"export KEEPCLEAR_KEY={AGENT}{path}")
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
        server.serve_forever()
