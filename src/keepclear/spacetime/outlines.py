"""Rings and polygons of a plane made from arrays of places, many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from keepclear.spacetime.gathered import Ints, spans
from keepclear.spacetime.geodesic import Floats

Drawings = npt.NDArray[Any]
"""Shapely geometries, None where there is none; shapely has no types."""


def lines_of(at: Floats, begin: Ints, chosen: Ints) -> Drawings:
    """The chosen lines: number ``n`` has the places (m, 2) from ``begin[n]`` to ``begin[n + 1]``."""
    return _strings(shapely.linestrings, at, begin, chosen)


def rings_of(at: Floats, begin: Ints, chosen: Ints) -> Drawings:
    """The same as closed rings."""
    return _strings(shapely.linearrings, at, begin, chosen)


def polygons_of(at: Floats, begin: Ints, first: Ints, rings: Ints) -> Drawings:
    """Polygons of so many rings from a first one on, the shell before its holes."""
    shells = rings_of(at, begin, first)
    made: Drawings = shapely.polygons(shells)
    for number in np.flatnonzero(rings > 1).tolist():
        holes = np.arange(first[number] + 1, first[number] + rings[number])
        made[number] = shapely.polygons(shells[number], rings_of(at, begin, holes))
    return made


def _strings(build: Any, at: Floats, begin: Ints, chosen: Ints) -> Drawings:
    count = begin[chosen + 1] - begin[chosen]
    made: Drawings = build(at[spans(begin[chosen], count)], indices=np.repeat(np.arange(len(chosen)), count))
    return made
