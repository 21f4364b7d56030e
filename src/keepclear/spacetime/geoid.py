"""EGM96: how high mean sea level stands above the WGS84 ellipsoid.

The grid is vendored (``data/README.md`` says where from) because pyproj without its grid files hands AMSL heights back
*unconverted*, by 23 m at Beirut. Here there is no way to get an answer without the grid.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import overload

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PER_DEGREE = 12
"""Grid lines a degree: 5′ apart."""
_COLUMNS = 360 * PER_DEGREE
_ROWS = 180 * PER_DEGREE
_BAND_ROWS = 10 * PER_DEGREE
_SMALL_SPAN_DEG = 0.3
_FINE_SPAN_DEG = 4.0
"""Up to this size a box's range is that of the interpolated surface itself; beyond, that of the cells it touches."""


@overload
def undulation_m(lon: float, lat: float) -> float: ...
@overload
def undulation_m(lon: FloatArray, lat: FloatArray) -> FloatArray: ...
def undulation_m(lon: float | FloatArray, lat: float | FloatArray) -> float | FloatArray:
    """Metres of the EGM96 geoid above the WGS84 ellipsoid (negative: below), bilinear in the 5′ grid.

    Degrees, scalars or arrays of one shape; any longitude is taken round the world, latitude is −90…90. Within 0.06 m
    of the full model, which itself stands within about 1 m of the true sea level.
    """
    if isinstance(lon, float) and isinstance(lat, float):
        return _at_place(lon, lat)
    x = (np.asarray(lon, dtype=np.float64) + 180.0) * PER_DEGREE
    y = (np.asarray(lat, dtype=np.float64) + 90.0) * PER_DEGREE
    column = np.floor(x).astype(np.int64)
    row = np.clip(np.floor(y).astype(np.int64), 0, _ROWS - 1)
    east, north = x - column, y - row
    value = (1 - north) * ((1 - east) * _nodes(row, column) + east * _nodes(row, column + 1)) + north * (
        (1 - east) * _nodes(row + 1, column) + east * _nodes(row + 1, column + 1)
    )
    return float(value) if np.ndim(value) == 0 else value


def _at_place(lon: float, lat: float) -> float:
    """The same for one place without the overhead of arrays, for a million footprints have a million places."""
    x, y = (lon + 180.0) * PER_DEGREE, (lat + 90.0) * PER_DEGREE
    column, row = math.floor(x), min(math.floor(y), _ROWS - 1)
    east, north = x - column, y - row
    band = min(row // _BAND_ROWS, 17)
    nodes, row = _band(band), row - band * _BAND_ROWS
    west_side, east_side = column % _COLUMNS, (column + 1) % _COLUMNS
    lower = (1 - east) * (nodes.item(row, west_side) / 100) + east * (nodes.item(row, east_side) / 100)
    upper = (1 - east) * (nodes.item(row + 1, west_side) / 100) + east * (nodes.item(row + 1, east_side) / 100)
    return (1 - north) * lower + north * upper


def undulation_range_m(west: float, south: float, east: float, north: float) -> tuple[float, float]:
    """The lowest and highest undulation anywhere in a box, in metres: never less than the true range of the grid.

    ``west <= east`` in degrees, not folded: a box over the antimeridian has ``east`` over 180. A bilinear surface has
    its extremes at the corners of its cells and of the cut-outs of cells, so those are all that need looking at.
    """
    south, north = max(south, -90.0), min(north, 90.0)
    if east - west <= _SMALL_SPAN_DEG and north - south <= _SMALL_SPAN_DEG:
        heights = [_at_place(x, y) for y in _lines(south, north) for x in _lines(west, east)]
        return min(heights), max(heights)
    if east - west <= _FINE_SPAN_DEG and north - south <= _FINE_SPAN_DEG:
        lon, lat = np.meshgrid(_lines(west, east), _lines(south, north))
        surface = undulation_m(lon, lat)
        return float(surface.min()), float(surface.max())
    columns = np.arange(np.floor((west + 180.0) * PER_DEGREE), np.ceil((east + 180.0) * PER_DEGREE) + 1, dtype=np.int64)
    columns = np.unique(columns % _COLUMNS)
    first = int(np.floor((south + 90.0) * PER_DEGREE))
    last = int(np.ceil((north + 90.0) * PER_DEGREE))
    lowest, highest = np.inf, -np.inf
    for band in range(first // _BAND_ROWS, min(last // _BAND_ROWS, 17) + 1):
        rows = _band(band)[max(first - band * _BAND_ROWS, 0) : last - band * _BAND_ROWS + 1, columns]
        lowest, highest = min(lowest, rows.min() / 100), max(highest, rows.max() / 100)
    return float(lowest), float(highest)


def _lines(low: float, high: float) -> list[float]:
    """Both ends and the grid lines between them, in degrees."""
    inner = [line / PER_DEGREE for line in range(math.ceil(low * PER_DEGREE), math.floor(high * PER_DEGREE) + 1)]
    return [low, *inner, high]


def _nodes(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> FloatArray:
    """Grid values in metres; rows run north from −90°, columns east from −180° and round."""
    column = column % _COLUMNS
    bands = np.minimum(row // _BAND_ROWS, 17)
    first = int(bands.min()) if bands.size else 0
    if bands.size and first == int(bands.max()):
        return _band(first)[row - first * _BAND_ROWS, column] / 100.0
    values = np.empty(row.shape)
    for band in np.unique(bands):
        here = bands == band
        values[here] = _band(int(band))[row[here] - band * _BAND_ROWS, column[here]] / 100.0
    return values


@cache
def _band(band: int) -> npt.NDArray[np.int16]:
    """Ten degrees of latitude of the grid, in whole centimetres, both border rows included (1 MB, some 5 ms)."""
    with files("keepclear.spacetime").joinpath("data/egm96_5min.npz").open("rb") as file, np.load(file) as packed:
        grid = np.empty((_BAND_ROWS + 1, _COLUMNS), dtype=np.int16)
        grid[0] = packed[f"south_{band:02d}"]
        grid[1:, 0] = packed[f"west_{band:02d}"]
        grid[1:, 1:] = packed[f"inner_{band:02d}"]
    np.cumsum(grid[1:], axis=1, out=grid[1:], dtype=np.int16)
    np.cumsum(grid, axis=0, out=grid, dtype=np.int16)
    grid.setflags(write=False)
    return grid
