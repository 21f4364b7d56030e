"""``keepclear dossier``: what an inquiry asks of a record, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.report.source import Part, Record


def dossier(
    bundle: Annotated[
        str | None, typer.Argument(metavar="[BUNDLE.zip]", help="A bundle of the record; or give --data.")
    ] = None,
    about: Annotated[
        str, typer.Option("--about", metavar="ID", help="A notice, STOP, alert, conflict a~b, or incident's label.")
    ] = "",
    start: Annotated[str, typer.Option("--from", metavar="T", help="The first instant of the period.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="T", help="The instant at which the period is over.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write: a name in .html or .pdf.")] = "",
    data: Annotated[
        str | None, typer.Option("--data", metavar="DIR", help="The data directory of a host that is not running.")
    ] = None,
    party: Annotated[str | None, typer.Option("--for", metavar="PARTY", help="Only what this party may see.")] = None,
    zone: Annotated[str, typer.Option("--tz", metavar="ZONE", help="The time zone of every time.")] = "UTC",
    asked_by: Annotated[
        str | None, typer.Option("--asked-by", metavar="NAME", help="Who asked for it, for the first page.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Also what does not concern ID.")] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Make the dossier of an incident: who had been told what, minute by minute, with maps."""
    for name, given in (("--about", about), ("--from", start), ("--to", end), ("--out", out)):
        if not given:
            raise InvalidInput(name, "missing", _MISSING[name])
    form = _form(out)
    from keepclear.report.dossier import make_dossier
    from keepclear.report.front import Question
    from keepclear.report.html_page import html_of
    from keepclear.report.part import make_part_dossier
    from keepclear.report.pdf_page import pdf_of
    from keepclear.report.source import Part
    from keepclear.spacetime.instants import parse_instant

    question = Question(about, parse_instant(start, "--from"), parse_instant(end, "--to"), party, zone, asked_by, whole)
    record = _record(bundle, data, question.to_ms)
    if isinstance(record, Part):
        part = make_part_dossier(record, question)
        document, conflicts, labels, lines = part.document, None, part.labels, part.lines
    else:
        made = make_dossier(record, question)
        document, conflicts, labels, lines = made.document, made.conflicts, made.subject.labels, made.lines
    _write_new(out, html_of(document).encode("utf-8") if form == "html" else pdf_of(document))
    if as_json:
        print_json({"file": out, "lines": lines, "conflicts": conflicts, "things": labels})
        return
    print_line(f"{out}: {lines:,} lines, {_conflicts(conflicts)}")


def _conflicts(count: int | None) -> str:
    if count is None:
        return "of a bundle that keeps entries back: what was said, and nothing that follows from it"
    return "1 conflict" if count == 1 else f"{count} conflicts"


_MISSING = {
    "--about": "the id of a notice, STOP or alert, a conflict as a~b, or the label of an incident",
    "--from": "the first instant of the period, such as 2026-04-09T13:40:00Z",
    "--to": "the instant at which the period is over, such as 2026-04-09T14:40:00Z",
    "--out": "the file to write, whose name ends in .html or .pdf",
}


def _form(out: str) -> str:
    """``html`` or ``pdf``, by the name; refuses what cannot be written before any work is done."""
    form = Path(out).suffix.lower().removeprefix(".")
    if form not in ("html", "pdf"):
        raise InvalidInput(
            "--out", f"{out} ends neither in .html nor in .pdf", "a name that says which of the two it is"
        )
    if Path(out).exists():
        raise InvalidInput("--out", f"{out} is there already", "a name that is free: a dossier never replaces a file")
    if not Path(out).parent.is_dir():
        raise InvalidInput(
            "--out", f"{out} cannot be written (there is no such directory)", "a file in one that is there"
        )
    return form


def _record(bundle: str | None, data: str | None, to_ms: int) -> Record | Part:
    from keepclear.report.source import record_in, record_of_bundle

    if (bundle is None) == (data is None):
        given = "neither a bundle nor --data was given" if bundle is None else "a bundle and --data were both given"
        raise InvalidInput("BUNDLE", given, "one of the two")
    return record_of_bundle(bundle, to_ms) if bundle is not None else record_in(str(data))


def _write_new(out: str, data: bytes) -> None:
    """A file that was not there before, whole or not at all."""
    from keepclear.cli.files import write_whole

    if Path(out).exists():
        raise InvalidInput("--out", f"{out} is there already", "a name that is free: a dossier never replaces a file")
    write_whole(out, data)
