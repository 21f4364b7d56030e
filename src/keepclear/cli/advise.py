"""``keepclear advise``: what would clear the conflicts of plan files, for either side, without a server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.check import find_meetings, index_for, read_plans, read_rules, uncollected
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, print_json, print_line
from keepclear.cli.progress import ProgressLine

if TYPE_CHECKING:
    from keepclear.detection.advice.advise import Found
    from keepclear.detection.advice.around import Surroundings
    from keepclear.detection.meeting import Meeting
    from keepclear.detection.plan import Plan
    from keepclear.formats.mechanism_toml import CheckRules

Sides = tuple[tuple["Plan", "Found"], ...]


def advise(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Plan files: GeoJSON, KML or KMZ; - reads one.")
    ],
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="FILE...", help="More plans to meet; not checked among themselves."),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="FILE.toml", help="A mechanism file: its separation, terrain and QNH."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="INSTANT", help="Propose no start before this; left out, now, for what is still to come."
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say what would clear each conflict among plan files, for either side. Ends with 1 if there is one."""
    from keepclear.spacetime.instants import parse_instant

    at_ms = None if at is None else parse_instant(at, "--at")
    held = read_rules(rules)
    with ProgressLine() as progress:
        with uncollected():
            own, others = read_plans(files, against or [], held, progress)
        meetings = find_meetings(own, others, held, same_party=False, progress=progress)
        conflicts = [meeting for meeting in meetings if meeting.verdict.value == "CONFLICT"]
        found = list(_advice([*own, *others], conflicts, held, at_ms, progress))
    if as_json:
        print_json({"checked": len(own), "conflicts": [_row(meeting, sides) for meeting, sides in found]})
    else:
        _print(found, len(own))
    raise typer.Exit(BAD_NEWS if conflicts else FINE)


def _advice(
    plans: Sequence[Plan],
    conflicts: Sequence[Meeting],
    rules: CheckRules,
    at_ms: int | None,
    progress: ProgressLine,
) -> Iterator[tuple[Meeting, Sides]]:
    from keepclear.detection.advice.advise import advise as options_of

    if not conflicts:
        return
    by_id = {plan.id: plan for plan in plans}
    around = _surroundings(by_id, rules)
    for number, meeting in enumerate(conflicts):
        progress.show("looking for ways out", number, len(conflicts))
        a, b = by_id[meeting.a], by_id[meeting.b]
        since_ms = _earliest_ms(meeting) if at_ms is None else at_ms
        yield meeting, tuple((own, options_of(own, other, around, at_ms=since_ms)) for own, other in ((a, b), (b, a)))


def _surroundings(by_id: dict[str, Plan], rules: CheckRules) -> Surroundings:
    from keepclear.detection.advice.around import Surroundings

    index = index_for(rules, len(by_id))
    index.put_many(by_id.values())
    return Surroundings(index, by_id.__getitem__, rules.separations, rules.heights)


def _earliest_ms(meeting: Meeting) -> int | None:
    """Now, for a conflict that is still to come; one that is over is an exercise, in which no time is past."""
    now_ms = time.time_ns() // 1_000_000
    return now_ms if max(meeting.start_ms, meeting.end_ms) > now_ms else None


def _row(meeting: Meeting, sides: Sides) -> dict[str, Any]:
    told = [
        {
            "notice": own.id,
            "party": own.party,
            "options": [option.as_json() for option in found.options],
            "cut": found.cut,
        }
        for own, found in sides
    ]
    return {**meeting.as_json(), "sides": told}


def _print(found: Sequence[tuple[Meeting, Sides]], checked: int) -> None:
    from keepclear.detection.advice.option import in_words

    for meeting, sides in found:
        print_line(f"{meeting.a} and {meeting.b} conflict, {_window(meeting)}.")
        for own, told in sides:
            print_line(f"  {own.id} ({own.party}), any one of:" if told.options else f"  {own.id} ({own.party}):")
            words = [in_words(option) for option in told.options]
            wide = max(map(len, words), default=0)
            for option, said in zip(told.options, words, strict=True):
                print_line(f"    - {said:{wide}}   as much as {option.cost:g} min")
            if told.cut:
                print_line("    - more or smaller changes may exist: it is too crowded here to look at them all.")
            elif not told.options:
                print_line("    - nothing within the limits clears; settle it with the other side.")
        print_line("")
    number = len(found)
    conflicts = "no conflict" if number == 0 else f"{number:,} conflict{'s' if number > 1 else ''}"
    notices = f"{checked:,} notice{'s' if checked != 1 else ''}"
    print_line(f"{notices} checked: {conflicts}.")
    if number:
        print_line("Each change was checked against all plans given, one change at a time; cheapest first, by the")
        print_line("minutes of delay that would weigh as much.")


def _window(meeting: Meeting) -> str:
    from keepclear.spacetime.instants import format_instant

    low, high = (format_instant(ms) for ms in sorted((meeting.start_ms, meeting.end_ms)))
    return f"{low} to {high}"
