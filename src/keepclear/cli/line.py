"""``keepclear line``: the line itself: is somebody there, who is on watch, what calls were made, what is suspended."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Host, Key, Token, TokenFile, connected
from keepclear.cli.naming import mode_of, named, sender_side, side_of, the_only
from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.cli.say import To, show_receipt
from keepclear.cli.words_first import LineWords
from keepclear.errors import InvalidInput

RESULTS = ("answered", "unanswered", "refused")

group = typer.Typer(
    cls=LineWords,
    help="Show the line; or: test, reply, call, sign-on, sign-off.",
    rich_markup_mode=None,
)

Mode = Annotated[str, typer.Option("--mode", help="live or exercise.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Who it is.")]
Note = Annotated[str | None, typer.Option("--note", help="What the next one must know.")]


@group.command("show")
def show(
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show what the line's tests add up to, open tests, who is on watch, what is suspended. «show» may be left out."""
    with connected(host, token, token_file) as client:
        me, found = client.me(), client.line()
    if as_json:
        print_json({"me": me, **found})
    else:
        _show(me, found)


@group.command("test")
def ask(
    to: To = None,
    mode: Mode = "live",
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Ask whether somebody is there."""
    with connected(host, token, token_file, key) as client:
        receipt = client.line_test(to=to or (), mode=mode)
    show_receipt("line test", receipt, as_json=as_json)


@group.command("reply")
def reply(
    which: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The test, or the end of its id; left out, the only open one.")
    ] = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Answer a line test: somebody is here."""
    with connected(host, token, token_file, key) as client:
        side = side_of(client.me())
        tests = client.line()["tests"]
        if which is None:
            which = the_only([one for one in tests if side in _silent(one)], "ID", "line test")
        name = named(which, (one["id"] for one in tests), "ID", "line test")
        to = [sender_side(one) for one in tests if one["id"] == name]
        receipt = client.line_test_reply(name, to=to, mode=mode_of(name, tests))
    show_receipt("line test answered, as", receipt, as_json=as_json)


@group.command("call")
def call(
    whom: Annotated[str, typer.Argument(metavar="TO", help="The desk or party that was called.")],
    result: Annotated[str, typer.Argument(metavar="RESULT", help="answered, unanswered or refused.")],
    about: Annotated[str | None, typer.Option("--about", metavar="ID", help="What the call was about.")] = None,
    mode: Mode = "live",
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Log a telephone call that you made."""
    if result not in RESULTS:
        raise InvalidInput("RESULT", repr(result), f"one of {', '.join(RESULTS)}")
    with connected(host, token, token_file, key) as client:
        if about is not None:
            things = [*client.stops(), *client.alerts(), *client.notices()]
            about = named(about, (one["id"] for one in things), "--about", "STOP, alert or notice")
            mode = mode if mode != "live" else mode_of(about, things)
        receipt = client.call(whom, result, about, to=[whom], mode=mode)
    show_receipt(f"call to {whom} ({result})", receipt, as_json=as_json)


@group.command("sign-on")
def sign_on(
    name: Name,
    note: Note = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Come on watch at this desk."""
    with connected(host, token, token_file, key) as client:
        receipt = client.sign_on(name, note)
    show_receipt(f"{name} on watch,", receipt, as_json=as_json)


@group.command("sign-off")
def sign_off(
    name: Name,
    note: Note = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Go off watch; --note is for the next one."""
    with connected(host, token, token_file, key) as client:
        receipt = client.sign_off(name, note)
    show_receipt(f"{name} off watch,", receipt, as_json=as_json)


def _silent(test: dict[str, Any]) -> list[str]:
    """The sides that have not answered a test yet."""
    answered = {row["side"] for row in test["replies"]}
    return [side for side in test["sides"] if side not in answered]


def _show(me: dict[str, Any], found: dict[str, Any]) -> None:
    from keepclear.cli.blocks import show_suspensions
    from keepclear.cli.layout import clock, marked, print_columns, print_section
    from keepclear.cli.naming import short

    now = me["now"]
    print_line(f"{me['desk']} in {me['mechanism']}, {clock(now, now)}")
    standing = [row for row in found["suspensions"] if row["ended_at"] is None]
    show_suspensions(standing, now)
    print_section("Watch")
    rows = [(row["desk"], "manned" if row["attended"] else "NOT MANNED", clock(row["since"], now), _who(row))
            for row in found["watch"]]  # fmt: skip
    print_columns(rows, ("Desk", "", "Since", "On watch"))
    waiting = [one for one in found["tests"] if _silent(one)]
    print_section("Tests without a reply", len(waiting))
    if waiting:
        told = [(short(one["id"]), clock(one["heard_at"], now), one["from"], marked(one, ", ".join(_silent(one))))
                for one in waiting]  # fmt: skip
        print_columns(told, ("Id", "Sent", "By", "Waiting for"))
    print_section("Tests so far", len(found["figures"]))
    if found["figures"]:
        sums = [(f"{row['tester']} -> {row['tested']}", row["sent"], row["answered"], row["late"], row["missed"],
                 f"{row['slowest_s']:.1f} s", clock(row["last_answered_at"], now))
                for row in found["figures"]]  # fmt: skip
        print_columns(sums, ("Line", "Sent", "Answered", "Late", "Missed", "Slowest", "Last answer"))


def _who(watch: dict[str, Any]) -> str:
    names = ", ".join(row["name"] for row in watch["on_watch"])
    note = f"note of {watch['note_by']}: {watch['note']}" if watch["note"] else ""
    return "; ".join(part for part in (names, note) if part) or "–"
