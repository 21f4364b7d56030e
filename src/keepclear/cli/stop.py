"""``keepclear stop``: cease now, life is at risk. Raised in a few words, answered, followed until it has ceased."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Connection, Host, Key, Token, TokenFile, connected
from keepclear.cli.naming import mode_of, named, sender_side, side_of, the_only
from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.cli.say import To, json_value, show_receipt
from keepclear.cli.words_first import StopWords
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.client import Client

Receipt = dict[str, Any]
ANSWERS = ("complying", "cannot_comply", "standby")

group = typer.Typer(
    cls=StopWords,
    help='Cease now, life is at risk: keepclear stop "people of ours are there". Then: reply, informed, ceased, list.',
    rich_markup_mode=None,
)

WhichStop = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The STOP, or the end of its id; left out, the only open one.")
]


@group.command("raise")
def raise_stop(
    words: Annotated[list[str], typer.Argument(metavar="REASON...", help="Why, in a few words.")],
    about: Annotated[str | None, typer.Option("--about", metavar="ID", help="The notice that it is about.")] = None,
    place: Annotated[str | None, typer.Option("--place", metavar="JSON|@FILE", help="Where, in words.")] = None,
    envelope: Annotated[str | None, typer.Option("--envelope", metavar="JSON|@FILE", help="Where, exactly.")] = None,
    to: To = None,
    mode: Annotated[str, typer.Option("--mode", help="live or exercise.")] = "live",
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Raise a STOP. «raise» may be left out."""
    where = {key: json_value(text, f"--{key}") for key, text in (("place", place), ("envelope", envelope)) if text}
    with connected(host, token, token_file, key) as client:
        notice = None
        if about is not None:
            notice = named(about, (one["id"] for one in client.notices()), "--about", "notice")
        receipt = client.stop(" ".join(words), notice, to=to or (), mode=mode, **where)
        stop = client.stop_as_it_stands(receipt["id"])
    show_receipt("STOP", receipt, as_json=as_json)
    if not as_json:
        sides = ", ".join(row["side"] for row in stop["sides"])
        print_line(f"sent to {sides}. «keepclear stop list» shows the answers.")


@group.command("reply")
def reply(
    words: Annotated[
        list[str], typer.Argument(metavar="[ID] ANSWER", help="The STOP; then complying, cannot_comply or standby.")
    ],
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Answer a STOP: complying, cannot_comply or standby. Without an ID: the only open one."""
    *which, answer = words
    if answer not in ANSWERS or len(which) > 1:
        raise InvalidInput("ANSWER", repr(" ".join(words)), f"[ID] and one of {', '.join(ANSWERS)}")

    def say(client: Client, stop: str, to: Sequence[str], mode: str) -> Receipt:
        return client.stop_reply(stop, answer, to=to, mode=mode)

    _step(f"{answer} to STOP as", say, which[0] if which else None, (host, token, token_file, key), as_json=as_json)


@group.command("informed")
def informed(
    which: WhichStop = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say that the units which a STOP concerns have been told."""

    def say(client: Client, stop: str, to: Sequence[str], mode: str) -> Receipt:
        return client.units_informed(stop, to=to, mode=mode)

    _step("units informed of STOP, said as", say, which, (host, token, token_file, key), as_json=as_json)


@group.command("ceased")
def ceased(
    which: WhichStop = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say that it has ceased. From the side that raised the STOP, this closes it."""

    def say(client: Client, stop: str, to: Sequence[str], mode: str) -> Receipt:
        return client.ceased(stop, to=to, mode=mode)

    _step("ceased, said as", say, which, (host, token, token_file, key), raised_too=True, as_json=as_json)


@group.command("list")
def list_stops(
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show the open STOPs, how far each side has got, and what is due next."""
    from keepclear.cli.blocks import show_stops

    with connected(host, token, token_file) as client:
        me = client.me()
        stops = client.stops(open_only=not every)
        owed = client.obligations()
    if as_json:
        print_json({"me": me, "stops": stops})
        return
    show_stops(stops, owed, me, side_of(me), me["now"])
    if not stops:
        print_line("no STOP is open" if not every else "no STOPs")


def _step(
    told: str,
    say: Callable[[Client, str, Sequence[str], str], Receipt],
    which: str | None,
    connection: Connection,
    *,
    as_json: bool,
    raised_too: bool = False,
) -> None:
    """A step after a STOP: which one is meant, said to whom it concerns, in its mode."""
    with connected(*connection) as client:
        me = client.me()
        stops = client.stops()
        if which is None:
            mine = [stop for stop in stops if stop["closed_at"] is None and _concerns(stop, me, raised_too=raised_too)]
            which = the_only(mine, "ID", "STOP")
        stop = named(which, (one["id"] for one in stops), "ID", "STOP")
        held = next((one for one in stops if one["id"] == stop), None)
        receipt = say(client, stop, _told(held, me), mode_of(stop, stops))
    show_receipt(told, receipt, as_json=as_json)


def _concerns(stop: dict[str, Any], me: dict[str, Any], *, raised_too: bool) -> bool:
    """Whether this desk's side was addressed and has not ceased, or raised it where that counts too."""
    addressed = any(row["side"] == side_of(me) and row["state"] != "ceased" for row in stop["sides"])
    return addressed or (raised_too and sender_side(stop) == side_of(me))


def _told(stop: dict[str, Any] | None, me: dict[str, Any]) -> Sequence[str]:
    """The side that raised it; for the side that raised it, those it was sent to."""
    if stop is None:
        return ()
    if sender_side(stop) != side_of(me):
        return [sender_side(stop)]
    return [row["side"] for row in stop["sides"]]
