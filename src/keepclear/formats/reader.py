"""Reading tables (of JSON or TOML) field by field: each refusal names its place, and no unknown key slips through."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from keepclear.errors import InvalidInput, TooLarge

LONGEST_TEXT = 4_000
"""Characters of free text in one field: more is a document, and belongs elsewhere."""

LONGEST_NAME = 200
LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """A value as an error shows it: short, on one line, with its own kind for what has no short form."""
    if isinstance(value, Mapping):
        return "a table" if value else "an empty table"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}" if value else "an empty list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 2]}…{text[-1]}"


def joined(prefix: str, key: str) -> str:
    """The path of ``key`` in the table at ``prefix``; a key too long to be meant is cut short."""
    key = key if len(key) <= LONGEST_SHOWN else f"{key[: LONGEST_SHOWN - 1]}…"
    return f"{prefix}.{key}" if prefix else key


class Table:
    """A table at a path, of which only known keys are taken.

    ``known`` are the keys that it may have; any other is refused at once, with the likely one named.
    """

    __slots__ = ("_values", "field")

    def __init__(self, value: object, field: str, known: Collection[str]) -> None:
        if not isinstance(value, Mapping):
            raise InvalidInput(field, shown(value), f"a table with {', '.join(sorted(known))}")
        self.field = field
        self._values: Mapping[str, Any] = value
        for key in value:
            if key not in known:
                raise InvalidInput(self.path(str(key)), f"unknown key {shown(key)}", _instead(str(key), known))

    def path(self, key: str) -> str:
        """The path of a key of this table."""
        return joined(self.field, key)

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def has_null(self, key: str) -> bool:
        """True where the key is given, and is null."""
        return key in self._values and self._values[key] is None

    def refuse(self, key: str, expected: str) -> InvalidInput:
        """The error that what stands at ``key`` is not what is expected."""
        if key not in self._values:
            return InvalidInput(self.path(key), "missing", expected)
        return InvalidInput(self.path(key), shown(self._values[key]), expected)

    def value(self, key: str) -> Any:
        """What stands at ``key``, as it is; ``None`` where nothing does."""
        return self._values.get(key)

    def required(self, key: str, expected: str) -> Any:
        """What stands at ``key``; refused where nothing does."""
        found = self._values.get(key)
        if found is None:
            raise self.refuse(key, expected)
        return found

    def text(self, key: str, expected: str = "a text", *, most: int = LONGEST_NAME) -> str:
        """The text at ``key``: required, not empty, at most ``most`` characters."""
        found = self.required(key, expected)
        if not isinstance(found, str) or not found.strip():
            raise self.refuse(key, expected)
        if len(found) > most:
            raise TooLarge(self.path(key), f"{len(found):,} characters", f"at most {most:,}")
        if any(0xD800 <= ord(character) <= 0xDFFF for character in found):
            raise InvalidInput(self.path(key), "half of a surrogate pair", "whole characters")
        return found

    def optional_text(self, key: str, expected: str = "a text", *, most: int = LONGEST_NAME) -> str | None:
        """The text at ``key``, or ``None`` where there is none."""
        return self.text(key, expected, most=most) if key in self else None

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """One of some words; ``default`` where the key is left out, or refused if there is no default."""
        if key not in self and default is not None:
            return default
        found = self.required(key, f"one of {', '.join(choices)}")
        if not isinstance(found, str) or found not in choices:
            raise self.refuse(key, _one_of(found, choices))
        return found

    def number(self, key: str, expected: str = "a number") -> float:
        """The finite number at ``key``: required."""
        found = self.required(key, expected)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise self.refuse(key, expected)
        try:
            number = float(found)
        except OverflowError:
            raise self.refuse(key, f"{expected}, finite") from None
        if not math.isfinite(number):
            raise self.refuse(key, f"{expected}, finite")
        return number

    def integer(self, key: str, expected: str = "a whole number") -> int:
        """The whole number at ``key``: required."""
        found = self.required(key, expected)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.refuse(key, expected)
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        """``true`` or ``false``."""
        if key not in self:
            return default
        found = self._values[key]
        if not isinstance(found, bool):
            raise self.refuse(key, "true or false")
        return found

    def texts(self, key: str, expected: str = "a list of texts", *, most: int = 1_000) -> tuple[str, ...]:
        """A list of texts; empty where the key is left out."""
        return tuple(text for _, text in self.texts_with_paths(key, expected, most=most))

    def texts_with_paths(
        self, key: str, expected: str = "a list of texts", *, most: int = 1_000
    ) -> Iterator[tuple[str, str]]:
        """The members of a list of texts, each as ``(path, text)``."""
        for path, found in self.items(key, expected, most=most):
            if not isinstance(found, str) or not found.strip():
                raise InvalidInput(path, shown(found), "a text")
            if len(found) > LONGEST_NAME:
                raise TooLarge(path, f"{len(found):,} characters", f"at most {LONGEST_NAME:,}")
            yield path, found

    def items(self, key: str, expected: str, *, most: int = 10_000) -> Iterator[tuple[str, Any]]:
        """The members of the list at ``key``, each with its path; none where the key is left out."""
        found = self._values.get(key)
        if found is None:
            return
        if not isinstance(found, (list, tuple)):
            raise self.refuse(key, expected)
        if len(found) > most:
            raise TooLarge(self.path(key), f"{len(found):,} entries", f"at most {most:,}")
        for number, member in enumerate(found):
            yield f"{self.path(key)}[{number}]", member

    def table(self, key: str, known: Collection[str]) -> Table:
        """The table at ``key``: required."""
        return Table(self.required(key, f"a table with {', '.join(sorted(known))}"), self.path(key), known)


def _instead(key: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"one of {', '.join(sorted(known))}"


def _one_of(found: object, choices: Collection[str]) -> str:
    close = difflib.get_close_matches(str(found), choices, n=1) if isinstance(found, str) else []
    listed = f"one of {', '.join(choices)}"
    return f"{listed} (did you mean {str(close[0])!r}?)" if close else listed
