"""``keepclear resolve``: all conflicts among many plans cleared with the least change, without a server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from keepclear.cli.check import one_option_each
from keepclear.cli.files import read_bytes, shown_name, write_whole
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, print_json, print_line, reading
from keepclear.cli.progress import ProgressLine
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.detection.plan import Plan
    from keepclear.detection.resolution.forbidden import Task
    from keepclear.detection.resolution.freedom import Freedom
    from keepclear.detection.resolution.resolve import Resolution
    from keepclear.formats.mechanism_toml import CheckRules

_MOST_NAMED = 20


class ResolveCommand(TyperCommand):
    """``--fixed`` and ``--fixed-notice`` take every name up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give each name an option of its own, and go on as usual."""
        for option in ("--fixed", "--fixed-notice"):
            args = one_option_each(args, option)
        return super().parse_args(ctx, args)


@dataclass(slots=True)
class _Files:
    """What the files hold: plans in order, features as they were, notices that may not move."""

    plans: list[Plan] = field(default_factory=list)
    features: list[dict[str, Any]] = field(default_factory=list)
    fixed: set[str] = field(default_factory=set)


def resolve(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Plan files: GeoJSON, KML or KMZ; - reads one.")
    ],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write the plans as they then are.")],
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="FILE.toml", help="A mechanism file: its separation, terrain and QNH."),
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option("--fixed", metavar="PARTY...", help="Parties whose plans may not move.")
    ] = None,
    fixed_notice: Annotated[
        list[str] | None, typer.Option("--fixed-notice", metavar="NOTICE...", help="Notices that may not move.")
    ] = None,
    same_party: Annotated[bool, typer.Option("--same-party", help="Also pairs of one and the same party.")] = False,
    max_delay_min: Annotated[float, typer.Option(help="The most that a plan may be put off.")] = 30,
    max_early_min: Annotated[float, typer.Option(help="The most that it may be brought forward.")] = 0,
    layers: Annotated[int, typer.Option(help="Heights to choose from; 3: its own, one up, one down.")] = 3,
    layer_ft: Annotated[float, typer.Option(help="From one to the next.")] = 1000,
    layer_cost_s: Annotated[int, typer.Option(help="Seconds of shift that one layer counts as.")] = 60,
    fair: Annotated[bool, typer.Option("--fair", help="Share the change out more evenly between parties.")] = False,
    time_limit: Annotated[float, typer.Option(help="Seconds to search for; then the best so far.")] = 120,
    seed: Annotated[int, typer.Option(help="Of the search: the same gives the same.")] = 0,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Clear all conflicts among plan files with the least change. Ends with 1 if any is left."""
    from keepclear.detection.resolution.resolve import resolve as resolve_task

    freedom = _freedom(max_delay_min, max_early_min, layers, layer_ft, layer_cost_s)
    if not 0 <= seed < 2**31:
        raise InvalidInput("--seed", str(seed), "0 to 2147483647")
    if not time_limit > 0:
        raise InvalidInput("--time-limit", str(time_limit), "seconds, over 0")
    held = _rules(rules)
    with ProgressLine() as progress:
        read = _read(files, held, progress)
        task = _task(read, held, freedom, fixed or [], fixed_notice or [], same_party=same_party)
        end = time.monotonic() + time_limit
        found = resolve_task(
            task, fair=fair, seed=seed, left_s=lambda: end - time.monotonic(), told=progress.show
        )  # fmt: skip
        progress.show(f"writing {shown_name(out)}", 0, None)
        write_whole(out, _written(read, found))
    report = _report(task, found)
    if as_json:
        print_json(report)
    else:
        _print(report, out, found)
    raise typer.Exit(BAD_NEWS if found.after else FINE)


def _rules(name: str | None) -> CheckRules:
    from keepclear.formats.mechanism_toml import NO_RULES, check_rules_from_toml

    if name is None:
        return NO_RULES
    data = read_bytes(name)
    with reading(shown_name(name)):
        return check_rules_from_toml(data)


def _freedom(max_delay_min: float, max_early_min: float, layers: int, layer_ft: float, layer_cost_s: int) -> Freedom:
    from keepclear.detection.resolution.freedom import Freedom

    for option, minutes in (("--max-delay-min", max_delay_min), ("--max-early-min", max_early_min)):
        if not 0 <= minutes <= 24 * 60:
            raise InvalidInput(option, f"{minutes}", "0 to 1440 minutes")
    return Freedom(int(max_delay_min * 60), int(max_early_min * 60), layers, layer_ft, layer_cost_s)


def _read(files: Sequence[str], rules: CheckRules, progress: ProgressLine) -> _Files:
    """The plans of all files; a notice in two files must be the same in both, and then counts once."""
    from keepclear.formats.plan_file import is_geojson, plans_from_file
    from keepclear.formats.plan_geojson_out import features_of_geojson, features_of_plan, fixed_notices

    found = _Files()
    seen: dict[str, tuple[Plan, str]] = {}
    for name in files:
        data = read_bytes(name)
        with reading(shown_name(name)):
            told = partial(progress.show, f"reading {shown_name(name)}")
            plans = plans_from_file(data, heights=rules.heights, progress=told)
            features = features_of_geojson(data) if is_geojson(data) else []
            found.fixed |= fixed_notices(features)
            fresh = {plan.id: plan for plan in plans if _is_new(plan, shown_name(name), seen)}
        found.plans += fresh.values()
        if is_geojson(data):
            found.features += [feature for feature in features if feature["properties"]["notice"] in fresh]
        else:
            found.features += [feature for plan in fresh.values() for feature in features_of_plan(plan)]
    return found


def _is_new(plan: Plan, name: str, seen: dict[str, tuple[Plan, str]]) -> bool:
    known = seen.setdefault(plan.id, (plan, name))
    if known[0] != plan:
        raise InvalidInput(
            f"notice {plan.id!r}", f"is another one in {known[1]}", "each notice's id for one notice only"
        )
    return known[0] is plan


def _task(
    read: _Files,
    rules: CheckRules,
    freedom: Freedom,
    parties: Sequence[str],
    notices: Sequence[str],
    *,
    same_party: bool,
) -> Task:
    import numpy as np

    from keepclear.detection.resolution.forbidden import Task

    for option, names, known in (
        ("--fixed", parties, {plan.party for plan in read.plans}),
        ("--fixed-notice", notices, {plan.id for plan in read.plans}),
    ):
        for name in names:
            if name not in known:
                raise InvalidInput(option, repr(name), "one that the files have")
    still = read.fixed | set(notices)
    movable = np.array([plan.party not in parties and plan.id not in still for plan in read.plans], bool)
    return Task(read.plans, rules.separations, rules.heights, freedom, movable, same_party)


def _written(read: _Files, found: Resolution) -> bytes:
    from keepclear.detection.resolution.freedom import UNCHANGED
    from keepclear.formats.plan_geojson_out import LAYER, SHIFT, collection_bytes, with_plans

    moved = {
        plan.id: (plan, change) for plan, change in zip(found.plans, found.changes, strict=True) if change != UNCHANGED
    }
    notes = {name: {SHIFT: change.shift_s, LAYER: change.layer} for name, (_, change) in moved.items()}
    return collection_bytes(list(with_plans(read.features, {name: plan for name, (plan, _) in moved.items()}, notes)))


def _report(task: Task, found: Resolution) -> dict[str, Any]:
    from keepclear.detection.resolution.fair import party_shares

    delays = [abs(change.shift_s) for change in found.changes]
    costs = [change.cost_s(task.freedom) for change in found.changes]
    return {
        "plans": len(task.plans),
        "conflicts_before": len(found.before),
        "conflicts_after": len(found.after),
        "moved": sum(cost > 0 for cost in costs),
        "total_delay_s": sum(delays),
        "mean_delay_s": round(sum(delays) / len(delays), 3) if delays else 0.0,
        "greatest_delay_s": max(delays, default=0),
        "layers_changed": sum(change.layer != 0 for change in found.changes),
        "total_change_s": found.total_s,
        "greatest_change_s": max(costs, default=0),
        "lower_bound": found.least_total_s,
        "gap": round((found.total_s - found.least_total_s) / found.total_s, 4) if found.total_s else 0.0,
        "optimal": found.optimal,
        "solver": found.exact,
        "shares": party_shares([plan.party for plan in task.plans], costs),
        "left": [list(pair) for pair in found.after],
    }


def _print(report: dict[str, Any], out: str, found: Resolution) -> None:
    from keepclear.detection.resolution.exact import HOW_TO_INSTALL

    for one, other in report["left"][:_MOST_NAMED]:
        print_line(f"still in conflict: {one} and {other}")
    if len(report["left"]) > _MOST_NAMED:
        print_line(f"… and {len(report['left']) - _MOST_NAMED:,} pairs more; --json lists them all")
    print_line(
        f"{report['plans']:,} notices, {report['conflicts_before']:,} conflicts before, "
        f"{report['conflicts_after']:,} after; {report['moved']:,} notices changed."
    )
    print_line(
        f"Shift: {report['total_delay_s']:,} s together, {report['mean_delay_s']:.1f} s a notice, at most "
        f"{report['greatest_delay_s']:,} s. Height: {report['layers_changed']:,} on another layer."
    )
    how_good = "the least there is"
    if not found.optimal:
        how_good = f"at least {report['lower_bound']:,} s are needed, so no more than {report['gap']:.0%} can be spared"
    print_line(f"Change: {report['total_change_s']:,} s together ({how_good}); by party: {_shares(report['shares'])}.")
    if not found.exact:
        print_line(f"Found by search alone, which seldom proves the least. {HOW_TO_INSTALL}")
    print_line(f"Written to {out}.")


def _shares(shares: dict[str, int]) -> str:
    total = sum(shares.values()) or 1
    return ", ".join(f"{party} {seconds:,} s ({seconds / total:.0%})" for party, seconds in shares.items())
