"""The load as peers take it: polygons in one conformal plane, in metres, buffered in advance.

Peers know straight edges in a plane. In a stereographic one the scale at a place is the same in every direction, so a
radius times that scale is right to some 10 ppm over a volume, and a geodesic edge cut every 2 km departs from its
pieces by millimetres. What is left is that a disc becomes a polygon of 32 corners, inside the disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from bench.load import CORRIDOR, DISC, POLYGON, Floats, Ints, Load, plane
from keepclear.spacetime.geodesic import WGS84

Shapes = npt.NDArray[Any]

STEP_M = 2_000.0
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
    scale = plane(load.centre).get_factors(load.lon[middles], load.lat[middles]).meridional_scale
    polygon = shapely.buffer(cores, load.size_m * scale, quad_segs=QUARTER_SEGMENTS)
    polygon[load.size_m == 0] = cores[load.size_m == 0]
    return PlanarRows(
        polygon, shapely.bounds(polygon), load.floor_m, load.ceiling_m, load.start_ms, load.end_ms,
        load.plan_of_volume(),
    )  # fmt: skip


def planar_cores(lon: Floats, lat: Floats, vertex: Ints, shape: Ints, centre: tuple[float, float]) -> Shapes:
    """Points, lines and polygons in the plane; ``shape`` says which, rings of ``lon``/``lat`` are open."""
    counts = np.diff(vertex)
    made = np.empty(len(shape), object)
    to_plane = plane(centre)
    single = shape == DISC
    x, y = to_plane(lon[vertex[:-1][single]], lat[vertex[:-1][single]])
    made[single] = shapely.points(x, y)
    for kind, build in ((CORRIDOR, shapely.linestrings), (POLYGON, shapely.linearrings)):
        chosen = np.flatnonzero(shape == kind)
        if not len(chosen):
            continue
        edges = counts[chosen] - (1 if kind == CORRIDOR else 0)
        owner = np.repeat(np.arange(len(chosen)), edges)
        start = np.repeat(vertex[chosen], edges) + _counted(edges)
        last = _counted(edges) == np.repeat(edges, edges) - 1
        end = np.where(last & (kind == POLYGON), np.repeat(vertex[chosen], edges), start + 1)
        places, of = _cut_edges(lon, lat, start, end, owner, closing=last)
        xy = np.stack(to_plane(places[:, 0], places[:, 1]), axis=1)
        drawn = build(xy, indices=of)
        made[chosen] = shapely.polygons(drawn) if kind == POLYGON else drawn
    return made


def _cut_edges(lon: Floats, lat: Floats, start: Ints, end: Ints, owner: Ints, closing: Any) -> tuple[Floats, Ints]:
    """Places along geodesic edges, no farther apart than ``STEP_M``, in order, each with its owner.

    Each edge gives its start and the places that cut it; the last edge of a chain also gives its end.
    """
    azimuth, _, length = WGS84.inv(lon[start], lat[start], lon[end], lat[end])
    pieces = np.maximum(np.ceil(length / STEP_M).astype(np.int64), 1)
    many = pieces + closing
    edge = np.repeat(np.arange(len(start)), many)
    rank = _counted(many)
    places = np.stack([lon[start][edge], lat[start][edge]], axis=1)
    inner = (rank > 0) & (rank < pieces[edge])
    at = edge[inner]
    cut_lon, cut_lat, _ = WGS84.fwd(lon[start[at]], lat[start[at]], azimuth[at], rank[inner] * length[at] / pieces[at])
    places[inner] = np.stack([cut_lon, cut_lat], axis=1)
    ends = rank == pieces[edge]
    places[ends] = np.stack([lon[end[edge[ends]]], lat[end[edge[ends]]]], axis=1)
    return places, owner[edge]


def _counted(many: Ints) -> Ints:
    """0 … n - 1 for each n of ``many``, one after another."""
    return np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
