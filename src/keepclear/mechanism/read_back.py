"""A read-back: what a reader says to have heard of a notice. Every part may be left out; nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keepclear.mechanism.place import InRegion, Offset, PlaceText, Within, place_to_json
from keepclear.spacetime.altitude import Altitude, Datum, parse_altitude


@dataclass(frozen=True, slots=True)
class HeardPosition:
    """Degrees on WGS84, how far the notation's figures may leave it off (m), and what was read, where in words."""

    lon: float
    lat: float
    resolution_m: float = 0.0
    text: str | None = None


@dataclass(frozen=True, slots=True)
class HeardTime:
    """Milliseconds since 1970 UTC, and how far the notation may leave it off."""

    ms: int
    resolution_ms: int = 0


class Drawn(StrEnum):
    """What the positions of a volume are of."""

    POINT = "Point"
    LINE = "LineString"
    POLYGON = "Polygon"


@dataclass(frozen=True, slots=True)
class HeardShape:
    """A point, a line, or the rings of one or more polygons, which may be closed by their first position or not."""

    drawn: Drawn
    lines: tuple[tuple[HeardPosition, ...], ...]


@dataclass(frozen=True, slots=True)
class HeardVolume:
    """What was heard of one volume."""

    shape: HeardShape | None = None
    radius_m: float | None = None
    half_width_m: float | None = None
    floor: Altitude | None = None
    ceiling: Altitude | None = None
    start: HeardTime | None = None
    end: HeardTime | None = None


@dataclass(frozen=True, slots=True)
class HeardPoint:
    """What was heard of one point of a trajectory."""

    position: HeardPosition
    height: Altitude | None = None
    time: HeardTime | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was heard: the envelope's volumes or the points of its trajectory (None: not read back), and the place."""

    volumes: tuple[HeardVolume, ...] | None = None
    place: PlaceText | None = None
    points: tuple[HeardPoint, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, exact; ``from_json`` gives the same read-back."""
        return {
            "volumes": None if self.volumes is None else [_volume_to_json(one) for one in self.volumes],
            "place": None if self.place is None else place_to_json(self.place),
            **({} if self.points is None else {"points": [_point_to_json(one) for one in self.points]}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReadBack:
        """The read-back that ``to_json`` wrote; for our own snapshots, and not for what comes from outside."""
        volumes, place = value["volumes"], value["place"]
        return cls(
            None if volumes is None else tuple(_volume_from_json(one) for one in volumes),
            None if place is None else _place_from_json(place),
            tuple(_point_from_json(one) for one in value["points"]) if "points" in value else None,
        )


def _point_to_json(point: HeardPoint) -> list[Any]:
    at, time = point.position, point.time
    height = None if point.height is None else [point.height.datum.value, point.height.value, point.height.unit]
    return [[at.lon, at.lat, at.resolution_m, at.text], height, None if time is None else [time.ms, time.resolution_ms]]


def _point_from_json(value: list[Any]) -> HeardPoint:
    at, height, time = value
    return HeardPoint(
        HeardPosition(*at),
        None if height is None else Altitude(Datum(height[0]), height[1], height[2]),
        None if time is None else HeardTime(*time),
    )


def _volume_to_json(volume: HeardVolume) -> dict[str, Any]:
    shape, start, end = volume.shape, volume.start, volume.end
    return {
        "drawn": None if shape is None else shape.drawn.value,
        "lines": None if shape is None else [[[p.lon, p.lat, p.resolution_m, p.text] for p in a] for a in shape.lines],
        "radius_m": volume.radius_m,
        "half_width_m": volume.half_width_m,
        "floor": None if volume.floor is None else str(volume.floor),
        "ceiling": None if volume.ceiling is None else str(volume.ceiling),
        "start": None if start is None else [start.ms, start.resolution_ms],
        "end": None if end is None else [end.ms, end.resolution_ms],
    }


def _volume_from_json(value: Mapping[str, Any]) -> HeardVolume:
    shape = None
    if value["drawn"] is not None:
        lines = tuple(tuple(HeardPosition(*one) for one in line) for line in value["lines"])
        shape = HeardShape(Drawn(value["drawn"]), lines)
    return HeardVolume(
        shape,
        value["radius_m"],
        value["half_width_m"],
        None if value["floor"] is None else parse_altitude(value["floor"], "floor"),
        None if value["ceiling"] is None else parse_altitude(value["ceiling"], "ceiling"),
        None if value["start"] is None else HeardTime(*value["start"]),
        None if value["end"] is None else HeardTime(*value["end"]),
    )


def _place_from_json(value: Mapping[str, Any]) -> PlaceText:
    if "region" in value:
        return InRegion(value["region"])
    if "within_km" in value:
        return Within(value["name"], value["within_km"])
    return Offset(value["name"], value["bearing"], *value["distance_km"])
