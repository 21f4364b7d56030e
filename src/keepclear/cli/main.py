"""``keepclear``: the commands, and the one place where what went wrong becomes a line and an exit code.

The modules of the commands import nothing heavy before their command runs, so that ``keepclear --help`` is there at
once; a test holds that.
"""

from __future__ import annotations

import atexit
import io
import os
import sys
import threading

import typer

from keepclear.cli import (
    ack,
    advise,
    agent,
    check,
    dossier,
    export,
    handover,
    inbox,
    keys,
    line,
    notation,
    phrases,
    receipt,
    record,
    replay,
    resolve,
    say,
    serve,
    settle,
    stop,
    verify,
    witness,
)
from keepclear.cli.demo import command as demo
from keepclear.cli.output import end_with
from keepclear.errors import KeepclearError

app = typer.Typer(
    name="keepclear",
    help="Announce, be warned, settle, stop: for parties who share a sky, land or sea.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("check", cls=check.CheckCommand)(check.check)
app.command("advise", cls=check.CheckCommand)(advise.advise)
app.command("resolve", cls=resolve.ResolveCommand)(resolve.resolve)
app.command("replay")(replay.replay)
app.command("dossier")(dossier.dossier)
app.command("export")(export.export)
app.command("verify")(verify.verify)
app.command("say")(say.say)
app.command("ack")(ack.ack)
app.add_typer(stop.group, name="stop")
app.add_typer(line.group, name="line")
app.add_typer(keys.group, name="keys")
app.command("agent")(agent.agent)
app.command("propose")(settle.propose)
app.command("accept")(settle.accept)
app.command("decline")(settle.decline)
app.command("inbox")(inbox.inbox)
app.command("handover")(handover.handover)
app.command("receipt")(receipt.receipt)
app.add_typer(record.group, name="record")
app.command("witness")(witness.witness)
app.command("phrases")(phrases.phrases)
app.command("notation", context_settings=notation.ANY_TEXT)(notation.notation)


@app.callback(invoke_without_command=True)
def keepclear(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
    """Announce, be warned, settle, stop: for parties who share a sky, land or sea."""
    if version:
        from keepclear import __version__

        sys.stdout.write(f"keepclear {__version__}\n")
        raise typer.Exit


def program() -> None:
    """``main`` for a process of its own, which ends without taking apart what it holds.

    After a large plan file that would take longer than starting did. What was to be done at the end is done before.
    """
    try:
        main()
    except SystemExit as ended:
        if threading.active_count() > 1 or not isinstance(ended.code, int | None):
            raise
        atexit._run_exitfuncs()  # noqa: SLF001 - as the interpreter would
        sys.stderr.flush()
        os._exit(ended.code or 0)


def main() -> None:
    """Run the command line of this process. Exit: 0 fine · 1 the answer is bad news · 2 bad input or use."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
    try:
        app()
    except KeepclearError as error:
        end_with(error)
    except BrokenPipeError:
        _leave_the_closed_pipe()
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _leave_the_closed_pipe()


def _leave_the_closed_pipe() -> None:
    """Whoever read us has gone; what is still buffered must not complain about it when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    program()
