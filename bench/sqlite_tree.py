"""SQLite's R*Tree over four dimensions, with the exact test in Shapely: what an embedded store gets without more.

The tree keeps 32-bit floats and rounds its boxes outwards, so times are seconds since the first of the load, places
are metres from its centre, and whatever the tree finds is held against exact times, heights and polygons. All of it is
in memory.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import shapely

from bench.planar import PlanarRows

_FIND = (
    "SELECT id FROM tree WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?"
    " AND floor < ? AND ceiling > ? AND start < ? AND ends > ?"
)


class SqliteTree:
    """Volumes in an R*Tree of SQLite's, and their exact values beside it."""

    def __init__(self, rows: PlanarRows) -> None:
        self._rows = rows
        self._begin_ms = int(rows.start_ms.min())
        self._polygon = rows.polygon
        self._exact = list(
            zip(
                rows.start_ms.tolist(), rows.end_ms.tolist(), rows.floor_m.tolist(), rows.ceiling_m.tolist(),
                rows.plan.tolist(), strict=True,
            )
        )  # fmt: skip
        self._link = sqlite3.connect(":memory:")
        self._link.execute(
            "CREATE VIRTUAL TABLE tree USING rtree (id, west, east, south, north, floor, ceiling, start, ends)"
        )
        seconds = ((rows.start_ms - self._begin_ms) / 1000).tolist(), ((rows.end_ms - self._begin_ms) / 1000).tolist()
        west, south, east, north = rows.box.T.tolist()
        columns = (west, east, south, north, rows.floor_m.tolist(), rows.ceiling_m.tolist(), *seconds)
        numbered = zip(range(len(rows.plan)), *columns, strict=True)
        with self._link:
            self._link.executemany("INSERT INTO tree VALUES (?,?,?,?,?,?,?,?,?)", numbered)

    def ask(self, rows: PlanarRows, number: int) -> tuple[Any, ...]:
        """What one volume of ``rows`` asks: its polygon, its box in the tree's own values, and its exact values."""
        west, south, east, north = rows.box[number].tolist()
        start_ms, end_ms = int(rows.start_ms[number]), int(rows.end_ms[number])
        floor_m, ceiling_m = float(rows.floor_m[number]), float(rows.ceiling_m[number])
        seconds = (end_ms - self._begin_ms) / 1000, (start_ms - self._begin_ms) / 1000
        box = (east, west, north, south, ceiling_m, floor_m, *seconds)
        return rows.polygon[number], box, start_ms, end_ms, floor_m, ceiling_m

    def find(self, asked: tuple[Any, ...]) -> set[int]:
        """The plans of the volumes that meet one volume."""
        polygon, box, start_ms, end_ms, floor_m, ceiling_m = asked
        near = []
        for (number,) in self._link.execute(_FIND, box):
            start, end, floor, ceiling, _ = self._exact[number]
            if start < end_ms and end > start_ms and floor < ceiling_m and ceiling > floor_m:
                near.append(number)
        if not near:
            return set()
        met = shapely.intersects(polygon, self._polygon[near])
        return {self._exact[number][4] for number, yes in zip(near, met.tolist(), strict=True) if yes}

    def close(self) -> None:
        """Let go of the tree."""
        self._link.close()
