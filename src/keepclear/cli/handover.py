"""``keepclear handover``: the sheet that one watch hands to the next."""

from __future__ import annotations

from typing import Annotated, Any

from keepclear.cli.connection import DEFAULT_HOST, Host, Token, TokenFile, connected
from keepclear.cli.naming import side_of
from keepclear.cli.output import JSON_OPTION, print_json, print_line


def handover(
    host: Host = DEFAULT_HOST,
    token: Token = None,
    token_file: TokenFile = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show what the next watch at this desk must know, most urgent first."""
    with connected(host, token, token_file) as client:
        me, sheet = client.me(), client.handover()
    if as_json:
        print_json(sheet)
    else:
        _show(me, sheet)


def _show(me: dict[str, Any], sheet: dict[str, Any]) -> None:
    from keepclear.cli import blocks
    from keepclear.cli.layout import clock, print_section, print_wrapped

    now, side = sheet["at"], side_of(me)
    watch = sheet["watch"]
    print_line(f"HAND-OVER of {sheet['desk']} in {me['mechanism']}, {now[:10]} {clock(now, now)}")
    names = ", ".join(f"{row['name']} since {clock(row['since'], now)}" for row in watch["on_watch"])
    print_line(f"On watch: {names or 'nobody has signed on'}")
    if watch["note"]:
        print_wrapped(f"Note of {watch['note_by']}: {watch['note']}")
    blocks.show_suspensions(sheet["suspensions"], now)
    print_section("Open STOPs", len(sheet["stops"]))
    blocks.show_stops(sheet["stops"], [*sheet["owed"], *sheet["waiting_for"]], me, side, now)
    blocks.show_alerts(sheet["alerts"], now)
    blocks.show_owed("We owe", sheet["owed"], now, ours=True)
    blocks.show_owed("We wait for", sheet["waiting_for"], now, ours=False)
    blocks.show_proposals(sheet["proposals"], side, now)
    blocks.show_notices(sheet["notices"], now)
