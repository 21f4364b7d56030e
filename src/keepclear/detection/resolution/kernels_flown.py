"""Between two straight pieces of flight: by how much the one may not be later than the other. Plain numbers throughout.

On a piece, place and height are linear in its share flown, so the two shares (s, u) at which two flights are too near
each other on the ground and in height are what a square, a band and an ellipse have in common. That is convex, and the
difference of the two moments is linear over it: the differences it takes are one closed span.

Run as Python for a few pieces, compiled (``machine``) for many.
"""

from __future__ import annotations

import math
from typing import Any

from keepclear.spacetime.geodesic import LEAST_CURVATURE_RADIUS_M

ASKEW = 1.02
"""As in ``detection.closest``: how far off a right angle a departure from a chord can be."""
ALONG_M = 0.1
"""How far off its chord along it, beyond its departure across: under 6 cm on 70 km."""
EMPTY = (math.inf, -math.inf)


def reaches(lateral_m: float, one_m: float, other_m: float) -> tuple[float, float]:
    """The chord distances between points of two chords beyond which, and within which, the geodesic distance of the
    points of their pieces (so long on the ground) surely is over, and within, ``lateral_m``.
    """
    departure = (one_m * one_m + other_m * other_m) / (8 * LEAST_CURVATURE_RADIUS_M)
    askew = min(ASKEW * (lateral_m + departure + one_m + other_m) / LEAST_CURVATURE_RADIUS_M, 1.0)
    beyond = math.sqrt((lateral_m + departure * askew + ALONG_M) ** 2 + departure * departure)
    shorter = 1 - (lateral_m / LEAST_CURVATURE_RADIUS_M) ** 2
    level = max(lateral_m * shorter - departure * askew - ALONG_M, 0.0)
    return beyond, math.sqrt(max(level * level - departure * departure, 0.0))


def span_apart(one: Any, other: Any, up_m: float, lateral_m: float, vertical_m: float) -> tuple[float, float]:
    """From which to which difference (moment of one less moment of the other, s) two pieces are too near; ``EMPTY`` if
    at none. A piece is x, y, z, height, moment, then by how much each of them grows; ``up_m`` is added to one's height.
    """
    rise, fall = one[8], other[8]
    above = one[3] + up_m - other[3]
    if above + max(rise, 0.0) + max(-fall, 0.0) < -vertical_m or above + min(rise, 0.0) + min(-fall, 0.0) > vertical_m:
        return EMPTY
    cx, cy, cz = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    aa = one[5] * one[5] + one[6] * one[6] + one[7] * one[7]
    bb = other[5] * other[5] + other[6] * other[6] + other[7] * other[7]
    ab = one[5] * other[5] + one[6] * other[6] + one[7] * other[7]
    ca = cx * one[5] + cy * one[6] + cz * one[7]
    cb = cx * other[5] + cy * other[6] + cz * other[7]
    form = (aa, bb, ab, ca, cb, cx * cx + cy * cy + cz * cz - lateral_m * lateral_m)
    band = (rise, fall, above, vertical_m)
    first, last = _on_rim(form, band, one[9], other[9])
    inner_first, inner_last = _on_ellipse(form, band, one[9], other[9])
    since = one[4] - other[4]
    return since + min(first, inner_first), since + max(last, inner_last)


def _on_rim(form: Any, band: Any, one_s: float, other_s: float) -> tuple[float, float]:
    """The span over the edges of the polygon that square and band have in common, as far as the ellipse holds them."""
    first, last = math.inf, -math.inf
    for edge in range(6):
        if edge < 4:
            s, u = (0.0, 0.0) if edge < 2 else (1.0, 1.0)
            ds, du = (1.0, 0.0) if edge % 2 == 0 else (0.0, 1.0)
            if edge >= 2:
                ds, du = -ds, -du
            low, high = _within_band(band, s, u, ds, du)
        else:
            s, u, ds, du, high = _band_edge(band, edge == 4)
            low = 0.0
        if low > high:
            continue
        low, high = _within_ellipse(form, s, u, ds, du, low, high)
        if low > high:
            continue
        begin = (s + low * ds) * one_s - (u + low * du) * other_s
        end = (s + high * ds) * one_s - (u + high * du) * other_s
        first, last = min(first, begin, end), max(last, begin, end)
    return first, last


def _within_band(band: Any, s: float, u: float, ds: float, du: float) -> tuple[float, float]:
    """Which shares of a line from (s, u) along (ds, du) are in the band."""
    rise, fall, above, most = band
    at, slope = above + s * rise - u * fall, ds * rise - du * fall
    if slope == 0:
        return (0.0, 1.0) if -most <= at <= most else (1.0, 0.0)
    one, other = (-most - at) / slope, (most - at) / slope
    return max(0.0, min(one, other)), min(1.0, max(one, other))


def _band_edge(band: Any, upper: bool) -> tuple[float, float, float, float, float]:
    """The part of the band's edge that lies in the square: a point, a direction, and how far (negative: none)."""
    rise, fall, above, most = band
    rest = (most if upper else -most) - above
    if rise == 0 and fall == 0:
        return 0.0, 0.0, 0.0, 0.0, -1.0
    if abs(rise) >= abs(fall):  # s = (rest + u * fall) / rise, and u from where s is 0 to where it is 1
        low, high = 0.0, 1.0
        if fall != 0:
            one, other = -rest / fall, (rise - rest) / fall
            low, high = max(0.0, min(one, other)), min(1.0, max(one, other))
        elif not 0 <= rest / rise <= 1:
            return 0.0, 0.0, 0.0, 0.0, -1.0
        s = (rest + low * fall) / rise
        return s, low, fall / rise, 1.0, high - low
    low, high = 0.0, 1.0
    if rise != 0:
        one, other = rest / rise, (rest + fall) / rise
        low, high = max(0.0, min(one, other)), min(1.0, max(one, other))
    elif not 0 <= -rest / fall <= 1:
        return 0.0, 0.0, 0.0, 0.0, -1.0
    return low, (low * rise - rest) / fall, 1.0, rise / fall, high - low


def _within_ellipse(
    form: Any, s: float, u: float, ds: float, du: float, low: float, high: float
) -> tuple[float, float]:
    """Which shares of a line from (s, u) along (ds, du), from low to high, the ellipse holds."""
    aa, bb, ab, ca, cb, cc = form
    square = ds * ds * aa - 2 * ds * du * ab + du * du * bb
    half = ds * (s * aa - u * ab + ca) + du * (u * bb - s * ab - cb)
    value = s * s * aa - 2 * s * u * ab + u * u * bb + 2 * s * ca - 2 * u * cb + cc
    if square <= 0:
        return (low, high) if value <= 0 else (1.0, 0.0)
    root = half * half - square * value
    if root < 0:
        return 1.0, 0.0
    root = math.sqrt(root)
    return max(low, (-half - root) / square), min(high, (-half + root) / square)


def _on_ellipse(form: Any, band: Any, one_s: float, other_s: float) -> tuple[float, float]:
    """The span over the two points at which the ellipse ends along the difference, where they are in the rest."""
    aa, bb, ab, ca, cb, cc = form
    first, last = math.inf, -math.inf
    det = aa * bb - ab * ab
    if det <= 1e-12 * aa * bb:
        return first, last
    s0, u0 = (cb * ab - ca * bb) / det, (cb * aa - ca * ab) / det
    depth = -(s0 * ca - u0 * cb + cc)
    if depth < 0:
        return first, last
    step_s, step_u = (bb * one_s - ab * other_s) / det, (ab * one_s - aa * other_s) / det
    long = one_s * step_s - other_s * step_u
    if long <= 0:
        return first, last
    scale = math.sqrt(depth / long)
    rise, fall, above, most = band
    for sign in (-1.0, 1.0):
        s, u = s0 + sign * scale * step_s, u0 + sign * scale * step_u
        if -1e-9 <= s <= 1 + 1e-9 and -1e-9 <= u <= 1 + 1e-9 and abs(above + s * rise - u * fall) <= most + 1e-6:
            apart = s * one_s - u * other_s
            first, last = min(first, apart), max(last, apart)
    return first, last


def spans_of_pairs(
    pieces: Any, ground_m: Any, one: Any, two: Any, keep: Any, up_m: Any, most_s: Any, inner: bool, found: Any, at: Any
) -> int:
    """The windows of pairs of pieces for each difference of heights, whole seconds, into ``found`` (first, last) and
    ``at`` (pair, number of the height); how many.

    ``keep`` (n, 3) is metres to keep on the ground and in height, and seconds of doubt; ``most_s`` (n, 2) the most that
    the second's shift may be less than the first's, and more. ``inner`` asks for what is surely forbidden, else for all
    that may be.
    """
    count = 0
    for pair in range(len(one)):
        a, b = pieces[one[pair]], pieces[two[pair]]
        doubt_s = keep[pair, 2]
        low, high = -most_s[pair, 0], most_s[pair, 1]
        since = a[4] - b[4]
        if since + a[9] + doubt_s < low or since - b[9] - doubt_s > high:
            continue
        beyond, within = reaches(keep[pair, 0], ground_m[one[pair]], ground_m[two[pair]])
        for height in range(len(up_m)):
            first, last = span_apart(a, b, up_m[height], within if inner else beyond, keep[pair, 1])
            first, last = first - doubt_s, last + doubt_s
            if first > last or last < low or first > high:
                continue
            slack = -1e-3 if inner else 1e-3
            begin, end = math.ceil(first - slack), math.floor(last + slack)
            if begin > end:
                continue
            found[count, 0], found[count, 1] = begin, end
            at[count, 0], at[count, 1] = pair, height
            count += 1
    return count
