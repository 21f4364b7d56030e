"""Aside: the whole plan moved over the ground, rigidly, along one of eight bearings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from keepclear.detection.advice.around import Blocker
from keepclear.detection.advice.depth import deepest_m
from keepclear.detection.advice.limits import Limits, cost
from keepclear.detection.plan import Plan
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, Position, positions_of
from keepclear.spacetime.geodesic import Floats, forward, geodetic, inverse, on_surface
from keepclear.spacetime.measure import envelope_footprints
from keepclear.spacetime.shape import shape_of
from keepclear.spacetime.trajectory import Trajectory

ASIDE = "aside"
BEARINGS_DEG = tuple(45.0 * eighth for eighth in range(8))
UNEVEN = 0.9998
"""On the ellipsoid, places of a plan that is moved do not all go equally far."""
DECIMALS = 7
"""Of a degree: 1 cm. What is judged is what is offered, so nothing hangs on it."""


@dataclass(frozen=True)
class Scene:
    """A plan seen from its middle: how far and in which direction each of its positions lies from there."""

    plan: Plan
    limits: Limits

    @cached_property
    def middle(self) -> Position:
        """The position about which it is moved."""
        return middle(self.plan.envelope)

    @cached_property
    def polar(self) -> tuple[Floats, Floats]:
        """Azimuth (degrees) and distance (m) of each position from the middle."""
        places = np.array(places_of(self.plan.envelope))
        return inverse(*self.middle, places[:, 0], places[:, 1])


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

    def past(self, step: int, blocker: Blocker) -> int:
        """As far as the deepest overlap: no place moves farther than the step says."""
        return step + max(1, math.ceil(UNEVEN * deepest_m(blocker) / self.limits.step_m))

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


def _placed(footprint: Footprint, places: Iterator[Position]) -> Footprint:
    match footprint:
        case Disc():
            lon, lat = next(places)
            return replace(footprint, lon=lon, lat=lat)
        case Corridor(line, _):
            return replace(footprint, line=tuple(next(places) for _ in line))
        case Polygonal(parts):
            return Polygonal(tuple(tuple(tuple(next(places) for _ in ring) for ring in part) for part in parts))
