"""Columns of an index's packed rows, without making the plans again but for those that rows do not say in full."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keepclear.detection.columns import CODE_OF, Columns, columns_of, together
from keepclear.detection.kernels_height import CEILING_M, FLOOR_M
from keepclear.detection.kernels_lateral import OPAQUE, POLYGON
from keepclear.detection.kernels_rows import CODES, COUNT, END_MS, KIND_SHIFT, RADIUS_M, START_MS, VERTEX, WHOSE
from keepclear.detection.plan import Plan
from keepclear.detection.rows import GridRows
from keepclear.spacetime.altitude import FOOT_M, Datum
from keepclear.spacetime.geodesic import Floats

_UNIT_M: Floats = np.array([1.0, FOOT_M, 100 * FOOT_M, 1.0])
"""Of a unit's code in a head."""
_SFC, _UNL = CODE_OF[Datum.SFC], CODE_OF[Datum.UNL]


def columns_of_rows(rows: GridRows, plan_of: Callable[[str], Plan]) -> Columns:
    """The volumes of all plans there are, plan by plan."""
    odd = columns_of([plan_of(rows.ids[slot]) for slot in sorted(rows.kept)])
    slots = np.array([slot for slot in sorted(rows.slots.values()) if slot not in rows.kept], np.int64)
    spans = rows.rows_of(slots)
    many = spans[:, 1] - spans[:, 0]
    whose = np.repeat(np.arange(len(slots)), many)
    nth = np.arange(len(whose)) - np.repeat(np.cumsum(many) - many, many)
    chosen = np.repeat(spans[:, 0], many) + nth
    heads, exact = rows.heads[chosen], rows.exact[chosen]
    codes, places = heads[:, CODES].astype(np.int64), heads[:, COUNT].astype(np.int64)
    first = heads[:, VERTEX] - (np.cumsum(places) - places)
    of_place = np.repeat(first, places) + np.arange(int(places.sum()))
    activities = list(rows.activities)
    plain = Columns(
        [rows.ids[slot] for slot in slots.tolist()],
        [activities[whose & 255] for whose in rows.heads[spans[:, 0], WHOSE].tolist()],
        whose,
        nth,
        exact[:, [START_MS, END_MS]].astype(np.int64),
        _metres(exact[:, FLOOR_M], codes & 7, (codes >> 6) & 3),
        _metres(exact[:, CEILING_M], (codes >> 3) & 7, (codes >> 8) & 3),
        codes & 7,
        (codes >> 3) & 7,
        (codes >> KIND_SHIFT) == POLYGON,
        exact[:, RADIUS_M],
        np.ones(len(chosen), np.int64),
        np.zeros(len(chosen), np.int64),
        places,
        rows.xyz[of_place],
    )
    assert not ((codes >> KIND_SHIFT) == OPAQUE).any(), "plans of such rows are kept"  # noqa: S101
    return together(plain, odd)


def _metres(values: Floats, datum: Floats, unit: Floats) -> Floats:
    """As ``Altitude.metres`` gives them."""
    metres = values * _UNIT_M[unit]
    return np.asarray(np.where(datum == _SFC, -np.inf, np.where(datum == _UNL, np.inf, metres)))
