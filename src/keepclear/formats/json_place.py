"""Where in a JSON text something stands that is refused, as a path; the slow second reading, only for refusals."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field

from keepclear.errors import InvalidInput
from keepclear.formats.reader import joined, shown

_TOKEN = re.compile(
    r'(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<colon>:)'
    r"|(?P<constant>NaN|-?Infinity)|(?P<number>-?[0-9][0-9.eE+-]*)",
    re.DOTALL,
)
_MOST_EXACT = 2**53 - 1
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class _Level:
    """An object or list that is open at the present place."""

    is_list: bool
    index: int = 0
    key: str = ""
    keys: set[str] = field(default_factory=set)


def name_of(text: str, position: int) -> str:
    """``line 3 column 17`` of a position in a text."""
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line} column {column}"


def find_offence(text: str) -> InvalidInput | None:
    """The first thing in a JSON text that I-JSON refuses, with its path; ``None`` where there is none.

    The text is read as far as it is JSON; that it nests no deeper than allowed has been seen to before.
    """
    levels: list[_Level] = []
    awaiting_key = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            levels.append(_Level(token[0] == "["))
            awaiting_key = token[0] == "{"
        elif kind == "close" and levels:
            levels.pop()
            awaiting_key = False
        elif kind == "comma" and levels:
            levels[-1].index += 1
            awaiting_key = not levels[-1].is_list
        elif kind == "text":
            offence = _in_text(token[0], levels, awaiting_key)
            if offence is not None:
                return offence
            awaiting_key = False
        elif kind in ("constant", "number"):
            offence = _in_number(token[0], _path(levels))
            if offence is not None:
                return offence
    return None


def _in_text(token: str, levels: list[_Level], is_key: bool) -> InvalidInput | None:
    try:
        value = json.loads(token, strict=False)
    except ValueError:
        return None
    if is_key and levels:
        levels[-1].key = value
        if value in levels[-1].keys:
            return InvalidInput(_path(levels), f"the key {shown(value)} stands twice in one object", "each key once")
        levels[-1].keys.add(value)
    if _LONE_SURROGATE.search(value):
        return InvalidInput(_path(levels), "half of a surrogate pair", "whole characters")
    return None


def _in_number(token: str, path: str) -> InvalidInput | None:
    if token.endswith(("NaN", "Infinity")):
        return InvalidInput(path, token, "a finite number")
    try:
        if token.lstrip("-").isdigit():
            too_big = len(token) > 17 or abs(int(token)) > _MOST_EXACT
            told = token if len(token) <= 24 else f"{token[:20]}… ({len(token)} digits)"
            return InvalidInput(path, told, f"a whole number within ±{_MOST_EXACT}") if too_big else None
        if math.isinf(float(token)):
            return InvalidInput(path, token[:24], "a finite number")
    except ValueError:
        return None
    return None


def _path(levels: list[_Level]) -> str:
    parts: list[str] = []
    for level in levels:
        if level.is_list:
            parts.append(f"[{level.index}]")
        elif level.key:
            parts.append(f".{joined('', level.key)}")
    return _LONE_SURROGATE.sub("\ufffd", "".join(parts)).removeprefix(".")
