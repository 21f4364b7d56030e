"""Command groups whose commonest command needs no name: ``keepclear stop "people are there"``, ``keepclear line``."""

from __future__ import annotations

import difflib
from typing import Any

from typer.core import TyperGroup

from keepclear.errors import InvalidInput

CLOSE = 0.7
"""How like a command's name one word must be to be taken for a slip of the finger (``difflib`` ratio)."""


class WordsFirst(TyperGroup):
    """What is no command's name is for the command ``usual``, its options included."""

    usual = ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the usual command's name before what names none. A lone word that is nearly a name is refused."""
        wants_help = any(arg in ("--help", "-h") for arg in args[:1])
        if not wants_help and (not args or args[0] not in self.commands):
            words = self._words(args)
            if words and words[0] in self.commands:
                raise InvalidInput(ctx.info_name or "", f"{args[0]} before {words[0]!r}", "options after the command")
            near = difflib.get_close_matches(words[0], self.commands, 1, CLOSE) if words else []
            if near and " " not in words[0]:
                expected = f"«{near[0]}», or, if these are your words, «{ctx.info_name} {self.usual} …»"
                raise InvalidInput(ctx.info_name or "", f"{words[0]!r} is no command", expected)
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def _words(self, args: list[str]) -> list[str]:
        """The arguments that are neither options of the usual command nor what such an option takes."""
        flags = {opt for one in self.commands[self.usual].params if getattr(one, "is_flag", False) for opt in one.opts}
        words, taken = [], False
        for arg in args:
            if taken:
                taken = False
            elif arg.startswith("-"):
                taken = "=" not in arg and arg not in flags
            else:
                words.append(arg)
        return words


class StopWords(WordsFirst):
    """``keepclear stop "reason"`` raises a STOP."""

    usual = "raise"


class LineWords(WordsFirst):
    """``keepclear line`` shows the line."""

    usual = "show"
