"""Which rows could meet at all: boxes through the earth, sorted by time, many pairs at once; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely

from keepclear.detection.resolution.rows import Bools, Ints
from keepclear.spacetime.geodesic import Floats

_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Keeping:
    """Separations by activity code, (k, k) each."""

    lateral_m: Floats
    vertical_m: Floats
    time_ms: Ints


@dataclass(frozen=True, slots=True)
class Range:
    """How far each plan can be from where it was: milliseconds before and after, metres either way."""

    before_ms: Ints
    after_ms: Ints
    rise_m: Floats


class Boxes(Protocol):
    """Things of plans in boxes: ``low`` and ``high`` (n, 3) through the earth, windows, and heights in their datum."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    @property
    def plan(self) -> Ints:
        """Whose each is, by number."""
        ...

    @property
    def start_ms(self) -> Ints:
        """When each begins."""
        ...

    @property
    def end_ms(self) -> Ints:
        """When each ends."""
        ...

    @property
    def low(self) -> Floats:
        """The lowest x, y, z of each."""
        ...

    @property
    def high(self) -> Floats:
        """The highest."""
        ...

    @property
    def floor_m(self) -> Floats:
        """The lowest height of each, in its datum."""
        ...

    @property
    def ceiling_m(self) -> Floats:
        """The highest."""
        ...

    @property
    def floor_datum(self) -> Ints:
        """The datum of the lowest, as a code."""
        ...

    @property
    def ceiling_datum(self) -> Ints:
        """The datum of the highest."""
        ...


def near_pairs(
    rows: Boxes, wanted: Bools, activity: Ints, keeping: Keeping, range_: Range
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows, of different plans, whose boxes come near each other in some change of both.

    ``wanted`` and ``activity`` are of plans; a pair with neither of its two plans wanted is left out.
    """
    if not len(rows):
        return
    start = rows.start_ms - range_.before_ms[rows.plan]
    end = rows.end_ms + range_.after_ms[rows.plan]
    order = np.argsort(start, kind="stable")
    sorted_start = start[order]
    grown = float(keeping.lateral_m.max()) + 0.02
    axes = np.sort(np.argsort(-np.ptp((rows.low + rows.high) / 2, axis=0), kind="stable")[:2])
    plain = shapely.box(*(rows.low[:, axes] - grown).T, *(rows.high[:, axes] + grown).T)
    longest_wait = int(keeping.time_ms.max())
    for begin in range(0, len(order), _AT_ONCE):
        some = order[begin : begin + _AT_ONCE]
        until = int(np.searchsorted(sorted_start, end[some].max() + longest_wait, side="left"))
        others = order[begin:until]
        tree = shapely.STRtree(plain[some])
        for first in range(0, len(others), 16 * _AT_ONCE):
            asked = others[first : first + 16 * _AT_ONCE]
            j, i = tree.query(plain[asked])
            later = j + first > i
            one, two = some[i[later]], asked[j[later]]
            kept = _near(rows, one, two, wanted, activity, keeping, range_, start, end)
            yield one[kept], two[kept]


def _near(
    rows: Boxes,
    one: Ints,
    two: Ints,
    wanted: Bools,
    activity: Ints,
    keeping: Keeping,
    range_: Range,
    start: Ints,
    end: Ints,
) -> Bools:
    a, b = rows.plan[one], rows.plan[two]
    kept = (a != b) & (wanted[a] | wanted[b])
    wait = keeping.time_ms[activity[a], activity[b]]
    kept &= (start[one] < end[two] + wait) & (start[two] < end[one] + wait)
    across = keeping.lateral_m[activity[a], activity[b]][:, None] + 0.02
    kept &= ((rows.low[one] - across <= rows.high[two]) & (rows.low[two] - across <= rows.high[one])).all(axis=1)
    up = keeping.vertical_m[activity[a], activity[b]] + range_.rise_m[a] + range_.rise_m[b] + 0.02
    above = (rows.floor_m[one] - rows.ceiling_m[two] > up) & (rows.floor_datum[one] == rows.ceiling_datum[two])
    below = (rows.floor_m[two] - rows.ceiling_m[one] > up) & (rows.floor_datum[two] == rows.ceiling_datum[one])
    return np.asarray(kept & ~above & ~below)
