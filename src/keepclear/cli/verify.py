"""``keepclear verify``: a bundle checked offline (model §5), and on demand worked out again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepclear.cli.connection import policy_in
from keepclear.cli.output import BAD_NEWS, FINE, JSON_OPTION, print_json, print_line
from keepclear.cli.progress import ProgressLine
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.formats.worked_again import Kept, WorkedAgain
    from keepclear.mechanism.agreement import Agreement
    from keepclear.record.verify.findings import Report


def verify(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="A bundle, as keepclear export wrote it; or a receipt.")
    ],
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Work every alert and verdict out again, and compare.")
    ] = False,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", "--log-key", metavar="VKEY", help="A key of the log as you were told it; may be given twice."
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="FILE", help="The witnesses whose quorum you ask for.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="FILE", help="A checkpoint or bundle that you had before.")
    ] = None,
    desk_key: Annotated[
        str | None,
        typer.Option("--desk-key", metavar="X", help="Of a receipt: the sender's public key, to check who said it."),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Check a record, offline: who signed what, and that nothing was changed. Ends with 1 if anything does not hold."""
    from keepclear.cli.receipt import is_receipt, verify_receipt

    if is_receipt(Path(bundle)):
        raise typer.Exit(verify_receipt(Path(bundle), key or (), policy, desk_key, as_json=as_json))
    from keepclear.record.verify.check import Asked
    from keepclear.record.verify.check import verify as check
    from keepclear.record.verify.note import parse_verifier_key

    asked = Asked(
        tuple(parse_verifier_key(text) for text in key or ()),
        policy_in(policy),
        None if against is None else Path(against),
    )
    with ProgressLine() as progress:
        report = check(Path(bundle), asked, lambda done, of: progress.show("checking entries", done, of))
        again = work_out_again(Path(bundle), report, progress) if recompute else None
    if again is not None and again.difference is not None:
        found = again.difference
        report.fail(found.index, "what follows", f"by the record {found.recorded}", f"as worked out now: {found.now}")
    if as_json:
        print_json(as_shown(report, again))
    else:
        _print(report, again)
    raise typer.Exit(FINE if report.is_verified else BAD_NEWS)


def work_out_again(bundle: Path, report: Report, progress: ProgressLine) -> WorkedAgain | None:
    """The whole record played again; None where entries that cannot be read were found already.

    Raises ``InvalidInput`` for a bundle in which not every entry is disclosed.
    """
    from keepclear.detection.compiled import is_complete
    from keepclear.detection.growing import GrowingIndex
    from keepclear.formats.worked_again import work_again

    if report.disclosed < report.size:
        if not report.is_verified:
            return None
        given = f"{report.size - report.disclosed:,} of {report.size:,} entries are there as hashes alone"
        raise InvalidInput("--recompute", given, "the whole record: only the mediator's bundle can be worked out again")

    def index_for(agreement: Agreement) -> GrowingIndex:
        return GrowingIndex(agreement.separations, agreement.heights, may_grow=is_complete)

    return work_again(entries_of(bundle), index_for, lambda done: progress.show("working out", done, report.size))


def entries_of(path: Path) -> Iterator[Kept]:
    """The entries of a bundle that was read before, with what the host says was worked out at each."""
    import json

    from keepclear.record.verify.base64url import decoded
    from keepclear.record.verify.bundle import Bundle

    with Bundle(path) as bundle:
        for index, line in enumerate(bundle.lines()):
            value = json.loads(line)
            yield index, decoded(value["entry"]), value.get("findings")


def as_shown(report: Report, again: WorkedAgain | None) -> dict[str, Any]:
    """The report as JSON."""
    shown = dataclasses.asdict(report)
    shown["failures"] = [{**dataclasses.asdict(one), "line": one.line} for one in report.failures]
    recomputed = None if again is None else dataclasses.asdict(again)
    return {"verified": report.is_verified, **shown, "recomputed": recomputed}


def _print(report: Report, again: WorkedAgain | None) -> None:
    from keepclear.record.verify.findings import lines_of

    *lines, verdict = lines_of(report)
    for line in lines:
        print_line(line)
    if again is not None and again.difference is None:
        print_line(
            f"Worked out again: all {again.alerts:,} alerts follow, and {again.compared:,} of {again.played:,} entries "
            "say the same."
        )
    print_line(verdict)
