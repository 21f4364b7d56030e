"""What is near one's own plan, volume by volume, as arrays; and which pairs of volumes stand how to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keepclear.detection.advice.heights import Bands
from keepclear.detection.advice.plane import Drawing, Plane, off_m
from keepclear.detection.advice.sweep import surely_overlap
from keepclear.detection.columns import Bools, Columns, Ints, columns_of
from keepclear.detection.plan import Plan
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume


@dataclass(frozen=True)
class Rows:
    """The volumes of all that is near: windows (n, 2) in ms, bands, drawings, and what must be kept from each."""

    window_ms: Ints
    bands: Bands
    lateral_m: Floats
    vertical_m: Floats
    wait_ms: Ints
    drawing: Drawing
    columns: Columns
    plan_of: Callable[[str], Plan]

    def __len__(self) -> int:
        return len(self.window_ms)

    def volume(self, row: int) -> Volume:
        """One of the volumes, as it was said."""
        volumes = volumes_of(self.plan_of(self.columns.ids[self.columns.whose[row]]))
        return volumes[int(self.columns.nth[row])]


def rows_of(columns: Columns, plane: Plane, plan_of: Callable[[str], Plan], apart: Callable[[str], Separation]) -> Rows:
    """The rows of some columns; ``apart`` says what is kept from an activity."""
    kept = {activity: apart(activity) for activity in set(columns.activities)}
    by_plan = np.array(
        [(kept[each].lateral_m, kept[each].vertical_m, kept[each].time_ms) for each in columns.activities]
    ).reshape(-1, 3)
    lateral_m, vertical_m, wait_ms = by_plan[columns.whose].T
    drawing = Drawing(plane, columns)
    return Rows(
        columns.window_ms, Bands.of(columns), lateral_m, vertical_m, wait_ms.astype(np.int64), drawing, columns, plan_of
    )


def drawing_of(plan: Plan, plane: Plane) -> Drawing:
    """One's own volumes, drawn."""
    return Drawing(plane, columns_of([plan]))


def windows_of(volumes: Sequence[Volume]) -> Ints:
    """Starts and ends, (n, 2)."""
    return np.array([(volume.start_ms, volume.end_ms) for volume in volumes], np.int64).reshape(-1, 2)


def volumes_of(plan: Plan) -> tuple[Volume, ...]:
    """The volumes of a plan; none of a trajectory."""
    return () if isinstance(plan.envelope, Trajectory) else plan.envelope


@dataclass(frozen=True, slots=True)
class Pairs:
    """Numbers of own volumes and of rows, two by two."""

    own: Ints
    other: Ints

    def __len__(self) -> int:
        return len(self.own)

    def only(self, some: Bools | Ints) -> Pairs:
        """Some of them."""
        return Pairs(self.own[some], self.other[some])


def in_time(own: Sequence[Volume], rows: Rows, earlier_ms: int = 0, later_ms: int = 0) -> Pairs:
    """Pairs without the separation in time between them, where own volumes may be so much earlier or later."""
    mine = windows_of(own)
    starts, ends, wait = rows.window_ms[:, 0], rows.window_ms[:, 1], rows.wait_ms
    met = mine[:, :1] - earlier_ms < (ends + wait)[None]
    met &= mine[:, 1:] + later_ms > (starts - wait)[None]
    return Pairs(*np.nonzero(met))


def within(own: Drawing, rows: Rows, pairs: Pairs, far_m: float = 0.0) -> Floats:
    """How far the circles round each pair are from being too near each other; 0 or less where they are."""
    between = own.middle[pairs.own] - rows.drawing.middle[pairs.other]
    reach_m = own.reach_m[pairs.own] + rows.drawing.reach_m[pairs.other] + rows.lateral_m[pairs.other]
    return np.asarray(np.hypot(*between.T) - reach_m - far_m)


def on_the_ground(plan: Plan, plane: Plane, rows: Rows, pairs: Pairs) -> Pairs:
    """Pairs that surely overlap on the ground, where they are."""
    drawn = drawing_of(plan, plane)
    pairs = pairs.only(within(drawn, rows, pairs) <= 0)
    if not len(pairs):
        return pairs
    others = rows.drawing.outlines(pairs.other)
    every = np.arange(len(drawn.middle))
    off = off_m(np.maximum(drawn.far_m[pairs.own], rows.drawing.far_m[pairs.other]))
    own = drawn.outlines(every, rim_m=2 * float(off.max()))
    return pairs.only(surely_overlap(own, others, pairs.own, pairs.other, rows.lateral_m[pairs.other], off))
