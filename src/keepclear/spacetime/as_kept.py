"""Envelopes that were read strictly once and kept with a hash: made again without being judged again.

``envelope_as_kept`` gives exactly what ``envelope_from_json`` gave for the same value. Of a value that was never
accepted it may make anything, or fail in any way: only what our own record or snapshot holds belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from keepclear.spacetime.altitude import Altitude, parse_altitude
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position
from keepclear.spacetime.instants import Rounding, parse_instant
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

_DAY_IS_PLAIN = 20
"""The length of ``2026-04-09T13:40:00Z``, which is how nearly every instant is written."""
_SECOND_MS = {f"{second:02d}": 1000 * second for second in range(60)}


def envelope_as_kept(value: Any) -> Envelope:
    """The envelope that a JSON value says, of which it is known that it was accepted."""
    if isinstance(value, Mapping):
        return _trajectory(value)
    return tuple([_volume(each) for each in value])


def _volume(value: Mapping[str, Any]) -> Volume:
    return Volume(
        _footprint(value),
        _altitude(value["floor"]),
        _altitude(value["ceiling"]),
        _instant(value["start"], "down"),
        _instant(value["end"], "up"),
    )


def _footprint(value: Mapping[str, Any]) -> Footprint:
    geometry = value["footprint"]
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        return Corridor(_positions(coordinates), float(value["half_width_m"]))
    if kind == "Point":
        lon, lat = coordinates
        return Disc(float(lon), float(lat), float(value["radius_m"]))
    parts = [coordinates] if kind == "Polygon" else coordinates
    return Polygonal(tuple([tuple([_positions(ring) for ring in part]) for part in parts]))


def _positions(coordinates: Sequence[Sequence[float]]) -> tuple[Position, ...]:
    return tuple([(float(lon), float(lat)) for lon, lat in coordinates])


@lru_cache(maxsize=65_536)
def _altitude(text: str) -> Altitude:
    return parse_altitude(text, "")


def _instant(text: str, rounding: Rounding) -> int:
    if len(text) == _DAY_IS_PLAIN and text[19] == "Z":
        return _minute_ms(text[:17]) + _SECOND_MS[text[17:19]]
    return parse_instant(text, "", rounding=rounding)


@lru_cache(maxsize=65_536)
def _minute_ms(minute: str) -> int:
    """The first instant of a minute, written ``2026-04-09T13:40:``: plans of a day say few, again and again."""
    return parse_instant(f"{minute}00Z", "")


def _trajectory(value: Mapping[str, Any]) -> Trajectory:
    lon, lat, height_m = zip(*[[number + 0.0 for number in point] for point in value["coordinates"]], strict=True)
    datetimes = value["datetimes"]
    times = [_instant(each, "down") for each in datetimes[:-1]]
    return Trajectory(
        (*times, _instant(datetimes[-1], "up")),
        lon,
        lat,
        height_m,
        value["lateral_m"] + 0.0,
        value["vertical_m"] + 0.0,
        value.get("time_s", 0.0) + 0.0,
    )
