"""Which of many polygons are valid beyond doubt, seen on one plane each; ``validity`` judges the rest.

A polygon is drawn on the plane (``planes``) round its middle with a straight line for each edge. GEOS says whether that
drawing is valid, and its clearance ``c``: how far each of its places is from every other and from every line that does
not end there. What ``validity`` judges, geodesics cut every 2 km and drawn on a chart, is that drawing bent:

- a geodesic ``h`` from the middle leaves its chord by at most ``s = κ L² / 8`` over its length ``L``, with a curvature
  ``κ`` of at most ``BEND h / R²``; beside its end, at a distance ``t``, by no more than ``4 s t / L``. Pieces of 2 km
  leave it by a fraction of a millimetre, and places by nanometres: ``_ROUNDING_M`` is for both.
- charts whose centres are within ``MOST_REACH_M`` of all they show differ in lengths by less than 1 %.

Lines without a common end are ``c`` apart, for what does not cross is nearest at an end; bent by ``s`` each they stay
apart. Of two lines with a common end the shorter, of length ``l``, ends at least ``c`` from the other, so the angle
between them has a sine of at least ``c / l``; bending turns each by no more than ``4 s / l``, so from ``c = 8 s`` on
they do not meet again. Twice that is asked for. So rings that stay apart do so however they are bent, none crosses
itself, and holes stay where they are; the area asked for is a thousand times what is refused as none.
"""

from __future__ import annotations

import numpy as np
import shapely

from keepclear.spacetime.gathered import Ints, spans, starts
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats, earth_centred
from keepclear.spacetime.outlines import polygons_of, rings_of
from keepclear.spacetime.planes import BEND, Planes
from keepclear.spacetime.sphere_side import Bools
from keepclear.spacetime.validity import LEAST_WIDTH_M

MOST_REACH_M = 150_000.0
SURE_LENGTH_M = 700_000_000.0
"""Of a ring's drawn edges together: within ``pieces.MOST_LENGTH_M``, however they are stretched."""
_ROUNDING_M = 2e-3
_SURE_WIDTH_M = 1_000 * LEAST_WIDTH_M
_LEAST_UP_M = 0.9 * MEAN_RADIUS_M


def surely_valid(at: Floats, place: Ints, ring: Ints) -> Bools:
    """Of polygons, shape (n,): True only where ``validity.check_polygonal`` takes the rings of the one polygon.

    ``at`` (m, 2) are positions in degrees, ``place`` (r + 1,) the first of each closed ring of at least four, ``ring``
    (n + 1,) the first ring of each polygon, its shell.
    """
    sure = np.zeros(len(ring) - 1, bool)
    if not len(sure):
        return sure
    xyz = earth_centred(at[:, 0], at[:, 1])
    first = place[ring[:-1]]
    low, high = np.minimum.reduceat(xyz, first, axis=0), np.maximum.reduceat(xyz, first, axis=0)
    middle = (low + high) / 2
    near = np.sqrt(((high - low) ** 2).sum(axis=1)) / 2 <= MOST_REACH_M
    chosen = np.flatnonzero(near & (np.sqrt((middle**2).sum(axis=1)) >= _LEAST_UP_M))
    if len(chosen):
        sure[chosen] = _on_planes(xyz, place, ring, chosen, Planes.around(middle[chosen]))
    return sure


def _on_planes(xyz: Floats, place: Ints, ring: Ints, chosen: Ints, planes: Planes) -> Bools:
    """The chosen polygons, each drawn on a plane of its own."""
    rings = ring[chosen + 1] - ring[chosen]
    those = spans(ring[chosen], rings)
    count = place[those + 1] - place[those]
    on = np.repeat(np.repeat(np.arange(len(chosen)), rings), count)
    drawn = planes.draw(xyz[spans(place[those], count)], on)
    begin, first = starts(count), starts(rings)[:-1]
    reach_m = np.sqrt(np.maximum.reduceat((drawn**2).sum(axis=1), begin[first]))
    edge_m = np.zeros(len(drawn))
    edge_m[:-1] = np.sqrt((np.diff(drawn, axis=0) ** 2).sum(axis=1))
    edge_m[begin[1:] - 1] = 0.0
    longest_m = np.maximum.reduceat(edge_m, begin[first])
    stray_m = _ROUNDING_M + BEND * (reach_m + longest_m) * longest_m**2 / (8 * MEAN_RADIUS_M**2)
    short = np.logical_and.reduceat(np.add.reduceat(edge_m, begin[:-1]) <= SURE_LENGTH_M, first)
    alone = shapely.polygons(rings_of(drawn, begin, np.arange(len(those))))
    solid = np.logical_and.reduceat(shapely.area(alone) > _SURE_WIDTH_M * shapely.length(alone), first)
    whole = polygons_of(drawn, begin, first, rings)
    clear = shapely.minimum_clearance(whole) >= 16 * stray_m
    solid &= shapely.area(whole) > _SURE_WIDTH_M * shapely.length(whole)
    return np.asarray((reach_m <= MOST_REACH_M) & short & solid & clear & shapely.is_valid(whole))
