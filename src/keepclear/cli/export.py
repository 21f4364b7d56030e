"""``keepclear export``: a record in a file, for an inquiry, whole or as one party may see it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepclear.cli.output import JSON_OPTION, print_json, print_line
from keepclear.cli.progress import ProgressLine
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.host.record_tree import RecordTree


def export(
    out: Annotated[str, typer.Option("--out", metavar="FILE.zip", help="The bundle; no file is overwritten.")],
    data: Annotated[str, typer.Option("--data", metavar="DIR", help="Where the record is kept.")] = "keepclear-data",
    party: Annotated[
        str | None, typer.Option("--for", metavar="PARTY", help="Only what this party may see, the rest as hashes.")
    ] = None,
    to: Annotated[
        int | None, typer.Option("--to", metavar="INDEX", min=0, help="What comes after this entry, as hashes.")
    ] = None,
    findings: Annotated[
        bool, typer.Option(help="With what was worked out at each entry; for that the record is played.")
    ] = True,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Write a bundle of a record that anybody can verify. No host may be at work on the data directory meanwhile."""
    from keepclear.host import boot
    from keepclear.host.exporting import Sealed, Wanted
    from keepclear.host.handing_over import export as hand_over
    from keepclear.host.record_tree import open_tree
    from keepclear.host.witnessing import policy_run_with
    from keepclear.store import SqliteStore
    from keepclear.store.sqlite import FILE_NAME

    if not (Path(data) / FILE_NAME).is_file():
        raise InvalidInput("--data", f"no record in {data}", "the directory that «keepclear serve --data» was given")
    store = SqliteStore(Path(data))
    try:
        log = boot.found(store, None)
        tree = sealed_to_its_end(open_tree(Path(data), store, log))
        sealed = Sealed(tree.tiles.note, tree.keys, tree.salts, cosigned_before(tree), policy_run_with(tree))
        with ProgressLine() as progress:
            size = hand_over(
                store,
                log,
                sealed,
                Path(out),
                Wanted(party, to),
                explain=findings,
                progress=lambda done, of: progress.show("exporting", done, of),
            )
    finally:
        store.close()
    keys = [key.text for key in tree.keys]
    if as_json:
        print_json({"out": out, "mechanism": log, "size": size, "for": party, "keys": keys})
        return
    print_line(
        f"{out}: {size:,} entries of «{log}», {'the whole record' if party is None else f'as {party} may see it'}"
    )
    print_line("Tell those who verify it the log's keys another way than with the file:")
    for key in keys:
        print_line(f"  {key}")


def cosigned_before(tree: RecordTree) -> bytes | None:
    """The newest checkpoint that the host's witnesses made binding, if it had any."""
    from keepclear.host.witnessing import COSIGNED_FILE

    path = tree.tiles.directory / COSIGNED_FILE
    return path.read_bytes() if path.is_file() else None


def sealed_to_its_end(tree: RecordTree) -> RecordTree:
    """The tree with every entry of the store under a signed checkpoint. Raises what the disk refuses."""
    from keepclear.host.recording import Recording

    recording = Recording(tree)
    recording.start()
    recording.stop()
    if recording.failure is not None:
        raise recording.failure
    return tree
