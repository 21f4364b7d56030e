"""Footprints at a glance: on a chart of up to 100 km round most pairs lie so deep, or so far, that no error counts.

On the chart (``kernels_lateral.draw``) lengths are those on the ground but for a share of three times the square of
its reach over the earth's radius (the gnomonic scale is within the square itself), and for 2 m: an edge of 200 km
strays 0.6 m from the geodesic, and the ellipsoid from the sphere moves a place by no more.
"""

from __future__ import annotations

import math

from keepclear.detection.compiled import compiled_lean
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE
from keepclear.detection.kernels_lateral import POLYGON, cross, depth, inside, middles_in_both
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M

GLANCE_M = 100_000.0
GLANCE_SLOP_M = 2.0
DEEP_M = 2 * GLANCE_SLOP_M
"""What lies this deep in a drawn polygon lies in it on the ground, and so does a disc of a centimetre round it."""


@compiled_lean
def glance(
    a: Floats, a_count: int, a_kind: int, b: Floats, b_count: int, b_kind: int, far: float, enough: float,
    clear_from: float,
) -> int:  # fmt: skip
    """How two drawn rows stand to each other, where no error of a chart that reaches so ``far`` can change it.

    They overlap when they are no more than ``enough`` apart, and are clear from ``clear_from`` on. Where distance alone
    does not say (``enough`` under 0), polygons overlap when they have a place in common that lies deep in both.
    """
    share = 3.0 / MEAN_RADIUS_M**2 * far * far
    near = (enough - GLANCE_SLOP_M) / (1.0 + share)
    clear = (clear_from + GLANCE_SLOP_M) / (1.0 - share)
    sure = near >= 0.0
    within = near * near if sure else -1.0
    if not sure and a_kind == POLYGON and b_kind == POLYGON and middles_in_both(a, a_count, b, b_count, DEEP_M):
        return OVERLAP
    if (a_kind == POLYGON and inside(a, a_count, b[0, 0], b[0, 1])) or (
        b_kind == POLYGON and inside(b, b_count, a[0, 0], a[0, 1])
    ):
        return OVERLAP if sure else UNSURE
    least = math.inf
    if a_count > 1:
        least = _least_square(b, b_count, a, a_count, within, least)
    if least > within and (b_count > 1 or a_count == 1):
        least = _least_square(a, a_count, b, b_count, within, least)
    if least <= within:
        return OVERLAP
    if a_count > 1 and b_count > 1 and cross(a, a_count, b, b_count):
        return OVERLAP if sure else UNSURE
    return CLEAR if least >= clear * clear else UNSURE


@compiled_lean
def corner_in_both(a: Floats, a_count: int, a_room: float, b: Floats, b_count: int, b_room: float) -> bool:
    """True when a corner of one drawn polygon lies so deep in the other that both hold a disc of a centimetre near it.

    ``a_room`` and ``b_room`` are within how far of any of its places such a disc fits into a polygon
    (``kernels_lateral.room_m``).
    """
    for ring, count, room, other, others in ((a, a_count, a_room, b, b_count), (b, b_count, b_room, a, a_count)):
        need = 1.02 * room + DEEP_M + LEAST_OVERLAP_M
        for i in range(count - 1):
            if depth(other, others, ring[i, 0], ring[i, 1]) >= need:
                return True
    return False


@compiled_lean
def _least_square(a: Floats, a_count: int, b: Floats, b_count: int, enough: float, least: float) -> float:
    """The square of the least distance of a drawn row's vertices from another's edges; the first that is enough.

    A single vertex is an edge without length, and all the nearest places of two rows that do not cross are found from
    the vertices of either; where one has a single vertex, from that one.
    """
    for j in range(max(b_count - 1, 1)):
        end = min(j + 1, b_count - 1)
        x, y = b[j, 0], b[j, 1]
        edge_x, edge_y = b[end, 0] - x, b[end, 1] - y
        square = edge_x * edge_x + edge_y * edge_y
        over = 1.0 / square if square > 0.0 else 0.0
        for i in range(a_count):
            arm_x, arm_y = a[i, 0] - x, a[i, 1] - y
            at = min(max((arm_x * edge_x + arm_y * edge_y) * over, 0.0), 1.0)
            gap_x, gap_y = arm_x - at * edge_x, arm_y - at * edge_y
            least = min(least, gap_x * gap_x + gap_y * gap_y)
        if least <= enough:
            return least
    return least
