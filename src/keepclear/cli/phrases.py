"""``keepclear phrases``: the phrase book in one language, or codes beside each other in all."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keepclear.cli.output import JSON_OPTION, console, print_json, print_line


def phrases(
    lang: Annotated[str, typer.Option("--lang", help="en, tr, he, ar, az or ru.")] = "en",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show the phrase book: each code with its wording in a language, and when it is used."""
    from keepclear.formats.phrase_text import phrase_list

    book = phrase_list(lang, "--lang")
    if as_json:
        print_json(book)
    else:
        _show(book)


def _show(book: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("Code", "Group", book["name"], "When")
    for row in book["phrases"]:
        text = Text(row["text"], justify="right" if book["dir"] == "rtl" else "left")
        table.add_row(row["code"], row["group"], text, Text(row["when"]))
    console().print(table)
    print_line(book["note"])
