"""Aside: the whole plan moved over the ground, rigidly, along one of eight bearings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from keepclear.detection.advice.around import MOST_PAIRS, Blocker
from keepclear.detection.advice.axis import abreast, least_from
from keepclear.detection.advice.limits import Limits, cost
from keepclear.detection.advice.sketch import Sketch, last_exit_m
from keepclear.detection.plan import Plan
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position, positions_of
from keepclear.spacetime.geodesic import forward, geodetic, inverse, on_surface
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.measure import envelope_footprints
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

ASIDE = "aside"
BEARINGS_DEG = tuple(45.0 * eighth for eighth in range(8))
NEAR_M = 5.0
"""What the sketch sees this near may meet."""
DECIMALS = 7
"""Of a degree: 1 cm. What is judged is what is offered, so nothing hangs on it."""


class Scene:
    """A plan and what may be in its way, sketched once for all bearings."""

    def __init__(self, plan: Plan, heights: HeightRules, limits: Limits) -> None:
        self.plan, self.heights, self.limits = plan, heights, limits
        self.middle = middle(plan.envelope)
        places = np.array(places_of(plan.envelope))
        self.polar = inverse(*self.middle, places[:, 0], places[:, 1])
        self._sketch = Sketch(*self.middle)
        self._drawn: dict[tuple[int, float], tuple[Footprint, BaseGeometry]] = {}
        self._pairs: dict[str, list[tuple[int, int]]] = {}

    def drawn(self, footprint: Footprint, grow_m: float = 0.0) -> BaseGeometry:
        """A footprint as drawn, grown."""
        key = id(footprint), grow_m
        if key not in self._drawn:
            self._drawn[key] = footprint, self._sketch.drawn(footprint, grow_m)
        return self._drawn[key][1]

    def pairs(self, blocker: Blocker) -> list[tuple[int, int]]:
        """Which volumes overlap a blocker's in time and height, by number."""
        if blocker.plan.id not in self._pairs:
            self._pairs[blocker.plan.id] = abreast(self.plan, blocker, self.heights, MOST_PAIRS)
        return self._pairs[blocker.plan.id]


@dataclass(frozen=True)
class Aside:
    """A plan moved along one bearing: each position keeps its distance and direction from the middle."""

    scene: Scene
    bearing_deg: float

    kind: str = ASIDE
    least: int = 1

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.scene.plan

    @property
    def limits(self) -> Limits:
        """How far it may go, in what steps."""
        return self.scene.limits

    @property
    def most(self) -> int:
        """The last step within the limit."""
        return self.limits.most_m // self.limits.step_m

    def metres(self, step: int) -> int:
        """How far so many steps go."""
        return step * self.limits.step_m

    def moved(self, step: int) -> Plan:
        """The plan after so many steps."""
        (lon0, lat0), (azimuth, distance) = self.scene.middle, self.scene.polar
        lon1, lat1, course = forward(lon0, lat0, self.bearing_deg, self.metres(step))
        turned = azimuth + (course - self.bearing_deg)
        lon, lat, _ = forward(lon1, lat1, turned, distance)
        places = list(zip(np.round(lon, DECIMALS).tolist(), np.round(lat, DECIMALS).tolist(), strict=True))
        return replace(self.plan, envelope=replaced(self.plan.envelope, places))

    def works_out(self, blocker: Blocker) -> bool:
        """Of volumes against volumes."""
        return not isinstance(self.plan.envelope, Trajectory) and not isinstance(blocker.plan.envelope, Trajectory)

    def past(self, step: int, blockers: Sequence[Blocker], _heights: HeightRules) -> int:
        """Where the sketch says that the pair of volumes that holds longest parts, put right by measuring it."""
        exits = [(*parting, blocker) for blocker in blockers for parting in self._exits(step, blocker)]
        if not exits:
            return step + 1
        far_m, own, other, blocker = max(exits, key=lambda row: row[:3])
        fixed, apart_m = _volumes(blocker.plan)[other].footprint, blocker.separation.lateral_m

        def overlap(at: int) -> bool:
            moved = _volumes(self.moved(at))[own].footprint
            return lateral_gap(moved, fixed, apart_m).contact is Contact.OVERLAP

        return least_from(max(math.ceil(far_m / self.limits.step_m), step + 1), step, self.most, overlap)

    def guess(self, step: int, blocker: Blocker) -> int:
        """So far that nothing the other may ever be over is in reach."""
        grow_m = blocker.separation.lateral_m
        exits = [
            last_exit_m(self.scene.drawn(own), self.scene.drawn(other, grow_m), self.bearing_deg)
            for own in envelope_footprints(self.plan.envelope)
            for other in envelope_footprints(blocker.plan.envelope)
        ]
        far_m = max(exits)
        return max(1, math.ceil(far_m / self.limits.step_m) - step) if math.isfinite(far_m) else 1

    def nearest_m(self, blockers: Sequence[Blocker]) -> float:
        """About how far it must go at the least, by the sketch; for the order in which bearings are tried."""
        return max((far_m for blocker in blockers for far_m, _, _ in self._exits(0, blocker)), default=0.0)

    def _exits(self, step: int, blocker: Blocker) -> list[tuple[float, int, int]]:
        """For each pair of volumes that overlap now, times and heights included: when they part (m), and which."""
        if not self.works_out(blocker):
            return []
        turned, far_m = math.radians(self.bearing_deg), self.metres(step)
        by = (far_m * math.sin(turned), far_m * math.cos(turned))
        found = []
        for own, other in self.scene.pairs(blocker):
            moving = self.scene.drawn(_volumes(self.plan)[own].footprint)
            still = self.scene.drawn(_volumes(blocker.plan)[other].footprint, blocker.separation.lateral_m)
            if shapely.affinity.translate(moving, *by).distance(still) <= NEAR_M:
                found.append((last_exit_m(moving, still, self.bearing_deg), own, other))
        return found

    def cost(self, step: int) -> float:
        """What so many steps cost."""
        return cost(metres=self.metres(step))


def places_of(envelope: Envelope) -> list[Position]:
    """Every position of an envelope, in order."""
    if isinstance(envelope, Trajectory):
        return list(zip(envelope.lon, envelope.lat, strict=True))
    return [place for volume in envelope for place in positions_of(volume.footprint)]


def replaced(envelope: Envelope, places: list[Position]) -> Envelope:
    """The envelope with other positions, in the order of ``places_of``."""
    if isinstance(envelope, Trajectory):
        lon, lat = zip(*places, strict=True)
        return replace(envelope, lon=lon, lat=lat)
    rest = iter(places)
    return tuple(replace(volume, footprint=_placed(volume.footprint, rest)) for volume in envelope)


def middle(envelope: Envelope) -> Position:
    """The position (degrees) about which an envelope is moved: of a disc its own, else that of its box."""
    footprints = envelope_footprints(envelope)
    if len(footprints) == 1 and isinstance(footprints[0], Disc):
        return footprints[0].lon, footprints[0].lat
    boxes = np.array([shape_of(each).box for each in footprints])
    centre = (boxes[:, 0].min(axis=0) + boxes[:, 1].max(axis=0)) / 2
    lon, lat = geodetic(on_surface(np.zeros(3), centre / np.linalg.norm(centre)))
    return float(lon), float(lat)


def _volumes(plan: Plan) -> tuple[Volume, ...]:
    return () if isinstance(plan.envelope, Trajectory) else plan.envelope


def _placed(footprint: Footprint, places: Iterator[Position]) -> Footprint:
    match footprint:
        case Disc():
            lon, lat = next(places)
            return replace(footprint, lon=lon, lat=lat)
        case Corridor(line, _):
            return replace(footprint, line=tuple(next(places) for _ in line))
        case Polygonal(parts):
            return Polygonal(tuple(tuple(tuple(next(places) for _ in ring) for ring in part) for part in parts))
