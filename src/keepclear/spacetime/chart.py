"""A local map on which geodesics are straight: the central projection onto the plane that touches the earth.

The centre of projection lies on the plumb line of the chart's own centre, at the mean radius of curvature there. Near
it, pieces of 2 km depart from straight lines by less than 0.02 mm out to 20 km, and lengths are true to (h / R)²: the
width of a centimetre is true to nanometres anywhere within 20 km, and a distance of 10 km across to some centimetres.
So a chart decides what overlaps and by how many millimetres; it never measures kilometres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepclear.spacetime.geodesic import (
    ECCENTRICITY_SQUARED,
    SEMI_MAJOR_M,
    Floats,
    earth_centred,
    geodetic,
    on_surface,
    surface_normal,
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A map around one place: metres east and north of it."""

    origin: Floats
    east: Floats
    north: Floats
    up: Floats
    radius_m: float

    @classmethod
    def at(cls, lon: float, lat: float) -> Chart:
        """The chart around a position in degrees."""
        return cls.around(earth_centred(lon, lat))

    @classmethod
    def around(cls, point: Floats) -> Chart:
        """The chart around an earth-centred point of the ellipsoid, shape (3,)."""
        up = surface_normal(point)
        aside = np.array([-up[1], up[0], 0.0])
        size = float(np.hypot(aside[0], aside[1]))
        east = aside / size if size > 1e-12 else np.array([0.0, 1.0, 0.0])
        north = np.cross(up, east)
        bend = 1 - ECCENTRICITY_SQUARED * up[2] ** 2
        radius_m = SEMI_MAJOR_M * float(np.sqrt(1 - ECCENTRICITY_SQUARED)) / float(bend)  # √(MN)
        return cls(point - radius_m * up, east, north, up, radius_m)

    def draw(self, points: Floats) -> Floats:
        """Earth-centred points (n, 3) as east and north metres (n, 2); right only for what ``sees`` is true of."""
        arm = points - self.origin
        depth = arm @ self.up
        scale = self.radius_m / depth
        return np.stack([(arm @ self.east) * scale, (arm @ self.north) * scale], axis=-1)

    def reach(self, points: Floats) -> Floats:
        """The cosine of the angle between each point and the chart's centre, as seen from its centre of projection."""
        arm = points - self.origin
        cosine: Floats = (arm @ self.up) / np.linalg.norm(arm, axis=-1)
        return cosine

    def lift(self, drawn: Floats) -> Floats:
        """The earth-centred points (n, 3) of the ellipsoid at east and north metres (n, 2)."""
        direction = self.up + (drawn[:, :1] * self.east + drawn[:, 1:2] * self.north) / self.radius_m
        return on_surface(np.broadcast_to(self.origin, direction.shape), direction)

    def positions(self, drawn: Floats) -> tuple[Floats, Floats]:
        """Longitudes and latitudes (degrees) at east and north metres (n, 2)."""
        return geodetic(self.lift(drawn))
