"""Discs and corridors round the points and lines of a plane, many at once; what is round is drawn from within.

A circle has 72 corners, so that its chords lie within it by at most 0.1 % of its radius. A disc and the corridor of one
straight line, which most are, are written down in arrays; only lines with corners need GEOS to join them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from keepclear.spacetime.geodesic import Floats

Drawings = npt.NDArray[Any]

CORNERS = 72
"""Of a circle: 1 − cos(π / 72) is 0.00095."""
_CORNERS_OF_MANY = 24
"""A track's corridor has a round corner at each of its places: there 0.9 % will do."""
_MANY = 200


def drawn_round(core: Drawings, radius_m: Floats, straight: Floats) -> Drawings:
    """What lies within ``radius_m`` (n,) of each core (n,); of 0, the core itself.

    ``straight`` (n, 4) has the two ends of those that are a point or one straight line, NaN for all else.
    """
    made = core.copy()
    is_round, simple = radius_m > 0, ~np.isnan(straight[:, 0])
    point = (straight[:, :2] == straight[:, 2:]).all(axis=1)
    places = shapely.get_num_coordinates(core)
    for those, outline in (
        (simple & point, lambda n: _discs(straight[n, :2], radius_m[n])),
        (simple & ~point, lambda n: _capsules(straight[n], radius_m[n])),
        (~simple & (places <= _MANY), lambda n: shapely.buffer(core[n], radius_m[n], quad_segs=CORNERS // 4)),
        (~simple & (places > _MANY), lambda n: shapely.buffer(core[n], radius_m[n], quad_segs=_CORNERS_OF_MANY // 4)),
    ):
        if len(chosen := np.flatnonzero(is_round & those)):
            made[chosen] = outline(chosen)
    return made


def _discs(centre: Floats, radius_m: Floats) -> Drawings:
    angle = np.arange(CORNERS) * (2 * np.pi / CORNERS)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    made: Drawings = shapely.polygons(centre[:, None] + radius_m[:, None, None] * circle)
    return made


def _capsules(ends: Floats, radius_m: Floats) -> Drawings:
    """The outline of all that is within a radius of a straight line: a half circle round either end."""
    along = ends[:, 2:] - ends[:, :2]
    turn = np.arctan2(along[:, 1], along[:, 0])[:, None]
    half = np.linspace(-np.pi / 2, np.pi / 2, CORNERS // 2 + 1)
    angle = np.concatenate([turn + half, turn + np.pi + half], axis=1)
    centre = np.repeat(ends[:, [2, 3, 0, 1]].reshape(-1, 2, 2), CORNERS // 2 + 1, axis=1)
    outline = centre + radius_m[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    made: Drawings = shapely.polygons(outline)
    return made
