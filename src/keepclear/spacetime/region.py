"""The longitudes and latitudes a footprint can reach: a box that is safe to look things up by, never too small."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.footprint import Corridor, Disc, Footprint
from keepclear.spacetime.geodesic import FLATTENING, WGS84

WHOLE_WORLD = (-180.0, -90.0, 180.0, 90.0)

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; ``west <= east``, and ``east`` is over 180 where the antimeridian is inside."""

_FLATNESS = 1 - FLATTENING
_LEAST_M_PER_DEGREE = 110_000.0
"""Under the length of a degree of latitude anywhere (110,574 m at the equator)."""


def covering_box(footprint: Footprint) -> Box:
    """A box that surely holds the whole footprint, edges' bulge towards the poles, discs and widths included."""
    if isinstance(footprint, Disc):
        return _padded((footprint.lon, footprint.lat, footprint.lon, footprint.lat), footprint.radius_m)
    if isinstance(footprint, Corridor):
        return _padded(_box_of_line(np.asarray(footprint.line, dtype=float)), footprint.half_width_m)
    boxes = [_box_of_ring(np.asarray(part[0], dtype=float)) for part in footprint.parts]
    return _joined(boxes)


def _box_of_line(line: npt.NDArray[np.float64]) -> Box:
    """The box of a chain of geodesics, shape (n, 2), n of 1 or more."""
    lon, lat = _unfolded(line[:, 0]), line[:, 1]
    south, north = float(lat.min()), float(lat.max())
    if len(line) > 1:
        low, high = _apexes(line)
        south, north = min(south, low), max(north, high)
    if north > 89.999 or south < -89.999:
        return -180.0, south, 180.0, north
    return float(lon.min()), south, float(lon.max()), north


def _box_of_ring(ring: npt.NDArray[np.float64]) -> Box:
    """The box of the smaller side of a ring (closed, or about to be)."""
    closed = np.vstack([ring, ring[:1]])
    west, south, east, north = _box_of_line(closed)
    turn = _unfolded(closed[:, 0])
    round_a_pole = abs(turn[-1] - turn[0]) > 180.0
    if round_a_pole and south > 0:
        return -180.0, south, 180.0, 90.0
    if round_a_pole and north < 0:
        return -180.0, -90.0, 180.0, north
    return WHOLE_WORLD if round_a_pole or east - west > 180.0 else (west, south, east, north)


def _apexes(line: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The lowest and highest latitude that the edges bulge to between their ends.

    By Clairaut the cosine of the reduced latitude times the sine of the azimuth is the same all along a geodesic, so at
    its apex, where it runs due east or west, that product is the cosine of the apex' own reduced latitude.
    """
    lon, lat = line[:, 0], line[:, 1]
    start, back, _ = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    end = np.radians(back + 180.0)
    start = np.radians(start)
    cos_reduced = np.cos(np.arctan(_FLATNESS * np.tan(np.radians(lat[:-1]))))
    apex = np.degrees(np.arctan(np.tan(np.arccos(np.minimum(np.abs(np.sin(start)) * cos_reduced, 1.0))) / _FLATNESS))
    over_north = apex[(np.cos(start) > 0) & (np.cos(end) < 0)]
    over_south = -apex[(np.cos(start) < 0) & (np.cos(end) > 0)]
    return float(over_south.min(initial=90.0)), float(over_north.max(initial=-90.0))


def _padded(box: Box, by_m: float) -> Box:
    west, south, east, north = box
    by_lat = by_m / _LEAST_M_PER_DEGREE
    south, north = south - by_lat, north + by_lat
    furthest = max(abs(south), abs(north))
    if furthest >= 89.5:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    by_lon = by_lat / float(np.cos(np.radians(furthest)))
    if east - west + 2 * by_lon >= 360.0:
        return -180.0, south, 180.0, north
    return west - by_lon, south, east + by_lon, north


def _joined(boxes: list[Box]) -> Box:
    """One box round all, each first turned by whole circles to lie near the first."""
    middle = (boxes[0][0] + boxes[0][2]) / 2
    turned = [(w + (by := 360.0 * round((middle - (w + e) / 2) / 360.0)), s, e + by, n) for w, s, e, n in boxes]
    west, south = min(box[0] for box in turned), min(box[1] for box in turned)
    east, north = max(box[2] for box in turned), max(box[3] for box in turned)
    return (-180.0, south, 180.0, north) if east - west >= 360.0 else (west, south, east, north)


def _unfolded(lon: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Longitudes without jumps: each within half a turn of the one before."""
    steps = np.diff(lon)
    return np.concatenate(([lon[0]], lon[0] + np.cumsum(steps - 360.0 * np.round(steps / 360.0))))
