"""What is near one's own plan, volume by volume, as arrays; and which pairs of volumes stand how to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keepclear.detection.advice.around import Blocker
from keepclear.detection.advice.heights import Bands, bands_of
from keepclear.detection.advice.plane import Bools, Ints, Outlines, Plane, off_m
from keepclear.detection.advice.sweep import surely_overlap
from keepclear.detection.plan import Plan
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume


@dataclass(frozen=True, slots=True)
class Rows:
    """The volumes of some plans: windows (n, 2) in ms, bands, and what must be kept from each."""

    volumes: list[Volume]
    window_ms: Ints
    bands: Bands
    lateral_m: Floats
    vertical_m: Floats
    wait_ms: Ints

    def __len__(self) -> int:
        return len(self.volumes)

    def only(self, some: Ints) -> Rows:
        """Some of them, by number."""
        return Rows(
            [self.volumes[row] for row in some.tolist()],
            self.window_ms[some],
            self.bands.only(some),
            self.lateral_m[some],
            self.vertical_m[some],
            self.wait_ms[some],
        )

    def outlines(self, plane: Plane) -> Outlines:
        """Drawn on a plane."""
        return plane.outlines([volume.footprint for volume in self.volumes])


def rows_of(blockers: Sequence[Blocker]) -> Rows | None:
    """The rows of all plans of volumes among them; None where there is none."""
    volumes: list[Volume] = []
    kept: list[tuple[float, float, int]] = []
    for blocker in blockers:
        envelope = blocker.plan.envelope
        if not isinstance(envelope, Trajectory):
            volumes.extend(envelope)
            apart = blocker.separation
            kept += [(apart.lateral_m, apart.vertical_m, apart.time_ms)] * len(envelope)
    if not volumes:
        return None
    lateral_m, vertical_m, wait_ms = np.array(kept).T
    return Rows(
        volumes,
        windows_of(volumes),
        bands_of(volumes),
        lateral_m,
        vertical_m,
        wait_ms.astype(np.int64),
    )


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

    def only(self, some: Bools) -> Pairs:
        """Some of them."""
        return Pairs(self.own[some], self.other[some])


def narrowed(rows: Rows, pairs: Pairs) -> tuple[Rows, Pairs]:
    """The rows that are in any of the pairs, and the pairs by their numbers there."""
    used, number = np.unique(pairs.other, return_inverse=True)
    return rows.only(used), Pairs(pairs.own, number.astype(np.int64))


def in_time(own: Sequence[Volume], rows: Rows, earlier_ms: int = 0, later_ms: int = 0) -> Pairs:
    """Pairs without the separation in time between them, where own volumes may be so much earlier or later."""
    mine = windows_of(own)
    starts, ends, wait = rows.window_ms[:, 0], rows.window_ms[:, 1], rows.wait_ms
    met = mine[:, :1] - earlier_ms < (ends + wait)[None]
    met &= mine[:, 1:] + later_ms > (starts - wait)[None]
    return Pairs(*np.nonzero(met))


def on_the_ground(own_footprints: Sequence[Footprint], plane: Plane, rows: Rows, pairs: Pairs) -> Pairs:
    """Pairs that surely overlap on the ground, where they are."""
    if not len(pairs):
        return pairs
    own, others = plane.outlines(own_footprints), rows.outlines(plane)
    i, j = pairs.own, pairs.other
    apart = np.hypot(*(own.middle[i] - others.middle[j]).T)
    pairs = pairs.only(apart <= own.reach_m[i] + others.reach_m[j] + rows.lateral_m[j])
    if not len(pairs):
        return pairs
    off = off_m(np.maximum(own.far_m[pairs.own], others.far_m[pairs.other]))
    if own.filled.any():
        own = plane.outlines(own_footprints, rim_m=2 * float(off.max()))
    return pairs.only(surely_overlap(own, others, pairs.own, pairs.other, rows.lateral_m[pairs.other], off))
