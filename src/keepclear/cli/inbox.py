"""``keepclear inbox``: what a desk has before it: alerts, what is owed, notices; once, or as it happens."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Token, TokenFile, connected
from keepclear.cli.output import JSON_OPTION, console, plain, print_json, print_line

if TYPE_CHECKING:
    from rich.table import Table

    from keepclear.client import Client

LIVE_STATES = ("heard", "active")
SEVERITIES = ("warning", "caution", "advisory")


def inbox(
    every: Annotated[bool, typer.Option("--all", help="Also what is cleared, settled or over.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what changes, as it happens.")] = False,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show a desk's alerts, what is owed, and its notices; the host is told that they arrived."""
    with connected(host, token, token_file) as client:
        me = client.me()
        index = _index_now(client)
        found = {
            "me": me,
            "index": index,
            "alerts": client.alerts(open_only=not every),
            "obligations": client.obligations(open_only=not every),
            "notices": client.notices(state=() if every else LIVE_STATES),
        }
        if as_json:
            print_json(found)
        else:
            _show(found)
        sys.stdout.flush()
        client.delivered(index)
        if follow:
            with contextlib.suppress(KeyboardInterrupt):
                _follow(client, index, as_json=as_json)


def _index_now(client: Client) -> int:
    """The record's index that what is read from now on is at least as new as."""
    return next(event.index for event in client.events(deliver=False) if event.kind == "ready")


def _follow(client: Client, index: int, *, as_json: bool) -> None:
    for event in client.events(after=index):
        if as_json:
            print_json({"event": event.kind, "index": event.index, "changes": event.changes})
        elif event.kind == "reset":
            print_line("too much was missed: run «keepclear inbox» again")
        else:
            for change in event.changes:
                print_line(_change_line(event.index, change))
        sys.stdout.flush()


def _change_line(index: int, change: Mapping[str, Any]) -> str:
    kind, what = change["kind"], change["what"]
    thing = change[kind]
    told = {
        "alert": lambda: f"{thing['severity']} {thing['code']}: {thing['cleared_why'] or thing['why']}",
        "notice": lambda: f"{_called(thing)} is {thing['state']}, version {thing['version']}",
        "obligation": lambda: f"{thing['kind']} by {thing['desk_or_party']} due {thing['due_at']}",
        "agreement": lambda: f"number {thing['number']} is in force; new: {', '.join(thing['changed'])}",
        "statement": lambda: f"{thing['type']} from {thing['from']}, {thing['id']}",
    }[kind]()
    return f"{index:>6} {kind} {what}: {told}"


def _called(notice: Mapping[str, Any]) -> str:
    return str(notice["title"] or f"{notice['activity']} of {notice['from']}")


def _show(found: Mapping[str, Any]) -> None:
    me = found["me"]
    print_line(f"{me['desk']} in {me['mechanism']}, {me['now']}")
    alerts = sorted(found["alerts"], key=lambda alert: SEVERITIES.index(alert["severity"]))
    _show_table(
        ("Severity", "Alert", "Why", "Raised (UTC)", "Id"),
        [(one["severity"], one["code"], one["why"], one["raised_at"], one["id"]) for one in alerts],
        "no alerts",
    )
    _show_table(
        ("Owed", "By", "About", "Due (UTC)", "State"),
        [
            (one["kind"], one["desk_or_party"], one["about"], one["due_at"], one["state"])
            for one in found["obligations"]
        ],
        "nothing owed",
    )
    _show_table(
        ("Notice", "From", "State", "Start (UTC)", "End (UTC)", "Id"),
        [(_called(one), one["from"], one["state"], one["start"], one["end"], one["id"]) for one in found["notices"]],
        "no notices",
    )


def _show_table(heads: tuple[str, ...], rows: list[tuple[Any, ...]], nothing: str) -> None:
    if not rows:
        print_line(nothing)
        return
    from rich.table import Table
    from rich.text import Text

    table: Table = Table(*heads)
    for row in rows:
        table.add_row(*(Text(plain(str(cell if cell is not None else "–"))) for cell in row))
    console().print(table)
