"""Footprints in machine code: most pairs are decided for sure, with ``spacetime.lateral`` as the judge of the rest.

Where two sets of geodesic edges do not cross, the nearest places include a vertex of one (``spacetime.nearness``). The
distance of a vertex from an edge is worked out through the earth: brought down to the chord along the plumb line and
seen from there in the level, it is that from the geodesic within the errors below. What crosses and what lies inside is
seen on a chart where geodesics are all but straight. An answer is sure when those errors cannot change it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from keepclear.detection.compiled import compiled, compiled_lean
from keepclear.detection.kernels_height import CLEAR, OVERLAP, UNSURE
from keepclear.spacetime.geodesic import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_M, Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M

DISC, CORRIDOR, POLYGON, OPAQUE = range(4)
"""What a row is; of an opaque one the kernels know its bounds only."""

ROUNDING_M = 1e-3
SLOP_M = 2e-3
_ARC_SHARE = 0.02
"""Of the arc less what the level shows of it: radii of curvature are within 0.7 % of the mean one."""
_STRAY = 5e-3
"""Of L³ / R²: how far a geodesic strays from the plane of its chord and the plumb line (e² / 12, nine times over)."""
_BEND = 0.05
"""A geodesic on a chart, ``h`` from its centre, has a curvature of no more than this times h / R²."""
_PLUMB = 1 / (1 - ECCENTRICITY_SQUARED)
_MOST_CROSSINGS = 14
_MOST_CORNERS = 40
_GOOD_ROOM_M = 0.05

Ints = npt.NDArray[np.int64]


@compiled_lean
def frame_at(x: float, y: float, z: float, frame: Floats) -> None:
    """The chart (``spacetime.chart``) round a point of the ellipsoid: origin, east, north, up (3 each), radius."""
    z_up = z * _PLUMB
    size = math.sqrt(x * x + y * y + z_up * z_up)
    up_x, up_y, up_z = x / size, y / size, z_up / size
    across = math.sqrt(up_x * up_x + up_y * up_y)
    east_x, east_y = (-up_y / across, up_x / across) if across > 1e-12 else (0.0, 1.0)
    radius = SEMI_MAJOR_M * math.sqrt(1 - ECCENTRICITY_SQUARED) / (1 - ECCENTRICITY_SQUARED * up_z * up_z)
    frame[0], frame[1], frame[2] = x - radius * up_x, y - radius * up_y, z - radius * up_z
    frame[3], frame[4], frame[5] = east_x, east_y, 0.0
    frame[6], frame[7], frame[8] = -up_z * east_y, up_z * east_x, up_x * east_y - up_y * east_x
    frame[9], frame[10], frame[11] = up_x, up_y, up_z
    frame[12] = radius


@compiled_lean
def draw(xyz: Floats, first: int, count: int, frame: Floats, drawn: Floats) -> float:
    """Draws points on a chart, into ``drawn`` (count, 2); the farthest from its centre, ∞ where one does not show."""
    far = 0.0
    for i in range(count):
        x = xyz[first + i, 0] - frame[0]
        y = xyz[first + i, 1] - frame[1]
        z = xyz[first + i, 2] - frame[2]
        depth = x * frame[9] + y * frame[10] + z * frame[11]
        if depth < 0.5 * frame[12]:
            return math.inf
        scale = frame[12] / depth
        east = (x * frame[3] + y * frame[4]) * scale
        north = (x * frame[6] + y * frame[7] + z * frame[8]) * scale
        drawn[i, 0], drawn[i, 1] = east, north
        far = max(far, east * east + north * north)
    return math.sqrt(far)


@compiled_lean
def point_to_edge(points: Floats, at: int, line: Floats, i: int, j: int, under_m: float) -> tuple[float, float]:
    """The least and the most that the geodesic distance of a point from an edge can be; (∞, ∞): not under a bound."""
    start_x, start_y, start_z = line[i, 0], line[i, 1], line[i, 2]
    edge_x, edge_y, edge_z = line[j, 0] - start_x, line[j, 1] - start_y, line[j, 2] - start_z
    p_x, p_y, p_z = points[at, 0], points[at, 1], points[at, 2]
    arm_x, arm_y, arm_z = p_x - start_x, p_y - start_y, p_z - start_z
    square = edge_x * edge_x + edge_y * edge_y + edge_z * edge_z
    share = 0.0
    if square > 0.0:
        share = min(max((arm_x * edge_x + arm_y * edge_y + arm_z * edge_z) / square, 0.0), 1.0)
    gap_x, gap_y, gap_z = arm_x - share * edge_x, arm_y - share * edge_y, arm_z - share * edge_z
    sag = share * (1.0 - share) * square / (2 * MEAN_RADIUS_M)
    most = under_m + 1.01 * square / (8 * MEAN_RADIUS_M) + 0.1
    if gap_x * gap_x + gap_y * gap_y + gap_z * gap_z > most * most:
        return math.inf, math.inf
    up_x, up_y, up_z = p_x - gap_x, p_y - gap_y, (p_z - gap_z) * _PLUMB
    size = math.sqrt(up_x * up_x + up_y * up_y + up_z * up_z)
    up_x, up_y, up_z = up_x / size, up_y / size, up_z / size
    arm_x, arm_y, arm_z = arm_x - sag * up_x, arm_y - sag * up_y, arm_z - sag * up_z
    if square > 0.0:
        share = min(max((arm_x * edge_x + arm_y * edge_y + arm_z * edge_z) / square, 0.0), 1.0)
    gap_x, gap_y, gap_z = arm_x - share * edge_x, arm_y - share * edge_y, arm_z - share * edge_z
    upright = gap_x * up_x + gap_y * up_y + gap_z * up_z
    gap_x, gap_y, gap_z = gap_x - upright * up_x, gap_y - upright * up_y, gap_z - upright * up_z
    level = math.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z)
    bend, edge = (level / MEAN_RADIUS_M) ** 2, math.sqrt(square) / MEAN_RADIUS_M
    longer = level * bend * (1 / 6 + 3 / 40 * bend)
    error = ROUNDING_M + _ARC_SHARE * longer + _STRAY * edge * square / MEAN_RADIUS_M + level * bend * edge * edge / 8
    return max(level + longer - error, 0.0), level + longer + error


@compiled_lean
def nearest(
    a: Floats,
    a_first: int,
    a_count: int,
    b: Floats,
    b_first: int,
    b_count: int,
    enough_m: float,
    low: float,
    high: float,
) -> tuple[float, float]:
    """The least distance of the vertices of ``a`` from the edges of ``b``, between two bounds; ends at ``enough_m``."""
    edges = max(b_count - 1, 1)
    for j in range(edges):
        start, end = b_first + j, b_first + min(j + 1, b_count - 1)
        for i in range(a_first, a_first + a_count):
            least, most = point_to_edge(a, i, b, start, end, high)
            low, high = min(low, least), min(high, most)
            if high <= enough_m:
                return low, high
    return low, high


@compiled_lean
def _turn(a_x: float, a_y: float, b_x: float, b_y: float, c_x: float, c_y: float) -> float:
    return float((b_x - a_x) * (c_y - a_y) - (b_y - a_y) * (c_x - a_x))


@compiled_lean
def _edges_cross(a: Floats, i: int, b: Floats, j: int) -> bool:
    """True when the drawn edges from the i-th and from the j-th place properly cross."""
    p_x, p_y, q_x, q_y = a[i, 0], a[i, 1], a[i + 1, 0], a[i + 1, 1]
    r_x, r_y, s_x, s_y = b[j, 0], b[j, 1], b[j + 1, 0], b[j + 1, 1]
    if max(r_x, s_x) < min(p_x, q_x) or min(r_x, s_x) > max(p_x, q_x):
        return False
    if max(r_y, s_y) < min(p_y, q_y) or min(r_y, s_y) > max(p_y, q_y):
        return False
    if (_turn(p_x, p_y, q_x, q_y, r_x, r_y) > 0) == (_turn(p_x, p_y, q_x, q_y, s_x, s_y) > 0):
        return False
    return (_turn(r_x, r_y, s_x, s_y, p_x, p_y) > 0) != (_turn(r_x, r_y, s_x, s_y, q_x, q_y) > 0)


@compiled_lean
def cross(a: Floats, a_count: int, b: Floats, b_count: int) -> bool:
    """True when the drawn edges of two rows cross."""
    for i in range(a_count - 1):
        for j in range(b_count - 1):
            if _edges_cross(a, i, b, j):
                return True
    return False


@compiled_lean
def inside(ring: Floats, count: int, x: float, y: float) -> bool:
    """True when a place on the chart is within a drawn ring (closed: its last position is its first)."""
    held = False
    for i in range(count - 1):
        y0, y1 = ring[i, 1], ring[i + 1, 1]
        if (y0 > y) != (y1 > y) and x < ring[i, 0] + (y - y0) * (ring[i + 1, 0] - ring[i, 0]) / (y1 - y0):
            held = not held
    return held


@compiled_lean
def depth(ring: Floats, count: int, x: float, y: float) -> float:
    """How deep in a drawn ring a place lies; −1 where it does not."""
    if not inside(ring, count, x, y):
        return -1.0
    least = math.inf
    for i in range(count - 1):
        edge_x, edge_y = ring[i + 1, 0] - ring[i, 0], ring[i + 1, 1] - ring[i, 1]
        arm_x, arm_y = x - ring[i, 0], y - ring[i, 1]
        square = edge_x * edge_x + edge_y * edge_y
        share = min(max((arm_x * edge_x + arm_y * edge_y) / square, 0.0), 1.0) if square > 0 else 0.0
        gap_x, gap_y = arm_x - share * edge_x, arm_y - share * edge_y
        least = min(least, gap_x * gap_x + gap_y * gap_y)
    return math.sqrt(least)


@compiled
def reaches_in(ring: Floats, count: int, line: Floats, line_count: int, need_m: float) -> bool:
    """True when a place of a drawn line lies so deep in a ring; tried: its vertices, and midway between crossings."""
    cuts = np.empty(_MOST_CROSSINGS + 2)
    if line_count == 1:
        return depth(ring, count, line[0, 0], line[0, 1]) >= need_m
    for j in range(line_count - 1):
        r_x, r_y, s_x, s_y = line[j, 0], line[j, 1], line[j + 1, 0], line[j + 1, 1]
        if depth(ring, count, r_x, r_y) >= need_m or depth(ring, count, s_x, s_y) >= need_m:
            return True
        cuts[0], cuts[1], found = 0.0, 1.0, 2
        for i in range(count - 1):
            if found < len(cuts) and _edges_cross(ring, i, line, j):
                first = _turn(ring[i, 0], ring[i, 1], ring[i + 1, 0], ring[i + 1, 1], r_x, r_y)
                second = _turn(ring[i, 0], ring[i, 1], ring[i + 1, 0], ring[i + 1, 1], s_x, s_y)
                cuts[found] = first / (first - second)
                found += 1
        cuts[:found].sort()
        for i in range(found - 1):
            at = (cuts[i] + cuts[i + 1]) / 2
            if depth(ring, count, r_x + at * (s_x - r_x), r_y + at * (s_y - r_y)) >= need_m:
                return True
    return False


@compiled_lean
def middles_in_both(a: Floats, a_count: int, b: Floats, b_count: int, need_m: float) -> bool:
    """True when the middle of one ring's corners lies so deep in both rings, as it does where they are alike."""
    for ring, count, other, others in ((a, a_count, b, b_count), (b, b_count, a, a_count)):
        x = y = 0.0
        for i in range(count - 1):
            x, y = x + ring[i, 0], y + ring[i, 1]
        x, y = x / (count - 1), y / (count - 1)
        if depth(other, others, x, y) >= need_m and depth(ring, count, x, y) >= need_m:
            return True
    return False


@compiled
def room_m(ring: Floats, count: int) -> float:
    """Within how far of any place of a drawn polygon a disc of 1 cm diameter fits into it; ∞ where that is not known.

    A polygon that is seen whole from every point of a disc round its middle holds, with any of its places, the cone
    from there to that disc. One that is not is cut into triangles, each of which is.
    """
    x = y = area = 0.0
    for i in range(count - 1):
        x += ring[i, 0] / (count - 1)
        y += ring[i, 1] / (count - 1)
    for i in range(count - 1):
        area += (ring[i, 0] - x) * (ring[i + 1, 1] - y) - (ring[i + 1, 0] - x) * (ring[i, 1] - y)
    sign = 1.0 if area > 0 else -1.0
    clear, far = math.inf, 0.0
    for i in range(count - 1):
        edge_x, edge_y = ring[i + 1, 0] - ring[i, 0], ring[i + 1, 1] - ring[i, 1]
        long = math.sqrt(edge_x * edge_x + edge_y * edge_y)
        far = max(far, (ring[i, 0] - x) ** 2 + (ring[i, 1] - y) ** 2)
        if long > 0:
            clear = min(clear, sign * (edge_x * (y - ring[i, 1]) - edge_y * (x - ring[i, 0])) / long)
    whole = _room_of(math.sqrt(far), clear)
    return whole if whole < _GOOD_ROOM_M or count - 1 > _MOST_CORNERS else min(whole, _room_of_ears(ring, count, sign))


@compiled
def _room_of(far_m: float, clear_m: float) -> float:
    return 0.0055 * far_m / (clear_m - 0.01) + 0.001 if clear_m > 0.02 else math.inf


@compiled
def _room_of_ears(ring: Floats, count: int, sign: float) -> float:
    """The same by triangles: the roundest ear is cut off first; ∞ where there is none left to cut."""
    left = np.arange(count - 1)
    many, worst = count - 1, 0.0
    while many >= 3:
        best, chosen = math.inf, -1
        for i in range(many):
            p, q, r = left[i - 1 if i else many - 1], left[i], left[(i + 1) % many]
            twice = sign * _corner(ring, p, q, r)
            if twice <= 0.0:
                continue
            p_q, q_r, r_p = _apart(ring, p, q), _apart(ring, q, r), _apart(ring, r, p)
            room = _room_of(max(p_q, q_r, r_p), twice / (p_q + q_r + r_p))
            if room < best and _is_ear(ring, left, many, i, sign):
                best, chosen = room, i
        if chosen < 0:
            return math.inf
        worst = max(worst, best)
        for i in range(chosen, many - 1):
            left[i] = left[i + 1]
        many -= 1
        if many == 2:
            break
    return worst


@compiled_lean
def _is_ear(ring: Floats, left: Ints, many: int, at: int, sign: float) -> bool:
    """True when no other corner that is left lies in the triangle at a corner."""
    before, after = (at - 1 if at else many - 1), (at + 1) % many
    p, q, r = left[before], left[at], left[after]
    for i in range(many):
        if i in (before, at, after):
            continue
        s = left[i]
        outside = sign * _corner(ring, p, q, s) < 0 or sign * _corner(ring, q, r, s) < 0
        if not outside and sign * _corner(ring, r, p, s) >= 0:
            return False
    return True


@compiled_lean
def _corner(ring: Floats, p: int, q: int, r: int) -> float:
    return _turn(ring[p, 0], ring[p, 1], ring[q, 0], ring[q, 1], ring[r, 0], ring[r, 1])


@compiled_lean
def _apart(ring: Floats, p: int, q: int) -> float:
    return math.sqrt((ring[p, 0] - ring[q, 0]) ** 2 + (ring[p, 1] - ring[q, 1]) ** 2)


@compiled_lean
def longest_m(xyz: Floats, first: int, count: int) -> float:
    """The longest chord of an edge."""
    most = 0.0
    for i in range(first, first + count - 1):
        x, y, z = xyz[i + 1, 0] - xyz[i, 0], xyz[i + 1, 1] - xyz[i, 1], xyz[i + 1, 2] - xyz[i, 2]
        most = max(most, x * x + y * y + z * z)
    return math.sqrt(most)


@compiled_lean
def enough_m(a_radius: float, a_room: float, b_radius: float, b_room: float, separation_m: float) -> float:
    """Cores this near overlap for sure; under 0 where distance alone does not say."""
    if separation_m >= LEAST_OVERLAP_M:
        return a_radius + b_radius + separation_m - LEAST_OVERLAP_M - SLOP_M
    if a_radius > 0 and b_radius > 0:
        return a_radius + b_radius - LEAST_OVERLAP_M - SLOP_M if min(a_radius, b_radius) >= LEAST_OVERLAP_M else -1.0
    if max(a_radius, b_radius) < LEAST_OVERLAP_M:
        return -1.0
    return max(a_radius, b_radius) - (a_room if b_radius > 0 else b_room) - LEAST_OVERLAP_M - SLOP_M


@compiled_lean
def footprints_meet(
    a: Floats, a_first: int, a_count: int, a_kind: int, a_radius: float, a_room: float, a_drawn: Floats, a_far: float,
    b: Floats, b_first: int, b_count: int, b_kind: int, b_radius: float, b_room: float, b_drawn: Floats,
    separation_m: float, frame: Floats,
) -> int:  # fmt: skip
    """How two rows stand to each other on the ground; ``a`` is drawn on the chart already, ``b`` is drawn here."""
    enough = enough_m(a_radius, a_room, b_radius, b_room, separation_m)
    clear_from = a_radius + b_radius + separation_m + LEAST_OVERLAP_M + SLOP_M
    low, high = nearest(a, a_first, a_count, b, b_first, b_count, enough, math.inf, 1e7)
    if high > enough and a_count > 1:
        low, high = nearest(b, b_first, b_count, a, a_first, a_count, enough, low, high)
    if high <= enough:
        return OVERLAP
    low = min(low, high)
    if a_kind != POLYGON and b_kind != POLYGON and (a_count == 1 or b_count == 1):
        return CLEAR if low >= clear_from else UNSURE
    far = max(draw(b, b_first, b_count, frame, b_drawn), a_far)
    if not far < 2e6:
        return UNSURE
    long = max(longest_m(a, a_first, a_count), longest_m(b, b_first, b_count))
    astray = SLOP_M + _BEND * far * long * long / (8 * MEAN_RADIUS_M * MEAN_RADIUS_M)
    meet = (
        cross(a_drawn, a_count, b_drawn, b_count)
        or (a_kind == POLYGON and inside(a_drawn, a_count, b_drawn[0, 0], b_drawn[0, 1]))
        or (b_kind == POLYGON and inside(b_drawn, b_count, a_drawn[0, 0], a_drawn[0, 1]))
    )
    if not meet:
        return CLEAR if low >= clear_from and low > 2 * astray else UNSURE
    if enough >= 2 * astray:
        return OVERLAP
    if separation_m >= LEAST_OVERLAP_M or far > 3e5:
        return UNSURE
    least = 0.02 + 2 * astray
    if a_kind == POLYGON and b_kind == POLYGON and middles_in_both(a_drawn, a_count, b_drawn, b_count, least):
        return OVERLAP
    if a_kind == POLYGON:
        need = b_room if b_kind == POLYGON else 0.0
        if (b_kind == POLYGON or b_radius >= 0.02) and reaches_in(
            a_drawn, a_count, b_drawn, b_count, 1.02 * need + least
        ):
            return OVERLAP
    if b_kind == POLYGON:
        need = a_room if a_kind == POLYGON else 0.0
        if (a_kind == POLYGON or a_radius >= 0.02) and reaches_in(
            b_drawn, b_count, a_drawn, a_count, 1.02 * need + least
        ):
            return OVERLAP
    return UNSURE
