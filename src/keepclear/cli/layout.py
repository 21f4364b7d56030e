"""Text for a terminal of any width, without colour: aligned columns, wrapped words, times and what is left of them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from keepclear.cli.output import plain, print_line

NARROWEST = 40
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
NOTHING = "–"


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return max(shutil.get_terminal_size((80, 24)).columns, NARROWEST)


def print_wrapped(text: str, indent: int = 0, hang: int = 0) -> None:
    """Words wrapped to the terminal, every line so far in, all but the first by ``hang`` more."""
    margin = " " * indent
    lines = textwrap.wrap(plain(text), width(), initial_indent=margin, subsequent_indent=margin + " " * hang)
    for line in lines or [margin]:
        print_line(line)


def print_section(title: str, count: int | None = None) -> None:
    """A heading, with how many there are; of none, so much and no more."""
    if count == 0:
        print_line(f"{title}: none")
        return
    print_line("")
    print_line(title if count is None else f"{title} ({count})")


def print_columns(rows: Iterable[Sequence[Any]], heads: Sequence[str]) -> None:
    """Aligned columns under their heads; the last one is wrapped within what is left of the line."""
    shown = [[plain(NOTHING if cell is None else str(cell)) for cell in row] for row in rows]
    sizes = [max(len(row[place]) for row in [list(heads), *shown]) for place in range(len(heads) - 1)]
    start = 2 + sum(sizes) + 2 * len(sizes)
    for row in [list(heads), *shown]:
        before = "  " + "".join(cell.ljust(size + 2) for cell, size in zip(row, sizes, strict=False))
        rest = textwrap.wrap(row[-1], max(width() - start, 20)) or [""]
        print_line((before + rest[0]).rstrip())
        for line in rest[1:]:
            print_line(" " * start + line)


def clock(instant: str | None, now: str) -> str:
    """The time of day, and the day before it where that is another than now's; ``–`` for none."""
    if instant is None:
        return NOTHING
    day, _, time = instant.rstrip("Z").partition("T")
    shown = time.partition(".")[0]
    return f"{shown}Z" if day == now[:10] else f"{day[5:]} {shown[:5]}Z"


def left(due: str, now: str) -> str:
    """How long it is until then, or since: ``in 0:42``, ``in 2 h 05 min``, ``LATE by 1:10``."""
    seconds = round((datetime.fromisoformat(due) - datetime.fromisoformat(now)).total_seconds())
    return f"in {span(seconds)}" if seconds >= 0 else f"LATE by {span(-seconds)}"


def span(seconds: int) -> str:
    """A time in words that are read at a glance."""
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S}:{seconds % MINUTE_S:02d}"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h {seconds % HOUR_S // MINUTE_S:02d} min"
    return f"{seconds // DAY_S} d {seconds % DAY_S // HOUR_S:02d} h"


def marked(thing: dict[str, Any], text: str) -> str:
    """The text, with EXERCISE before it where it is one."""
    return f"EXERCISE {text}" if thing.get("mode") == "exercise" else text
