"""``keepclear demo``: a host with a live scenario, and one console address per role."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line

if TYPE_CHECKING:
    from keepclear.api.listening import Address
    from keepclear.cli.demo.premises import Premises
    from keepclear.cli.demo.supervisor import Supervisor

DEFAULT_LISTEN = "127.0.0.1:8740"


def demo(
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help=f"Where to listen ({DEFAULT_LISTEN}; port 0: any)."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Keep the record here (else in a folder that is removed)."),
    ] = None,
    story: Annotated[bool, typer.Option("--story/--no-story", help="Let the desks play a small story.")] = True,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Start a host with a live scenario and print one console address per role. Ctrl-C ends it."""
    from keepclear.cli.demo.premises import move_in

    folder = data or Path(tempfile.mkdtemp(prefix="keepclear-demo-"))
    try:
        _run(move_in(folder), listen, play=story, as_json=as_json)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run(premises: Premises, listen: str | None, *, play: bool, as_json: bool) -> None:
    from keepclear.cli.demo.actors import Actors
    from keepclear.cli.demo.supervisor import Supervisor

    supervisor: Supervisor
    starts = 0

    def started(pid: int, url: str) -> None:
        nonlocal starts
        starts += 1
        if starts > 1:
            if not as_json:
                _tell(f"The host was gone and is back, as process {pid}, with everything it had.")
        elif as_json:
            addresses = {"url": url, "pid": pid, "data": str(premises.folder), "roles": premises.links(url)}
            print_json({**addresses, "signatures": "optional"})
        else:
            _greet(premises, pid, url)
        sys.stdout.flush()  # whoever reads a pipe waits for the addresses

    def told(sentence: str) -> None:
        if not as_json:
            _tell(sentence)

    supervisor = Supervisor(premises, _address(listen), started)
    actors: Actors | None = None

    def leave(_signal: int, _frame: FrameType | None) -> None:
        if actors is not None:
            actors.stop()
        supervisor.ask_to_stop()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, leave)
    try:
        supervisor.start()
        if play:
            actors = Actors(supervisor.url, premises.tokens, told)
            actors.start()
        supervisor.watch()
    finally:
        supervisor.stop()
    if not as_json:
        print_line("The demo has ended.")


def _address(listen: str | None) -> Address:
    """The address asked for; with none asked for the usual one, or any free one where that is taken."""
    import socket

    from keepclear.api.listening import Address

    address = Address.parse(listen or DEFAULT_LISTEN)
    if listen is None:
        with socket.socket() as probe:
            if probe.connect_ex((address.host, address.port)) == 0:
                return Address(address.host, 0)
    return address


def _greet(premises: Premises, pid: int, url: str) -> None:
    from keepclear.cli.output import console

    out = console()
    out.print("\n[bold]Keepclear[/bold] is running. Open one address per role, side by side:\n")
    for link in premises.links(url):
        out.print(f"  [bold]{link['role']:<9}[/bold] {link['address']}", soft_wrap=True)
    out.print(f"\nThe host is process {pid}: «kill -9 {pid}» and see it come back.", soft_wrap=True)
    out.print(f"The record is in {premises.folder}.", soft_wrap=True)
    out.print("What is said here is UNSIGNED: nobody can be held to it.")
    out.print("Ctrl-C ends the demo.\n")


def _tell(sentence: str) -> None:
    print_line(f"{datetime.now(UTC):%H:%M:%S}Z  {sentence}")
    sys.stdout.flush()
