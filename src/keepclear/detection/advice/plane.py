"""Footprints drawn on a plane round one's own plan, with a bound on what the drawing may be off.

Each position is drawn at its geodesic distance and azimuth from the middle (azimuthal equidistant), edges straight.
Nothing is decided by it alone: what overlaps here by more than the drawing may be off overlaps for sure, so that no
step at which it does need be looked at; whatever is offered is judged on the earth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position
from keepclear.spacetime.geodesic import MEAN_RADIUS_M, Floats, inverse

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING_M = 0.03
"""Positions are rounded to 1 cm, and an overlap of less than 1 cm is none."""
BENT = 1.0
"""Times ρ³ / R² is how far anything within ρ of the middle may be off: lengths there by ρ² / 6R² of themselves, edges
and paths by a third of ρ³ / R² at the most."""


def off_m(within_m: Floats) -> Floats:
    """How far off the drawing of what lies within so far of the middle may be, against what lies there too."""
    return np.asarray(ROUNDING_M + BENT * within_m**3 / MEAN_RADIUS_M**2)


@dataclass(frozen=True, slots=True)
class Outlines:
    """n footprints: straight edges, ``first[i]`` to ``first[i + 1]`` of footprint i, and how far round them it extends.

    Of a polygon (``filled``) the edges are those of its inside less a rim; ``anchors`` are one vertex of each chain,
    ``anchor_first`` which of them are whose. ``middle`` and ``reach_m`` are a circle round all of it.
    """

    first: Ints
    start: Floats
    end: Floats
    radius_m: Floats
    filled: Bools
    anchor_first: Ints
    anchors: Floats
    middle: Floats
    reach_m: Floats

    @property
    def far_m(self) -> Floats:
        """How far from the plane's middle each extends."""
        return np.asarray(np.hypot(self.middle[:, 0], self.middle[:, 1]) + self.reach_m)


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane that touches the earth at one position (degrees); x is east and y north, in metres."""

    lon: float
    lat: float

    def drawn(self, places: Sequence[Position]) -> Floats:
        """Positions, (n, 2)."""
        if not places:
            return np.empty((0, 2))
        lon, lat = np.array(places).T
        azimuth, distance = inverse(self.lon, self.lat, lon, lat)
        turned = np.radians(azimuth)
        return np.stack([distance * np.sin(turned), distance * np.cos(turned)], axis=-1)

    def outlines(self, footprints: Sequence[Footprint], rim_m: float = ROUNDING_M) -> Outlines:
        """The outlines of some footprints; polygons without a rim of so much."""
        chains: list[tuple[Position, ...]] = []
        owner: list[int] = []
        for number, footprint in enumerate(footprints):
            for chain in _chains(footprint):
                chains.append(chain)
                owner.append(number)
        at = self.drawn([place for chain in chains for place in chain])
        ends = np.cumsum([len(chain) for chain in chains])
        drawn = np.split(at, ends[:-1])
        filled = np.array([isinstance(each, Polygonal) for each in footprints], bool)
        middle, reach_m = _circles(drawn, owner, len(footprints))
        radius_m = np.array([_radius_m(each) for each in footprints])
        rings, whose = _without_rim(footprints, drawn, owner, filled, rim_m)
        return _outlines(rings, whose, filled, radius_m, middle, reach_m + radius_m)


def _chains(footprint: Footprint) -> list[tuple[Position, ...]]:
    match footprint:
        case Disc(lon, lat, _):
            return [((lon, lat),)]
        case Corridor(line, _):
            return [line]
        case Polygonal(parts):
            return [ring for part in parts for ring in part]


def _radius_m(footprint: Footprint) -> float:
    match footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case Polygonal():
            return 0.0


def _circles(drawn: Sequence[Floats], owner: Sequence[int], count: int) -> tuple[Floats, Floats]:
    """A circle round all positions of each footprint."""
    sizes = np.array([len(chain) for chain in drawn])
    whose = np.repeat(np.asarray(owner, np.int64), sizes)
    at = np.concatenate(drawn)
    firsts = np.searchsorted(whose, np.arange(count))
    middle = (np.minimum.reduceat(at, firsts) + np.maximum.reduceat(at, firsts)) / 2
    away = np.hypot(*(at - middle[whose]).T)
    return middle, np.asarray(np.maximum.reduceat(away, firsts))


def _without_rim(
    footprints: Sequence[Footprint], drawn: Sequence[Floats], owner: Sequence[int], filled: Bools, rim_m: float
) -> tuple[list[Floats], list[int]]:
    """The chains with those of polygons replaced by the rings of what is left inside of the rim."""
    if not filled.any():
        return list(drawn), list(owner)
    rings = [chain for chain, whose in zip(drawn, owner, strict=True) if not filled[whose]]
    owners = [whose for whose in owner if not filled[whose]]
    chains = iter([chain for chain, whose in zip(drawn, owner, strict=True) if filled[whose]])
    polygons, of = [], []
    for number, footprint in enumerate(footprints):
        if isinstance(footprint, Polygonal):
            for part in footprint.parts:
                shell, *holes = (next(chains) for _ in part)
                polygons.append(shapely.Polygon(shell, holes))
                of.append(number)
    left = shapely.buffer(np.array(polygons), -rim_m, join_style="mitre")
    parts, part_of = shapely.get_parts(left, return_index=True)
    kept, ring_of = shapely.get_rings(parts, return_index=True)
    places, place_of = shapely.get_coordinates(kept, return_index=True)
    rings += np.split(places, np.flatnonzero(np.diff(place_of)) + 1) if len(places) else []
    owners += [of[part_of[ring]] for ring in ring_of.tolist()]
    return rings, owners


def _outlines(
    rings: Sequence[Floats], owner: Sequence[int], filled: Bools, radius_m: Floats, middle: Floats, reach_m: Floats
) -> Outlines:
    order = sorted(range(len(rings)), key=lambda ring: owner[ring])
    edges = [len(rings[ring]) - 1 or 1 for ring in order]
    whose = [owner[ring] for ring in order]
    counted = np.arange(len(filled) + 1)
    starts = [rings[ring][: many if len(rings[ring]) > 1 else 1] for ring, many in zip(order, edges, strict=True)]
    ends = [rings[ring][1:] if len(rings[ring]) > 1 else rings[ring] for ring in order]
    nothing = np.empty((0, 2))
    return Outlines(
        np.searchsorted(np.repeat(whose, edges), counted).astype(np.int64),
        np.concatenate(starts) if starts else nothing,
        np.concatenate(ends) if ends else nothing,
        radius_m,
        filled,
        np.searchsorted(whose, counted).astype(np.int64),
        np.array([rings[ring][0] for ring in order]).reshape(-1, 2),
        middle,
        reach_m,
    )
