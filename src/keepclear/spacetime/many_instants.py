"""Many instants read together, where they are written as nearly all are: ``2026-04-09T13:40:00Z``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keepclear.spacetime.gathered import Ints

_LENGTH = 20
_MARKS = (("-", (4, 7)), ("T", (10,)), (":", (13, 16)), ("Z", (19,)))
_PARTS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
"""Of year, month, day, hour, minute and second the first column, and the one after the last."""
_DIGITS = [at for at in range(_LENGTH) if at not in {4, 7, 10, 13, 16, 19}]
_DAY_S = 86_400


def plain_instants(texts: Sequence[object]) -> Ints | None:
    """Milliseconds since 1970 UTC, the same as ``parse_instant`` gives for each, whichever way it rounds.

    None where any of the texts is written otherwise, or is on no calendar or clock: then each is to be read by itself.
    """
    if not texts:
        return np.empty(0, np.int64)
    if set(map(type, texts)) != {str}:
        return None
    said = "".join(texts)  # type: ignore[arg-type]
    if set(map(len, texts)) != {_LENGTH} or not said.isascii():  # type: ignore[arg-type]
        return None
    at = np.frombuffer(said.encode("ascii"), np.uint8).reshape(-1, _LENGTH)
    if any((at[:, column] != ord(mark)).any() for mark, columns in _MARKS for column in columns):
        return None
    digits = np.zeros(at.shape, np.int64)
    digits[:, _DIGITS] = at[:, _DIGITS].astype(np.int64) - ord("0")
    if (digits < 0).any() or (digits > 9).any():
        return None
    return _on_calendar(*(_number(digits, *columns) for columns in _PARTS))


def _number(digits: Ints, first: int, end: int) -> Ints:
    value = digits[:, first].copy()
    for column in range(first + 1, end):
        value = 10 * value + digits[:, column]
    return value


def _on_calendar(year: Ints, month: Ints, day: Ints, hour: Ints, minute: Ints, second: Ints) -> Ints | None:
    """The instants, or None where one has no place on the calendar from the year 1 on, or none on a clock."""
    in_range = (year >= 1) & (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59)
    if not in_range.all():
        return None
    months = 12 * (year - 1970) + month - 1
    begins, ends = (at.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for at in (months, months + 1))
    if not ((day >= 1) & (day <= ends - begins)).all():
        return None
    days = begins + day - 1
    return np.asarray(1000 * (_DAY_S * days + 3600 * hour + 60 * minute + second))
