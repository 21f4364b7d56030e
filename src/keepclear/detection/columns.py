"""The volumes of many plans in columns of numbers, for those who look at all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position
from keepclear.spacetime.geodesic import Floats, earth_centred
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DATUMS = (Datum.SFC, Datum.UNL, Datum.FL, Datum.AMSL, Datum.AGL, Datum.HAE)
"""A datum by its code."""
CODE_OF = {datum: code for code, datum in enumerate(DATUMS)}


@dataclass(frozen=True, slots=True)
class Columns:
    """n volumes of some plans, with r rings or lines and m places. Of trajectories there are none here.

    ``whose`` is the number of a volume's plan among ``ids`` and ``activities``, ``nth`` its own number in that plan.
    Heights are in metres of their datums (infinite of SFC and UNL). A disc has one place, a ring is closed.
    """

    ids: list[str]
    activities: list[str]
    whose: Ints
    nth: Ints
    window_ms: Ints
    """(n, 2)"""
    floor_m: Floats
    ceiling_m: Floats
    floor_datum: Ints
    ceiling_datum: Ints
    filled: Bools
    """True of polygons."""
    radius_m: Floats
    rings: Ints
    """(n,): how many rings or lines each volume has."""
    part: Ints
    """(r,): the number of the polygon that a ring bounds among those of its volume; the first such is its outside."""
    places: Ints
    """(r,): how many places each ring or line has."""
    xyz: Floats
    """(m, 3): earth-centred, metres."""

    def __len__(self) -> int:
        return len(self.whose)


def columns_of(plans: Sequence[Plan]) -> Columns:
    """The volumes of some plans, in order."""
    rows = [(number, nth, each) for number, plan in enumerate(plans) for nth, each in enumerate(_volumes(plan))]
    volumes = [each for _, _, each in rows]
    lines = [_lines(each.footprint) for each in volumes]
    said = np.array(
        [
            (each.floor.metres, each.ceiling.metres, CODE_OF[each.floor.datum], CODE_OF[each.ceiling.datum],
             _radius_m(each.footprint))
            for each in volumes
        ]
    ).reshape(-1, 5)  # fmt: skip
    at = np.array(list(chain.from_iterable(line for each in lines for _, line in each)), float).reshape(-1, 2)
    return Columns(
        [plan.id for plan in plans],
        [plan.activity for plan in plans],
        np.array([number for number, _, _ in rows], np.int64),
        np.array([nth for _, nth, _ in rows], np.int64),
        np.array([(each.start_ms, each.end_ms) for each in volumes], np.int64).reshape(-1, 2),
        said[:, 0],
        said[:, 1],
        said[:, 2].astype(np.int64),
        said[:, 3].astype(np.int64),
        np.array([isinstance(each.footprint, Polygonal) for each in volumes], bool),
        said[:, 4],
        np.array([len(each) for each in lines], np.int64),
        np.array([part for each in lines for part, _ in each], np.int64),
        np.array([len(line) for each in lines for _, line in each], np.int64),
        earth_centred(at[:, 0], at[:, 1]),
    )


def together(one: Columns, other: Columns) -> Columns:
    """The volumes of both, one after another."""
    if not other.ids:
        return one

    def of(column: str) -> Any:
        return np.concatenate([getattr(one, column), getattr(other, column)])

    return Columns(
        [*one.ids, *other.ids],
        [*one.activities, *other.activities],
        np.concatenate([one.whose, other.whose + len(one.ids)]),
        *(of(field.name) for field in fields(Columns)[3:]),
    )


def _volumes(plan: Plan) -> tuple[Volume, ...]:
    return () if isinstance(plan.envelope, Trajectory) else plan.envelope


def _lines(footprint: Footprint) -> list[tuple[int, tuple[Position, ...]]]:
    """Rings or the line of a footprint, with the part that each belongs to."""
    match footprint:
        case Disc(lon, lat, _):
            return [(0, ((lon, lat),))]
        case Corridor(line, _):
            return [(0, line)]
        case Polygonal(parts):
            return [(number, ring) for number, part in enumerate(parts) for ring in part]


def _radius_m(footprint: Footprint) -> float:
    match footprint:
        case Disc(_, _, radius_m):
            return radius_m
        case Corridor(_, half_width_m):
            return half_width_m
        case Polygonal():
            return 0.0
