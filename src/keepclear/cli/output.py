"""What the terminal shows: answers on standard output, and in one place how an error reads on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from keepclear.errors import InvalidInput, KeepclearError, ReceiptMissing, SplitView, VerificationFailed

if TYPE_CHECKING:
    from rich.console import Console

FINE = 0
BAD_NEWS = 1
BAD_INPUT = 2

NEWS = (SplitView, ReceiptMissing, VerificationFailed)
"""Errors that are an answer, and a bad one: nothing was wrong with how it was asked."""

JSON_OPTION = typer.Option("--json", help="Print the answer as JSON.")


def plain(text: str) -> str:
    """A text from somewhere else as it may be shown: what would steer the terminal is written out instead."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def print_json(answer: Any) -> None:
    """An answer as one JSON document, in ASCII so that no terminal or pipe can spoil it."""
    sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")


def print_json_rows(head: dict[str, Any], key: str, rows: Sequence[str]) -> None:
    """What ``print_json`` prints of ``head`` with a list under one more key, whose rows are texts in JSON already."""
    opened = json.dumps({**head, key: []}, allow_nan=False).removesuffix("]}")
    sys.stdout.write(opened)
    for number, row in enumerate(rows):
        sys.stdout.write(f", {row}" if number else row)
    sys.stdout.write("]}\n")


def console() -> Console:
    """Standard output for people; rich is loaded only here."""
    from rich.console import Console

    return Console(highlight=False)


def print_line(text: str) -> None:
    """One line for people, kept whole however narrow the terminal."""
    sys.stdout.write(plain(text) + "\n")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Errors about what is read here say which file it was: ``FILE: field: given; expected``."""
    try:
        yield
    except InvalidInput as error:
        place = f"{name}: {error.field}" if error.field else name
        raise type(error)(place, error.given, error.expected) from None


def end_with(error: KeepclearError) -> NoReturn:
    """Say in one line what was wrong with the input or the use, and end with 2; with 1 where it is bad news."""
    sys.stderr.write(f"{plain(str(error))}\n")
    raise SystemExit(BAD_NEWS if isinstance(error, NEWS) else BAD_INPUT)
