"""Many charts at once: ``chart.Chart`` for arrays of places, each on the chart whose number stands beside it.

Only sums and products of single numbers are used, no matrix products, so what comes of one place is the same to the bit
whatever other places there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepclear.spacetime.chart import Chart
from keepclear.spacetime.gathered import Ints
from keepclear.spacetime.geodesic import (
    ECCENTRICITY_SQUARED,
    SEMI_MAJOR_M,
    Floats,
    geodetic,
    on_surface,
)

BEND = 0.05
"""A geodesic on a chart, h from its centre, has a curvature of no more than this times h / R²."""
_PLUMB = 1 / (1 - ECCENTRICITY_SQUARED)


@dataclass(frozen=True, slots=True)
class Planes:
    """``n`` charts: what ``chart.Chart`` has, as (n, 3) and (n,)."""

    origin: Floats
    east: Floats
    north: Floats
    up: Floats
    radius_m: Floats

    @classmethod
    def around(cls, points: Floats) -> Planes:
        """The charts around points (n, 3) not too near the earth's centre, each brought up or down to its surface."""
        middle = on_surface(np.zeros_like(points), points)
        up = middle * np.array([1.0, 1.0, _PLUMB])
        up = up / np.sqrt(_dot(up, up))[:, None]
        across = np.sqrt(up[:, 0] ** 2 + up[:, 1] ** 2)
        polar = across <= 1e-12
        size = np.where(polar, 1.0, across)
        none = np.zeros(len(up))
        east = np.stack([np.where(polar, 0.0, -up[:, 1] / size), np.where(polar, 1.0, up[:, 0] / size), none], axis=1)
        north = np.stack(
            [-up[:, 2] * east[:, 1], up[:, 2] * east[:, 0], up[:, 0] * east[:, 1] - up[:, 1] * east[:, 0]], axis=1
        )
        radius_m = SEMI_MAJOR_M * np.sqrt(1 - ECCENTRICITY_SQUARED) / (1 - ECCENTRICITY_SQUARED * up[:, 2] ** 2)
        return cls(middle - radius_m[:, None] * up, east, north, up, radius_m)

    def chart(self, number: int) -> Chart:
        """One of them."""
        return Chart(
            self.origin[number], self.east[number], self.north[number], self.up[number], float(self.radius_m[number])
        )

    def draw(self, points: Floats, of: Ints) -> Floats:
        """Points (m, 3) on the charts ``of`` (m,), as east and north metres (m, 2); NaN for what does not show."""
        arm = points - self.origin[of]
        depth = _dot(arm, self.up[of])
        scale = self.radius_m[of] / np.where(depth > self.radius_m[of] / 2, depth, np.nan)
        return np.stack([_dot(arm, self.east[of]) * scale, _dot(arm, self.north[of]) * scale], axis=1)

    def positions(self, drawn: Floats, of: Ints) -> tuple[Floats, Floats]:
        """Longitudes and latitudes (degrees) at east and north metres (m, 2) of the charts ``of`` (m,)."""
        size = drawn / self.radius_m[of][:, None]
        direction = self.up[of] + size[:, :1] * self.east[of] + size[:, 1:] * self.north[of]
        return geodetic(on_surface(self.origin[of], direction))


def _dot(a: Floats, b: Floats) -> Floats:
    product: Floats = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
    return product
