"""``keepclear inbox``: what a desk has before it: alerts, what is owed, notices; once, or as it happens."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.blocks import (
    called,
    change_words,
    show_alerts,
    show_notices,
    show_owed,
    show_proposals,
    show_stops,
    show_suspensions,
)
from keepclear.cli.connection import DEFAULT_HOST, Host, Token, TokenFile, connected
from keepclear.cli.layout import clock, marked
from keepclear.cli.naming import short, side_of
from keepclear.cli.output import JSON_OPTION, print_json, print_line

if TYPE_CHECKING:
    from keepclear.client import Client

LIVE_STATES = ("heard", "active")


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
            "stops": client.stops(open_only=not every),
            "suspensions": [row for row in client.suspensions() if every or row["ended_at"] is None],
            "alerts": client.alerts(open_only=not every),
            "obligations": client.obligations(open_only=not every),
            "proposals": client.proposals(open_only=not every),
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
    tell = _TOLD.get(kind)
    told = "" if tell is None else marked(thing, tell(thing))
    return f"{index:>6} {kind} {what}: {told}"


def _stop_told(stop: dict[str, Any]) -> str:
    sides = ", ".join(f"{row['side']} {row['state']}" for row in stop["sides"])
    return (
        f"STOP {short(stop['id'])} from {stop['from']}: {stop['reason']} ({'closed' if stop['closed_at'] else sides})"
    )


def _key_state(key: dict[str, Any]) -> str:
    return "is valid" if key["retired_at"] is None else f"is retired: {key['retired_why']}"


_TOLD: dict[str, Callable[[dict[str, Any]], str]] = {
    "alert": lambda one: f"{one['severity']} {one['code']}: {one['cleared_why'] or one['why']}",
    "notice": lambda one: f"{called(one)} is {one['state']}, version {one['version']}",
    "obligation": lambda one: f"{one['kind']} by {one['desk_or_party']} due {one['due_at']}",
    "agreement": lambda one: f"number {one['number']} is in force; new: {', '.join(one['changed'])}",
    "statement": lambda one: f"{one['type']} from {one['from']}, {one['id']}",
    "key": lambda one: f"of {one['desk']}: {one['fingerprint']} {_key_state(one)}",
    "stop": _stop_told,
    "accident": lambda one: f"{one['activity']} of {one['from']}, {short(one['id'])}",
    "observation": lambda one: f"«{one['object']}» ({one['kind']}) seen by {one['from']}, {short(one['id'])}",
    "line_test": lambda one: (
        f"{short(one['id'])} from {one['from']}, {len(one['replies'])} of {len(one['sides'])} replied"
    ),
    "proposal": lambda one: f"{short(one['id'])} from {one['from']} is {one['state']}: {change_words(one['change'])}",
    "suspension": lambda one: f"by {one['by']}: {one['ended_reason'] or one['reason']}",
    "watch": lambda one: f"{one['desk']} is {'manned' if one['attended'] else 'not manned'}",
}
"""How a line of what happened tells of each kind of change."""


def _show(found: Mapping[str, Any]) -> None:
    me, now = found["me"], found["me"]["now"]
    side = side_of(me)
    print_line(f"{me['desk']} in {me['mechanism']}, {now[:10]} {clock(now, now)}")
    show_suspensions([row for row in found["suspensions"] if row["ended_at"] is None], now)
    show_stops(found["stops"], found["obligations"], me, side, now)
    mine = [row for row in found["obligations"] if row["desk_or_party"] == side]
    others = [row for row in found["obligations"] if row["desk_or_party"] != side]
    show_alerts(found["alerts"], now)
    show_owed("We owe", mine, now, ours=True)
    show_owed("Others owe", others, now, ours=False)
    show_proposals(found["proposals"], side, now)
    show_notices(found["notices"], now)
