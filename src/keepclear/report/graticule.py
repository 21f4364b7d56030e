"""The grid of a map: parallels and meridians at round degrees, minutes or seconds, with their names at the frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from keepclear.report.svg import Point
from keepclear.spacetime.chart import Chart
from keepclear.spacetime.geodesic import Floats, earth_centred

STEPS_DEG = (
    *(30.0, 20.0, 10.0, 5.0, 2.0, 1.0),
    *(minutes / 60 for minutes in (30, 20, 10, 5, 2, 1)),
    *(seconds / 3600 for seconds in (30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)),
)
LINES = 4
"""At least so many lines a way, if the steps allow."""
_POINTS = 64


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line in metres of the chart, and its name."""

    at: Floats
    label: str


def graticule(chart: Chart, west: float, south: float, east: float, north: float) -> Iterator[tuple[str, GridLine]]:
    """The lines of a frame given in metres of the chart: ``parallel`` or ``meridian``, each with its points."""
    lon, lat = _round_the_frame(chart, west, south, east, north)
    for way, values, others in (("parallel", lat, lon), ("meridian", lon, lat)):
        low, high = float(values.min()), float(values.max())
        step = next((each for each in STEPS_DEG if (high - low) / each >= LINES), STEPS_DEG[-1])
        margin = (others.max() - others.min()) * 0.1
        along = np.linspace(others.min() - margin, others.max() + margin, _POINTS)
        for count in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1):
            value = count * step
            fixed = np.full(_POINTS, value)
            places = (along, fixed) if way == "parallel" else (fixed, along)
            label = degrees(value, step, "NS" if way == "parallel" else "EW")
            yield way, GridLine(chart.draw(earth_centred(*places)), label)


def _round_the_frame(chart: Chart, west: float, south: float, east: float, north: float) -> tuple[Floats, Floats]:
    """Positions along the frame; longitudes run on past 180°."""
    share = np.linspace(0, 1, 17)
    sides = [np.stack([west + (east - west) * share, np.full(17, y)], axis=1) for y in (south, north)] + [
        np.stack([np.full(17, x), south + (north - south) * share], axis=1) for x in (west, east)
    ]
    lon, lat = chart.positions(np.concatenate([*sides, np.zeros((1, 2))]))
    middle = lon[-1]
    return np.asarray((lon - middle + 180) % 360 - 180 + middle), np.asarray(lat)


def degrees(value: float, step: float, ends: str) -> str:
    """A round coordinate in degrees, minutes and, where the step asks for it, seconds: ``35°10′N``."""
    value = (value + 180) % 360 - 180 if ends == "EW" else value
    tenths = round(abs(value) * 36_000)
    whole, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    words = f"{whole}°"
    if step < 1:
        words += f"{minutes:02d}′"
    if step < 1 / 60:
        words += f"{seconds / 10:g}″" if seconds % 10 else f"{seconds // 10:02d}″"
    return words + ("" if tenths == 0 else ends[0] if value > 0 else ends[1])


def crossing(points: Sequence[Point], axis: int, at: float) -> Point | None:
    """Where a line first crosses the frame's edge, on which the coordinate ``axis`` has the value ``at``."""
    for one, other in itertools.pairwise(points):
        low, high = one[axis] - at, other[axis] - at
        if low == 0 or (low < 0) != (high < 0):
            share = 0.0 if low == high else low / (low - high)
            return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
    return None
