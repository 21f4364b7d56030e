"""A conformal plane for those who know straight edges only: footprints as points, lines and polygons in metres.

In a stereographic plane the scale at a place is the same in every direction, so a distance near there is the plane's
by that scale. Geodesic edges are cut until what is left of their bend is millimetres.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Proj

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[Any]

POLYGON, DISC, CORRIDOR = range(3)
WGS84 = Geod(ellps="WGS84")


def plane(centre: tuple[float, float]) -> Proj:
    """The stereographic plane round a centre (longitude, latitude), in metres."""
    return Proj(proj="stere", lon_0=centre[0], lat_0=centre[1], ellps="WGS84")


def scale_at(lon: Floats, lat: Floats, centre: tuple[float, float]) -> Floats:
    """Metres of the plane to a metre of the earth, at places."""
    return np.asarray(plane(centre).get_factors(lon, lat).meridional_scale)


def planar_cores(
    lon: Floats, lat: Floats, vertex: Ints, shape: Ints, centre: tuple[float, float], *, step_m: float = 2_000.0
) -> Shapes:
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
        places, of = _cut_edges(lon, lat, start, end, owner, last, step_m)
        xy = np.stack(to_plane(places[:, 0], places[:, 1]), axis=1)
        drawn = build(xy, indices=of)
        made[chosen] = shapely.polygons(drawn) if kind == POLYGON else drawn
    return made


def _cut_edges(
    lon: Floats, lat: Floats, start: Ints, end: Ints, owner: Ints, closing: Any, step_m: float
) -> tuple[Floats, Ints]:
    """Places along geodesic edges, no farther apart than ``step_m``, in order, each with its owner.

    Each edge gives its start and the places that cut it; the last edge of a chain also gives its end.
    """
    azimuth, _, length = WGS84.inv(lon[start], lat[start], lon[end], lat[end])
    pieces = np.maximum(np.ceil(length / step_m).astype(np.int64), 1)
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
