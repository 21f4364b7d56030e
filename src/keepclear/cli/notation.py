"""``keepclear notation``: a position or a time in the notations that people read out to each other."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.errors import InvalidInput

FIELD = "TEXT"
ANY_TEXT = {"ignore_unknown_options": True}
"""A southern or western position may begin with a sign, which makes it no option."""


def notation(
    words: Annotated[list[str], typer.Argument(metavar="TEXT...", help="A position or a time, in any notation.")],
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show a position in decimal, DMS and MGRS, or a time in UTC, local and DTG."""
    from keepclear.formats.notation.shown import says_a_time

    text = " ".join(words)
    answer: dict[str, Any] = {"position": None, "time": None}
    if says_a_time(text):
        answer["time"] = _time(text)
    else:
        answer["position"] = _position(text)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _position(text: str) -> dict[str, Any]:
    from keepclear.formats.notation.positions import parse_position
    from keepclear.formats.notation.shown import position_shown

    try:
        return position_shown(parse_position(text, FIELD))
    except InvalidInput as refused:
        expected = f"{refused.expected}, or a time such as 091340Z APR 26"
        raise InvalidInput(refused.field, refused.given, expected) from None


def _time(text: str) -> dict[str, Any]:
    """The time in UTC, on this machine's clock (``local`` with its ``zone``; null beyond the calendar), and as DTG."""
    from keepclear.formats.notation.shown import time_shown
    from keepclear.formats.notation.times import format_time_local, parse_time

    ms = parse_time(text, FIELD, reference_ms=time.time_ns() // 1_000_000).ms
    try:
        there = time.localtime(ms // 1000)
        local, zone = format_time_local(ms, there.tm_gmtoff // 60), there.tm_zone
    except (OverflowError, ValueError, OSError):
        local, zone = None, None
    shown = time_shown(ms)
    return {"utc": shown["utc"], "local": local, "zone": zone, "dtg": shown["dtg"]}


def _show(answer: dict[str, Any]) -> None:
    at, when = answer["position"], answer["time"]
    if at is not None:
        print_line(f"decimal  {at['decimal']}")
        print_line(f"DMS      {at['dms']}")
        print_line(f"MGRS     {at['mgrs']}")
        print_line(f"within   {at['resolution_m']:.0f} m, by the figures that were given")
    if when is not None:
        print_line(f"UTC      {when['utc']}")
        if when["local"] is not None:
            print_line(f"local    {when['local']} ({when['zone']})")
        print_line(f"DTG      {when['dtg']}")
