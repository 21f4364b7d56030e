"""A report in plain lines: what was found wrong first, then what is proved, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

from keepclear.record.verify.findings import Report


def lines_of(report: Report) -> Iterator[str]:
    """The report for people; texts from the bundle are spelt so that they cannot steer a terminal."""
    for failure in report.failures:
        yield _plain(failure.line)
    if report.failed > len(report.failures):
        yield f"… and {report.failed - len(report.failures):,} more"
    yield _plain(f"Log {report.origin or '(unknown)'}, {report.size:,} entries, root {report.root or '(unknown)'}")
    yield _plain(f"Signed by {', '.join(report.signed_by) or 'nobody'}, by keys from {report.keys_from}.")
    if report.keys_from != "you":
        yield "These keys are only as good as the file: give --key with the key that the log's keeper told you."
    if report.standing is not None:
        missing = f"; missing: {', '.join(report.missing)}" if report.missing else ""
        yield _plain(f"Witnesses: {report.standing}, cosigned by {', '.join(report.cosigned) or 'nobody'}{missing}.")
        if report.binding_size is not None and report.binding_size < report.size:
            yield f"Binding for the first {report.binding_size:,} entries; those after them are provisional."
    if report.consistent_with:
        yield f"It goes on from earlier checkpoints of {_sizes(report.consistent_with)} entries."
    hidden = report.size - report.disclosed
    if hidden > 0:
        yield f"{report.disclosed:,} entries are disclosed; {hidden:,} are there as hashes alone."
    signed = f"{report.signed:,} signed, {report.unsigned:,} not"
    yield f"{report.statements:,} statements of {report.desks} desks: {signed}."
    if report.unsigned:
        live = report.unsigned - report.exercise
        yield f"UNSIGNED: for {live:,} live and {report.exercise:,} exercise statements there is only the host's word."
    if report.gaps:
        yield _plain(f"Serials without a statement (skipped by the desk, or missing): {', '.join(report.gaps)}.")
    yield "VERIFIED" if report.is_verified else f"NOT VERIFIED: {report.failed:,} failures"


def _sizes(sizes: list[int]) -> str:
    shown = ", ".join(f"{size:,}" for size in sizes[:10])
    return f"{shown} and {len(sizes) - 10} more" if len(sizes) > 10 else shown


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
