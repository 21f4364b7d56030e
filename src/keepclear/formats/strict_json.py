"""JSON read strictly: what two readers might understand differently is refused, and before work is done on it.

A statement is kept as canonical JSON (RFC 8785) and checked again by programs that we did not write, so only I-JSON
(RFC 7493) is taken: UTF-8, no key twice, no NaN or infinity, whole numbers within ±(2**53 - 1), no lone surrogate.
Size and nesting are looked at before anything is parsed. Every refusal names the place: a path where there is one
(``body.envelope[0].floor``), else line and column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats.json_place import find_offence, name_of

MOST_EXACT_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 7493 §2.2)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read at most."""

    max_bytes: int
    max_depth: int = 32


STATEMENT_LIMITS = Limits(max_bytes=1_000_000, max_depth=24)
"""For one statement: an envelope of some footprints with 10,000 vertices each fits."""

PLAN_FILE_LIMITS = Limits(max_bytes=1_000_000_000, max_depth=32)
"""For plan files, which a user reads on a machine of their own."""

_BRACKETS_ONLY = bytes(sorted(set(range(256)) - set(b"[]{}")))
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_MAYBE_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MAYBE_BIG_NUMBER = re.compile(rb"(?<![0-9.])[0-9]{16}|[0-9.][eE]\+?[0-9]{3}")

_DIGITS_ALIKE = bytes.maketrans(b"123456789E", b"000000000e")


def loads(data: bytes, *, limits: Limits = STATEMENT_LIMITS) -> Any:
    """The value of a JSON document, or :class:`InvalidInput` (:class:`TooLarge`) naming what is wrong and where."""
    if len(data) > limits.max_bytes:
        raise TooLarge("", f"{len(data):,} bytes", f"at most {limits.max_bytes:,} bytes")
    text = _decode(data)
    _refuse_deep_nesting(data, text, limits.max_depth)
    try:
        value = json.loads(text, object_pairs_hook=_object_of_distinct_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise InvalidInput(place, f"no JSON: {error.msg}", "JSON") from None
    except (_OffenceError, ValueError):
        raise _named_offence(text) from None
    if _may_offend(data):
        offence = find_offence(text)
        if offence is not None:
            raise offence
    return value


def _may_offend(data: bytes) -> bool:
    """True where a whole number may be too big or a surrogate alone; that no digits are so long is seen soonest."""
    alike = data.translate(_DIGITS_ALIKE)
    digits = b"0" * 16 in alike or b"e000" in alike or b"e+000" in alike
    if digits and _MAYBE_BIG_NUMBER.search(data):
        return True
    return b"\\u" in data and _MAYBE_LONE_SURROGATE.search(data) is not None


class _OffenceError(Exception):
    """Something that JSON has and we refuse was met; where it is, is found afterwards."""


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        line = f"line {line_number}"
        raise InvalidInput(line, f"byte {error.start} is no UTF-8", "text in UTF-8") from None
    if text.startswith("\ufeff"):
        raise InvalidInput("line 1 column 1", "a byte order mark", "JSON in UTF-8 without one")
    return text


def _refuse_deep_nesting(data: bytes, text: str, most: int) -> None:
    """Nesting is judged before the parser recurses: peeling empty pairs off the bare brackets is quick, and where text
    with brackets in it stands in the way, the brackets outside of strings are counted one by one.
    """
    bare = data.translate(None, _BRACKETS_ONLY)
    for _ in range(most):
        if not bare:
            return
        bare = bare.replace(b"[]", b"").replace(b"{}", b"")
    if not bare:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > most:
                raise TooLarge(name_of(text, token.start()), f"nested over {most} deep", f"at most {most} levels")
        elif first in "]}":
            depth -= 1


def _object_of_distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise _OffenceError
    return table


def _no_constant(_: str) -> Any:
    raise _OffenceError


def _named_offence(text: str) -> InvalidInput:
    offence = find_offence(text)
    if offence is None:  # pragma: no cover - the parser refused what the slow reader takes
        return InvalidInput("line 1", "something this reader does not take", "I-JSON (RFC 7493)")
    return offence
