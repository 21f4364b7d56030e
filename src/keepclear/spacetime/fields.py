"""Reading the fields of a JSON-like object: what is unknown, missing or no number is refused with its place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from keepclear.errors import InvalidInput


def check_keys(obj: Mapping[str, object], field: str, *, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuses a key that is not known, and the lack of one that is required."""
    known = (*required, *optional)
    for key in obj:
        if key not in known:
            raise InvalidInput(_joined(field, str(key)), "this key is not known", f"known are {', '.join(known)}")
    for key in required:
        if key not in obj:
            raise InvalidInput(_joined(field, key), "this is missing", "give it")


def sequence_at(value: object, field: str) -> list[object]:
    """The items of a JSON array."""
    if isinstance(value, (list, tuple)):
        return list(value)
    raise InvalidInput(field, f"{_shown(value)} is no list", "give a list")


def number_at(
    value: object, field: str, *, least: float = -math.inf, most: float = math.inf, over: float = -math.inf
) -> float:
    """A finite number from ``least`` to ``most`` and over ``over``; a truth value or a string is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(field, f"{_shown(value)} is no number", "give a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidInput(field, f"{_shown(value)} is not finite", "give a finite number")
    if number <= over:
        raise InvalidInput(field, f"{number:g} is not over {over:g}", f"give more than {over:g}")
    if not least <= number <= most:
        raise InvalidInput(field, f"{number:g} is out of range", f"give {least:g} to {most:g}")
    return number + 0.0  # a written «-0» is 0


def _joined(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
