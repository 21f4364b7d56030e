"""A footprint made ready for geometry: a core of geodesic pieces, and how far round the core it extends.

A disc is a point and its radius, a corridor a line and its half-width, a polygon its inside and 0. So the distance of
two footprints is that of their cores less both radii, exactly, and everything else is said of cores.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position, positions_of
from keepclear.spacetime.geodesic import SEMI_MAJOR_M, SEMI_MINOR_M, Floats, earth_centred, on_surface
from keepclear.spacetime.pieces import CHORD_DEPTH_M, Pieces, cut, cut_many
from keepclear.spacetime.sphere_side import Bools, RingSides

_POLES = np.concatenate([np.eye(3), -np.eye(3)]) * np.array([SEMI_MAJOR_M, SEMI_MAJOR_M, SEMI_MINOR_M])
"""Where x, y and z are most and least on the ellipsoid: an inside reaches out of its boundary's box only there."""


class Shape:
    """What is worked out of one footprint once: pieces, sides, bounding box. Earth-centred metres throughout."""

    def __init__(self, footprint: Footprint, pieces: Pieces | None = None) -> None:
        self.chains = _chains(footprint)
        self.radius_m = _radius_m(footprint)
        self.pieces: Pieces = cut(self.chains) if pieces is None else pieces
        self.rings_of_part: list[list[int]] | None = (
            _rings_of_part(footprint) if isinstance(footprint, Polygonal) else None
        )
        at = np.array([place for chain in self.chains for place in _open(chain)], float)
        self.lon, self.lat = at[:, 0], at[:, 1]
        self.vertices: Floats = earth_centred(self.lon, self.lat)
        self.key = (
            0 if isinstance(footprint, Disc) else 1 if isinstance(footprint, Corridor) else 2,
            len(at),
            tuple(positions_of(footprint)),
            self.radius_m,
        )

    @property
    def is_polygonal(self) -> bool:
        """True when the core has an inside."""
        return self.rings_of_part is not None

    @cached_property
    def sides(self) -> RingSides:
        """Which side of each ring a point is on (polygons only)."""
        return RingSides(self.pieces, len(self.chains))

    def core_holds(self, points: Floats) -> Bools:
        """Which of the points (n, 3) are in the inside of the core; of a line or a point none is."""
        if self.rings_of_part is None:
            return np.zeros(len(points), bool)
        inside = self.sides.inside(points)
        held = np.zeros(len(points), bool)
        for shell, *holes in self.rings_of_part:
            held |= inside[:, shell] & ~inside[:, holes].any(axis=1)
        return held

    @cached_property
    def chain_starts(self) -> Floats:
        """One vertex of every ring or line, (n, 3): where no boundaries cross, one speaks for its whole chain."""
        return earth_centred([chain[0][0] for chain in self.chains], [chain[0][1] for chain in self.chains])

    @cached_property
    def core_box(self) -> tuple[Floats, Floats]:
        """Lowest and highest x, y, z of where the core's pieces start and end."""
        start, end = self.pieces.start, self.pieces.end
        return np.minimum(start.min(axis=0), end.min(axis=0)), np.maximum(start.max(axis=0), end.max(axis=0))

    @cached_property
    def box(self) -> tuple[Floats, Floats]:
        """Lowest and highest x, y, z of the whole footprint, radius and inside included; never too small."""
        low, high = self.core_box
        if self.is_polygonal:
            held = _POLES[self.core_holds(_POLES)]
            if len(held):
                low, high = np.minimum(low, held.min(axis=0)), np.maximum(high, held.max(axis=0))
        margin = self.radius_m + CHORD_DEPTH_M + 0.02
        return low - margin, high + margin

    @cached_property
    def middle(self) -> Floats:
        """A point of the ellipsoid near the middle of the core's boundary, (3,)."""
        centre = (self.core_box[0] + self.core_box[1]) / 2
        if np.linalg.norm(centre) < 1000:
            centre = self.pieces.start[0]
        return on_surface(np.zeros(3), centre)

    @cached_property
    def extent_m(self) -> float:
        """How far (chord, m) the footprint extends from its middle; its inside reaches no farther unless vast."""
        ends = np.concatenate([self.pieces.start, self.pieces.end])
        return float(np.linalg.norm(ends - self.middle, axis=1).max()) + self.radius_m + CHORD_DEPTH_M


_SHAPES: dict[int, tuple[weakref.ref[Footprint], Shape]] = {}
"""Shapes of the footprints that are alive, by identity: none ever changes, and to hash 10,000 positions costs."""


def shape_of(footprint: Footprint) -> Shape:
    """The shape of a footprint; worked out once in its life."""
    return _known(footprint) or _keep(footprint, Shape(footprint))


def make_shapes(footprints: Iterable[Footprint]) -> None:
    """Works out the shapes of many footprints together, where they are not known: so ``shape_of`` has them at once."""
    lacking = {id(each): each for each in footprints if _known(each) is None}
    if not lacking:
        return
    new = list(lacking.values())
    for footprint, pieces in zip(new, cut_many([_chains(each) for each in new]), strict=True):
        _keep(footprint, Shape(footprint, pieces))


def _known(footprint: Footprint) -> Shape | None:
    known = _SHAPES.get(id(footprint))
    return known[1] if known is not None and known[0]() is footprint else None


def _keep(footprint: Footprint, shape: Shape) -> Shape:
    number = id(footprint)
    _SHAPES[number] = (weakref.ref(footprint, lambda gone: _forget(number, gone)), shape)
    return shape


def _forget(number: int, gone: weakref.ref[Footprint]) -> None:
    known = _SHAPES.get(number)
    if known is not None and known[0] is gone:
        del _SHAPES[number]


def _chains(footprint: Footprint) -> list[tuple[Position, ...]]:
    match footprint:
        case Disc(lon, lat, _):
            return [((lon, lat), (lon, lat))]
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


def _rings_of_part(footprint: Polygonal) -> list[list[int]]:
    rings, first = [], 0
    for part in footprint.parts:
        rings.append(list(range(first, first + len(part))))
        first += len(part)
    return rings


def _open(chain: Sequence[Position]) -> Sequence[Position]:
    return chain[:-1] if chain[0] == chain[-1] and len(chain) > 1 else chain
