"""How two footprints stand to each other laterally: clear, marginal, or overlapping (model §2).

A gap counts between what was declared. With a separation both are widened by half of it, so that 1 cm more than the
separation is clear and 1 cm less an overlap. With none, an overlap is a common disc of 1 cm diameter.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.spacetime.closeness import boxes_within
from keepclear.spacetime.common_disc import share_disc
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import LEAST_OVERLAP_M, NOISE_M, Contact
from keepclear.spacetime.nearness import nearest, nearest_of_apart
from keepclear.spacetime.shape import Shape, shape_of


@dataclass(frozen=True, slots=True)
class LateralGap:
    """The answer: the geodesic gap between what was declared (m, 0 where it meets), and the contact when separated."""

    gap_m: float
    contact: Contact


def lateral_gap(a: Footprint, b: Footprint, separation_m: float = 0.0) -> LateralGap:
    """How two footprints stand that must keep ``separation_m`` apart; the same, to the bit, for (b, a)."""
    one, other = _ordered(a, b)
    cores = nearest(one, other)
    gap_m = max(cores.distance_m - one.radius_m - other.radius_m, 0.0)
    beyond = gap_m - separation_m
    if beyond >= LEAST_OVERLAP_M - NOISE_M:
        return LateralGap(gap_m, Contact.CLEAR)
    if beyond <= -LEAST_OVERLAP_M + NOISE_M:
        return LateralGap(gap_m, Contact.OVERLAP)
    if gap_m > 0 or not share_disc(one, other, cores, LEAST_OVERLAP_M - separation_m - NOISE_M):
        return LateralGap(gap_m, Contact.MARGINAL)
    return LateralGap(gap_m, Contact.OVERLAP)


def gap_of_apart_m(a: Footprint, b: Footprint) -> float:
    """The ``gap_m`` of ``lateral_gap``, to the bit, of two footprints that are known to have one."""
    one, other = _ordered(a, b)
    return max(nearest_of_apart(one, other).distance_m - one.radius_m - other.radius_m, 0.0)


def may_meet(a: Footprint, b: Footprint, separation_m: float) -> bool:
    """False only where the two are farther apart than the separation and 1 cm: a filter by boxes round the earth."""
    return boxes_within(shape_of(a).box, shape_of(b).box, separation_m)


def _ordered(a: Footprint, b: Footprint) -> tuple[Shape, Shape]:
    one, other = shape_of(a), shape_of(b)
    return (other, one) if other.key < one.key else (one, other)
