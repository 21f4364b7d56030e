"""``keepclear record compare``: whether what several desks hold is of one and the same record, offline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.output import BAD_INPUT, BAD_NEWS, FINE, JSON_OPTION, print_json, print_line
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.record.compare import Comparison, Shown
    from keepclear.record.evidence import Evidence
    from keepclear.record.verify.note import VerifierKey

group = typer.Typer(help="What several hands hold of the record.", no_args_is_help=True, rich_markup_mode=None)


@group.command("compare")
def compare(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Checkpoints, receipts, views (.seen), evidence, bundles: any mixture."),
    ],
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", "--log-key", metavar="VKEY", help="A key of the log as you were told it; may be given twice."
        ),
    ] = None,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="FILE", help="Where both signed checkpoints go if they do not fit.")
    ] = "split-view.json",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Find out whether these are of one log. Ends with 1 if the log has signed two histories."""
    from keepclear.record.compare import compare as compare_files

    paths = [Path(name) for name in files]
    keys, told = _keys(paths, key or [])
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    result = compare_files(paths, keys, now)
    written = [_write(one, evidence, number) for number, one in enumerate(result.splits)]
    if as_json:
        print_json(_as_shown(result, written, told))
    else:
        _print(result, written, told)
    raise typer.Exit(BAD_NEWS if result.splits else BAD_INPUT if result.open_pairs else FINE)


def _keys(paths: list[Path], given: list[str]) -> tuple[list[VerifierKey], str]:
    from keepclear.record.compare import keys_in
    from keepclear.record.verify.note import parse_verifier_key

    if given:
        return [parse_verifier_key(text) for text in given], "you"
    found = keys_in(paths)
    if not found:
        raise InvalidInput("--key", "missing, and no bundle names one", "the log's verifier key as you were told it")
    return found, "a bundle"


def _write(found: Evidence, name: str, number: int) -> str:
    path = Path(name)
    path = path if number == 0 else path.with_name(f"{path.stem}-{number + 1}{path.suffix}")
    try:
        path.write_bytes(found.to_bytes())
    except OSError as error:
        raise InvalidInput("--evidence", f"{path}: {error.strerror}", "a file that can be written") from None
    return str(path)


def _print(result: Comparison, written: list[str], told: str) -> None:
    print_line(f"{len(result.shown)} signed checkpoints; the log's keys are from {told}:")
    for one in result.shown:
        print_line(f"  {one.source}: {_words(one)}")
    for found, path in zip(result.splits, written, strict=True):
        print_line(f"SPLIT VIEW: {found.why}. Both signed checkpoints are in {path}.")
    for first, second in result.open_pairs:
        print_line(
            f"Not connected: {first.source} and {second.source}; the bundle of {second.checkpoint.size} entries would."
        )
    if not result.splits and not result.open_pairs:
        print_line("They fit: one log, which has only grown.")


def _words(one: Shown) -> str:
    return f"{one.checkpoint.origin}, {one.checkpoint.size} entries, root {one.checkpoint.root.hex()[:16]}…"


def _as_shown(result: Comparison, written: list[str], told: str) -> dict[str, Any]:
    return {
        "checkpoints": [
            {
                "source": one.source,
                "origin": one.checkpoint.origin,
                "size": one.checkpoint.size,
                "root": one.checkpoint.root.hex(),
            }
            for one in result.shown
        ],
        "split_views": [{"why": one.why, "evidence": path} for one, path in zip(result.splits, written, strict=True)],
        "not_connected": [[first.source, second.source] for first, second in result.open_pairs],
        "keys_from": told,
    }
