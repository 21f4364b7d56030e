"""How far one outline overlaps another on a straight way, pair after pair: ``sweep`` in plain numbers throughout.

Run as Python for a few pairs, compiled (``machine``) for many.
"""

from __future__ import annotations

import math
from typing import Any

MOST_STRETCHES = 32
"""Stretches of one way that are kept apart; of more nothing is said: what is in the way there is found by looking."""
LOW, HIGH = 0, 1


def sweep(
    a: Any, b: Any, pairs: Any, reach_m: Any, may: Any, along: Any, begin: int, most_edges: int, room: Any, found: Any
) -> tuple[int, int, int]:
    """Stretches of the way for pairs from ``begin`` on, by number of the pair, as long as there is room for them.

    ``a`` and ``b`` are outlines in columns (``sweep.columns_of``), ``pairs`` (2, n) numbers in each, ``room`` holds
    stretches of one pair and places on a line, ``found`` numbers (k,) and stretches (k, 2). Returns the pair that comes
    next, how many stretches were found, and how many pairs of edges are left of ``most_edges``.
    """
    numbers, ends = found
    count, at = 0, begin
    while at < pairs.shape[1] and count + MOST_STRETCHES <= len(numbers):
        i, j = pairs[0, at], pairs[1, at]
        edges = a[1][i] * b[1][j]
        many = 0
        if may[at] and edges <= most_edges:
            most_edges -= edges
            u, v = along[at, 0], along[at, 1]
            many = _of_edges(a, b, i, j, reach_m[at], u, v, room[0])
            if b[5][j]:
                many = _anchored(a, b, i, j, u, v, 1.0, room, many)
            if a[5][i]:
                many = _anchored(b, a, j, i, u, v, -1.0, room, many)
        for stretch in range(many):
            numbers[count] = at
            ends[count, LOW], ends[count, HIGH] = room[0][stretch, LOW], room[0][stretch, HIGH]
            count += 1
        at += 1
    return at, count, most_edges


def _of_edges(a: Any, b: Any, i: int, j: int, reach: float, u: float, v: float, kept: Any) -> int:
    """While any edges are within reach of each other."""
    many = 0
    for one in range(a[0][i], a[0][i] + a[1][i]):
        x, y = a[2][one, 0], a[2][one, 1]
        own_x, own_y = a[3][one, 0] - x, a[3][one, 1] - y
        own_far, own_aside = own_x * u + own_y * v, own_y * u - own_x * v
        for two in range(b[0][j], b[0][j] + b[1][j]):
            to_x, to_y = b[2][two, 0] - x, b[2][two, 1] - y
            by_x, by_y = b[3][two, 0] - b[2][two, 0], b[3][two, 1] - b[2][two, 1]
            far, aside = to_x * u + to_y * v, to_y * u - to_x * v
            by_far, by_aside = by_x * u + by_y * v, by_y * u - by_x * v
            if aside - max(own_aside, 0.0) + min(by_aside, 0.0) > reach:
                continue
            if aside - min(own_aside, 0.0) + max(by_aside, 0.0) < -reach:
                continue
            least = far - max(own_far, 0.0) + min(by_far, 0.0) - reach
            most = far - min(own_far, 0.0) + max(by_far, 0.0) + reach
            if _holds(kept, many, least, most):
                continue
            low, high = _rounded(far, aside, own_far, own_aside, by_far, by_aside, reach)
            many = _with(kept, many, low, high)
    return many


def _rounded(
    far: float, aside: float, own_far: float, own_aside: float, by_far: float, by_aside: float, reach: float
) -> tuple[float, float]:
    """While the first edge, moved along, is within reach of the second; see ``sweep.rounded``."""
    low, high = math.inf, -math.inf
    for corner in range(4):
        by_own, by_other = float(corner // 2), float(corner % 2)
        across = aside - by_own * own_aside + by_other * by_aside
        square = reach * reach - across * across
        if square >= 0:
            place, half = far - by_own * own_far + by_other * by_far, math.sqrt(square)
            low, high = min(low, place - half), max(high, place + half)
    for edge in range(2):
        if edge == 0:
            d_far, d_aside, s_far, s_aside = by_far, by_aside, -own_far, -own_aside
        else:
            d_far, d_aside, s_far, s_aside = -own_far, -own_aside, by_far, by_aside
        length = math.hypot(d_far, d_aside)
        if abs(d_aside) <= 1e-9 * length:
            continue
        out_far, out_aside = -d_aside / length, d_far / length
        for side in range(4):
            by, out = float(side // 2), reach if side % 2 == 0 else -reach
            share = -(aside + by * s_aside + out * out_aside) / d_aside
            if 0 <= share <= 1:
                place = far + by * s_far + share * d_far + out * out_far
                low, high = min(low, place), max(high, place)
    return low, high


def _anchored(a: Any, b: Any, i: int, j: int, u: float, v: float, sign: float, room: Any, many: int) -> int:
    """While ``b[j]`` holds an anchor of ``a[i]``; ``sign`` is −1 where it is ``b`` that is moved."""
    kept, places = room
    for anchor in range(a[6][i], a[6][i] + a[7][i]):
        x, y = a[8][anchor, 0], a[8][anchor, 1]
        crossed = 0
        for edge in range(b[0][j], b[0][j] + b[1][j]):
            from_x, from_y = b[2][edge, 0] - x, b[2][edge, 1] - y
            to_x, to_y = b[3][edge, 0] - x, b[3][edge, 1] - y
            begins, ends = from_y * u - from_x * v, to_y * u - to_x * v
            if (begins > 0) == (ends > 0):
                continue
            share = begins / (begins - ends)
            place_x, place_y = from_x + share * (to_x - from_x), from_y + share * (to_y - from_y)
            places[crossed] = sign * (place_x * u + place_y * v)
            crossed += 1
        places[:crossed].sort()
        for number in range(0, crossed - 1, 2):
            many = _with(kept, many, places[number], places[number + 1])
    return many


def _holds(kept: Any, many: int, low: float, high: float) -> bool:
    """True when one of the stretches holds all of another."""
    for number in range(many):  # noqa: SIM110 - no generator in machine code
        if kept[number, LOW] <= low and high <= kept[number, HIGH]:
            return True
    return False


def _with(kept: Any, many: int, low: float, high: float) -> int:
    """Takes in one more stretch, made one with those that it touches; returns how many there are then."""
    if not low < high:
        return many
    number = 0
    while number < many:
        if kept[number, LOW] <= high and low <= kept[number, HIGH]:
            low, high = min(low, kept[number, LOW]), max(high, kept[number, HIGH])
            many -= 1
            kept[number, LOW], kept[number, HIGH] = kept[many, LOW], kept[many, HIGH]
        else:
            number += 1
    if many < len(kept):
        kept[many, LOW], kept[many, HIGH] = low, high
        many += 1
    return many
