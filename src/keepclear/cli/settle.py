"""``keepclear propose``, ``accept``, ``decline``: a conflict is settled between its two parties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import DEFAULT_HOST, Connection, Host, Key, Token, TokenFile, connected
from keepclear.cli.naming import mode_of, named, sender_side, short, side_of, the_only
from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.cli.say import json_value, show_receipt
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.client import Client

Reason = Annotated[str | None, typer.Option("--reason", help="Why, in a few words.")]
Which = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The proposal, or the end of its id; left out, the only open one.")
]
CONFLICT = "CONFLICT_4D"


def propose(
    about: Annotated[str, typer.Argument(metavar="ALERT|A~B", help="The conflict: its alert, or its two notices.")],
    option: Annotated[int | None, typer.Option("--option", metavar="N", help="An option of the advice.")] = None,
    notice: Annotated[str | None, typer.Option("--notice", metavar="ID", help="Which notice would change.")] = None,
    shift_min: Annotated[float | None, typer.Option("--shift-min", help="Minutes later; negative, earlier.")] = None,
    floor: Annotated[str | None, typer.Option("--floor", help="Of every volume, such as FL150.")] = None,
    ceiling: Annotated[str | None, typer.Option("--ceiling", help="Likewise.")] = None,
    envelope: Annotated[
        str | None, typer.Option("--envelope", metavar="JSON|@FILE", help="The whole, as it would be.")
    ] = None,
    reason: Reason = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="NAME", help="Again for more. Left out: the other party of the conflict."),
    ] = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Propose a way out of a conflict. With nothing to change: list the advice, and say nothing."""
    shape = None if envelope is None else json_value(envelope, "--envelope")
    named_changes = {"shift_min": shift_min, "floor": floor, "ceiling": ceiling, "envelope": shape}
    change = {key: value for key, value in named_changes.items() if value is not None}
    if option is not None and (change or notice is not None):
        raise InvalidInput("--option", f"{option}, besides a change", "one of the two")
    with connected(host, token, token_file, key) as client:
        alert = _conflict(client, about)
        if option is None and not change:
            _show_advice(client.advice(alert["id"]), as_json=as_json)
            return
        if option is not None:
            body = _option(client.advice(alert["id"]), option)
        else:
            body = {"about": _name_of(alert), "change": {"notice": _changed(alert, notice), **change}}
        addressed = to or _other_sides(client, alert, body["change"]["notice"])
        receipt = client.propose(body["about"], body["change"], reason, to=addressed, mode=alert["mode"])
    show_receipt("proposal", receipt, as_json=as_json)


def accept(
    which: Which = None,
    reason: Reason = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Accept a proposal: its change is made at once, for both."""
    _answer("accept", which, reason, (host, token, token_file, key), as_json=as_json)


def decline(
    which: Which = None,
    reason: Reason = None,
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    key: Key = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Decline a proposal."""
    _answer("decline", which, reason, (host, token, token_file, key), as_json=as_json)


def _answer(
    kind: str,
    which: str | None,
    reason: str | None,
    connection: Connection,
    *,
    as_json: bool,
) -> None:
    with connected(*connection) as client:
        side = side_of(client.me())
        held = client.proposals()
        if which is None:
            mine = [one for one in held if one["state"] == "open" and one["to_answer"] == side]
            which = the_only(mine, "ID", "proposal")
        name = named(which, (one["id"] for one in held), "ID", "proposal")
        to = [sender_side(one) for one in held if one["id"] == name]
        say = client.accept if kind == "accept" else client.decline
        receipt = say(name, reason, to=[one for one in to if one != side], mode=mode_of(name, held))
    show_receipt(f"{kind} of {short(name)} as", receipt, as_json=as_json)


def _conflict(client: Client, about: str) -> dict[str, Any]:
    """The open conflict that is meant, by its alert or its two notices, whole or by their ends."""
    found = [alert for alert in client.alerts() if alert["code"] == CONFLICT]
    if "~" not in about:
        name = named(about, (alert["id"] for alert in found), "ALERT", "open conflict")
        named_one = [alert for alert in found if alert["id"] == name]
    else:
        ends = about.split("~")
        named_one = [alert for alert in found if _is_between(alert["about"], ends)]
    if len(named_one) == 1:
        return named_one[0]
    told = ", ".join(short(alert["id"]) for alert in found)
    raise InvalidInput("ALERT", f"{about!r} is no open conflict of yours", f"one of {told}" if told else "none is open")


def _is_between(notices: Sequence[str], ends: Sequence[str]) -> bool:
    if len(ends) != 2 or len(notices) != 2 or min(map(len, ends)) < 4:
        return False
    (one, other), (a, b) = notices, ends
    return (one.endswith(a) and other.endswith(b)) or (one.endswith(b) and other.endswith(a))


def _name_of(alert: dict[str, Any]) -> str:
    """A conflict by its alert, which names it under every disclosure."""
    return str(alert["id"])


def _changed(alert: dict[str, Any], notice: str | None) -> str:
    if notice is not None:
        return named(notice, alert["about"], "--notice", "notice of this conflict")
    raise InvalidInput(
        "--notice", "missing", f"which would change: {', '.join(short(name) for name in alert['about'])}"
    )


def _option(advice: dict[str, Any], number: int) -> dict[str, Any]:
    """The ready-made proposal of an option, counted from 1 over both sides."""
    options = [option for side in advice["sides"] for option in side["options"]]
    if not 1 <= number <= len(options):
        expected = (
            f"1 to {len(options)}; without --option they are listed" if options else "a change: there is no advice"
        )
        raise InvalidInput("--option", str(number), expected)
    body: dict[str, Any] | None = options[number - 1]["proposal"]
    if body is None:
        raise InvalidInput("--option", str(number), "amend your own notice: under broker the mediator proposes")
    return body


def _other_sides(client: Client, alert: dict[str, Any], notice: str) -> list[str]:
    """Who is told: the other party of the conflict; from the mediator under broker, the party whose notice changes."""
    me = client.me()
    names = alert["about"] if me["party"] or client.mechanism()["disclosure"] == "board" else [notice]
    parties = {notice["party"] for notice in client.notices() if notice["id"] in names}
    return sorted(parties - {side_of(me)})


def _show_advice(advice: dict[str, Any], *, as_json: bool) -> None:
    from keepclear.cli.layout import print_wrapped

    if as_json:
        print_json(advice)
        return
    number = 0
    for side in advice["sides"]:
        print_line(f"{side['party']}, notice {short(side['notice'])}:")
        for option in side["options"]:
            number += 1
            why = option["why"].replace(side["notice"], short(side["notice"]))
            print_wrapped(f"{number}. {why}", 2, 3)
    print_line(
        "Nothing was proposed. Say it with --option N, or with a change of your own." if number else "no way out"
    )
