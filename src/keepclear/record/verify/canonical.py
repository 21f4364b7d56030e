"""JSON in the one form that it has under RFC 8785, written and read with the standard library alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

MOST_EXACT_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 7493 §2.2)."""


def canonical(value: Any) -> bytes:
    """The bytes of a JSON value (RFC 8785). Raises ValueError for what has none: NaN, 2**53, half a surrogate pair."""
    return _text(value).encode("utf-8")


def parsed(data: bytes) -> Any:
    """The value that the bytes are the canonical form of; ValueError for anything else, such as a key that is twice."""
    try:
        value = _JSON.decode(data.decode("utf-8"))
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no canonical JSON: {type(error).__name__}") from None
    if not same:
        raise ValueError("JSON that is not in its canonical form (RFC 8785)")
    return value


def strict_object(data: bytes) -> dict[str, Any]:
    """The JSON object that the bytes hold, spelt in any way, with each key once; ValueError for anything else."""
    try:
        value = _JSON.decode(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            if abs(value) > MOST_EXACT_INTEGER:
                raise ValueError("a whole number that not every reader keeps")
            return str(value)
        case float():
            return _number(value)
        case Mapping():
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))  # RFC 8785 §3.2.3
            return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_text(value[key])}" for key in keys) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(member) for member in value) + "]"
    raise ValueError(f"no JSON value: {type(value).__name__}")


def _number(value: float) -> str:
    """As ECMAScript writes a number: the shortest digits, plain from 1e-6 up to 1e21 (ECMA-262, Number::toString)."""
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = (whole + part).lstrip("0")
    point -= len(whole + part) - len(digits)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return f"{sign}{digits}{'0' * (point - count)}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    more = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{more}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key that stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant)
