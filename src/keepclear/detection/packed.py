"""Plans as columns of numbers, and back: what a volume says in ten numbers and its positions, to the last bit.

What is rare stays as it was said, and only its bounds are packed («opaque»): trajectories, polygons with holes or
several parts, and what ``kernels_rows.prepare`` leaves alone because it is large, has many vertices or lies oddly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from keepclear.detection.columns import DATUMS
from keepclear.detection.extent import extent_of
from keepclear.detection.kernels_lateral import CORRIDOR, DISC, OPAQUE, POLYGON
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Altitude, Datum, Unit
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import HeightRules, pressure_altitude_m
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

SAID = 10
"""Kind, count, radius, floor, ceiling, start, end, codes, geoid at its first vertex, whose."""
_DATUMS = DATUMS
_UNITS: tuple[Unit, ...] = ("m", "ft", "FL", "")
_FLOOR_CODE = {(d, unit): n + 64 * u for n, d in enumerate(_DATUMS) for u, unit in enumerate(_UNITS)}
_CEILING_CODE = {(d, unit): 8 * n + 256 * u for n, d in enumerate(_DATUMS) for u, unit in enumerate(_UNITS)}
_ABOVE_SEA = (Datum.FL, Datum.AMSL, Datum.AGL)
_NEED_GEOID = frozenset(
    low + high
    for (floor, _), low in _FLOOR_CODE.items()
    for (ceiling, _), high in _CEILING_CODE.items()
    if floor in _ABOVE_SEA or ceiling in _ABOVE_SEA
)
_NEEDS_GEOID = np.isin(np.arange(max(_FLOOR_CODE.values()) + max(_CEILING_CODE.values()) + 1), list(_NEED_GEOID))
"""The same, to be looked up for many codes."""

_MANY = 16
"""Plans from which on the geoid is looked up for all together."""

_Geoid = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Said:
    """The rows of some plans: ``numbers`` (n, 10), positions (v, 2), and where in them each plan begins."""

    numbers: Floats
    places: Floats
    rows: list[int]


def said_of(plans: Sequence[Plan], whose: Sequence[int], rules: HeightRules) -> Said:
    """The plans in columns; ``whose`` is the party and activity of each, in one number."""
    numbers: list[tuple[float, ...]] = []
    places: list[tuple[float, float]] = []
    rows, together = [0], len(plans) >= _MANY
    for plan, code in zip(plans, whose, strict=True):
        _say(plan, code, rules, numbers, places, _later if together else undulation_m)
        rows.append(len(numbers))
    said = np.fromiter(chain.from_iterable(numbers), float, SAID * len(numbers)).reshape(-1, SAID)
    at = np.fromiter(chain.from_iterable(places), float, 2 * len(places)).reshape(-1, 2)
    if together:
        _add_geoid(said, at)
    return Said(said, at, rows)


def say(
    plan: Plan, whose: int, rules: HeightRules, numbers: list[tuple[float, ...]], places: list[tuple[float, float]]
) -> None:
    """Adds the rows and the positions of a plan."""
    _say(plan, whose, rules, numbers, places, undulation_m)


def _say(
    plan: Plan, whose: int, rules: HeightRules, numbers: list[tuple[float, ...]], places: list[tuple[float, float]],
    geoid: _Geoid,
) -> None:  # fmt: skip
    envelope = plan.envelope
    if isinstance(envelope, Trajectory):
        for start_ms, end_ms in extent_of(plan, rules).time_ms.tolist():
            numbers.append((OPAQUE, 0, 0.0, 0.0, 0.0, start_ms, end_ms, 0, 0.0, whose))
    else:
        for volume in envelope:
            _add(volume, whose, numbers, places, geoid)


def _later(_lon: float, _lat: float) -> float:
    """In place of the geoid where it is looked up for all rows together."""
    return 0.0


def _add_geoid(said: Floats, places: Floats) -> None:
    """Looks the geoid up for every row that needs it; the same, to the last bit, as for each by itself."""
    counts = said[:, 1].astype(np.int64)
    first = np.cumsum(counts) - counts
    rows = np.flatnonzero((counts > 0) & _NEEDS_GEOID[said[:, 7].astype(np.int64)])
    said[rows, 8] = undulation_m(places[first[rows], 0], places[first[rows], 1])


def _add(
    volume: Volume, code: int, numbers: list[tuple[float, ...]], places: list[tuple[float, float]], geoid: _Geoid
) -> None:
    """Adds a volume's row and positions."""
    footprint = volume.footprint
    kind, count, radius_m = OPAQUE, 0, 0.0
    if isinstance(footprint, Corridor):
        kind, count, radius_m = CORRIDOR, len(footprint.line), footprint.half_width_m
        places.extend(footprint.line)
    elif isinstance(footprint, Disc):
        kind, count, radius_m = DISC, 1, footprint.radius_m
        places.append((footprint.lon, footprint.lat))
    elif len(footprint.parts) == 1 and len(footprint.parts[0]) == 1:
        ring = footprint.parts[0][0]
        kind, count = POLYGON, len(ring)
        places.extend(ring)
    floor, ceiling = volume.floor, volume.ceiling
    codes = _FLOOR_CODE[floor.datum, floor.unit] + _CEILING_CODE[ceiling.datum, ceiling.unit]
    geoid_m = geoid(*places[-count]) if count and codes in _NEED_GEOID else 0.0
    numbers.append(
        (kind, count, radius_m, floor.value, ceiling.value, volume.start_ms, volume.end_ms, codes, geoid_m, code)
    )


def volume_of(kind: int, exact: Sequence[float], codes: int, places: Sequence[Sequence[float]]) -> Volume:
    """The volume that a row was made from, equal to it in all it says."""
    start_ms, end_ms, radius_m, floor, ceiling = exact[:5]
    at = tuple((lon, lat) for lon, lat in places)
    footprint: Footprint
    if kind == DISC:
        footprint = Disc(*at[0], radius_m)
    elif kind == CORRIDOR:
        footprint = Corridor(at, radius_m)
    else:
        footprint = Polygonal(((at,),))
    return Volume(
        footprint,
        Altitude(_DATUMS[codes & 7], floor, _UNITS[(codes >> 6) & 3]),
        Altitude(_DATUMS[(codes >> 3) & 7], ceiling, _UNITS[(codes >> 8) & 3]),
        int(start_ms),
        int(end_ms),
    )


def height_rules(rules: HeightRules) -> Floats:
    """What the rules add to a flight level's lowest and highest, and to those of a height above ground, in metres.

    Without terrain the last two are in the wrong order, which tells the kernels that there is none.
    """
    low, high = rules.terrain_lowest_m, rules.terrain_highest_m
    return np.array(
        [
            -pressure_altitude_m(rules.qnh_lowest_hpa),
            -pressure_altitude_m(rules.qnh_highest_hpa),
            1.0 if low is None else low,
            0.0 if high is None else high,
        ]
    )
