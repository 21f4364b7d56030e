"""The contract's ``read_back`` object, its figures in any notation, as a :class:`ReadBack`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats.notation.heights import parse_height
from keepclear.formats.notation.positions import parse_position
from keepclear.formats.notation.times import parse_time
from keepclear.formats.place_json import place_from_json
from keepclear.formats.reader import Table, shown
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.read_back import Drawn, HeardPoint, HeardPosition, HeardShape, HeardTime, HeardVolume, ReadBack
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.fields import number_at

MOST_VOLUMES = 256
MOST_POSITIONS = 2_000
"""A read-back is what people read to each other."""

_KEYS = ("footprint", "radius_m", "half_width_m", "floor", "ceiling", "start", "end")
_POSITION = "a position in words, such as 35.2563N 040.1409E, or [longitude, latitude]"


def read_back_from_json(
    value: object, agreement: Agreement, field: str, *, reference_ms: int | None = None
) -> ReadBack:
    """What was heard, of ``{"envelope": […], "place": {…}}``; every part of it may be left out, but not all.

    Of a trajectory ``envelope`` is ``{"type": "MovingPoint", "coordinates": […], "datetimes": […]}``, the times or the
    heights left out or not; a point is ``[lon, lat, metres HAE]`` or ``[position in words, height in words]``.

    ``reference_ms`` is the time near which a date-time group without its month is meant: that of the statement. What
    cannot be understood is refused with its field; what was heard wrongly is no error here.
    """
    table = Table(value, field, ("envelope", "place"))
    volumes = points = None
    if isinstance(table.value("envelope"), Mapping):
        points = _path(table.table("envelope", ("type", "coordinates", "datetimes")), reference_ms)
    elif "envelope" in table:
        if not isinstance(table.value("envelope"), (list, tuple)):
            raise table.refuse("envelope", "a list of the volumes that were heard, or a MovingPoint")
        volumes = tuple(
            _volume(one, path, reference_ms)
            for path, one in table.items("envelope", "a list of the volumes that were heard", most=MOST_VOLUMES)
        )
        if not volumes:
            raise table.refuse("envelope", "at least one volume")
        count = sum(len(line) for one in volumes if one.shape is not None for line in one.shape.lines)
        if count > MOST_POSITIONS:
            raise TooLarge(table.path("envelope"), f"{count:,} positions", f"at most {MOST_POSITIONS:,}")
    place = place_from_json(table.value("place"), table.path("place"), agreement) if "place" in table else None
    if volumes is None and points is None and place is None:
        raise InvalidInput(field, "nothing that was heard", "envelope, place, or both")
    return ReadBack(volumes, place, points)


def _path(table: Table, reference_ms: int | None) -> tuple[HeardPoint, ...]:
    table.choice("type", ("MovingPoint",))
    path = table.path("coordinates")
    members = _members(table.required("coordinates", "the points that were heard"), path, "points")
    if len(members) > MOST_POSITIONS:
        raise TooLarge(path, f"{len(members):,} points", f"at most {MOST_POSITIONS:,}")
    times: list[HeardTime | None] = [None] * len(members)
    if "datetimes" in table:
        given = _members(table.value("datetimes"), table.path("datetimes"), "times")
        if len(given) != len(members):
            raise table.refuse("datetimes", f"{len(members)} times, one a point")
        at = table.path("datetimes")
        times = [parse_time(one, f"{at}[{n}]", reference_ms=reference_ms) for n, one in enumerate(given)]
    return tuple(_point(one, f"{path}[{n}]", time) for n, (one, time) in enumerate(zip(members, times, strict=True)))


def _point(value: object, path: str, time: HeardTime | None) -> HeardPoint:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= 3:
        raise InvalidInput(path, shown(value), "[longitude, latitude, metres HAE], or [position, height] in words")
    if isinstance(value[0], str):
        if len(value) > 2:
            raise InvalidInput(path, shown(value), "a position in words and a height, or the position alone")
        height = parse_height(value[1], f"{path}[1]") if len(value) == 2 else None
        return HeardPoint(_position(value[0], f"{path}[0]"), height, time)
    height = Altitude(Datum.HAE, number_at(value[2], f"{path}[2]"), "m") if len(value) == 3 else None
    return HeardPoint(_position(list(value[:2]), path), height, time)


def _volume(value: object, field: str, reference_ms: int | None) -> HeardVolume:
    table = Table(value, field, _KEYS)
    if not any(key in table for key in _KEYS):
        raise InvalidInput(field, "a volume of which nothing was heard", f"one or more of {', '.join(_KEYS)}")
    shape = _shape(table) if "footprint" in table else None
    sizes = {key: _metres(table, key) for key in ("radius_m", "half_width_m")}
    owner = {"radius_m": Drawn.POINT, "half_width_m": Drawn.LINE}
    for key, size in sizes.items():
        if size is not None and shape is not None and shape.drawn is not owner[key]:
            raise table.refuse(key, f"left out beside a {shape.drawn}")
    heights = [parse_height(table.value(key), table.path(key)) if key in table else None for key in _KEYS[3:5]]
    times = [
        parse_time(table.value(key), table.path(key), reference_ms=reference_ms) if key in table else None
        for key in _KEYS[5:]
    ]
    return HeardVolume(shape, sizes["radius_m"], sizes["half_width_m"], heights[0], heights[1], times[0], times[1])


def _metres(table: Table, key: str) -> float | None:
    return number_at(table.value(key), table.path(key), over=0.0) if key in table else None


def _shape(volume: Table) -> HeardShape:
    table = volume.table("footprint", ("type", "coordinates"))
    kind = table.choice("type", ("Point", "LineString", "Polygon", "MultiPolygon"))
    value, path = table.required("coordinates", _POSITION), table.path("coordinates")
    if kind == "Point":
        return HeardShape(Drawn.POINT, ((_position(value, path),),))
    if kind == "LineString":
        return HeardShape(Drawn.LINE, (_line(value, path, 2),))
    if kind == "Polygon":
        return HeardShape(Drawn.POLYGON, _rings(value, path))
    parts = _members(value, path, "polygons")
    return HeardShape(Drawn.POLYGON, tuple(r for i, part in enumerate(parts) for r in _rings(part, f"{path}[{i}]")))


def _rings(value: object, path: str) -> tuple[tuple[HeardPosition, ...], ...]:
    """The rings of a polygon; one ring may stand alone as a list of positions in words."""
    members = _members(value, path, "rings, or of positions in words")
    if isinstance(members[0], str):
        return (_ring(members, path),)
    return tuple(_ring(ring, f"{path}[{i}]") for i, ring in enumerate(members))


def _ring(value: object, path: str) -> tuple[HeardPosition, ...]:
    ring = _line(value, path, 3)
    closed = (ring[0].lon, ring[0].lat) == (ring[-1].lon, ring[-1].lat)
    kept = ring[:-1] if closed else ring
    if len(kept) < 3:
        raise InvalidInput(path, f"{len(kept)} positions", "a ring has at least 3")
    return kept


def _line(value: object, path: str, least: int) -> tuple[HeardPosition, ...]:
    members = _members(value, path, "positions")
    if len(members) < least:
        raise InvalidInput(path, f"{len(members)} positions", f"at least {least}")
    return tuple(_position(one, f"{path}[{i}]") for i, one in enumerate(members))


def _position(value: object, path: str) -> HeardPosition:
    if isinstance(value, str):
        return parse_position(value, path)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise InvalidInput(path, shown(value), _POSITION)
    lon = number_at(value[0], f"{path}[0]", least=-180.0, most=180.0)
    return HeardPosition(lon, number_at(value[1], f"{path}[1]", least=-90.0, most=90.0))


def _members(value: object, path: str, what: str) -> list[Any]:
    if not isinstance(value, (list, tuple)) or not value:
        raise InvalidInput(path, shown(value), f"a list of {what}")
    return list(value)
