"""``keepclear check``: conflicts among plan files, without a server (model §5)."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from keepclear.cli.files import read_bytes, shown_name
from keepclear.cli.find import Found, Wanted, as_text, find, itself
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, plain, print_json_rows, print_line, reading
from keepclear.cli.progress import ProgressLine
from keepclear.cli.side_by_side import beside
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.detection.growing import GrowingIndex
    from keepclear.detection.meeting import Meeting
    from keepclear.detection.plan import Plan
    from keepclear.formats.mechanism_toml import CheckRules


WORTH_COMPILING = 50_000
"""Plans from which on the grid is worth making its code first; with fewer it is used where that is made already."""


class CheckCommand(TyperCommand):
    """``--against`` takes every file up to the next option, as the reference writes it: ``--against FILE…``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give each file after ``--against`` an ``--against`` of its own, and go on as usual."""
        return super().parse_args(ctx, one_option_each(args, "--against"))


def one_option_each(args: Sequence[str], option: str) -> list[str]:
    """The arguments with ``option a b`` written ``option a option b``."""
    spread: list[str] = []
    inside = False
    for position, argument in enumerate(args):
        if argument == "--":
            return [*spread, *args[position:]]
        if argument == option:
            inside = True
            continue
        if argument.startswith("-") and argument != "-":
            inside = False
        spread += [option, argument] if inside else [argument]
    return spread


def check(
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
    same_party: Annotated[bool, typer.Option("--same-party", help="Also pairs of one and the same party.")] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Find conflicts among plan files, without a server. Ends with 1 if there is one."""
    held = read_rules(rules)
    with uncollected(), ProgressLine() as progress:
        own, others = read_plans(files, against or [], held, progress)
        texts: list[Found[str]] = []
        met: list[Found[Meeting]] = []
        if as_json:
            texts = find(own, others, held, Wanted(same_party, overlap=True, show=as_text), progress)
        else:
            met = find(own, others, held, Wanted(same_party, overlap=False, show=itself), progress)
    conflicts = sum(row.is_conflict for row in texts) + sum(row.is_conflict for row in met)
    if as_json:
        print_json_rows({"checked": len(own)}, "conflicts", [row.shown for row in texts])
    else:
        _print_table([row.shown for row in met], {plan.id: plan.party for plan in [*own, *others]})
        print_line(_summary(len(own), len(others), conflicts, len(met) - conflicts))
    raise typer.Exit(BAD_NEWS if conflicts else FINE)


def read_rules(name: str | None) -> CheckRules:
    """The rules of a mechanism file that plans are checked by; without a name, none."""
    from keepclear.formats.mechanism_toml import NO_RULES, check_rules_from_toml

    if name is None:
        return NO_RULES
    data = read_bytes(name)
    with reading(shown_name(name)):
        return check_rules_from_toml(data)


def read_plans(
    files: Sequence[str], against: Sequence[str], rules: CheckRules, progress: ProgressLine
) -> tuple[list[Plan], list[Plan]]:
    """The plans to check, and those to check them against; a notice in two files must be the same in both."""
    from keepclear.formats.plan_file import plans_from_file

    seen: dict[str, tuple[Plan, str]] = {}

    def fresh(name: str) -> list[Plan]:
        data = read_bytes(name)
        with reading(shown_name(name)):
            stage = f"reading {shown_name(name)}"
            told = partial(progress.show, stage)
            plans = plans_from_file(data, heights=rules.heights, progress=told, beside=beside)
            return [plan for plan in plans if _is_new(plan, shown_name(name), seen)]

    own = [plan for name in files for plan in fresh(name)]
    return own, [plan for name in against for plan in fresh(name)]


@contextmanager
def uncollected() -> Iterator[None]:
    """While plans are read and judged nothing that is made is garbage in a circle: Python's collector would look at all
    of it over and over, the longer the file the more often. What was made lasts till the end, and is left out for good.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
    gc.freeze()


def _is_new(plan: Plan, name: str, seen: dict[str, tuple[Plan, str]]) -> bool:
    known = seen.setdefault(plan.id, (plan, name))
    if known[0] is plan:
        return True
    if known[0] != plan:
        raise InvalidInput(
            f"notice {plan.id!r}", f"is another one in {known[1]}", "each notice's id for one notice only"
        )
    return False


def _grid_is_compiled() -> bool:
    from keepclear.detection.compiled import is_complete

    return is_complete()


def index_for(rules: CheckRules, plans: int) -> GrowingIndex:
    """An empty index for so many plans, which waits for a compiler only where that is worth it."""
    from keepclear.detection.growing import GrowingIndex

    def may_grow() -> bool:
        return plans >= WORTH_COMPILING or _grid_is_compiled()

    return GrowingIndex(rules.separations, rules.heights, may_grow=may_grow)


def find_meetings(
    own: Sequence[Plan], others: Sequence[Plan], rules: CheckRules, *, same_party: bool, progress: ProgressLine
) -> list[Meeting]:
    """Every pair of ``own`` with each other and with ``others``, sorted by their two ids."""
    wanted = Wanted(same_party, overlap=True, show=itself)
    return [row.shown for row in find(own, others, rules, wanted, progress)]


def _print_table(meetings: Sequence[Meeting], parties: dict[str, str]) -> None:
    if not meetings:
        return
    from keepclear.cli.table import RED, YELLOW, print_table

    heads = ("Verdict", "Notices", "Window (UTC)", "Gaps", "Heights")
    rows = [
        (
            [meeting.verdict.value],
            [f"{plain(name)} ({plain(parties[name])})" for name in (meeting.a, meeting.b)],
            _window(meeting),
            [f"{_metres(meeting.lateral_gap_m)} beside", f"{_metres(meeting.vertical_gap_m)} above"],
            ["widened" if meeting.widened else "as given"],
        )
        for meeting in meetings
    ]
    styles = [RED if meeting.verdict.value == "CONFLICT" else YELLOW for meeting in meetings]
    print_table(heads, rows, folded=1, styles=styles)


def _window(meeting: Meeting) -> list[str]:
    from keepclear.spacetime.instants import format_instant

    return [format_instant(meeting.start_ms), format_instant(meeting.end_ms)]


def _metres(gap_m: float) -> str:
    return f"{gap_m:,.0f} m" if gap_m >= 10 else f"{gap_m:,.2f} m" if gap_m > 0 else "0 m"


def _summary(own: int, others: int, conflicts: int, marginal: int) -> str:
    met = f" against {_counted(others, 'other')}" if others else ""
    found = _counted(conflicts, "conflict") if conflicts else "no conflict"
    beside = f", {marginal} marginal (neighbours that touch)" if marginal else ""
    return f"{_counted(own, 'notice')} checked{met}: {found}{beside}."


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
