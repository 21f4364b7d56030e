"""Heights in machine code: ``spacetime.heights.compare_bands`` on packed rows, with what it says or «not sure».

Limits above sea level, and two heights above the ellipsoid, are compared by the very same arithmetic. Between the two
stands the geoid, known here to within a slack: where that matters, the answer is that it is not sure.
"""

from __future__ import annotations

import math

import numpy as np

from keepclear.detection.compiled import compiled_lean
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import EGM96_DOUBT_M, LEAST_OVERLAP_M, NOISE_M

CLEAR, UNSURE, OVERLAP = 0, 1, 2
"""What a kernel knows of two rows: both sure answers are those of ``judge``."""

SFC, UNL, FL, AMSL, AGL, HAE = range(6)
UNIT_M = np.array([1.0, 0.3048, 30.48])
"""Metres in a metre, a foot, a flight level (``altitude.Altitude.metres``)."""

FLOOR_M, CEILING_M, GEOID_M, GEOID_SLACK_M = 3, 4, 5, 6
"""Columns of a row's exact numbers; the geoid is within the slack of its middle value anywhere over the row."""


@compiled_lean
def metres_of(value: float, datum: int, unit: int) -> float:
    """An altitude in metres of its own datum."""
    if datum == SFC:
        return -math.inf
    if datum == UNL:
        return math.inf
    return float(value * UNIT_M[unit])


@compiled_lean
def rise(
    floor_m: float, floor: int, over: Floats, ceiling_m: float, ceiling: int, under: Floats, rules: Floats
) -> tuple[float, float, bool]:
    """The least and the most by which a floor can stand above a ceiling, and whether that was widened.

    ``rules`` are what is added to a flight level's lowest and highest, and to a height above ground's.
    """
    if floor == SFC or ceiling == UNL:
        return -math.inf, -math.inf, False
    if floor == ceiling:
        gap = floor_m - ceiling_m
        return gap, gap, False
    low, high = floor_m, ceiling_m
    if floor == FL:
        low = floor_m + rules[0]
    elif floor == AGL:
        low = floor_m + rules[2]
    if ceiling == FL:
        high = ceiling_m + rules[1]
    elif ceiling == AGL:
        high = ceiling_m + rules[3]
    above_sea = floor != HAE, ceiling != HAE
    if floor == UNL or ceiling == SFC:
        return math.inf, math.inf, True
    if above_sea[0] and above_sea[1]:
        gap = low - high - 2 * EGM96_DOUBT_M
        return gap, gap, True
    geoid, slack = (over[GEOID_M], over[GEOID_SLACK_M]) if above_sea[0] else (-under[GEOID_M], under[GEOID_SLACK_M])
    gap = low - high + geoid - EGM96_DOUBT_M
    return gap - slack, gap + slack, True


@compiled_lean
def _contact(low: float, high: float, widened: bool) -> int:
    if low >= (LEAST_OVERLAP_M if widened else -NOISE_M):
        return CLEAR
    return OVERLAP if high <= -LEAST_OVERLAP_M + NOISE_M else UNSURE


@compiled_lean
def heights_meet(a: Floats, a_codes: int, b: Floats, b_codes: int, separation_m: float, rules: Floats) -> int:
    """How the bands of two rows stand to each other, ``separation_m`` apart."""
    a_floor, a_ceiling = a_codes & 7, (a_codes >> 3) & 7
    b_floor, b_ceiling = b_codes & 7, (b_codes >> 3) & 7
    a_low = metres_of(a[FLOOR_M], a_floor, (a_codes >> 6) & 3)
    a_high = metres_of(a[CEILING_M], a_ceiling, (a_codes >> 8) & 3)
    b_low = metres_of(b[FLOOR_M], b_floor, (b_codes >> 6) & 3)
    b_high = metres_of(b[CEILING_M], b_ceiling, (b_codes >> 8) & 3)
    low, high, widened = rise(a_low, a_floor, a, b_high, b_ceiling, b, rules)
    over = _contact(low - separation_m, high - separation_m, widened)
    if over == CLEAR:
        return CLEAR
    low, high, widened = rise(b_low, b_floor, b, a_high, a_ceiling, a, rules)
    under = _contact(low - separation_m, high - separation_m, widened)
    if under == CLEAR:
        return CLEAR
    thin = math.inf
    if a_floor == a_ceiling:
        thin = a_high - a_low
    if b_floor == b_ceiling:
        thin = min(thin, b_high - b_low)
    thin = -(thin + separation_m)
    return min(over, under, _contact(thin, thin, False))
