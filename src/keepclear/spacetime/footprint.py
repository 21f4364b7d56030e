"""Footprints: where on the earth's surface something is announced to be.

Longitude, latitude, WGS84. A polygon's edges are WGS84 geodesics and its inside is its smaller side, whichever way the
ring runs; a disc is all points within its radius of its centre; a corridor is all points within its half-width of a
geodesic line, so its ends and outer corners are round. Nothing here is special at ±180° or at a pole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.validity import check_edges, check_polygonal

Position: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Position, ...]

MOST_VERTICES = 10_000  # a footprint; F3548 OiMaxVertices
MOST_RADIUS_M = 9_000_000.0
"""A little under a quarter of the way round the earth: beyond it a disc has no shape that anyone means."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Polygonal:
    """One or more polygons, each an outer ring and the rings of its holes; rings are closed and kept as given."""

    parts: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Disc:
    """All points within ``radius_m`` of the centre, by geodesic distance."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Corridor:
    """All points within ``half_width_m`` of the geodesics that join the positions of ``line``."""

    line: tuple[Position, ...]
    half_width_m: float


Footprint: TypeAlias = Polygonal | Disc | Corridor


def footprint_from_geojson(
    geometry: object,
    field: str,
    *,
    radius_m: object = None,
    half_width_m: object = None,
    beside: str | None = None,
) -> Footprint:
    """The footprint that a GeoJSON geometry and its radius or half-width make.

    ``field`` names the geometry in errors, ``beside`` where its radius or half-width stands (left out: next to the
    geometry). Raises InvalidInput for whatever is no footprint: see ``docs/reference`` and the table in its tests.
    """
    body = _geometry(geometry, field)
    prefix = field.rpartition(".")[0] if beside is None else beside
    sizes = _Sizes(radius_m, half_width_m, prefix)
    at = f"{field}.coordinates"
    coordinates = body["coordinates"]
    _refuse_many(body["type"], coordinates, at)
    match body["type"]:
        case "Point":
            size = sizes.only("radius_m", "Point")
            lon, lat = _position(coordinates, at)
            return Disc(lon, lat, size)
        case "LineString":
            size = sizes.only("half_width_m", "LineString")
            return Corridor(_line(coordinates, at), size)
        case "Polygon":
            sizes.none("Polygon")
            made = Polygonal((_polygon(coordinates, at),))
        case "MultiPolygon":
            sizes.none("MultiPolygon")
            parts = _members(coordinates, at, "polygons")
            made = Polygonal(tuple(_polygon(part, f"{at}[{i}]") for i, part in enumerate(parts)))
        case other:
            raise InvalidInput(
                f"{field}.type",
                f"{other!r} is no footprint",
                "give Polygon, MultiPolygon, Point with radius_m, or LineString with half_width_m",
            )
    check_polygonal(made.parts, at, multiple=body["type"] == "MultiPolygon")
    return made


def footprint_to_geojson(footprint: Footprint) -> tuple[dict[str, Any], dict[str, float]]:
    """The GeoJSON geometry, and what stands beside it: ``radius_m`` or ``half_width_m``, or nothing."""
    match footprint:
        case Disc(lon, lat, radius_m):
            return {"type": "Point", "coordinates": [lon, lat]}, {"radius_m": radius_m}
        case Corridor(line, half_width_m):
            return {"type": "LineString", "coordinates": [list(p) for p in line]}, {"half_width_m": half_width_m}
        case Polygonal(parts):
            drawn = [[[list(p) for p in ring] for ring in part] for part in parts]
            if len(drawn) == 1:
                return {"type": "Polygon", "coordinates": drawn[0]}, {}
            return {"type": "MultiPolygon", "coordinates": drawn}, {}


def positions_of(footprint: Footprint) -> Iterator[Position]:
    """Every position of the footprint as given, ring after ring."""
    match footprint:
        case Disc(lon, lat, _):
            yield lon, lat
        case Corridor(line, _):
            yield from line
        case Polygonal(parts):
            for part in parts:
                for ring in part:
                    yield from ring


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The radius and half-width beside a geometry, of which each geometry may have at most one."""

    radius_m: object
    half_width_m: object
    prefix: str

    def only(self, name: str, kind: str) -> float:
        other = "half_width_m" if name == "radius_m" else "radius_m"
        self._refuse(other, kind, f"a {kind} has {name}; leave {other} out")
        value = getattr(self, name)
        if value is None:
            raise InvalidInput(self._field(name), f"missing beside a {kind}", f"give {name} in metres, over 0")
        return _size(value, self._field(name))

    def none(self, kind: str) -> None:
        for name in ("radius_m", "half_width_m"):
            self._refuse(name, kind, f"a {kind} has neither radius_m nor half_width_m; leave it out")

    def _refuse(self, name: str, kind: str, expected: str) -> None:
        value = getattr(self, name)
        if value is not None:
            raise InvalidInput(self._field(name), f"{value!r} beside a {kind}", expected)

    def _field(self, name: str) -> str:
        return f"{self.prefix}.{name}" if self.prefix else name


def _geometry(geometry: object, field: str) -> Mapping[str, Any]:
    if type(geometry) is not dict and not isinstance(geometry, Mapping):
        raise InvalidInput(field, f"{_shown(geometry)} is no geometry", "give a GeoJSON geometry object")
    if "type" not in geometry:
        raise InvalidInput(f"{field}.type", "missing", "give Polygon, MultiPolygon, Point or LineString")
    if "crs" in geometry:
        raise InvalidInput(f"{field}.crs", "given", "leave it out: positions are longitude, latitude on WGS84")
    for name in ("radius_m", "half_width_m"):
        if name in geometry:
            raise InvalidInput(f"{field}.{name}", "inside the geometry", f"put {name} beside the geometry")
    if "coordinates" not in geometry:
        raise InvalidInput(f"{field}.coordinates", "missing", "give the geometry's coordinates")
    return geometry


def _polygon(rings: object, field: str) -> tuple[Ring, ...]:
    members = _members(rings, field, "rings")
    return tuple(_ring(ring, f"{field}[{i}]") for i, ring in enumerate(members))


def _ring(ring: object, field: str) -> Ring:
    positions = _positions(ring, field)
    if len(positions) < 4:
        raise InvalidInput(field, f"{len(positions)} positions", "a ring has at least 4, the last equal to the first")
    if positions[0] != positions[-1]:
        raise InvalidInput(
            field, f"not closed: starts at {_place(positions[0])}, ends at {_place(positions[-1])}",
            "end the ring with its first position",
        )  # fmt: skip
    if len(set(positions)) < 3:
        raise InvalidInput(field, f"only {len(set(positions))} different positions", "give at least 3: it has no area")
    return positions


def _line(line: object, field: str) -> tuple[Position, ...]:
    positions = _positions(line, field)
    if len(positions) < 2:
        raise InvalidInput(field, "1 position", "a line has at least 2; for a disc give a Point with radius_m")
    if len(set(positions)) < 2:
        raise InvalidInput(field, "all positions are the same", "a line has length; for a disc give a Point")
    check_edges(positions, field)
    return positions


def _refuse_many(kind: object, coordinates: object, field: str) -> None:
    """Counts before anything is read: what has too many vertices is refused without work on a single one."""
    vertices = vertices_of(kind, coordinates)
    if vertices > MOST_VERTICES:
        raise too_many_vertices(vertices, field)


def vertices_of(kind: object, coordinates: object) -> int:
    """How many vertices the coordinates of a geometry have, whatever stands in the place of positions."""
    if kind == "LineString":
        return len(_listed(coordinates))
    if kind == "Polygon":
        return sum(max(len(_listed(ring)) - 1, 0) for ring in _listed(coordinates))
    if kind == "MultiPolygon":
        return sum(vertices_of("Polygon", part) for part in _listed(coordinates))
    return 0


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def too_many_vertices(count: int, field: str) -> TooLarge:
    """The error for a footprint over the limit of vertices; the closing position of a ring is not one more."""
    return TooLarge(field, f"{count} vertices", f"a footprint has at most {MOST_VERTICES}; simplify it or split it")


def _members(value: object, field: str, what: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(field, f"{_shown(value)} is no list", f"give a list of {what}")
    if not value:
        raise InvalidInput(field, "empty", f"give a list of {what}")
    return value


def _positions(value: object, field: str) -> tuple[Position, ...]:
    """The positions of a list. Lists of two floats in range, which nearly all are, need no look at their place."""
    if type(value) is list and value:
        plain: list[Position] = []
        for each in value:
            if type(each) is not list or len(each) != 2:
                break
            lon, lat = each
            if type(lon) is not float or type(lat) is not float or not (-180 <= lon <= 180 and -90 <= lat <= 90):
                break
            plain.append((lon, lat))
        else:
            return tuple(plain)
    return tuple(_position(p, f"{field}[{i}]") for i, p in enumerate(_members(value, field, "positions")))


def _position(value: object, field: str) -> Position:
    if not isinstance(value, list | tuple) or len(value) < 2:
        raise InvalidInput(field, f"{_shown(value)} is no position", "give [longitude, latitude] in degrees")
    if len(value) > 2:
        raise InvalidInput(
            field, f"{len(value)} numbers", "give [longitude, latitude] only: heights belong in floor and ceiling"
        )
    lon = _degrees(value[0], f"{field}[0]", "longitude", 180)
    lat = _degrees(value[1], f"{field}[1]", "latitude", 90)
    return lon, lat


def _degrees(value: object, field: str, name: str, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(field, f"{_shown(value)} is no number", f"give the {name} in degrees, -{most} to {most}")
    if not abs(value) <= most:  # false of NaN too
        hint = "; positions are longitude first, then latitude" if name == "latitude" and abs(value) <= 180 else ""
        raise InvalidInput(field, f"{name} {_shown(value)}", f"give -{most} to {most} degrees{hint}")
    return float(value)


def _size(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(field, f"{_shown(value)} is no number", "give metres, over 0")
    if not value > 0 or value == math.inf:  # the first is true of NaN too
        raise InvalidInput(field, _shown(value), "give metres, over 0")
    if value > MOST_RADIUS_M:
        raise InvalidInput(field, _shown(value), f"give at most {MOST_RADIUS_M:.0f} metres")
    return float(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _place(position: Position) -> str:
    return f"[{position[0]!r}, {position[1]!r}]"
