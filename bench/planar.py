"""The load as peers take it: polygons in one conformal plane (``bench.plane``), in metres, buffered in advance.

What sets them apart from the contract is that a disc becomes a polygon of 32 corners, inside the disc, and that one
scale holds for a whole volume, which is right to some 10 ppm of its radius.
"""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from bench.load import Load
from bench.plane import Floats, Ints, Shapes, planar_cores, scale_at

QUARTER_SEGMENTS = 8


@dataclass(frozen=True, slots=True)
class PlanarRows:
    """One row a volume: its polygon, its box, its heights and its window, and the number of its plan."""

    polygon: Shapes
    box: Floats
    """(n, 4): west, south, east, north in metres."""
    floor_m: Floats
    ceiling_m: Floats
    start_ms: Ints
    end_ms: Ints
    plan: Ints


def planar_rows(load: Load) -> PlanarRows:
    """The rows of a load, in its order."""
    cores = planar_cores(load.lon, load.lat, load.vertex, load.shape, load.centre)
    middles = load.vertex[:-1]
    scale = scale_at(load.lon[middles], load.lat[middles], load.centre)
    polygon = shapely.buffer(cores, load.size_m * scale, quad_segs=QUARTER_SEGMENTS)
    polygon[load.size_m == 0] = cores[load.size_m == 0]
    return PlanarRows(
        polygon, shapely.bounds(polygon), load.floor_m, load.ceiling_m, load.start_ms, load.end_ms,
        load.plan_of_volume(),
    )  # fmt: skip
